"""The stages of a lineage in a row: articles to edges."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dedup.corpus.declared import heed_declarations
from dedup.corpus.families import Edges
from dedup.corpus.order import find_order, write_order
from dedup.corpus.session import Session
from dedup.corpus.spill import Column, Spill, read_column
from dedup.corpus.stages import (
    Means,
    Tell,
    read_counts,
    write_counts,
    write_features,
    write_keys,
    write_links,
    write_pairs,
)
from dedup.corpus.store import Store
from dedup.lineage.declared import Contradiction, Link, Links
from dedup.lineage.find import IDENTICAL
from dedup.lineage.model import RELATIONS
from dedup.pairs.archive import Archive

_COPY = RELATIONS.index("copy")
_COLUMNS: dict[str, type[Any]] = {
    "child": np.int64,
    "parent": np.int64,
    "relation": np.int8,
    "probability": np.float64,
}


def find_edges(session: Session, use_times: bool) -> Path:
    """Make the stages of a lineage that are not there yet.

    Parameters
    ----------
    session : Session
        What was read, and what to work with.
    use_times : bool
        Whether publication times tell who can have been first.

    Returns
    -------
    Path
        The stage that `read_edges` reads. Keys and features, the largest stages, are removed when what is
        made from them is there.
    """
    work, store = session.work, session.store
    if work.has("edges"):
        return work.folder / "edges"
    order = session.stage("order", _write_order, store, use_times)
    kept = read_column(order / "kept", np.int64)
    texts = store.texts.pick(kept)
    counts = session.stage("count", write_counts, texts)
    frequencies = read_counts(counts)
    if not work.has("pairs"):
        keys = session.stage("keys", write_keys, texts, frequencies)
        session.stage("pairs", write_pairs, keys, frequencies)
    work.drop("keys")
    pairs = work.folder / "pairs"
    by_rank = read_column(pairs / "order", np.int64)
    texts = store.texts.pick(kept[by_rank])
    outlets = store.outlets()[kept].astype(np.int64)
    archive = Archive(texts, outlets[by_rank], frequencies, session.means.workers)
    compared = session.stage("compare", write_features, archive, Spill(pairs / "pairs", there=True))
    times = store.times()[kept] / 3600 if use_times else np.full(len(kept), np.nan)
    starts = read_column(pairs / "starts", np.int64)
    links = session.stage("link", write_links, texts, archive, compared, starts, times[by_rank])
    plain = Archive(store.texts.pick(kept), outlets, frequencies, session.means.workers)
    edges = session.stage("edges", _write_edges, store, plain, times, work.folder, links, use_times)
    work.drop("compare")
    return edges


def read_edges(folder: Path) -> tuple[Edges, dict[int, str], tuple[Contradiction, ...]]:
    """Read edges, what declared some of them, by their number, and contradictions."""
    edges = Edges(*(read_column(folder / name, kind) for name, kind in _COLUMNS.items()))
    about = json.loads((folder / "declared.json").read_text(encoding="utf-8"))
    return edges, dict(about["declared"]), tuple(Contradiction(**one) for one in about["contradictions"])


def _write_order(folder: Path, store: Store, use_times: bool, means: Means, tell: Tell) -> None:
    write_order(folder, store, use_times)


def _write_edges(
    folder: Path,
    store: Store,
    archive: Archive,
    times: NDArray[np.float64],
    work: Path,
    links: Path,
    use_times: bool,
    means: Means,
    tell: Tell,
) -> None:
    """Write the edges by child, in input order: copies, what the texts say, and what is declared."""
    kept = read_column(work / "order" / "kept", np.int64)
    copies = read_column(work / "order" / "copies", np.int64).reshape(-1, 2)
    by_rank = read_column(work / "pairs" / "order", np.int64)
    ends = np.concatenate([copies, kept[by_rank[read_column(links / "links", np.int64).reshape(-1, 2)]]])
    relation = np.concatenate(
        [np.full(len(copies), _COPY, np.int8), read_column(links / "relation", np.int8)]
    )
    chance = np.concatenate([np.full(len(copies), IDENTICAL), read_column(links / "probability", np.float64)])
    order = np.argsort(ends[:, 0], kind="stable")
    columns = [ends[order, 0], ends[order, 1], relation[order], chance[order]]
    declared: list[tuple[int, str]] = []
    contradictions: list[dict[str, Any]] = []
    if store.declared:
        said = _as_links(Edges(*columns))
        found, against = heed_declarations(
            store, archive, times, kept, copies, work, find_order(store, use_times), said, use_times
        )
        contradictions = [asdict(one) for one in against]
        rows = [(child, link) for child in sorted(found) for link in found[child]]
        declared = [(i, link.declared) for i, (_, link) in enumerate(rows) if link.declared]
        columns = [
            np.array([child for child, _ in rows], np.int64),
            np.array([link.parent for _, link in rows], np.int64),
            np.array([RELATIONS.index(link.relation) for _, link in rows], np.int8),
            np.array([link.probability for _, link in rows], np.float64),
        ]
    for (name, kind), values in zip(_COLUMNS.items(), columns, strict=True):
        with Column(folder / name, kind) as column:
            column.append(values)
    about = {"declared": declared, "contradictions": contradictions}
    (folder / "declared.json").write_text(json.dumps(about), encoding="utf-8")


def _as_links(edges: Edges) -> Links:
    links: Links = {}
    rows = zip(
        *(column.tolist() for column in (edges.child, edges.parent, edges.relation, edges.probability)),
        strict=True,
    )
    for child, parent, relation, probability in rows:
        links.setdefault(child, []).append(Link(parent, RELATIONS[relation], probability))
    return links
