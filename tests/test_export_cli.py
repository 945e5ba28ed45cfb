"""The formats of `dedup lineage`, as a user asks for them."""

import json
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import dendropy
import networkx
import pyarrow.parquet
import pytest
from prov.model import ProvDerivation, ProvDocument

from dedup.cli.main import main
from dedup.export.formats import FORMATS

HARBOUR = str(Path(__file__).parents[1] / "examples" / "harbour.jsonl")


def lines(content: bytes) -> int:
    return len([json.loads(line) for line in content.splitlines()])


def derivations(content: bytes) -> int:
    document = ProvDocument.deserialize(content=content, format="json")
    return len(list(document.flattened().get_records(ProvDerivation)))


COUNTS: dict[str, tuple[int, Callable[[bytes], int]]] = {
    "tree": (9, lambda content: content.count(b"\n")),
    "jsonl": (9, lines),
    "json": (9, lambda content: len(json.loads(content)["articles"])),
    "mermaid": (6, lambda content: content.count(b"-->")),
    "dot": (6, lambda content: content.count(b"->")),
    "graphml": (9, lambda content: len(networkx.parse_graphml(content.decode()))),
    "newick": (
        7,
        lambda content: len(dendropy.Tree.get(data=content.decode(), schema="newick").nodes()),
    ),
    "jsonld": (10, lambda content: len(json.loads(content)["@graph"])),
    "prov": (6, derivations),
    "ninjs": (9, lines),
    "passim": (7, lines),
    "parquet": (6, lambda content: pyarrow.parquet.read_table(BytesIO(content)).num_rows),
}
"""Articles or edges of the example that a format has, and how to read them."""


@pytest.mark.parametrize("name", FORMATS)
def test_formats_are_written_to_a_file_and_to_standard_output(
    name: str, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    file = tmp_path / "out"
    assert main(["lineage", HARBOUR, "--format", name, "-o", str(file)]) == 0
    assert main(["lineage", HARBOUR, "--format", name]) == 0
    assert capfdbinary.readouterr() == (file.read_bytes(), b"")
    expected, count = COUNTS[name]
    assert count(file.read_bytes()) == expected


@pytest.mark.parametrize(
    ("name", "package", "extra"), [("graphml", "networkx", "graph"), ("parquet", "pyarrow", "arrow")]
)
def test_what_is_not_installed_is_said_before_anything_is_read(
    name: str, package: str, extra: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    assert main(["lineage", "no-such-file.jsonl", "--format", name]) == 2
    remedy = f"install it with: pip install 'dedup-lineage[{extra}]'"
    assert capfd.readouterr() == ("", f"dedup: error: {package} is not installed; {remedy}\n")


def test_a_format_that_is_not_there_is_refused_with_those_that_are(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert main(["lineage", HARBOUR, "--format", "gedcom"]) == 2
    said = capfd.readouterr().err
    assert all(f"'{name}'" in said for name in FORMATS)


def test_bad_ids_reach_a_file(tmp_path: Path) -> None:
    rows = [{"id": "\ud800\n", "text": "The bridge is shut."}, {"id": '"', "text": "The bridge is shut."}]
    pile = tmp_path / "pile.jsonl"
    pile.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    for name in FORMATS:
        assert main(["lineage", str(pile), "--format", name, "-o", str(tmp_path / name)]) == 0
        if name != "parquet":
            assert (tmp_path / name).read_text(encoding="utf-8")
