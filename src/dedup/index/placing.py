"""Where texts of an index belong: links of some texts anew, from the pairs that are known."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dedup.index.heads import Head, find_heads, select
from dedup.index.readings import Readings
from dedup.index.store import Store
from dedup.lineage.links import Rows, direct, find_copied, score
from dedup.lineage.model import RELATIONS, Model
from dedup.lineage.parents import find_parents
from dedup.pairs.compare import FEATURES, Pile, make_pile
from dedup.pairs.frequencies import Frequencies, weigh
from dedup.pairs.gains import compare_with_main


@dataclass(frozen=True, slots=True)
class Link:
    """A link from a text to a parent."""

    parent: int
    relation: str
    probability: float


@dataclass(frozen=True, slots=True)
class View:
    """An index as it is, or as it would be with a text more.

    Attributes
    ----------
    store : Store
        The file.
    frequencies : Frequencies
        What texts are weighed by.
    readings : Readings
        What was read of its texts, and of those that the file has not.
    heads : dict
        Of texts that the file has not, by number.
    pairs : list
        Pairs that the file has not: first text, second text, features.
    """

    store: Store
    frequencies: Frequencies
    readings: Readings
    heads: Mapping[int, Head] = field(default_factory=dict)
    pairs: Sequence[tuple[int, int, bytes]] = ()

    def pairs_of(self, texts: Collection[int]) -> list[tuple[int, int, bytes]]:
        """Return the pairs that one of some texts is in, each once, sorted."""
        found = {pair[:2]: pair for pair in self.pairs if pair[0] in texts or pair[1] in texts}
        for column in ("first", "second"):
            for row in select(self.store, f"SELECT first, second, features FROM pairs WHERE {column}", texts):
                found[row[:2]] = row
        return [found[key] for key in sorted(found)]

    def heads_of(self, texts: Collection[int]) -> dict[int, Head]:
        """Return the articles that stand for texts."""
        heads = {text: self.heads[text] for text in texts if text in self.heads}
        return heads | find_heads(self.store, set(texts) - heads.keys())

    def pile_of(self, texts: Sequence[int], heads: Mapping[int, Head]) -> Pile:
        """Read texts into what the comparison needs, in order."""
        reading = self.readings.read(texts)
        outlets = number_outlets([heads[text].outlet for text in texts])
        return make_pile(reading.found, weigh(reading.found, self.frequencies), reading.cut, outlets)

    def copied_of(self, texts: Sequence[int]) -> NDArray[np.float64]:
        """Return how much of each text stands in one that it may be a copy of."""
        rows = select(self.store, "SELECT id, copied FROM texts WHERE id", texts)
        known = {int(text): float(copied) for text, copied in rows}
        return np.array([known.get(text, 0.0) for text in texts])


@dataclass(frozen=True, slots=True)
class Placed:
    """Links of texts, and what else came out.

    Attributes
    ----------
    links : dict of int to list of Link
        For each text that was placed, the main parent first; empty if it has none.
    copied : dict of int to float
        For each of them, how much of it stands in a text that it may be a copy of.
    """

    links: dict[int, list[Link]]
    copied: dict[int, float]


def place(view: View, children: Iterable[int], model: Model) -> Placed:
    """Find the parents of some texts anew.

    Parameters
    ----------
    view : View
        The index.
    children : iterable of int
        Texts.
    model : Model
        What was fitted.

    Returns
    -------
    Placed
        As `find_lineage` would place them among all that is in the index. Where times do not tell all
        directions, of what hangs together with them.
    """
    wanted = set(children)
    while True:
        pairs = view.pairs_of(wanted)
        texts = {text for pair in pairs for text in pair[:2]}
        heads = view.heads_of(texts)
        more = _tied(pairs, heads)
        if more <= wanted:
            break
        wanted |= more
    order = sorted(texts, key=lambda text: heads[text].order)
    rows = _rows(pairs, order, heads, model)
    is_wanted = np.array([text in wanted for text in order], np.bool_)
    copied = np.where(
        is_wanted, find_copied(rows, len(order)), view.copied_of(order) if order else np.zeros(0)
    )
    rows = _of_children(rows, is_wanted)
    links: dict[int, list[Link]] = {text: [] for text in wanted}
    if len(rows.child):
        scores = score(rows, model, copied)
        found = find_parents(_Local(view, order, heads), rows, scores, model)
        chance = found.probability.round(4).tolist()
        for link, row in enumerate(found.row.tolist()):
            child, parent = order[rows.child[row]], order[rows.parent[row]]
            links[child].append(Link(parent, RELATIONS[found.relation[link]], chance[link]))
    shares = dict(zip(order, copied.tolist(), strict=True))
    return Placed(links, {text: shares.get(text, 0.0) for text in wanted})


def _tied(pairs: Sequence[tuple[int, int, bytes]], heads: Mapping[int, Head]) -> set[int]:
    """Return the texts that must be placed together.

    Of texts with the same time each may be the other's parent. A circle of parents can only be one of such,
    if all times are known; if not, it can be one of any.
    """
    tied: set[int] = set()
    for first, second, _ in pairs:
        one, other = heads[first].published, heads[second].published
        if one is None or other is None:
            return {text for pair in pairs for text in pair[:2]}
        if one == other:
            tied |= {first, second}
    return tied


def number_outlets(outlets: Sequence[str]) -> NDArray[np.int64]:
    """Number outlets, -1 where none is known."""
    names = {name: i for i, name in enumerate(sorted(set(outlets) - {""}))}
    return np.array([names.get(outlet, -1) for outlet in outlets], np.int64)


@dataclass(frozen=True, slots=True)
class _Local:
    """Texts that are compared three at a time: only those of which that is asked are read."""

    view: View
    order: list[int]
    heads: dict[int, Head]

    @property
    def outlets(self) -> NDArray[np.int64]:
        return np.zeros(len(self.order), np.int64)  # only their number is asked for

    def compare_with_main(self, triples: NDArray[np.int64]) -> NDArray[np.float64]:
        articles, at = np.unique(triples, return_inverse=True)
        pile = self.view.pile_of([self.order[i] for i in articles.tolist()], self.heads)
        return compare_with_main(pile, at.reshape(triples.shape))


def _rows(
    pairs: Sequence[tuple[int, int, bytes]], order: list[int], heads: Mapping[int, Head], model: Model
) -> Rows:
    at = {text: i for i, text in enumerate(order)}
    numbers = np.array([[at[first], at[second]] for first, second, _ in pairs], np.int64).reshape(-1, 2)
    raw = b"".join(features for _, _, features in pairs)
    features = np.frombuffer(raw, "<f4").reshape(-1, len(FEATURES)).astype(np.float64)
    times = [heads[text].published for text in order]
    hours = np.array([np.nan if time is None else time / 3600 for time in times], np.float64)
    return direct(numbers, features, hours, model)


def _of_children(rows: Rows, is_wanted: NDArray[np.bool_]) -> Rows:
    kept = is_wanted[rows.child]
    return Rows(
        rows.child[kept],
        rows.parent[kept],
        rows.features[kept],
        rows.hours[kept],
        rows.kin[kept],
        rows.timed[kept],
        rows.dated[kept],
    )
