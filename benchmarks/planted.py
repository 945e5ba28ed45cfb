"""Plant the development sets in made-up articles, and say what facts are worth there.

Usage: python -m benchmarks.planted [N] [--workers W]

In two kinds of hay: articles of `benchmarks.corpus`, in whose language the sets' words are rare; and articles
whose words are drawn from those of the sets, so that each of them is frequent and none tells anything by
itself. With facts (pairs of the rarest terms of a sentence) among the keys, and with single rare terms only.
"""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Sequence
from itertools import islice
from typing import Any

import numpy as np

from benchmarks.corpora import FITTED, read_set, unlabelled
from benchmarks.corpus import make_articles
from benchmarks.page import table
from benchmarks.score import Row, score
from dedup import find_lineage
from dedup.pairs import keys
from dedup.pairs.candidates import find_candidates
from dedup.pairs.frequencies import count_articles
from dedup.workers import Workers

SENTENCE, PARAGRAPH = 18, 72
"""Words of a sentence, and of a paragraph, of articles of the sets' own words."""


def make_hay(n: int, rows: Sequence[Row], seed: int = 1) -> list[dict[str, Any]]:
    """Make articles of words drawn from all those of a set, as frequent as they are there."""
    words = np.array(
        [found.strip('.,;:“”"()') for row in rows for found in re.findall(r"\S+", row["text"])], np.object_
    )
    bits = np.random.PCG64(seed)
    hay = []
    for i in range(n):
        drawn = words[bits.random_raw(300) % np.uint64(len(words))].tolist()
        for end, mark in ((SENTENCE, "."), (PARAGRAPH, ".\n\n")):
            drawn[end - 1 :: end] = [f"{word}{mark}" for word in drawn[end - 1 :: end]]
        hay.append({"id": f"hay-{i}", "text": " ".join(drawn), "published_at": "2026-01-01T00:00Z"})
    return hay


def try_hay(rows: Sequence[Row], hay: Sequence[dict[str, Any]], workers: int) -> tuple[Any, ...]:
    """Say how many of the true edges are candidates, candidates and seconds an article, and the scores."""
    pile = [*unlabelled(rows), *hay]
    place = {row["id"]: i for i, row in enumerate(rows)}
    edges = {(place[row["id"]], place[parent]) for row in rows for parent in row["parents"]}
    texts = [article["text"] for article in pile]
    with Workers(workers) as several:
        pairs = find_candidates(texts, count_articles(texts, several), several)
    found = set(map(tuple, pairs[(pairs < len(rows)).all(axis=1)].tolist()))
    start = time.perf_counter()
    lineage = find_lineage(pile, workers=workers)
    seconds = time.perf_counter() - start
    measured = score(rows, [record for record in lineage.records() if record["id"] in place])
    n_edges = sum((min(edge), max(edge)) in found for edge in edges)
    return (
        f"{n_edges}/{len(edges)}",
        f"{len(pairs) / len(pile):.3f}",
        f"{1e6 * seconds / len(pile):.0f}",
        measured.family_f1,
        measured.edge_f1,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Plant each set in each hay, with facts and without."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.planted")
    parser.add_argument("n", type=int, nargs="?", default=100_000)
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args(arguments)
    fields = ("id", "outlet", "published_at", "text")
    made = [{name: one[name] for name in fields} for one in islice(make_articles(options.n), options.n)]
    lines = []
    for name in FITTED:
        rows = read_set(name)
        own = make_hay(options.n, rows)
        for kind, hay in (("made-up words", made), ("the set's words", own)):
            for rarest in (keys.RAREST, 1):
                kept, keys.RAREST = keys.RAREST, rarest
                lines.append(
                    (
                        f"`{name}`",
                        kind,
                        "yes" if rarest > 1 else "no",
                        *try_hay(rows, hay, 1 if rarest == 1 else options.workers),
                    )
                )
                keys.RAREST = kept
                print(*lines[-1], flush=True)
    head = (
        "set",
        "hay",
        "facts",
        "edges that are candidates",
        "candidates an article",
        "µs an article",
        "family F1",
        "edge F1",
    )
    print(table(head, lines))
    return 0


if __name__ == "__main__":
    main()
