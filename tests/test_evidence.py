"""Evidence: what a child shares with a parent, what it adds, what it leaves out."""

import random
import time
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.errors import InputError
from dedup.evidence import align as align_module
from dedup.evidence.align import LEAST_SHARE, align, count_in_order, longest_run
from dedup.evidence.evidence import Evidence, compare_texts
from dedup.evidence.facts import find_numbers, find_quotes
from dedup.evidence.names import find_names
from dedup.evidence.spelled import spell
from dedup.evidence.summary import Counts, summarise
from dedup.evidence.terminal import columns
from dedup.pairs.background import surprise
from dedup.text.batches import tokens

PARENT = """VENNPORT (Orla Wire, 4 May) - The Orla bridge was shut at 6.40 a.m. after 14 of 96 cables failed.

"I heard them go like harp strings," said Ida Brask, the engineer who ordered it shut. Nobody was hurt.

The closure sends 38,400 vehicles a day over the Hasle ferry, which Kell Marine has run since 1987.

Repairs would cost 11 million crowns, the council of Vennport said. It blamed the makers, Tarn & Sons.
"""
CHILD = """Ferry passengers face long queues: the Hasle crossing, run by Kell Marine, must carry 38400 cars.

Fourteen of the 96 cables of the bridge over the Orla failed on Monday, and Ida Brask shut it.

"I heard them go like harp strings," Brask said.

Mayor Odd Fenn asked for 3 tugs on Tuesday.
"""
WORDS = st.lists(
    st.sampled_from("the Orla bridge of Vennport cable 14 fell Brask said \n\n".split(" ")), max_size=30
)


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return compare_texts(CHILD, PARENT)


def test_paragraphs_are_aligned(evidence: Evidence) -> None:
    assert [(pair.child_paragraph, pair.parent_paragraph) for pair in evidence.aligned] == [
        (0, 2),
        (1, 0),
        (2, 1),
    ]
    assert evidence.aligned[2].child_text == '"I heard them go like harp strings," Brask said.'
    assert evidence.aligned[2].parent_text.endswith("Nobody was hurt.")
    assert all(LEAST_SHARE <= pair.share <= 1 for pair in evidence.aligned)
    assert (evidence.n_child_paragraphs, evidence.n_parent_paragraphs, evidence.in_order) == (4, 4, 2)


def test_facts_are_shared_added_and_dropped(evidence: Evidence) -> None:
    assert evidence.shared_numbers == ("38400", "Fourteen", "96")
    assert evidence.shared_names == ("Hasle", "Kell Marine", "Orla", "Ida Brask")
    assert evidence.shared_quotes == ("I heard them go like harp strings",)
    assert evidence.added == ("3", "Odd Fenn")
    assert evidence.dropped[:6] == ("4", "6.40", "1987", "11", "VENNPORT", "Tarn & Sons")


def test_wording(evidence: Evidence) -> None:
    assert evidence.longest_run == "I heard them go like harp strings"
    assert 0 < evidence.copied < 0.1


def test_summary(evidence: Evidence) -> None:
    assert evidence.summary.startswith("3 of 4 paragraphs follow the source, 2 of them in order; ")
    assert "3 of 4 numbers and the only quote are shared; 1 of 5 names is new." in evidence.summary


def test_printed(evidence: Evidence) -> None:
    lines = str(evidence).split("\n")
    assert " ".join(lines[:2]) == evidence.summary
    assert max(map(columns, lines)) <= 100
    assert "added           3; Odd Fenn" in lines
    assert any(line.startswith("   ← 3") and "The closure sends" in line for line in lines)


def test_the_same_text_is_all_copied() -> None:
    same = compare_texts(PARENT, PARENT)
    assert [pair.parent_paragraph for pair in same.aligned] == [0, 1, 2, 3]
    assert all(pair.share == 1 for pair in same.aligned)
    assert (same.copied, same.in_order, same.added, same.dropped) == (1, 4, (), ())
    assert same.longest_run == PARENT.strip().removesuffix(".")


def test_a_paragraph_of_common_words_is_aligned_with_its_copy() -> None:
    assert len(compare_texts("And so it was.", "But no.\n\nAnd so it was.").aligned) == 1
    assert not compare_texts("And so it was.", "But no.\n\nSo was it not?").aligned


def test_unrelated_texts_share_nothing() -> None:
    other = compare_texts(
        "The library lent 88,000 books, Aude Winther of Brackwater said with a smile.", PARENT
    )
    assert (other.aligned, other.shared_numbers, other.shared_names, other.shared_quotes) == ((), (), (), ())
    assert other.added == ("88,000", "Aude Winther", "Brackwater")


@pytest.mark.parametrize(
    ("child", "parent", "shared"),
    [
        ("1,140 came", "1140 came", ("1,140",)),
        ("1.140 kamen", "1\u202f140 came", ("1.140",)),
        ("It is twelve", "12", ("twelve",)),
        ("It is twelve", "twelve", ()),  # in figures nowhere
        ("a 64m fund", "64 million", ("64",)),
        ("the BF7 rocket", "7 rockets", ()),
        ("٢٠٢٦", "2026", ("٢٠٢٦",)),
        ("one 1", "1", ("1",)),
    ],
)
def test_numbers(child: str, parent: str, shared: tuple[str, ...]) -> None:
    assert compare_texts(child, parent).shared_numbers == shared


def names(text: str) -> list[str]:
    return list(find_names(spell(text)).values())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("When the harbour closed on Monday, it was Ida Brask.", ["Ida Brask"]),
        ("Vennport slept while the whole town waited.", []),
        ("Vennport slept. Nobody was awake in Vennport that night.", ["Vennport"]),
        ("NATO ships came and went for a week.", ["NATO"]),
        ("It was told by J. R. Brask and by O'Hara-Lund of the ferry.", ["J. R. Brask", "O'Hara-Lund"]),
        ("We should ask Mr Brask, the engineer Ida Brask or Mrs Fenn about it.", ["Ida Brask", "Fenn"]),
        ("A Narrow Escape From Hasle\n\nIt was a narrow escape for all.", []),
        ("We saw Hasle. Orla was shut that night.", ["Hasle"]),
        ("Then it was I and The Bridge that night, near Orla and Hasle.", ["Bridge", "Orla", "Hasle"]),
    ],
)
def test_names(text: str, expected: list[str]) -> None:
    assert names(text) == expected


def test_where_nouns_are_capitalised_a_name_has_two_words() -> None:
    german = (
        "Gestern hat die Stadt den Hafen und die Brücke am Ufer gesperrt, sagte Ida Brask in der Sitzung. "
    )
    assert names(german * 5) == ["Ida Brask"]


def test_a_name_is_shared_by_its_greater_part() -> None:
    assert compare_texts("So said the chief Ida Brask today.", "Then spoke Brask of it.").shared_names == ()
    assert compare_texts("So said one Brask today.", "Then spoke Ida Brask of it.").shared_names == ("Brask",)
    parent = "Then spoke Port Director Ida Brask of it."
    assert compare_texts("So said Ida Brask today.", parent).dropped == ()


def test_quotes() -> None:
    child = "„Wir haben einen Fluss gefunden“, sagte er. «Nur drei Worte» war alles.\n\n"
    child += 'Dann: "It goes on\nand on and on'
    read = spell(child)
    quotes = [read.spelling(first, end) for first, end in find_quotes(read)]
    assert quotes == ["Wir haben einen Fluss gefunden", "It goes on\nand on and on"]
    parent = "Der Satz wir haben einen Fluss gefunden steht hier ohne Zeichen."
    assert compare_texts(child, parent).shared_quotes == ("Wir haben einen Fluss gefunden",)
    three_quarters = 'He said "a b c d e f" and left'  # four 3-grams
    assert compare_texts(three_quarters, "a b c d e x f").shared_quotes == ("a b c d e f",)
    assert compare_texts(three_quarters, "a b c d x e f").shared_quotes == ()


@given(st.lists(st.integers(0, 6), max_size=9))
def test_order_like_the_plain_reference(places: list[int]) -> None:
    best = max(
        n for n in range(len(places) + 1) for some in combinations(places, n) if list(some) == sorted(some)
    )
    assert count_in_order(places) == best


@given(WORDS, WORDS)
def test_longest_run_like_the_plain_reference(child: list[str], parent: list[str]) -> None:
    ours, theirs = spell(" ".join(child)), spell(" ".join(parent))
    a, b = ours.words.tolist(), theirs.words.tolist()
    best = (0, 0)
    for first in range(len(a)):
        for other in range(len(b)):
            n = 0
            while first + n < len(a) and other + n < len(b) and a[first + n] == b[other + n]:
                n += 1
            if n > best[1] - best[0]:
                best = (first, first + n)
    assert longest_run(ours, theirs) == best


@given(WORDS, WORDS)
def test_alignment_like_the_plain_reference(child: list[str], parent: list[str]) -> None:
    ours, theirs = spell(" ".join(child)), spell(" ".join(parent))

    def paragraphs(text: str) -> list[tuple[list[int], dict[int, int]]]:
        read = spell(text)
        found = []
        for first, end in zip(read.paragraphs[:-1], read.paragraphs[1:], strict=True):
            stems = read.stems[first:end]
            weights = dict(zip(stems.tolist(), surprise(stems).tolist(), strict=True))
            found.append(
                (sorted(read.words[first:end].tolist()), {s: w for s, w in weights.items() if w > 38})
            )
        return found

    expected = []
    others = paragraphs(theirs.text)
    for place, (words, weights) in enumerate(paragraphs(ours.text)):
        shared = [sum(w for stem, w in weights.items() if stem in has) for _, has in others]
        twin = next((i for i, (has, _) in enumerate(others) if has == words), -1)
        if twin >= 0:
            shared[twin] += 255
        best = max(range(len(others)), key=lambda i: shared[i], default=-1)
        if best >= 0 and shared[best] >= align_module._LEAST_SHARED:
            share = min(shared[best] / max(sum(weights.values()), 1), 1.0)
            if share >= LEAST_SHARE:
                expected.append((place, best, share))
    found = align(ours, theirs)
    assert list(zip(found.child, found.parent, found.shares, strict=True)) == expected
    assert found.n_left_out == 0


def test_words_are_those_of_tokens() -> None:
    for text in (
        PARENT,
        CHILD,
        "Ça coûte 1 140 €; l’été &amp; l'hiver",
        "港が閉鎖された。BF7 で 64km",
        "การปิดท่าเรือ 12",
        "𠮷野家 in 𠀀𠀁",
    ):
        read, whole = spell(text), tokens([text])
        assert read.words.tolist() == whole.words.tolist()
        assert read.kinds.tolist() == whole.kinds.tolist()
        assert read.paragraphs.tolist() == whole.paragraphs.tolist()


def test_characters_are_words_where_none_are_written() -> None:
    parent = "港口星期一关闭。有十四根缆绳断裂。\n\n轮渡公司每天运送三万辆汽车。"
    child = "轮渡公司每天要运送汽车三万辆。"
    found = compare_texts(child, parent)
    assert [(pair.child_paragraph, pair.parent_paragraph) for pair in found.aligned] == [(0, 1)]
    assert found.aligned[0].child_text == child
    assert found.aligned[0].parent_text == "轮渡公司每天运送三万辆汽车。"
    assert max(map(columns, str(compare_texts(child * 9, child * 9)).split("\n"))) <= 100


def test_cut_paragraphs_share_no_mark() -> None:
    draw = random.Random(2)
    sentences = ["".join(chr(draw.randrange(0x4E00, 0x5E00)) for _ in range(30)) + "。" for _ in range(9)]
    found = compare_texts("".join(sentences), "".join(sentences))
    assert len(found.aligned) == found.n_child_paragraphs > 1
    assert "".join(pair.child_text for pair in found.aligned) == "".join(sentences)


def test_disguises_do_not_hide_a_copy() -> None:
    disguised = PARENT.replace("a", "а").replace("cables", "ca\u200bbles").replace("e", "e\u0301")
    assert compare_texts(disguised, PARENT).copied == 1


def test_what_is_left_out_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(align_module, "N_MEETINGS", 40)
    common = "\n\n".join(f"Orla cables at place{i} failed" for i in range(20))
    found = compare_texts(common, common)
    assert found.n_left_out >= 20
    assert f"{found.n_left_out} words stand in too many paragraphs" in " ".join(str(found).split("\n")[:3])
    assert [pair.parent_paragraph for pair in found.aligned] == list(range(20))


def test_repeated_paragraphs_meet_the_first_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(align_module, "N_MEETINGS", 100)
    found = compare_texts("Nobody was hurt.\n\n" * 50, "Nobody was hurt.\n\n" * 50)
    assert [pair.parent_paragraph for pair in found.aligned] == [0] * 50


def test_long_lists_are_cut_with_their_length() -> None:
    many = " ".join(f"{n}x" for n in range(1000, 1100))
    lines = str(compare_texts(many, "")).split("\n")
    assert lines[-1].endswith("and 40 more")
    assert len(compare_texts(many, "").added) == 100


@pytest.mark.parametrize("text", ["", " \n\n\t", "\0", "\ud800", "!?", "\u200b", "\U000e0041", "\x1b[;"])
def test_next_to_nothing(text: str) -> None:
    for child, parent in ((text, PARENT), (PARENT, text), (text, text)):
        found = compare_texts(child, parent)
        printed = str(found)
        printed.encode("utf-8")
        assert printed.isprintable() or "\n" in printed
        assert found.aligned == ()


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text(child: str, parent: str) -> None:
    found = compare_texts(child, parent)
    assert 0 <= found.copied <= 1
    assert found.in_order <= len(found.aligned) <= found.n_child_paragraphs
    assert all(0 <= pair.parent_paragraph < found.n_parent_paragraphs for pair in found.aligned)
    printed = str(found)
    printed.encode("utf-8")
    assert "\x1b" not in printed
    assert found == compare_texts(child, parent)


@given(st.text(max_size=100).filter(lambda text: len(spell(text).words) > 0))
def test_any_text_is_a_copy_of_itself(text: str) -> None:
    found = compare_texts(text, text)
    assert found.copied == 1
    assert len(found.aligned) == found.n_child_paragraphs
    assert (found.added, found.dropped) == ((), ())


def test_what_is_no_string_is_refused() -> None:
    with pytest.raises(InputError, match="parent must be a string, not NoneType None"):
        compare_texts("a", None)  # type: ignore[arg-type]


def test_two_articles_take_milliseconds() -> None:
    words = (PARENT + CHILD).split()
    draw = random.Random(1)
    texts = [" ".join(draw.choices(words, k=400)) for _ in range(2)]
    compare_texts(*texts)
    began = time.perf_counter()
    for _ in range(5):
        compare_texts(*texts)
    assert (time.perf_counter() - began) / 5 < 0.1  # 3 ms where nothing else runs


@pytest.mark.parametrize(
    "text", ["word " * 200_000, "x" * 1_000_000, "!" * 1_000_000, '" a ' * 200_000, "Ab\n\n" * 200_000]
)
def test_a_megabyte_of_one_thing(text: str) -> None:
    began = time.perf_counter()
    str(compare_texts(text, text))
    assert time.perf_counter() - began < 10


def counts(**some: float) -> Counts:
    usual = dict.fromkeys(Counts.__dataclass_fields__, 0) | {"n_paragraphs": 3, "n_parent_paragraphs": 3}
    return Counts(**(usual | some))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("some", "said"),
    [
        ({}, "None of 3 paragraphs follows the source; none of the wording is copied."),
        ({"n_paragraphs": 0}, "The child has no words."),
        ({"n_parent_paragraphs": 0}, "The parent has no words."),
        ({"n_aligned": 1}, "1 of 3 paragraphs follows the source; none of the wording is copied."),
        (
            {"n_aligned": 3, "n_in_order": 3, "copied": 1.0},
            "All 3 paragraphs follow the source, in order; all of",
        ),
        (
            {"n_paragraphs": 2, "n_aligned": 2, "n_in_order": 1},
            "Both paragraphs follow the source, 1 of them in",
        ),
        ({"copied": 0.001}, "; 1% of the wording is copied."),
        ({"copied": 0.999}, "; 99% of the wording is copied."),
        ({"n_numbers": 1}, "; none of 1 number is shared."),
        ({"n_numbers": 1, "n_shared_numbers": 1}, "; the only number is shared."),
        ({"n_quotes": 2, "n_shared_quotes": 2}, "; both quotes are shared."),
        ({"n_names": 3, "n_shared_names": 3}, "; none of 3 names is new."),
        ({"n_names": 1}, "; the only name is new."),
        ({"n_names": 4000}, "; all 4,000 names are new."),
        ({"n_left_out": 1200}, "; 1,200 words stand in too many paragraphs to be aligned."),
    ],
)
def test_summaries(some: dict[str, float], said: str) -> None:
    assert said in summarise(counts(**some))


def test_spelled_numbers_keep_their_first_spelling() -> None:
    found, in_figures = find_numbers(spell("Twelve, 12, 1,140 and 1140; two"))
    assert list(found.values()) == ["Twelve", "1,140", "two"]
    assert in_figures == set(list(found)[:2])
    assert np.array(list(found), np.uint64).dtype == np.uint64
