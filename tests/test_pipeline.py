"""Texts to compared candidate pairs: the stages fit together, however the work is cut."""

import numpy as np
import pytest

from dedup.lineage.links import LEAST_KIN, find_kin
from dedup.lineage.model import load_model
from dedup.lineage.pipeline import compare_pile, share_enough
from dedup.pairs import archive, parts, runs
from dedup.pairs.archive import read_pile
from dedup.pairs.compare import FEATURES, compare
from dedup.pairs.frequencies import count_articles
from dedup.workers import Workers
from tests import lineage_reference as plain

TEXTS = ["", *(row["text"] for row in plain.read_set("lineage_dev")), "...", "word"]
OUTLETS = np.arange(len(TEXTS)) % 4 - 1
MODEL = load_model()


def test_pairs_are_candidates_that_share_enough() -> None:
    sides = plain.weigh(plain.find_terms(TEXTS))
    expected = [
        pair for pair in plain.find_candidates(sides) if plain.share_enough(sides[pair[0]], sides[pair[1]])
    ]
    assert list(map(tuple, compare_pile(TEXTS, OUTLETS).pairs.tolist())) == expected
    assert len(expected) > 1000


def test_features_are_those_of_the_whole_pile() -> None:
    compared = compare_pile(TEXTS, OUTLETS)
    pile = read_pile(TEXTS, OUTLETS, count_articles(TEXTS))
    assert (compared.features == compare(pile, compared.pairs)).all()


def test_a_model_leaves_out_what_is_hardly_kin() -> None:
    compared, likely = compare_pile(TEXTS, OUTLETS), compare_pile(TEXTS, OUTLETS, model=MODEL)
    kept = find_kin(compared.features, MODEL) >= LEAST_KIN
    assert (likely.pairs == compared.pairs[kept]).all()
    assert (likely.features == compared.features[kept]).all()
    assert 0 < kept.sum() < len(kept)


@pytest.mark.parametrize(("size", "workers"), [(1, 1), (5_000, 1), (5_000, 2), (60_000, 3)])
def test_the_work_can_be_cut_anyhow(size: int, workers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = TEXTS[: 25 if size == 1 else 90]
    whole = compare_pile(texts, OUTLETS, model=MODEL)
    monkeypatch.setattr(parts, "PART", size)
    monkeypatch.setattr(archive, "_CHUNK", size)
    monkeypatch.setattr(runs, "RANGE", max(size, 500))
    with Workers(workers) as several:
        cut = compare_pile(texts, OUTLETS, model=MODEL, workers=several)
    assert (cut.pairs == whole.pairs).all()
    assert (cut.features == whole.features).all()
    assert len(whole.pairs) > 10


def test_the_pairs_of_a_true_edge_are_all_there() -> None:
    for name in ("lineage_dev", "lineage_dev_hard"):
        rows = plain.read_set(name)
        compared = compare_pile([row["text"] for row in rows], np.full(len(rows), -1))
        found = {frozenset(pair) for pair in compared.pairs.tolist()}
        at = {row["id"]: i for i, row in enumerate(rows)}
        edges = {frozenset((at[row["id"]], at[parent])) for row in rows for parent in row["parents"]}
        assert edges <= found


def test_bounds_on_what_is_shared() -> None:
    names = [f"Q{i}venn" for i in range(300)]
    piles = [
        ([" ".join(names[:4]), " ".join(names[:4])], True),  # four words, but one shingle of all
        ([" ".join(names[:4]), " ".join(names[3::-1])], False),  # 4 names of 4.6 nats are less than 20
        ([" ".join(names[:5]), " ".join(names[4::-1])], True),
        ([" ".join(names[:150]), " ".join([*names[150:], *names[5::-1]])], False),  # 6 of 150 terms
        ([" ".join(names[:150]), " ".join([*names[150:], *names[12::-1]])], True),
    ]
    for texts, enough in piles[1:]:
        features = compare(read_pile(texts, np.full(2, -1), count_articles(texts)), np.array([[0, 1]]))
        assert share_enough(features).tolist() == [enough], texts


def test_no_pairs() -> None:
    for texts in ([], [""], ["one article"], ["...", "\0"], ["this", "that"]):
        compared = compare_pile(texts, np.full(len(texts), -1))
        assert compared.pairs.shape == (0, 2)
        assert compared.features.shape == (0, len(FEATURES))
