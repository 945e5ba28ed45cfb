"""Watch feeds: add to an index what is new, and tell of each article that has a parent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING, Any

from dedup.articles import Article
from dedup.errors import BusyError, FeedError, InputError, ReadError
from dedup.feeds.sources import Source
from dedup.formats.guard import Ended

if TYPE_CHECKING:
    from dedup.index.index import Index
    from dedup.index.placements import Placement
    from dedup.lineage.graph import Node

_LONGEST_WAIT = 3600.0  # seconds between polls of a feed that fails, unless polls are rarer anyway


@dataclass(slots=True)
class _Turn:
    source: Source
    due: float = 0.0
    n_failed: int = 0


def watch(
    index: Index,
    sources: Iterable[Source],
    *,
    emit: Callable[[dict[str, Any]], None],
    report: Callable[[str], None],
    stop: Event,
    every: float = 300.0,
    once: bool = False,
) -> bool:
    """Poll sources and add to an index what is new, until told to stop.

    Parameters
    ----------
    index : Index
        Open for writing.
    sources : iterable of Source
        See `dedup.feeds.sources.make_source`; polled one after the other, in this order.
    emit : callable
        Is given the record of each article that was added and has a parent, and once more, or for the first
        time, when its parents change since one of them came late; see `record_of`.
    report : callable
        Is given a line for each thing that failed. A source that fails is polled again after twice the time,
        four times and so on, up to an hour.
    stop : Event
        Ends the watch after the article in hand.
    every : float, optional
        Seconds from poll to poll, > 0.
    once : bool, optional
        Whether to poll each source once only.

    Returns
    -------
    bool
        Whether the last poll of each source succeeded.

    Raises
    ------
    IndexFileError
        If the index cannot be written.

    Notes
    -----
    An article is told of when it is added, which is durable first. One that was added just before the process
    was killed is not told of.
    """
    turns = [_Turn(source) for source in sources]
    while not stop.is_set():
        for turn in turns:
            if turn.due <= monotonic() and not stop.is_set():
                turn.due = monotonic() + every
                _take(turn, index, emit, report, stop, every=0 if once else every)
        if once:
            break
        stop.wait(max(0.0, min(turn.due for turn in turns) - monotonic()))
    return not any(turn.n_failed for turn in turns)


def record_of(placed: Placement | Node) -> dict[str, Any]:
    """Write the place of an article as a record.

    Parameters
    ----------
    placed : Placement or Node
        What an index or a lineage of it returned.

    Returns
    -------
    dict
        With the keys ``id``, ``title``, ``outlet``, ``published_at`` (ISO 8601 in UTC, or None), ``parents``
        (main parent first, each with ``id``, ``relation`` and ``probability``) and ``family``.

    Examples
    --------
    >>> from dedup.index.placements import Placement
    >>> record_of(Placement(Article("It is shut.", id="a1"), (), "a1"))["published_at"]
    """
    article = placed.article
    return {
        "id": article.id,
        "title": article.title,
        "outlet": article.outlet,
        "published_at": article.published_at and article.published_at.isoformat(),
        "parents": [
            {"id": edge.parent, "relation": edge.relation, "probability": edge.probability}
            for edge in placed.parents
        ],
        "family": placed.family,
    }


def _take(
    turn: _Turn,
    index: Index,
    emit: Callable[[dict[str, Any]], None],
    report: Callable[[str], None],
    stop: Event,
    every: float,
) -> None:
    try:
        for batch in turn.source.batches(index.__contains__, report):
            for placed in _placed(index, batch, report):
                if placed.parents:
                    emit(record_of(placed))
            if stop.is_set():
                return
        turn.n_failed = 0
    except Ended:
        pass
    except (FeedError, ReadError, BusyError) as error:
        turn.n_failed += 1
        wait = min(every * 2.0**turn.n_failed, max(every, _LONGEST_WAIT))
        turn.due = monotonic() + wait
        report(f"{error}; next try in {wait:g} s" if every else str(error))


def _placed(
    index: Index, articles: Sequence[Article], report: Callable[[str], None]
) -> list[Placement | Node]:
    """Add articles; return their places, and those of others whose parents changed by that."""
    new = [placed for placed in _added(index, articles, report) if not placed.known]
    changed = {name for placed in new for name in placed.changed} - {placed.article.id for placed in new}
    return [*new, *(index.lineage(name)[name] for name in sorted(changed))]


def _added(index: Index, articles: Sequence[Article], report: Callable[[str], None]) -> list[Placement]:
    try:
        return index.add_many(articles)
    except InputError as error:
        if len(articles) == 1:
            report(f"{articles[0].id[:100]!r} left out: {error}")
            return []
        return [placed for article in articles for placed in _added(index, [article], report)]
