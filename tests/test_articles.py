"""What a user brings, made into articles."""

import importlib
import pickle
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
import xxhash
from hypothesis import given
from hypothesis import strategies as st

from dedup.articles import Article, as_articles
from dedup.duplicates.find import find_duplicates
from dedup.errors import (
    DedupError,
    DuplicateIdError,
    InputError,
    MissingExtraError,
    MissingFieldError,
    ReadError,
    TimeError,
    UnknownIdError,
)

NINE = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)


def test_strings_mappings_and_articles_mix() -> None:
    pile = as_articles(item for item in ("one", {"text": "two", "id": 2}, Article("three", id="c")))
    assert [article.text for article in pile] == ["one", "two", "three"]
    assert [article.id for article in pile][1:] == ["2", "c"]


def test_an_empty_pile_is_a_pile() -> None:
    assert as_articles([]) == ()


@pytest.mark.parametrize("field", ["text", "maintext", "plaintext", "body", "content"])
def test_names_of_the_text(field: str) -> None:
    assert as_articles([{field: "words"}])[0].text == "words"


@pytest.mark.parametrize("field", ["title", "headline"])
def test_names_of_the_title(field: str) -> None:
    assert as_articles([{"text": "", field: "Words"}])[0].title == "Words"


@pytest.mark.parametrize("field", ["published_at", "date", "date_publish", "publishing_date", "publish_date"])
def test_names_of_the_time(field: str) -> None:
    assert as_articles([{"text": "", field: "2026-03-09T09:00Z"}])[0].published_at == NINE


@pytest.mark.parametrize("field", ["outlet", "publisher", "sitename", "source", "source_domain", "series"])
def test_names_of_the_outlet(field: str) -> None:
    assert as_articles([{"text": "", field: "Post"}])[0].outlet == "Post"


def test_the_first_field_that_is_not_empty_wins() -> None:
    article = as_articles(
        [
            {
                "content": "last",
                "body": "first",
                "text": "",
                "maintext": None,
                "date": float("nan"),
                "date_publish": NINE,
                "publisher": {"name": "Post"},
                "source": "x",
            }
        ]
    )[0]
    assert (article.text, article.published_at, article.outlet) == ("first", NINE, "Post")


@pytest.mark.parametrize("text", ["", " \n\t", "word"])
def test_empty_text_is_an_article(text: str) -> None:
    assert as_articles([text])[0].text == text
    assert as_articles([{"text": text}])[0].text == text


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-03-09T09:00:00Z", NINE),
        ("2026-03-09 09:00:00", NINE),
        (" 2026-03-09T09:00:00.000000+00:00 ", NINE),
        ("2026-03-09T10:00+01:00", NINE),
        ("20260309T090000Z", NINE),
        ("2026-03-09", NINE.replace(hour=0)),
        ("20260309", NINE.replace(hour=0)),
        (date(2026, 3, 9), NINE.replace(hour=0)),
        (datetime(2026, 3, 9, 9), NINE),
        (datetime(2026, 3, 9, 4, tzinfo=timezone(timedelta(hours=-5))), NINE),
        ("", None),
        ("  ", None),
        (None, None),
    ],
)
def test_times(value: object, expected: datetime | None) -> None:
    article = as_articles([{"text": "x", "published_at": value}])[0]
    assert article.published_at == expected
    assert expected is None or article.published_at.tzinfo is UTC  # type: ignore[union-attr]


def test_times_of_article_objects_are_made_utc() -> None:
    assert as_articles([Article("x", published_at=datetime(2026, 3, 9, 9))])[0].published_at == NINE


@pytest.mark.parametrize(
    "value", ["yesterday", "2026-13-01", "1741503120", 1741503120, "0001-01-01T00:00+05:00", [2026]]
)
def test_a_time_that_does_not_parse_names_the_article_and_the_value(value: object) -> None:
    with pytest.raises(TimeError) as caught:
        as_articles(["x", {"id": "a7", "text": "x", "date": value}])
    assert "article 1 (id 'a7')" in str(caught.value)
    assert repr(value) in str(caught.value)
    assert "ISO 8601" in str(caught.value)


def test_made_ids_are_stable() -> None:
    expected = xxhash.xxh3_64_hexdigest(b"Title\0Text")
    assert as_articles([{"title": "Title", "text": "Text"}])[0].id == expected == "52a643836f868b36"


def test_made_ids_of_equal_content_are_told_apart_in_input_order() -> None:
    made = as_articles(["x"])[0].id
    pile = as_articles([{"text": "x", "id": f"{made}-2"}, "x", "y", "x", "x"])
    assert [article.id for article in pile if article.text == "x"] == [
        f"{made}-2",
        made,
        f"{made}-3",
        f"{made}-4",
    ]


@given(st.lists(st.text(max_size=3) | st.sampled_from(["\ud800", "\0", "é"])))
def test_made_ids_are_unique_for_any_text(texts: list[str]) -> None:
    pile = as_articles(texts)
    assert [article.text for article in pile] == texts
    assert len({article.id for article in pile}) == len(texts)
    assert as_articles(pile) == pile


def test_a_hundred_thousand_copies_get_ids() -> None:
    pile = as_articles(["the same"] * 100_000)
    assert len({article.id for article in pile}) == 100_000


def test_duplicate_ids_are_named() -> None:
    items = [{"id": i % 12, "text": "x"} for i in range(24)]
    with pytest.raises(DuplicateIdError, match=r"'0', '1', .*'9' and 2 more"):
        as_articles(items)
    with pytest.raises(DuplicateIdError, match=r"more than once: 'a'; rename"):
        as_articles([Article("x", id="a"), Article("y", id="a")])


@pytest.mark.parametrize(
    ("item", "error", "words"),
    [
        ({"id": "q", "foo": "x", "bar": 1}, MissingFieldError, ["article 1 (id 'q')", "'maintext'", "'bar'"]),
        ({}, MissingFieldError, ["found nothing"]),
        ({"text": None}, MissingFieldError, ["'text'", "NoneType"]),
        ({"body": 5}, MissingFieldError, ["'body'", "int 5"]),
        (Article(None, id="z"), MissingFieldError, ["(id 'z')", "NoneType"]),  # type: ignore[arg-type]
        ({"text": "x", "id": 1.5}, InputError, ["float 1.5"]),
        ({"text": "x", "id": True}, InputError, ["bool True"]),
        (b"bytes", InputError, ["decode"]),
        (7, InputError, ["int 7"]),
        (None, InputError, ["NoneType"]),
    ],
)
def test_what_is_not_an_article_is_named(item: object, error: type[InputError], words: list[str]) -> None:
    with pytest.raises(error) as caught:
        as_articles(["fine", item])  # type: ignore[list-item]
    assert all(word in str(caught.value) for word in ["article 1", *words])


@pytest.mark.parametrize("single", ["text", b"text", {"text": "x"}, Article("x")])
def test_a_single_article_is_refused_with_the_remedy(single: object) -> None:
    with pytest.raises(InputError, match="wrap it in a list"):
        as_articles(single)  # type: ignore[arg-type]


def test_a_table_is_refused_with_the_remedy() -> None:
    class Table:
        columns = ("text",)

        def to_dict(self) -> None: ...

        def __iter__(self) -> Iterator[str]:
            return iter(self.columns)

    with pytest.raises(InputError, match="records"):
        as_articles(Table())
    with pytest.raises(InputError, match="int 3"):
        as_articles(3)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "error",
    [
        InputError("x"),
        ReadError("a.jsonl", "not JSON", 3),
        UnknownIdError("x", ["a", "b"]),
        UnknownIdError("x"),
        MissingExtraError("datasketch", "datasketch"),
    ],
)
def test_errors_are_of_the_tree_and_survive_a_process_boundary(error: DedupError) -> None:
    copy = pickle.loads(pickle.dumps(error))
    assert isinstance(error, DedupError)
    assert type(copy) is type(error)
    assert str(copy) == str(error)


@pytest.mark.parametrize(
    ("package", "remedy"),
    [
        ("pandas", 'table.to_dict("records")'),
        ("polars", "table.to_dicts()"),
        ("pyarrow", "table.to_pylist()"),
    ],
)
def test_tables_are_refused_and_the_remedy_is_right(package: str, remedy: str) -> None:
    module: Any = importlib.import_module(package)
    make = module.table if package == "pyarrow" else module.DataFrame
    table = make({"text": ["The harbour is shut today.", "The harbour is shut today."]})
    for find in (as_articles, find_duplicates):
        with pytest.raises(InputError, match="must not be a table") as caught:
            find(table)
        assert f"{remedy}, or give it to find_lineage or find_duplicates of dedup.corpus" in str(caught.value)
    assert find_duplicates(eval(remedy, {"table": table})).clusters == ((0, 1),)


@pytest.mark.parametrize("package", ["pandas", "polars"])
def test_a_column_of_texts_is_no_table(package: str) -> None:
    texts = importlib.import_module(package).Series(["The harbour is shut.", "It is open."])
    assert [article.text for article in as_articles(texts)] == list(texts)


@pytest.mark.parametrize("field", ["id", "date", "title", "outlet", "url", "declared"])
def test_na_of_pandas_is_missing(field: str) -> None:
    missing = importlib.import_module("pandas").NA
    assert as_articles([{"text": "x", field: missing}]) == as_articles(["x"])
    with pytest.raises(MissingFieldError, match="NAType"):
        as_articles([{"text": missing, "id": missing}])


def test_an_array_is_no_time() -> None:
    array = importlib.import_module("numpy").arange(2)
    with pytest.raises(TimeError, match="cannot read the time ndarray"):
        as_articles([{"text": "x", "date": array}])
