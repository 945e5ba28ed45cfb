"""Lineage of a corpus that is larger than memory, through a folder of stage files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from os import PathLike
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from dedup.corpus.declared import Articles
from dedup.corpus.edges import find_edges, read_edges
from dedup.corpus.families import ROLES, Edges, find_families, find_roles
from dedup.corpus.limits import DEFAULT
from dedup.corpus.outputs import write_records
from dedup.corpus.session import Progress, Session
from dedup.declarations import Declaration
from dedup.errors import InputError
from dedup.evidence.cited import Citation, cited_sources
from dedup.lineage.declared import outside
from dedup.lineage.find import DEFAULT_MIN_PROBABILITY
from dedup.lineage.model import RELATIONS
from dedup.lineage.records import cite_declared, make_parent, make_record

_N_RECORDS = 512  # articles whose records are made at a time


def find_lineage(
    inputs: Any,
    *,
    work: str | PathLike[str] | None = None,
    memory: str | int = DEFAULT,
    workers: int = 1,
    use_times: bool = True,
    min_probability: float = DEFAULT_MIN_PROBABILITY,
    skip_bad: bool = False,
    restart: bool = False,
    progress: Progress | None = None,
) -> CorpusLineage:
    """Tell which article of a corpus was made from which, within bounded memory.

    Parameters
    ----------
    inputs : str, path, table, or iterable of these or of articles
        Files and folders as for `dedup.read_articles`; anything with ``__arrow_c_stream__`` (a table of
        pyarrow, pandas, polars, DuckDB, datasets); a list of such; or an iterable of mappings or `Article`.
    work : str or path, optional
        A folder for stage files. Killed and called again with the same folder, inputs and options, the
        function goes on from the last whole stage. By default a folder that is removed in the end.
    memory : str or int, optional
        What all processes together may take, such as ``"4GB"``. The answer does not depend on it.
    workers : int, optional
        Processes that read and compare, >= 1.
    use_times, min_probability
        As for `dedup.find_lineage`.
    skip_bad : bool, optional
        Whether to go on past articles that cannot be used; they are counted, and listed in a file.
    restart : bool, optional
        Whether to begin anew in a folder of other inputs, options or versions, rather than to refuse.
    progress : callable, optional
        Is given the name of a stage, and how many of how many articles or pairs are done (0: not known).

    Returns
    -------
    CorpusLineage
        To be closed. Its records are, to the byte, those of `dedup.find_lineage` on the same articles.

    Raises
    ------
    InputError, ReadError
        If an argument or, without `skip_bad`, an article cannot be used.
    CorpusError
        If the folder is one of something else or cannot be written.
    MissingExtraError
        If an input needs pyarrow, and it is not installed.

    Notes
    -----
    In memory are some 250 MB a process, 150 bytes an article, and ranges of keys and pairs whose size follows
    from `memory`; see ``docs/corpora.md`` for what was measured. On disk are the articles and some 5 kB an
    article more at the most.

    Examples
    --------
    >>> text = "Ida Brask shut the Orla bridge on Monday: 14 of its 96 cables had failed."
    >>> with find_lineage([{"id": "wire", "text": text}, {"id": "paper", "text": text}]) as found:
    ...     print(found.n_families, [record["family"] for record in found.records()])
    1 ['paper', 'paper']
    """
    if not 0 <= min_probability <= 1:
        raise InputError(f"min_probability is {min_probability!r}; give a number from 0 to 1")
    session = Session(
        "lineage",
        inputs,
        {"use_times": use_times},
        folder=work,
        memory=memory,
        workers=workers,
        skip_bad=skip_bad,
        restart=restart,
        progress=progress,
    )
    try:
        return CorpusLineage(session, find_edges(session, use_times), min_probability)
    except BaseException:
        session.close()
        raise


class CorpusLineage:
    """The lineage of a corpus; made by `find_lineage`, and to be closed.

    Attributes
    ----------
    kind : str
        ``"lineage"``: what `dedup.corpus.outputs.SCHEMAS` calls its records.
    n_articles : int
        How many were read.
    n_bad : int
        How many could not be used, and were skipped.
    n_bytes : int
        Of the texts, in UTF-8.
    n_edges : int
        From parents to children.
    n_families : int
        Of two or more articles.
    largest : int
        Articles of the largest family; 0 if there is none.
    contradictions : tuple of Contradiction
        What speaks against declarations.
    bad : Path
        The file that lists what was skipped, a JSON object a line.

    Examples
    --------
    >>> with find_lineage([{"text": "The Orla bridge is shut."}]) as found:
    ...     found.n_articles, found.n_families
    (1, 0)
    """

    kind = "lineage"

    def __init__(self, session: Session, edges: Path, min_probability: float) -> None:
        self._session, store = session, session.store
        found, declared, self.contradictions = read_edges(edges)
        enough = np.flatnonzero(found.probability >= min_probability)
        self._edges = Edges(
            found.child[enough], found.parent[enough], found.relation[enough], found.probability[enough]
        )
        self._declared = {i: declared[edge] for i, edge in enumerate(enough.tolist()) if edge in declared}
        self._family = find_families(self._edges, store.n_articles)
        self._roles = find_roles(self._edges, store.n_articles)
        sizes = np.bincount(self._family, minlength=store.n_articles)
        self.n_articles, self.n_bad, self.n_edges = store.n_articles, session.n_bad, len(enough)
        self.n_families, self.largest = int((sizes > 1).sum()), int(sizes[sizes > 1].max(initial=0))
        self.bad, self.n_bytes = session.bad, int(store.texts.sizes.sum())

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield one plain record an article, in input order; see `dedup.Lineage.records`.

        Yields
        ------
        dict
            Texts are read once more, in the processes of the lineage; one call at a time.
        """
        store = self._session.store
        outlets = store.outlets()
        against: dict[str, list[dict[str, Any]]] = {}
        for one in self.contradictions:
            record = asdict(one)
            against.setdefault(record.pop("child"), []).append(record)
        outside = self._outside()
        batches = (
            (store.texts[i : i + _N_RECORDS], list(map(store.outlet, outlets[i : i + _N_RECORDS].tolist())))
            for i in range(0, self.n_articles, _N_RECORDS)
        )
        at = 0
        self._session.tell("write", at, self.n_articles)
        for cited in self._session.means.workers.run(_cite, batches):
            ids = store.ids[at : at + len(cited)]
            for name, named in zip(ids, cited, strict=True):
                parents = [self._parent(edge) for edge in range(*self._span(at))]
                family, role = store.ids[int(self._family[at])], ROLES[self._roles[at]]
                named += cite_declared(outside.get(name, ()), named)
                yield make_record(name, family, role, parents, named, against.get(name, ()))
                at += 1
            self._session.tell("write", at, self.n_articles)

    def write(self, path: str | PathLike[str]) -> None:
        """Write the records to a file.

        Parameters
        ----------
        path : str or path
            Parquet if it ends in .parquet, one row an article; else JSON lines. ``"-"`` for standard output.
            The file is whole, or not there.

        Raises
        ------
        DedupError
            If it cannot be written.
        MissingExtraError
            If it is Parquet and pyarrow is not installed.
        """
        write_records(path, self.records(), self.kind)

    def main_parents(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the articles that have parents, and the main parent of each, by number in input order."""
        first = np.append(True, np.diff(self._edges.child) > 0)[: self.n_edges]
        return self._edges.child[first], self._edges.parent[first]

    def close(self) -> None:
        """End the processes; remove the stage files, unless a folder was named."""
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _span(self, article: int) -> tuple[int, int]:
        first, last = np.searchsorted(self._edges.child, [article, article + 1]).tolist()
        return first, last

    def _parent(self, edge: int) -> dict[str, Any]:
        name = self._session.store.ids[int(self._edges.parent[edge])]
        relation = RELATIONS[self._edges.relation[edge]]
        return make_parent(name, relation, float(self._edges.probability[edge]), self._declared.get(edge, ""))

    def _outside(self) -> dict[str, list[Declaration]]:
        store = self._session.store
        if not store.declared:
            return {}
        parents: dict[str, list[str]] = {}
        for edge in self._declared:
            child, parent = (store.ids[int(end[edge])] for end in (self._edges.child, self._edges.parent))
            parents.setdefault(child, []).append(parent)
        return outside(Articles(store), parents)


def _cite(batch: tuple[list[str], list[str]]) -> list[tuple[Citation, ...]]:
    return [cited_sources(text, outlet=outlet) for text, outlet in zip(*batch, strict=True)]
