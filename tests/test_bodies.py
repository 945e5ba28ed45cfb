"""Texts as an index keeps them."""

import random
import zlib
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.errors import IndexFileError
from dedup.index.bodies import (
    Reading,
    digest_of,
    pack_bodies,
    pack_text,
    read,
    unpack_bodies,
    unpack_text,
)
from dedup.index.readings import join, take
from tests.lineage_reference import article_texts

TOP = np.uint64(0xFFFFFFFFFF000000)
"""What is kept of a hash where texts are not."""

texts = st.lists(st.one_of(article_texts, st.text(max_size=40)), max_size=5)


def assert_same(one: Reading, other: Reading, mask: np.uint64 | None = None) -> None:
    for field in fields(one.found):
        first, second = getattr(one.found, field.name), getattr(other.found, field.name)
        if mask is not None and field.name == "hashes":
            first = first & mask
        assert first.dtype == second.dtype, field.name
        assert first.tolist() == second.tolist(), field.name
    values = one.cut.values if mask is None else one.cut.values & mask
    assert values.tolist() == other.cut.values.tolist()
    assert one.cut.offsets.tolist() == other.cut.offsets.tolist()


@given(st.text(st.characters()))
def test_any_text_comes_out_as_it_went_in(text: str) -> None:
    assert unpack_text(pack_text(text)) == text


@given(texts, texts)
def test_readings_joined_are_one_reading(one: list[str], other: list[str]) -> None:
    assert_same(join([read(one), read(other)]), read(one + other))


@given(texts, st.randoms(use_true_random=False))
def test_a_part_of_a_reading_is_the_reading_of_a_part(some: list[str], draw: random.Random) -> None:
    rows = [draw.randrange(len(some)) for _ in some]
    assert_same(take(read(some), np.array(rows, np.int64)), read([some[row] for row in rows]))


@given(texts)
def test_a_packed_reading_has_all_but_the_ends_of_hashes(some: list[str]) -> None:
    reading = read(some)
    bodies = pack_bodies(reading)
    assert_same(reading, unpack_bodies(bodies, are_texts=False), TOP)
    for text, body in zip(some, bodies, strict=True):
        assert_same(read([text]), unpack_bodies([body], are_texts=False), TOP)


def test_a_term_of_every_sentence_is_packed_too() -> None:
    reading = read([" ".join(f"Vennport has {i} ferries." for i in range(900))])
    assert_same(reading, unpack_bodies(pack_bodies(reading), are_texts=False), TOP)


def test_texts_are_known_by_their_words() -> None:
    assert digest_of("The bridge.", "a") == digest_of("The bridge.", "b")
    assert digest_of("The bridge.", "a") != digest_of("The bridge!", "a")
    assert digest_of("...", "a") != digest_of("...", "b")
    assert digest_of("...", "a") != digest_of("!!!", "a")
    assert len(digest_of("\ud800", "\udfff")) == 16


@pytest.mark.parametrize("body", [b"", b"noise", zlib.compress(b"text")[:-3]])
def test_damage_is_an_error_of_the_file(body: bytes) -> None:
    for are_texts in (True, False):
        with pytest.raises(IndexFileError, match="damaged"):
            unpack_bodies([body], are_texts)
