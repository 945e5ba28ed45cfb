"""A lineage as a graph in the language of Graphviz."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.export.common import SOFTWARE, basis, coded, groups, is_contested, label

if TYPE_CHECKING:
    from dedup.lineage.graph import Lineage

# Within the quotes of a label Graphviz reads entities, and escapes such as \N.
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
        A box an article that has kin, named by its id, with outlet, time and title in it; a cluster a family;
        an edge from each parent with relation and probability, the wider the more probable, dotted from a
        parent that is not the main one, bold where the edge was declared and is not contested. A comment
        says what inferred the edges and how many articles stand alone.

    Notes
    -----
    About 20 microseconds an article. Control characters stand as ``_xHHHH_``, and so do backslashes,
    ampersands and percent signs of ids.

    Examples
    --------
    >>> from dedup import Article, Edge, Lineage
    >>> articles = Article("The harbour is shut.", "wire"), Article("It is shut.", "paper")
    >>> print(to_dot(Lineage(articles, (Edge("wire", "paper", "rewrite", 0.93),))).splitlines()[-2])
    "wire" -> "paper" [label="rewrite .93", penwidth=2.9];
    """
    families = groups(lineage)
    n_alone = len(lineage) - sum(map(len, families))
    lines = [
        "digraph lineage {",
        f"// edges inferred by {SOFTWARE} unless declared; {n_alone} stand alone",
        "rankdir=LR; node [shape=box, fontname=sans]; edge [fontname=sans];",
    ]
    for number, names in enumerate(families):
        lines.append(f"subgraph cluster_{number} {{")
        lines += [f"{_name(name)} [label={_label(label(lineage[name].article))}];" for name in names]
        lines.append("}")
    seen: set[str] = set()
    for edge in lineage.edges:
        is_fact = edge.declared and not is_contested(edge)
        style = ", style=bold" if is_fact else ", style=dotted" if edge.child in seen else ""
        seen.add(edge.child)
        look = f"label={_label(basis(edge))}, penwidth={1 + 2 * edge.probability:.1f}{style}"
        lines.append(f"{_name(edge.parent)} -> {_name(edge.child)} [{look}];")
    return "\n".join([*lines, "}"])


def _name(name: str) -> str:
    # A backslash stands for itself, except before a quote: there is no way to write one at the end. An entity
    # is copied into SVG, where it stands for another character or none. A % at the start is Graphviz's own.
    return '"' + coded(name, "\\&%").replace('"', '\\"') + '"'


def _label(text: str) -> str:
    return f'"{coded(text).translate(_ESCAPES)}"'
