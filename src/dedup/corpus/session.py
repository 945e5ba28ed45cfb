"""What the work on a corpus has in common: a folder of stages, processes, limits, and who is told."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from os import PathLike
from pathlib import Path
from typing import Any, Protocol, Self

from dedup.corpus.inputs import Report, as_sources, describe, read_sources, refuse
from dedup.corpus.limits import check_size, set_limits
from dedup.corpus.stages import Means
from dedup.corpus.store import Store, write_store
from dedup.corpus.work import open_work
from dedup.errors import CorpusError, ReadError
from dedup.formats.writers import json_line
from dedup.memory import keep_freed_memory
from dedup.workers import Workers

Progress = Callable[[str, int, int], None]
"""Is given the name of a stage, and how many of how many are done; 0 where their number is not known."""


class Found(Protocol):
    """What was found in a corpus: a `CorpusLineage`, or `CorpusDuplicates`."""

    kind: str
    n_articles: int
    n_bad: int
    n_bytes: int
    bad: Path

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield a record an article."""


class Session:
    """Work on a corpus, from its opening to its end.

    Parameters
    ----------
    command : str
        ``"lineage"`` or ``"duplicates"``.
    inputs : object
        See `dedup.corpus.find_lineage`.
    options : mapping
        What the answer depends on.
    folder : str or path, optional
        Where stage files are kept; by default a folder that goes with the session.
    memory : str or int
        What all processes together may take.
    workers : int
        Processes.
    skip_bad : bool
        Whether to go on past articles that cannot be used.
    restart : bool
        Whether to begin anew where the folder is one of something else.
    progress : callable, optional
        Is told how far the work has come.

    Attributes
    ----------
    work : Work
        The stages.
    means : Means
        Processes and limits.
    store : Store
        The articles.
    n_bad : int
        Articles that were skipped.
    """

    def __init__(
        self,
        command: str,
        inputs: Any,
        options: Mapping[str, Any],
        *,
        folder: str | PathLike[str] | None,
        memory: str | int,
        workers: int,
        skip_bad: bool,
        restart: bool,
        progress: Progress | None,
    ) -> None:
        self._progress = progress
        sources = as_sources(inputs)
        with ExitStack() as stack:
            several = stack.enter_context(Workers(workers))
            self.means = Means(several, set_limits(memory, workers))
            keep_freed_memory()
            about = describe(sources)
            if folder is None:
                folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="dedup-"))
            options = dict(options) | {"skip_bad": skip_bad}
            self.work = open_work(Path(folder), command, about, options, restart=restart)
            stack.callback(self.work.close)
            self.store = self._read(sources, skip_bad, all("path" in one for one in about))
            check_size(self.means.limits, self.store.n_articles, workers)
            self._stack = stack.pop_all()

    @property
    def n_bad(self) -> int:
        """Articles that were skipped; what was wrong with them is in `bad`."""
        with open(self.bad, "rb") as lines:
            return sum(1 for _ in lines)

    @property
    def bad(self) -> Path:
        """The file of what was skipped, a JSON object a line: ``file``, ``line`` where known, ``error``."""
        return self.work.folder / "read" / "bad.jsonl"

    def stage(self, name: str, write: Callable[..., None], *arguments: Any) -> Path:
        """Make a stage unless it is there, and tell how far it has come."""
        if not self.work.has(name):
            self.tell(name, 0)
        return self.work.stage(
            name, lambda folder: write(folder, *arguments, self.means, partial(self.tell, name))
        )

    def tell(self, stage: str, n_done: int, n_total: int = 0) -> None:
        """Tell how far a stage has come."""
        if self._progress:
            self._progress(stage, n_done, n_total)

    def close(self) -> None:
        """End the processes, and remove the folder if it goes with the session."""
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read(self, sources: list[Any], skip_bad: bool, are_files: bool) -> Store:
        write = partial(_write_store, sources=sources, skip_bad=skip_bad, tell=partial(self.tell, "read"))
        if not are_files and self.work.has("read"):
            self._compare(write)
        return Store(self.work.stage("read", write))

    def _compare(self, write: Callable[[Path], None]) -> None:
        """Read what is not a file again, since nothing else tells whether it is the same."""
        with tempfile.TemporaryDirectory(prefix="again-", suffix=".part", dir=self.work.folder) as again:
            write(Path(again))
            if Store(Path(again)).digest != Store(self.work.folder / "read").digest:
                raise CorpusError(
                    f"{self.work.folder} was made with other articles; give the same, say --restart "
                    "(restart=True) to begin anew, or name another folder"
                )


def _write_store(folder: Path, sources: list[Any], skip_bad: bool, tell: Callable[[int], None]) -> None:
    with open(folder / "bad.jsonl", "w", encoding="utf-8", errors="backslashreplace") as bad:

        def write(error: ReadError) -> None:
            record = {"file": error.path, "line": error.line, "error": error.reason, "row": error.row}
            there = {name: value for name, value in record.items() if value not in (0, None)}
            bad.write(json_line(there) + "\n")

        report: Report = write if skip_bad else refuse
        write_store(folder, read_sources(sources, report), tell)
