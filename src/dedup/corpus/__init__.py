"""Corpora larger than memory, on one machine: `find_lineage` and `find_duplicates` on files and tables.

Both go through a folder of stage files, and give what the functions of the same name in `dedup` give.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dedup.corpus.duplicates import CorpusDuplicates, find_duplicates
    from dedup.corpus.lineage import CorpusLineage, find_lineage

_PLACES = {
    "CorpusDuplicates": "duplicates",
    "CorpusLineage": "lineage",
    "find_duplicates": "duplicates",
    "find_lineage": "lineage",
}
__all__ = ["CorpusDuplicates", "CorpusLineage", "find_duplicates", "find_lineage"]


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
