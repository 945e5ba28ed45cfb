"""What a report knows, as plain values: an overview that is read at once, a block a family for later."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import xxhash

from dedup.articles import Article
from dedup.evidence.terminal import clip
from dedup.export.common import is_contested
from dedup.report.layout import find_present, lay_out
from dedup.report.look import look_of, width_of
from dedup.report.texts import Body, edge_record, read_body

if TYPE_CHECKING:
    from dedup.lineage.graph import Edge, Lineage

_LONGEST_KEY = 200
_N_TITLE = 80  # columns of the text that stand for a title where there is none


class Data:
    """The values of a report.

    Parameters
    ----------
    lineage : Lineage
        Of any size.
    title : str
        Of the report.

    Notes
    -----
    Articles that have neither parents nor children are listed without their texts.
    """

    def __init__(self, lineage: Lineage, title: str) -> None:
        self._lineage, self._title = lineage, title
        kin = {name for edge in lineage.edges for name in (edge.parent, edge.child)}
        in_family = {name for names in lineage.families for name in names}
        # Digests, made from many families, are members of none: they have a page each all the same.
        loose = [(article.id,) for article in lineage.articles if article.id in kin - in_family]
        self._groups: list[tuple[str, ...]] = [*lineage.families, *loose]
        names = [name for group in self._groups for name in group]
        self._place = {name: place for place, name in enumerate(names)}
        self._articles = [lineage[name].article for name in names]
        self._alone = [article for article in lineage.articles if article.id not in self._place]
        self._outlets = sorted({article.outlet for article in self._articles + self._alone} - {""})
        self._relations = list(dict.fromkeys(sorted({edge.relation for edge in lineage.edges})))
        self._present = find_present(lineage.articles)

    def overview(self) -> dict[str, Any]:
        """Return what the first view needs.

        Returns
        -------
        dict
            Articles by the place of their group, edges in the order of the lineage, groups by size.
        """
        keys = [make_key(article.id) for article in self._articles]
        outlets = {outlet: i for i, outlet in enumerate(self._outlets)}
        groups = (group for group, names in enumerate(self._groups) for _ in names)
        return {
            "title": self._title,
            "nArticles": len(self._lineage),
            "nFamilies": len(self._lineage.families),
            "relations": [{"name": name, "shape": look_of(name).path} for name in self._relations],
            "outlets": self._outlets,
            "articles": [
                [
                    *(key, article.id, _title(article), outlets.get(article.outlet, -1)),
                    *(_seconds(article), article.url, group),
                ]
                for key, article, group in zip(keys, self._articles, groups, strict=True)
            ],
            "edges": [self._edge(edge, keys) for edge in self._lineage.edges],
            "disputed": [
                [self._place.get(one.child, -1), one.child, one.by, self._name(one.parent), one.says]
                for one in self._lineage.contradictions
            ],
            "groups": [[self._place[name] for name in names] for names in self._groups],
        }

    def blocks(self) -> Iterator[dict[str, Any]]:
        """Yield what each group needs to be shown: texts, what its edges rest on, where its articles stand.

        Yields
        ------
        dict
            In the order of the groups. An edge stands in the block of its child.
        """
        numbers = {edge: i for i, edge in enumerate(self._lineage.edges)}
        for names in self._groups:
            bodies = {name: read_body(self._lineage[name].article.text) for name in names}
            layout = lay_out(self._lineage, names, self._present)
            edges = [edge for name in names for edge in self._lineage[name].parents]
            yield {
                "texts": {self._place[name]: body.paragraphs for name, body in bodies.items()},
                "edges": {numbers[edge]: self._evidence(edge, bodies) for edge in edges},
                "places": [
                    [self._place[place.name], round(place.x, 5), place.level] for place in layout.places
                ],
                "ticks": [[round(x, 5), said] for x, said in layout.ticks],
                "absent": [
                    [absent.source, [self._place[name] for name in absent.named_by]]
                    for absent in layout.absent
                ],
            }

    def alone(self) -> list[list[Any]]:
        """Return the articles without kin.

        Returns
        -------
        list of list
            Title, outlet, time in seconds since 1970 or None, address, id; in input order.
        """
        return [
            [_title(article), article.outlet, _seconds(article), article.url, article.id]
            for article in self._alone
        ]

    def _name(self, name: str) -> str:
        if name not in self._lineage:
            return name
        article = self._lineage[name].article
        return article.outlet or _title(article)

    def _edge(self, edge: Edge, keys: Sequence[str]) -> list[Any]:
        child, parent = self._place[edge.child], self._place[edge.parent]
        return [
            *(child, parent, self._relations.index(edge.relation), edge.probability, edge.declared),
            *(f"{keys[child]}/{keys[parent]}", round(width_of(edge.probability), 2), is_contested(edge)),
        ]

    def _evidence(self, edge: Edge, bodies: dict[str, Body]) -> dict[str, Any]:
        parent = bodies.get(edge.parent) or read_body(self._lineage[edge.parent].article.text)
        return edge_record(edge, bodies[edge.child], parent)


def make_key(name: str) -> str:
    """Make the part of a link that stands for an article.

    Parameters
    ----------
    name : str
        Its id.

    Returns
    -------
    str
        ASCII that stands in an address as it is; a different one for each id.

    Examples
    --------
    >>> make_key("day 1/a")
    'day%201%2Fa'
    """
    spelled = name.encode("utf-8", "surrogatepass")
    key = quote(spelled, safe="")
    # A "+" stands in no other key.
    return key if len(key) <= _LONGEST_KEY else f"{key[:40]}+{xxhash.xxh3_128_hexdigest(spelled)}"


def _title(article: Article) -> str:
    return article.title or clip(article.text, _N_TITLE) or "(no text)"


def _seconds(article: Article) -> int | None:
    return None if article.published_at is None else int(article.published_at.timestamp())
