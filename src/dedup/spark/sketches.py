"""Candidate pairs of near-duplicates: articles that share a band key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dedup.duplicates.lsh import EMPTY_KEY, LARGEST_FULL, band_keys, candidate_pairs
from dedup.duplicates.minhash import signatures
from dedup.duplicates.shingles import word_shingles
from dedup.spark.articles import Pile
from dedup.spark.buckets import (
    BUCKETS,
    MEMBERS,
    PLACE,
    Keys,
    bucket_of,
    find_shared,
    in_buckets,
    lay_out,
    put_in_buckets,
    share_out,
)
from dedup.spark.frames import array, map_batches, unpack
from dedup.spark.hot import find_hot, join_keys_of
from dedup.spark.kept import Kept
from dedup.text.batches import batches as cut_batches
from dedup.text.batches import fold, words
from dedup.text.hashing import mix

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_MET = "bucket int, pairs binary"


@dataclass(frozen=True, slots=True)
class Sketching:
    """How band keys are made.

    Attributes
    ----------
    n : int
        Words a shingle.
    rows, bands : int
        Of the signatures.
    n_buckets : int
        Buckets of keys, and of pairs: four a partition.
    """

    n: int
    rows: int
    bands: int
    n_buckets: int


def find_near(pile: Pile, sketching: Sketching, kept: Kept) -> DataFrame:
    """Find candidate pairs, as `dedup.candidate_pairs` does, laid out as `buckets.MEMBERS`."""
    texts = pile.texts.select("place", "text")
    hot = find_hot(texts, partial(_sample, sketching=sketching), pile.n_texts, LARGEST_FULL)
    keys = map_batches(texts, partial(_make_keys, sketching=sketching, hot=hot), BUCKETS)
    partitions, n_buckets = sketching.n_buckets // 4, sketching.n_buckets
    join, bucket_pairs = partial(_join, n_buckets=n_buckets), partial(_bucket_pairs, n_buckets=n_buckets)
    met = join_keys_of(keys, hot, join, bucket_pairs, _MET, partitions, kept)
    return in_buckets(met, partitions, _choose, MEMBERS)


def sketch(texts: list[str], how: Sketching) -> NDArray[np.uint64]:
    """Return the band keys of texts, a band's unlike any other's, shape (n_texts, bands)."""
    keys = [np.zeros((0, how.bands), np.uint64)]
    for batch in cut_batches(texts):
        cut = word_shingles(words(fold(batch)), how.n, padded=True)
        keys.append(band_keys(signatures(cut, how.rows), how.bands))
    found = np.concatenate(keys)
    # All bands are joined at once, and the rows of two bands of one short text can be the same.
    salted = found ^ mix(np.arange(1, how.bands + 1, dtype=np.uint64))
    return np.where(found == EMPTY_KEY, EMPTY_KEY, salted)


def _sample(places: NDArray[np.int64], texts: list[str], sketching: Sketching) -> NDArray[np.uint64]:
    keys = sketch(texts, sketching).ravel()
    return np.asarray(keys[keys != EMPTY_KEY])


def _make_keys(batches: Iterator[Any], sketching: Sketching, hot: NDArray[np.uint64]) -> Iterator[Any]:
    yield from put_in_buckets(_keys_of(batches, sketching), sketching.n_buckets, hot)


def _keys_of(batches: Iterator[Any], sketching: Sketching) -> Iterator[Keys]:
    for batch in batches:
        keys = sketch(batch.column("text").to_pylist(), sketching)
        members = np.repeat(array(batch, "place").view(np.uint64) << PLACE, sketching.bands)
        keys = keys.ravel()
        yield keys[keys != EMPTY_KEY], members[keys != EMPTY_KEY]


def _join(table: Any, n_buckets: int) -> Iterator[Any]:
    keys = unpack(table.column("keys").to_pylist(), "<u8")
    members = unpack(table.column("members").to_pylist(), "<u8")
    shared = find_shared(keys)
    shared = shared[np.argsort(members[shared], kind="stable")]  # in order, for stars begin at the first one
    pairs = candidate_pairs(keys[shared, None])
    first, second = (members[shared] >> PLACE)[pairs.T]
    yield _share_pairs(first, second, n_buckets)


def _bucket_pairs(batches: Iterator[Any], n_buckets: int) -> Iterator[Any]:
    for batch in batches:
        first, second = (array(batch, name).view(np.uint64) >> PLACE for name in ("one", "other"))
        yield _share_pairs(first, second, n_buckets)


def _share_pairs(first: NDArray[np.uint64], second: NDArray[np.uint64], n_buckets: int) -> Any:
    pairs = np.unique(first << np.uint64(32) | second)
    return share_out(bucket_of(pairs >> np.uint64(32), n_buckets), pairs=pairs)


def _choose(table: Any) -> Iterator[Any]:
    pairs = np.unique(unpack(table.column("pairs").to_pylist(), "<u8"))
    yield lay_out(pairs)
