"""Background frequencies: how common a term is in ordinary language, so that few articles can be weighed.

The table ``background.npz`` holds the stems that stand in one article of 400 words in 250, or more. English
comes from the word counts of the Google Books Ngram corpus (CC BY 3.0) as ordered in SymSpell's frequency
dictionary; 35 other languages from the Universal Declaration of Human Rights, which knows their function
words at least; figures by their number of digits. ``benchmarks/background.py`` makes it.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from dedup.text import NUMBER, Tokens

UNIT = 32
"""Weights are whole numbers of 1/32 nat, so that sums of them are exact in whatever order they are taken."""

RARE = 0.0005
"""Background frequency of a term that the table does not list."""

_RARE_SURPRISE = np.uint8(round(-UNIT * np.log(RARE)))


@cache
def _table() -> tuple[NDArray[np.uint64], NDArray[np.uint8], NDArray[np.uint64], NDArray[np.uint64]]:
    with np.load(str(files("dedup").joinpath("background.npz"))) as table:
        return table["stems"], table["surprise"], table["number_words"], table["numbers"]


def surprise(hashes: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """Look up how surprising terms are in ordinary language.

    Parameters
    ----------
    hashes : ndarray of uint64, shape (n_terms,)
        Stems, as in `Tokens.stems`.

    Returns
    -------
    ndarray of uint8, shape (n_terms,)
        Minus the natural logarithm of the share of articles that have the term, in units of 1/32; 243 for a
        term that is not in the table.

    Examples
    --------
    >>> from dedup.text import tokens
    >>> surprise(tokens(["the harbour Vennport"]).stems).tolist()
    [0, 93, 243]
    """
    stems, known, _, _ = _table()
    places = np.searchsorted(stems, hashes)
    places[places == len(stems)] = 0
    return np.where(stems[places] == hashes, known[places], _RARE_SURPRISE)


def read_numbers(tokens: Tokens) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
    """Read spelled numbers as figures.

    Parameters
    ----------
    tokens : Tokens
        Of any number of articles.

    Returns
    -------
    stems : ndarray of uint64, shape (n_words,)
        `Tokens.stems`, with the hash of the figures where a number is spelled out in English, German,
        Spanish, French, Italian, Portuguese or Dutch; from two on, because "one" and its like are articles
        in most of them.
    is_number : ndarray of bool, shape (n_words,)
        Whether a token is a number, in figures or letters.

    Examples
    --------
    >>> from dedup.text import tokens
    >>> stems, is_number = read_numbers(tokens(["twelve dozen 12"]))
    >>> is_number.tolist(), bool(stems[0] == stems[2])
    ([True, True, True], True)
    """
    _, _, spelled, numbers = _table()
    places = np.searchsorted(spelled, tokens.words)
    places[places == len(spelled)] = 0
    is_spelled = spelled[places] == tokens.words
    stems = np.where(is_spelled, numbers[places], tokens.stems)
    return stems, is_spelled | ((tokens.kinds & NUMBER) > 0)
