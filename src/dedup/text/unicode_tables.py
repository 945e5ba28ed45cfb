"""Build and load the table that folds characters, so that no result depends on Python's Unicode version.

The table is made once, by ``python -m dedup.text.unicode_tables``, and shipped as ``unicode.npz`` (that of
Unicode 14). It
folds a code point the way a matcher needs: compatibility forms (width, ligatures, mathematical letters),
case, accents and letters that look alike in Latin, Greek and Cyrillic (the skeleton of UTS #39, cut down to
what a copyist can type).
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

LIMIT = 0x20000
"""Code points from here on (rare Han, tags, private use) are folded by rule, not by table."""
DELETED = 0xFFFFFFFF
"""Value in ``folds``: the character is dropped."""
EXPANDED = 0x80000000
"""Flag in ``folds``: the low bits are an index into ``expansion_offsets``."""

_ITSELF = 1  # in the file only: most letters fold to themselves, and a constant compresses to a fifth

# Bits of the class of a character that is part of a word ...
UPPER, LOWER, DIGIT, MARK, UNSPACED, CUT, COMPOSING = 1, 2, 4, 8, 16, 32, 64
# ... and of one that is not, told by the SEPARATOR bit.
STOP, JOINER, QUOTE, NEWLINE, BLANK, INDENT, CLOSER, SEPARATOR = 1, 2, 4, 8, 16, 32, 64, 128

_LOOK_ALIKES = dict(
    zip(
        "авекмнорстухіјѕһԁԛԝүӏ" + "αβεζηικμνορτυχγϲϳ" + "օսհոցզɑɡıȷⲟ",
        "abekmhopctyxijshdqwyl" + "abezhikmvoptuxycj" + "ouhngqagijo",
        strict=True,
    )
)
_STROKES = {
    "ø": "o",
    "đ": "d",
    "ł": "l",
    "ħ": "h",
    "ŧ": "t",
    "ð": "d",
    "ŋ": "n",
    "þ": "th",
    "æ": "ae",
    "œ": "oe",
}
_UNSPACED = (
    (0x0E01, 0x0E5B), (0x0E81, 0x0EDF), (0x1000, 0x109F), (0x1100, 0x11FF), (0x1780, 0x17DD),
    (0x2E80, 0x2FDF), (0x3005, 0x3007), (0x3021, 0x3029), (0x3038, 0x312F), (0x3131, 0x318E),
    (0x31A0, 0x31BF), (0x31F0, 0x31FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xA960, 0xA97F),
    (0xA9E0, 0xA9FE), (0xAA60, 0xAA7F), (0xAC00, 0xD7FF), (0xF900, 0xFAFF), (0x1AFF0, 0x1B16F),
)  # fmt: skip
_DELETED_MARKS = (
    (0x0300, 0x036F), (0x0483, 0x0489), (0x0591, 0x05C7), (0x0610, 0x061A), (0x0640, 0x0640),
    (0x064B, 0x065F), (0x0670, 0x0670), (0x06D6, 0x06ED), (0x115F, 0x1160), (0x180B, 0x180F),
    (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0x3164, 0x3164), (0xFE00, 0xFE0F),
    (0xFE20, 0xFE2F), (0xFFA0, 0xFFA0),
)  # fmt: skip
_SEPARATING_LETTERS = frozenset("ʹʺʻʼʽʾʿˈˊˋˌˮ")  # modifier letters that people type for an apostrophe
_SEPARATORS = {
    STOP | CLOSER: "!?…。！？｡؟۔।॥։።‼⁇⁈⁉",
    STOP | CLOSER | JOINER: ".:：．",
    CLOSER: ";；)）",
    CLOSER | JOINER: "’",
    CLOSER | QUOTE: '"”»“„‟«「」『』〝〞＂',
    JOINER: ",'，٫٬",
    BLANK: " \u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2008\u200a\u205f",
    BLANK | JOINER: "\u00a0\u2007\u2009\u202f",
    BLANK | INDENT: "\t\u3000",
    NEWLINE: "\n\v\f\x85\u2028\u2029",
}
_SEPARATOR_CLASS = {ord(char): bits | SEPARATOR for bits, chars in _SEPARATORS.items() for char in chars}


class Tables(NamedTuple):
    """The folding table.

    Attributes
    ----------
    folds : ndarray of uint32, shape (LIMIT,)
        Folded code point, 0 for a separator, `DELETED`, or `EXPANDED` | index.
    classes : ndarray of uint8, shape (LIMIT,)
        Class bits of the character as it stands in the raw text.
    expansions : ndarray of uint32, shape (n_values,)
        Code points of all expansions, one after the other.
    expansion_offsets : ndarray of int64, shape (n_expansions + 1,)
        Where each expansion begins in `expansions`.
    """

    folds: NDArray[np.uint32]
    classes: NDArray[np.uint8]
    expansions: NDArray[np.uint32]
    expansion_offsets: NDArray[np.int64]


@lru_cache(maxsize=1)
def load_tables() -> Tables:
    """Load the folding table that is shipped with the package.

    Returns
    -------
    Tables
        The same object on every call.

    Notes
    -----
    Takes about 3 ms and 700 kB, the first time only.

    Examples
    --------
    >>> chr(load_tables().folds[ord("É")])
    'e'
    """
    with (
        (files("dedup.text") / "unicode.npz").open("rb") as file,
        np.load(file, allow_pickle=False) as stored,
    ):
        tables = Tables(*(stored[name] for name in Tables._fields))
    codes = np.arange(LIMIT, dtype=np.uint32)
    return tables._replace(folds=np.where(tables.folds == _ITSELF, codes, tables.folds))


def build_tables() -> Tables:
    """Build the folding table from the Unicode data of the running Python.

    Returns
    -------
    Tables
        What `load_tables` returns, if ``unicodedata.unidata_version`` is that of the shipped table.

    Notes
    -----
    Takes about a second. `main` writes the result; a test compares it with the shipped table.
    """
    folds, classes = np.zeros(LIMIT, np.uint32), np.full(LIMIT, SEPARATOR, np.uint8)
    expansions: dict[str, int] = {}
    for code in range(LIMIT):
        folded = _fold_char(chr(code))
        classes[code] = _class_of(code, folded)
        if len(folded) == 1:
            folds[code] = ord(folded)
        elif folded:
            folds[code] = EXPANDED | expansions.setdefault(folded, len(expansions))
        else:
            folds[code] = DELETED
    values = np.array([ord(char) for text in expansions for char in text], np.uint32)
    offsets = np.cumsum([0, *map(len, expansions)], dtype=np.int64)
    return Tables(folds, classes, values, offsets)


def main() -> None:
    """Write the table beside this module, compressed."""
    tables = build_tables()
    codes = np.arange(LIMIT, dtype=np.uint32)
    stored = tables._replace(
        folds=np.where((tables.folds == codes) & (codes > 0), np.uint32(_ITSELF), tables.folds)
    )
    np.savez_compressed(str(files("dedup.text") / "unicode.npz"), **stored._asdict())


def _fold_char(char: str) -> str:
    """Fold a character to what stands for it in a word: nothing, NUL (a separator), or letters and digits."""
    if ord(char) in _SEPARATOR_CLASS:
        return "\0"
    # Twice: case folding can open a new decomposition (U+0130), a decomposition a new case (U+3392).
    text = _decompose(_decompose(char).casefold()).casefold()
    folded = "".join(map(_simplify, text))
    return folded.strip("\0") or folded[:1]


def _decompose(text: str) -> str:
    text = unicodedata.normalize("NFKD", text)
    if any(0x1100 <= ord(char) <= 0x11FF or char in "\u3099\u309a" for char in text):
        return unicodedata.normalize(
            "NFC", text
        )  # Hangul and kana stay whole: a syllable is a character there
    return text


def _simplify(char: str) -> str:
    code, category = ord(char), unicodedata.category(char)
    if category == "Cf" or _within(code, _DELETED_MARKS):
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(char))
    if category[0] in "LM" or category == "Nl":
        return "\0" if char in _SEPARATING_LETTERS else _STROKES.get(char) or _LOOK_ALIKES.get(char, char)
    return "\0"


def _class_of(code: int, folded: str) -> int:
    if not folded or folded[0] == "\0":
        return _SEPARATOR_CLASS.get(code, SEPARATOR)
    category = unicodedata.category(chr(code))
    bits = {"Lu": UPPER, "Lt": UPPER, "Ll": LOWER, "Mn": MARK, "Mc": MARK, "Me": MARK}.get(category, 0)
    if 0x1100 <= code <= 0x11FF or chr(code) in "\u3099\u309a\uff9e\uff9f":
        bits |= COMPOSING  # Hangul and kana written in parts: to be put together first
    if folded[0] in "0123456789":
        return bits | DIGIT
    return bits | UNSPACED if _within(ord(folded[0]), _UNSPACED) else bits


def _within(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= code <= last for first, last in ranges)


if __name__ == "__main__":
    main()
