"""Texts as an index keeps them, and what the comparison reads of them."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import xxhash
from numpy.typing import NDArray

from dedup.duplicates.shingles import make_shingles
from dedup.errors import IndexFileError
from dedup.pairs.terms import Occurrences, find_terms
from dedup.ragged import Ragged
from dedup.text.batches import tokens

_LEVEL = 6  # of compression
_KEPT_BYTES = 5  # of each hash where texts are not kept: as many as the comparison looks at


@dataclass(frozen=True, slots=True)
class Reading:
    """What the comparison reads of texts.

    Attributes
    ----------
    found : Occurrences
        Their terms.
    cut : Ragged
        Their word shingles.
    """

    found: Occurrences
    cut: Ragged

    def __len__(self) -> int:
        return len(self.cut)


def read(texts: Sequence[str]) -> Reading:
    """Read texts; what is read of one does not depend on the others."""
    return Reading(find_terms(tokens(texts)), make_shingles(texts))


def digest_of(text: str, name: str) -> bytes:
    """Return what is the same for the same text; what has no words is nobody's copy, but known by its id."""
    same = text if any(map(str.isalnum, text)) else f"\0{name}\0{text}"
    return xxhash.xxh3_128_digest(same.encode("utf-8", "surrogatepass"))


def pack_text(text: str) -> bytes:
    """Compress a text."""
    return zlib.compress(text.encode("utf-8", "surrogatepass"), _LEVEL)


def unpack_text(body: bytes) -> str:
    """Undo `pack_text`."""
    return inflate(body).decode("utf-8", "surrogatepass")


def inflate(packed: bytes) -> bytes:
    """Undo zlib.compress; IndexFileError if that cannot be."""
    try:
        return zlib.decompress(packed)
    except zlib.error as error:
        raise IndexFileError(f"the index is damaged ({error}); restore it from a backup") from None


def pack_reading(reading: Reading, text: int) -> bytes:
    """Pack what was read of one of the texts, which is not enough to restore it.

    Parameters
    ----------
    reading : Reading
        Of several texts.
    text : int
        Which of them.

    Returns
    -------
    bytes
        Some 3 kB for a text of 400 words.
    """
    found, cut = reading.found, reading.cut
    first, last = found.offsets[text : text + 2]
    units = slice(found.unit_offsets[first], found.unit_offsets[last])
    parts: list[NDArray[np.generic]] = [
        np.array([last - first, found.n_units[text], found.n_words[text]], "<u4"),
        _cut_hashes(found.hashes[first:last]),
        found.surprises[first:last],
        found.classes[first:last],
        found.first[first:last].astype("<u4"),
        np.diff(found.unit_offsets[first : last + 1]).astype(np.uint8),
        found.units[units],
        _cut_hashes(cut.values[cut.offsets[text] : cut.offsets[text + 1]]),
    ]
    sizes = np.array([part.nbytes for part in parts], "<u4")
    return zlib.compress(sizes.tobytes() + b"".join(part.tobytes() for part in parts), _LEVEL)


def unpack_readings(bodies: Sequence[bytes]) -> Reading:
    """Put together what `pack_reading` packed, one text after the other."""
    columns = [_unpack(body) for body in bodies]

    def column(i: int, dtype: str) -> NDArray[np.generic]:
        return np.frombuffer(b"".join(parts[i] for parts in columns), dtype)

    heads = column(0, "<u4").reshape(-1, 3).astype(np.int64)
    n_cut = np.array([len(parts[7]) // _KEPT_BYTES for parts in columns], np.int64)
    found = {
        "hashes": _whole_hashes(column(1, "u1")),
        "surprises": column(2, "u1"),
        "classes": column(3, "u1"),
        "offsets": np.append(0, np.cumsum(heads[:, 0])),
        "first": column(4, "<u4").astype(np.int32),
        "units": column(6, "u1"),
        "unit_offsets": np.append(0, np.cumsum(column(5, "u1").astype(np.int64))),
        "n_units": heads[:, 1],
        "n_words": heads[:, 2],
    }
    occurrences = Occurrences(**{field.name: found[field.name] for field in fields(Occurrences)})
    return Reading(occurrences, Ragged(_whole_hashes(column(7, "u1")), np.append(0, np.cumsum(n_cut))))


def pack_bodies(reading: Reading) -> list[bytes]:
    """Pack each text of a reading."""
    return [pack_reading(reading, text) for text in range(len(reading))]


def unpack_bodies(bodies: Sequence[bytes], are_texts: bool) -> Reading:
    """Read what the file has of texts."""
    return read([unpack_text(body) for body in bodies]) if are_texts else unpack_readings(bodies)


def _unpack(body: bytes) -> list[bytes]:
    raw = inflate(body)
    ends = np.cumsum(np.frombuffer(raw[:32], "<u4").astype(np.int64)) + 32
    return [raw[start:end] for start, end in zip([32, *ends[:-1].tolist()], ends.tolist(), strict=True)]


def _cut_hashes(hashes: NDArray[np.uint64]) -> NDArray[np.uint8]:
    return np.ascontiguousarray(hashes.astype(">u8").view(np.uint8).reshape(-1, 8)[:, :_KEPT_BYTES])


def _whole_hashes(cut: NDArray[np.generic]) -> NDArray[np.uint64]:
    whole = np.zeros((len(cut) // _KEPT_BYTES, 8), np.uint8)
    whole[:, :_KEPT_BYTES] = cut.reshape(-1, _KEPT_BYTES)
    return whole.view(">u8").reshape(-1).astype(np.uint64)
