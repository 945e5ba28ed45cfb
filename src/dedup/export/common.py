"""What the formats have in common: names of articles, what an edge rests on, what is drawn."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from dedup import __version__
from dedup.evidence.terminal import clip, fraction
from dedup.lineage.heed import DECLARED

if TYPE_CHECKING:
    from dedup.articles import Article
    from dedup.lineage.graph import Edge, Lineage

NAME = "dedup-lineage"
SOFTWARE = f"{NAME} {__version__}"
"""What inferred the edges: the generating software with its version."""

TERMS = "urn:x-dedup:"
"""Namespace of the terms that no vocabulary has: probability, relation and their like."""

SCHEMA_ORG = "https://schema.org/"

PREFIXES = {"dedup": TERMS, "article": f"{TERMS}article:", "source": f"{TERMS}source:"}
"""Short for the names of articles and of sources that are cited."""

_LABEL = 60  # columns of a title in a drawing
# What XML 1.0 has no way to write, and line ends, which its readers turn into others.
_UNWRITABLE = "\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff"


def coded(text: str, also: str = "") -> str:
    r"""Write control characters so that any reader keeps them.

    Parameters
    ----------
    text : str
        Anything.
    also : str, optional
        Other characters to code.

    Returns
    -------
    str
        On one line; different for different texts. Control characters, line ends and lone surrogates stand as
        ``_xHHHH_``, the convention of ISO/IEC 9075-14; what looks like it has its first ``_`` so coded.

    Examples
    --------
    >>> coded("wire\n7"), coded("wire_x000A_7")
    ('wire_x000A_7', 'wire_x005F_x000A_7')
    """
    return _to_code(also).sub(lambda found: f"_x{ord(found[0]):04X}_", text)


@cache
def _to_code(also: str) -> re.Pattern[str]:
    unwritable = f"[{_UNWRITABLE}{re.escape(also)}]"
    return re.compile(f"{unwritable}|_(?=x[0-9A-F]{{4}}(?:_|{unwritable}))")


def utf8(text: str) -> str:
    r"""Make a text that UTF-8 can hold.

    Parameters
    ----------
    text : str
        Anything.

    Returns
    -------
    str
        The same, a lone surrogate as a written escape.

    Examples
    --------
    >>> utf8("wire \ud800")
    'wire \\ud800'
    """
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def qualified(prefix: str, name: str) -> str:
    """Name an article or a source in the namespace of `PREFIXES`.

    Parameters
    ----------
    prefix : str
        ``"article"`` or ``"source"``.
    name : str
        An id of an article, or a source that one cites.

    Returns
    -------
    str
        Prefix, colon and the name, percent-encoded; different for different names.

    Examples
    --------
    >>> qualified("article", "wire/7 é")
    'article:wire%2F7%20%C3%A9'
    """
    return f"{prefix}:{quote(name, safe='', errors='surrogatepass')}"


def label(article: Article) -> str:
    """Say in a line what an article is, for a drawing.

    Parameters
    ----------
    article : Article
        Any.

    Returns
    -------
    str
        Outlet, time in UTC and title, or the start of its text, or its id; never empty. What is cut off ends
        with "…".

    Examples
    --------
    >>> from dedup import Article
    >>> label(Article("It is shut.", "a1", "Harbour shut", outlet="The Paper"))
    'The Paper · Harbour shut'
    """
    time = f"{article.published_at:%Y-%m-%d %H:%M}" if article.published_at else ""
    parts = (clip(article.outlet, _LABEL), time, clip(article.title or article.text, _LABEL))
    return " · ".join(filter(None, parts)) or clip(article.id, _LABEL) or "…"


def is_contested(edge: Edge) -> bool:
    """Tell whether the texts or the times speak against an edge that was declared.

    Parameters
    ----------
    edge : Edge
        Any.

    Returns
    -------
    bool
        True if it was declared and its probability is below `DECLARED`.

    Examples
    --------
    >>> from dedup import Edge
    >>> is_contested(Edge("wire", "paper", "copy", 0.02, "isBasedOn"))
    True
    """
    return bool(edge.declared) and edge.probability < DECLARED


def basis(edge: Edge) -> str:
    """Say in words what an edge is and what it rests on.

    Parameters
    ----------
    edge : Edge
        Any.

    Returns
    -------
    str
        Relation and probability; of a declared edge, relation and what declared it, and if it is contested,
        that and the probability.

    Examples
    --------
    >>> from dedup import Edge
    >>> basis(Edge("wire", "paper", "edit", 0.93)), basis(Edge("wire", "paper", "copy", 1.0, "isBasedOn"))
    ('edit .93', 'copy, declared by isBasedOn')
    >>> basis(Edge("wire", "paper", "copy", 0.02, "isBasedOn"))
    'copy, declared by isBasedOn, contested, .02'
    """
    chance = fraction(edge.probability)
    if not edge.declared:
        return f"{edge.relation} {chance}"
    stated = f"{edge.relation}, declared by {edge.declared}"
    return f"{stated}, contested, {chance}" if is_contested(edge) else stated


def groups(lineage: Lineage) -> list[tuple[str, ...]]:
    """List what has kin: the families, and articles whose parents or children all belong to others.

    Parameters
    ----------
    lineage : Lineage
        Of any size.

    Returns
    -------
    list of tuple of str
        Ids: the families in their order, the root first; then each such article alone, in input order. What
        is in none of them has no edge.

    Examples
    --------
    >>> from dedup import Article, Edge, Lineage
    >>> articles = Article("The harbour is shut.", "a"), Article("Shut.", "b"), Article("It rains.", "c")
    >>> groups(Lineage(articles, (Edge("a", "b", "summary", 0.9),)))
    [('a', 'b')]
    """
    families = list(lineage.families)
    members = {name for names in families for name in names}
    others = {name for edge in lineage.edges for name in (edge.parent, edge.child)} - members
    places = {article.id: place for place, article in enumerate(lineage.articles)}
    return families + [(name,) for name in sorted(others, key=places.__getitem__)]


def filled(fields: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is not known.

    Parameters
    ----------
    fields : dict
        Of strings, lists and mappings.

    Returns
    -------
    dict
        Without empty strings, empty lists and None, in the same order.

    Examples
    --------
    >>> filled({"headline": "", "version": 0})
    {'version': 0}
    """
    return {key: value for key, value in fields.items() if value not in ("", None, [])}


def ground(edge: Edge) -> dict[str, Any]:
    """Say in plain fields what an edge is and what it rests on.

    Parameters
    ----------
    edge : Edge
        Any.

    Returns
    -------
    dict
        ``relation`` and either ``probability`` and ``inferred_by``, the software and its version, or
        ``declared``; with ``probability`` and ``contested``, true, where it is contested.

    Examples
    --------
    >>> from dedup import Edge
    >>> ground(Edge("wire", "paper", "copy", 1.0, "isBasedOn"))
    {'relation': 'copy', 'declared': 'isBasedOn'}
    """
    if edge.declared:
        against = {"probability": edge.probability, "contested": True} if is_contested(edge) else {}
        return {"relation": edge.relation, "declared": edge.declared, **against}
    return {"relation": edge.relation, "probability": edge.probability, "inferred_by": SOFTWARE}
