"""What pages say: the article on one, HTML reduced to text, bytes decoded."""

from __future__ import annotations

import codecs
import re
from contextlib import suppress

from dedup.errors import FeedError
from dedup.feeds.fetch import fetch

PAGE_BYTES = 5 << 20
"""Size from which a page is refused, in bytes."""

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


def read_page(url: str, *, allow_private: bool = False) -> str:
    """Fetch a page and find the article on it.

    Parameters
    ----------
    url : str
        Of http or https.
    allow_private : bool, optional
        See `fetch`.

    Returns
    -------
    str
        Paragraphs, set apart by newlines; empty if there is no article.

    Raises
    ------
    FeedError
        If it cannot be had, is larger than 5 MiB or is neither HTML nor text.

    Examples
    --------
    >>> read_page("http://[::1]/")
    Traceback (most recent call last):
    dedup.errors.FeedError: http://[::1]/: ::1 is not a public address; allow it with --allow-private
    """
    import trafilatura

    answer = fetch(url, n_bytes=PAGE_BYTES, allow_private=allow_private)
    kind = answer.headers.get("content-type", "text/html")
    if not re.match(r"\s*(text/|application/(xhtml|xml))", kind, re.IGNORECASE):
        raise FeedError(url, f"not a page but {kind[:40]!r}")
    return trafilatura.extract(decoded(answer.body, kind), include_comments=False) or ""


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
    from lxml import etree, html

    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    data = markup.replace("\0", "").encode("utf-8", "replace")
    try:
        root = html.document_fromstring(data, parser=parser)
    except etree.ParserError:  # nothing in it
        return ""
    etree.strip_elements(root, *_UNSEEN, with_tail=False)
    for element in root.iter(*_BLOCKS):
        element.text = _BREAK + (element.text or "")
        element.tail = _BREAK + (element.tail or "")
    paragraphs = (" ".join(part.split()) for part in str(root.text_content()).split(_BREAK))
    return "\n".join(filter(None, paragraphs))


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
