"""What the page on quality is made with."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.corpora import ALL, make_hay, make_haystack, move_times, read_set, unlabelled
from benchmarks.haystack import find_near, try_haystack
from benchmarks.page import Line, at_least, at_most, fill, table
from benchmarks.score import score
from benchmarks.seeds import try_seeds


@pytest.mark.parametrize("name", ALL)
def test_the_sets_are_sound(name: str) -> None:
    rows = {row["id"]: row for row in read_set(name)}
    assert len(rows) == len(read_set(name))
    for row in rows.values():
        assert {
            "id",
            "family",
            "event",
            "parents",
            "relation",
            "published_at",
            "outlet",
            "url",
            "title",
        } < set(row)
        assert all(rows[parent]["published_at"] < row["published_at"] for parent in row["parents"])
        assert bool(row["parents"]) == (row["relation"] != "root")
    perfect = score(list(rows.values()), list(rows.values()))
    assert (perfect.family_f1, perfect.edge_f1, perfect.false_kin) == (1, 1, 0)


def test_no_label_reaches_the_library() -> None:
    fields = {field for row in unlabelled(read_set("lineage_dev")) for field in row}
    assert fields == {"id", "title", "published_at", "outlet", "url", "text"}


def test_a_haystack_is_a_shuffle() -> None:
    rows, hay = read_set("lineage_check"), make_hay(40)
    pile = make_haystack(rows, hay)
    assert {article["id"] for article in pile} == {row["id"] for row in [*rows, *hay]}
    assert pile == make_haystack(rows, hay)
    assert pile != unlabelled([*rows, *hay])


def test_times_move_together() -> None:
    hay = [{"published_at": time} for time in ("1987-03-01T00:00Z", "", "1987-03-02T06:00Z")]
    moved = move_times(hay, [{"published_at": "2026-05-05T12:00Z"}, {"published_at": "2026-05-04T12:00Z"}])
    assert [row["published_at"][:16] for row in moved] == ["2026-05-04T12:00", "", "2026-05-05T18:00"]


@given(
    st.lists(st.lists(st.sampled_from("abc"), max_size=12).map(" ".join), max_size=12),
    st.sampled_from([0.3, 0.5, 0.8, 1.0]),
)
def test_near_pairs_are_all_found(texts: list[str], least: float) -> None:
    rows = [{"id": str(i), "text": text} for i, text in enumerate(texts)]

    def grams(text: str) -> set[tuple[str, ...]]:
        words = text.split()
        return set(zip(words, words[1:], words[2:], strict=False))

    sets = [grams(text) for text in texts]
    expected = {
        (str(i), str(j))
        for i, j in combinations(range(len(texts)), 2)
        if sets[i] & sets[j] and len(sets[i] & sets[j]) >= least * len(sets[i] | sets[j])
    }
    assert set(find_near(rows, least)) == expected


def test_hay_that_is_kin_is_seen() -> None:
    rows = read_set("lineage_check")
    root = next(
        row for row in rows if not row["parents"] and any(row["id"] in other["parents"] for other in rows)
    )
    twins = [{"id": name, "text": f"{make_hay(1)[0]['text']} {name}"} for name in ("one", "two")]
    copy = {"id": "joined", "text": f"{root['text']} Share this.", "published_at": "2027-01-01T00:00Z"}
    trial = try_haystack(rows, [*twins, copy], [("one", "two")], use_times=True)
    assert (trial.n_joined, trial.n_derived, trial.near) == (1, 1, 1)
    assert trial.n_edges[0.8] == 1


def test_seeds_that_come_out_wrong_are_seen() -> None:
    names = ("003", "000", "001", "002", "004")
    roots = [row["text"] for row in read_set("lineage_check") if not row["parents"]]
    unlike = try_seeds(dict(zip(names, roots, strict=False)), (), None)
    assert (unlike.one_family, unlike.root, unlike.right) == (False, "003", False)
    alike = try_seeds(dict.fromkeys(names, roots[0]), (), None)
    assert (alike.one_family, alike.single, alike.right) == (True, False, False)


def test_a_line_says_what_was_missed() -> None:
    bounds = at_least(edge_f1=(0.65, 0.75)) + at_most(false_kin=0.2)
    assert Line("a", bounds, {"edge_f1": 0.65, "false_kin": 0.2}).cells() == (
        "a",
        "edge F1 ≥ .65 (aim .75), false kin ≤ .2",
        "edge F1 .650, false kin .200",
        "yes",
    )
    assert Line("a", bounds, {"edge_f1": 0.6499, "false_kin": 0}).cells()[2:] == (
        "**edge F1 .650**, false kin 0",
        "no: 1 of 2 missed",
    )
    assert Line("a", bounds, None).cells()[2:] == ("not at hand", "—")


def test_markdown() -> None:
    assert table(("a", "b"), [(1, 0.5)]) == "| a | b |\n| --- | --- |\n| 1 | .500 |"
    assert fill("# A\n\none\ntwo\n\n| a |\n| --- |") == "# A\n\none two\n\n| a |\n| --- |"
