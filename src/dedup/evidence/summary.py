"""Evidence in a sentence."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counts:
    """What a summary is made from.

    Attributes
    ----------
    n_paragraphs, n_parent_paragraphs : int
        Paragraphs of the child and of the parent.
    n_aligned, n_in_order : int
        The child's paragraphs that were found in the parent, and how many of those follow its order.
    copied : float
        Share of the child's word shingles that stand in the parent, 0 to 1.
    n_left_out : int
        Words that were too common to be looked at in aligning them.
    n_numbers, n_shared_numbers, n_quotes, n_shared_quotes, n_names, n_shared_names : int
        The child's, and those of them that the parent has.
    """

    n_paragraphs: int
    n_parent_paragraphs: int
    n_aligned: int
    n_in_order: int
    n_left_out: int
    copied: float
    n_numbers: int
    n_shared_numbers: int
    n_quotes: int
    n_shared_quotes: int
    n_names: int
    n_shared_names: int


_DONE = {
    "copy": "copied",
    "excerpt": "excerpted",
    "update": "updated",
    "edit": "edited",
    "rewrite": "rewritten",
    "summary": "summarised",
}


def sentence(relation: str, summary: str) -> str:
    """Say in a sentence what was done, and what it rests on.

    Parameters
    ----------
    relation : str
        Of an edge.
    summary : str
        Of its evidence, from `summarise`.

    Returns
    -------
    str
        One line.

    Examples
    --------
    >>> sentence("rewrite", "9 of 11 paragraphs follow the source, in order.")
    'Rewritten: 9 of 11 paragraphs follow the source, in order.'
    """
    return f"{_DONE.get(relation, relation).capitalize()}: {summary[:1].lower()}{summary[1:]}"


def summarise(counts: Counts) -> str:
    """Say in a sentence what a child shares with its parent.

    Parameters
    ----------
    counts : Counts
        What was found.

    Returns
    -------
    str
        One line.

    Examples
    --------
    >>> summarise(Counts(11, 13, 9, 8, 0, 0.31, 16, 14, 2, 2, 7, 5))
    '9 of 11 paragraphs follow the source, 8 of them in order; 31% of the wording is copied; 14 of 16
    numbers and both quotes are shared; 2 of 7 names are new.'
    """
    if not counts.n_paragraphs:
        return "The child has no words."
    if not counts.n_parent_paragraphs:
        return "The parent has no words."
    parts = [_paragraphs(counts), _wording(counts.copied)]
    told = [
        (_of(shared, n, noun), shared if n > 1 else 1)
        for shared, n, noun in (
            (counts.n_shared_numbers, counts.n_numbers, "number"),
            (counts.n_shared_quotes, counts.n_quotes, "quote"),
        )
        if n
    ]
    if told:
        verb = "are" if len(told) > 1 or told[0][1] > 1 else "is"
        parts.append(f"{' and '.join(phrase for phrase, _ in told)} {verb} shared")
    if counts.n_names:
        n_new = counts.n_names - counts.n_shared_names
        verb = "are" if n_new > 1 else "is"
        parts.append(f"{_of(n_new, counts.n_names, 'name')} {verb} new")
    if counts.n_left_out:
        parts.append(f"{counts.n_left_out:,} words stand in too many paragraphs to be aligned")
    sentence = "; ".join(parts) + "."
    return sentence[0].upper() + sentence[1:]


def _paragraphs(counts: Counts) -> str:
    n_aligned = counts.n_aligned
    verb = "follow" if n_aligned > 1 else "follows"
    said = f"{_of(n_aligned, counts.n_paragraphs, 'paragraph')} {verb} the source"
    if n_aligned < 2:
        return said
    some = "" if counts.n_in_order == n_aligned else f"{counts.n_in_order:,} of them "
    return f"{said}, {some}in order"


def _wording(copied: float) -> str:
    share = {0.0: "none", 1.0: "all"}.get(copied) or f"{min(max(round(100 * copied), 1), 99)}%"
    return f"{share} of the wording is copied"


def _of(part: int, whole: int, noun: str) -> str:
    if part == whole:
        return {1: f"the only {noun}", 2: f"both {noun}s"}.get(whole, f"all {whole:,} {noun}s")
    plural = "" if whole == 1 else "s"
    return f"{f'{part:,}' if part else 'none'} of {whole:,} {noun}{plural}"
