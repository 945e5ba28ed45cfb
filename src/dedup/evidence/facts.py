"""Numbers, names and quotes of a text, as it spells them, and which of them two texts share."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedup.evidence.spelled import Spelled
from dedup.pairs.background import UNIT, surprise
from dedup.text.batches import ALL_UPPER, CAPITAL, NUMBER, QUOTED, START, tokens

SHORTEST_QUOTE = 4
"""Words from which a quote counts."""

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


class Shared(NamedTuple):
    """Numbers or names of two texts.

    Attributes
    ----------
    shared : tuple of str
        Those of the child that the parent has, as the child spells them.
    added, dropped : tuple of str
        Those that only the child has, and those that only the parent has.
    """

    shared: tuple[str, ...]
    added: tuple[str, ...]
    dropped: tuple[str, ...]


def find_numbers(read: Spelled) -> tuple[dict[int, str], set[int]]:
    """Find the numbers of a text.

    Parameters
    ----------
    read : Spelled
        The text.

    Returns
    -------
    numbers : dict of int to str
        Hash of each number's digits, and its first spelling; in order of appearance.
    in_figures : set of int
        Those that are written in figures somewhere.

    Examples
    --------
    >>> from dedup.evidence.spelled import spell
    >>> numbers, in_figures = find_numbers(spell("Twelve of 1,140 came, 12 left; 1140."))
    >>> list(numbers.values()), len(in_figures)
    (['Twelve', '1,140'], 2)
    """
    places = np.flatnonzero(read.numbers)
    keys = read.stems[places].tolist()
    spans = zip(read.starts[places].tolist(), read.ends[places].tolist(), strict=True)
    numbers: dict[int, str] = {}
    for key, (start, end) in zip(keys, spans, strict=True):
        if key not in numbers:
            numbers[key] = read.text[start:end]
    return numbers, set(read.stems[places[(read.kinds[places] & NUMBER) > 0]].tolist())


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
    capital = (read.kinds & CAPITAL) > 0
    text = ~_in_heading(read, capital)
    inside = text & ((read.kinds & START) == 0)
    is_function_word = (surprise(read.stems) <= _FUNCTION_WORD) & (read.ends - read.starts > 1)
    candidate = capital & text & ~np.isin(read.words, _no_names()) & ~is_function_word
    upper = (read.kinds & ALL_UPPER) > 0
    is_name = candidate & (upper | inside | np.isin(read.words, read.words[candidate & inside]))
    names: dict[tuple[int, ...], str] = {}
    words = read.words.tolist()
    for first, end in _runs(read, np.flatnonzero(is_name)):
        names.setdefault(tuple(words[first:end]), read.spelling(first, end))
    n_inside = int(inside.sum())
    nouns = n_inside > _FEW and int(capital[inside].sum()) > _NOUN_SHARE * n_inside
    weights = _weights(read)
    parts = {word for key in names if len(key) > 1 for word in key}
    return {
        key: name
        for key, name in names.items()
        if len(key) > 1 or not (nouns or key[0] in parts or weights[key[0]] <= _COMMON or len(name) == 1)
    }


def find_quotes(read: Spelled) -> list[tuple[int, int]]:
    """Find the quotes of a text that have four words or more.

    Parameters
    ----------
    read : Spelled
        The text.

    Returns
    -------
    list of tuple of int
        First word of each quote, and the word after its last. Quotes with nothing between them are one.

    Examples
    --------
    >>> from dedup.evidence.spelled import spell
    >>> find_quotes(spell('He said: "It did not crack." And: "Oh."'))
    [(2, 6)]
    """
    quoted = (read.kinds & QUOTED) > 0
    edges = np.flatnonzero(np.diff(quoted, prepend=False, append=False))
    cuts = read.paragraphs[1:-1]
    cuts = cuts[quoted[cuts] & quoted[cuts - 1]]
    bounds = np.sort(np.concatenate([edges, cuts, cuts]))
    pairs = bounds.reshape(-1, 2)
    return [(first, end) for first, end in pairs.tolist() if end - first >= SHORTEST_QUOTE]


def share_numbers(child: Spelled, parent: Spelled) -> Shared:
    """Tell the numbers that two texts share from those that one of them has alone.

    Parameters
    ----------
    child, parent : Spelled
        The texts.

    Returns
    -------
    Shared
        A number in words counts if one of the texts has it in figures.

    Examples
    --------
    >>> from dedup.evidence.spelled import spell
    >>> share_numbers(spell("Fourteen of 96 failed"), spell("14 of the three")).shared
    ('Fourteen',)
    """
    ours, our_figures = find_numbers(child)
    theirs, their_figures = find_numbers(parent)
    figures = our_figures | their_figures
    return Shared(
        tuple(number for key, number in ours.items() if key in figures and key in theirs),
        tuple(number for key, number in ours.items() if key in our_figures and key not in theirs),
        tuple(number for key, number in theirs.items() if key in their_figures and key not in ours),
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
    our_weights, their_weights = _weights(child), _weights(parent)
    ours, theirs = find_names(child), find_names(parent)
    return Shared(
        tuple(name for key, name in ours.items() if _is_known(key, our_weights, their_weights)),
        tuple(name for key, name in ours.items() if not _is_known(key, our_weights, their_weights)),
        tuple(name for key, name in theirs.items() if not _is_known(key, their_weights, our_weights)),
    )


def _is_known(name: tuple[int, ...], weights: dict[int, int], others: dict[int, int]) -> bool:
    known = sum(weights[word] for word in name if word in others)
    return 2 * known > sum(weights[word] for word in name)


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


def _weights(read: Spelled) -> dict[int, int]:
    """Return how surprising each capitalised word is, in units of 1/32 nat, by its hash."""
    capital = np.flatnonzero(read.kinds & CAPITAL)
    return dict(zip(read.words[capital].tolist(), surprise(read.stems[capital]).tolist(), strict=True))
