"""Evidence: what a child text shares with a parent text, for an editor to read."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from dedup.errors import InputError, shown
from dedup.evidence.align import align, count_in_order, longest_run, shingle_hits
from dedup.evidence.facts import find_quotes, share_names, share_numbers
from dedup.evidence.spelled import Spelled, spell
from dedup.evidence.summary import Counts, summarise
from dedup.evidence.terminal import WIDTH, clip, columns

_SHINGLE = 5  # words
_QUOTE_SHINGLE, _QUOTE_SHARE = 3, 0.75  # a quote is shared if so much of its word 3-grams is
_N_SHOWN = 60  # paragraphs, or facts of a kind, that are printed before "and n more"
_SHORTEST_RUN = 3  # words of a run that is worth printing


@dataclass(frozen=True, slots=True)
class Aligned:
    """A paragraph of a child with the paragraph of a parent that has most of it.

    Attributes
    ----------
    child_paragraph, parent_paragraph : int
        Counted from 0.
    child_text, parent_text : str
        The paragraphs as they are spelled.
    share : float
        Share of the child's content words, numbers and names that stand in the parent's paragraph, weighed by
        their rarity; .25 to 1.

    Examples
    --------
    >>> Aligned(0, 2, "It is shut.", "It was shut.", 0.8).parent_paragraph
    2
    """

    child_paragraph: int
    parent_paragraph: int
    child_text: str
    parent_text: str
    share: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a child shares with a parent, what it adds, what it leaves out; made by `compare_texts`.

    Attributes
    ----------
    summary : str
        The most important of it in a sentence.
    aligned : tuple of Aligned
        Paragraphs of the child that were found in the parent, in the child's order.
    n_child_paragraphs, n_parent_paragraphs : int
        How many paragraphs there are.
    in_order : int
        How many of `aligned` follow the parent's order.
    copied : float
        Share of the child's word 5-grams that stand in the parent, 0 to 1.
    longest_run : str
        The longest run of words that both have, as the child spells it.
    shared_quotes, shared_numbers, shared_names : tuple of str
        As the child spells them, in its order. Quotes have four words or more, three quarters of whose word
        3-grams stand in the parent. A number in words counts if one of the texts has it in figures.
    added : tuple of str
        Numbers, then names, that only the child has.
    dropped : tuple of str
        Numbers, then names, that only the parent has.
    n_left_out : int
        Words of the child that were left out of the alignment because they stand in too many paragraphs of
        the parent; 0 unless the texts have megabytes.

    Examples
    --------
    >>> found = compare_texts("It was Ida Brask who counted 14.", "14 failed, engineer Ida Brask said.")
    >>> found.shared_numbers, found.shared_names
    (('14',), ('Ida Brask',))
    """

    summary: str
    aligned: tuple[Aligned, ...]
    n_child_paragraphs: int
    n_parent_paragraphs: int
    in_order: int
    copied: float
    longest_run: str
    shared_quotes: tuple[str, ...]
    shared_numbers: tuple[str, ...]
    shared_names: tuple[str, ...]
    added: tuple[str, ...]
    dropped: tuple[str, ...]
    n_left_out: int

    def __str__(self) -> str:
        """Lay it out for a terminal: 100 columns, paragraphs counted from 1."""
        return "\n".join(_lines(self))


def compare_texts(child: str, parent: str) -> Evidence:
    """Show what a child text shares with a parent text.

    Parameters
    ----------
    child, parent : str
        Any two texts, of any length, language and script.

    Returns
    -------
    Evidence
        The same on every platform.

    Raises
    ------
    InputError
        If a text is not a string.

    Notes
    -----
    Words meet by their first five letters and weigh what they are surprising in ordinary language. Names are
    told by their capitals, so that scripts without capitals have none. About 3 ms for two articles of 400
    words, 12 seconds and 1 GB for two texts of 10 MB (measured).

    Examples
    --------
    >>> print(compare_texts("In Vennport 14 of 96 cables failed.", "Vennport: 14 cables broke.").summary)
    The only paragraph follows the source; none of the wording is copied; 1 of 2 numbers is shared; ...
    """
    for name, text in (("child", child), ("parent", parent)):
        if not isinstance(text, str):
            raise InputError(f"{name} must be a string, not {shown(text)}; give the text of the article")
    ours, theirs = spell(child), spell(parent)
    found = align(ours, theirs)
    hits = shingle_hits(ours, theirs, _SHINGLE)
    quotes = find_quotes(ours)
    shared_quotes = _shared_quotes(ours, theirs, quotes)
    shared_numbers, new_numbers, lost_numbers = share_numbers(ours, theirs)
    shared_names, new_names, lost_names = share_names(ours, theirs)
    counts = Counts(
        n_paragraphs=len(ours.paragraphs) - 1,
        n_parent_paragraphs=len(theirs.paragraphs) - 1,
        n_aligned=len(found.child),
        n_left_out=found.n_left_out,
        n_in_order=count_in_order(found.parent),
        copied=float(hits.mean()) if len(hits) else 0.0,
        n_numbers=len(shared_numbers) + len(new_numbers),
        n_shared_numbers=len(shared_numbers),
        n_quotes=len(quotes),
        n_shared_quotes=len(shared_quotes),
        n_names=len(shared_names) + len(new_names),
        n_shared_names=len(shared_names),
    )
    return Evidence(
        summarise(counts),
        tuple(
            Aligned(own, other, _paragraph(ours, own), _paragraph(theirs, other), share)
            for own, other, share in zip(found.child, found.parent, found.shares, strict=True)
        ),
        counts.n_paragraphs,
        counts.n_parent_paragraphs,
        counts.n_in_order,
        counts.copied,
        ours.spelling(*longest_run(ours, theirs)),
        shared_quotes,
        shared_numbers,
        shared_names,
        (*new_numbers, *new_names),
        (*lost_numbers, *lost_names),
        found.n_left_out,
    )


def _paragraph(read: Spelled, place: int) -> str:
    """Return a paragraph: its words, and the marks that touch the first and the last of them."""
    first, end = int(read.paragraphs[place]), int(read.paragraphs[place + 1])
    before = read.text[read.ends[first - 1] if first else 0 : read.starts[first]]
    after = read.text[read.ends[end - 1] : read.starts[end] if end < len(read.words) else len(read.text)]
    lead = "" if before[-1:].isspace() else "".join(before.split()[-1:])
    if lead == before and first:
        lead = ""  # no white space between the paragraphs: the marks belong to the one before
    tail = "" if after[:1].isspace() else "".join(after.split()[:1])
    return lead + read.spelling(first, end) + tail


def _shared_quotes(child: Spelled, parent: Spelled, quotes: Sequence[tuple[int, int]]) -> tuple[str, ...]:
    hits = shingle_hits(child, parent, _QUOTE_SHINGLE) if quotes else np.zeros(0, np.bool_)
    return tuple(
        child.spelling(first, end)
        for first, end in quotes
        if hits[first : end - _QUOTE_SHINGLE + 1].mean() >= _QUOTE_SHARE
    )


def _lines(found: Evidence) -> Iterator[str]:
    yield from textwrap.wrap(found.summary, WIDTH)
    if found.aligned:
        yield ""
    n_child, n_parent = (len(f"{n:,}") for n in (found.n_child_paragraphs, found.n_parent_paragraphs))
    margin = n_child + n_parent + 10
    for pair in found.aligned[:_N_SHOWN]:
        share = f"{pair.share:.2f}".removeprefix("0").replace("1.00", "1.0")
        head = f"{pair.child_paragraph + 1:>{n_child},}"
        yield f"{head:<{margin}}{clip(pair.child_text, WIDTH - margin)}"
        head = f"{'':{n_child}}  ← {pair.parent_paragraph + 1:>{n_parent},}  {share}"
        yield f"{head:<{margin}}{clip(pair.parent_text, WIDTH - margin)}"
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
        yield from _list(kind, items)


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
