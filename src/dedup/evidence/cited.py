"""Sources that an article names for its content, though they may not be in the pile.

A clue is a fixed string, found by a plain search; what stands around it is read by patterns of bounded
length. So the work is linear in the text, whatever the text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from dedup.evidence.credits import credits
from dedup.evidence.outlets import Outlet, outlet_at, outlet_before


@dataclass(frozen=True, slots=True)
class Citation:
    """A source that an article names for its content.

    Parameters
    ----------
    source : str
        The outlet as the article names it, without "the"; a domain without ``www.``.
    kind : str
        ``"republished"``: the text itself came from there. ``"told"``: somebody said it to that outlet.
        ``"reported"``: that outlet reported it or found it. ``"declared"``: not the text names it but
        something beside it, and no article of the pile is that; `cited_sources` gives none of these.
    phrase : str
        The words it was read from, exactly as they stand; of a declaration, what said so and the source.

    Examples
    --------
    >>> Citation("nypost.com", "republished", "Publisher: nypost.com").kind
    'republished'
    """

    source: str
    kind: str
    phrase: str


class _Clue(NamedTuple):
    literal: str  # found by a plain search
    kind: str
    pattern: re.Pattern[str]  # matched where the literal stands; the name follows it, or stands before it
    is_behind: bool = False  # whether the name stands before


def _clue(literal: str, kind: str, pattern: str, *, is_behind: bool = False) -> _Clue:
    return _Clue(literal, kind, re.compile(pattern), is_behind)


_BY = r"(?:by|in|on|from|at|of)"
_ESSAY = r"(?:an? |the )?(?:article|report|story|stories|reporting|investigation|interview|documents)s?"
# "Brightfold reported first-quarter profit" is a company's business, even a newspaper's.
_NO_RESULTS = (
    r"(?! (?:an? |its |net |first|second|third|fourth|quarter|annual|record|profit|earnings|revenue|loss))"
)
_ENGLISH = (
    _clue("told ", "told", r"\btold "),
    _clue("nterview", "told", rf"nterview(?:ed)? (?:with|by|to|for|given to|published {_BY}) "),
    _clue("ccording to ", "reported", rf"ccording to (?:{_ESSAY} (?:\w+ )?{_BY} )?"),
    _clue(
        " by ",
        "reported",
        r"(?:(?<=eported)|(?<=eporting)|(?<=report)|(?<=articles)|(?<=obtained)|(?<=seen)|(?<=reviewed)|"
        r"(?<=quoted)|(?<=cited)|(?<=published)|(?<=compiled)|(?<=revealed)|(?<=uncovered)|(?<=broken)|(?<=carried)"
        r") by ",
    ),
    _clue("eport", "reported", rf"eport(?:ed|s)\b{_NO_RESULTS}", is_behind=True),
    _clue("eport", "reported", r"eports? (?:in|from) "),
    *(_clue(verb, "reported", rf"{verb}\b", is_behind=True) for verb in ("noted", "revealed", "wrote")),
)
_FOREIGN = (
    _clue("aut ", "reported", r"(?<=\b[lL])aut (?:(?:eine[mrs]? )?(?:\w{0,20}[Bb]ericht|Angaben) )?"),
    _clue("erichte", "reported", r"erichtet(?:e|en)? "),
    _clue("erichte", "reported", r"erichtet(?:e|en)?\b", is_behind=True),
    _clue("agte ", "told", r"agte (?:\w{2,20} ){0,2}?(?=de[rm] )"),
    _clue("espräch mit ", "told", r"espräch mit "),
    _clue("egenüber ", "told", r"egenüber "),
    _clue("egún ", "reported", r"egún (?:informó |publicó )?"),
    _clue("nformó ", "reported", r"nformó "),
    _clue("eclaró a", "told", r"eclaró (?:a )?"),
    _clue("ijo a", "told", r"ijo (?:a )?"),
    _clue("ntrevista", "told", r"ntrevista (?:con |a |concedida a )?"),
    _clue("elon ", "reported", r"(?<=\b[sS])elon "),
    _clue("après ", "reported", r"(?<=['’])après "),
    _clue("apporte", "reported", r"apporte(?:nt)? "),
    _clue("éclaré ", "told", r"éclaré (?:à )?"),
    _clue("ntretien ", "told", r"ntretien (?:accordé )?(?:à |avec )?"),
    _clue("econdo ", "reported", r"(?<=\b[sS])econdo (?:quanto (?:riporta|riferisce) )?"),
    _clue("iferisc", "reported", r"iferisc(?:e|ono) "),
    _clue(" detto ", "told", r" detto (?:a )?"),
    _clue("ichiarato ", "told", r"ichiarato (?:a )?"),
    _clue("ntervista ", "told", r"ntervista (?:con |a )?"),
)
_FOREIGN_WORDS = (" der ", " und ", " los ", " del ", " les ", " des ", " il ", " che ")

_AND = re.compile(r",? (?:and|und|y|et|e) |, ")
_AUXILIARIES = ("first ", "has ", "had ", "have ", "also ", "previously ", "later ", "zuerst ")


def cited_sources(text: str, *, outlet: str = "") -> tuple[Citation, ...]:
    """Find the sources that an article names for its content.

    Parameters
    ----------
    text : str
        The text of the article, in English, German, Spanish, French or Italian.
    outlet : str, optional
        Who published it: what it names as itself is left out.

    Returns
    -------
    tuple of Citation
        In order of appearance; each pair of source and kind once, with the first phrase.

    Notes
    -----
    A source counts if it has the shape of an outlet's name ("told the Harbour Post", not "told the council").
    About 60 microseconds for 400 words; linear in the text.

    Examples
    --------
    >>> for citation in cited_sources("It is shut, the mayor told the Harbour Post. Publisher: nypost.com"):
    ...     print(citation.kind, citation.source, sep=": ")
    told: Harbour Post
    republished: nypost.com
    """
    is_foreign = any(word in text for word in _FOREIGN_WORDS)
    clues = (*_ENGLISH, *(_FOREIGN if is_foreign else ()))
    found = [hit for clue in clues if clue.literal in text for hit in _clue_hits(text, clue)]
    found += [(credit.start, credit.end, credit.name, "republished") for credit in credits(text, is_foreign)]
    own = _key(outlet)
    first: dict[tuple[str, str], Citation] = {}
    for start, end, source, kind in sorted(found):
        key = _key(source)
        if not own.endswith(key):  # "the Gazette" in the Tarrow Valley Gazette is the paper itself
            first.setdefault((key, kind), Citation(source, kind, text[start:end]))
    return tuple(first.values())


_Hit = tuple[int, int, str, str]  # where the phrase begins and ends, the source, the kind


def _places(text: str, literal: str) -> Iterator[int]:
    place = text.find(literal)
    while place >= 0:
        yield place
        place = text.find(literal, place + len(literal))


def _clue_hits(text: str, clue: _Clue) -> Iterator[_Hit]:
    for place in _places(text, clue.literal):
        found = clue.pattern.match(text, place)
        if not found:
            continue
        start = _word_start(text, place)
        if clue.is_behind:
            name = outlet_before(text, _before_auxiliary(text, start) - 1)
            if name:
                yield name.start, found.end(), name.name, clue.kind
            continue
        if clue.literal == " by ":  # "first reported by", "documents obtained by": one word more
            start = _word_start(text, start - 1) if text[start - 1 : start] == " " else start
            start += text[start] == " "
        for name in _names(text, found.end(), loose=clue.kind == "told"):
            yield start, name.end, name.name, clue.kind


def _names(text: str, place: int, *, loose: bool) -> Iterator[Outlet]:
    """Read the outlets of an enumeration."""
    name = outlet_at(text, place, loose=loose)
    while name:
        yield name
        joint = _AND.match(text, name.end)
        name = outlet_at(text, joint.end()) if joint else None


def _word_start(text: str, place: int) -> int:
    for start in range(place, max(0, place - 40), -1):
        if not (text[start - 1].isalnum() or text[start - 1] in "'’-"):
            return start
    return max(0, place - 40)


def _before_auxiliary(text: str, start: int) -> int:
    while word := next((word for word in _AUXILIARIES if text.endswith(word, 0, start)), ""):
        start -= len(word)
    return start


def _key(source: str) -> str:
    return "".join(filter(str.isalnum, source.lower().removeprefix("the ")))
