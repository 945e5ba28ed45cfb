"""Make news-like articles with known near-duplicates, from a seed and fast.

Usage: python -m benchmarks.corpus N [--seed S] [--words W] [--copies C] [--skew K] [--script NAME]
       [--boilerplate] [--paragraphs] > articles.jsonl

Words are made up and as frequent as those of a language (Zipf's law); articles have lengths as those of a
newspaper (log-normal), sentences, paragraphs, quotes, and names and numbers of their own. Copies are edited
word by word and lose paragraphs, copies of copies more so; cluster sizes follow a power law. What an article
is depends on the options and its place alone, so that a smaller corpus is the beginning of a larger one.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.language import N_WORDS, SCRIPTS, TABLE_BITS, Draw, Language, frequencies, make_language

BLOCK = 5_000
"""Articles made at a time, those of one day; a cluster lies within a block."""

_LARGEST = 60  # copies of one original
_ALPHA = 1.2  # a cluster has k copies or more with a chance in proportion to k ** -1.2
_N_TOPIC, _TOPIC_SHARE = (
    8,
    0.06,
)  # names and numbers an article has of its own; how much of its words they are
_PLAIN, _COMMA, _STOP, _PARAGRAPH, _OPEN, _CLOSE, _END = range(7)


@dataclass(frozen=True, slots=True)
class Options:
    """What a corpus is like.

    Attributes
    ----------
    seed : int
        Of the random numbers.
    copies : float
        Share of the articles that are edited copies of others, 0 to below 1.
    skew : float
        Share of the articles that are exact copies of the first article, 0 to below 1.
    boilerplate : bool
        Whether every article ends with the same paragraph.
    words : int
        Mean length of an article in words.
    paragraphs : bool
        Whether articles are single paragraphs of 12 to 60 words instead.
    script : str
        One of `SCRIPTS`.
    """

    seed: int = 1
    copies: float = 0.3
    skew: float = 0.0
    boilerplate: bool = False
    words: int = 400
    paragraphs: bool = False
    script: str = "ascii"


def make_articles(n: int, options: Options = Options()) -> Iterator[dict[str, Any]]:
    """Make articles and keep the truth about them.

    Parameters
    ----------
    n : int
        How many.
    options : Options, optional
        What they are like.

    Yields
    ------
    dict
        ``id``, ``outlet``, ``published_at``, ``text``; ``cluster``, the id of the original that the article
        comes down from; and ``parent``, the id of the article it was made from, None for an original.

    Notes
    -----
    About 40 microseconds an article of 400 words (measured); memory stays at that of one block.
    """
    language = make_language(options.script)
    viral = _originals(1, options, Draw(options.seed, 1))[0]
    template = _originals(1, Options(words=60), Draw(options.seed, 2))[0]
    for block in range(-(-n // BLOCK)):
        yield from _make_block(block, n, options, language, viral, template)


def _make_block(
    block: int,
    n: int,
    options: Options,
    language: Language,
    viral: NDArray[np.int32],
    template: NDArray[np.int32],
) -> Iterator[dict[str, Any]]:
    draw = Draw(options.seed, 3, block)
    is_viral = draw.uniform(BLOCK) < options.skew
    is_viral[0] |= options.skew > 0 and block == 0
    n_made = int((~is_viral).sum())
    parent = _plan(n_made, options.copies, draw)
    words, offsets = _write(parent, options, draw)
    seconds = _times(parent, draw)
    place = np.flatnonzero(~is_viral)[np.argsort(draw.raw(n_made), kind="stable")]
    made = np.full(BLOCK, -1)
    made[place] = np.arange(n_made)
    outlet = (draw.raw(BLOCK) % np.uint64(200)).tolist()
    root = np.arange(n_made)
    while (parent[root] >= 0).any():
        root = np.where(parent[root] >= 0, parent[root], root)
    first = block * BLOCK
    start = datetime(2026, 1, 1) + timedelta(days=block)
    for i in range(min(BLOCK, n - first)):
        j = int(made[i])
        text = viral if j < 0 else words[offsets[j] : offsets[j + 1]]
        source = int(parent[j]) if j >= 0 else -1
        yield {
            "id": f"a{first + i:07}",
            "outlet": f"Paper {outlet[i]}",
            "published_at": (start + timedelta(seconds=int(seconds[j]) if j >= 0 else i)).isoformat(),
            "text": _render(text, template if options.boilerplate else None, language),
            "cluster": f"a{first + place[root[j]] if j >= 0 else 0:07}",
            "parent": f"a{first + place[source]:07}"
            if source >= 0
            else "a0000000"
            if j < 0 < first + i
            else None,
        }


def _plan(n: int, copies: float, draw: Draw) -> NDArray[np.int64]:
    """Give each article of a block its parent, an earlier one, or -1."""
    sizes = np.minimum((1 - draw.uniform(n)) ** (-1 / _ALPHA), _LARGEST).astype(np.int64)
    mean = float((np.arange(1, _LARGEST + 1) ** -_ALPHA).sum())
    sizes *= draw.uniform(n) < copies / ((1 - copies) * mean)
    starts = np.concatenate([[0], np.cumsum(sizes + 1)])
    family = np.repeat(np.arange(n), sizes + 1)[:n]
    rank = np.arange(n) - starts[family]
    parent = starts[family] + (draw.uniform(n) * rank).astype(np.int64)
    return np.where(rank > 0, parent, -1)


def _write(
    parent: NDArray[np.int64], options: Options, draw: Draw
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Write originals, then copies, generation by generation."""
    generation = np.where(parent < 0, 0, -1)
    turn = 0
    texts: list[Any] = [None] * len(parent)
    while (now := np.flatnonzero(generation == turn)).size:
        if turn:
            made = _edit([texts[i] for i in parent[now].tolist()], draw)
        else:
            made = _originals(len(now), options, draw)
        for i, text in zip(now.tolist(), made, strict=True):
            texts[i] = text
        turn += 1
        generation[(generation < 0) & (generation[parent] == turn - 1)] = turn
    sizes = np.fromiter(map(len, texts), np.int64, len(texts))
    return np.concatenate(texts), np.concatenate([[0], np.cumsum(sizes)])


def _originals(n: int, options: Options, draw: Draw) -> list[NDArray[np.int32]]:
    """Draw words; a word holds its number, whether it is capitalised and, above, the separator after it."""
    if options.paragraphs:
        sizes = 12 + (draw.uniform(n) * 49).astype(np.int64)
    else:
        normal = (draw.uniform(12 * n).reshape(n, 12) * 2**32).astype(np.int64).sum(axis=1) / 2**32 - 6
        sizes = np.maximum(20, np.exp(normal * 0.5 + np.log(options.words) - 0.125)).astype(np.int64)
    total, ends = int(sizes.sum()), np.cumsum(sizes)
    words = frequencies()[
        draw.raw(-(-total // 2)).astype("<u8", copy=False).view("<u4")[:total] >> (32 - TABLE_BITS)
    ]
    words = words.astype(np.int32)
    topics = (500 + draw.uniform(n * _N_TOPIC) * (N_WORDS - 500)).astype(np.int32)
    own = np.flatnonzero(draw.chance(total, _TOPIC_SHARE))
    words[own] = topics[
        np.searchsorted(ends, own, "right") * _N_TOPIC + (draw.raw(len(own)) % _N_TOPIC).astype(int)
    ]
    separators = draw.chance(total, 1 / 14) * np.int32(_COMMA)
    stops = np.flatnonzero(draw.chance(total, 1 / 18))
    separators[stops] = np.where(
        draw.chance(len(stops), 0 if options.paragraphs else 1 / 3), _PARAGRAPH, _STOP
    )
    quotes = np.flatnonzero(draw.chance(total, 1 / 120))
    quotes = quotes[(quotes + 9 < total) & (separators[quotes] == _PLAIN)]
    separators[quotes] = _OPEN
    separators[quotes + 9] = _CLOSE
    separators[ends - 1] = _END
    opens = np.ones(total, np.bool_)
    opens[1:] = np.isin(separators[:-1], (_STOP, _PARAGRAPH, _OPEN, _END))
    return np.split(words + opens * np.int32(N_WORDS) + separators * np.int32(2 * N_WORDS), ends[:-1])


def _edit(parents: Sequence[NDArray[np.int32]], draw: Draw) -> list[NDArray[np.int32]]:
    """Change, drop and add words, each article at a rate of its own; drop paragraphs of every other one."""
    sizes = np.fromiter(map(len, parents), np.int64, len(parents))
    article = np.repeat(np.arange(len(parents)), sizes)
    words = np.concatenate(parents)
    rate = 0.002 * 50.0 ** draw.uniform(len(parents))  # of words, .002 to .1
    chance = draw.uniform(len(words)) / rate[article]
    inner = words < 2 * N_WORDS  # no separator but a blank: the others stay
    n_times = np.where(inner & (chance < 1 / 3), 0, 1) + (inner & (chance >= 2 / 3) & (chance < 1))
    ends = words // (2 * N_WORDS) == _PARAGRAPH
    paragraph = np.concatenate([[0], np.cumsum(ends | (words // (2 * N_WORDS) == _END))])
    drop = draw.uniform(int(paragraph[-1]) + 1) < 0.12
    halves = draw.uniform(len(parents)) < 0.5
    lasts = np.isin(paragraph[:-1], paragraph[np.cumsum(sizes) - 1])
    n_times[drop[paragraph[:-1]] & halves[article] & ~lasts] = 0
    changed = np.repeat((chance >= 1 / 3) & (chance < 2 / 3) & inner, n_times)
    kept = np.repeat(np.arange(len(words)), n_times)
    changed[1:] |= kept[1:] == kept[:-1]
    edited = words[kept]
    fresh = frequencies()[draw.raw(int(changed.sum())) >> np.uint64(64 - TABLE_BITS)]
    edited[changed] = edited[changed] // N_WORDS * N_WORDS + fresh
    bounds = np.cumsum(np.bincount(article[kept], minlength=len(parents)))
    return np.split(edited, bounds[:-1])


def _times(parent: NDArray[np.int64], draw: Draw) -> NDArray[np.float64]:
    """Give each article a time in seconds after midnight, a copy one after its parent's."""
    at = draw.uniform(len(parent)) * 86_400
    delay = 1 - 7200 * np.log1p(-draw.uniform(len(parent)))
    done = parent < 0
    while not done.all():
        next_ones = ~done & done[parent]
        at[next_ones] = at[parent[next_ones]] + delay[next_ones]
        done |= next_ones
    return np.ceil(at)


def _render(words: NDArray[np.int32], template: NDArray[np.int32] | None, language: Language) -> str:
    if template is not None:
        last = np.array([words[-1] % (2 * N_WORDS) + _PARAGRAPH * 2 * N_WORDS], np.int32)
        words = np.concatenate([words[:-1], last, template])
    parts = np.empty(2 * len(words), np.object_)
    parts[0::2] = language.words[words % (2 * N_WORDS)]
    parts[1::2] = language.separators[words // (2 * N_WORDS)]
    return "".join(parts.tolist())


def write_corpus(path: Path, n: int, options: Options = Options()) -> None:
    """Write articles as JSONL, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with part.open("w", encoding="utf-8") as stream:
        stream.writelines(
            json.dumps(article, ensure_ascii=False) + "\n" for article in make_articles(n, options)
        )
    part.replace(path)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a corpus as JSONL."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.corpus")
    parser.add_argument("n", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--copies", type=float, default=0.3)
    parser.add_argument("--skew", type=float, default=0.0)
    parser.add_argument("--words", type=int, default=400)
    parser.add_argument("--script", choices=SCRIPTS, default="ascii")
    parser.add_argument("--boilerplate", action="store_true")
    parser.add_argument("--paragraphs", action="store_true")
    options = vars(parser.parse_args(arguments))
    for article in make_articles(options.pop("n"), Options(**options)):
        print(json.dumps(article, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
