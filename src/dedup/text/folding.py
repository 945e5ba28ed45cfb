"""Fold a batch of texts into one buffer of bytes, in which a word looks the same however it was typed.

Case, width, accents, ligatures, look-alike letters, invisible characters, HTML entities and UTF-8 that was
read as cp1252 are folded away; what separates words is 0. The rest of the library never sees a character.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from dedup.errors import InputError
from dedup.ragged import ranges
from dedup.text.repair import is_misread, repair
from dedup.text.unicode_tables import (
    COMPOSING,
    CUT,
    DELETED,
    EXPANDED,
    LIMIT,
    MARK,
    SEPARATOR,
    UNSPACED,
    load_tables,
)

PAD = 16
"""Zero bytes after the last article, so that eight bytes can be loaded from any position of a word."""

_FEW = 8  # characters to one that is not ASCII, from which text is mostly ASCII
_FIRST_UNSPACED = 0x0E00  # no script written without spaces lies below
_DECOMPOSED = re.compile("[\u1100-\u11ff]+|[\u3046-\u30fd\uff66-\uff9d][\u3099\u309a\uff9e\uff9f]")
_Char = TypeVar("_Char", np.uint8, np.uint32)


@dataclass(frozen=True, slots=True)
class Folded:
    """A batch of texts as bytes.

    Attributes
    ----------
    buffer : ndarray of uint8, shape (n_bytes,)
        Folded UTF-8; 0 separates words. Begins with a 0 and ends with `PAD` of them.
    articles : ndarray of int64, shape (n_articles + 1,)
        Where each article begins in `buffer`, at a 0 of its own.
    classes : ndarray of uint8, shape (n_bytes,), or None
        What each byte was in the raw text, in the bits of `dedup.text.unicode_tables`; None where nobody
        asked and no word needs it.
    unspaced : bool
        Whether the batch has text in a script that is written without spaces; then `classes` is there.
    """

    buffer: NDArray[np.uint8]
    articles: NDArray[np.int64]
    classes: NDArray[np.uint8] | None
    unspaced: bool


def fold(texts: Sequence[str], *, classes: bool = False) -> Folded:
    r"""Fold a batch of texts into one buffer.

    Parameters
    ----------
    texts : sequence of str
        A batch, best of about 250 kB; lone surrogates and NULs are separators.
    classes : bool, optional
        Whether to tell what each byte was in the raw text.

    Returns
    -------
    Folded
        Articles in input order; the bytes of an article do not depend on the others, nor on the Unicode
        version of the running Python.

    Raises
    ------
    InputError
        If `texts` is a single string or an item is not a string.

    Notes
    -----
    ASCII takes .5 ns a byte; text that is mostly ASCII, with typographic marks and accents, twice that; any
    other, which goes through the tables of code points, 3 to 4 ns a character (measured on one core, batches
    of 250 kB). Peak memory is 12 times the text, hence batches.

    Examples
    --------
    >>> bytes(fold(["Ｃafé, 2²"]).buffer).strip(b"\0")
    b'cafe\x00\x0022'
    """
    if isinstance(texts, str):
        raise InputError(f"texts is one string, {texts[:40]!r}; give a list of strings, such as [text]")
    try:
        joined = _join(texts)
    except TypeError as error:
        raise InputError(f"texts holds something that is not a string ({error}); give strings only") from None
    if "&" in joined or "\r" in joined:
        texts = [repair(text) for text in texts]
        joined = _join(texts)
    if joined.isascii():
        buffer, kinds = _translate(joined.encode("ascii"), classes)
        return Folded(buffer, _offsets(texts), kinds, False)
    codes = _code_points(joined)
    if is_misread(codes):
        texts = [repair(text) for text in texts]
        codes = _code_points(_join(texts))
    return _fold_mostly_ascii(codes, texts, classes) or _fold_code_points(codes, texts, classes)


def _translate(raw: bytes, want_classes: bool) -> tuple[NDArray[np.uint8], NDArray[np.uint8] | None]:
    folds, kinds = _ascii_tables()
    buffer = np.frombuffer(raw.translate(folds), np.uint8)
    return buffer, np.frombuffer(raw.translate(kinds), np.uint8) if want_classes else None


@lru_cache(maxsize=1)
def _ascii_tables() -> tuple[bytes, bytes]:
    tables = load_tables()
    unused = bytes(128)
    return tables.folds[:128].astype(np.uint8).tobytes() + unused, tables.classes[:128].tobytes() + unused


def _join(texts: Sequence[str]) -> str:
    return "\0".join(["", *texts, "\0" * (PAD - 1)])


def _code_points(joined: str) -> NDArray[np.uint32]:
    return np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.dtype("<u4"))


def _offsets(texts: Sequence[str]) -> NDArray[np.int64]:
    offsets = np.zeros(len(texts) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)) + 1, out=offsets[1:])
    return offsets


def _fold_mostly_ascii(codes: NDArray[np.uint32], texts: Sequence[str], want_classes: bool) -> Folded | None:
    """Fold a batch in which few characters are not ASCII and all of those fold to ASCII; None for another.

    These are typographic marks and the accented letters of most Latin alphabets.
    """
    is_high = codes >= 0x80
    if np.count_nonzero(is_high) * _FEW > len(codes):
        return None
    tables = load_tables()
    places = np.flatnonzero(is_high)
    high = codes[places]
    if int(high.max(initial=0)) >= LIMIT:
        return None
    folded, kinds = tables.folds.take(high), tables.classes.take(high)
    special = np.flatnonzero(folded >= EXPANDED)
    marks, folded[special] = folded[special], 0
    spelled = tables.expansions[ranges(*_spelling(marks[marks != DELETED]))]
    if max(int(folded.max(initial=0)), int(spelled.max(initial=0))) >= 0x80 or _to_compose(kinds):
        return None
    low = codes.astype(np.uint8)
    low[places] = folded
    buffer, classes = _translate(low.tobytes(), want_classes)
    if classes is not None:
        classes = classes.copy()
        classes[places] = kinds
    articles = _offsets(texts)
    if len(special):
        buffer, classes, articles = _expand(buffer, classes, articles, places[special], marks)
    return Folded(buffer, articles, classes, False)


def _fold_code_points(codes: NDArray[np.uint32], texts: Sequence[str], want_classes: bool) -> Folded:
    folded, classes = _look_up(codes)
    if _to_compose(classes):
        texts = [
            _DECOMPOSED.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text) for text in texts
        ]
        folded, classes = _look_up(_code_points(_join(texts)))
    articles = _offsets(texts)
    if int(folded.max()) >= EXPANDED:
        special = np.flatnonzero(folded >= EXPANDED)
        folded, kinds, articles = _expand(folded, classes, articles, special, folded[special])
        classes = classes if kinds is None else kinds
    text = folded.astype("<u4", copy=False).tobytes().decode("utf-32-le")
    buffer = np.frombuffer(text.encode("utf-8"), np.uint8)
    unspaced = int(folded.max()) >= _FIRST_UNSPACED and _mark_cuts(folded, classes)
    if len(buffer) > len(folded):
        sizes = _utf8_sizes(folded)
        articles = _resized(articles, sizes)
        if unspaced or want_classes:
            classes = np.repeat(classes, sizes)
            if unspaced:  # a word begins at the first byte of a character only
                classes &= ~(((buffer & 0xC0) == 0x80).view(np.uint8) * np.uint8(CUT))
    return Folded(buffer, articles, classes if unspaced or want_classes else None, unspaced)


def _to_compose(classes: NDArray[np.uint8]) -> bool:
    return bool(((classes & (SEPARATOR | COMPOSING)) == COMPOSING).any())


def _look_up(codes: NDArray[np.uint32]) -> tuple[NDArray[np.uint32], NDArray[np.uint8]]:
    """Fold and classify each code point by the table, and those beyond it by rule."""
    tables = load_tables()
    beyond = np.flatnonzero(codes >= LIMIT)
    if not len(beyond):
        return tables.folds.take(codes), tables.classes.take(codes)
    high = codes[beyond]
    codes = codes.copy()
    codes[beyond] = 0
    folded, classes = tables.folds.take(codes), tables.classes.take(codes)
    han = high < 0x40000  # planes 2 and 3 are kept for Han; plane 14 has tags and variation selectors
    folded[beyond] = np.where(han, high, np.where(high >> 16 == 0xE, np.uint32(DELETED), np.uint32(0)))
    classes[beyond] = np.where(han, UNSPACED, SEPARATOR)
    return folded, classes


def _expand(
    folded: NDArray[_Char],
    classes: NDArray[np.uint8] | None,
    articles: NDArray[np.int64],
    places: NDArray[np.int64],
    marks: NDArray[np.uint32],
) -> tuple[NDArray[_Char], NDArray[np.uint8] | None, NDArray[np.int64]]:
    """Drop what is deleted and spell out what folds to several characters, as marks at some places say."""
    dropped = marks == DELETED
    several = places[~dropped]
    firsts, n_spelled = _spelling(marks[~dropped])
    spelled = load_tables().expansions[ranges(firsts, n_spelled)]
    is_first = np.zeros(len(spelled), np.bool_)
    is_first[np.cumsum(n_spelled) - n_spelled] = True
    after = np.repeat(several + 1, n_spelled - 1)
    gone = np.iinfo(folded.dtype).max
    folded = folded.copy()
    folded[several] = spelled[is_first]
    folded[places[dropped]] = gone
    kept = np.insert(folded != gone, after, True) if dropped.any() else slice(None)
    folded = np.insert(folded, after, spelled[~is_first])[kept]
    if classes is not None:
        classes = classes.copy()
        classes[several[spelled[is_first] == 0]] = SEPARATOR
        own = np.repeat(classes[several], n_spelled - 1)
        classes = np.insert(classes, after, np.where(spelled[~is_first] == 0, SEPARATOR, own))[kept]
    moved = np.full(len(places), -1)
    moved[~dropped] = n_spelled - 1
    shifts = np.append(0, np.cumsum(moved))
    return folded, classes, articles + shifts[np.searchsorted(places, articles)]


def _spelling(marks: NDArray[np.uint32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where in the table of expansions each begins, and of how many characters it is."""
    offsets = load_tables().expansion_offsets
    index = (marks & ~np.uint32(EXPANDED)).astype(np.int64)
    return offsets[index], offsets[index + 1] - offsets[index]


def _mark_cuts(folded: NDArray[np.uint32], classes: NDArray[np.uint8]) -> bool:
    """Set the CUT bit where a word begins inside text written without spaces; say whether there is any."""
    unspaced = (classes & (SEPARATOR | UNSPACED)) == UNSPACED
    if not unspaced.any():
        return False
    beside = unspaced.copy()
    beside[1:] |= unspaced[:-1]
    beside &= (classes & (SEPARATOR | MARK)) == 0
    classes |= beside.view(np.uint8) * np.uint8(CUT)
    return True


def _utf8_sizes(folded: NDArray[np.uint32]) -> NDArray[np.uint8]:
    sizes = np.ones(len(folded), np.uint8)
    for limit in (0x80, 0x800, 0x10000):
        sizes += folded >= limit
    return sizes


def _resized(articles: NDArray[np.int64], sizes: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Move article offsets to where they are once each character takes `sizes` places."""
    return np.append(0, np.cumsum(np.add.reduceat(sizes[: articles[-1]], articles[:-1], dtype=np.int64)))
