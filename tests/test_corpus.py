"""Corpora on disk: the same answers as in memory, whatever the memory, the inputs and the order."""

import json
import random
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas
import polars
import pyarrow
import pyarrow.feather
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dedup
from benchmarks.corpora import make_haystack, read_reuters, read_set, unlabelled
from benchmarks.corpus import Options, make_articles
from dedup.articles import as_article
from dedup.corpus import find_duplicates, find_lineage
from dedup.corpus.declared import Articles
from dedup.corpus.families import Edges, find_families
from dedup.corpus.limits import check_size, parse_size, set_limits
from dedup.corpus.order import find_order
from dedup.corpus.spill import Column, Spill, Strings, StringWriter, read_column
from dedup.corpus.store import Store, write_store
from dedup.duplicates.policy import parse_policy
from dedup.errors import CorpusError, DuplicateIdError, InputError, MissingFieldError, ReadError
from dedup.formats.readers import read_articles
from dedup.formats.writers import json_line

DEV, HARD = (unlabelled(read_set(name)) for name in ("lineage_dev", "lineage_dev_hard"))
Row = dict[str, Any]


def generated(n: int, **options: Any) -> list[Row]:
    rows = make_articles(n, Options(**options))
    return [{name: row[name] for name in ("id", "outlet", "published_at", "text")} for row in rows]


def in_memory(rows: Iterable[Row], **options: Any) -> list[str]:
    return list(map(json_line, dedup.find_lineage(rows, **options).records()))


def on_disk(inputs: Any, **options: Any) -> list[str]:
    with find_lineage(inputs, **options) as found:
        return list(map(json_line, found.records()))


def declaring(rows: list[Row]) -> list[Row]:
    """Let some articles declare articles of the pile, others, and outlets."""
    draw = random.Random(1)
    made = []
    for row in rows:
        other = draw.choice(rows)
        said: list[Any] = [
            other["id"],
            {"source": other.get("outlet"), "by": "publisher"},
            "https://a.example/",
        ]
        made.append(row | {"declared": draw.choice(said)} if draw.random() < 0.3 else row)
    return made


PILES: dict[str, list[Row]] = {
    "dev": DEV,
    "hard": HARD,
    "declared": declaring(DEV),
    "generated": generated(700, skew=0.05),
    "nameless": [{"text": row["text"]} for row in generated(300, skew=0.2)],
    "odd": [
        {"text": "a"},
        {"text": ""},
        {"text": "..."},
        {"text": "\ud800 a b c d e"},
        {"text": "..."},
        {"text": "a"},
    ],
    "empty": [],
}


@pytest.mark.parametrize("use_times", [True, False])
@pytest.mark.parametrize("name", PILES)
def test_records_are_those_of_find_lineage(name: str, use_times: bool) -> None:
    assert on_disk(PILES[name], use_times=use_times) == in_memory(PILES[name], use_times=use_times)


@pytest.mark.parametrize(("n_keys", "n_pairs", "n_rows"), [(4000, 300, 1), (1 << 22, 1 << 20, 1 << 20)])
def test_memory_says_nothing_of_the_answer(
    n_keys: int, n_pairs: int, n_rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dedup.corpus import session
    from dedup.corpus.limits import Limits
    from dedup.pairs import frequencies, parts

    monkeypatch.setattr(session, "set_limits", lambda *_: Limits(10**9, n_keys, n_pairs, n_rows))
    monkeypatch.setattr(frequencies, "_COPIED", n_keys)
    monkeypatch.setattr(parts, "PART", 20_000)
    rows = [*DEV[:80], *generated(100, skew=0.2)]
    assert on_disk(rows, workers=2) == in_memory(rows)


def test_a_probability_is_asked_for_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "hard.jsonl"
    path.write_text("".join(json_line(row) + "\n" for row in HARD), encoding="utf-8")
    for least in (0.6, 0.95):
        work = tmp_path / "work"
        assert on_disk(path, work=work, min_probability=least) == in_memory(HARD, min_probability=least)
    with pytest.raises(InputError, match="from 0 to 1"):
        on_disk(path, min_probability=2)


def test_labelled_articles_in_newswire() -> None:
    hay = read_reuters()
    if not hay:
        pytest.skip("there is no newswire beside the project")
    rows = make_haystack(DEV, hay[:1500])
    assert on_disk(rows, workers=2) == in_memory(rows)


# Inputs and outputs


def write_inputs(folder: Path, rows: list[Row]) -> list[Any]:
    """Write rows in as many ways as there are."""
    frame = pandas.DataFrame(rows)
    table = pyarrow.Table.from_pandas(frame)
    pyarrow.parquet.write_table(table, folder / "a.parquet", row_group_size=20)
    pyarrow.feather.write_feather(table, str(folder / "b.feather"))
    with pyarrow.ipc.new_stream(str(folder / "c.arrow"), table.schema) as stream:
        stream.write_table(table, max_chunksize=30)
    frame.to_csv(folder / "d.csv", index=False)
    lines = frame.to_json(orient="records", lines=True).encode()
    for ending, kind in ((".jsonl", None), (".jsonl.gz", "gzip"), (".jsonl.zst", "zstd")):
        with pyarrow.output_stream(str(folder / f"e{ending}"), compression=kind) as stream:
            stream.write(lines)
    files = [str(path) for path in sorted(folder.iterdir())]
    return [*files, frame, table, polars.DataFrame(table), iter(rows), [dedup.as_articles(rows)]]


def test_every_kind_of_input_is_read_alike(tmp_path: Path) -> None:
    rows = [{"title": "", "outlet": "", **row} for row in DEV[:50]]
    expected = in_memory(rows)
    kinds = write_inputs(tmp_path, rows)
    assert len(kinds) == 12
    for inputs in kinds:
        assert on_disk(inputs) == expected, str(inputs)[:80]


def test_a_folder_and_several_inputs(tmp_path: Path) -> None:
    for at, name in enumerate(("one.parquet", "two.parquet")):
        table = pyarrow.Table.from_pylist(DEV[at * 40 : at * 40 + 40])
        pyarrow.parquet.write_table(table, tmp_path / name)
    expected = in_memory(DEV[:120])
    assert on_disk([tmp_path, DEV[80:120]]) == expected
    assert on_disk([tmp_path, pyarrow.Table.from_pylist(DEV[80:120])]) == expected


@pytest.mark.parametrize("name", ["dev", "declared", "odd", "empty"])
def test_parquet_says_what_the_lines_say(name: str, tmp_path: Path) -> None:
    with find_lineage(PILES[name]) as found:
        found.write(tmp_path / "found.parquet")
        found.write(tmp_path / "found.jsonl")
        rows = pyarrow.parquet.read_table(tmp_path / "found.parquet").to_pylist()
        assert list(map(bare, rows)) == list(map(bare, found.records()))
    lines = (tmp_path / "found.jsonl").read_text(encoding="utf-8").splitlines()
    assert lines == [line.encode("utf-8", "backslashreplace").decode() for line in in_memory(PILES[name])]


def bare(value: Any) -> Any:
    """Leave out what is empty: a table has a field for what only some records have."""
    if isinstance(value, dict):
        return {name: bare(one) for name, one in value.items() if one not in (None, [])}
    return [bare(one) for one in value] if isinstance(value, list) else value


def test_a_broken_row_is_named(tmp_path: Path) -> None:
    rows = [{"id": str(i), "text": None if i == 25 else f"Text {i}"} for i in range(40)]
    path = tmp_path / "day.parquet"
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), path, row_group_size=20)
    message = "day.parquet: row group 2, row 6: the text, 'text', must be a string, not NoneType None"
    with pytest.raises(ReadError, match=message):
        on_disk(path)
    with find_lineage(path, skip_bad=True) as found:
        assert (found.n_articles, found.n_bad) == (39, 1)
        bad = json.loads(found.bad.read_text())
    row = {"id": "25", "text": None}
    assert bad == {"file": str(path), "error": message.partition(": ")[2], "row": row}


@pytest.mark.parametrize("unit", ["s", "ms", "us"])
def test_a_time_beyond_the_calendar_costs_its_row_only(unit: str, tmp_path: Path) -> None:
    times = pyarrow.array([2**53 * 99 if i == 25 else i for i in range(40)], pyarrow.timestamp(unit))
    table = pyarrow.table({"text": [f"Text {i}" for i in range(40)], "published_at": times})
    pyarrow.feather.write_feather(table, tmp_path / "day.feather", chunksize=20)
    names = {"day.feather": "batch 2, row 6"}
    if unit == "us":  # Parquet has no seconds
        pyarrow.parquet.write_table(table, tmp_path / "day.parquet", row_group_size=20)
        names["day.parquet"] = "row group 2, row 6"
    for name, place in names.items():
        bad: list[ReadError] = []
        articles = list(read_articles([tmp_path / name], on_bad=bad.append))
        assert [article.text for article in articles] == [f"Text {i}" for i in range(40) if i != 25]
        assert articles[-1].published_at is not None
        (error,) = bad
        assert f"{name}: {place}: cannot read the time OverflowError" in str(error)


def test_a_broken_row_group_costs_no_other(tmp_path: Path) -> None:
    rows = [{"id": str(i), "text": f"Text {i}" * 50} for i in range(40)]
    path = tmp_path / "day.parquet"
    pyarrow.parquet.write_table(
        pyarrow.Table.from_pylist(rows), path, row_group_size=20, compression=None, use_dictionary=False
    )
    content = bytearray(path.read_bytes())
    content[4:40] = b"\xff" * 36
    path.write_bytes(content)
    with find_lineage(path, skip_bad=True) as found:
        assert (found.n_articles, found.n_bad) == (20, 1)
        assert "row group 1, from row 1: 20 rows cannot be read" in found.bad.read_text()
    path.write_bytes(bytes(content[:200]))
    with pytest.raises(ReadError, match="not readable as Parquet"):
        on_disk(path)


def test_a_missing_column_says_which_were_there(tmp_path: Path) -> None:
    table = pyarrow.table({"name": ["a"], "words": ["The harbour is shut."]})
    pyarrow.parquet.write_table(table, tmp_path / "day.parquet")
    for inputs in (tmp_path / "day.parquet", table):
        with pytest.raises(ReadError, match=r"no text column: looked for text, .*; found name, words"):
            on_disk(inputs)


def test_bad_arguments() -> None:
    with pytest.raises(DuplicateIdError, match="given more than once: 'a'"):
        on_disk([{"id": "a", "text": "one"}, {"id": "b", "text": "two"}, {"id": "a", "text": "three"}])
    with pytest.raises(ReadError, match=r"list \(input 1\): article 2: no text"):
        on_disk([{"text": "one"}, {"words": "two"}])
    for inputs in (3, {"text": "one"}, b"day.parquet"):
        with pytest.raises(InputError, match="inputs must be paths, tables or articles"):
            on_disk(inputs)
    for memory in ("lots", "-1GB", 0, True, "4Xi"):
        with pytest.raises(InputError, match="give a size such as"):
            on_disk([], memory=memory)
    with pytest.raises(InputError, match="too little for 4 processes; give 1250MB or more"):
        set_limits("1GB", 4)
    with pytest.raises(InputError, match="give more memory or fewer workers"):
        check_size(set_limits("600MB", 1), 10**7, 1)
    with pytest.raises(MissingFieldError):
        dedup.find_lineage([{"words": "two"}])


# Near-duplicates


@pytest.mark.parametrize("threshold", [0.2, 0.7])
@pytest.mark.parametrize("name", PILES)
def test_pairs_are_those_of_find_duplicates(name: str, threshold: float) -> None:
    plain = dedup.find_duplicates(PILES[name], threshold=threshold)
    with find_duplicates(PILES[name], threshold=threshold) as found:
        assert found.pairs.tolist() == plain.pairs.tolist()
        assert found.resemblance.tolist() == plain.resemblance.tolist()
        sizes = sorted(map(len, plain.clusters), reverse=True)
        assert (found.n_clusters, found.n_members) == (len(sizes), sum(sizes))
        assert found.largest == max(sizes, default=0)
        assert found.n_identical == plain.n_identical


WIRE = (
    "Ida Brask shut the Orla bridge on Monday: 14 of its 96 cables had failed, the engineer said. "
    "Three lorries were stopped half-way, and their drivers walked back to Vennport in the rain. The "
    "town has no other crossing for forty kilometres; the ferry at Hasle takes eleven cars. Repairs "
    "will last until June and cost some two million crowns, of which the county is to pay half. Brask"
    " had asked for new cables in March, in a letter that nobody answered. The mayor would not say "
    "who had read it. "
)
CLUSTER = [
    {"id": "late", "text": "VENNPORT - " + WIRE, "date": "2026-03-02T11:00", "outlet": "Post"},
    {"id": "wire", "text": WIRE, "date": "2026-03-02T08:00", "outlet": "Wire"},
    {"id": "long", "text": WIRE + "Traffic was sent round by Hasle, and the ferry ran all night.",
     "date": "2026-03-02T12:00", "outlet": "Courier"},
    {"id": "same", "text": WIRE, "date": "2026-03-03T08:00", "outlet": "Aggregator"},
    {"id": "other", "text": "The bakers of Hasle have voted to strike over the price of flour."},
]  # fmt: skip


@pytest.mark.parametrize(
    ("policy", "kept"),
    [("first", "late"), ("longest", "long"), ("root", "wire"), ("outlets:nobody,COURIER,wire", "long")],
)
def test_policies(policy: str, kept: str) -> None:
    from dedup.corpus.keeping import dropped, keep_one, survivors

    with find_duplicates(CLUSTER, threshold=0.5) as found:
        chosen = keep_one(found, parse_policy(policy))
        gone = {row["id"]: row for row in dropped(found, chosen, parse_policy(policy))}
        assert set(gone) == {"late", "wire", "long", "same"} - {kept}
        assert {row["kept"] for row in gone.values()} == {kept}
        if kept == "wire":
            assert (gone["same"]["why"], gone["same"]["resemblance"]) == ("exact copy", 1.0)
        assert all(row["why"] in ("exact copy", "resemblance") for row in gone.values())
        left = list(survivors(found, chosen))
    assert [row["id"] for row in left] == [row["id"] for row in CLUSTER if row["id"] in (kept, "other")]
    again = dedup.as_articles(left)
    assert again == tuple(a for a in dedup.as_articles(CLUSTER) if a.id in (kept, "other"))


def test_a_chain_is_told_from_resemblance() -> None:
    from dedup.corpus.keeping import dropped, keep_one

    words = [f"word{i}" for i in range(60)]
    rows = [{"id": str(at), "text": " ".join(words[at * 8 : at * 8 + 36])} for at in range(4)]
    policy = parse_policy("first")
    with find_duplicates(rows, threshold=0.5) as found:
        gone = {row["id"]: row for row in dropped(found, keep_one(found, policy), policy)}
    assert [gone[name]["why"] for name in "123"] == ["resemblance", "through others", "through others"]
    assert gone["1"]["resemblance"] == round(24 / 40, 4)
    assert gone["3"]["resemblance"] == round(8 / 56, 4)


@pytest.mark.parametrize("text", ["", "newest", "outlets", "outlets: ,", "first:a"])
def test_no_such_policy(text: str) -> None:
    with pytest.raises(InputError, match="give first, longest, root, or such as outlets:Post,Courier"):
        parse_policy(text)


# Parts

MADE = [article.id for article in dedup.as_articles(["a", "a", "a", "b"])]  # names made of texts


@settings(max_examples=60)
@given(
    st.lists(st.sampled_from(["a", "b", ""]), max_size=8),
    st.lists(st.sampled_from([*MADE, "x"]), unique=True, max_size=4),
    st.randoms(),
)
def test_names_are_those_of_as_articles(texts: list[str], named: list[str], draw: random.Random) -> None:
    rows = [{"text": text} for text in texts] + [{"text": "c", "id": name} for name in named]
    draw.shuffle(rows)
    articles = dedup.as_articles(rows)
    with TemporaryDirectory() as folder:
        write_store(Path(folder), map(as_article, rows), lambda n: None)
        store = Store(Path(folder))
        assert list(store.ids) == [article.id for article in articles]
        assert list(Articles(store)) == list(articles)
        places = {article.id: at for at, article in enumerate(articles)}
        assert find_order(store, use_times=True).tolist() == [places[name] for name in sorted(places)]


def test_families_are_those_of_a_lineage() -> None:
    draw = np.random.default_rng(1)
    for _ in range(30):
        child = np.sort(draw.integers(1, 40, 50))
        parent = (draw.random(50) * child).astype(np.int64)
        edges = Edges(child, parent, np.zeros(50, np.int8), np.ones(50))
        articles = dedup.as_articles([{"id": str(i), "text": ""} for i in range(40)])
        made = tuple(
            dedup.Edge(str(p), str(c), "copy", 1.0)
            for c, p in zip(child.tolist(), parent.tolist(), strict=True)
        )
        lineage = dedup.Lineage(articles, made)
        assert list(map(str, find_families(edges, 40).tolist())) == [node.family for node in lineage]


def test_columns_strings_and_spills(tmp_path: Path) -> None:
    with StringWriter(tmp_path / "strings") as writer:
        writer.extend(["", "é\ud800"])
        writer.extend([])
        writer.extend(["abc"] * 3)
    strings = Strings(tmp_path / "strings")
    assert (list(strings), strings[1:3], strings[-1]) == (
        ["", "é\ud800", *["abc"] * 3],
        ["é\ud800", "abc"],
        "abc",
    )
    assert list(strings.pick(np.array([4, 1]))) == ["abc", "é\ud800"]
    assert strings.sizes.tolist() == [0, 5, 3, 3, 3]
    with Column(tmp_path / "numbers", np.int32) as column:
        column.append([1, 2])
        column.append(np.zeros((0, 2)))
        column.append([3])
    assert read_column(tmp_path / "numbers", np.int32, 1, 1).tolist() == [2]
    with Spill(tmp_path / "spill") as spill:
        for values in ([5], [], [6, 7]):
            spill.append(np.array(values, np.uint64))
        assert [run.tolist() for run in spill] == [[5], [], [6, 7]]
    assert [run.tolist() for run in Spill(tmp_path / "spill", there=True)] == [[5], [], [6, 7]]


@pytest.mark.parametrize(
    ("text", "n"), [("4GB", 4 * 10**9), ("1.5 kb", 1500), ("2MiB", 1 << 21), (7, 7), ("12B", 12)]
)
def test_sizes(text: str, n: int) -> None:
    assert parse_size(text) == n


def test_a_folder_of_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "novel.txt").write_text("Chapter one")
    with pytest.raises(CorpusError, match=r"holds other files \(novel.txt\)"):
        on_disk(DEV, work=tmp_path)
    assert [path.name for path in tmp_path.iterdir() if path.name != "lock"] == ["novel.txt"]
