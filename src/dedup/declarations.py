"""What an article declares of where it came from, and when two addresses name one page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from dedup.errors import InputError, shown
from dedup.times import is_missing

# Parameters that say where a reader came from, not what is read.
_TRACKING = re.compile(
    r"utm_\w+|fbclid|gclid|dclid|msclkid|yclid|igshid|twclid|mc_[ce]id|_ga|_gl|cmpid|ocid|ns_\w+|at_\w+|"
    r"guccounter|guce_\w+|ref_src|smid|partner"
)
_BARE = re.compile(r"(?:[a-z0-9][a-z0-9-]*\.)+[a-z]{2,24}(?::\d+)?(/.*)?", re.IGNORECASE)
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Declaration:
    """What something beside the text says that an article was made from.

    Parameters
    ----------
    source : str
        The id or url of an article, or the name of an outlet.
    by : str, optional
        What says so: ``canonical``, ``isBasedOn``, ``syndication-source``, ``original-source``,
        ``evolvedfrom``, ``derivedFrom``, ``publisher`` ...

    Examples
    --------
    >>> Declaration("https://wire.example/a1", "isBasedOn").by
    'isBasedOn'
    """

    source: str
    by: str = "declared"


def as_declarations(value: Any) -> tuple[Declaration, ...]:
    """Read the field ``declared`` of an article.

    Parameters
    ----------
    value : str, mapping, Declaration, or a list or tuple of them
        A string is a source; a mapping has a ``source`` and, where known, a ``by``. None, an empty string
        and NaN, which stands for a missing value in tables, are nothing declared.

    Returns
    -------
    tuple of Declaration
        In order, each once; sources and what said so without space around them.

    Raises
    ------
    InputError
        If it is anything else, or a source is empty.

    Examples
    --------
    >>> as_declarations([{"source": "a1", "by": "evolvedfrom"}, "https://wire.example/a1"])
    (Declaration(source='a1', by='evolvedfrom'),
     Declaration(source='https://wire.example/a1', by='declared'))
    """
    items = value if isinstance(value, list | tuple) else [] if is_missing(value) else [value]
    return tuple(dict.fromkeys(map(_as_declaration, items)))


def _as_declaration(item: Any) -> Declaration:
    source: Any = item
    by: Any = None
    if isinstance(item, Declaration):
        source, by = item.source, item.by
    elif isinstance(item, Mapping):
        source, by = item.get("source"), item.get("by")
    by = "declared" if by is None else by
    if not isinstance(source, str) or not source.strip() or not isinstance(by, str):
        raise InputError(
            "declared must be the id, url or name of a source, a mapping with 'source' and 'by', or a list "
            f"of these, not {shown(item)}"
        )
    return Declaration(source.strip(), by.strip() or "declared")


def page_key(url: str) -> str:
    """Make one string of all addresses of a page.

    Parameters
    ----------
    url : str
        An address of http or https, or one without scheme such as ``wire.example/a1``.

    Returns
    -------
    str
        Host, path and query without scheme, ``www.``, usual port, slash at the end, fragment and tracking
        parameters; the other parameters in order of their names. Empty if it is no address of the web.

    Examples
    --------
    >>> page_key("http://WWW.wire.example:80/a1/?utm_source=x&b=2&a=1#top")
    'wire.example/a1?a=1&b=2'
    >>> page_key("urn:newsml:wire.example:a1")
    ''
    """
    url = url.strip()
    bare = _BARE.fullmatch(url)
    if bare and bare[1]:
        url = f"//{url}"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # of a port or a host that is none
        return ""
    host = (parts.hostname or "").removeprefix("www.").rstrip(".")
    if not host or parts.scheme not in ("http", "https", ""):
        return ""
    place = f":{port}" if port not in (None, *_PORTS.values()) else ""
    asked = parse_qsl(parts.query, keep_blank_values=True)
    query = urlencode(sorted(pair for pair in asked if not _TRACKING.fullmatch(pair[0].lower())))
    return f"{host}{place}{parts.path.rstrip('/')}" + (f"?{query}" if query else "")


def name_key(name: str) -> str:
    """Make one string of the ways to write an outlet's name.

    Parameters
    ----------
    name : str
        A name, a domain or an address.

    Returns
    -------
    str
        The host of a domain or an address, without ``www.``; else the name's letters and digits, in lower
        case, without ``the``.

    Examples
    --------
    >>> name_key("The Harbour Post"), name_key("www.HarbourPost.example"), name_key("https://a.example/b")
    ('harbourpost', 'harbourpost.example', 'a.example')
    """
    name = name.strip()
    if _BARE.fullmatch(name) and not name.startswith("//"):
        name = f"//{name}"
    if "//" in name:
        return page_key(name).partition("/")[0]
    return "".join(filter(str.isalnum, name.casefold().removeprefix("the ")))
