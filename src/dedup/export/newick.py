"""A lineage as trees in the Newick format of phylogenetics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.export.common import SOFTWARE, basis, coded, groups, is_contested

if TYPE_CHECKING:
    from dedup.lineage.graph import Edge, Lineage

_BRACKETS = "[]{}"  # in a comment they would end it, or be read as a list


def to_newick(lineage: Lineage) -> str:
    """Write a lineage as Newick trees, a line a family.

    Parameters
    ----------
    lineage : Lineage
        Of any size.

    Returns
    -------
    str
        Families in the order of the lineage, then articles whose kin all belong to other families; each a
        rooted tree by main parents, its internal nodes named, too. Labels are the ids in quotes. A branch is
        as long as the hours from the publication of the parent to that of the child: 0 where a time is not
        known, and where the child is dated before its parent. A comment gives relation and probability, or
        what declared the edge, with probability and ``contested=true`` if it is contested, and another names
        each parent that is not the main one. Empty if there is no edge.

    Notes
    -----
    About 15 microseconds an article; no recursion, so that chains may be of any length. Control characters
    stand as ``_xHHHH_``, as brackets do within comments. Articles that stand alone are left out.

    Examples
    --------
    >>> from dedup import Article, Edge, Lineage
    >>> articles = Article("The harbour is shut.", "wire"), Article("It is shut.", "paper")
    >>> print(to_newick(Lineage(articles, (Edge("wire", "paper", "rewrite", 0.93),))))
    [&R] [edges inferred by dedup-lineage ... unless declared; branches in hours]
    ('paper'[&relation=rewrite,probability=0.93]:0)'wire';
    """
    return "\n".join(_tree(lineage, names) for names in groups(lineage))


def _tree(lineage: Lineage, names: tuple[str, ...]) -> str:
    root, *members = names
    parents = {name: lineage[name].parents for name in names}
    children: dict[str, list[str]] = {}
    for name in members:
        children.setdefault(parents[name][0].parent, []).append(name)
    said = f"[&R] [edges inferred by {SOFTWARE} unless declared; branches in hours] "
    pieces = [said]
    waiting = [(root, False)]
    while waiting:
        name, is_closing = waiting.pop()
        below = children.get(name, ())
        if below and not is_closing:
            pieces.append("(")
            waiting.append((name, True))
            waiting += [(child, False) for child in reversed(below)]
            continue
        if below:
            pieces[-1] = pieces[-1].removesuffix(",")
            pieces.append(")")
        pieces.append(_quoted(name) + _comments(parents[name], is_root=name == root))
        if name != root:
            pieces.append(f":{_hours(lineage, parents[name][0]):g},")
    return "".join(pieces) + ";"


def _comments(parents: tuple[Edge, ...], *, is_root: bool) -> str:
    if is_root:
        return "".join(map(_made_from, parents))
    main, *others = parents
    how = f"probability={main.probability:g}"
    if main.declared:  # last, as some readers end it at a comma
        against = f"{how},contested=true," if is_contested(main) else ""
        how = f"{against}declared={_quoted(main.declared, _BRACKETS)}"
    return f"[&relation={coded(main.relation, _BRACKETS)},{how}]" + "".join(map(_made_from, others))


def _made_from(edge: Edge) -> str:
    return f"[also from {_quoted(edge.parent, _BRACKETS)}: {coded(basis(edge), _BRACKETS)}]"


def _quoted(text: str, also: str = "") -> str:
    return "'" + coded(text, also).replace("'", "''") + "'"


def _hours(lineage: Lineage, edge: Edge) -> float:
    from_, to = lineage[edge.parent].article.published_at, lineage[edge.child].article.published_at
    return max((to - from_).total_seconds() / 3600, 0) if from_ and to else 0
