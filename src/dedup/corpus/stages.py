"""The stages from texts to links, each of which reads the files of earlier ones and writes its own.

Articles are numbered by their place in the order of time and id, identical texts left out; from `write_pairs`
on by their rank, in which articles that hang together through candidate pairs stand side by side. Each stage
is given an empty folder, what it reads, what it works with, and whom to tell how far it has come.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dedup.corpus.limits import Limits
from dedup.corpus.sorting import SortedRuns
from dedup.corpus.spill import Column, Spill, Strings, read_column
from dedup.duplicates.components import components
from dedup.lineage.links import direct, score
from dedup.lineage.model import load_model
from dedup.lineage.parents import find_parents
from dedup.lineage.pipeline import compare_likely
from dedup.pairs.archive import Archive
from dedup.pairs.candidates import meet_by_facts, meet_by_shingles, pack, unpack
from dedup.pairs.compare import FEATURES
from dedup.pairs.frequencies import Frequencies, add_up, count_part
from dedup.pairs.keys import article_bits, make_keys, sampling
from dedup.pairs.parts import cut_parts
from dedup.pairs.runs import find_starts, merge_ranges
from dedup.workers import Workers

Tell = Callable[[int, int], None]
"""Is given how many articles, or pairs, of how many are done."""


@dataclass(frozen=True, slots=True)
class Means:
    """What stages work with.

    Attributes
    ----------
    workers : Workers
        Processes that read and compare.
    limits : Limits
        How much is looked at together.
    """

    workers: Workers
    limits: Limits


def write_counts(folder: Path, texts: Strings, means: Means, tell: Tell) -> None:
    """Count in how many articles terms stand; see `dedup.pairs.frequencies.count_articles`."""
    groups, n_terms, n_shingles, n_done = [np.zeros(0, np.uint64)], [np.zeros(0, np.uint32)], 0, 0
    with Spill(folder / "counters", np.uint32) as counters:
        for counted in means.workers.run(count_part, cut_parts(texts)):
            counters.append(counted.counters)
            groups.append(counted.groups)
            n_terms.append(counted.n_terms)
            n_shingles += counted.n_shingles
            n_done += len(counted.groups)
            tell(n_done, len(texts))
        found = add_up(np.concatenate(groups), np.concatenate(n_terms), counters, n_shingles)
    counters.discard()
    with Column(folder / "counts", np.uint32) as counts:
        counts.append(found.counts)
    about = {"n_articles": found.n_articles, "n_shingles": found.n_shingles}
    (folder / "about.json").write_text(json.dumps(about), encoding="utf-8")


def read_counts(folder: Path) -> Frequencies:
    """Read what `write_counts` wrote."""
    about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
    return Frequencies(read_column(folder / "counts", np.uint32), **about)


def write_keys(folder: Path, texts: Strings, frequencies: Frequencies, means: Means, tell: Tell) -> None:
    """Make the keys of all articles, in sorted runs; see `dedup.pairs.keys.make_keys`."""
    n_done = 0
    with (
        SortedRuns(folder / "facts", means.limits.n_keys) as facts,
        SortedRuns(folder / "shingles", means.limits.n_keys) as shingles,
        Column(folder / "totals", np.int64) as totals,
        Column(folder / "n_shingles", np.int64) as n_shingles,
    ):
        for made in make_keys(texts, frequencies, means.workers):
            facts.add(made.facts)
            shingles.add(made.shingles)
            totals.append(made.totals)
            n_shingles.append(made.n_shingles)
            n_done += len(made.totals)
            tell(n_done, len(texts))


def write_pairs(folder: Path, keys: Path, frequencies: Frequencies, means: Means, tell: Tell) -> None:
    """Pair articles that share keys, as `dedup.pairs.candidates.find_candidates` does, and rank them.

    Writes ``order``, the article of each rank, ``starts``, the ranks where what hangs together begins, and
    ``pairs``, candidate pairs by rank: first < second, sorted, unique.
    """
    totals, n_shingles = (read_column(keys / name, np.int64) for name in ("totals", "n_shingles"))
    n_articles, most = len(totals), means.limits.n_keys
    bits = int(article_bits(n_articles)) + 24
    with (
        Spill(folder / "met") as met,
        Spill(folder / "met too") as met_too,
        Spill(folder / "found") as found,
        Spill(folder / "unique") as unique,
    ):
        facts, shingles = (Spill(keys / name, there=True) for name in ("facts", "shingles"))
        for pairs in meet_by_facts(facts, totals, met, most):
            found.append(pairs)
        tell(n_articles // 2, n_articles)
        for pairs in meet_by_shingles(shingles, n_shingles, sampling(frequencies), met_too, most):
            found.append(pairs)
        for merged in merge_ranges(found, bits, most=most):
            unique.append(merged[find_starts(merged)])
        label = np.arange(n_articles)
        for pairs in unique:
            label = components(n_articles, label[unpack(pairs)])[label]
        order = np.argsort(label, kind="stable")
        starts = find_starts(label[order].view(np.uint64))
        rank = np.empty(n_articles, np.int64)
        rank[order] = np.arange(n_articles)
        with Spill(folder / "ranked") as ranked, Spill(folder / "pairs") as target:
            for pairs in unique:
                ranked.append(np.sort(pack(rank[unpack(pairs)])))
            for merged in merge_ranges(ranked, bits, most=most):
                target.append(merged)
    for spill in (met, met_too, found, unique, ranked):
        spill.discard()
    for name, column in (("order", order), ("starts", starts)):
        with Column(folder / name, np.int64) as file:
            file.append(column)
    tell(n_articles, n_articles)


def write_features(folder: Path, archive: Archive, pairs: Spill, means: Means, tell: Tell) -> None:
    """Compare candidate pairs, and keep those that may be kin; see `dedup.lineage.pipeline.compare_pile`.

    Writes ``pairs`` and ``features``, a run of each for each chunk; what hangs together stands together.
    """
    kernel = partial(compare_likely, model=load_model())
    n_pairs, n_done = sum(map(len, pairs)), 0
    with Spill(folder / "pairs") as kept_pairs, Spill(folder / "features", np.float64) as features:
        for chunk in _slices(pairs, means.limits.n_pairs):
            ends = unpack(chunk)
            for rows, (kept, compared) in archive.run(kernel, ends):
                kept_pairs.append(chunk[rows[kept]])
                features.append(compared.reshape(-1))
                n_done += len(rows)
                tell(n_done, n_pairs)


def _slices(arrays: Iterable[NDArray[np.uint64]], most: int) -> Iterator[NDArray[np.uint64]]:
    for array in arrays:
        for first in range(0, len(array), most):
            yield array[first : first + most]


def write_links(
    folder: Path,
    texts: Strings,
    archive: Archive,
    compared: Path,
    starts: NDArray[np.int64],
    times: NDArray[np.float64],
    means: Means,
    tell: Tell,
) -> None:
    """Choose parents, for what hangs together at a time; see `dedup.lineage.parents.find_parents`.

    Writes ``links``, child and parent by rank, main parents of a child before its others, ``relation`` and
    ``probability``.
    """
    model = load_model()
    with (
        Column(folder / "links", np.int64) as links,
        Column(folder / "relation", np.int8) as relations,
        Column(folder / "probability", np.float64) as probabilities,
    ):
        for first, last, pairs, features in _together(compared, starts, means.limits.n_rows):
            here = np.arange(first, last)
            part = Archive(texts.pick(here), archive.outlets[here], archive.frequencies, archive.workers)
            rows = direct(pairs - first, features, times[first:last], model)
            found = find_parents(part, rows, score(rows, model), model)
            ends = np.stack([rows.child[found.row], rows.parent[found.row]], axis=1)
            links.append(ends + first)
            relations.append(found.relation)
            probabilities.append(found.probability.round(4))
            tell(last, len(times))


def _together(
    compared: Path, starts: NDArray[np.int64], most: int
) -> Iterator[tuple[int, int, NDArray[np.int64], NDArray[np.float64]]]:
    """Yield ranks from and to, and the compared pairs between them, cut where nothing hangs together."""
    pairs = np.zeros((0, 2), np.int64)
    features = np.zeros((0, len(FEATURES)))
    waiting = [(pairs, features)]
    n_waiting = 0
    for run, flat in zip(
        Spill(compared / "pairs", there=True),
        Spill(compared / "features", np.float64, there=True),
        strict=True,
    ):
        waiting.append((unpack(run), np.array(flat).reshape(-1, len(FEATURES))))
        n_waiting += len(run)
        if n_waiting < most:
            continue
        pairs, features = (np.concatenate(column) for column in zip(*waiting, strict=True))
        whole = np.searchsorted(starts, pairs[:, 0], "right")
        n_whole = int(
            np.searchsorted(whole, whole[-1])
        )  # what the last of them hangs together with may go on
        if n_whole:
            yield _bounded(pairs[:n_whole], features[:n_whole], starts)
        waiting = [(pairs[n_whole:], features[n_whole:])]
        n_waiting = len(pairs) - n_whole
    pairs, features = (np.concatenate(column) for column in zip(*waiting, strict=True))
    if len(pairs):
        yield _bounded(pairs, features, starts)


def _bounded(
    pairs: NDArray[np.int64], features: NDArray[np.float64], starts: NDArray[np.int64]
) -> tuple[int, int, NDArray[np.int64], NDArray[np.float64]]:
    at = int(np.searchsorted(starts, pairs[:, 0].min(), "right")) - 1
    return int(starts[at]), int(pairs.max()) + 1, pairs, features
