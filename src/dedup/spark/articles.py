"""Rows of a DataFrame made articles: read, checked, put in order, and each text kept once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import xxhash

from dedup import errors
from dedup.articles import (
    OUTLET_FIELDS,
    TEXT_FIELDS,
    TIME_FIELDS,
    TITLE_FIELDS,
    Article,
    as_article,
    as_articles,
)
from dedup.errors import InputError, MissingFieldError
from dedup.spark.frames import arrow, functions, make_batch, map_batches
from dedup.spark.kept import Kept
from dedup.spark.places import name_articles, place_articles

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

LINE, FILE = "line", "file"
"""Columns of `read_files`: the JSON of an article as bytes, and the file that it stands in."""

MOST_ARTICLES = 1 << 32
"""Articles whose places fit the keys."""

_FIELDS = (*TEXT_FIELDS, *TITLE_FIELDS, *TIME_FIELDS, *OUTLET_FIELDS, "id", "url", "declared")
_READ = "id string, given boolean, declares boolean, title string, url string, seconds double, "
_READ += "outlet string, text string, digest binary, error string, kind string"
_N_NAMED = 60  # characters of a broken line that an error shows


@dataclass(frozen=True, slots=True)
class Pile:
    """Articles in order.

    Attributes
    ----------
    read : DataFrame
        ``id``, ``seconds`` (since 1970, UTC; infinite where not known), ``outlet``, ``title`` and ``text`` of
        every article.
    places : DataFrame
        ``place``, from 0 on in the order of time and id, ``id`` and ``first``, the place of the earliest
        article with the same text, of every article.
    texts : DataFrame
        ``place``, ``seconds``, ``outlet`` and ``text`` of the earliest article of each text; hashed by place.
    n_articles, n_texts : int
        Rows of `read` and of `texts`.
    n_bad : int
        Rows that could not be used, and were skipped.
    n_declared : int
        Articles that declare what they were made from.
    bad : DataFrame
        ``kind`` and ``error`` of the rows that could not be used.
    """

    read: DataFrame
    places: DataFrame
    texts: DataFrame
    n_articles: int
    n_texts: int
    n_bad: int
    n_declared: int
    bad: DataFrame


def read_pile(
    frame: DataFrame, kept: Kept, *, use_times: bool, stripped: bool, partitions: int, skip_bad: bool
) -> Pile:
    """Make articles of the rows of a DataFrame.

    Parameters
    ----------
    frame : DataFrame
        Columns as the fields of `dedup.as_articles`, or from `read_files`.
    kept : Kept
        Where DataFrames are kept that are used again.
    use_times : bool
        Whether times order articles; ids alone do otherwise.
    stripped : bool
        Whether white space around a text does not matter, and texts without words are nobody's copies.
    partitions : int
        Partitions of what is shuffled.
    skip_bad : bool
        Whether rows that cannot be used are left out, and not an error.

    Returns
    -------
    Pile
        The same however the rows are partitioned.

    Raises
    ------
    MissingFieldError
        If no column can hold a text; the error says which columns there are.
    InputError
        If a row cannot be used, or two articles have the same id.
    """
    F = functions()
    chosen = _choose(frame)
    read = map_batches(chosen, partial(_read, use_times=use_times, stripped=stripped), _READ)
    read = kept.persist(read)
    seen = read.selectExpr("count(*)", "count(error)", "count_if(NOT given)", "count_if(declares)")
    n, n_bad, n_unnamed, n_declared = seen.collect()[0]
    bad = read.where("error IS NOT NULL").select("error", "kind")
    if n_bad and not skip_bad:
        (first,) = bad.orderBy("error").limit(1).collect()
        more = f"; {n_bad - 1:,} more cannot be used" if n_bad > 1 else ""
        raise getattr(errors, first.kind)(first.error + more)
    if n > MOST_ARTICLES:
        raise InputError(f"{n:,} articles are too many; give {MOST_ARTICLES:,} at most")
    read = name_articles(read.where("error IS NULL"), kept, has_all=not n_unnamed)
    places = place_articles(read, kept, partitions)
    firsts = places.where("place = first").select("id", "place")
    texts = read.select("id", "seconds", "outlet", "text").join(firsts, "id").drop("id")
    texts = kept.persist(texts.repartition(partitions, F.col("place")))
    return Pile(read, places, texts, n - n_bad, firsts.count(), n_bad, n_declared, bad)


def _choose(frame: DataFrame) -> DataFrame:
    F = functions()
    if frame.columns == [LINE, FILE]:
        return frame
    if not set(frame.columns) & set(TEXT_FIELDS):
        looked = ", ".join(map(repr, TEXT_FIELDS))
        there = ", ".join(map(repr, frame.columns)) or "none"
        raise MissingFieldError(f"no text column: looked for {looked}; the columns are {there}")
    return frame.select(*[F.col(f"`{name}`") for name in frame.columns if name in _FIELDS])


def _read(batches: Iterator[Any], use_times: bool, stripped: bool) -> Iterator[Any]:
    for batch in batches:
        read = (_row(item, use_times, stripped) for item in batch.to_pylist())
        rows = [row for row in read if row is not None]
        if rows:
            names = [part.split(" ")[0] for part in _READ.split(", ")]
            yield make_batch(
                **{name: _column(name, [row[i] for row in rows]) for i, name in enumerate(names)}
            )


def _column(name: str, values: list[Any]) -> Any:
    pa = arrow()
    types = {"given": pa.bool_(), "declares": pa.bool_(), "seconds": pa.float64(), "digest": pa.binary()}
    return pa.array(values, types.get(name, pa.string()))


def _row(item: dict[str, Any], use_times: bool, stripped: bool) -> tuple[Any, ...] | None:
    """Return the columns of `_READ`, None for an empty line."""
    try:
        article = _article(item)
        if article is None:
            return None
        name = article.id or as_articles([article])[0].id
        time = article.published_at if use_times else None
        seconds = np.inf if time is None else time.timestamp()
        for value in (name, article.title, article.url, article.outlet, article.text):
            value.encode()
    except UnicodeEncodeError as error:
        said = f"half a character, {error.object[error.start]!r}; write surrogate pairs whole"
        return (*[None] * 9, f"{_whose(item)}: {said}", "InputError")
    except InputError as error:
        return (*[None] * 9, f"{_whose(item)}: {error}", type(error).__name__)
    digest = _digest(article.text, stripped)
    told = (article.title, article.url, seconds, article.outlet, article.text)
    return (name, bool(article.id), bool(article.declared), *told, digest, None, None)


def _digest(text: str, stripped: bool) -> bytes | None:
    if stripped:
        text = text.strip()
        if not any(map(str.isalnum, text)):
            return None
    return xxhash.xxh3_128_digest(text.encode())


def _article(item: dict[str, Any]) -> Article | None:
    if LINE not in item:
        return as_article(item)
    line: bytes = item[LINE]
    if not line.strip():
        return None
    try:
        made = json.loads(line.removeprefix(b"\xef\xbb\xbf").decode())
    except UnicodeDecodeError as error:
        raise InputError(f"byte {error.start + 1} is not UTF-8; convert the file to UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"not JSON: {error}") from None
    if not isinstance(made, dict):
        raise InputError(f"an article must be a JSON object, not {type(made).__name__}")
    return as_article(made)


def _whose(item: dict[str, Any]) -> str:
    if LINE in item:
        start = item[LINE].decode("utf-8", "replace").strip()[:_N_NAMED]
        return f"{item[FILE]}, the line that begins with {start!r}"
    name = item.get("id")
    return "an article" if name in (None, "") else f"article {name!r}"
