"""Lines that say where a text came from: "Publisher: nypost.com", "Originally published by ...", "(AFP)"."""

import re
from collections.abc import Iterator

from dedup.evidence.outlets import Outlet, outlet_at

_LITERALS = ("ublish", "ppeared ", "riginal", "ource:", "eprint", "yndicat", "via ", "Via ", "eading ")
_FOREIGN_LITERALS = (
    *(
        "schienen ",
        "ource :",
        "ffentlicht ",
        "uelle:",
        "eiterlesen ",
        "uente:",
        "eyendo ",
        "ublié ",
        "suite ",
        "onte:",
    ),
    *("ubblicato ", "eggere "),
)
_N_BEFORE = 80  # characters between the beginning of a credit and its literal
_LEAD_IN = r"[\s*_(\[>—–-]{0,6}+"
# Words that leave no doubt that a name follows, whatever its shape.
_SURE_CREDIT = re.compile(
    rf"{_LEAD_IN}((?:[Oo]riginal )?[Pp]ublisher ?: ?"
    r"|(?:Originally|First) (?:published|posted|appeared|reported) (?:by|in|on|at) "
    r"|(?:This|The) (?:\w{1,20} ){0,2}?(?:article|story|post|piece|report|column|text|content) "
    r"(?:was |is |has been )?(?:originally |first |re-?)?(?:appeared|published|posted|printed|syndicated|ran)"
    r" (?:originally |first )?(?:by|in|on|at|from) "
    r"|(?:Re-?published|Reprinted|Reproduced|Syndicated) (?:here )?(?:from|by|courtesy of|"
    r"(?:with|by) (?:the )?(?:kind )?(?:permission|arrangement) (?:from|of|with)) "
    r"|Read the (?:full |original |whole )(?:\w{1,20} )?(?:at|on|in|from|here:|:) ?"
    r"|(?:Continue|Keep) reading (?:at|on|in) |Weiterlesen (?:bei |auf |beim |in der )"
    r"|Sigue leyendo en |Lire la suite (?:sur|dans) |Continua a leggere su )"
)
# Words that may introduce a ministry or a photographer as well: an outlet's shape must follow.
_CREDIT = re.compile(
    rf"{_LEAD_IN}((?:[Oo]riginal )?(?:[Ss]ource|Quelle|Fuente|Fonte) ?: ?"
    r"|(?:Zuerst|Ursprünglich) (?:erschienen|veröffentlicht) (?:in|bei|auf|von) "
    r"|Publicado originalmente (?:en|por) |Publié (?:initialement|d['’]abord) (?:dans|par|sur) "
    r"|Pubblicato originariamente (?:su|da) )"
)
_VIA = re.compile(r"(?:^|(?<=\n))[ \t*_(—–-]{0,6}+([Vv]ia )(?=[^\n]{2,60}(?:\n|$))")
_SENTENCE_END = re.compile(r"[\n|]|[.!?)\]*] ")
_LINE_END = re.compile(r"[ \t*_)—–.-]{0,8}(?:\n|$)")
_ANY_NAME = re.compile(
    r"(?:[Tt]he )?([A-Z0-9][\w&'’\-]{0,30}+(?: (?:of |& )?[A-Z0-9][\w&'’\-]{0,30}+){0,5}+)"
)
_SIGNATURE = re.compile(r"\(([^()\n]{2,50})\)\W{0,8}$")


def credits(text: str, is_foreign: bool = True) -> Iterator[Outlet]:
    """Find where an article says that its text came from.

    Parameters
    ----------
    text : str
        The text of the article.
    is_foreign : bool, optional
        Whether to look for German, Spanish, French and Italian credits, too.

    Yields
    ------
    Outlet
        The name that is credited; `start` is the beginning of the whole phrase, "Publisher" for example.

    Notes
    -----
    Linear in the text, whatever the text.

    Examples
    --------
    >>> [credit.name for credit in credits("It is shut. Publisher: nypost.com")]
    ['nypost.com']
    """
    for literal in (*_LITERALS, *(_FOREIGN_LITERALS if is_foreign else ())):
        place = text.find(literal)
        while place >= 0:
            found = _credit_around(text, place)
            if found:
                yield found
            place = text.find(literal, place + len(literal))
    signature = _SIGNATURE.search(text, max(0, len(text) - _N_BEFORE))
    if signature:  # "... said the mayor. (Podium Post)"
        name = outlet_at(text, signature.start(1))
        if name and name.end == signature.end(1):
            yield Outlet(name.name, signature.start(), signature.end(1) + 1)


def _credit_around(text: str, place: int) -> Outlet | None:
    offset = max(0, place - _N_BEFORE)
    ends = [end.end() for end in _SENTENCE_END.finditer(text, offset, place)]
    if offset and not ends:
        return None
    start = ends[-1] if ends else 0
    sure = _SURE_CREDIT.match(text, start)
    via = _VIA.match(text, start)
    found = sure or via or _CREDIT.match(text, start)
    if not found or found.end() < place:
        return None
    name = outlet_at(text, found.end(), loose=True)
    if sure and not name and (any_name := _ANY_NAME.match(text, found.end())):
        name = Outlet(any_name[1], found.end(), any_name.end())
    if not name or (via and not _LINE_END.match(text, name.end)):
        return None
    return Outlet(name.name, found.start(1), name.end)
