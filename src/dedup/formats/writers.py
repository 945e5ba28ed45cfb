"""Lines written to standard output, or to a file that appears only when it is whole."""

import json
import os
import stat
import sys
from collections.abc import Iterable
from typing import BinaryIO

from dedup.errors import DedupError


def json_line(value: object) -> str:
    """Write a value as one line of JSON.

    Parameters
    ----------
    value : object
        Mappings, lists, strings and numbers; anything else is written as its string.

    Returns
    -------
    str
        Without a line end; letters that are not ASCII stand as they are.

    Examples
    --------
    >>> json_line({"id": "a1", "cited": []})
    '{"id": "a1", "cited": []}'
    """
    return json.dumps(value, ensure_ascii=False, default=str)


def write_lines(output: str, lines: Iterable[str | bytes]) -> None:
    """Write lines as UTF-8, or bytes as they are.

    Parameters
    ----------
    output : str
        A file, written aside and then renamed, so that it is whole or not there; ``"-"`` for standard output.
    lines : iterable of str or bytes
        Without their line ends, which bytes are not given. A lone surrogate is written as an escape, which
        JSON reads back.

    Raises
    ------
    DedupError
        If the file, or standard output, cannot be written.
    BrokenPipeError
        If the reader of standard output has gone; what was left in the buffer is thrown away.

    Examples
    --------
    >>> write_lines("no-such-folder/lines.txt", ["one"])
    Traceback (most recent call last):
    dedup.errors.DedupError: no-such-folder/lines.txt cannot be written: no such file or directory
    """
    if output == "-":
        _write_out(lines)
        return
    try:
        if os.path.exists(output) and not stat.S_ISREG(os.stat(output).st_mode):
            with open(output, "wb") as stream:  # a device or a pipe, which nothing may take the place of
                _write(stream, lines)
        else:
            _write_aside(output, lines)
    except OSError as error:
        raise _unwritten(output, error) from None


def _write_out(lines: Iterable[str | bytes]) -> None:
    if sys.stdout is None:  # Python found it closed
        raise DedupError("standard output cannot be written: it is closed")
    try:
        _write(sys.stdout.buffer, lines)
    except OSError as error:
        # Python flushes once more when it exits, which must not fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            raise
        raise _unwritten("standard output", error) from None


def _unwritten(output: str, error: OSError) -> DedupError:
    return DedupError(f"{output} cannot be written: {(error.strerror or str(error)).lower()}")


def _write_aside(output: str, lines: Iterable[str | bytes]) -> None:
    folder, name = os.path.split(output)
    aside = os.path.join(folder, f".{name}.{os.getpid()}.part")
    try:
        with open(aside, "wb") as stream:
            _write(stream, lines)
        os.replace(aside, output)
    except BaseException:
        if os.path.exists(aside):
            os.unlink(aside)
        raise


def _write(stream: BinaryIO, lines: Iterable[str | bytes]) -> None:
    for line in lines:
        stream.write(line if isinstance(line, bytes) else f"{line}\n".encode("utf-8", "backslashreplace"))
    stream.flush()
