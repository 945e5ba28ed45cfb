"""NewsML-G2: the items of a message, made the fields of articles; entities refused, nothing fetched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dedup.errors import FeedError
from dedup.formats.markup import html_text, refuse_entities

_RELATIONS = {"derivedfrom": "derivedFrom", "evolvedfrom": "evolvedFrom", "translatedfrom": "translatedFrom"}
_TIMES = ("versionCreated", "contentCreated", "firstCreated")


def newsml_articles(text: str) -> list[dict[str, Any]]:
    """Read the news items of a NewsML-G2 document.

    Parameters
    ----------
    text : str
        One item, or a message with any number of them.

    Returns
    -------
    list of dict
        Of each news item that has text, in order, ``id``, ``title``, ``outlet``, ``published_at``, ``text``
        and ``declared``.

    Raises
    ------
    FeedError
        If it is not well-formed XML, declares entities, or holds no item with text.

    Examples
    --------
    >>> body = "<contentSet><inlineXML><html><body><p>It is shut.</p></body></html></inlineXML></contentSet>"
    >>> link = "<itemMeta><link rel='irel:derivedFrom' residref='urn:wire:1'/></itemMeta>"
    >>> item = newsml_articles(f"<newsItem guid='urn:paper:7'>{link}{body}</newsItem>")[0]
    >>> item["id"], item["text"], item["declared"]
    ('urn:paper:7', 'It is shut.', [{'source': 'urn:wire:1', 'by': 'derivedFrom'}])
    """
    from lxml import etree

    refuse_entities(text)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.fromstring(_without_encoding(text).encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:
        raise FeedError("", f"not well-formed XML: {error.msg}") from None
    items = [item for item in root.iter("{*}newsItem") if _content(item) is not None]
    if not items:
        raise FeedError("", "holds no news item with text")
    return [_fields(item) for item in items]


def _without_encoding(text: str) -> str:
    """Take off the XML declaration, whose encoding no longer holds."""
    text = text.lstrip("\ufeff \t\r\n")
    return text.partition("?>")[2] if text.startswith("<?xml") else text


def _content(item: Any) -> Any:
    """Return the element with the text, None if it has none: pictures and packages."""
    for place in ("inlineXML", "inlineData"):
        for found in item.iterfind(f".//{{*}}contentSet/{{*}}{place}"):
            if "".join(found.itertext()).strip():
                return found
    return None


def _fields(item: Any) -> dict[str, Any]:
    content = _content(item)
    return {
        "id": item.get("guid", ""),
        "title": _first(item, "contentMeta/headline", "itemMeta/title"),
        "outlet": _provider(item),
        "published_at": _first(item, *(f"{part}/{time}" for time in _TIMES for part in _META)),
        "text": _text(content),
        "declared": list(_declared(item)),
    }


_META = ("itemMeta", "contentMeta")


def _text(content: Any) -> str:
    from lxml import etree

    if not len(content):  # inlineData, and markup that is escaped
        return html_text(content.text) if "<" in content.text else "\n".join(content.text.split("\n")).strip()
    for name in ("body.content", "body"):  # without the headline that NITF and XHTML repeat
        found = content.find(f".//{{*}}{name}")
        if found is not None:
            content = found
            break
    for element in content.iter("{*}*"):
        element.tag = etree.QName(element).localname
    return html_text(etree.tostring(content, encoding="unicode", with_tail=False))


def _first(item: Any, *paths: str) -> str:
    for path in paths:
        found = item.find("/".join(f"{{*}}{step}" for step in path.split("/")))
        if found is not None and "".join(found.itertext()).strip():
            return " ".join("".join(found.itertext()).split())
    return ""


def _provider(item: Any) -> str:
    """Return the name of who published it, or the code that stands for it."""
    for path in ("contentMeta/infoSource", "itemMeta/provider"):
        name = _first(item, f"{path}/name")
        found = item.find("/".join(f"{{*}}{step}" for step in path.split("/")))
        code = "" if found is None else found.get("literal") or found.get("qcode") or found.get("uri") or ""
        if name or code:
            return name or code.rpartition(":")[2]
    return ""


def _declared(item: Any) -> Iterator[dict[str, str]]:
    for link in item.iter("{*}link", "{*}derivedFrom"):
        said = (link.get("rel") or link.tag.rpartition("}")[2]).rpartition(":")[2].rpartition("/")[2]
        by = _RELATIONS.get(said.replace("-", "").lower())
        for source in (link.get("residref"), link.get("href")):
            if by and source and source.strip():
                yield {"source": source.strip(), "by": by}
                break
