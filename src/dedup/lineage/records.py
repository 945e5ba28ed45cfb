"""What `dedup lineage --format jsonl` writes of an article, wherever it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from dedup.declarations import Declaration, name_key, page_key
from dedup.evidence.cited import Citation


def make_record(
    name: str,
    family: str,
    role: str,
    parents: Sequence[dict[str, Any]],
    cited: Iterable[Citation],
    contradictions: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:
    """Make the plain record of an article.

    Parameters
    ----------
    name, family, role : str
        Its id, that of its family, and its role.
    parents : sequence of dict
        From `make_parent`, the main parent first.
    cited : iterable of Citation
        Sources that it names.
    contradictions : sequence of dict, optional
        What speaks against declarations.

    Returns
    -------
    dict
        As `dedup.lineage.graph.Lineage.records` documents it.

    Examples
    --------
    >>> make_record("a1", "a1", "single", [], [])
    {'id': 'a1', 'family': 'a1', 'role': 'single', 'parents': [], 'cited': []}
    """
    record: dict[str, Any] = {
        "id": name,
        "family": family,
        "role": role,
        "parents": list(parents),
        "cited": [{"source": found.source, "kind": found.kind, "phrase": found.phrase} for found in cited],
    }
    return record | {"contradictions": list(contradictions)} if contradictions else record


def make_parent(name: str, relation: str, probability: float, declared: str = "") -> dict[str, Any]:
    """Make the plain record of a parent; ``declared`` is there only where something declared it."""
    record = {"id": name, "relation": relation, "probability": probability}
    return record | {"declared": declared} if declared else record


def cite_declared(outside: Iterable[Declaration], named: Iterable[Citation]) -> tuple[Citation, ...]:
    """Make citations of declarations that name nothing of the pile, nor what the text names too."""
    known = {name_key(one.source) for one in named if one.kind == "republished"}
    return tuple(
        Citation(host or one.source, "declared", f"{one.by}: {one.source}")
        for one in outside
        if name_key(one.source) not in known
        for host in [page_key(one.source).partition("/")[0]]
    )
