"""How much memory a corpus may take, and what that makes of the sizes of ranges and batches."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dedup.errors import InputError, shown
from dedup.pairs import runs

DEFAULT = "4GB"
"""What all processes together may take by default."""

_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
_PROCESS = 250_000_000  # bytes that each process takes, whatever the corpus
_ARTICLE = 150  # bytes that stay in memory for each article
_KEY = 100  # bytes that a key, or a pair that met, takes while it is joined


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes that memory depends on.

    Attributes
    ----------
    n_bytes : int
        What all processes together may take.
    n_keys : int
        Keys, and pairs that met, that are joined at a time.
    n_pairs : int
        Candidate pairs that are laid out for comparison at a time.
    n_rows : int
        Compared pairs from which links are found at a time; more where they hang together.
    """

    n_bytes: int
    n_keys: int
    n_pairs: int
    n_rows: int


def set_limits(memory: str | int, workers: int) -> Limits:
    """Share out memory.

    Parameters
    ----------
    memory : str or int
        What all processes together may take: bytes, or such as ``"4GB"``.
    workers : int
        How many processes there are.

    Returns
    -------
    Limits
        The answer is the same for any.

    Raises
    ------
    InputError
        If `memory` is no size, or too little for the processes.

    Examples
    --------
    >>> set_limits("4GB", 1).n_keys
    4194304
    """
    n_bytes = parse_size(memory)
    free = n_bytes - workers * _PROCESS
    if free < _PROCESS:
        least = (workers + 1) * _PROCESS
        raise InputError(
            f"memory is {memory!r}, too little for {workers} processes; give {least // 10**6}MB or more"
        )
    n_keys = min(runs.RANGE, free // (4 * _KEY))
    return Limits(n_bytes, n_keys, n_keys // 8, n_keys // 16)


def check_size(limits: Limits, n_articles: int, workers: int) -> None:
    """Refuse a corpus that is too large for the memory: what grows with it is `_ARTICLE` bytes an article."""
    least = (workers + 1) * _PROCESS + n_articles * _ARTICLE
    if least > limits.n_bytes:
        raise InputError(
            f"{n_articles:,} articles take {least // 10**6:,}MB with so many processes, and memory is "
            f"{limits.n_bytes // 10**6:,}MB; give more memory or fewer workers"
        )


def parse_size(size: str | int) -> int:
    """Read a size in bytes.

    Parameters
    ----------
    size : str or int
        Bytes, or a number and K, M, G or T, with B or without: powers of 1000; of 1024 with iB.

    Returns
    -------
    int
        Bytes, > 0.

    Raises
    ------
    InputError
        If it is none.

    Examples
    --------
    >>> parse_size("4GB"), parse_size("512 MiB")
    (4000000000, 536870912)
    """
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?\s*", str(size).lower())
    if isinstance(size, bool) or not found or (found[3] and not found[2]):
        raise InputError(f"memory is {shown(size)}; give a size such as '4GB' or '512MB'")
    unit = _UNITS[found[2]] if not found[3] else 1024 ** ("kmgt".index(found[2]) + 1)
    n_bytes = int(float(found[1]) * unit)
    if n_bytes <= 0:
        raise InputError(f"memory is {shown(size)}; give a size such as '4GB' or '512MB'")
    return n_bytes
