"""What a user brings, made into articles: strings, mappings as crawlers write them, `Article` objects."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import xxhash

from dedup.declarations import Declaration, as_declarations
from dedup.errors import DuplicateIdError, InputError, MissingFieldError, shown
from dedup.times import is_missing, utc_time

TEXT_FIELDS = ("text", "maintext", "plaintext", "body", "content")
TITLE_FIELDS = ("title", "headline")
TIME_FIELDS = ("published_at", "date", "date_publish", "publishing_date", "publish_date")
OUTLET_FIELDS = ("outlet", "publisher", "sitename", "source", "source_domain", "series")

_N_NAMED = 10  # duplicate ids that an error spells out before it says "and n more"


@dataclass(frozen=True, slots=True)
class Article:
    """One text as it was published.

    Parameters
    ----------
    text : str
        The body, paragraphs set apart by newlines.
    id : str, optional
        A name that no other article of the pile has; `as_articles` makes one where it is empty.
    title : str, optional
        The headline.
    published_at : datetime, optional
        When it appeared; a time without zone is taken as UTC.
    outlet : str, optional
        Who published it.
    url : str, optional
        Where.
    declared : tuple of Declaration, optional
        What it is said to be made from, elsewhere than in its text.

    Examples
    --------
    >>> Article("The harbour is shut.", id="a1").outlet
    ''
    """

    text: str
    id: str = ""
    title: str = ""
    published_at: datetime | None = None
    outlet: str = ""
    url: str = ""
    declared: tuple[Declaration, ...] = ()


def as_articles(items: Iterable[str | Mapping[str, Any] | Article]) -> tuple[Article, ...]:
    """Make articles of whatever a user has.

    Parameters
    ----------
    items : iterable of str, mapping or Article
        Any number of them, a generator included. Of a mapping's fields, the first that is not empty is
        taken, in the order of `TEXT_FIELDS`, `TITLE_FIELDS`, `TIME_FIELDS` and `OUTLET_FIELDS`; besides,
        ``id``, ``url`` and ``declared``, for which see `as_declarations`. A title, outlet or url that is not
        a string is passed over, except that of a mapping its ``name`` is taken. Times are ISO 8601 strings,
        dates or datetimes; without zone, in UTC.

    Returns
    -------
    tuple of Article
        In input order; every id is there and unique, every time is aware and in UTC. An id that was
        missing is the XXH3-64 of title and text in 16 hexadecimal digits, the same in every run and on every
        platform; of articles with equal title and text, the second in input order gets the suffix ``-2``,
        and so on.

    Raises
    ------
    InputError
        If `items` is a single article, or an item is none of the three kinds.
    MissingFieldError
        If an item has no text, or one that is not a string.
    TimeError
        If a time does not parse.
    DuplicateIdError
        If two articles were given the same id.

    Notes
    -----
    About 2 microseconds an article of 2.4 kB without id; the texts are not copied.

    Examples
    --------
    >>> pile = as_articles(["The harbour is shut.", {"id": 7, "body": "It is open.", "date": "2026-03-09"}])
    >>> [article.id for article in pile]
    ['91beb35e7bb1548e', '7']
    >>> pile[1].published_at.isoformat()
    '2026-03-09T00:00:00+00:00'
    """
    return _with_ids(
        [item if type(item) is str else _article_at(i, item) for i, item in enumerate(as_pile(items))]
    )


def as_article(item: str | Mapping[str, Any] | Article) -> Article:
    """Make one article, without making an id where there is none.

    Parameters
    ----------
    item : str, mapping or Article
        As for `as_articles`.

    Returns
    -------
    Article
        Its id is empty if `item` has none; its time is aware and in UTC.

    Raises
    ------
    InputError, MissingFieldError, TimeError
        As for `as_articles`.

    Examples
    --------
    >>> as_article({"headline": "Harbour shut", "maintext": "It is."}).title
    'Harbour shut'
    """
    if isinstance(item, str):
        return Article(item)
    if isinstance(item, Article):
        return _normal(item)
    if isinstance(item, Mapping):
        return Article(
            _text(item),
            _id(item.get("id")),
            _first_string(item, TITLE_FIELDS),
            utc_time(_first(item, TIME_FIELDS)),
            _first_string(item, OUTLET_FIELDS),
            _first_string(item, ("url",)),
            as_declarations(item.get("declared")),
        )
    remedy = "; decode it first" if isinstance(item, bytes) else ""
    raise InputError(f"an article must be a string, a mapping or an Article, not {shown(item)}{remedy}")


def as_pile(items: object) -> Iterable[Any]:
    """Refuse what holds no articles one by one: a single article, and a table.

    Parameters
    ----------
    items : object
        What a user gave as articles.

    Returns
    -------
    iterable
        `items` itself, of which nothing was taken.

    Raises
    ------
    InputError
        If it is a single article, a table, or nothing that can be gone through.

    Notes
    -----
    A column of texts is no table: a Series of pandas or polars is gone through like a list.

    Examples
    --------
    >>> as_pile(["The harbour is shut."])
    ['The harbour is shut.']
    """
    if isinstance(items, str | bytes | Mapping | Article):
        raise InputError(
            f"articles must be an iterable of articles, not a single one, {shown(items)}; wrap it in a list"
        )
    if remedy := _instead_of_table(items):
        raise InputError(f"articles must not be a table; {remedy}")
    if not isinstance(items, Iterable):
        raise InputError(f"articles must be an iterable of articles, not {shown(items)}")
    return items


def _instead_of_table(items: object) -> str:
    """Say what to pass instead of a table; nothing if it is none. What goes through a table gets columns."""
    is_arrow = hasattr(items, "__arrow_c_stream__")
    to_rows = ""
    if hasattr(items, "to_dicts"):
        to_rows = "table.to_dicts()"
    elif hasattr(items, "to_dict") and hasattr(items, "columns"):
        to_rows = 'table.to_dict("records")'
    elif hasattr(items, "to_pylist"):
        to_rows = "table.to_pylist()"
    if not (is_arrow or to_rows):
        return ""
    if not any(hasattr(items, name) for name in ("columns", "column_names", "schema")):
        return ""  # one column, such as a Series of texts
    remedies = [f"pass its rows, {to_rows}"] if to_rows else []
    if is_arrow:
        remedies.append("give it to find_lineage or find_duplicates of dedup.corpus as it is")
    return ", or ".join(remedies)


def _article_at(index: int, item: Any) -> Article:
    try:
        return as_article(item)
    except InputError as error:
        name = item.get("id") if isinstance(item, Mapping) else getattr(item, "id", None)
        known = f" (id {name!r})" if not is_missing(name) else ""
        raise type(error)(f"article {index}{known}: {error}") from None


def _normal(article: Article) -> Article:
    if not isinstance(article.text, str):
        raise MissingFieldError(f"the text must be a string, not {shown(article.text)}")
    name, published_at = _id(article.id), utc_time(article.published_at)
    declared = as_declarations(article.declared) if article.declared else ()
    if name is article.id and published_at is article.published_at and declared == article.declared:
        return article
    return replace(article, id=name, published_at=published_at, declared=declared)


def _with_ids(items: Sequence[str | Article]) -> tuple[Article, ...]:
    given = [item.id for item in items if not isinstance(item, str) and item.id]
    taken = set(given)
    if len(taken) < len(given):
        _refuse_duplicates(given)
    n_same: dict[str, int] = {}
    articles = []
    for item in items:
        if isinstance(item, str):
            articles.append(Article(item, _unused(_made_id(item), taken, n_same)))
        elif item.id:
            articles.append(item)
        else:
            made = _made_id(item.text, item.title)
            articles.append(replace(item, id=_unused(made, taken, n_same)))
    return tuple(articles)


def _unused(made: str, taken: set[str], n_same: dict[str, int]) -> str:
    name = made
    while name in taken:
        n_same[made] = n_same.get(made, 1) + 1
        name = f"{made}-{n_same[made]}"
    taken.add(name)
    return name


def _made_id(text: str, title: str = "") -> str:
    # "surrogatepass": a lone surrogate is bad text, but no reason to lose the article.
    return xxhash.xxh3_64_hexdigest(f"{title}\0{text}".encode("utf-8", "surrogatepass"))


def _refuse_duplicates(given: Sequence[str]) -> None:
    seen: set[str] = set()
    twice = list(dict.fromkeys(name for name in given if name in seen or seen.add(name)))  # type: ignore[func-returns-value]
    shown = ", ".join(map(repr, twice[:_N_NAMED]))
    more = f" and {len(twice) - _N_NAMED} more" if len(twice) > _N_NAMED else ""
    raise DuplicateIdError(
        f"ids must be unique; given more than once: {shown}{more}; rename them, or leave ids out"
    )


def _first(item: Mapping[str, Any], fields: Sequence[str]) -> Any:
    for field in fields:
        value = item.get(field)
        if not is_missing(value):
            return value
    return None


def _first_string(item: Mapping[str, Any], fields: Sequence[str]) -> str:
    for field in fields:
        value = item.get(field)
        if isinstance(value, Mapping):
            value = value.get("name")
        if isinstance(value, str) and value:
            return value
    return ""


def _text(item: Mapping[str, Any]) -> str:
    text = _first_string(item, TEXT_FIELDS)
    if text:
        return text
    there = [field for field in TEXT_FIELDS if field in item]
    if not there:
        found = ", ".join(repr(field) for field in item) or "nothing"
        raise MissingFieldError(f"no text: looked for {', '.join(map(repr, TEXT_FIELDS))}; found {found}")
    if not any(isinstance(item[field], str) for field in there):
        raise MissingFieldError(f"the text, {there[0]!r}, must be a string, not {shown(item[there[0]])}")
    return ""


def _id(value: object) -> str:
    if isinstance(value, str):
        return value if value.strip() else ""
    if is_missing(value):
        return ""
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise InputError(f"an id must be a string or a whole number, not {shown(value)}")
    return str(value.__index__())
