"""ninjs, news in JSON: items of versions 1 and 2 and of Superdesk, made the fields of articles."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

_BODIES = ("body_text", "body_html", "body_xhtml", "bodies")
_TIMES = ("versioncreated", "contentcreated", "firstcreated")


def is_ninjs(item: Any) -> bool:
    """Say whether a JSON value is an item of ninjs with text.

    Parameters
    ----------
    item : object
        What was read from JSON.

    Returns
    -------
    bool
        Whether it is an object with an identifier and a body, under their names in ninjs.

    Examples
    --------
    >>> is_ninjs({"uri": "urn:wire:1", "body_text": "It is shut."}), is_ninjs({"id": 1, "text": "It is."})
    (True, False)
    """
    return (
        isinstance(item, dict)
        and any(isinstance(item.get(name), str) for name in ("uri", "guid"))
        and any(item.get(name) for name in _BODIES)
        and not item.get("text")
    )


def ninjs_fields(item: Mapping[str, Any], plain: Callable[[str], str]) -> dict[str, Any]:
    """Make the fields of an article from an item of ninjs.

    Parameters
    ----------
    item : mapping
        The item.
    plain : callable
        Reduces HTML to text.

    Returns
    -------
    dict
        ``id``, ``title``, ``published_at``, ``outlet``, ``url``, ``text`` and ``declared``: the item that it
        evolved from, or the last of its ancestors. What `dedup.export.ninjs.to_ninjs` marks as inferred was
        declared by nobody.

    Examples
    --------
    >>> item = {"uri": "urn:paper:7", "bodies": [{"value": "It is shut."}], "evolvedfrom": "urn:wire:1"}
    >>> ninjs_fields(item, str)["declared"]
    [{'source': 'urn:wire:1', 'by': 'evolvedfrom'}]
    """
    name = _string(item.get("uri")) or _string(item.get("guid"))
    evolved = [("evolvedfrom", _string(item.get("evolvedfrom")))]
    ancestors = item.get("ancestors")
    if isinstance(ancestors, list):
        evolved += [("ancestors", _string(one)) for one in reversed(ancestors)]
    if _is_guessed(item, evolved[0][1]):
        evolved = []
    declared = [{"source": source, "by": by} for by, source in evolved if source]
    return {
        "id": name,
        "title": _string(item.get("headline")) or _value(item.get("headlines")),
        "published_at": next((item[time] for time in _TIMES if item.get(time)), None),
        "outlet": _outlet(item),
        "url": next((one for one in (_string(item.get("url")), name) if one.startswith("http")), ""),
        "text": _text(item, plain),
        "declared": declared[:1],
    }


def _is_guessed(item: Mapping[str, Any], source: str) -> bool:
    extra = item.get("extra")
    parents = _list(extra.get("parents")) if isinstance(extra, dict) else []
    guessed = [one.get("guid") for one in parents if isinstance(one, dict) and one.get("inferred_by")]
    return source in guessed


def _text(item: Mapping[str, Any], plain: Callable[[str], str]) -> str:
    bodies = [body for body in _list(item.get("bodies")) if isinstance(body, dict)]
    for kind in ("text/plain", ""):
        for body in bodies:
            value, said = _string(body.get("value")), _string(body.get("contenttype"))
            if value and kind in said:
                return plain(value) if "ml" in said or (not said and "</" in value) else value
    if _string(item.get("body_text")):
        return _string(item["body_text"])
    return next((plain(value) for name in _BODIES[1:3] for value in [_string(item.get(name))] if value), "")


def _outlet(item: Mapping[str, Any]) -> str:
    for name in ("source", "infosources", "infosource", "copyrightholder", "provider"):
        for one in _list(item.get(name)):
            found = _string(one.get("name") or one.get("literal")) if isinstance(one, dict) else _string(one)
            if found:
                return found
    return ""


def _value(items: Any) -> str:
    """Return the main one of several headlines, or else the first."""
    there = [one for one in _list(items) if isinstance(one, dict) and _string(one.get("value"))]
    there.sort(key=lambda one: one.get("role") != "main")
    return _string(there[0]["value"]) if there else ""


def _list(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _string(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
