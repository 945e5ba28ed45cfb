"""A lineage as a flowchart in the language of Mermaid."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dedup.export.common import SOFTWARE, basis, coded, groups, is_contested, label

if TYPE_CHECKING:
    from dedup.lineage.graph import Lineage

# Letters and digits of any script are harmless, and so are a dot or a hyphen between them. All else could end
# the label, or start Markdown, HTML or a style.
_RISKY = re.compile(r"(?!(?<=\w)[.\-](?=\w))[^\w ,·…]|_")


def to_mermaid(lineage: Lineage) -> str:
    """Draw a lineage as a Mermaid flowchart, for Markdown pages and wikis.

    Parameters
    ----------
    lineage : Lineage
        Of any size; Mermaid itself draws at most 500 edges unless its ``maxEdges`` is set higher.

    Returns
    -------
    str
        A box an article that has kin, with outlet, time and title, a frame a family; an arrow from each
        parent with relation and probability, dotted from a parent that is not the main one, thick where the
        edge was declared and is not contested. A comment says what inferred the edges and how many articles
        stand alone.

    Notes
    -----
    About 20 microseconds an article. Ids are not shown: boxes are ``n`` and the place of the article in
    `lineage.articles`. Anything but letters, digits and spaces stands as an entity, ``#N;``, and
    control characters stand as ``_xHHHH_``.

    Examples
    --------
    >>> from dedup import Article, Edge, Lineage
    >>> articles = Article("The harbour is shut.", "wire"), Article("It is shut.", "paper")
    >>> print(to_mermaid(Lineage(articles, (Edge("wire", "paper", "rewrite", 0.93),))).splitlines()[-1])
    n0 -->|"rewrite #46;93"| n1
    """
    places = {article.id: place for place, article in enumerate(lineage.articles)}
    families = groups(lineage)
    n_alone = len(places) - sum(map(len, families))
    lines = ["flowchart LR", f"%% edges inferred by {SOFTWARE} unless declared; {n_alone} stand alone"]
    for number, names in enumerate(families):
        lines.append(f'subgraph f{number}[" "]')
        for place in map(places.__getitem__, names):
            lines.append(f'n{place}["{_escaped(label(lineage.articles[place]))}"]')
        lines.append("end")
    seen: set[str] = set()
    for edge in lineage.edges:
        is_fact = edge.declared and not is_contested(edge)
        arrow = "==>" if is_fact else "-.->" if edge.child in seen else "-->"
        seen.add(edge.child)
        lines.append(f'n{places[edge.parent]} {arrow}|"{_escaped(basis(edge))}"| n{places[edge.child]}')
    return "\n".join(lines)


def _escaped(text: str) -> str:
    return _RISKY.sub(lambda found: f"#{ord(found[0])};", coded(text))
