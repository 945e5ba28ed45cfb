import sys

import numpy as np
import pytest
from datasketch import LeanMinHash, MinHash, MinHashLSH

from dedup.duplicates.interop import datasketch_signatures, from_datasketch, to_datasketch
from dedup.duplicates.lsh import band_keys, candidate_pairs
from dedup.duplicates.minhash import resemblance, signatures
from dedup.duplicates.shingles import make_shingles
from dedup.errors import InputError, MissingExtraError

ITEMS = [[f"shingle {i}".encode() for i in range(start, start + 1500)] for start in (0, 100, 5000)]


HAS_SCHEMES = hasattr(MinHash(1), "scheme")  # since datasketch 2.0
DTYPES = {"affine32": np.uint32, "affine64": np.uint64, "legacy": np.uint32}
SCHEMES = tuple(DTYPES) if HAS_SCHEMES else ("legacy",)


def new(scheme: str, seed: int = 7) -> MinHash:
    return MinHash(64, seed, scheme=scheme) if HAS_SCHEMES else MinHash(64, seed)


def minhashes(scheme: str) -> list[MinHash]:
    made = [new(scheme) for _ in ITEMS]
    for minhash, items in zip(made, ITEMS, strict=True):
        minhash.update_batch(items)
    return made


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_round_trip_through_objects_of_datasketch(scheme: str) -> None:
    originals = minhashes(scheme)
    signed = from_datasketch(originals)
    assert signed.dtype == DTYPES[scheme]
    returned = to_datasketch(signed, seed=7, scheme=scheme)
    assert returned == [LeanMinHash(original) for original in originals]
    again = from_datasketch(LeanMinHash.deserialize(bytearray(_bytes(one))) for one in returned)
    assert np.array_equal(again, signed)


def _bytes(minhash: LeanMinHash) -> bytes:
    buffer = bytearray(minhash.bytesize())
    minhash.serialize(buffer)
    return bytes(buffer)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_signatures_of_datasketch_work_here(scheme: str) -> None:
    originals = minhashes(scheme)
    signed = from_datasketch([*originals, new(scheme), new(scheme)])
    pairs = np.array([[0, 1], [0, 2], [3, 4]])
    expected = [originals[0].jaccard(originals[1]), originals[0].jaccard(originals[2]), 0]
    assert resemblance(signed, pairs).tolist() == expected
    assert candidate_pairs(band_keys(signed, 16)).tolist() == [[0, 1]]


def test_signatures_of_ours_work_there() -> None:
    text = "the storm hit the harbour at dawn and sixty four boats were lost in the bay today"
    signed = signatures(
        make_shingles([text, text + " again", "nobody was hurt in the city on that very day"])
    )
    ours = to_datasketch(signed)
    estimate = resemblance(signed, np.array([[0, 1]]))[0]
    assert ours[0].jaccard(ours[1]) == estimate > 0.5
    index = MinHashLSH(threshold=0.5, num_perm=128)
    for i, minhash in enumerate(ours):
        index.insert(i, minhash)
    assert sorted(index.query(ours[0])) == [0, 1]
    with pytest.raises(ValueError, match="different seeds"):
        ours[0].jaccard(MinHash(128))  # the seed keeps the two kinds apart


@pytest.mark.parametrize("seed", [1, 42])
def test_signatures_are_those_of_update_batch(seed: int) -> None:
    expected = [MinHash(64, seed) for _ in ITEMS]
    for minhash, items in zip(expected, ITEMS, strict=True):
        minhash.update_batch(items)
    found = datasketch_signatures([*ITEMS, []], 64, seed=seed)
    assert found[:-1].tolist() == [minhash.hashvalues.tolist() for minhash in expected]
    assert found[-1].tolist() == MinHash(64, seed).hashvalues.tolist()


def test_signatures_of_the_scheme_before_2(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("datasketch.MinHash", lambda _, seed: new("legacy", seed))
    found = datasketch_signatures(ITEMS, 64, seed=7)
    monkeypatch.undo()
    assert found.tolist() == from_datasketch(minhashes("legacy")).tolist()


def test_unlike_objects_are_refused() -> None:
    with pytest.raises(InputError, match=r"\(1, 8, '\w+'\), \(2, 8, '\w+'\)"):
        from_datasketch([MinHash(8, 1), MinHash(8, 2)])
    with pytest.raises(InputError, match="nothing"):
        from_datasketch([])
    with pytest.raises(InputError, match="rows is 0"):
        datasketch_signatures([], 0)


def test_without_datasketch_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasketch", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'dedup-lineage\[datasketch\]'"):
        to_datasketch(np.zeros((1, 2), np.uint32))
