"""Lineages and edges in notebooks: drawn by a real kernel, in marimo where that is installed."""

import importlib.util
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import pytest
from nbclient import NotebookClient

from dedup import Article, Edge, Lineage, find_lineage, read_articles
from dedup.lineage.heed import DECLARED
from dedup.report.notebook import N_ROWS

HARBOUR = Path(__file__).parents[1] / "examples" / "harbour.jsonl"
MORNING = datetime(2026, 3, 2, 6, tzinfo=UTC)
HOSTILE = "</svg><script>alert(1)</script><img src=x onerror=alert(2)>\u202e\ud800\0\x1b"


def star(n: int, families: int = 1, title: str = "title") -> Lineage:
    articles, edges = [], []
    for family in range(families):
        for i in range(n):
            articles.append(
                Article("It is shut.", f"{family}-{i}", title, MORNING + timedelta(hours=i), "Post")
            )
            if i:
                edges.append(Edge(f"{family}-0", f"{family}-{i}", "copy", 0.9))
    return Lineage(tuple(articles), tuple(edges))


def drawings(html: str) -> list[ElementTree.Element]:
    return [ElementTree.fromstring(svg) for svg in re.findall(r"<svg.*?</svg>", html, re.DOTALL)]


def labels(html: str) -> list[str]:
    return re.findall(r"</title>([^<]*)</text>", html)


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        assert not [name for name, _ in attrs if name.startswith("on") or name in {"src", "href"}]


def test_a_lineage_is_drawn() -> None:
    html = find_lineage(read_articles([str(HARBOUR)]))._repr_html_()
    assert len(drawings(html)) == 1
    assert html.startswith("<div><p>9 articles: 1 family of 7.</p>")
    shown = labels(html)
    assert len(shown) == 7
    assert shown[0].startswith("Harbour Post 2 Jun 2026, 09:15 Quay collapses")
    assert shown[1].startswith("copy .95 Coastfeed 2 Jun 2026, 09:52")
    assert Tags(html).names == {"div", "p", "svg", "path", "text", "title"}


def test_an_edge_is_told() -> None:
    html = Edge("wire<", "paper", "rewrite", 0.931, "isBasedOn")._repr_html_()
    assert re.findall(r"<th scope=\"col\">(\w+)</th>", html) == [
        *("child", "relation", "parent", "declared", "probability")
    ]
    assert "<td>wire&lt;</td>" in html
    assert "<td>isBasedOn ≠</td>" in html  # at .93 something speaks against it
    agreed = Edge("wire", "paper", "copy", DECLARED, "isBasedOn")
    assert "<td>isBasedOn</td>" in agreed._repr_html_()
    assert "<td>.93</td>" in html
    assert "declared" not in Edge("a", "b", "copy", 0.9)._repr_html_()


@pytest.mark.parametrize(
    ("chance", "said"), [(DECLARED, "copy .99 declared b"), (0.0, "copy .00 declared ≠ b")]
)
def test_a_declared_edge_is_drawn(chance: float, said: str) -> None:
    articles = Article("The bridge is shut.", "a", "a"), Article("It rains.", "b", "b")
    drawn = Lineage(articles, (Edge("a", "b", "copy", chance, "isBasedOn"),))._repr_html_()
    assert labels(drawn)[1].startswith(said)


def test_what_is_not_drawn_is_counted() -> None:
    html = star(N_ROWS + 1500)._repr_html_()
    assert len(labels(html)) == N_ROWS
    assert "<p>and 1,500 more articles of this family</p>" in html
    html = star(25, 5)._repr_html_()
    assert len(labels(html)) == N_ROWS
    assert "<p>and 15 more articles of this family</p><p>and 2 more families of 50 articles</p>" in html
    assert len(star(40, 40, "t" * 100_000)._repr_html_()) < 200_000


def test_sources_not_in_the_pile_are_drawn() -> None:
    text = "It is shut, the mayor told the {} Post. " + "".join(
        f"Publisher: paper{i}.example\n\n" for i in range(6)
    )
    pile = (Article(text.format("Vennport"), "a"), Article(text.format("Orla"), "b"))
    html = Lineage(pile, (Edge("a", "b", "copy", 0.9),))._repr_html_()
    n_dashed = len(re.findall(r"<circle[^>]*stroke-dasharray", html))
    n_more = int(re.search(r"and (\d+) more sources not in the pile", html)[1])  # type: ignore[index]
    assert n_dashed == 4
    assert n_more >= 2


def test_hostile_text_is_inert() -> None:
    pile = (
        Article(HOSTILE, "a" + HOSTILE, HOSTILE, None, HOSTILE),
        Article(HOSTILE, "b", HOSTILE, None, HOSTILE),
    )
    edge = Edge("a" + HOSTILE, "b", HOSTILE, 0.9, HOSTILE)
    for html in (Lineage(pile, (edge,))._repr_html_(), edge._repr_html_()):
        assert not Tags(html).names & {"script", "img"}
        html.encode("utf-8")
        assert drawings(html)


def test_in_jupyter() -> None:
    """Run by a real kernel, as JupyterLab runs it."""
    code = f"from dedup import *\nlineage = find_lineage(read_articles([{str(HARBOUR)!r}]))\nlineage"
    notebook = nbformat.v4.new_notebook(  # type: ignore[no-untyped-call]
        cells=[nbformat.v4.new_code_cell(source) for source in (code, "lineage.edges[0]")]  # type: ignore[no-untyped-call]
    )
    NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    tree, edge = (cell.outputs[0].data["text/html"] for cell in notebook.cells)
    assert "Meridian Digest" in labels(tree)[2]
    assert "<td>coastfeed</td>" in edge


@pytest.mark.skipif(
    importlib.util.find_spec("marimo") is None, reason="marimo (250 MB) is not installed: pip install marimo"
)
def test_in_marimo(tmp_path: Path) -> None:
    source = tmp_path / "notebook.py"
    source.write_text(
        "import marimo\napp = marimo.App()\n\n"
        "@app.cell\ndef _():\n    from dedup import find_lineage, read_articles\n"
        f"    lineage = find_lineage(read_articles([{str(HARBOUR)!r}]))\n"
        "    lineage\n    return (lineage,)\n\n"
        "@app.cell\ndef _(lineage):\n    lineage.edges[0]\n    return\n",
        encoding="utf-8",
    )
    command = [
        sys.executable,
        "-m",
        "marimo",
        "export",
        "html",
        str(source),
        "-o",
        str(tmp_path / "page.html"),
    ]
    subprocess.run(command, check=True, capture_output=True, cwd=tmp_path)
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "Meridian Digest" in page
    assert re.search(r"\\?u003[cC]svg|<svg|&lt;svg", page)
    assert "coastfeed" in page
