from itertools import islice

import numpy as np
import pytest

from benchmarks import gate
from benchmarks.corpus import Options, make_articles
from benchmarks.language import SCRIPTS
from benchmarks.peers.truth import find_truth, score
from dedup import find_duplicates

AGAIN = "if the change is meant, `python -m benchmarks.gate --write` and commit the counts with it"


def test_duplicates_are_those_of_the_gate() -> None:
    found = gate.count_duplicates()
    assert found == {name: gate.expected()[name] for name in found}, AGAIN


def test_lineage_is_that_of_the_gate() -> None:
    found = gate.count_lineage()
    assert found == {name: gate.expected()[name] for name in found}, AGAIN


def test_duplicates_take_no_longer_than_a_fixed_workload_allows() -> None:
    assert gate.measure_workloads() < gate.MOST_WORKLOADS


def test_a_smaller_corpus_is_the_beginning_of_a_larger_one() -> None:
    assert list(make_articles(30)) == list(islice(make_articles(6_000), 30))


@pytest.mark.parametrize("script", SCRIPTS)
def test_copies_come_after_their_parents_and_stay_in_their_cluster(script: str) -> None:
    made = {a["id"]: a for a in make_articles(5_000, Options(paragraphs=True, script=script))}
    copies = [a for a in made.values() if a["parent"]]
    assert 0.25 < len(copies) / len(made) < 0.35
    for copy in copies:
        parent = made[copy["parent"]]
        assert parent["published_at"] < copy["published_at"]
        assert parent["cluster"] == copy["cluster"]
    assert all(a["cluster"] == a["id"] for a in made.values() if not a["parent"])


def test_skew_and_boilerplate() -> None:
    made = list(make_articles(2_000, Options(skew=0.3, boilerplate=True, words=60)))
    assert 500 < sum(a["text"] == made[0]["text"] for a in made) < 700
    assert len({a["text"].rsplit("\n\n", 1)[1] for a in made}) == 1


def test_the_truth_is_that_of_plain_sets() -> None:
    texts = [a["text"] for a in make_articles(300, Options(paragraphs=True, copies=0.7))]
    sets = [{tuple(words[i : i + 5]) for i in range(len(words) - 4)} for words in map(_words, texts)]
    wanted = [
        [i, j]
        for i in range(300)
        for j in range(i + 1, 300)
        if len(sets[i] & sets[j]) >= 0.7 * len(sets[i] | sets[j])
        and texts.index(texts[i]) == i
        and texts.index(texts[j]) in (i, j)
    ]
    truth = find_truth(texts)
    assert len(wanted) > 20
    assert truth.pairs.tolist() == wanted
    whole = score(truth.pairs, truth, texts)
    assert (whole.recall, whole.precision, whole.cluster_recall, whole.cluster_precision) == (1, 1, 1, 1)


def test_what_is_verified_is_true() -> None:
    texts = [a["text"] for a in make_articles(1_000, Options(copies=0.6))]
    found = score(find_duplicates(texts).pairs, find_truth(texts), texts)
    assert found.precision == 1
    assert abs(found.recall - found.ideal_recall) < 0.08  # some 300 pairs, in clusters that fall together


def test_scores_count_pairs_once() -> None:
    texts = ["a b c d e f g", "a b c d e f g", "a b c d e f h", "q r s t u v"]
    truth = find_truth(texts)
    assert truth.pairs.tolist() == [[0, 1]]
    assert score(np.array([[1, 0], [0, 1]]), truth, texts).precision == 1
    assert score(np.array([[0, 2], [2, 0], [1, 2]]), truth, texts).precision == 0


def _words(text: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in text.lower()).split()
