"""Sources that an article names for its content."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.evidence.cited import cited_sources

SEEDS = Path(__file__).parents[2] / "shared" / "seeds"


def found(text: str) -> list[tuple[str, str, str]]:
    return [(citation.kind, citation.source, citation.phrase) for citation in cited_sources(text)]


@pytest.mark.parametrize(
    ("text", "kind", "source", "phrase"),
    [
        ("x. Publisher: nypost.com", "republished", "nypost.com", "Publisher: nypost.com"),
        ("Source: https://www.bbc.co.uk/news/1", "republished", "bbc.co.uk", None),
        ("Source: BBC News\n", "republished", "BBC News", "Source: BBC News"),
        ("(Originally published by The Conversation)", "republished", "Conversation", None),
        ("*This article first appeared in Harbour Life.*", "republished", "Harbour Life", None),
        ("The story was originally published on Salt and Sail", "republished", "Salt", None),
        ("Republished from Grist with permission", "republished", "Grist", "Republished from Grist"),
        ("Read the original article at example.com/abc.", "republished", "example.com", None),
        ("Words.\nvia Reuters\nMore", "republished", "Reuters", "via Reuters"),
        ("x.\n\nContinue reading at Intersport Agency.", "republished", "Intersport Agency", None),
        ("Weiterlesen beim Elmsbacher Anzeiger und der", "republished", "Elmsbacher Anzeiger", None),
        ("he said. (Ticker Wire)\n", "republished", "Ticker Wire", "(Ticker Wire)"),
        ("he said. (dpa)", "republished", "dpa", "(dpa)"),
        ("By morning, the agency Eurodesk reported, they", "reported", "Eurodesk", "Eurodesk reported"),
        ("the Bluewater Herald of Sarnia reported", "reported", "Bluewater Herald of Sarnia", None),
        ("comments carried by Continental News", "reported", "Continental News", None),
        ("The Western Tribune noted.", "reported", "Western Tribune", "The Western Tribune noted"),
        ("It is shut, he told the Wall Street Journal.", "told", "Wall Street Journal", None),
        ("He told AFP on Monday", "told", "AFP", "told AFP"),
        ("He told Reuters Monday", "told", "Reuters", "told Reuters"),
        ("told CPA that", "told", "CPA", "told CPA"),
        ("told the Dutch newspaper de Volkskrant on", "told", "de Volkskrant", None),
        ("an interview with Politiken newspaper", "told", "Politiken", None),
        ("told Germany's Bild newspaper", "told", "Bild", "told Germany's Bild"),
        ("told the local Gazette, adding", "told", "Gazette", "told the local Gazette"),
        ("told BBC Radio 4's Today", "told", "BBC Radio 4", "told BBC Radio 4"),
        ("told the Guardian's Ann Lee", "told", "Guardian", "told the Guardian"),
        ("told the St. Louis Post-Dispatch", "told", "St. Louis Post-Dispatch", None),
        ("told the Wexholme & Fen Gazette.", "told", "Wexholme & Fen Gazette", None),
        ("in an interview with CNN", "told", "CNN", "interview with CNN"),
        ("was first reported by the Harbour Post", "reported", "Harbour Post", None),
        ("last month, the Washington Post reported.", "reported", "Washington Post", None),
        ("On Monday Circuit Ledger first reported it", "reported", "Circuit Ledger", None),
        ("according to the Gazette", "reported", "Gazette", "according to the Gazette"),
        ("According to a report in the Ledger", "reported", "Ledger", None),
        ("as reported by Kyodo News", "reported", "Kyodo News", "as reported by Kyodo News"),
        ("memos obtained by The Washington Post", "reported", "Washington Post", None),
        ("Das berichtete die Süddeutsche Zeitung der Stadt", "reported", "Süddeutsche Zeitung", None),
        ("und das Tageblatt berichtet der Stadt", "reported", "Tageblatt", "das Tageblatt berichtet"),
        ("sagte er der Bild-Zeitung, und das", "told", "Bild-Zeitung", "sagte er der Bild-Zeitung"),
        ("Laut Spiegel und der Bahn", "reported", "Spiegel", "Laut Spiegel"),
        ("según El País, uno de los barcos", "reported", "El País", "según El País"),
        ("declaró a la agencia EFE uno de los jueces", "told", "EFE", "declaró a la agencia EFE"),
        ("selon Le Monde, les quais", "reported", "Le Monde", "selon Le Monde"),
        ("a-t-il déclaré au Figaro, les quais", "told", "Figaro", "déclaré au Figaro"),
        ("ha detto al Corriere della Sera che il porto", "told", "Corriere della Sera", None),
        ("secondo la Repubblica, il porto", "reported", "Repubblica", "secondo la Repubblica"),
    ],
)
def test_what_names_a_source(text: str, kind: str, source: str, phrase: str | None) -> None:
    citations = found(text)
    assert [citation[:2] for citation in citations] == [(kind, source)]
    assert citations[0][2] in text
    assert phrase in (None, citations[0][2])


@pytest.mark.parametrize(
    "text",
    """told reporters|told the council|told a news conference|the company reported a loss|according to police
told Parliament|told the Post Office inquiry|told NATO|told MPs|told Emily Post, a writer
according to the ministry|according to the UK Health Security Agency|documents obtained by the court
untold Reuters
told the Kuwait magazine|told the House of Commons daily|told Kuwait's daily|interview with Kuwait's newspaper
told this newspaper|told the newspaper|told a Rotterdam newspaper|The New York Times reported quarterly profit
Source: Ministry of Health|A photo. via REUTERS|first published in 1990 by Faber|interview with the mayor
according to Oxford University Press|seen by the Star Alliance|via the rear door of the Gazette, on Sunday
The publisher told staff|The sources: unknown|By the Times|reported by phone""".replace("\n", "|").split("|"),
)
def test_what_does_not(text: str) -> None:
    assert found(text) == []


def test_an_enumeration_names_several() -> None:
    text = "According to articles by The Miami Herald and The Wall Street Journal, the potential looms."
    assert found(text) == [
        ("reported", "Miami Herald", "According to articles by The Miami Herald"),
        ("reported", "Wall Street Journal", text.partition(",")[0]),
    ]


def test_each_source_once_a_kind_in_order_of_appearance() -> None:
    text = "The Sun reported it. He told the Sun so. The Harbour Post reported it. The SUN reported it again."
    assert [citation[:2] for citation in found(text)] == [
        ("reported", "Sun"),
        ("told", "Sun"),
        ("reported", "Harbour Post"),
    ]


def test_an_outlet_does_not_cite_itself() -> None:
    text = "He told the Gazette. Papers seen by the Tarrow Gazette. He told the Sun."
    assert [citation.source for citation in cited_sources(text, outlet="The Tarrow Gazette")] == ["Sun"]


@given(st.text(alphabet="told by The Post,.\n'’:-aA", max_size=200))
def test_phrases_are_in_the_text(text: str) -> None:
    for citation in cited_sources(text):
        assert citation.phrase in text
        assert citation.source in citation.phrase
        assert len(citation.phrase) <= 500


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "A",
        "A ",
        "A.b",
        "told the ",
        "told The ",
        "Source: ",
        " reported by A A",
        "[ source",
        "told a a a ",
        "\0",
    ],
)
def test_the_work_is_linear(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    start = time.perf_counter()
    cited_sources(text)
    assert time.perf_counter() - start < 5  # a fraction of a second; a quadratic search takes hours


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the texts are not shipped")
def test_real_articles() -> None:
    texts = [path.read_text(encoding="utf-8") for path in sorted(SEEDS.glob("*.txt"))]
    sources = [{citation.source for citation in cited_sources(text)} for text in texts]
    assert sources == [
        set(),
        set(),
        {"Washington Post"},
        {"Wall Street Journal", "Washington Post", "WaPo", "nypost.com"},
        {"Washington Post", "Miami Herald", "Wall Street Journal"},
    ]
