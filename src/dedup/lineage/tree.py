"""Draw the families of a lineage as trees, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Protocol

from dedup.articles import Article
from dedup.evidence.cited import Citation
from dedup.evidence.terminal import WIDTH, Paint, clip, columns, fill, fraction, plain, unpainted
from dedup.lineage.heed import DECLARED

_N_OUTLET = 28  # columns that an outlet's name may fill
_N_ID = 24  # columns that are kept free for an id at the end of the line
_N_BARS = 12  # levels whose bars are drawn: a chain of any length then stays linear, and on the screen
_N_TITLE = 16  # columns of the title that other parents leave
_ABOVE = ("republished", "declared")  # kinds of sources that stand above a root
_NEVER = datetime.max.replace(tzinfo=UTC)


class _Edge(Protocol):
    """What is read of an edge."""

    @property
    def parent(self) -> str: ...
    @property
    def relation(self) -> str: ...
    @property
    def probability(self) -> float: ...
    @property
    def declared(self) -> str: ...


class _Node(Protocol):
    """What is read of an article's place in a lineage."""

    @property
    def article(self) -> Article: ...
    @property
    def parents(self) -> Sequence[_Edge]: ...
    @property
    def cited(self) -> Sequence[Citation]: ...


class _Lineage(Protocol):
    """What is read of a lineage."""

    @property
    def articles(self) -> Sequence[Article]: ...
    @property
    def families(self) -> Sequence[Sequence[str]]: ...
    @property
    def contradictions(self) -> Sequence[object]: ...
    def __getitem__(self, name: str, /) -> _Node: ...


def draw(lineage: _Lineage, paint: Paint = unpainted) -> str:
    """Draw the families of a lineage as trees.

    Parameters
    ----------
    lineage : Lineage
        Of any size.
    paint : function of str and str to str, optional
        Colours a piece of text by what it is; see `dedup.evidence.terminal.Paint`.

    Returns
    -------
    str
        Families in the order of the lineage, a line an article, under its main parent; siblings by time of
        publication, those without time last. Above a root stand the sources it says its text came from. Then
        articles that were made from several families and belong to none, and a line that counts the others. A
        declared edge is marked, with "≠" where something speaks against it; what that is stands below.

    Notes
    -----
    Lines have 100 columns unless ids or other parents need more; what is cut off of titles and outlets ends
    with "…". Times are in UTC. Of an article's bars, the last 12 are drawn, after the number of its level.
    About 12 microseconds and 100 bytes an article, and what `cited` takes of a root.

    Examples
    --------
    >>> from dedup import Edge, Lineage
    >>> wire, paper = Article("It is shut.", "wire", "Harbour shut"), Article("It is.", "paper", "Shut!")
    >>> print(draw(Lineage((wire, paper), (Edge("wire", "paper", "summary", 0.93),))))
    Harbour shut                                                                                   wire
    └─ summary .93  Shut!                                                                          paper
    """
    families = [names for names in lineage.families if len(names) > 1]
    in_family = {name for names in families for name in names}
    rest = [article.id for article in lineage.articles if article.id not in in_family]
    digests = [name for name in rest if lineage[name].parents]
    width = max((min(columns(plain(name)), _N_ID) for name in (*in_family, *digests)), default=0)
    outlets = {article.outlet.casefold() for article in lineage.articles}
    blocks = ["\n".join(_tree(lineage, names, outlets, width, paint)) for names in families]
    if digests:
        blocks.append("\n".join(_line(lineage[name], "", width, paint) for name in digests))
    if not lineage.articles:
        blocks.append("no articles")
    n_alone = len(rest) - len(digests)
    if n_alone:
        blocks.append("1 article stands alone" if n_alone == 1 else f"{n_alone:,} articles stand alone")
    if lineage.contradictions:
        blocks.append("\n".join(f"≠ {plain(str(one))}" for one in lineage.contradictions))
    return "\n\n".join(blocks)


def children_by_time(nodes: Mapping[str, _Node]) -> dict[str, list[str]]:
    """List the children that each article of a family has as their main parent.

    Parameters
    ----------
    nodes : mapping of str to Node
        The family by id, its root first.

    Returns
    -------
    dict of str to list of str
        Ids by time of publication, those without time last.
    """
    children: dict[str, list[str]] = {}
    members = list(nodes)[1:]
    for name in sorted(members, key=lambda name: nodes[name].article.published_at or _NEVER):
        children.setdefault(nodes[name].parents[0].parent, []).append(name)
    return children


def _tree(
    lineage: _Lineage, names: Sequence[str], outlets: set[str], width: int, paint: Paint
) -> Iterator[str]:
    root = names[0]
    nodes = {name: lineage[name] for name in names}
    children = children_by_time(nodes)
    sources = list(dict.fromkeys(named.source for named in nodes[root].cited if named.kind in _ABOVE))
    for source in sources:
        yield paint(f"↑ {plain(source)}", "cited") + (
            "" if source.casefold() in outlets else ", not in the pile"
        )
    waiting = [(root, "", "", 0)]
    while waiting:
        name, bars, branch, level = waiting.pop()
        shown = bars
        if level > _N_BARS:
            shown = f"{level}⋯{bars}"
        yield _line(nodes[name], shown + branch, width, paint, is_root=name == root)
        below = (bars + {"": "", "├─ ": "│  ", "└─ ": "   "}[branch])[-3 * (_N_BARS - 1) :]
        last_first = reversed(children.get(name, ()))
        waiting += [(child, below, "├─ " if i else "└─ ", level + 1) for i, child in enumerate(last_first)]


def _line(node: _Node, bars: str, width: int, paint: Paint, *, is_root: bool = True) -> str:
    """Lay out an article: bars, relation to its main parent, outlet, time, title, other parents, id."""
    article = node.article
    parents = node.parents
    start = [(bars, "bars")]
    if not is_root:
        start.append((f"{parents[0].relation} {_chance(parents[0])}  ", parents[0].relation))
        parents = parents[1:]
    if article.outlet:
        start.append((clip(article.outlet, _N_OUTLET) + "  ", "outlet"))
    if article.published_at:
        start.append((f"{article.published_at:%Y-%m-%d %H:%M}  ", "time"))
    end = ""
    if parents:
        named = "; ".join(f"{plain(edge.parent)}: {edge.relation} {_chance(edge)}" for edge in parents)
        end = f" ({'from' if is_root else 'also from'} {named})"
    name = plain(article.id)
    room = WIDTH - 2 - max(width, columns(name))
    used = sum(columns(text) for text, _ in start)
    free = room - used
    title = clip(article.title or article.text, max(free - columns(end), min(free, _N_TITLE)))
    painted = "".join(paint(text, kind) for text, kind in start)
    return painted + fill(title + end, room - used) + "  " + paint(name, "id")


def _chance(edge: _Edge) -> str:
    chance = fraction(edge.probability)
    if not edge.declared:
        return chance
    return f"{chance} declared" + (" ≠" if edge.probability < DECLARED else "")
