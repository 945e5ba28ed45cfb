"""Who republished us? A job for every quarter of an hour, which tells of each article once.

Run: python examples/newsroom_pipeline.py [INDEX] [FEED.jsonl] [OUR OUTLET]

At night, `dedup index prune` lets go of what is old.
"""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from dedup import Article, Index, read_articles

EXAMPLE = str(Path(__file__).with_name("harbour.jsonl"))


def alerts(index: Index, articles: Iterable[Article], outlet: str) -> Iterator[str]:
    """Add articles; name those of other outlets that come down from ours, through however many hands."""
    for placed in index.add_many(articles):
        article, root = placed.article, index[placed.family]
        if placed.known or not placed.parents or root.outlet != outlet or article.outlet == outlet:
            continue
        parent = placed.parents[0]
        hands = "" if parent.parent == root.id else f", by way of {index[parent.parent].outlet}"
        when = f"{article.published_at:%d %b %H:%M}  " if article.published_at else ""
        yield (
            f"{when}{article.outlet}: {parent.relation} of “{root.title}”{hands} "
            f"(probability {parent.probability:.2f})  {article.url}"
        )


def main(file: str = "news.dedup", feed: str = EXAMPLE, outlet: str = "Harbour Post") -> None:
    """Print the alerts of a feed."""
    with Index(file) as index:
        for alert in alerts(index, read_articles([feed]), outlet):
            print(alert)


if __name__ == "__main__":
    main(*sys.argv[1:])
