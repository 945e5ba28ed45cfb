"""A lineage as a graph in the language of Graphviz."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.export.common import SOFTWARE, basis, coded, groups, label

if TYPE_CHECKING:
    from dedup.lineage.graph import Lineage

# Graphviz reads entities and escapes such as \N within a quoted label.
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "&": "&amp;"})


def to_dot(lineage: Lineage) -> str:
    """Draw a lineage in DOT, for Graphviz.

    Parameters
    ----------
    lineage : Lineage
        Of any size.

    Returns
    -------
    str
        A box an article that has kin, with outlet, time and title, its id as tooltip, a cluster a family; an
        edge from each parent with relation and probability, the wider the more probable, dotted from a parent
        that is not the main one, bold where the edge was declared. Comments say what inferred the edges and
        how many articles stand alone.

    Notes
    -----
    About 20 microseconds an article. Nodes are ``n`` and the place of the article in `lineage.articles`;
    control characters stand as ``_xHHHH_``.

    Examples
    --------
    >>> from dedup import Article, Edge, Lineage
    >>> articles = Article("The harbour is shut.", "wire"), Article("It is shut.", "paper")
    >>> print(to_dot(Lineage(articles, (Edge("wire", "paper", "rewrite", 0.93),))).splitlines()[-2])
    n0 -> n1 [label="rewrite .93", penwidth=2.9];
    """
    places = {article.id: place for place, article in enumerate(lineage.articles)}
    families = groups(lineage)
    n_alone = len(places) - sum(map(len, families))
    lines = [
        "digraph lineage {",
        f"// edges inferred by {SOFTWARE} unless declared; {n_alone} stand alone",
        "node [shape=box, fontname=sans]; edge [fontname=sans];",
    ]
    for number, names in enumerate(families):
        lines.append(f"subgraph cluster_{number} {{")
        for place in map(places.__getitem__, names):
            article = lineage.articles[place]
            lines.append(f"n{place} [label={_quoted(label(article))}, tooltip={_quoted(article.id)}];")
        lines.append("}")
    seen: set[str] = set()
    for edge in lineage.edges:
        style = ", style=bold" if edge.declared else ", style=dotted" if edge.child in seen else ""
        seen.add(edge.child)
        look = f"label={_quoted(basis(edge))}, penwidth={1 + 2 * edge.probability:.1f}{style}"
        lines.append(f"n{places[edge.parent]} -> n{places[edge.child]} [{look}];")
    return "\n".join([*lines, "}"])


def _quoted(text: str) -> str:
    return f'"{coded(text).translate(_ESCAPES)}"'
