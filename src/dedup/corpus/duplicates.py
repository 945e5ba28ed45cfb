"""Near-duplicates of a corpus that is larger than memory, through a folder of stage files."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from os import PathLike
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from dedup.corpus.limits import DEFAULT
from dedup.corpus.outputs import write_records
from dedup.corpus.session import Progress, Session
from dedup.corpus.spill import Column, Spill, Strings, read_column
from dedup.corpus.stages import Means, Tell
from dedup.duplicates.components import components
from dedup.duplicates.exact import exact_resemblance
from dedup.duplicates.find import PART, find_first_copies, join_copies, sketch
from dedup.duplicates.lsh import EMPTY_KEY, choose_bands, pair_in_band
from dedup.duplicates.minhash import ROWS
from dedup.duplicates.policy import count_clusters, make_records
from dedup.errors import InputError
from dedup.pairs.runs import find_starts, merge_ranges
from dedup.text.batches import batches

_N = 5  # words a shingle
_LOW = np.uint64(32)


def find_duplicates(
    inputs: Any,
    *,
    threshold: float = 0.7,
    work: str | PathLike[str] | None = None,
    memory: str | int = DEFAULT,
    workers: int = 1,
    skip_bad: bool = False,
    restart: bool = False,
    progress: Progress | None = None,
) -> CorpusDuplicates:
    """Find the near-duplicates of a corpus, within bounded memory.

    Parameters
    ----------
    inputs
        As for `dedup.corpus.find_lineage`.
    threshold : float, optional
        Resemblance from which a pair counts, above 0 and up to 1.
    work, memory, workers, skip_bad, restart, progress
        As for `dedup.corpus.find_lineage`.

    Returns
    -------
    CorpusDuplicates
        To be closed. The same pairs as those of `dedup.find_duplicates`.

    Raises
    ------
    InputError, ReadError, CorpusError, MissingExtraError
        As for `dedup.corpus.find_lineage`.

    Notes
    -----
    In memory are some 250 MB a process, 150 bytes an article and 60 bytes a pair of near-duplicates.

    Examples
    --------
    >>> texts = ["The harbour is shut today.", "No.", "the harbour is shut, today"]
    >>> with find_duplicates([{"id": str(i), "text": text} for i, text in enumerate(texts)]) as found:
    ...     found.n_clusters, found.pairs.tolist()
    (1, [[0, 2]])
    """
    if not 0 < threshold <= 1:
        raise InputError(f"threshold is {threshold}; give a resemblance above 0 and up to 1, such as 0.7")
    session = Session(
        "duplicates",
        inputs,
        {"threshold": threshold},
        folder=work,
        memory=memory,
        workers=workers,
        skip_bad=skip_bad,
        restart=restart,
        progress=progress,
    )
    try:
        return CorpusDuplicates(session, threshold)
    except BaseException:
        session.close()
        raise


class CorpusDuplicates:
    """Near-duplicates of a corpus; made by `find_duplicates`, and to be closed.

    Attributes
    ----------
    kind : str
        ``"duplicates"``: what `dedup.corpus.outputs.SCHEMAS` calls its records.
    pairs : ndarray of int64, shape (n_pairs, 2)
        Verified pairs, first < second, sorted. An identical text is paired with its first copy only.
    resemblance : ndarray of float64, shape (n_pairs,)
        Exact resemblance of each, the threshold to 1.
    labels : ndarray of int64, shape (n_articles,)
        The first article of the cluster of each.
    candidates, candidate_resemblance : ndarray
        All pairs that were compared, verified or not, and their resemblance; no identical texts.
    first_copy : ndarray of int64, shape (n_articles,)
        The first article with the same text.
    threshold : float
        As asked for.
    n_articles, n_bad, n_bytes : int
        Articles read, those that could not be used and were skipped, and bytes of their texts.
    n_identical, n_clusters, n_members, largest : int
        Articles with the text of an earlier one; clusters of two or more, articles in them, and in the
        largest.
    bad : Path
        The file that lists what was skipped.

    Examples
    --------
    >>> with find_duplicates([{"text": "The Orla bridge is shut."}]) as found:
    ...     found.n_clusters
    0
    """

    kind = "duplicates"

    def __init__(self, session: Session, threshold: float) -> None:
        self.session, store, self.threshold = session, session.store, threshold
        self.n_articles, self.n_bad = store.n_articles, session.n_bad
        self.bad, self.n_bytes = session.bad, int(store.texts.sizes.sum())
        bands = choose_bands(ROWS, threshold)[0]
        sketched = session.stage("sketch", _write_sketches, store.texts, bands)
        paired = session.stage("pairs", _write_pairs, sketched, bands)
        verified = session.stage("verify", _write_resemblance, store.texts, sketched, paired)
        self.first_copy = read_column(sketched / "first", np.int64)
        self.candidates = read_column(verified / "pairs", np.int64).reshape(-1, 2)
        self.candidate_resemblance = read_column(verified / "resemblance", np.float64)
        similar = self.candidate_resemblance >= threshold
        self.pairs, self.resemblance = join_copies(
            self.candidates[similar],
            self.candidate_resemblance[similar],
            self.first_copy,
            read_column(sketched / "wordless", np.int64),
        )
        self.labels = components(self.n_articles, self.pairs)
        self.n_identical = int((self.first_copy != np.arange(self.n_articles)).sum())
        self.n_clusters, self.largest, self.n_members = count_clusters(self.labels)

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield one plain record an article, in input order; see `dedup.duplicates.policy.make_records`."""
        yield from make_records(self.session.store.ids, self.labels, self.pairs, self.resemblance)

    def write(self, path: str | PathLike[str]) -> None:
        """Write the records to a file; see `dedup.corpus.CorpusLineage.write`."""
        write_records(path, self.records(), self.kind)

    def close(self) -> None:
        """End the processes; remove the stage files, unless a folder was named."""
        self.session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _write_sketches(folder: Path, texts: Strings, bands: int, means: Means, tell: Tell) -> None:
    """Sketch all texts: ``first`` copies, band ``keys`` of those that are no copies, ``wordless`` ones."""
    digests, firsts, n_done = [np.zeros(0, np.uint64)], [np.zeros(0, np.bool_)], 0
    function = partial(sketch, n=_N, rows=ROWS, bands=bands)
    with Column(folder / "made", np.uint64) as made:
        for part in means.workers.run(function, batches(texts, PART)):
            made.append(part.keys)
            digests.append(part.digests)
            firsts.append(part.first_copy == np.arange(len(part.digests)))
            n_done += len(part.digests)
            tell(n_done, len(texts))
    first_copy = find_first_copies(texts, np.concatenate(digests))
    has_keys = np.concatenate(firsts)
    is_first = first_copy == np.arange(len(texts))
    distinct = np.flatnonzero(is_first)
    wordless = [np.zeros(0, np.int64)]
    with Column(folder / "keys", np.uint64) as keys:
        at = n_done = 0
        kept = is_first[has_keys]  # of the texts that were sketched
        while at < len(kept):
            read = read_column(folder / "made", np.uint64, at * bands, means.limits.n_pairs * bands)
            rows = read.reshape(-1, bands)[kept[at : at + means.limits.n_pairs]]
            keys.append(rows)
            wordless.append(distinct[n_done + np.flatnonzero(rows[:, 0] == EMPTY_KEY)])
            at, n_done = at + len(read) // bands, n_done + len(rows)
    (folder / "made").unlink()
    for name, values in (
        ("first", first_copy),
        ("distinct", distinct),
        ("wordless", np.concatenate(wordless)),
    ):
        with Column(folder / name, np.int64) as column:
            column.append(values)


def _write_pairs(folder: Path, sketched: Path, bands: int, means: Means, tell: Tell) -> None:
    """Pair what shares a bucket, a band at a time; see `dedup.duplicates.lsh.candidate_pairs`."""
    with Spill(folder / "found") as found, Spill(folder / "pairs") as target:
        for band in range(bands):
            made = pair_in_band(_read_band(sketched / "keys", band, bands, means.limits.n_keys))
            made.sort()
            found.append(made[find_starts(made)])
            tell(band + 1, bands)
        n_bits = 32 + len(read_column(sketched / "distinct", np.int64)).bit_length()
        for merged in merge_ranges(found, n_bits, most=means.limits.n_keys):
            target.append(merged[find_starts(merged)])
    found.discard()


def _read_band(path: Path, band: int, bands: int, most: int) -> NDArray[np.uint64]:
    parts, at = [np.zeros(0, np.uint64)], 0
    while len(rows := read_column(path, np.uint64, at * bands, most // bands * bands).reshape(-1, bands)):
        parts.append(rows[:, band].copy())
        at += len(rows)
    return np.concatenate(parts)


def _write_resemblance(
    folder: Path, texts: Strings, sketched: Path, paired: Path, means: Means, tell: Tell
) -> None:
    """Compare candidate pairs: ``pairs`` of articles and their ``resemblance``."""
    distinct = read_column(sketched / "distinct", np.int64)
    chosen, n_done = texts.pick(distinct), 0
    pairs = Spill(paired / "pairs", there=True)
    n_pairs = sum(map(len, pairs))
    with Column(folder / "pairs", np.int64) as ends, Column(folder / "resemblance", np.float64) as shares:
        for run in pairs:
            for first in range(0, len(run), means.limits.n_pairs):
                packed = run[first : first + means.limits.n_pairs]
                both = np.stack([packed >> _LOW, packed & np.uint64(0xFFFFFFFF)], axis=1).astype(np.int64)
                shares.append(exact_resemblance(chosen, both, _N, means.workers))
                ends.append(distinct[both])
                n_done += len(both)
                tell(n_done, n_pairs)
