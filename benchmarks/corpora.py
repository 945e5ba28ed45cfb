"""What is measured on: the labelled sets that come with the project, and others where they are at hand."""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.score import Row, read

DATA = Path(__file__).parent / "data"
SHARED = Path(__file__).parents[2] / "shared"
"""A folder beside the project that holds what may not be shipped; everything runs without it."""

FITTED = ("lineage_dev", "lineage_dev_hard")
HELD_OUT = ("lineage_check", "lineage_check_hard")
ALL = (*FITTED, *HELD_OUT)

LEAST_WORDS = 20
"""Reuters articles of fewer words, mostly empty bodies, are no part of the haystack."""

_FIELDS = ("id", "title", "published_at", "outlet", "url", "text")


@cache
def read_set(name: str) -> list[dict[str, Any]]:
    """Read a labelled set, one of `ALL`."""
    return read(DATA / f"{name}.jsonl")


def unlabelled(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Leave out of rows everything that a user's articles would not have."""
    return [{field: row[field] for field in _FIELDS if field in row} for row in rows]


@cache
def read_reuters() -> tuple[dict[str, Any], ...]:
    """Read the newswire of 1987: articles of `LEAST_WORDS` or more, none where it is not at hand."""
    path = SHARED / "data" / "reuters21578.jsonl.gz"
    if not path.exists():
        return ()
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        rows = [json.loads(line) for line in stream]
    return tuple(
        {
            "id": row["id"],
            "title": row["title"],
            "published_at": _reuters_time(row["date"]),
            "outlet": "Reuters",
            "text": row["text"],
        }
        for row in rows
        if len(re.findall(r"\w+", row["text"])) >= LEAST_WORDS
    )


def make_haystack(rows: Sequence[Row], hay: Sequence[Row], seed: int = 1) -> list[dict[str, Any]]:
    """Shuffle labelled rows, without their labels, into others.

    Parameters
    ----------
    rows : sequence of mapping
        The labelled ones.
    hay : sequence of mapping
        The others.
    seed : int, optional
        Of the shuffling.

    Returns
    -------
    list of dict
        Articles as a user would bring them.
    """
    pile = unlabelled([*rows, *hay])
    random.Random(seed).shuffle(pile)
    return pile


def move_times(hay: Sequence[dict[str, Any]], rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Move the times of `hay`, all by the same, so that it begins when `rows` begin."""
    starts = [
        min(datetime.fromisoformat(row["published_at"]) for row in pile if row["published_at"])
        for pile in (hay, rows)
    ]
    shift = starts[1] - starts[0]
    return [
        row | {"published_at": (datetime.fromisoformat(row["published_at"]) + shift).isoformat()}
        if row["published_at"]
        else dict(row)
        for row in hay
    ]


def make_hay(n_articles: int, n_words: int = 130, seed: int = 1) -> tuple[dict[str, Any], ...]:
    """Make articles of random words, as rare and as frequent as those of a language (Zipf's law).

    Parameters
    ----------
    n_articles : int
        How many.
    n_words : int, optional
        Words an article.
    seed : int, optional
        Of the random numbers.

    Returns
    -------
    tuple of dict
        A stand-in for the newswire where that is not at hand: as much text, and no kin in it.
    """
    draw = random.Random(seed)
    letters = "etaoinshrdlucmfwypvbgkqjxz"
    words = ["".join(draw.choices(letters, k=draw.randint(2, 9))) for _ in range(30_000)]
    bounds = [0.0]
    for rank in range(len(words)):
        bounds.append(bounds[-1] + 1 / (rank + 3))
    chosen = draw.choices(words, cum_weights=bounds[1:], k=n_articles * n_words)
    return tuple(
        {"id": f"hay-{i}", "text": " ".join(chosen[i * n_words : (i + 1) * n_words])}
        for i in range(n_articles)
    )


def read_seeds() -> dict[str, str]:
    """Read five real articles, one story as it was copied and rewritten; none where they are not at hand."""
    return {
        path.name[:3]: path.read_text(encoding="utf-8") for path in sorted((SHARED / "seeds").glob("*.txt"))
    }


def read_clough() -> list[dict[str, Any]]:
    """Read the short answers of Clough and Stevenson (2011); none where they are not at hand."""
    path = SHARED / "data" / "clough_stevenson.jsonl"
    return read(path) if path.exists() else []


def _reuters_time(written: str) -> str:
    """Read a time such as "27-MAR-1987 12:09:29.70F Y"; one article in 21,578 has none that can be read."""
    found = re.match(r"\d+-[A-Z]{3}-1987 +\d\d:\d\d:\d\d\b", written)
    return datetime.strptime(f"{found[0]} +0000", "%d-%b-%Y %H:%M:%S %z").isoformat() if found else ""
