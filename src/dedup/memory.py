"""How the process's memory is kept for what comes next."""

from __future__ import annotations

import numpy as np

_LARGEST = 30 << 20  # bytes; glibc learns from blocks of up to 32 MB


def keep_freed_memory() -> None:
    """Have the allocator keep arrays that are freed, rather than give each back to the system.

    Notes
    -----
    The allocator of glibc gets any block of 128 kB or more from the system and returns it when it is freed,
    so that a batch's arrays are mapped, filled with zeros and faulted in anew for each batch: half of the
    time in batches of 300 kB (15.2 against 7.9 microseconds an article, measured). It does so only up to the
    largest block that it has seen freed [1]_: this frees one of 30 MB, which was never touched. The process
    then holds up to 60 MB that it does not need. About 10 microseconds; other allocators do not mind.

    .. [1] mallopt(3), M_MMAP_THRESHOLD, "dynamic mmap threshold".

    Examples
    --------
    >>> keep_freed_memory()
    """
    np.empty(_LARGEST, np.uint8)
