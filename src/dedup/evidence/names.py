"""Names of a text, as it spells them, and which of them two texts share."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from dedup.evidence.facts import Shared
from dedup.evidence.spelled import Spelled
from dedup.pairs.background import UNIT, surprise
from dedup.text.batches import ALL_UPPER, CAPITAL, START, tokens

_COMMON = 2 * UNIT  # a lone capitalised word that is more common than this is no name: "Government"
_FUNCTION_WORD = round(0.3 * UNIT)  # what is as common as that is no part of a name: "The"
_NOUN_SHARE = 0.25  # of the words inside sentences, capitalised: as in German, where nouns are
_FEW = 50  # words, of which such a share says nothing
_GAPS = frozenset((" ", "\u00a0", "-", "‐", "–", "'", "’", " & ", "&"))  # inside a name, between two capitals
_INITIAL_GAPS = frozenset((". ", "."))  # after an initial: "J. Smith"
_NO_NAMES = """
    January February March April May June July August September October November December
    Jan Feb Mar Apr Jun Jul Aug Sept Sep Oct Nov Dec
    Monday Tuesday Wednesday Thursday Friday Saturday Sunday Mon Tue Wed Thu Fri Sat Sun
    Januar Februar März Mai Juni Juli Oktober Dezember
    Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag
    Mr Mrs Ms Miss Dr Sir Herr Frau Señor Señora Monsieur Madame Signor Signora
"""


def find_names(read: Spelled) -> dict[tuple[int, ...], str]:
    """Find the names in a text.

    Parameters
    ----------
    read : Spelled
        The text.

    Returns
    -------
    dict of tuple of int to str
        Hashes of a name's words, and its first spelling; in order of appearance. A name of one word is left
        out if it is part of a longer one.

    Notes
    -----
    A name is a run of capitalised words. One that begins a sentence counts if it stands capitalised inside a
    sentence, too, or is all capitals; months, days of the week and titles never do, nor do headings:
    paragraphs more than half of whose words are capitalised. Where nouns are (more than a quarter of the
    words inside sentences), a name has two words or more.

    Examples
    --------
    >>> from dedup.evidence.spelled import spell
    >>> names = find_names(spell("On Monday Ida Brask and all of us met in Vennport. Brask left."))
    >>> list(names.values())
    ['Ida Brask', 'Vennport']
    """
    names = {key: read.spelling(*spans[0]) for key, spans in _runs_by_name(read).items()}
    weights = weigh_capitals(read)
    parts = {word for key in names if len(key) > 1 for word in key}
    nouns = _capitalises_nouns(read)
    return {
        key: name
        for key, name in names.items()
        if len(key) > 1 or not (nouns or key[0] in parts or weights[key[0]] <= _COMMON or len(name) == 1)
    }


def place_names(read: Spelled) -> list[tuple[int, int, tuple[int, ...]]]:
    """Find every place of the names in a text, also of a name's part that stands alone.

    Parameters
    ----------
    read : Spelled
        The text.

    Returns
    -------
    list of tuple
        First word, the word after the last, and the hashes of the words, ascending.

    Examples
    --------
    >>> from dedup.evidence.spelled import spell
    >>> read = spell("It was Ida Brask and all of us who met that day. Then Brask left.")
    >>> [read.spelling(first, end) for first, end, _ in place_names(read)]
    ['Ida Brask', 'Brask']
    """
    names = find_names(read)
    parts = {word for key in names if len(key) > 1 for word in key}
    return sorted(
        (first, end, key)
        for key, spans in _runs_by_name(read).items()
        if key in names or (len(key) == 1 and key[0] in parts)
        for first, end in spans
    )


def share_names(child: Spelled, parent: Spelled) -> Shared:
    """Tell the names that two texts share from those that one of them has alone.

    Parameters
    ----------
    child, parent : Spelled
        The texts.

    Returns
    -------
    Shared
        A name is shared if the other text has more than half of it, by weight: of "Chief Ida Brask", "Ida
        Brask".

    Examples
    --------
    >>> from dedup.evidence.spelled import spell
    >>> share_names(spell("It was said by Brask at Hasle."), spell("So engineer Ida Brask said.")).shared
    ('Brask',)
    """
    our_weights, their_weights = weigh_capitals(child), weigh_capitals(parent)
    ours, theirs = find_names(child), find_names(parent)
    return Shared(
        tuple(name for key, name in ours.items() if is_known(key, our_weights, their_weights)),
        tuple(name for key, name in ours.items() if not is_known(key, our_weights, their_weights)),
        tuple(name for key, name in theirs.items() if not is_known(key, their_weights, our_weights)),
    )


def is_known(name: tuple[int, ...], weights: dict[int, int], others: dict[int, int]) -> bool:
    """Say whether a text has more than half of a name, by weight.

    Parameters
    ----------
    name : tuple of int
        Hashes of its words.
    weights, others : dict of int to int
        From `weigh_capitals`: of the text that the name stands in, and of the other.

    Returns
    -------
    bool
        Whether the other text knows it.
    """
    known = sum(weights[word] for word in name if word in others)
    return 2 * known > sum(weights[word] for word in name)


def weigh_capitals(read: Spelled) -> dict[int, int]:
    """Weigh the capitalised words of a text.

    Parameters
    ----------
    read : Spelled
        The text.

    Returns
    -------
    dict of int to int
        How surprising each is, in units of 1/32 nat, by its hash.
    """
    capital = np.flatnonzero(read.kinds & CAPITAL)
    return dict(zip(read.words[capital].tolist(), surprise(read.stems[capital]).tolist(), strict=True))


def _capitalises_nouns(read: Spelled) -> bool:
    """Say whether common nouns are capitalised, too, as in German."""
    capital = (read.kinds & CAPITAL) > 0
    inside = ~_in_heading(read, capital) & ((read.kinds & START) == 0)
    n_inside = int(inside.sum())
    return n_inside > _FEW and int(capital[inside].sum()) > _NOUN_SHARE * n_inside


def _runs_by_name(read: Spelled) -> dict[tuple[int, ...], list[tuple[int, int]]]:
    """Return the runs of capitalised words, first word and end, by the hashes of their words."""
    capital = (read.kinds & CAPITAL) > 0
    text = ~_in_heading(read, capital)
    inside = text & ((read.kinds & START) == 0)
    is_function_word = (surprise(read.stems) <= _FUNCTION_WORD) & (read.ends - read.starts > 1)
    candidate = capital & text & ~np.isin(read.words, _no_names()) & ~is_function_word
    upper = (read.kinds & ALL_UPPER) > 0
    is_name = candidate & (upper | inside | np.isin(read.words, read.words[candidate & inside]))
    runs: dict[tuple[int, ...], list[tuple[int, int]]] = {}
    words = read.words.tolist()
    for first, end in _runs(read, np.flatnonzero(is_name)):
        runs.setdefault(tuple(words[first:end]), []).append((first, end))
    return runs


def _runs(read: Spelled, places: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Join neighbouring words of names into runs."""
    runs: list[tuple[int, int]] = []
    first = end = -1
    starts, ends, begins = read.starts, read.ends, (read.kinds & START) > 0
    for place in places.tolist():
        if place == end and not begins[place]:
            gap = read.text[ends[place - 1] : starts[place]]
            is_initial = ends[place - 1] - starts[place - 1] == 1
            if gap in _GAPS or (is_initial and gap in _INITIAL_GAPS):
                end = place + 1
                continue
        if end > first:
            runs.append((first, end))
        first, end = place, place + 1
    if end > first:
        runs.append((first, end))
    return runs


def _in_heading(read: Spelled, capital: NDArray[np.bool_]) -> NDArray[np.bool_]:
    sizes = np.diff(read.paragraphs)
    n_capitals = np.add.reduceat(capital, read.paragraphs[:-1], dtype=np.int64) if len(sizes) else sizes
    return np.repeat(2 * n_capitals > sizes, sizes)


@cache
def _no_names() -> NDArray[np.uint64]:
    return tokens([_NO_NAMES]).words
