"""Articles out of files: every kind, and everything that can be wrong with one."""

import gzip
import io
import json
import os
import random
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dedup.articles import Article
from dedup.errors import InputError, ReadError
from dedup.formats.readers import read_articles

ROWS = [{"id": "a", "text": "The harbour is shut.", "date": "2026-03-09"}, {"id": "b", "text": "It is opén."}]
JSONL = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS)
CSV = 'id,Text,date\na,The harbour is shut.,2026-03-09\nb,"It is opén.",\n'


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Write a file below the test's folder; a name in .gz is compressed."""

    def write_file(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        content = content.encode() if isinstance(content, str) else content
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        return path

    return write_file


Write = Callable[[str, str | bytes], Path]


def read(*paths: Path | str) -> list[Article]:
    return list(read_articles(paths))


def read_skipping(*paths: Path | str) -> tuple[list[str], list[str]]:
    """Read what can be read: the texts, and the errors without the folder's name."""
    errors: list[ReadError] = []
    texts = [article.text for article in read_articles(paths, on_bad=errors.append)]
    return texts, [str(error).replace(os.path.dirname(error.path) + os.sep, "") for error in errors]


@pytest.mark.parametrize("ending", ["", ".gz"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("day.jsonl", JSONL),
        ("day.NDJSON", JSONL.replace("\n", "\r\n\r\n \r\n")),
        ("day.json", json.dumps(ROWS)),
        ("day.json", json.dumps({"status": "ok", "articles": ROWS}, indent=1)),
        ("day.csv", CSV),
        ("day.csv", CSV.replace(",", ";").replace("\n", "\r\n")),
    ],
)
def test_kinds_of_files(write: Write, name: str, content: str, mark: str, ending: str) -> None:
    pile = read(write(name + ending, mark + content))
    assert [(article.id, article.text) for article in pile] == [(row["id"], row["text"]) for row in ROWS]
    assert [bool(article.published_at) for article in pile] == [True, False]


def test_one_object_in_a_json_file(write: Write) -> None:
    assert read(write("one.json", json.dumps(ROWS[0])))[0].id == "a"


def test_text_files_are_named_by_their_place_in_the_folder(write: Write, tmp_path: Path) -> None:
    write("b/two.words.txt", "\ufeffTwo\n\nwörds")
    write("a.txt.gz", "")
    write("b.txt", "three")
    write("b/notes.md", "not read")
    write("b/.hidden.txt", "not read")
    assert [(article.id, article.text) for article in read(tmp_path)] == [
        ("a", ""),
        ("b/two.words", "Two\n\nwörds"),
        ("b", "three"),
    ]
    assert [article.id for article in read(tmp_path / "b.txt", tmp_path / "a.txt.gz")] == ["b", "a"]


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(JSONL.encode())))
    assert [article.id for article in read("-")] == ["a", "b"]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\n{")))
    with pytest.raises(ReadError, match=r"^standard input:2: not JSON"):
        read("-")


def test_ten_megabytes_on_a_line(write: Write) -> None:
    text = "word " * 2_000_000
    assert read(write("long.jsonl", json.dumps({"text": text})))[0].text == text
    assert read(write("long.csv", f"text\n{text}\n"))[0].text == text


def test_a_field_over_several_lines(write: Write) -> None:
    path = write("day.csv", 'id,text\na,"one\n\ntwo ""quoted"""\nb\nc,three\n')
    texts, errors = read_skipping(path)
    assert texts == ['one\n\ntwo "quoted"', "three"]
    assert errors == ["day.csv:5: the row has 1 fields where the first row names 2"]


@pytest.mark.parametrize(
    ("name", "content", "texts", "error"),
    [
        ("d.jsonl", '{"text": "a"}\n{"text": "b"\n{"text": "c"}', ["a", "c"], "d.jsonl:2: not JSON: "),
        ("d.jsonl", '\n["a"]\n{"text": "c"}', ["c"], "d.jsonl:2: an article must be a JSON object, not list"),
        ("d.jsonl", '"a"', [], "d.jsonl:1: an article must be a JSON object, not str"),
        ("d.jsonl", "[" * 100_000, [], "d.jsonl:1: nested too deeply"),
        ("d.jsonl", '{"txt": "a"}\n{"text": "b"}', ["b"], "d.jsonl:1: no text: looked for 'text'"),
        ("d.jsonl", '{"text": "a", "date": "soon"}', [], "d.jsonl:1: cannot read the time str 'soon'"),
        (
            "d.jsonl",
            b'{"text": "a"}\n{"text": "\xe9"}',
            ["a"],
            "d.jsonl:2: byte 11 of the line, 0xe9, is not",
        ),
        ("d.jsonl", "a".encode("utf-16"), [], "d.jsonl:1: byte 1 of the line, 0xff, is not UTF-8"),
        ("d.json", '[{"text": "a"}, 5]', ["a"], "d.json: article 1 of the list: an article must be a JSON"),
        ("d.json", '{"text":\n"a"}\n{"text": "b"}', [], "d.json:3: not JSON: Extra data"),
        ("d.json", '"a"', [], "d.json: must hold a list of objects"),
        ("d.json", "", [], "d.json:1: not JSON"),
        ("d.csv", "id,words\na,b\n", [], "d.csv:1: no text column: looked for text, "),
        ("d.csv", "", [], "d.csv:1: no text column: looked for "),
        ("d.csv", 'id,text\na,"b\nc', [], "d.csv:2: unexpected end of data"),
        ("d.csv", 'id,text\na,"b"c\nd,e', ["e"], "d.csv:2: "),
        (
            "d.csv",
            b'id,text\na,b\nc,"\n\xe9\n"\nd,e',
            ["b", "e"],
            "d.csv:4: byte 1 of the line, 0xe9, is not",
        ),
        ("d.csv", "text,date\na,soon\nb,", ["b"], "d.csv:2: cannot read the time str 'soon'"),
        ("d.txt", b"one\ntwo \xff", [], "d.txt:2: byte 5 of the line, 0xff, is not UTF-8; convert"),
    ],
)
def test_what_is_bad_is_told_with_file_and_line(
    write: Write, name: str, content: str | bytes, texts: list[str], error: str
) -> None:
    path = write(name, content)
    read_texts, errors = read_skipping(path)
    assert read_texts == texts
    assert len(errors) == 1
    assert errors[0].startswith(error)
    with pytest.raises(ReadError):
        read(path)


def test_compressed_data_cut_short_or_broken(write: Write) -> None:
    noise = random.Random(7)
    lines = "".join(json.dumps({"text": noise.randbytes(50).hex()}) + "\n" for _ in range(10_000))
    path = write("day.jsonl.gz", lines)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    texts, errors = read_skipping(path)
    assert 0 < len(texts) < 10_000
    assert errors == ["day.jsonl.gz: the compressed data is cut short; fetch the file again"]
    with pytest.raises(ReadError, match="cut short"):
        read(path)
    for broken in (b"not gzip", whole[:-8] + bytes(8)):
        path.write_bytes(broken)
        with pytest.raises(ReadError, match="not readable as gzip"):
            read(path)


def test_paths_that_cannot_be_read(tmp_path: Path, write: Write) -> None:
    good = write("good.txt", "words")
    with pytest.raises(ReadError, match=r"missing\.jsonl: no such file or folder"):
        next(read_articles([good, tmp_path / "missing.jsonl"]))
    with pytest.raises(ReadError, match=r"must end in \.jsonl, \.ndjson, \.json, \.csv, \.txt, .*each also"):
        read(write("article.pdf", ""))
    (tmp_path / "empty").mkdir()
    with pytest.raises(ReadError, match=r"nothing to read in this folder; looked for \.jsonl"):
        read(tmp_path / "empty")
    with pytest.raises(InputError, match="use a list"):
        next(read_articles(str(good)))


def test_a_file_that_may_not_be_read(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = write("day.jsonl", JSONL)
    monkeypatch.setattr("builtins.open", refuse)
    with pytest.raises(ReadError, match=r"day\.jsonl: permission denied"):
        read(path)
