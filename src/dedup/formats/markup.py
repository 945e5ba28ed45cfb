"""Markup made text: bytes decoded, HTML reduced to paragraphs, entities refused."""

from __future__ import annotations

import codecs
import re
from contextlib import suppress
from typing import Any

from dedup.errors import FeedError

_BLOCKS = (
    "address article aside blockquote br dd div dl dt figcaption figure footer form h1 h2 h3 h4 h5 h6 "
    "header hr li main nav ol p pre section table td th tr ul"
).split()
_UNSEEN = ("script", "style", "template", "noscript", "iframe", "object", "svg", "textarea", "select")
_BREAK = "\u2029"  # a paragraph separator: marks what HTML breaks, as line ends in its source do not
_DECLARED = re.compile(rb"(?:encoding|charset)\s*=\s*[\"']?\s*([A-Za-z0-9._:-]{1,40})")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)


def html_text(markup: str) -> str:
    """Reduce HTML to its text.

    Parameters
    ----------
    markup : str
        A page or a part of one.

    Returns
    -------
    str
        Paragraphs, set apart by newlines; scripts, styles and forms left out.

    Examples
    --------
    >>> html_text("<p>The harbour\\nis <b>shut</b>.<p>Nobody knows why.<script>alert(1)</script>")
    'The harbour is shut.\\nNobody knows why.'
    """
    from lxml import etree

    root = parse_html(markup)
    if root is None:
        return ""
    etree.strip_elements(root, *_UNSEEN, with_tail=False)
    for element in root.iter(*_BLOCKS):
        element.text = _BREAK + (element.text or "")
        element.tail = _BREAK + (element.tail or "")
    paragraphs = (" ".join(part.split()) for part in str(root.text_content()).split(_BREAK))
    return "\n".join(filter(None, paragraphs))


def parse_html(markup: str) -> Any:
    """Parse HTML, well-formed or not.

    Parameters
    ----------
    markup : str
        A page or a part of one.

    Returns
    -------
    lxml element or None
        The root; None if there is nothing in it.

    Examples
    --------
    >>> parse_html("<title>Shut</title>").findtext("head/title")
    'Shut'
    """
    from lxml import etree, html

    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    data = markup.replace("\0", "").encode("utf-8", "replace")
    try:
        return html.document_fromstring(data, parser=parser)
    except etree.ParserError:  # nothing in it
        return None


def refuse_entities(text: str, place: str = "") -> None:
    """Refuse XML that declares entities.

    Parameters
    ----------
    text : str
        XML.
    place : str, optional
        Where it is, for the message.

    Raises
    ------
    FeedError
        If it declares entities, or values of attributes that it leaves out.

    Examples
    --------
    >>> refuse_entities('<!DOCTYPE a [<!ENTITY b "ha">]><a/>', "a.xml")
    Traceback (most recent call last):
    dedup.errors.FeedError: a.xml: declares entities, which may grow without bound; it was not read
    """
    if "<!ENTITY" in text or "<!ATTLIST" in text:
        raise FeedError(place, "declares entities, which may grow without bound; it was not read")


def decoded(data: bytes, content_type: str = "") -> str:
    """Decode a page or feed, whatever it says of its encoding.

    Parameters
    ----------
    data : bytes
        HTML or XML.
    content_type : str, optional
        What the server said of it.

    Returns
    -------
    str
        By its byte order mark; else as UTF-8 where it is valid and not mere ASCII; else as the server or the
        text itself says; else as Windows-1252.

    Examples
    --------
    >>> decoded("<p>Fähre".encode(), "text/html; charset=iso-8859-1"), decoded("<p>Fähre".encode("latin-1"))
    ('<p>Fähre', '<p>Fähre')
    """
    said = [codec for mark, codec in _MARKS if data.startswith(mark)]
    said += [] if data.isascii() else ["utf-8"]
    for place in (content_type.encode("ascii", "replace"), data[:1024]):
        said += [match[1].decode() for match in _DECLARED.finditer(place)][:1]
    for codec in said:
        with suppress(LookupError, ValueError):
            return data.decode(codec)
    return data.decode("windows-1252", "replace")
