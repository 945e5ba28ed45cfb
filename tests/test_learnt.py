"""What an index learns of how common terms are, beside a plain count."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.errors import IndexFileError
from dedup.index import filing, learnt
from dedup.index.index import Index
from dedup.index.learnt import Learnt, pack_counters, unpack_counters
from dedup.index.store import Store
from dedup.pairs.frequencies import COUNTER_BITS
from tests.test_index import DEV, content, cut, edges, fresh, shuffled

SPAN, STEP, WINDOW = 12, 4, 2
counters = st.lists(st.integers(0, (1 << COUNTER_BITS) - 1), max_size=50, unique=True).map(sorted)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let spans, steps and the window be so small that a few articles fill them."""
    monkeypatch.setattr(learnt, "SPAN", SPAN)
    monkeypatch.setattr(learnt, "STEP", STEP)
    monkeypatch.setattr(filing, "STEP", STEP)
    monkeypatch.setattr(learnt, "WINDOW", WINDOW)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "news.dedup", read_only=False, timeout=1, keep_texts=True)
    yield opened
    opened.close()


@given(counters)
def test_counters_come_out_as_they_went_in(wanted: list[int]) -> None:
    assert unpack_counters(pack_counters(np.array(wanted, np.uint32))).tolist() == wanted


@pytest.mark.usefixtures("small")
def test_a_text_is_weighed_by_the_window_up_to_the_last_step_before_it(store: Store) -> None:
    rng = np.random.default_rng(3)
    texts = {text: np.unique(rng.integers(0, 30, 5)).astype(np.uint32) for text in range(1, 61)}
    known = Learnt(store)
    for text, own in texts.items():
        if text % 7:  # others are copies, or have no terms
            known.add(text, own)
        known.close_spans(text + 1)
        for reader in (known, Learnt(store)) if text % 5 == 0 else (known,):
            found = reader.frequencies(text + 1)
            since, upto = ((text + 1) // SPAN - WINDOW) * SPAN, (text + 1) // STEP * STEP
            counted = [other for other in range(max(since, 1), upto) if other % 7]
            plain = Counter(counter for other in counted for counter in texts[other].tolist())
            assert found.n_articles == len(counted)
            assert {i: int(found.counts[i]) for i in np.flatnonzero(found.counts).tolist()} == plain
    assert len(store.query("SELECT * FROM spans")) == WINDOW
    assert len(store.query("SELECT * FROM learnt")) < SPAN


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("seed", [1, 2])
def test_batches_change_nothing_at_the_ends_of_spans(seed: int) -> None:
    rows = shuffled(DEV, seed)[:50]
    rows += [{**row, "id": f"{row['id']} again"} for row in rows[:5]]
    with fresh() as one, fresh() as few, fresh() as alone:
        one.add_many(rows)
        for batch in cut(rows, seed, 17):
            few.add_many(batch)
            few.find(rows[0]["text"] + " More.")  # what is in memory meanwhile does not matter
        for row in rows:
            alone.add(row)
        assert content(few) == content(one)
        assert content(alone) == content(one)
        assert one._store.query("SELECT count(*) FROM spans") == [(WINDOW,)]
        assert one.verify() == []


@pytest.mark.usefixtures("small")
def test_a_transaction_that_failed_is_not_remembered(tmp_path: Path) -> None:
    rows = shuffled(DEV)[:50]
    with Index(tmp_path / "failed.dedup") as index, fresh() as other:
        for half in (rows[:20], rows[20:]):
            index.add_many(half)
            other.add_many(half)
        connection = index._store._connection
        (n_pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {n_pages}")
        more = [{"id": f"more {i}", "text": f"{row['text']} {i}"} for i, row in enumerate(rows)]
        with pytest.raises(IndexFileError, match="disk is full"):
            index.add_many(more)
        connection.execute("PRAGMA max_page_count = 1000000")
        index.add_many(more)
        other.add_many(more)
        assert content(index) == content(other)
        assert edges(index) == edges(other)
