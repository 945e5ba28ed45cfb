"""Text for a terminal: one line, nothing that moves the cursor, no wider than asked."""

import re
import unicodedata
from collections.abc import Callable

Paint = Callable[[str, str], str]
"""Colours a piece of text by what it is: a relation, ``root``, ``title``, ``bars``, ``shared`` ..."""

WIDTH = 100
"""Columns that a line may fill."""

_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
# Zero-width characters, marks that turn the direction of writing, tags: they show as nothing, or worse.
_INVISIBLE = re.compile(
    "[\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]"
)
_WIDE = re.compile(
    "[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6"
    "\U0001f300-\U0001f64f\U0001f680-\U0001f6ff\U0001f900-\U0001f9ff\U00020000-\U0003fffd]"
)


def unpainted(text: str, kind: str) -> str:
    """Leave a piece of text as it is.

    Parameters
    ----------
    text, kind : str
        The text, and what it is.

    Returns
    -------
    str
        The text.

    Examples
    --------
    >>> unpainted("copy", "relation")
    'copy'
    """
    return text


def plain(text: str) -> str:
    r"""Make a text harmless for a terminal.

    Parameters
    ----------
    text : str
        Anything.

    Returns
    -------
    str
        On one line, each run of white space a single space; control characters and lone surrogates replaced
        by U+FFFD, invisible characters left out.

    Examples
    --------
    >>> plain("It is\n\nshut.")
    'It is shut.'
    """
    text = " ".join(text.split())
    if text.isascii() and text.isprintable():
        return text
    return _INVISIBLE.sub("", _CONTROLS.sub("\ufffd", text))


def columns(text: str) -> int:
    """Count the columns that a plain text fills.

    Parameters
    ----------
    text : str
        From `plain`.

    Returns
    -------
    int
        Two for each East Asian wide character or emoji, none for a combining mark, one for any other.

    Examples
    --------
    >>> columns("港 is shut")
    10
    """
    if text.isascii():
        return len(text)
    return len(text) + len(_WIDE.findall(text)) - sum(unicodedata.combining(char) > 0 for char in text)


def clip(text: str, width: int) -> str:
    """Make a text plain and cut it to a width.

    Parameters
    ----------
    text : str
        Anything, of any length.
    width : int
        Columns it may fill.

    Returns
    -------
    str
        Ends with "…" if something was cut off; empty if `width` is less than 1.

    Examples
    --------
    >>> clip("The harbour is shut.", 12)
    'The harbour…'
    """
    line = plain(text[: 8 * max(width, 0) + 80])  # enough of it, however many characters show as nothing
    whole = len(text) <= 8 * max(width, 0) + 80
    if whole and columns(line) <= width:
        return line
    if width < 1:
        return ""
    line = line[: 2 * width]
    while columns(line) >= width:
        line = line[:-1]
    return line.rstrip() + "…"


def fraction(value: float) -> str:
    """Write a fraction for people to read.

    Parameters
    ----------
    value : float
        0 to 1.

    Returns
    -------
    str
        Three characters: two decimals without the zero in front, or ``1.0``.

    Examples
    --------
    >>> fraction(0.833), fraction(0.999)
    ('.83', '1.0')
    """
    return f"{value:.2f}".removeprefix("0").replace("1.00", "1.0")


def fill(text: str, width: int) -> str:
    """Fill a plain text up with spaces to a width.

    Parameters
    ----------
    text : str
        From `plain` or `clip`.
    width : int
        Columns to fill; a wider text stays as it is.

    Returns
    -------
    str
        At least `width` columns.

    Examples
    --------
    >>> fill("港", 4)
    '港  '
    """
    return text + " " * (width - columns(text))
