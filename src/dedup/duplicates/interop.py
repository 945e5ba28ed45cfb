"""Read, write and compute the signatures of datasketch, an optional package."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dedup.duplicates.minhash import SEED
from dedup.errors import InputError, MissingExtraError

_CHUNK = 1 << 10  # shingles permuted at once: 512 kB at 128 rows
_PRIME = np.uint64((1 << 61) - 1)  # of datasketch's scheme before 2.0


def to_datasketch(
    signed: NDArray[np.unsignedinteger[Any]], *, seed: int = SEED, scheme: str = ""
) -> list[Any]:
    """Make objects of datasketch from signatures.

    Parameters
    ----------
    signed : ndarray of uint32 or uint64, shape (n_articles, rows)
        Signatures of this library, or what `from_datasketch` or `datasketch_signatures` returned.
    seed : int, optional
        Seed written into the objects; the seed of the originals where there are any. The default is the seed
        of this library: datasketch refuses to compare objects of different seeds, and rightly.
    scheme : str, optional
        ``"affine32"``, ``"affine64"`` or ``"legacy"``; by default the affine scheme of the width of `signed`,
        and what there is in datasketch before 2.0.

    Returns
    -------
    list of datasketch.LeanMinHash
        One an article, in order.

    Raises
    ------
    MissingExtraError
        If datasketch is not installed.

    Notes
    -----
    ``jaccard``, ``MinHashLSH`` and serialisation work. ``merge``, ``union`` and ``count`` do not on
    signatures of this library, whose rows are no minima over all shingles. About 3 microseconds an article.

    Examples
    --------
    >>> one, other = to_datasketch(np.array([[1, 2], [1, 3]], np.uint32))
    >>> one.jaccard(other)
    0.5
    """
    datasketch = _datasketch()
    if not hasattr(datasketch.MinHash(1), "scheme"):
        return [datasketch.LeanMinHash(seed=seed, hashvalues=row) for row in signed]
    scheme = scheme or f"affine{signed.dtype.itemsize * 8}"
    return [datasketch.LeanMinHash(seed=seed, hashvalues=row, scheme=scheme) for row in signed]


def from_datasketch(minhashes: Iterable[Any]) -> NDArray[np.unsignedinteger[Any]]:
    """Read signatures from objects of datasketch.

    Parameters
    ----------
    minhashes : iterable of datasketch.MinHash or datasketch.LeanMinHash
        Of one seed, scheme and number of permutations.

    Returns
    -------
    ndarray of uint32, shape (n_articles, rows)
        In order; of uint64 for the scheme ``"affine64"``. `dedup.band_keys` and
        `dedup.resemblance` take both. An object without values has the largest value in all rows: an
        article without shingles.

    Raises
    ------
    InputError
        If the objects can not be compared with one another, or there is none.

    Examples
    --------
    >>> from datasketch import MinHash
    >>> from_datasketch([MinHash(4), MinHash(4)]).shape
    (2, 4)
    """
    minhashes = list(minhashes)
    kinds = {(m.seed, len(m.hashvalues), getattr(m, "scheme", "legacy")) for m in minhashes}
    if len(kinds) != 1:
        shown = ", ".join(map(str, sorted(kinds))) or "nothing"
        raise InputError(
            f"minhashes have (seed, permutations, scheme) {shown}; give objects that share one of each"
        )
    wide = kinds.pop()[2] == "affine64"
    return np.stack([m.hashvalues for m in minhashes]).astype(np.uint64 if wide else np.uint32)


def datasketch_signatures(
    items: Sequence[Iterable[bytes]], rows: int = 128, *, seed: int = 1
) -> NDArray[np.uint32]:
    """Compute the signatures that datasketch would, bit for bit.

    Parameters
    ----------
    items : sequence of iterable of bytes
        The shingles of each article, as they would be given to ``MinHash.update_batch``.
    rows : int, optional
        Number of permutations, >= 1.
    seed : int, optional
        Seed of the permutations, 0 to 2**32 - 1.

    Returns
    -------
    ndarray of uint32, shape (n_articles, rows)
        The ``hashvalues`` of ``MinHash(rows, seed)`` after ``update_batch``, in the default scheme of the
        datasketch that is installed, for comparison with signatures that are stored already.

    Raises
    ------
    InputError
        If `rows` is less than 1.
    MissingExtraError
        If datasketch is not installed.

    Notes
    -----
    Each shingle is hashed to the first four bytes, little-endian, of its SHA-1 (the default of datasketch),
    one by one; then all permutations of all shingles are taken at once. About 0.6 microseconds a shingle at
    128 rows.

    Examples
    --------
    >>> datasketch_signatures([[b"a", b"b"], []], rows=2)[1].tolist()
    [4294967295, 4294967295]
    """
    if rows < 1:
        raise InputError(f"rows is {rows}; a signature has at least 1 row")
    model = _datasketch().MinHash(rows, seed)
    hashed = [[hashlib.sha1(item).digest()[:4] for item in article] for article in items]
    signed = np.full((len(hashed), rows), 0xFFFFFFFF, np.uint32)
    for i, article in enumerate(hashed):
        hashes = np.frombuffer(b"".join(article), "<u4")
        for start in range(0, len(hashes), _CHUNK):
            permuted = _permute(hashes[start : start + _CHUNK, None], model)
            np.minimum(signed[i], permuted.min(axis=0), out=signed[i])
    return signed


def _permute(hashes: NDArray[np.uint32], model: Any) -> NDArray[np.uint32]:
    a, b = model.permutations
    permuted: NDArray[np.uint32]
    if getattr(model, "scheme", "legacy") == "legacy":
        permuted = ((hashes.astype(np.uint64) * a + b) % _PRIME).astype(np.uint32)
        return permuted
    mixed = hashes ^ (hashes >> np.uint32(16))  # the finaliser of MurmurHash3, 32 bits
    mixed *= np.uint32(0x85EBCA6B)
    mixed ^= mixed >> np.uint32(13)
    mixed *= np.uint32(0xC2B2AE35)
    mixed ^= mixed >> np.uint32(16)
    permuted = mixed * a + b
    return permuted


def _datasketch() -> ModuleType:
    try:
        import datasketch
    except ImportError:
        raise MissingExtraError("datasketch", "datasketch") from None
    module: ModuleType = datasketch
    return module
