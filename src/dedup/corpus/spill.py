"""Arrays and strings in files: written once, from front to back, and read again a piece at a time."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator, MutableSequence, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, Self, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

_Scalar = TypeVar("_Scalar", bound=np.generic)

_BUFFER = 1 << 20  # bytes that are written, or read, at a time


def _create(path: Path) -> io.BufferedWriter:
    return io.BufferedWriter(io.FileIO(path, "wb"), _BUFFER)


class Column(Generic[_Scalar]):
    """Numbers that are appended to a file and read back as an array.

    Parameters
    ----------
    path : Path
        The file; begun anew.
    dtype : type
        Of the numbers; the file holds nothing but them, in the order of bytes of this machine.
    """

    def __init__(self, path: Path, dtype: type[_Scalar]) -> None:
        self._stream = _create(path)
        self._dtype = np.dtype(dtype)

    def append(self, values: Any) -> None:
        """Append numbers."""
        self._stream.write(np.ascontiguousarray(values, self._dtype).reshape(-1).view(np.uint8).data)

    def close(self) -> None:
        """Write what is left."""
        self._stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def read_column(path: Path, dtype: type[_Scalar], first: int = 0, n: int = -1) -> NDArray[_Scalar]:
    """Read `n` numbers of a column, from a place on; all that follow by default."""
    return np.fromfile(path, dtype, n, offset=first * np.dtype(dtype).itemsize)


class Spill(MutableSequence[NDArray[Any]]):
    """Arrays in a file, each mapped into memory whenever it is asked for.

    Parameters
    ----------
    path : Path
        The file; begun anew unless `there`. Where the arrays end is in a file beside it, once it is closed.
    dtype : type
        Of the numbers.
    there : bool, optional
        Whether to read what was written and closed.

    Notes
    -----
    A mapping goes with the array: what was read counts as memory of the process only for as long.
    """

    def __init__(self, path: Path, dtype: type[np.generic] = np.uint64, *, there: bool = False) -> None:
        self._path, self._dtype = path, np.dtype(dtype)
        self._ends = [0]
        self._stream = None if there else _create(path)
        if there:
            self._ends = read_column(_beside(path), np.int64).tolist()

    def __len__(self) -> int:
        return len(self._ends) - 1

    def append(self, value: NDArray[Any]) -> None:
        """Write an array after the others."""
        assert self._stream
        self._stream.write(np.ascontiguousarray(value, self._dtype).view(np.uint8).data)
        self._ends.append(self._ends[-1] + len(value))

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return [self[i] for i in range(*at.indices(len(self)))]
        first, last = self._ends[at], self._ends[at + 1]
        if first == last:
            return np.zeros(0, self._dtype)
        if self._stream:
            self._stream.flush()
        size = self._dtype.itemsize
        return np.memmap(self._path, self._dtype, "r", first * size, (last - first,)).view(np.ndarray)

    def close(self) -> None:
        """Write what is left, and where each array ends."""
        if self._stream:
            self._stream.close()
            with Column(_beside(self._path), np.int64) as ends:
                ends.append(self._ends)

    def discard(self) -> None:
        """Remove what was written and closed."""
        self._path.unlink()
        _beside(self._path).unlink()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        elif self._stream:
            self._stream.close()

    def __setitem__(self, at: Any, value: Any) -> None:
        raise NotImplementedError("what is written stays")

    def __delitem__(self, at: Any) -> None:
        raise NotImplementedError("what is written stays")

    def insert(self, index: int, value: NDArray[Any]) -> None:
        """Only at the end; see `append`."""
        raise NotImplementedError("arrays are appended")


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.ends")


def _seek_and_read(file: int, size: int, start: int) -> bytes:
    os.lseek(file, start, os.SEEK_SET)
    return os.read(file, size)


_pread = getattr(os, "pread", _seek_and_read)  # Windows has none


class StringWriter:
    """Strings that are appended to a file, for `Strings` to read."""

    def __init__(self, path: Path) -> None:
        self._stream = _create(path)
        self._ends = Column(_beside(path), np.int64)
        self._size = 0
        self._ends.append([0])

    def extend(self, strings: Iterable[str]) -> None:
        """Append strings. A lone surrogate is bad text, but no reason to lose it."""
        encoded = [text.encode("utf-8", "surrogatepass") for text in strings]
        self._stream.writelines(encoded)
        ends = self._size + np.cumsum(np.fromiter(map(len, encoded), np.int64, len(encoded)))
        if encoded:
            self._ends.append(ends)
            self._size = int(ends[-1])

    def close(self) -> None:
        """Write what is left."""
        self._stream.close()
        self._ends.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Strings(Sequence[str]):
    """Strings in a file, read when they are asked for.

    Parameters
    ----------
    path : Path
        What a `StringWriter` wrote.
    order : ndarray of int64, shape (n,), optional
        Which of them there are, and in which order; by default all, as written.

    Attributes
    ----------
    sizes : ndarray of int64, shape (n,)
        Bytes of each.

    Notes
    -----
    Of 1,000,000 strings 16 MB are in memory, whatever their length. To read one takes some 2 microseconds
    where the system has it in memory.
    """

    def __init__(self, path: Path, order: NDArray[np.int64] | None = None) -> None:
        ends = read_column(_beside(path), np.int64)
        self._path = path
        self._file = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        self._starts, self._sizes = ends[:-1], np.diff(ends)
        if order is not None:
            self._starts, self._sizes = self._starts[order], self._sizes[order]

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Bytes of each string."""
        return self._sizes

    def __len__(self) -> int:
        return len(self._starts)

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: int | slice) -> str | list[str]:
        if isinstance(at, slice):
            starts, sizes = self._starts[at].tolist(), self._sizes[at].tolist()
            return [self._read(start, size) for start, size in zip(starts, sizes, strict=True)]
        return self._read(int(self._starts[at]), int(self._sizes[at]))

    def _read(self, start: int, size: int) -> str:
        return _pread(self._file, size, start).decode("utf-8", "surrogatepass")

    def pick(self, places: NDArray[np.int64]) -> Strings:
        """Choose some of them, in an order; they are read through the same file."""
        chosen = object.__new__(Strings)
        chosen._path, chosen._file = self._path, os.dup(self._file)
        chosen._starts, chosen._sizes = self._starts[places], self._sizes[places]
        return chosen

    def __iter__(self) -> Iterator[str]:
        for first in range(0, len(self), 1024):
            yield from self[first : first + 1024]

    def close(self) -> None:
        """Close the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __del__(self) -> None:
        self.close()
