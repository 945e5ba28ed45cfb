"""What the head of a page declares: where it is, when it was published, and what it was made from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from dedup.declarations import name_key, page_key

_OWN = ("og:url", "twitter:url")
_PUBLISHED = ("article:published_time", "datepublished", "og:article:published_time", "parsely-pub-date")
_SOURCES = ("syndication-source", "original-source")
_BASED_ON = ("isBasedOn", "isBasedOnUrl")


@dataclass(frozen=True, slots=True)
class Head:
    """What a page says of itself.

    Attributes
    ----------
    url : str
        Where it is, empty if it does not say.
    title : str
        What its window is called.
    times : list of str
        When it was published, as it says; the surest first.
    declared : list of tuple of str
        Source, and what declares it, each pair once.
    """

    url: str
    title: str
    times: list[str]
    declared: list[tuple[str, str]]


def read_head(root: Any, url: str = "") -> Head:
    """Read what a page says of itself.

    Parameters
    ----------
    root : lxml element
        The page, from `dedup.formats.markup.parse_html`.
    url : str, optional
        Where it was found.

    Returns
    -------
    Head
        A canonical address on another host is a declaration; one on the page's own host is its address. So is
        one on a page of which nothing else says where it is.

    Examples
    --------
    >>> from dedup.formats.markup import parse_html
    >>> page = "<link rel=canonical href=https://wire.example/a><meta property=og:url content=https://b.example/1>"
    >>> read_head(parse_html(page)).declared
    [('https://wire.example/a', 'canonical')]
    """
    metas = _metas(root)
    linked = [_text(one.get("href")) for one in root.iter("link") if "canonical" in _words(one.get("rel"))]
    own = url or next((metas[name][0] for name in _OWN if page_key(metas.get(name, [""])[0])), "")
    canonical = next((there for href in linked for there in [_join(own, href)] if _is_page(there)), "")
    if canonical and (not own or name_key(own) == name_key(canonical)):
        own = canonical
    nodes = list(_nodes(root))
    said = [(canonical, "canonical")]
    said += [(value, name) for name in _SOURCES for value in metas.get(name, ())]
    said += [(value, key) for node in nodes for key in _BASED_ON for value in _addresses(node.get(key))]
    said += [
        (_text(one.get("href")), "isBasedOn")
        for one in root.iter("a", "link")
        if "isbasedon" in _words(one.get("itemprop"))
    ]
    declared = [(_join(own, source), by) for source, by in said]
    here = page_key(own)
    times = [value for name in _PUBLISHED for value in metas.get(name, ())]
    times += [value for node in nodes for value in [node.get("datePublished")] if isinstance(value, str)]
    return Head(
        own,
        " ".join(_text(root.findtext(".//title")).split()),
        times,
        list(dict.fromkeys(one for one in declared if one[0] and (not here or page_key(one[0]) != here))),
    )


def _metas(root: Any) -> dict[str, list[str]]:
    """Return the contents of the page's meta elements by name, in lower case."""
    metas: dict[str, list[str]] = {}
    for one in root.iter("meta"):
        name = one.get("name") or one.get("property") or one.get("itemprop") or ""
        content = _text(one.get("content"))
        if content:
            metas.setdefault(name.strip().lower(), []).append(content)
    return metas


def _nodes(root: Any) -> Iterator[dict[str, Any]]:
    """Yield the things that the JSON-LD of a page is about; of JSON that is none, nothing."""
    for script in root.iter("script"):
        if "ld+json" not in (script.get("type") or ""):
            continue
        try:
            waiting = [json.loads(script.text or "", strict=False)]
        except (ValueError, RecursionError):
            continue
        while waiting:
            node = waiting.pop()
            if isinstance(node, list):
                waiting.extend(reversed(node))
            elif isinstance(node, dict):
                yield node
                waiting.append(node.get("@graph"))


def _addresses(value: Any) -> Iterator[str]:
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            one = next((one[key] for key in ("@id", "url", "name") if isinstance(one.get(key), str)), None)
        if isinstance(one, str) and one.strip():
            yield one.strip()


def _join(base: str, address: str) -> str:
    """Complete a relative address; leave what is none, such as the name of an outlet, as it is."""
    if not base or not address.startswith(("/", "./", "../", "?")):
        return address
    try:
        return urljoin(base, address)
    except ValueError:
        return address


def _is_page(address: str) -> bool:
    return "/" in page_key(address)  # a home page is nobody's source: such a link is a mistake of the site's


def _words(value: Any) -> list[str]:
    return _text(value).lower().split()


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
