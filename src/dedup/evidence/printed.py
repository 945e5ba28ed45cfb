"""Evidence laid out for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import Protocol

from dedup.evidence.terminal import WIDTH, Paint, clip, columns, fraction, unpainted

_N_SHOWN = 60  # paragraphs, or facts of a kind, that are printed before "and n more"
_SHORTEST_RUN = 3  # words of a run that is worth printing


class _Aligned(Protocol):
    """What is read of a pair of paragraphs."""

    @property
    def child_paragraph(self) -> int: ...
    @property
    def parent_paragraph(self) -> int: ...
    @property
    def child_text(self) -> str: ...
    @property
    def parent_text(self) -> str: ...
    @property
    def share(self) -> float: ...


class _Evidence(Protocol):
    """What is read of evidence."""

    @property
    def summary(self) -> str: ...
    @property
    def aligned(self) -> Sequence[_Aligned]: ...
    @property
    def n_child_paragraphs(self) -> int: ...
    @property
    def n_parent_paragraphs(self) -> int: ...
    @property
    def longest_run(self) -> str: ...
    @property
    def shared_quotes(self) -> Sequence[str]: ...
    @property
    def shared_numbers(self) -> Sequence[str]: ...
    @property
    def shared_names(self) -> Sequence[str]: ...
    @property
    def added(self) -> Sequence[str]: ...
    @property
    def dropped(self) -> Sequence[str]: ...


def printed(found: _Evidence, paint: Paint = unpainted) -> str:
    """Lay evidence out for a terminal.

    Parameters
    ----------
    found : Evidence
        From `dedup.compare_texts`.
    paint : function of str and str to str, optional
        Colours a piece of text by what it is; see `dedup.evidence.terminal.Paint`.

    Returns
    -------
    str
        100 columns, paragraphs counted from 1.
    """
    return "\n".join(_lines(found, paint))


def _lines(found: _Evidence, paint: Paint) -> Iterator[str]:
    yield from (paint(line, "summary line") for line in textwrap.wrap(found.summary, WIDTH))
    if found.aligned:
        yield ""
    n_child, n_parent = (len(f"{n:,}") for n in (found.n_child_paragraphs, found.n_parent_paragraphs))
    margin = n_child + n_parent + 10
    for pair in found.aligned[:_N_SHOWN]:
        share = fraction(pair.share)
        head = f"{pair.child_paragraph + 1:>{n_child},}"
        yield f"{head:<{margin}}{clip(pair.child_text, WIDTH - margin)}"
        head = f"{'':{n_child}}  ← {pair.parent_paragraph + 1:>{n_parent},}  {share}"
        yield paint(f"{head:<{margin}}", "place") + paint(clip(pair.parent_text, WIDTH - margin), "source")
    if len(found.aligned) > _N_SHOWN:
        yield f"and {len(found.aligned) - _N_SHOWN:,} more"
    run = found.longest_run if len(found.longest_run.split()) >= _SHORTEST_RUN else ""
    kinds = {
        "shared quotes": [f"“{quote}”" for quote in found.shared_quotes],
        "shared numbers": found.shared_numbers,
        "shared names": found.shared_names,
        "longest run": [run] if run else [],
        "added": found.added,
        "dropped": found.dropped,
    }
    if any(kinds.values()):
        yield ""
    for kind, items in kinds.items():
        for i, line in enumerate(_list(kind, items)):
            yield (line if i else paint(kind, kind.split()[0]) + line[len(kind) :])


def _list(kind: str, items: Sequence[str]) -> Iterator[str]:
    margin = 16
    parts = [clip(item, WIDTH - margin - 1) for item in items[:_N_SHOWN]]
    if len(items) > _N_SHOWN:
        parts.append(f"and {len(items) - _N_SHOWN:,} more")
    line = f"{kind:<{margin}}"
    for i, part in enumerate(parts):
        text = part + ("; " if i < len(parts) - 1 else "")
        if columns(line) > margin and columns(line + text.rstrip()) > WIDTH:
            yield line.rstrip()
            line = " " * margin
        line += text
    if parts:
        yield line
