"""Which article was made from which, and who copied whom.

`find_lineage` takes a pile of articles and returns trees: parent and child, the relation, a probability,
and the evidence. `Index` keeps a lineage in a file, to which articles are added as they arrive. Beneath them
lie stages that can be used alone: `make_shingles`, `signatures`, `band_keys`, `candidate_pairs`,
`find_duplicates`.

The data layout is the same everywhere: ragged shingles are ``(values uint64, offsets int64)``; signatures
``(n, rows) uint32``; band keys ``(n, bands) uint64``; candidate pairs ``(n_pairs, 2) int64``, first < second,
sorted and unique; edges ``(child, parent)``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dedup.articles import Article, as_articles
    from dedup.cited import Citation, cited_sources
    from dedup.duplicates import Duplicates, find_duplicates
    from dedup.errors import DedupError
    from dedup.evidence import Evidence, compare_texts
    from dedup.graph import Edge, Lineage, Node
    from dedup.index import Index, Placement
    from dedup.lineage import find_lineage
    from dedup.lsh import band_keys, candidate_pairs, choose_bands, s_curve
    from dedup.minhash import resemblance, signatures
    from dedup.ragged import Ragged
    from dedup.readers import read_articles
    from dedup.shingles import make_shingles

# Where each public name is; it is imported when it is first used, so that `import dedup` takes no time.
_HOMES = {
    "Article": "articles",
    "Citation": "cited",
    "DedupError": "errors",
    "Duplicates": "duplicates",
    "Edge": "graph",
    "Evidence": "evidence",
    "Index": "index",
    "Lineage": "graph",
    "Node": "graph",
    "Placement": "index",
    "Ragged": "ragged",
    "as_articles": "articles",
    "band_keys": "lsh",
    "candidate_pairs": "lsh",
    "choose_bands": "lsh",
    "cited_sources": "cited",
    "compare_texts": "evidence",
    "find_duplicates": "duplicates",
    "find_lineage": "lineage",
    "make_shingles": "shingles",
    "read_articles": "readers",
    "resemblance": "minhash",
    "s_curve": "lsh",
    "signatures": "minhash",
}

__all__ = [
    "Article",
    "Citation",
    "DedupError",
    "Duplicates",
    "Edge",
    "Evidence",
    "Index",
    "Lineage",
    "Node",
    "Placement",
    "Ragged",
    "__version__",
    "as_articles",
    "band_keys",
    "candidate_pairs",
    "choose_bands",
    "cited_sources",
    "compare_texts",
    "find_duplicates",
    "find_lineage",
    "make_shingles",
    "read_articles",
    "resemblance",
    "s_curve",
    "signatures",
]

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"dedup.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'dedup' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
