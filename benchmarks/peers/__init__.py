"""Near-duplicate engines side by side: strings in, pairs or clusters out, each run in a process of its own.

An engine is a module with ``KIND``, what its pairs are (`candidates`, or `verified` by its own means),
``PACKAGE``, whose version it is, and ``find(texts)``, which returns pairs of places in `texts` as an array of
int64, shape (n_pairs, 2), in any order and perhaps more than once. An engine whose ``KIND`` is `clusters`
returns pairs that tie each cluster together.
"""

N_ROWS, N_BANDS, N_WORDS, THRESHOLD = 128, 16, 5, 0.7
"""What every engine is asked for: rows, bands, words a shingle, and the resemblance that counts."""

ENGINES = (
    "ours",
    "datasketch",
    "datasketch_xxhash",
    "rensa",
    "daft",
    "fastsketch",
    "gaoya",
    "text_dedup",
    "datatrove",
)
"""Modules of this package."""
