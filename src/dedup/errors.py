"""Every exception a user of dedup can meet.

    DedupError
    ├── InputError            (ValueError)   an argument or an article is not usable
    │   ├── DuplicateIdError                 two articles carry the same id
    │   ├── MissingFieldError                an article lacks a text
    │   └── TimeError                        a publication time does not parse
    ├── ReadError                            a file cannot be read: says the file and the line
    ├── IndexFileError                       an index file cannot be read or written
    │   └── BusyError                        another process is writing it
    ├── CorpusError                          the stage files of a corpus cannot be used or written
    ├── FeedError                            a feed or a page cannot be had: says its address
    ├── UnknownIdError        (KeyError)     no article has this id
    ├── MissingExtraError     (ImportError)  an optional package is not installed
    ├── JavaError                            Spark finds no Java that it can run on
    └── WorkerError           (RuntimeError) a process beside this one ended before its work was done

Every message names the argument or the place, shows the value and says the remedy.
"""

from collections.abc import Sequence


class DedupError(Exception):
    """Base of every exception that this library raises on purpose."""


class InputError(DedupError, ValueError):
    """An argument or an article that cannot be used as it is."""


class DuplicateIdError(InputError):
    """Several articles with the same id."""


class MissingFieldError(InputError):
    """An article without a text, or with a text that is not a string."""


class TimeError(InputError):
    """A publication time that cannot be read."""


class ReadError(DedupError):
    """A file, or a line of it, that cannot be read.

    Parameters
    ----------
    path : str
        The file, as the user named it; ``"-"`` is standard input.
    reason : str
        What was wrong and, where there is one, the remedy.
    line : int, optional
        The line, counted from 1; 0 when the file as a whole is meant.
    row : object, optional
        What stood there, as far as it could be read: a line, or the fields of a row.

    Examples
    --------
    >>> str(ReadError("day.jsonl", "not JSON", line=7))
    'day.jsonl:7: not JSON'
    """

    def __init__(self, path: str, reason: str, line: int = 0, row: object = None) -> None:
        super().__init__(path, reason, line)
        self.path = path
        self.reason = reason
        self.line = line
        self.row = row

    def __str__(self) -> str:
        place = "standard input" if self.path == "-" else self.path
        return f"{place}:{self.line}: {self.reason}" if self.line else f"{place}: {self.reason}"


class IndexFileError(DedupError):
    """An index file that cannot be read or written."""


class BusyError(IndexFileError):
    """An index that another process has been writing for too long."""


class CorpusError(DedupError):
    """A folder of stage files that cannot be used or written."""


class FeedError(DedupError):
    """A feed, a page or a webhook that cannot be had or used.

    Parameters
    ----------
    place : str
        Its address.
    reason : str
        What was wrong and, where there is one, the remedy.

    Examples
    --------
    >>> str(FeedError("https://wire.example/feed", "the server answered 404 Not Found"))
    'https://wire.example/feed: the server answered 404 Not Found'
    """

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(place, reason)
        self.place = place
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}"


class UnknownIdError(DedupError, KeyError):
    """An id that no article has.

    Parameters
    ----------
    name : object
        The id that was asked for.
    known : sequence of str, optional
        Ids there are; the first three are shown.

    Examples
    --------
    >>> str(UnknownIdError("a9", ["a1", "a2"]))
    "no article has the id 'a9'; ids are strings such as 'a1', 'a2'"
    """

    def __init__(self, name: object, known: Sequence[str] = ()) -> None:
        super().__init__(name, tuple(known[:3]))
        self.name = name

    def __str__(self) -> str:
        known = ", ".join(map(repr, self.args[1]))
        there = f"ids are strings such as {known}" if known else "there are no articles"
        return f"no article has the id {self.name!r}; {there}"


class MissingExtraError(DedupError, ImportError):
    """An optional package that is needed and not installed.

    Parameters
    ----------
    package : str
        The package that could not be imported.
    extra : str
        The extra of ``dedup-lineage`` that installs it.

    Examples
    --------
    >>> str(MissingExtraError("datasketch", "datasketch"))
    "datasketch is not installed; install it with: pip install 'dedup-lineage[datasketch]'"
    """

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(package, extra)
        self.package = package
        self.extra = extra

    def __str__(self) -> str:
        return f"{self.package} is not installed; install it with: pip install 'dedup-lineage[{self.extra}]'"


class JavaError(DedupError):
    """No Java, or too old a one, for Spark to run on."""


class WorkerError(DedupError, RuntimeError):
    """A process that ended before its work was done, for want of memory most likely."""


def shown(value: object) -> str:
    """Show a value in a message.

    Parameters
    ----------
    value : object
        Anything.

    Returns
    -------
    str
        Its type and its repr, cut to 60 characters.

    Examples
    --------
    >>> shown(1.5)
    'float 1.5'
    """
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) <= 60 else text[:57] + '...'}"
