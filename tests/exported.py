"""Lineages to export: hostile ones that hypothesis draws, and one of each kind of edge."""

import re
from datetime import UTC, datetime

from hypothesis import strategies as st

from dedup import Article, Edge, Lineage

RELATIONS = ("copy", "excerpt", "update", "edit", "rewrite", "summary")

# What ends a string, a comment, a line or a document in one format or the other.
HOSTILE = (
    *(
        '"',
        "'",
        "\\",
        "a\nb",
        "a\r\nb",
        "\t",
        "\x00",
        "\x1b[31m",
        "\x85",
        "\u2028",
        "\ud800",
        "\ufffe",
        "a]b[c",
    ),
    *("</script><script>alert(1)</script>", "&amp;", "&#0;", "#quot;", "#59;", "ﬂ°°34¶ß", "`md`", "1. list"),
    *(
        "_x000A_",
        "_x0041\n",
        "_x0041",
        "a;b",
        "(a,b):1;",
        "{x}",
        "%%{init: {}}%%",
        "end",
        "n0",
        "\\N \\l",
        '\\"',
    ),
    *("שלום \u202e עולם", "مرحبا", "港が閉鎖", "हिन्दी", "🛳", "e\u0301", "\u200b", "a/b?c#d", "style a:b#c;"),
    *("article:x", "_:b0", "//x", "%41", "'''", "''", " a  b ", "A", "a"),
)
anything = st.sampled_from(HOSTILE) | st.text(st.characters(exclude_categories=[]), max_size=12)
ids = anything.filter(lambda name: bool(name.strip()))
times = st.none() | st.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))


@st.composite
def lineages(draw: st.DrawFn) -> Lineage:
    """Draw a lineage of up to six articles: any ids, any parents among those before."""
    names = draw(st.lists(ids, max_size=6, unique=True))
    articles = tuple(
        Article(draw(anything), name, draw(anything), draw(times), draw(anything), draw(anything))
        for name in names
    )
    edges = []
    for place, name in enumerate(names[1:], 1):
        for parent in draw(st.lists(st.sampled_from(names[:place]), max_size=3, unique=True)):
            declared = draw(st.just("") | anything)
            relation, probability = draw(st.sampled_from(RELATIONS)), draw(st.floats(0, 1))
            edges.append(Edge(parent, name, relation, probability, declared))
    return Lineage(articles, tuple(edges))


def decoded(text: str) -> str:
    """Read ``_xHHHH_``."""
    return re.sub("_x([0-9A-F]{4})_", lambda found: chr(int(found[1], 16)), text)


def at(hour: int) -> datetime:
    return datetime(2026, 3, 2, hour, tzinfo=UTC)


TEXT = "The Orla bridge closed on Monday after 14 cables failed, engineer Ida Brask said."
WIRE = Article(
    f"{TEXT} According to Vennport Radio, it stays shut.", "wire", "Bridge shut", at(8), "Orla Wire"
)
SAMPLE = Lineage(
    (
        WIRE,
        Article(TEXT, "update", "Bridge still shut", at(10), "Orla Wire", "https://orla.example/2"),
        Article("Engineer Ida Brask said so.", "excerpt", "", at(9), "Quoter"),
        Article("A bridge is closed.", "rewrite", "No way over", None, "Late Post"),
        Article("It rains in Vennport.", "rain", "Rain", at(7), "Rain Post"),
        Article("The bridge and the rain.", "both", "Bridge, rain", at(12), "Morning"),
        Article("A fair opened, according to Dale Radio.", "alone", "Fair", at(7), "Rain Post"),
    ),
    (
        Edge("wire", "update", "update", 0.97),
        Edge("wire", "excerpt", "excerpt", 0.9),
        Edge("update", "rewrite", "rewrite", 0.6, "isBasedOn"),
        Edge("rewrite", "both", "summary", 0.7),
        Edge("rain", "both", "summary", 0.4),
    ),
)
"""A chain, a declared edge, an article of two parents, one that stands alone; two that name sources."""
