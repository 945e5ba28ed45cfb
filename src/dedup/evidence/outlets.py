"""The names of newspapers, agencies and broadcasters, told by their shape: no list could hold them all."""

import re
from typing import NamedTuple

# Last words of outlets' names: "the Harbour Post", "Wexholme & Fen Gazette", "Süddeutschen Zeitung".
_HEADS = frozenset(
    """
    advertiser argus bugle chronicle courier daily dispatch echo examiner express gazette globe guardian
    herald independent inquirer intelligencer journal ledger mail mercury messenger mirror monitor news
    newspaper newswire observer post press record register reporter sentinel star sun telegraph times
    tribune weekly wire magazine radio television tv broadcasting
    allgemeine allgemeinen anzeiger bote kurier landbote merkur morgenpost nachrichten presse rundfunk
    rundschau spiegel stern tageblatt tagblatt tagesspiegel volksblatt zeitung
    correo diario gaceta heraldo mundo nación noticias país periódico prensa razón vanguardia voz
    courrier dépêche figaro libération monde parisien progrès quotidien télégramme
    corriere gazzetta giornale manifesto mattino messaggero quotidiano repubblica stampa
    correio expresso folha jornal público
    """.split()
)
# Heads that are other things, too, such as a land register: enough only after "told" and the like.
_WEAK_HEADS = frozenset("bulletin media review standard today insider online".split())
# Heads that are surnames, too: "Emily Post" needs an article to be an outlet.
_SURNAMES = frozenset("bote courier globe mail mercury post press star stern sun".split())
_NOT_BEFORE_HEAD = frozenset("Land University".split())  # a land register, a university press
# Words that make a name of what follows with a preposition: "Diario de León", "Corriere della Sera".
_LEADS = frozenset(
    "agence agencia agenzia corriere diario gazzetta heraldo journal radio times tribune voz".split()
)
_KNOWN = frozenset(
    "adnkronos|agence france-presse|al jazeera|anadolu|associated press|axios|bild|bloomberg|caixin|clarín|"
    "der standard|deutsche welle|die welt|die zeit|economist|euronews|forbes|fortune|handelsblatt|huffpost|"
    "il sole 24 ore|interfax|kyodo|l'équipe|l'express|la croix|la tercera|le point|le soir|les echos|"
    "mediapart|national public radio|new yorker|newsweek|nikkei|ouest-france|politico|press association|"
    "press trust of india|propublica|sole 24 ore|spiegel|tass|atlantic|usa today|wapo|wired|xinhua|yonhap|"
    "zeit".split("|")
)
_BROADCASTERS = frozenset(
    "ABC AFP ANSA AP APA ARD BBC CBC CBS CGTN CNBC CNN CTV DPA dpa EFE ESPN FAZ Fox FOX ITV MSNBC NBC NHK "
    "NOS NPR NRK NYT PA PBS PTI RAI Rai Reuters REUTERS RTE RTL RTVE RTÉ SABC SBS Sky SRF SVT UPI WSJ "
    "ZDF".split()
)
_AFTER_BROADCASTER = frozenset(
    "Africa Arabic Asia Brasil Breakfast Business Europe London Mundo News Newsnight Persian Radio Scotland "
    "Sport Sports Today TV Television Wales World".split()
)
_NOT_OUTLETS = frozenset("ASEAN CEO CEOS CFO CIA FBI FIFA IAEA MEPS MPS NASA NATO OPEC UEFA UNICEF".split())
_TIMES = frozenset(
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July "
    "August September October November December Jan Feb Mar Apr Jun Jul Aug Sept Sep Oct Nov Dec".split()
)
_MEDIA_NOUN = (
    r"(?:newspaper|daily|weekly|tabloid|broadsheet|broadcaster|magazine|(?:news )?agency|news ?site|paper|"
    r"website|outlet|channel|station|network|Nachrichtenagentur|Tageszeitung|Zeitung|Sender|diario|periódico|"
    r"agencia|cadena|quotidien|journal|chaîne|agence|quotidiano|giornale|agenzia)"
)

_OPENINGS = frozenset(
    "After Although And As Before But By For However If In On Since So Then When Where While Yet".split()
)

_N_BEFORE = 80  # characters that a name may fill
_WORD = r"(?:St\. )?[A-ZÀ-ÖØ-ÞŁŚŠŽČĆŐ][\w'’\-]{0,40}+(?:\.\w[\w'’\-]{0,40}+){0,4}+"
_JOIN = r" (?:& |of (?:the )?|del? (?:la |los )?|d[ei]ll[ao] |d[eiu] |du |des |für |do |da )?"
_RUN = rf"(?:dpa\b|{_WORD})(?:{_JOIN}(?:{_WORD}|\d{{1,3}}\b)){{0,7}}+"
_ARTICLE = r"(?:(?:[Tt]he|de[rmn]|die|das|el|la|le|les|il|lo|los|al|alla|allo|au|dal|dalla) |l['’])"

_DOMAIN_AT = re.compile(
    r"(?:https?://)?(?:www\.)?((?:[a-z0-9][a-z0-9\-]{0,60}+\.){1,4}[a-z]{2,12}\b)(?:/\S{0,200}+)?"
)
_RUN_AT = re.compile(rf"({_ARTICLE}?)(?:(?:local|state|public) )?({_RUN})")
_VOUCHED_AT = re.compile(
    rf"(?:an? |{_ARTICLE})?(?:[\w\-]{{1,20}}+(?:['’]s)? ){{0,4}}?{_MEDIA_NOUN} ((?:de |het |la )?{_RUN})"
)
_NOUN_AFTER = re.compile(r" (?:newspaper|magazine|broadcaster|news agency)\b")
_NOUN_BEFORE = re.compile(rf"\b{_MEDIA_NOUN} $")
_RUN_BEFORE = re.compile(rf"(?<![\w'’.\-])({_ARTICLE}?)({_RUN})$")
_COMPOUND = re.compile(
    r"\w{3,40}(?:news|zeitung|blatt|posten|bladet|tidende|presse|anzeiger|kurier|nachrichten|rundschau|wire|"
    r"[a-z](?:Ticker|Desk|Wire|News|Post|Times|Press|Media|Today|Watch|Live|TV|Radio|Week|Insider))"
)
_NO_NAME = re.compile(r"(?s:.+)(?:ish|ese|ian|ean|can|ch|wiss|erman|reek|qi|ni|['’]s)")


class Outlet(NamedTuple):
    """An outlet's name and where it stands.

    Parameters
    ----------
    name : str
        Without the article; a domain without ``www.``.
    start, end : int
        Where the name, with its article, stands in the text, in characters; `end` is exclusive.

    Examples
    --------
    >>> outlet_at("told the Harbour Post on Monday", 5)
    Outlet(name='Harbour Post', start=5, end=21)
    """

    name: str
    start: int
    end: int


def outlet_at(text: str, position: int, *, loose: bool = False) -> Outlet | None:
    """Read the name of an outlet that begins at a place in a text.

    Parameters
    ----------
    text : str
        The text.
    position : int
        Where the name, or its article, would begin; in characters.
    loose : bool, optional
        Whether what stands before makes an outlet likely ("told ..."): unknown abbreviations count, then.

    Returns
    -------
    Outlet or None
        None if what stands there has not the shape of an outlet's name.

    Notes
    -----
    Looks at a few hundred characters at most, whatever the text: some microseconds.

    Examples
    --------
    >>> outlet_at("according to the Gazette", 13).name
    'Gazette'
    >>> outlet_at("according to the Ministry of Health", 13) is None
    True
    """
    found = _DOMAIN_AT.match(text, position)
    if found:
        return Outlet(found[1], position, found.end())
    found = _RUN_AT.match(text, position)
    if found:
        name = _name(found[2], bool(found[1]), loose)
        if name:
            return Outlet(name, position, found.start(2) + found[2].index(name) + len(name))
    vouched = _VOUCHED_AT.match(text, position)  # "the Dutch newspaper de Volkskrant"
    if vouched:
        name = _without_time(vouched[1])
        return Outlet(name, position, vouched.start(1) + len(name)) if name else None
    noun = _NOUN_AFTER.match(text, found.end()) if found and not found[1] else None
    if found and noun and not _NO_NAME.fullmatch(found[2]):  # "Politiken newspaper", not "Dutch newspaper"
        return Outlet(found[2], position, noun.end())
    return None


def outlet_before(text: str, position: int) -> Outlet | None:
    """Read the name of an outlet that ends at a place in a text.

    Parameters
    ----------
    text : str
        The text.
    position : int
        Just behind the name, in characters.

    Returns
    -------
    Outlet or None
        None if what stands there has not the shape of an outlet's name.

    Notes
    -----
    Looks at the 80 characters before `position`, whatever the text.

    Examples
    --------
    >>> outlet_before("On Monday the Harbour Post reported", 26).name
    'Harbour Post'
    """
    found = _RUN_BEFORE.search(text[max(0, position - _N_BEFORE) : position])
    if not found:
        return None
    if _NOUN_BEFORE.search(text[max(0, position - _N_BEFORE) : position - len(found[2])]):
        return Outlet(found[2], position - len(found[2]), position)  # "the agency Eurodesk"
    words = found[2].split(" ")
    # "But Circuit Ledger reported", "On Monday Circuit Ledger": what stands before may have capitals, too.
    first = max((n for n, word in enumerate(words, 1) if word in _TIMES or word in _OPENINGS), default=0)
    name = _name(" ".join(words[first:]), bool(found[1]) and not first, loose=False)
    if not name or not found[2].endswith(name):
        return None
    article = found[1] if found[2] == name else ""
    return Outlet(name, position - len(article + name), position)


def _without_time(run: str) -> str:
    words = run.split(" ")
    while words and (words[-1] in _TIMES or (words[-1].isdigit() and len(words) > 1 and words[-2] in _TIMES)):
        words.pop()
    return " ".join(words)


def _name(run: str, has_article: bool, loose: bool) -> str:
    """Find the outlet in a run of capitalised words; return an empty string if there is none."""
    words = _without_time(run).split(" ")
    for n, word in enumerate(words):
        owner = word.removesuffix("'s").removesuffix("’s")
        if owner != word:  # "the Guardian's Ann Lee", "Germany's Bild"
            before, behind = [*words[:n], owner], words[n + 1 :]
            if _is_outlet(before, has_article, loose):
                return " ".join(before)
            return " ".join(behind) if behind and _is_outlet(behind, True, loose) else ""
    if _is_outlet(words, has_article, loose):
        return " ".join(words)
    return words[0] if words[0] in _BROADCASTERS else ""  # "CNN Chief Correspondent Ann Lee"


def _is_outlet(words: list[str], has_article: bool, loose: bool) -> bool:
    first, last = words[0], words[-1]
    if " ".join(words).lower().replace("’", "'") in _KNOWN:
        return True
    if first in _BROADCASTERS:
        return len(words) == 1 or (len(words) < 4 and (words[1] in _AFTER_BROADCASTER or words[1].isdigit()))
    if first == "Daily" and len(words) == 2:
        return True
    if len(words) > 2 and first.lower() in _LEADS and words[1].islower():
        return True
    if "of" in words[2:]:  # "the Bluewater Herald of Sarnia"
        return _is_outlet(words[: words.index("of", 2)], has_article, loose)
    head = last.lower().rpartition("-")[2]  # "Post-Dispatch"
    is_head = head in _HEADS or (loose and head in _WEAK_HEADS)
    if len(words) > 1:
        return (
            is_head
            and words[-2] not in _NOT_BEFORE_HEAD
            and (has_article or len(words) > 2 or head not in _SURNAMES)
        )
    if is_head and (has_article or "-" in last):
        return True
    if loose and not has_article and re.fullmatch("[A-Z]{3,5}", first):
        return first not in _NOT_OUTLETS
    return bool(_COMPOUND.fullmatch(first))
