"""Who republished us in the last two days? A job for every quarter of an hour.

Run: python examples/newsroom_pipeline.py [FEED.jsonl] [OUR OUTLET] [HOURS]
"""

import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from dedup import Article, find_lineage
from dedup.readers import read_articles

EXAMPLE = str(Path(__file__).with_name("harbour.jsonl"))


def alerts(articles: list[Article], outlet: str, hours: float) -> Iterator[str]:
    """Name each article of another outlet that comes down from one of ours, through however many hands."""
    newest = max(article.published_at for article in articles if article.published_at)
    recent = [a for a in articles if a.published_at and a.published_at > newest - timedelta(hours=hours)]
    by_id = {article.id: article for article in recent}
    for record in find_lineage(recent).records():
        article, root = by_id[record["id"]], by_id[record["family"]]
        if record["role"] == "derived" and root.outlet == outlet != article.outlet:
            parent = record["parents"][0]
            hands = "" if parent["id"] == root.id else f", by way of {by_id[parent['id']].outlet}"
            yield (
                f"{article.published_at:%d %b %H:%M}  {article.outlet}: {parent['relation']} of "
                f"“{root.title}”{hands} (probability {parent['probability']:.2f})  {article.url}"
            )


def main(feed: str = EXAMPLE, outlet: str = "Harbour Post", hours: str = "48") -> None:
    """Print the alerts of a feed."""
    # The feed's ids are kept; articles without one would need as_articles to make them.
    for alert in alerts(list(read_articles([feed])), outlet, float(hours)):
        print(alert)


if __name__ == "__main__":
    main(*sys.argv[1:])
