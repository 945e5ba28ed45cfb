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
    from dedup.declarations import Declaration
    from dedup.duplicates.find import Duplicates, find_duplicates
    from dedup.duplicates.lsh import band_keys, candidate_pairs, choose_bands, s_curve
    from dedup.duplicates.minhash import resemblance, signatures
    from dedup.duplicates.shingles import make_shingles
    from dedup.errors import DedupError
    from dedup.evidence.cited import Citation, cited_sources
    from dedup.evidence.evidence import Evidence, compare_texts
    from dedup.formats.readers import read_articles
    from dedup.index.index import Index
    from dedup.index.placements import Placement
    from dedup.lineage.declared import Contradiction
    from dedup.lineage.find import find_lineage
    from dedup.lineage.graph import Edge, Lineage, Node
    from dedup.ragged import Ragged

# Where each public name is; it is imported when it is first used, so that `import dedup` takes no time.
_HOMES = {
    "Article": "articles",
    "Citation": "evidence.cited",
    "Contradiction": "lineage.declared",
    "Declaration": "declarations",
    "DedupError": "errors",
    "Duplicates": "duplicates.find",
    "Edge": "lineage.graph",
    "Evidence": "evidence.evidence",
    "Index": "index.index",
    "Lineage": "lineage.graph",
    "Node": "lineage.graph",
    "Placement": "index.placements",
    "Ragged": "ragged",
    "as_articles": "articles",
    "band_keys": "duplicates.lsh",
    "candidate_pairs": "duplicates.lsh",
    "choose_bands": "duplicates.lsh",
    "cited_sources": "evidence.cited",
    "compare_texts": "evidence.evidence",
    "find_duplicates": "duplicates.find",
    "find_lineage": "lineage.find",
    "make_shingles": "duplicates.shingles",
    "read_articles": "formats.readers",
    "resemblance": "duplicates.minhash",
    "s_curve": "duplicates.lsh",
    "signatures": "duplicates.minhash",
}

__all__ = [
    "Article",
    "Citation",
    "Contradiction",
    "Declaration",
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
