"""What web pages do to text, undone: entities, UTF-8 that was read as cp1252, line ends of other systems."""

from __future__ import annotations

import html
import re

import numpy as np
from numpy.typing import NDArray

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]\w{1,30});")
_MOJIBAKE = re.compile("â€|[ÂÃ][\xa0-\xbf]")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_C1 = {bytes([code]).decode("cp1252", "replace"): code for code in range(0x80, 0xA0)}


def repair(text: str) -> str:
    """Undo what web pages do to text: entities, UTF-8 read as cp1252, line ends of other systems."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "&" in text and _ENTITY.search(text):
        text = html.unescape(text)
    return _NOT_ASCII.sub(_decode_again, text) if _MOJIBAKE.search(text) else text


def is_misread(codes: NDArray[np.uint32]) -> bool:
    """Say whether `repair` would find UTF-8 that was read as cp1252 in an array of code points."""
    leads = np.flatnonzero(((codes | 1) == ord("Ã")) | (codes == ord("â")))
    lead, after = codes[leads], codes[leads + 1]
    two = (lead != ord("â")) & (after >= 0xA0) & (after < 0xC0)
    return bool((two | ((lead == ord("â")) & (after == ord("€")))).any())


def _decode_again(match: re.Match[str]) -> str:
    # Run by run: an article may quote a broken text and be whole itself.
    try:
        return bytes(_C1.get(char, ord(char)) for char in match[0]).decode("utf-8")
    except ValueError:
        return match[0]
