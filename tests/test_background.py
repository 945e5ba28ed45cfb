"""Background frequencies against dictionaries."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup.pairs.background import read_numbers, surprise
from dedup.text.batches import NUMBER, tokens
from tests import lineage_reference as plain

HASH = st.integers(0, 2**64 - 1)


def known_or_not(known: dict[int, int]) -> st.SearchStrategy[list[int]]:
    """Draw hashes of a table, their neighbours and any others."""
    listed = st.sampled_from(sorted(known))
    near = st.tuples(listed, st.sampled_from([-1, 1])).map(lambda pair: (pair[0] + pair[1]) % 2**64)
    return st.lists(st.one_of(HASH, listed, near, st.sampled_from([0, 2**64 - 1])), max_size=30)


@given(known_or_not(plain.background()[0]))
def test_surprise_is_what_the_table_says(hashes: list[int]) -> None:
    assert surprise(np.array(hashes, np.uint64)).tolist() == [plain.surprise(name) for name in hashes]


def test_every_stem_of_the_table_is_found() -> None:
    known = plain.background()[0]
    assert len(known) > 9_000
    assert surprise(np.array(list(known), np.uint64)).tolist() == list(known.values())


def test_numbers_are_read_as_the_table_says() -> None:
    read = tokens([row["text"] for row in plain.read_set("lineage_dev")])
    spelled = plain.background()[1]
    stems, is_number = read_numbers(read)
    words = read.words.tolist()
    assert sum(word in spelled for word in words) > 100
    assert stems.tolist() == [spelled.get(w, s) for w, s in zip(words, read.stems.tolist(), strict=True)]
    assert is_number.tolist() == [
        w in spelled or bool(k & NUMBER) for w, k in zip(words, read.kinds.tolist(), strict=True)
    ]


def test_numbers_in_letters_and_figures_are_one() -> None:
    for spelled, figures in [
        ("twelve", "12"),
        ("zwölf", "12"),
        ("doce", "12"),
        ("twenty", "20"),
        ("deux", "2"),
    ]:
        stems, is_number = read_numbers(tokens([f"{spelled} {figures}"]))
        assert stems[0] == stems[1]
        assert is_number.all()
    stems, is_number = read_numbers(tokens(["one 1"]))
    assert is_number.tolist() == [False, True]


def test_nothing_to_look_up() -> None:
    assert len(surprise(np.zeros(0, np.uint64))) == 0
    assert [len(part) for part in read_numbers(tokens([]))] == [0, 0]
