"""Each kernel beside its plain reference, on the same articles: ``make bench``.

A reference runs once, since it takes a thousand times as long; both must return the same.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from benchmarks.corpus import Options, make_articles
from dedup.duplicates.lsh import band_keys, candidate_pairs
from dedup.duplicates.minhash import SEED, signatures
from dedup.duplicates.shingles import make_shingles, word_shingles
from dedup.pairs.compare import FEATURES, compare
from dedup.pairs.terms import find_terms
from dedup.text.batches import tokens
from dedup.text.folding import fold
from dedup.text.hashing import words
from tests import lineage_reference, reference
from tests.test_compare import pile_of

ROWS, BANDS = 128, 16

TEXTS = [article["text"] for article in make_articles(40)]
"""A batch of about 100 kB."""

MANY = [article["text"] for article in make_articles(5_000, Options(paragraphs=True))]
"""Enough paragraphs for the join."""

PAIRS = np.array(list(combinations(range(12), 2)), np.int64)
"""What is compared feature by feature, which takes 40 milliseconds a pair without numpy."""

Timer = Callable[..., Any]


@pytest.fixture
def once(benchmark: Any) -> Timer:
    """Time a reference once."""
    return lambda run: benchmark.pedantic(run, rounds=1)


@pytest.mark.benchmark(group="fold")
def test_fold(benchmark: Any) -> None:
    """Fold a batch into bytes."""
    folded = benchmark(fold, TEXTS)
    assert bytes(folded.buffer).strip(b"\0") == _fold_plainly().encode().strip(b"\0")


@pytest.mark.benchmark(group="fold")
def test_fold_reference(once: Timer) -> None:
    """Fold it character by character."""
    assert once(_fold_plainly)


@pytest.mark.benchmark(group="words")
def test_words(benchmark: Any) -> None:
    """Cut a batch into words and hash them."""
    found = benchmark(words, fold(TEXTS))
    assert found.hashes.tolist() == _hash_plainly(_cut(TEXTS))


@pytest.mark.benchmark(group="words")
def test_words_reference(once: Timer) -> None:
    """Hash them word by word; cutting is left out."""
    cut = _cut(TEXTS)
    assert once(lambda: _hash_plainly(cut))


@pytest.mark.benchmark(group="word_shingles")
def test_word_shingles(benchmark: Any) -> None:
    """Hash every five words."""
    found = benchmark(word_shingles, words(fold(TEXTS)))
    assert found.values.tolist() == _shingle_plainly(_lists_of_words())


@pytest.mark.benchmark(group="word_shingles")
def test_word_shingles_reference(once: Timer) -> None:
    """Hash them shingle by shingle."""
    lists = _lists_of_words()
    assert once(lambda: _shingle_plainly(lists))


@pytest.mark.benchmark(group="signatures")
def test_signatures(benchmark: Any) -> None:
    """Sketch a batch in 128 rows."""
    signed = benchmark(signatures, make_shingles(TEXTS), ROWS)
    assert signed[:2].tolist() == _sign_plainly(2)


@pytest.mark.benchmark(group="signatures")
def test_signatures_reference(once: Timer) -> None:
    """Sketch it hash by hash."""
    assert len(once(lambda: _sign_plainly(len(TEXTS)))) == len(TEXTS)


@pytest.mark.benchmark(group="candidate_pairs")
def test_candidate_pairs(benchmark: Any) -> None:
    """Join 5,000 articles by 16 bands."""
    keys = _band_keys()
    pairs = benchmark(candidate_pairs, keys)
    assert set(map(tuple, pairs.tolist())) <= set(reference.bucket_pairs(keys.tolist()))


@pytest.mark.benchmark(group="candidate_pairs")
def test_candidate_pairs_reference(once: Timer) -> None:
    """Join them by dictionaries."""
    keys = _band_keys().tolist()
    assert once(lambda: reference.bucket_pairs(keys))


@pytest.mark.benchmark(group="tokens")
def test_tokens(benchmark: Any) -> None:
    """Read words, what they are, and paragraphs."""
    read = benchmark(tokens, TEXTS)
    hashes, kinds, _ = reference.tokens(TEXTS[0])
    assert read.words[: len(hashes)].tolist() == hashes
    assert read.kinds[: len(kinds)].tolist() == kinds


@pytest.mark.benchmark(group="tokens")
def test_tokens_reference(once: Timer) -> None:
    """Read them character by character."""
    assert once(lambda: [reference.tokens(text) for text in TEXTS])


@pytest.mark.benchmark(group="find_terms")
def test_find_terms(benchmark: Any) -> None:
    """Find the terms of a batch that has been read."""
    found = benchmark(find_terms, tokens(TEXTS))
    assert np.diff(found.offsets).tolist() == [len(s.terms) for s in lineage_reference.find_terms(TEXTS)]


@pytest.mark.benchmark(group="find_terms")
def test_find_terms_reference(once: Timer) -> None:
    """Find them word by word, reading included."""
    assert once(lambda: lineage_reference.find_terms(TEXTS))


@pytest.mark.benchmark(group="compare")
def test_compare(benchmark: Any) -> None:
    """Compare the pairs of a dozen articles."""
    pile, _ = pile_of(TEXTS[:12], [-1] * 12)
    features = benchmark(compare, pile, PAIRS)
    assert features.shape == (len(PAIRS), len(FEATURES))


@pytest.mark.benchmark(group="compare")
def test_compare_reference(once: Timer) -> None:
    """Compare them feature by feature."""
    pile, sides = pile_of(TEXTS[:12], [-1] * 12)
    rows = once(lambda: [lineage_reference.compare(sides[a], sides[b]) for a, b in PAIRS.tolist()])
    assert np.allclose(compare(pile, PAIRS), [[row[name] for name in FEATURES] for row in rows])


def _fold_plainly() -> str:
    return "\0".join("".join(char for char, _ in reference.characters(text)) for text in TEXTS)


def _cut(texts: list[str]) -> list[bytes]:
    folded = fold(texts)
    return bytes(folded.buffer).replace(b"\0", b" ").split()


def _hash_plainly(cut: list[bytes]) -> list[int]:
    return [reference.word_hash(word) for word in cut]


def _lists_of_words() -> list[list[int]]:
    found = words(fold(TEXTS))
    return [found.hashes[a:b].tolist() for a, b in zip(found.articles[:-1], found.articles[1:], strict=True)]


def _shingle_plainly(lists: list[list[int]]) -> list[int]:
    return [value for hashes in lists for value in reference.shingle_hashes(hashes, 5)]


def _sign_plainly(n: int) -> list[list[int]]:
    cut = make_shingles(TEXTS[:n])
    lists = (cut.values[a:b].tolist() for a, b in zip(cut.offsets[:-1], cut.offsets[1:], strict=True))
    return [reference.minhash(set(values), ROWS, SEED) for values in lists]


def _band_keys() -> Any:
    return band_keys(signatures(make_shingles(MANY), ROWS), BANDS)
