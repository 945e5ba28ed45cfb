"""Spark gives the answers of one machine, to the byte, whatever the partitions; and says what is wrong."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from dedup.articles import as_articles
from dedup.cli.main import main
from dedup.duplicates.components import components
from dedup.duplicates.find import find_duplicates
from dedup.duplicates.policy import make_records
from dedup.errors import DuplicateIdError, InputError, MissingFieldError, ReadError, TimeError
from dedup.formats.writers import json_line
from dedup.spark import find_duplicates as spark_duplicates
from dedup.spark import find_lineage as spark_lineage
from dedup.spark import hot, read_files, start_session
from dedup.spark.kept import Kept
from dedup.spark.labels import find_roots, label_components
from tests.spark_sets import (
    SCHEMA,
    Row,
    known,
    lines_of_one_machine,
    needs_java,
    read_set,
    session,
    with_copies,
    with_days_for_times,
    with_days_only,
)

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["session"]
pytestmark = needs_java

WIRE = "Ida Brask shut the Orla bridge on Monday: 14 of its 96 cables had failed, the engineer said."


def frame_of(session: SparkSession, rows: list[Row]) -> DataFrame:
    """Make a DataFrame of rows in any order."""
    shuffled = random.Random(len(rows)).sample(rows, len(rows))
    return session.createDataFrame(shuffled, SCHEMA)


SETS: dict[str, Callable[[], list[Row]]] = {
    "easy": lambda: read_set("lineage_dev"),
    "hard": lambda: read_set("lineage_dev_hard"),
    "days": lambda: with_days_only(read_set("lineage_dev_hard")),
    "some without": lambda: with_days_for_times(read_set("lineage_dev")),
    "generated": lambda: with_copies(600),
}


@pytest.mark.parametrize(
    ("name", "partitions", "sampled", "options"),
    [
        ("easy", 1, 1024, {"min_probability": 0.6}),
        ("hard", 2, 1024, {"use_times": False}),
        ("days", 7, 1024, {}),
        ("some without", 2, 1024, {}),
        ("generated", 2, 1, {}),  # every key of more than 64 articles is hot
    ],
)
def test_lineage_is_that_of_one_machine(
    session: SparkSession,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    partitions: int,
    sampled: int,
    options: dict[str, Any],
) -> None:
    monkeypatch.setattr(hot, "SAMPLED", sampled)
    n_hot: list[int] = []
    find_hot = hot.find_hot

    def count_hot(*arguments: Any) -> Any:
        found = find_hot(*arguments)
        n_hot.append(len(found))
        return found

    monkeypatch.setattr("dedup.spark.meeting.find_hot", count_hot)
    rows = SETS[name]()
    found = spark_lineage(frame_of(session, rows), partitions=partitions, **options)
    assert sorted(map(json_line, found.records())) == lines_of_one_machine(rows, **options)
    assert (sum(n_hot) > 0) == (sampled == 1)
    parents = {
        (row.child, row.rank): (row.parent, row.relation, row.probability) for row in found.edges.collect()
    }
    for record in found.records():
        for rank, parent in enumerate(record["parents"]):
            assert parents.pop((record["id"], rank)) == (
                parent["id"],
                parent["relation"],
                parent["probability"],
            )
    assert not parents
    folder = Path(found.kept._folder)
    assert folder.exists()
    found.close()
    assert not folder.exists()


@pytest.mark.parametrize(("threshold", "partitions", "sampled"), [(0.7, 3, 1024), (0.3, 2, 1)])
def test_duplicates_are_those_of_one_machine(
    session: SparkSession,
    monkeypatch: pytest.MonkeyPatch,
    threshold: float,
    partitions: int,
    sampled: int,
) -> None:
    monkeypatch.setattr(hot, "SAMPLED", sampled)
    rows = with_copies(600)
    articles = sorted(as_articles(map(known, rows)), key=lambda article: article.id)
    wanted = find_duplicates(articles, threshold=threshold)
    found = spark_duplicates(frame_of(session, rows), threshold=threshold, partitions=partitions)
    ids: list[Any] = [article.id for article in articles]
    labels = np.arange(len(ids))
    for members in wanted.clusters:
        labels[list(members)] = members[0]
    records = make_records(ids, labels, wanted.pairs, wanted.resemblance)
    assert list(map(json_line, found.records())) == list(map(json_line, records))
    pairs = sorted((row.first, row.second, row.resemblance) for row in found.pairs.collect())
    named = [(ids[a], ids[b]) for a, b in wanted.pairs.tolist()]
    assert pairs == sorted((*pair, r) for pair, r in zip(named, wanted.resemblance.tolist(), strict=True))
    assert (found.n_articles, found.n_identical) == (wanted.n_articles, wanted.n_identical)
    assert len(wanted.clusters) > 30
    found.close()


def test_articles_without_id_get_those_of_one_machine(session: SparkSession) -> None:
    made = as_articles([WIRE])[0].id
    rows: list[Row] = [
        {"text": WIRE, "published_at": "2026-03-02T09:00Z"},
        {"text": WIRE, "published_at": "2026-03-02T08:00Z"},
        {"text": f"VENNPORT - {WIRE}", "id": 7, "published_at": "2026-03-02T10:00Z"},
        {"text": WIRE, "title": "Shut"},
    ]
    schema = "text string, id string, published_at string, title string"
    full = [{"id": None, "title": None, "published_at": None} | row for row in rows]
    found = spark_lineage(session.createDataFrame(full, schema))
    by_time = sorted(rows, key=lambda row: row.get("published_at", "9"))
    assert sorted(map(json_line, found.records())) == lines_of_one_machine(by_time)
    assert next(found.records())["id"] == made
    found.close()


def test_columns_of_other_kinds_are_read(session: SparkSession) -> None:
    first = ("1", WIRE, "2026-03-02 08:00:00", "Wire")
    second = ("2", f"VENNPORT - {WIRE}", "2026-03-02 11:00:00", "Post")
    frame = session.createDataFrame([second, first], "id string, body string, date string, paper string")
    publisher = "named_struct('name', paper) AS publisher"
    frame = frame.selectExpr("bigint(id) AS id", "body", "timestamp(date) AS date", publisher, "1 AS extra")
    found = spark_lineage(frame)
    (edge,) = found.edges.collect()
    assert (edge.child, edge.parent, edge.rank) == ("2", "1", 0)
    found.close()


def test_what_cannot_be_used_is_named(session: SparkSession) -> None:
    with pytest.raises(
        MissingFieldError, match="no text column: looked for 'text', .*the columns are 'id', 'words'"
    ):
        spark_lineage(session.createDataFrame([("a", "b")], "id string, words string"))
    with pytest.raises(InputError, match="min_probability is 2"):
        spark_lineage(session.createDataFrame([("a",)], "text string"), min_probability=2)
    with pytest.raises(InputError, match="partitions is 0"):
        spark_duplicates(session.createDataFrame([("a",)], "text string"), partitions=0)
    with pytest.raises(InputError, match="threshold is 0"):
        spark_duplicates(session.createDataFrame([("a",)], "text string"), threshold=0)
    with pytest.raises(InputError, match="bands is 200"):
        spark_duplicates(session.createDataFrame([("a",)], "text string"), bands=200)
    twice = [("a", WIRE), ("a", WIRE + " More.")]
    with pytest.raises(DuplicateIdError, match="given more than once: 'a'"):
        spark_lineage(session.createDataFrame(twice, "id string, text string"))
    bad = [("a", WIRE, "soon"), ("b", WIRE, "2026-03-02"), ("c", None, None)]
    frame = session.createDataFrame(bad, "id string, text string, date string")
    with pytest.raises(
        TimeError, match="article 'a': cannot read the time str 'soon'.*1 more cannot be used"
    ):
        spark_lineage(frame)
    half = session.createDataFrame([('{"text": "a \\ud83d b"}', "x.jsonl")], "line string, file string")
    with pytest.raises(InputError, match="x.jsonl, the line that begins with .* half a character"):
        spark_lineage(half.selectExpr("binary(line) AS line", "file"))
    found = spark_lineage(frame, skip_bad=True)
    assert (found.n_articles, found.n_bad, found.n_declared) == (1, 2, 0)
    assert found.bad is not None
    errors = sorted(row.error for row in found.bad.collect())
    assert errors[0].startswith("article 'a': cannot read the time")
    assert errors[1].startswith("article 'c': the text, 'text', must be a string")
    found.close()


def test_nothing_comes_of_nothing(session: SparkSession) -> None:
    found = spark_lineage(session.createDataFrame([], "id string, text string"))
    assert (list(found.records()), found.edges.count(), found.n_articles) == ([], 0, 0)
    found.close()


def test_the_command_reads_and_writes(
    session: SparkSession, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    rows = read_set("lineage_dev")[:40]
    lines, table = tmp_path / "day.jsonl", tmp_path / "day.parquet"
    declared = [
        known(rows[0]) | {"declared": [{"source": "elsewhere", "by": "canonical"}]},
        *map(known, rows[1:]),
    ]
    lines.write_text("\n\n".join(map(json.dumps, declared)), encoding="utf-8")
    frame_of(session, rows).write.parquet(str(table))
    output = tmp_path / "lineage.jsonl"
    assert main(["lineage", "--engine", "spark", str(lines), "-o", str(output)]) == 0
    assert "1 declare what they were made from, which Spark does not follow" in capfd.readouterr().err
    assert sorted(output.read_text(encoding="utf-8").splitlines()) == lines_of_one_machine(rows)
    folder = tmp_path / "found"
    assert main(["duplicates", "--engine", "spark", str(table), "-o", str(folder)]) == 0
    assert session.read.parquet(str(folder / "articles")).count() == 40
    assert (
        f"dedup: 40 articles, {session.read.parquet(str(folder / 'pairs')).count()} pairs;"
        in capfd.readouterr().err
    )
    assert main(["duplicates", "--engine", "spark", str(table), "-o", str(folder)]) == 2
    assert "is there already" in capfd.readouterr().err


def test_the_command_says_what_is_wrong(
    session: SparkSession, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "day.jsonl"
    broken.write_bytes(b'{"id": "a", "text": "It is shut."}\n{"id": "b", "te\n\xff\xfe\n[1]\n')
    for arguments, said in [
        ([str(broken)], "day.jsonl, the line that begins with "),
        ([str(tmp_path / "none.jsonl")], "no such file or directory"),
        ([str(broken), "--workers", "2"], "--workers is not for --engine spark"),
        ([str(broken), "--format", "html"], "--format html is not for --engine spark"),
    ]:
        assert main(["lineage", "--engine", "spark", *arguments]) == 2
        err = capfd.readouterr().err
        assert said in err
        assert "Traceback" not in err
    assert main(["lineage", "--engine", "spark", "--skip-bad", str(broken)]) == 0
    out, err = capfd.readouterr()
    assert json.loads(out)["role"] == "single"
    assert "3 skipped that could not be used, such as: " in err
    output = tmp_path / "found.jsonl"
    assert main(["duplicates", "--engine", "spark", "--skip-bad", str(broken), "-o", str(output)]) == 0
    assert f"listed in {output}.bad.jsonl" in capfd.readouterr().err
    listed = (tmp_path / "found.jsonl.bad.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["error"].partition("day.jsonl, ")[2][:8] for line in listed] == ["the line"] * 3
    not_parquet = tmp_path / "day.parquet"
    not_parquet.write_text("not a table", encoding="utf-8")
    assert main(["lineage", "--engine", "spark", str(not_parquet)]) == 2
    assert "dedup: error: Spark: " in capfd.readouterr().err
    assert main(["lineage", "--master", "local[2]", str(broken)]) == 2
    with pytest.raises(InputError, match="one kind at a time"):
        read_files(session, [str(broken), str(not_parquet)])
    with pytest.raises(InputError, match="paths is empty"):
        read_files(session, [])
    with pytest.raises(ReadError, match="no such file"):
        read_files(session, ["none.parquet"])


@pytest.mark.parametrize("fits", [1 << 20, 0])
def test_components_are_those_of_one_machine(session: SparkSession, fits: int) -> None:
    draw = np.random.default_rng(5)
    chain = np.stack([np.arange(300, 330), np.arange(301, 331)], axis=1)
    pairs = np.concatenate([draw.integers(0, 300, (170, 2)), chain])
    wanted = components(331, pairs)
    links = session.createDataFrame(pairs.tolist(), "one long, other long").repartition(4)
    with Kept(session) as kept:
        found = {row.node: row.label for row in label_components(links, kept, fits=fits).collect()}
    assert found == {node: int(wanted[node]) for node in set(pairs.ravel().tolist())}


def test_roots_are_found_up_a_long_chain(session: SparkSession) -> None:
    links = [(i, i - 1) for i in range(1, 21)] + [(40, 30), (41, 30), (30, 50)]
    frame = session.createDataFrame(links, "child long, parent long").repartition(5, "child")
    with Kept(session) as kept:
        found = {row.child: row.root for row in find_roots(frame, kept).collect()}
    assert found == dict.fromkeys(range(1, 21), 0) | dict.fromkeys((30, 40, 41), 50)


def test_a_session_is_started_once(session: SparkSession) -> None:
    assert start_session("local[1]") is session
