"""A lineage as a graph of networkx, and as GraphML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dedup.export.common import SOFTWARE, coded, is_contested
from dedup.extras import load_extra

if TYPE_CHECKING:
    from dedup.lineage.graph import Lineage

EXTRA = "networkx", "graph"
"""The package that both need, and the extra that installs it."""


def to_networkx(lineage: Lineage) -> Any:
    """Make a directed graph, from parents to children.

    Parameters
    ----------
    lineage : Lineage
        Of any size.

    Returns
    -------
    networkx.DiGraph
        A node an article, by id, in input order, with ``title``, ``outlet``, ``published_at`` (ISO 8601, or
        empty), ``url``, ``family`` and ``role``; an edge an edge, in their order, with ``relation``,
        ``probability`` (0 to 1), ``is_main`` and either ``inferred_by``, software and version, or
        ``declared``, what declared it; the other of the two is empty; and ``contested``, whether it was
        declared and the texts or the times speak against it.

    Raises
    ------
    MissingExtraError
        If networkx is not installed.

    Notes
    -----
    About 10 microseconds an article. The texts are left out.

    Examples
    --------
    >>> from dedup import Article, Edge, Lineage
    >>> articles = Article("The harbour is shut.", "wire"), Article("It is shut.", "paper")
    >>> graph = to_networkx(Lineage(articles, (Edge("wire", "paper", "rewrite", 0.93),)))
    >>> list(graph.successors("wire")), graph.edges["wire", "paper"]["probability"]
    (['paper'], 0.93)
    """
    graph = load_extra(*EXTRA).DiGraph(software=SOFTWARE)
    for node in lineage:
        article = node.article
        graph.add_node(
            article.id,
            title=article.title,
            outlet=article.outlet,
            published_at=article.published_at.isoformat() if article.published_at else "",
            url=article.url,
            family=node.family,
            role=node.role,
        )
    seen: set[str] = set()
    for edge in lineage.edges:
        graph.add_edge(
            edge.parent,
            edge.child,
            relation=edge.relation,
            probability=edge.probability,
            is_main=edge.child not in seen,  # the main parent comes first
            inferred_by="" if edge.declared else SOFTWARE,
            declared=edge.declared,
            contested=is_contested(edge),
        )
        seen.add(edge.child)
    return graph


def to_graphml(lineage: Lineage) -> str:
    r"""Write a lineage as GraphML, for Gephi, yEd, Cytoscape and their like.

    Parameters
    ----------
    lineage : Lineage
        Of any size.

    Returns
    -------
    str
        The document, in ASCII, with what `to_networkx` gives; an attribute that is empty is left out.
        Control characters, which XML has no way to write, and line ends stand as ``_xHHHH_``, in ids, too.

    Raises
    ------
    MissingExtraError
        If networkx is not installed.

    Notes
    -----
    About 150 microseconds an article.

    Examples
    --------
    >>> from dedup import Article, Edge, Lineage
    >>> text = to_graphml(Lineage((Article("The harbour is shut.", "wire\n7"),), ()))
    >>> '<node id="wire_x000A_7">' in text
    True
    """
    networkx = load_extra(*EXTRA)
    from_networkx = to_networkx(lineage)
    graph = networkx.DiGraph(**from_networkx.graph)
    graph.add_nodes_from((coded(name), _written(data)) for name, data in from_networkx.nodes(data=True))
    graph.add_edges_from(
        (coded(parent), coded(child), _written(data))
        for parent, child, data in from_networkx.edges(data=True)
    )
    # Not networkx.generate_graphml: it splits lines at separators that an id may contain.
    writer = networkx.readwrite.graphml.GraphMLWriter(graph=graph, prettyprint=True, named_key_ids=True)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{writer}'


def _written(data: dict[str, Any]) -> dict[str, Any]:
    return {
        key: coded(value) if isinstance(value, str) else value for key, value in data.items() if value != ""
    }
