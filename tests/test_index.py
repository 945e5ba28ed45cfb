"""An index: the same answer as find_lineage, whatever the order, the batches, and what was removed since."""

import random
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.corpora import read_set, unlabelled
from dedup import Article, find_lineage
from dedup.errors import DuplicateIdError, InputError, UnknownIdError
from dedup.index.index import Index
from dedup.lineage.find import IDENTICAL

Rows = list[dict[str, Any]]

NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)
WIRE = (
    "Ida Brask shut the Orla bridge at Vennport on Monday: 14 of its 96 cables had failed. The engineer said "
    "that repairs would cost 1,140 crowns a day. Traffic goes round by Hasle; the ferry Tallis runs until 9."
)
DEV, HARD = unlabelled(read_set("lineage_dev")), unlabelled(read_set("lineage_dev_hard"))
SMALL = [row for row in DEV if row["id"].startswith(("DA01", "DA02", "DA05"))]
ROOTS: Rows = [row for row in DEV if row["id"].endswith("-root")]
UNTIMED: Rows = [{**row, "published_at": None} for row in DEV]
DIGESTS: Rows = [
    {
        "id": f"digest {i}",
        "text": "\n\n".join(part for row in ROOTS[i : i + 4] for part in row["text"].split("\n\n")[:4]),
    }
    for i in (0, 8, 12)
]
"""Articles made from four others each."""
TABLES = ("articles", "texts", "pairs", "links", "learnt", "spans", "removed")


@contextmanager
def fresh(**options: Any) -> Iterator[Index]:
    """Make an index in a folder of its own, which hypothesis can have many of."""
    with TemporaryDirectory() as folder, Index(Path(folder) / "news.dedup", **options) as index:
        yield index


def in_time(rows: Rows) -> Rows:
    return sorted(rows, key=lambda row: (row["published_at"], row["id"]))


def shuffled(rows: Rows, seed: int = 1) -> Rows:
    return random.Random(seed).sample(rows, len(rows))


def cut(rows: Rows, seed: int, most: int) -> Iterator[Rows]:
    """Cut rows into batches of random sizes."""
    draw = random.Random(seed)
    while rows:
        n = draw.randint(1, most)
        yield rows[:n]
        rows = rows[n:]


def parents(index: Index) -> dict[str, tuple[str, ...]]:
    """Return the ids of the parents of each article, the main one first."""
    return {
        article.id: tuple(edge.parent for edge in index.placement(article.id).parents) for article in index
    }


def edges(index: Index) -> set[tuple[str, str]]:
    return {(parent, child) for child, above in parents(index).items() for parent in above}


def expected(rows: Iterable[Mapping[str, Any]]) -> set[tuple[str, str]]:
    return {(edge.parent, edge.child) for edge in find_lineage(rows).edges}


def content(index: Index) -> dict[str, Any]:
    """Return all that the file holds; keys however they are cut into runs."""
    store = index._store
    tables: dict[str, Any] = {
        table: sorted(store.query(f"SELECT * FROM {table}"), key=repr) for table in TABLES
    }
    runs = [np.frombuffer(row[0], "<u8") for row in store.query("SELECT keys FROM runs")]
    tables["keys"] = np.sort(np.concatenate([np.zeros(0, np.uint64), *runs])).tolist()
    return tables


def at(hour: float | None) -> datetime | None:
    return None if hour is None else NOON + timedelta(hours=hour)


# The same answer


@pytest.mark.parametrize(
    ("rows", "most_extra"), [(DEV, 0), (HARD, 0.03), (DEV + HARD, 0.04)], ids=["dev", "hard", "both"]
)
def test_one_by_one_in_time_order_is_what_find_lineage_says(rows: Rows, most_extra: float) -> None:
    whole = expected(rows)
    with fresh() as index:
        for row in in_time(rows):
            index.add(row)
        found = edges(index)
        assert index.verify() == []
    assert len(found & whole) >= 0.98 * len(whole)
    assert len(found - whole) <= most_extra * len(whole)


@pytest.mark.parametrize("order", ["reversed", "shuffled"])
@pytest.mark.parametrize("rows", [DEV, HARD], ids=["dev", "hard"])
def test_late_arrivals_are_put_where_they_belong(rows: Rows, order: str) -> None:
    whole = expected(rows)
    with fresh() as index:
        index.add_many(in_time(rows)[::-1] if order == "reversed" else shuffled(rows))
        found = edges(index)
        assert index.verify() == []
    assert len(found & whole) >= 0.98 * len(whole)
    assert len(found - whole) <= 0.06 * len(whole)


@pytest.mark.parametrize("times", ["all", "some", "days"])
def test_batches_change_nothing(times: str) -> None:
    seed = len(times)
    rows = shuffled(DEV + HARD, seed)
    if times == "some":
        rows = [row | {"published_at": None} if i % 9 == 0 else row for i, row in enumerate(rows)]
    if times == "days":
        rows = [row | {"published_at": row["published_at"][:10]} for row in rows]
    rows += [
        {**row, "id": f"{row['id']} again", "published_at": at(hour)} for hour, row in enumerate(rows[::9])
    ]
    with fresh() as one, fresh() as few, fresh() as many:
        one.add_many(rows)
        for batch in cut(rows, seed, 9):
            few.add_many(batch)
        for batch in cut(rows, seed, 150):
            many.add_many(batch)
        assert content(few) == content(one)
        assert content(many) == content(one)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_any_order_any_times_any_batches(data: st.DataObject) -> None:
    rows = [SMALL[i] for i in data.draw(st.permutations(range(len(SMALL))))[:14]]
    hours = st.one_of(st.none(), st.integers(0, 4)) if data.draw(st.booleans()) else st.floats(0, 99)
    rows = [{**row, "published_at": at(data.draw(hours))} for row in rows]
    rows += [{**row, "id": f"{row['id']} again", "published_at": at(data.draw(hours))} for row in rows[:3]]
    with fresh() as index:
        for batch in cut(rows, data.draw(st.integers(0, 9)), 5):
            before = parents(index)
            placed = index.add_many(batch)
            after = parents(index)
            changed = {name for place in placed for name in place.changed}
            assert changed == {name for name, above in before.items() if after[name] != above}
            for place in placed:
                assert tuple(edge.parent for edge in place.parents) == after[place.article.id]
        assert index.verify() == []
        if None not in {row["published_at"] for row in rows}:
            # Few enough to be weighed alike; how far that is from the weights of the whole set, others test.
            with fresh() as sorted_index:
                sorted_index.add_many(in_time(rows))
                assert parents(sorted_index) == parents(index)


def test_without_times_it_says_much_the_same() -> None:
    rows: Rows = [{**row, "published_at": None} for row in shuffled(DEV)]
    whole = expected(rows)
    with fresh() as index:
        for batch in cut(rows, 3, 30):
            index.add_many(batch)
        assert len(edges(index) & whole) >= 0.95 * len(whole)
        assert index.verify() == []


def test_a_late_original_becomes_the_parent_of_all_its_copies_and_of_what_was_made_from_them() -> None:
    changed_wire = "VENNPORT - " + WIRE
    with fresh() as index:
        index.add({"id": "second", "text": WIRE, "date": at(2)})
        index.add({"id": "third", "text": f"  {WIRE}\n", "date": at(3)})
        index.add({"id": "fourth", "text": changed_wire, "date": at(4)})
        assert parents(index) == {"second": (), "third": ("second",), "fourth": ("second",)}
        placed = index.add({"id": "first", "text": WIRE, "date": at(1)})
        assert placed.parents == ()
        assert placed.changed == ("fourth", "second", "third")
        assert set(parents(index).values()) == {(), ("first",)}
        edge = index.placement("third").parents[0]
        assert (edge.relation, edge.probability) == ("copy", IDENTICAL)
        # Without a time it comes last of all.
        assert index.add({"id": "some day", "text": WIRE}).parents[0].parent == "first"


def test_a_copy_that_gets_a_time_gives_up_its_children() -> None:
    with fresh() as index:
        index.add({"id": "early", "text": "VENNPORT - " + WIRE, "date": at(1)})
        index.add({"id": "some day", "text": WIRE})
        placed = index.add({"id": "late", "text": WIRE, "date": at(2)})
        found = parents(index)
        assert found["early"] == ()
        assert found["late"] == ("early",)
        assert found["some day"] == ("late",)
        assert set(placed.changed) <= {"early", "some day"}


def test_no_words_are_nobodys_copy() -> None:
    with fresh() as index:
        index.add_many([{"id": str(i), "text": text} for i, text in enumerate(["", " ", "...", "...", "\n"])])
        assert edges(index) == set()
        assert index.add({"id": "2", "text": "..."}).known
        with pytest.raises(DuplicateIdError):
            index.add({"id": "2", "text": "!!!"})


def test_families_and_lineages_are_those_of_find_lineage() -> None:
    whole = find_lineage(in_time(DEV))
    with fresh() as index:
        index.add_many(in_time(DEV))
        for family in whole.families:
            found = index.family(family[-1])
            assert set(found.families[0]) == set(family)
            within = {pair for pair in expected(DEV) if set(pair) <= set(family)}
            assert {(edge.parent, edge.child) for edge in found.edges} == within
        for name in (row["id"] for row in SMALL):
            lineage, node = index.lineage(name), whole[name]
            assert set(lineage[name].ancestors) == set(node.ancestors)
            assert set(lineage[name].descendants) == set(node.descendants)


def test_what_was_made_from_many_families_belongs_to_none() -> None:
    rows = [*UNTIMED, *DIGESTS]
    whole = find_lineage(rows)
    with fresh() as index:
        index.add_many(UNTIMED)
        for row in DIGESTS:
            node, found = whole[row["id"]], index.find(row)
            assert found.family == node.family == row["id"]
            placed = index.add(row)
            assert placed.family == row["id"]
            assert {edge.parent for edge in placed.parents} == {edge.parent for edge in node.parents}
            assert row["id"] not in {node.article.id for node in index.family(node.parents[0].parent)}
        assert {name: index.placement(name).family for name in (article.id for article in index)} == {
            node.article.id: node.family for node in whole
        }


def test_find_says_what_add_would_say_and_changes_nothing() -> None:
    rows = in_time(DEV)
    with fresh() as index:
        for row in rows[:100]:
            before = content(index) if row in SMALL else None
            found = index.find(row)
            if before:
                assert content(index) == before
            placed = index.add(row)
            assert (found.parents, found.family) == (placed.parents, placed.family)
        again = index.find(rows[0])
        assert again.known
        with pytest.raises(DuplicateIdError, match=rows[0]["id"]):
            index.find({**rows[0], "text": "Another text."})
        assert index.find(rows[3]["text"]).parents[0].relation == "copy"


# Removing


def test_what_was_removed_leaves_no_trace_in_the_edges() -> None:
    rows = in_time(HARD)
    for seed in (1, 2):
        gone = {row["id"] for row in random.Random(seed).sample(rows, 40)}
        with fresh() as index, fresh() as without:
            index.add_many(rows)
            before = parents(index)
            changed = index.remove(*sorted(gone))
            after = parents(index)
            assert set(changed) == {name for name in after if after[name] != before[name]}
            assert index.verify() == []
            without.add_many([row for row in rows if row["id"] not in gone])
            whole = edges(without)
            assert len(edges(index) & whole) >= 0.98 * len(whole)
            assert len(edges(index) - whole) <= 0.02 * len(whole)


@settings(max_examples=20, deadline=None)
@given(
    st.permutations(range(len(SMALL))),
    st.integers(1, 6),
    st.lists(st.floats(0, 99), min_size=16, max_size=16, unique=True),
)
def test_among_few_it_is_as_if_they_had_never_been_there(
    order: list[int], n_gone: int, hours: list[float]
) -> None:
    timed = [{**SMALL[i], "published_at": at(hour)} for i, hour in zip(order, hours, strict=False)]
    copies = [{**row, "id": f"{row['id']} again", "published_at": at(100)} for row in timed[::3]]
    rows = [*timed, *copies]
    with fresh() as index, fresh() as without:
        index.add_many(rows)
        before = parents(index)
        changed = index.remove(*(row["id"] for row in rows[:n_gone]))
        without.add_many(rows[n_gone:])
        after = parents(index)
        assert after == parents(without)
        assert set(changed) == {name for name in after if after[name] != before[name]}
        assert index.verify() == []


def test_the_second_parent_becomes_the_first() -> None:
    rows = [*UNTIMED, *DIGESTS]
    with fresh() as index:
        index.add_many(rows)
        several = [name for name, above in parents(index).items() if len(above) > 1]
        mains = {parents(index)[name][0] for name in several}
        assert len(several) > 3
        index.remove(*(mains - {row["id"] for row in DIGESTS}))
        assert index.verify() == []
        left = parents(index)
        assert any(left[row["id"]] for row in DIGESTS)


def test_all_can_be_removed_and_come_again() -> None:
    with fresh() as index:
        index.add_many(SMALL)
        before = parents(index)
        assert index.remove(*before) == ()
        assert len(index) == 0
        assert index.stats()["n_texts"] == index.stats()["n_pairs"] == index.stats()["n_derived"] == 0
        assert index.find(SMALL[0]).parents == ()
        index.add_many(SMALL)
        assert parents(index) == before
        assert index.verify() == []


def test_an_unknown_id_removes_nothing() -> None:
    with fresh() as index:
        index.add_many(SMALL)
        with pytest.raises(UnknownIdError, match="nobody"):
            index.remove(SMALL[0]["id"], "nobody")
        assert SMALL[0]["id"] in index
        assert len(index) == len(SMALL)


def test_prune_removes_what_is_older_than_a_moment() -> None:
    rows = in_time(DEV)
    moment = rows[60]["published_at"]
    with fresh() as index:
        index.add_many([*rows, {"id": "untimed", "text": "Nothing is known of this."}])
        older = {row["id"] for row in rows if row["published_at"] < moment}
        assert index.prune(before=moment) == len(older) > 0
        assert {article.id for article in index} == {row["id"] for row in rows} - older | {"untimed"}
        assert index.prune(before=moment) == 0
        assert index.verify() == []
        for bad in ("", None):
            with pytest.raises(InputError, match="before is"):
                index.prune(before=bad)  # type: ignore[arg-type]


# Learning, and moving


def test_without_texts_the_edges_are_the_same() -> None:
    rows = shuffled(DEV)
    with fresh() as index, fresh(keep_texts=False) as lean:
        index.add_many(rows)
        for batch in cut(rows, 1, 40):
            lean.add_many(batch)
        assert parents(lean) == parents(index)
        assert lean.verify() == []
        assert not lean.keeps_texts
        assert {article.text for article in lean} == {""}
        assert lean.find(rows[7]["text"]).parents[0].relation == "copy"
        with pytest.raises(InputError, match="keeps no texts"):
            index.merge(lean)


def test_a_file_that_keeps_texts_is_not_opened_without(tmp_path: Path) -> None:
    path = tmp_path / "news.dedup"
    with Index(path) as index:
        index.add_many(SMALL)
    with pytest.raises(InputError, match="keeps texts; leave out keep_texts=False"):
        Index(path, keep_texts=False)
    lean = tmp_path / "lean.dedup"
    for keep_texts in (False, False, True):  # which is the default, and says nothing of a file that is there
        with Index(lean, keep_texts=keep_texts) as index:
            index.add_many(SMALL)
            assert not index.keeps_texts


def test_what_comes_out_is_what_went_in_and_goes_in_again() -> None:
    rows = [*SMALL, {"id": "bare", "text": "No more than a text."}]
    with fresh() as index, fresh() as other:
        index.add_many(rows)
        articles = list(index)
        assert [article.id for article in articles] == [row["id"] for row in rows]
        assert articles[-1] == Article("No more than a text.", "bare")
        for article, row in zip(articles, SMALL, strict=False):
            assert article.text == row["text"].strip()
            assert article.title == row["title"]
            assert article.outlet == row["outlet"]
            assert article.published_at == datetime.fromisoformat(row["published_at"])
        other.add_many(articles)
        assert parents(other) == parents(index)


def test_merging_is_adding_what_is_not_there() -> None:
    rows = shuffled(DEV)
    with fresh() as index, fresh() as other:
        index.add_many(rows[:90])
        other.add_many(rows[70:])
        assert index.merge(other) == len(rows) - 90
        assert index.merge(other) == index.merge(index) == 0
        assert edges(index) == expected(rows)
        assert index.verify() == []


def test_threads_share_an_index() -> None:
    rows = shuffled(SMALL)
    failures: list[BaseException] = []

    def work(part: Rows) -> None:
        try:
            for row in part:
                index.add(row)
                index.find(row["text"])
                assert row["id"] in {article.id for article in index}
                len(index.lineage(row["id"]))
        except BaseException as error:
            failures.append(error)

    with fresh() as index:
        threads = [threading.Thread(target=work, args=(rows[i::4],)) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert edges(index) == expected(rows)


# Bad input, and bad intent


def test_an_id_that_is_there_with_another_text_is_refused_and_nothing_is_added() -> None:
    with fresh() as index:
        index.add({"id": "a", "text": WIRE})
        with pytest.raises(DuplicateIdError, match="'a'"):
            index.add_many([{"id": "b", "text": "Something else."}, {"id": "a", "text": "Not the wire."}])
        assert [article.id for article in index] == ["a"]
        again = index.add({"id": "a", "text": WIRE, "title": "Shut"})
        assert again.known
        assert index["a"].title == ""


def test_bad_arguments() -> None:
    with pytest.raises(InputError, match="timeout is -1"):
        Index("news.dedup", timeout=-1)
    with fresh() as index:
        for call in (index.family, index.lineage, index.placement, index.__getitem__):
            with pytest.raises(UnknownIdError, match="nobody"):
                call("nobody")
        assert 7 not in index
        assert index.add_many([]) == []


HOSTILE = [
    "'; DROP TABLE articles; --",
    'x" OR 1=1',
    "../../etc/passwd",
    "\0",
    "a\0b",
    "\ud800",
    "%s%n{}",
    "id " * 3400,
    "\u202egnp.exe",
    "?1",
]


def test_hostile_articles_change_their_own_rows_only(tmp_path: Path) -> None:
    noise = bytes(range(256)).decode("latin-1") * 40
    with Index(tmp_path / "news.dedup") as index:
        index.add_many(SMALL)
        before = parents(index)
        rows: Rows = [
            {"id": name, "text": text, "title": name, "outlet": name, "url": name}
            for name, text in zip(HOSTILE, [*HOSTILE[:8], noise, "\0" * 9000], strict=True)
        ]
        rows += [
            {"id": "first of days", "text": "Day one.", "date": "0001-01-01"},
            {"id": "last of days", "text": "The end.", "date": "9999-12-31T23:59:59.999999"},
        ]
        index.add_many(rows)
        for name in HOSTILE:
            assert name in index
            assert index[name].title == index[name].outlet == name
            assert index.placement(name).article.id == name
            assert index.lineage(name)[name].article.url == name
        assert index["last of days"].published_at == datetime.max.replace(tzinfo=UTC)
        index.remove(*HOSTILE, "first of days", "last of days")
        assert parents(index) == before
        assert index.verify() == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["news.dedup"]


def test_a_huge_article_is_an_article() -> None:
    huge = "\n\n".join(f"{WIRE} It is {i} o'clock in row {i * 7919}." for i in range(22_000))
    assert len(huge) > 5_000_000
    with fresh() as index:
        index.add({"id": "wire", "text": WIRE, "date": at(0)})
        index.add({"id": "huge", "text": huge, "date": at(1)})
        index.add({"id": "copy", "text": "VENNPORT - " + WIRE, "date": at(2)})
        assert index["huge"].text == huge
        assert parents(index)["copy"][0] == "wire"


def test_ten_thousand_copies_of_one_text() -> None:
    names = [f"c{i:05}" for i in range(10_000)]
    copies = [{"id": name, "text": WIRE, "date": at(i / 3600)} for i, name in enumerate(names)]
    with fresh() as index:
        index.add({"id": "edit", "text": "VENNPORT - " + WIRE, "date": at(9)})
        index.add_many(copies[1:])
        placed = index.add(copies[0])
        assert len(placed.changed) == 10_000
        assert set(parents_of_some(index, ("c00001", "c09999", "edit"))) == {("c00000",)}
        assert index.stats()["n_texts"] == 2
        assert index.remove(*names[1:]) == ()
        assert len(index) == 2
        assert index.verify() == []


def parents_of_some(index: Index, names: Sequence[str]) -> list[tuple[str, ...]]:
    return [tuple(edge.parent for edge in index.placement(name).parents) for name in names]


def test_nothing_is_unpickled() -> None:
    for path in sorted((Path(__file__).parents[1] / "src" / "dedup" / "index").glob("*.py")):
        source = path.read_text(encoding="utf-8")
        for name in ("pickle", "marshal", "eval(", "exec(", "allow_pickle", "numpy.load", "np.load"):
            assert name not in source, f"{path.name} has {name}"


def test_no_value_stands_in_a_statement() -> None:
    seen: list[str] = []
    with fresh() as index:
        connection: sqlite3.Connection = index._store._connection
        execute = index._store.query

        def watch(statement: str, parameters: Any = ()) -> list[Any]:
            seen.append(statement)
            return execute(statement, parameters)

        index._store.query = watch  # type: ignore[method-assign]
        index.add(
            {"id": "zebrafinch", "text": "zebrafinch text", "title": "zebrafinch", "outlet": "zebrafinch"}
        )
        index.find("zebrafinch")
        index.lineage("zebrafinch")
        index.remove("zebrafinch")
        assert connection.in_transaction is False
    assert seen
    assert not any("zebrafinch" in statement for statement in seen)
