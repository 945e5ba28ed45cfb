"""Deduplicate a corpus, and keep the reasons: what was dropped, for what, at which resemblance.

Of near-duplicates, the one published first stays; of those without a time, the first in the corpus.

Run: python examples/corpus_run.py CORPUS OUTPUT_FOLDER [THRESHOLD]
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

from dedup import as_articles, find_duplicates
from dedup.formats.readers import read_articles
from dedup.formats.writers import json_line, write_lines

NEVER = datetime.max.replace(tzinfo=UTC)


def main(corpus: str, folder: str, threshold: str = "0.7") -> None:
    """Write survivors.jsonl and dropped.jsonl into a folder."""
    articles = as_articles(read_articles([corpus]))
    found = find_duplicates(articles, threshold=float(threshold))
    kept_for: dict[int, int] = {}
    for members in found.clusters:
        survivor = min(members, key=lambda member: (articles[member].published_at or NEVER, member))
        kept_for |= {member: survivor for member in members if member != survivor}
    best = dict.fromkeys(kept_for, 0.0)
    for pair, resemblance in zip(found.pairs.tolist(), found.resemblance.tolist(), strict=True):
        for member in best.keys() & set(pair):
            best[member] = max(best[member], resemblance)

    out = Path(folder)
    out.mkdir(parents=True, exist_ok=True)
    write_lines(
        str(out / "survivors.jsonl"),
        (json_line({"id": a.id, "text": a.text}) for n, a in enumerate(articles) if n not in kept_for),
    )
    write_lines(
        str(out / "dropped.jsonl"),
        (
            json_line({"id": articles[n].id, "kept": articles[kept].id, "resemblance": round(best[n], 4)})
            for n, kept in sorted(kept_for.items())
        ),
    )
    print(f"{len(articles)} articles, {len(kept_for)} dropped, {len(articles) - len(kept_for)} kept")


if __name__ == "__main__":
    main(*sys.argv[1:])
