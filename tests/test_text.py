import unicodedata
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.errors import InputError
from dedup.text import batches as text
from dedup.text import unicode_tables
from dedup.text.batches import batches, tokens, words
from dedup.text.folding import fold
from dedup.text.unicode_tables import build_tables, load_tables
from tests import reference

# Everything that some rule of tokens() looks at, and enough of it for the rules to meet.
PIECES = (
    *"aBcEé12.,:!'’“”\"«) \n\n\t",
    "\u00a0", "\u202f", "  ", "\r\n", "\n\n", "\u200b", "U.S. ", "BF7", "64m", "1,140", "NATO", "\u2029",
    "½", "ﬁ", "ж", "Ж", "漢", "字", "。", "カ", "가", "กำ", "नि", "\u0301", "\0", "\ud800",
    "𝐀", "😀", "harbourmaster", "the storm of the harbourmaster was seen at dawn",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_tokens_are_those_of_the_reference(article: str) -> None:
    read = tokens([article])
    hashes, kinds, paragraphs = reference.tokens(article)
    assert read.kinds.tolist() == kinds
    assert read.words.tolist() == hashes
    assert read.paragraphs.tolist() == paragraphs
    assert read.articles.tolist() == [0, len(paragraphs) - 1]


@settings(max_examples=100, deadline=None)
@given(st.lists(TEXTS, max_size=6))
def test_an_article_is_read_alike_in_any_company(articles: list[str]) -> None:
    together = tokens(articles)
    for i, article in enumerate(articles):
        alone = tokens([article])
        first, last = together.articles[i : i + 2]
        paragraphs = together.paragraphs[first : last + 1]
        span = slice(*paragraphs[[0, -1]])
        assert np.array_equal(together.words[span], alone.words)
        assert np.array_equal(together.kinds[span], alone.kinds)
        assert np.array_equal(paragraphs - paragraphs[0], alone.paragraphs)


@settings(deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=6))
def test_words_do_not_depend_on_the_batch(articles: list[str]) -> None:
    together = words(fold(articles))
    for i, article in enumerate(articles):
        span = slice(*together.articles[i : i + 2])
        assert np.array_equal(together.hashes[span], words(fold([article])).hashes)


def test_batches_of_tokens_are_put_together(monkeypatch: pytest.MonkeyPatch) -> None:
    articles = ["One two.\n\nThree", "", "漢字かな", "“Vier”", "1,140 é"] * 5
    whole = tokens(articles)
    monkeypatch.setattr(text, "batches", lambda texts: batches(texts, 3))
    parts = tokens(articles)
    assert all(np.array_equal(getattr(whole, name), getattr(parts, name)) for name in whole.__slots__)


def hashes_of(*articles: str) -> list[list[int]]:
    return [words(fold([article])).hashes.tolist() for article in articles]


@pytest.mark.parametrize(
    "variants",
    [
        ("Café NAÏVE", "cafe naive", "Cafe\u0301 nai\u0308ve", "ＣＡＦＥ ｎaïve"),
        ("Straße", "STRASSE", "strasse"),
        ("official ﬁx", "ofﬁcial fix"),
        (
            "the police",
            "thе рolicе",
            "t\u200bhe po\u00adlice",
            "\u202ethe\ufeff police",
        ),  # Cyrillic, invisible
        ("Boris", "Вoris", "ВОRIS"),
        ("don't stop", "don’t stop", "donâ€™t stop", "don&#8217;t stop", "don&rsquo;t stop"),
        ("café crème", "cafÃ© crÃ¨me"),
        ("AT&T profit", "AT&amp;T profit"),
        ("2024 ٣ १२", "２０２４ 3 12"),
        ("가나다", unicodedata.normalize("NFD", "가나다")),
        ("ガギグ", "ｶﾞｷﾞｸﾞ", unicodedata.normalize("NFD", "ガギグ")),
        ("ко\u0301т ёлка", "кот елка"),
        ("কোন", unicodedata.normalize("NFD", "কোন")),
        ("قَالَ الأمير", "قال الامير"),
        ("𝐇𝐞𝐥𝐥𝐨 𝒲", "Hello W"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\ud800b \0c", "a b c"),
        ("x\U000e0061\ufe0fy", "xy"),
    ],
)
def test_spellings_that_a_matcher_takes_for_one(variants: tuple[str, ...]) -> None:
    found = hashes_of(*variants)
    assert found[0]
    assert all(hashes == found[0] for hashes in found)


@pytest.mark.parametrize(
    "pair", [("кот", "кит"), ("हिन्दी", "हिन्द"), ("は", "ば"), ("一", "二"), ("u", "v"), ("ноль", "соль")]
)
def test_spellings_that_differ(pair: tuple[str, str]) -> None:
    one, other = hashes_of(*pair)
    assert one != other


def test_a_genuine_capital_a_with_tilde_is_no_mojibake() -> None:
    assert hashes_of("AMANHÃ é “já”") == hashes_of("amanha e ja")


def test_unspaced_text_is_cut_into_overlapping_pairs() -> None:
    han = hashes_of("漢字かな", "漢字", "字か", "な")
    assert han[0][:3] == [han[1][0], han[2][0], hashes_of("かな")[0][0]]
    assert han[0][3] == han[3][0]
    assert hashes_of("一字 二")[0][1] == hashes_of("字")[0][0]


def test_marks_stay_with_their_letters() -> None:
    assert [len(hashes) for hashes in hashes_of("नमस्ते दुनिया", "ที่นี่", "မြန်မာ", "한국어", "tiếng Việt")] == [
        2,
        2,
        3,
        3,
        2,
    ]


@pytest.mark.parametrize("length", [1, 7, 8, 9, 15, 16, 17, 63, 64, 65, 1000])
def test_words_of_any_length(length: int) -> None:
    word = ("harbourmaster" * 100)[:length]
    hashed = words(fold([f"x {word} y {word}", word])).hashes
    assert hashed[1] == hashed[3] == hashed[4]
    assert hashed[1] not in words(fold([word + "s", word[:-1]])).hashes
    assert hashed[1] == reference.word_hash(word.encode())


@pytest.mark.parametrize("rest", ["", " é", " ж 漢字"])
def test_stems_are_the_first_five_letters(rest: str) -> None:
    longer = tokens(["Harbourmaster dawns storm наводнение 1,234,567 " + rest])
    stems = tokens(["harbo dawns storm навод 1234567 " + rest])
    assert longer.stems.tolist() == stems.stems.tolist() == stems.words.tolist()


def test_long_words_have_golden_hashes() -> None:
    found = hashes_of("a", "harbour", "harbourmaster", "Größe", "x" * 65, "漢字", "1,140")
    assert [[f"{value:016x}" for value in hashes] for hashes in found] == GOLDEN


def test_numbers_are_their_digits() -> None:
    read = tokens(
        ["1,140 1.140 1140 1'140 1\u202f140 1\u00a0140 １,140", "6:42 6.42 642", "64m 64 m", "BF7 1,2x"]
    )
    assert len(set(read.words[:7].tolist())) == 1
    assert len(set(read.words[7:10].tolist())) == 1
    assert read.words[10:12].tolist() == read.words[12:14].tolist()
    assert (read.kinds[[0, 6, 7, 10, 12, 15]] & text.NUMBER).all()
    assert read.kinds[14] & text.HAS_DIGIT
    assert not read.kinds[14] & text.NUMBER


def test_long_paragraphs_are_cut() -> None:
    sentence = "Word " * 9 + "end. "
    assert tokens([sentence * 30]).paragraphs.tolist() == [0, 80, 160, 240, 300]
    assert tokens(["word " * 300]).paragraphs.tolist() == [0, 120, 240, 300]
    assert tokens(["word " * 120]).paragraphs.tolist() == [0, 120]
    assert tokens(["x " * 30 + "\n\n" + "word " * 119 + ". End"]).paragraphs.tolist() == [0, 30, 150]


def test_hard_wrapped_text_is_one_paragraph() -> None:
    wrapped = "    The storm hit the\nharbour at dawn\nand 64\nboats.\n    Nobody was\nhurt.\n"
    assert tokens([wrapped]).paragraphs.tolist() == [0, 10, 13]
    names = "The storm hit the harbour where the crew of the\nAstrid Bergmann slept\nNobody was hurt"
    assert tokens([names]).paragraphs.tolist() == [0, 13, 16]
    assert tokens([names + " " * 80 + "at all"]).paragraphs.tolist() == [0, 10, 13, 18]


@pytest.mark.parametrize("given", ["", " ", "\n\n", "...", "\0", "\ud800", "😀", "\u200b"])
def test_articles_without_words(given: str) -> None:
    read = tokens([given, "word", given])
    assert read.articles.tolist() == [0, 0, 1, 1]
    assert words(fold([given, "word", given])).articles.tolist() == [0, 0, 1, 1]


def test_no_articles() -> None:
    assert tokens([]).articles.tolist() == tokens([]).paragraphs.tolist() == [0]
    assert fold([]).articles.tolist() == [0]


@pytest.mark.parametrize("wrong", ["text", [1], ["a", None], [b"bytes"]])
def test_what_is_no_list_of_strings_is_refused(wrong: list[str]) -> None:
    for function in (tokens, fold):
        with pytest.raises(InputError, match="texts"):
            function(wrong)


@given(st.lists(st.text(max_size=9), max_size=20), st.integers(1, 30))
def test_batches(texts: list[str], n_chars: int) -> None:
    parts = list(batches(texts, n_chars))
    assert [item for part in parts for item in part] == texts
    assert all(part for part in parts)
    assert all(sum(map(len, part[:-1])) < n_chars for part in parts)


def test_the_stored_table_is_what_the_script_makes() -> None:
    stored, built = load_tables(), build_tables()
    # Later versions of Unicode only add characters: what has a meaning in the table has the same ever after.
    known = np.array([unicodedata.category(chr(code)) != "Cn" for code in range(unicode_tables.LIMIT)])
    if unicodedata.unidata_version == "14.0.0":
        for name in unicode_tables.Tables._fields:
            assert np.array_equal(getattr(stored, name), getattr(built, name))
    meant = (stored.folds > 0) & (stored.folds < unicode_tables.EXPANDED) & known
    assert (stored.folds[meant] == built.folds[meant]).mean() > 0.9999


def test_every_letter_folds_to_what_stays_as_it_is() -> None:
    folds = load_tables().folds
    single = folds[(folds > 0) & (folds < unicode_tables.EXPANDED)]
    assert np.array_equal(folds[single[single < unicode_tables.LIMIT]], single[single < unicode_tables.LIMIT])


def test_articles_partition_the_words() -> None:
    found = words(fold(["a b", "", "c é d"]))
    assert [b - a for a, b in pairwise(found.articles.tolist())] == [2, 0, 3]


GOLDEN = [
    ["aeff7d4b5b72ec99"],
    ["fc9357fc6e861e16"],
    ["912c54c41ec42a28"],
    ["abd9fa2e9eb65826"],
    ["a94d8d4259921685"],
    ["c2da47b09dc2d1c4", "bb26e62af58c1ea3"],
    ["622570c6c262c8df", "1f23bb3645bda5a2"],
]


@given(st.lists(st.text("aB 1.“é’ßÆ\u200b\u00ad½ﬁâ€Ã©\u0301ж漢\U0001f600\udc00", max_size=30), max_size=4))
def test_text_that_is_mostly_ascii_is_folded_as_any_other(texts: list[str]) -> None:
    ascii_tail = [*texts, "all plain here " * 100]  # few of the characters are not ASCII now
    one, other = fold(texts, classes=True), fold(ascii_tail, classes=True)
    end = one.articles[-1]
    assert np.array_equal(one.articles, other.articles[:-1])
    assert np.array_equal(one.buffer[:end], other.buffer[:end])
    assert one.classes is not None
    assert other.classes is not None
    assert np.array_equal(one.classes[:end], other.classes[:end])
