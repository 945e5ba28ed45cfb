"""Texts to compared candidate pairs: the stages fit together, and numbering anew loses nothing."""

import numpy as np

from dedup.candidates import MOST_ARTICLES
from dedup.compare import FEATURES, compare, make_pile
from dedup.pipeline import compare_pile
from dedup.shingles import group_copies, make_shingles
from dedup.terms import count_articles, find_terms, weigh
from dedup.text import tokens
from tests import lineage_reference as plain

TEXTS = ["", *(row["text"] for row in plain.read_set("lineage_dev")), "...", "word"]
OUTLETS = np.arange(len(TEXTS)) % 4 - 1


def test_pairs_are_those_of_both_joins() -> None:
    compared = compare_pile(TEXTS, OUTLETS)
    cut = make_shingles(TEXTS)
    lists = [cut.values[a:b].tolist() for a, b in zip(cut.offsets, cut.offsets[1:], strict=False)]
    expected = {
        *plain.share_terms(plain.weigh(plain.find_terms(TEXTS)), MOST_ARTICLES),
        *plain.share_shingles(lists, MOST_ARTICLES),
    }
    pairs = compared.articles[compared.pairs]
    assert list(map(tuple, pairs.tolist())) == sorted(expected)
    assert compared.articles.tolist() == sorted({i for pair in expected for i in pair})


def test_features_are_those_of_the_whole_pile() -> None:
    compared = compare_pile(TEXTS, OUTLETS)
    found = find_terms(tokens(TEXTS))
    groups = group_copies(make_shingles(TEXTS))
    weights = weigh(found, count_articles(found, groups), len(set(groups.tolist())))
    pile = make_pile(found, weights, make_shingles(TEXTS), OUTLETS)
    assert (compared.features == compare(pile, compared.articles[compared.pairs])).all()
    assert len(compared.features) > 100


def test_the_pairs_of_a_true_edge_are_all_there() -> None:
    rows = plain.read_set("lineage_dev")
    compared = compare_pile([row["text"] for row in rows], np.full(len(rows), -1))
    found = {frozenset(pair) for pair in compared.articles[compared.pairs].tolist()}
    at = {row["id"]: i for i, row in enumerate(rows)}
    edges = {frozenset((at[row["id"]], at[parent])) for row in rows for parent in row["parents"]}
    assert edges <= found


def test_no_pairs() -> None:
    for texts in ([], [""], ["one article"], ["...", "\0"], ["this", "that"]):
        compared = compare_pile(texts, np.full(len(texts), -1))
        assert compared.pairs.shape == (0, 2)
        assert compared.features.shape == (0, len(FEATURES))
        assert len(compared.articles) == 0
