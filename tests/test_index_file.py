"""The file of an index: what kills, full disks, and other programs, processes and versions do to it."""

import json
import os
import random
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from benchmarks.corpora import read_set, unlabelled
from dedup import find_lineage
from dedup.errors import BusyError, IndexFileError
from dedup.index import store
from dedup.index.index import Index

PROJECT = Path(__file__).parents[1]
ROWS = unlabelled(read_set("lineage_dev"))
SMALL = ROWS[:40]

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="kills, forks and limits are those of POSIX")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Make an index of a few articles."""
    made = tmp_path / "news.dedup"
    with Index(made) as index:
        index.add_many(SMALL)
    return made


def edges(index: Index) -> set[tuple[str, str]]:
    return {(edge.parent, edge.child) for a in index for edge in index.placement(a.id).parents}


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


def run(code: str, *arguments: object, check: bool = True) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=check,
        timeout=60,
    )


# Killed, full


@posix_only
def test_writers_killed_a_hundred_times_leave_what_they_promised(tmp_path: Path) -> None:
    found = json.loads(run_killer(tmp_path, 100, 1).stdout)
    assert found["wrong"] == []
    assert found["n_killed"] == 100
    assert found["n_within_a_call"] > 50
    assert found["n_promised"] > 100


def run_killer(folder: Path, n_kills: int, seed: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.killed_writers", str(folder), str(n_kills), str(seed)]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True, timeout=120)


def test_a_full_disk_changes_nothing(path: Path) -> None:
    with Index(path) as index:
        before, texts = edges(index), {article.id: article for article in index}
        connection = index._store._connection
        (n_pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {n_pages + 2}")
        with pytest.raises(IndexFileError, match="the disk is full; nothing of this call was written"):
            index.add_many(ROWS[40:])
        assert {article.id: article for article in index} == texts
        assert edges(index) == before
        assert index.verify() == []
        connection.execute("PRAGMA max_page_count = 1000000")
        index.add_many(ROWS[40:])
        assert len(index) == len(ROWS)
        assert edges(index) == expected(ROWS)


def expected(rows: list[dict[str, Any]]) -> set[tuple[str, str]]:
    return {(edge.parent, edge.child) for edge in find_lineage(rows).edges}


@posix_only
def test_a_disk_that_refuses_to_be_written_changes_nothing(path: Path) -> None:
    code = """
import resource, sys
from benchmarks.corpora import read_set, unlabelled
from dedup.errors import IndexFileError
from dedup.index.index import Index
rows = unlabelled(read_set("lineage_dev"))
with Index(sys.argv[1]) as index:
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        index.add_many(rows[40:])
    except IndexFileError as error:
        print(error)
    print(len(index), index.verify())
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    index.add_many(rows[40:])
    print(len(index), index.verify())
"""
    said = run(code, path).stdout.splitlines()
    assert "nothing of this call was written" in said[0]
    assert said[1:] == ["40 []", f"{len(ROWS)} []"]


# Files that are no index, or no longer


def write_text(path: Path) -> None:
    path.write_text("Not an index. " * 100)


def write_short(path: Path) -> None:
    path.write_bytes(b"SQLite")


def write_noise(path: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(20_000))


def write_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE articles (id, text)")
        other.execute("PRAGMA application_id = 42")


def write_plain_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE articles (id, text)")
        other.commit()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (write_text, "not an index"),
        (write_short, "not an index"),
        (write_noise, "not an index"),
        (write_database, "a database of another program"),
        (write_plain_database, "a database of another program"),
    ],
)
def test_files_of_others_are_refused_and_untouched(
    tmp_path: Path, make: Callable[[Path], None], said: str
) -> None:
    make(tmp_path / "other")
    before = files(tmp_path)
    for read_only in (False, True):
        with pytest.raises(IndexFileError, match=said) as caught:
            Index(tmp_path / "other", read_only=read_only)
        assert str(tmp_path / "other") in str(caught.value)
        assert files(tmp_path) == before


def test_a_newer_format_is_refused_and_untouched(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA journal_mode = DELETE")
        other.execute(f"PRAGMA user_version = {store.FORMAT + 1}")
    before = files(path.parent)
    with pytest.raises(
        IndexFileError, match=f"format {store.FORMAT + 1} is newer than {store.FORMAT}.*upgrade"
    ):
        Index(path)
    assert files(path.parent) == before


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_file_that_was_cut_off_is_refused_and_untouched(path: Path, share: float) -> None:
    raw = path.read_bytes()
    path.write_bytes(raw[: int(share * len(raw))])
    before = files(path.parent)
    with pytest.raises(IndexFileError, match="cut off|damaged"):
        Index(path)
    assert files(path.parent) == before


def test_no_damaged_page_goes_unnoticed(path: Path) -> None:
    raw = path.read_bytes()
    size = int.from_bytes(raw[16:18], "big")
    n_pages = len(raw) // size
    assert n_pages > 30
    said: list[str] = []
    for page in range(1, n_pages, 3):
        noise = random.Random(page).randbytes(size)
        path.write_bytes(raw[: page * size] + noise + raw[(page + 1) * size :])
        try:
            with Index(path, read_only=True) as index:
                assert index.verify() != [], f"page {page} of {n_pages}"
                list(index)
        except IndexFileError as error:
            said.append(str(error))
    assert all(str(path) in message or "damaged" in message for message in said)
    path.write_bytes(raw)
    with Index(path) as index:
        assert index.verify() == []


def test_a_damaged_text_is_noticed(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        (text, body), (_, stranger) = other.execute("SELECT id, body FROM texts LIMIT 2").fetchall()
        other.execute("UPDATE texts SET body = ? WHERE id = ?", (body[:-9], text))
        other.commit()
        with Index(path) as index:
            assert index.verify() == ["damaged texts: 1"]
            with pytest.raises(IndexFileError, match="damaged.*restore it from a backup"):
                list(index)
        other.execute("UPDATE texts SET body = ? WHERE id = ?", (stranger, text))
        other.commit()
    with Index(path) as index:
        assert index.verify() == ["damaged texts: 1"]


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("DELETE FROM pairs", "links between texts that were not compared"),
        ("UPDATE links SET rank = rank + 5", "texts with other parents and no main one"),
        ("DELETE FROM articles WHERE id = 3", "texts without an article"),
        ("DELETE FROM runs", "texts without keys"),
        ("DELETE FROM texts WHERE id = 7", "refers to nothing"),
        ("UPDATE runs SET keys = zeroblob(length(keys))", "keys are out of order"),
    ],
)
def test_verify_notices_what_does_not_fit(path: Path, statement: str, said: str) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute(statement)
        other.commit()
    with Index(path) as index:
        assert any(said in fault for fault in index.verify())


def test_places_where_no_index_can_be(tmp_path: Path) -> None:
    with pytest.raises(IndexFileError, match="directory"):
        Index(tmp_path)
    with pytest.raises(IndexFileError, match="is there such a folder"):
        Index(tmp_path / "nowhere" / "news.dedup")
    with pytest.raises(IndexFileError, match="there is no such index"):
        Index(tmp_path / "news.dedup", read_only=True)
    assert files(tmp_path) == {}


def test_an_empty_file_becomes_an_index_and_odd_names_are_names(tmp_path: Path) -> None:
    for name in ("empty", "what?mode=memory", "a#b %41.dedup", "':memory:'"):
        (tmp_path / name).touch()
        with Index(tmp_path / name) as index:
            index.add(SMALL[0])
        with Index(tmp_path / name, read_only=True) as index:
            assert len(index) == 1
    made = {name for name in files(tmp_path) if not name.endswith(("-wal", "-shm"))}  # readers leave those
    assert len(made) == 4


def test_a_reader_writes_nothing(path: Path) -> None:
    before = path.read_bytes()
    with Index(path, read_only=True) as index:
        assert index.find(SMALL[3]).known
        for call in (
            lambda: index.add(ROWS[50]),
            lambda: index.remove(SMALL[0]["id"]),
            lambda: index.prune(before="2030-01-01"),
        ):
            with pytest.raises(IndexFileError, match="opened to be read only"):
                call()
    assert path.read_bytes() == before


@contextmanager
def somebody() -> Iterator[None]:
    """Be a user whom permissions bind."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@posix_only
def test_permissions_are_respected() -> None:
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = Path(folder) / "news.dedup"
        with Index(path) as index:
            index.add_many(SMALL)
        path.chmod(stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH)
        Path(folder).chmod(0o777)
        before = path.read_bytes()
        with somebody():
            with Index(path, read_only=True) as index:
                assert len(index) == len(SMALL)
            with pytest.raises(IndexFileError, match="may not be"), Index(path) as index:
                index.add(ROWS[50])
        for left in ("-wal", "-shm"):
            Path(f"{path}{left}").unlink(missing_ok=True)
        Path(folder).chmod(0o555)
        with somebody():
            for read_only in (True, False):
                with pytest.raises(IndexFileError, match="may (it|not) be written"):
                    Index(path, read_only=read_only)
            with pytest.raises(IndexFileError, match="may (it|not) be written"):
                Index(Path(folder) / "new.dedup")
        assert [found.name for found in Path(folder).iterdir()] == [path.name]
        assert path.read_bytes() == before
        path.chmod(0)
        with somebody(), pytest.raises(IndexFileError, match="Permission denied"):
            Index(path)
        Path(folder).chmod(0o755)


# Several processes


def test_a_second_writer_waits_and_is_told(path: Path) -> None:
    with Index(path) as first, Index(path, timeout=0.1) as second, Index(path, timeout=20) as third:
        with first._store.writing():
            start = time.monotonic()
            with pytest.raises(BusyError, match="another process has been writing for 0.1 seconds"):
                second.add(ROWS[50])
            assert time.monotonic() - start < 5
            assert len(second) == len(SMALL)  # it can still read
            waiting = threading.Thread(target=third.add, args=(ROWS[51],))
            waiting.start()
            time.sleep(0.2)
            assert waiting.is_alive()
        waiting.join(10)
        assert ROWS[51]["id"] in second
        second.add(ROWS[50])
        assert len(first) == len(SMALL) + 2


READER = """
import json, sys, time
from dedup.index.index import Index
path, batch, start, stop = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
seen, slowest = set(), 0.0
with Index(path, read_only=True) as index:
    print("ready", flush=True)
    while stop not in index:
        before = time.perf_counter()
        articles = list(index)
        slowest = max(slowest, time.perf_counter() - before)
        seen.add(len(articles))
        family = index.family(articles[-1].id)
        assert articles[-1].id in {node.article.id for node in family}
        found = index.find(articles[0].text)
        assert found.known or found.parents, found
    assert index.verify() == []
print(json.dumps([sorted(seen), slowest, [n for n in seen if (n - start) % batch]]))
"""


def test_readers_are_never_blocked_and_see_no_half_batch(path: Path) -> None:
    batch = 7
    rows = [{**row, "id": f"{row['id']} {i}", "text": f"{row['text']} {i}"} for i in range(2) for row in ROWS]
    rows = rows[: len(rows) // batch * batch]
    command = [sys.executable, "-c", READER, str(path), str(batch), str(len(SMALL)), "stop"]
    readers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=PROJECT) for _ in range(2)]
    for reader in readers:
        assert reader.stdout
        assert reader.stdout.readline() == "ready\n"
    with Index(path) as index:
        for i in range(0, len(rows), batch):
            index.add_many(rows[i : i + batch])
        index.add({"id": "stop", "text": "That is all."})
    for reader in readers:
        out, _ = reader.communicate(timeout=60)
        assert reader.returncode == 0
        seen, slowest, halves = json.loads(out.splitlines()[-1])
        assert [n for n in halves if n != len(SMALL) + len(rows) + 1] == []
        assert len(seen) > 2
        assert slowest < 2


def test_a_reader_takes_in_what_a_writer_forgot(path: Path) -> None:
    with Index(path) as writer, Index(path, read_only=True) as reader:
        assert reader.find(SMALL[5]["text"] + " More.").parents
        gone = [row["id"] for row in SMALL[:30]]
        writer.remove(*gone)
        for row in SMALL:
            assert not {edge.parent for edge in reader.find(row["text"] + " More.").parents} & set(gone)
        assert reader.verify() == writer.verify() == []


ADDER = """
import random, sys
from benchmarks.corpora import read_set, unlabelled
from dedup.index.index import Index
rows = unlabelled(read_set("lineage_dev"))
random.Random(int(sys.argv[2])).shuffle(rows)
with Index(sys.argv[1], timeout=60) as index:
    for i in range(0, len(rows), 4):
        index.add_many(rows[i : i + 4])
"""


def test_several_processes_make_a_file_and_add_the_same_articles(tmp_path: Path) -> None:
    path = tmp_path / "new.dedup"
    command = [sys.executable, "-c", ADDER, str(path)]
    adders = [subprocess.Popen([*command, str(i)], cwd=PROJECT) for i in range(3)]
    assert [adder.wait(60) for adder in adders] == [0, 0, 0]
    with Index(path) as index:
        assert index.verify() == []
        assert {article.id for article in index} == {row["id"] for row in ROWS}
        whole = expected(ROWS)
        assert len(edges(index) & whole) >= 0.98 * len(whole)


def test_many_make_one_file_at_once(tmp_path: Path) -> None:
    for i in range(10):
        path = tmp_path / f"{i}.dedup"

        def make(name: int, path: Path = path) -> int:
            with Index(path) as index:
                return len(index.add({"id": str(name), "text": f"Article {name}."}).parents)

        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(make, range(4))) == [0] * 4
        with Index(path) as index:
            assert len(index) == 4
            assert index.verify() == []


# Copies, and versions


def test_a_backup_of_a_live_file_is_an_index(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.dedup"
    with Index(path) as index, Index(path) as writer:
        writer.add(ROWS[60])
        index.backup(copy)
        writer.add(ROWS[61])
        with Index(copy) as other:
            assert other.verify() == []
            assert len(other) == len(SMALL) + 1
            assert edges(other) == edges(index) & {
                (parent, child) for parent in {a.id for a in other} for child in {a.id for a in other}
            }
        with pytest.raises(IndexFileError, match="there is such a file"):
            index.backup(copy)
        nowhere = tmp_path / "nowhere" / "copy.dedup"
        with pytest.raises(IndexFileError, match="nowhere"):
            index.backup(nowhere)


def test_an_older_format_is_renewed_once_it_may_be_written(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "FORMAT", store.FORMAT + 1)
    with pytest.raises(IndexFileError, match="open it once for writing"):
        Index(path, read_only=True)

    def fail(connection: sqlite3.Connection) -> None:
        connection.execute("ALTER TABLE articles ADD COLUMN mood TEXT")
        connection.execute("SELECT nothing FROM nowhere")

    monkeypatch.setitem(store._MIGRATIONS, store.FORMAT - 1, fail)
    with pytest.raises(IndexFileError):
        Index(path)
    monkeypatch.setitem(
        store._MIGRATIONS,
        store.FORMAT - 1,
        lambda connection: connection.execute(
            "ALTER TABLE articles ADD COLUMN mood TEXT NOT NULL DEFAULT ''"
        ),
    )
    for _ in range(2):
        with Index(path) as index:
            assert index._store.query("SELECT DISTINCT mood FROM articles") == [("",)]
            assert index._store._version() == store.FORMAT
            assert index.verify() == []
    monkeypatch.setattr(store, "FORMAT", store.FORMAT + 1)
    with pytest.raises(IndexFileError, match="there was no format"):
        Index(path)


def test_files_of_every_format_so_far_can_be_opened(tmp_path: Path) -> None:
    # Made, for each format when it was new, by
    # Index("tests/data/index-1.dedup").add_many(unlabelled(read_set("lineage_dev"))[:12])
    kept = sorted((PROJECT / "tests" / "data").glob("index-*.dedup"))
    assert [path.name for path in kept] == [f"index-{i + 1}.dedup" for i in range(store.FORMAT)]
    for original in kept:
        path = tmp_path / original.name
        shutil.copy(original, path)
        with Index(path) as index:
            assert index.verify() == []
            assert [article.id for article in index] == [row["id"] for row in ROWS[:12]]
            assert edges(index) == expected(ROWS[:12])
            assert index.find(ROWS[1]["text"] + " More.").parents[0].relation == "copy"
            index.add_many(ROWS[12:60])
            assert edges(index) == expected(ROWS[:60])
            index.remove(ROWS[0]["id"])
            assert index.verify() == []
