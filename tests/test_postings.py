"""Keys of an index, beside dictionaries and loops."""

import random
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from dedup.index import postings
from dedup.index.bodies import Reading, read
from dedup.index.postings import LEAST_WEIGHT, Keys, Runs, make_keys
from dedup.index.store import Store
from dedup.pairs.frequencies import COUNTER_BITS, Frequencies
from dedup.text.hashing import mix
from tests.lineage_reference import article_texts
from tests.test_index import DEV

NOTHING = np.zeros(0, np.int64)
TEXT = np.uint64((1 << 28) - 1)
"""The bits of a key that number a text."""
NEW = Frequencies(np.zeros(1 << COUNTER_BITS, np.uint32), 0, 0)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "news.dedup", read_only=False, timeout=1, keep_texts=True)
    yield opened
    opened.close()


def keys_of(texts: dict[int, list[int]], weight: int = 100) -> Keys:
    """Make keys of texts that have some hashes, as small numbers."""
    keys = sorted(hash_ << 28 | text for text, hashes in texts.items() for hash_ in set(hashes))
    return Keys(np.array(keys, np.uint64), np.full(len(keys), weight))


def plain_candidates(
    texts: dict[int, list[int]], first: int, removed: set[int], weight: int
) -> set[tuple[int, int]]:
    """Pair texts that share a key with the key's first texts, and its last before them."""
    holders: dict[int, list[int]] = defaultdict(list)
    for text in sorted(texts):
        for hash_ in set(texts[text]):
            if text not in removed:
                holders[hash_].append(text)
    shared: dict[tuple[int, int], int] = defaultdict(int)
    for held in holders.values():
        for rank, text in enumerate(held):
            if text >= first:
                met = held[: min(rank, postings.MOST_FIRST)]
                met += held[rank - 1 : rank] if rank > postings.MOST_FIRST else []
                for other in met:
                    shared[text, other] += weight
    pairs = set()
    for text in {pair[0] for pair in shared}:
        own = [(-total, other) for (one, other), total in shared.items() if one == text]
        enough = sorted(pair for pair in own if -pair[0] >= LEAST_WEIGHT)
        pairs |= {(text, other) for _, other in enough[: postings.MOST_CANDIDATES]}
    return pairs


def found(runs: Runs, keys: Keys, first: int, removed: NDArray[np.int64] = NOTHING) -> set[tuple[int, int]]:
    pairs = runs.candidates(keys, first, removed)
    assert pairs.tolist() == sorted(pairs.tolist())
    return set(map(tuple, pairs.tolist()))


@pytest.mark.parametrize("seed", range(6))
def test_candidates_are_those_of_the_plain_way_however_runs_are_merged(
    store: Store, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postings, "_SMALLEST", 4)
    monkeypatch.setattr(postings, "_FAN", 2 + seed % 3)
    monkeypatch.setattr(postings, "MOST_FIRST", 3)
    monkeypatch.setattr(postings, "MOST_CANDIDATES", 5)
    draw = random.Random(seed)
    runs, first = Runs(store), 1
    texts: dict[int, list[int]] = {}
    for _ in range(40):
        n = draw.randint(1, 4)
        new = {first + i: [draw.randrange(40) for _ in range(draw.randint(0, 9))] for i in range(n)}
        texts |= new
        keys = keys_of(new, 250)
        for reader in (runs, Runs(store)):
            reader.refresh()
            assert found(reader, keys, first) == plain_candidates(texts, first, set(), 250)
        runs.add(keys.keys)
        first += n
    assert runs.texts() == {text for text, hashes in texts.items() if hashes}
    assert runs.are_sorted()
    assert len(store.query("SELECT id FROM runs")) < 4 * 12
    stale = Runs(store)
    stale.refresh()
    gone = set(draw.sample(sorted(texts), 30))
    runs.forget(np.array(sorted(gone)))
    asked = keys_of({first: list(range(40))}, 250)
    left = {text: hashes for text, hashes in texts.items() if text not in gone}
    stale.refresh()
    for reader in (runs, stale):
        wanted = plain_candidates(left | {first: list(range(40))}, first, set(), 250)
        assert found(reader, asked, first) == wanted
        assert not reader.texts() & gone


def test_removed_texts_are_no_candidates(store: Store) -> None:
    runs = Runs(store)
    runs.add(keys_of({1: [7, 8], 2: [7, 8]}).keys)
    asked = keys_of({3: [7, 8]}, LEAST_WEIGHT // 2)
    assert found(runs, asked, 3) == {(3, 1), (3, 2)}
    assert found(runs, asked, 3, np.array([1])) == {(3, 2)}
    assert found(runs, keys_of({3: [7, 9]}, LEAST_WEIGHT // 2), 3) == set()
    assert found(runs, keys_of({3: []}), 3) == set()


@given(st.lists(article_texts, min_size=1, max_size=6))
def test_keys_of_a_text_do_not_depend_on_the_others(texts: list[str]) -> None:
    reading = read(texts)
    together = make_keys(reading.found, reading.cut, NEW, 5)
    assert (together.keys[1:] > together.keys[:-1]).all()
    weight = dict(zip(together.keys.tolist(), together.weights.tolist(), strict=True))
    apart: dict[int, int] = {}
    for i, text in enumerate(texts):
        one = read([text])
        keys = make_keys(one.found, one.cut, NEW, 5 + i)
        apart |= dict(zip(keys.keys.tolist(), keys.weights.tolist(), strict=True))
    assert apart == weight


def test_a_text_has_so_many_keys_at_most() -> None:
    reading = read([row["text"] for row in DEV])
    keys = make_keys(reading.found, reading.cut, NEW, 1)
    most = postings.MOST_TERMS + postings.MOST_FACTS
    n_keys = np.bincount((keys.keys & TEXT).astype(np.int64))[1:]
    n_sampled = np.array([len(sample(values)) for values in pieces(reading)])
    assert (n_keys <= most + n_sampled).all()
    assert (n_keys >= 20).mean() > 0.9
    assert keys.weights.min() > 0


def test_shingles_of_a_long_text_are_keys_where_they_are_of_a_short_one() -> None:
    short, long = DEV[0]["text"][:600], "\n\n".join(row["text"] for row in DEV[:9])
    reading = read([short, long])
    keys = make_keys(reading.found, reading.cut, NEW, 1).keys
    sampled = [sample(values) for values in pieces(reading)]
    for text, values in enumerate(pieces(reading), 1):
        hashes = keys[keys & TEXT == text] & ~TEXT
        assert set(values[np.isin(mix(values.copy()) & ~TEXT, hashes)].tolist()) == set(
            sampled[text - 1].tolist()
        )
    one, other = pieces(reading)
    shared = np.intersect1d(one, other)
    assert 0 < len(np.intersect1d(shared, sampled[1])) < len(sampled[0]) / 2
    assert set(np.intersect1d(shared, sampled[1]).tolist()) <= set(sampled[0].tolist())


def sample(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Choose the shingles that are keys, the plain way."""
    one_in = 1
    while len(values) > one_in * postings.MOST_SHINGLES and one_in < postings.LEAST_SAMPLED:
        one_in *= 2
    return np.unique(values[values % np.uint64(one_in) == 0])


def pieces(reading: Reading) -> list[NDArray[np.uint64]]:
    cut = reading.cut
    return [cut.values[a:b] for a, b in zip(cut.offsets[:-1], cut.offsets[1:], strict=True)]
