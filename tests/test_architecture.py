"""The shape of the package: what may import what, and what every public name says of itself."""

import ast
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import dedup

PACKAGE = Path(dedup.__file__).parent
MODULES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts): path
    for path in sorted(PACKAGE.rglob("*.py"))
    if path.stem not in ("__init__", "__main__")
}

# The stages, one way: packages, and modules of one of them. A module beside the packages takes no place of
# its own, but is below all of them.
STAGES = (
    *("text", "duplicates", "pairs", "evidence", "lineage", "formats", "export", "report"),
    *("index", "feeds", "corpus", "spark", "cli"),
)
HANDS_OVER = {"lineage.exports": ("export", "report"), "lineage.graph": ("report",)}
"""Methods of a lineage or an edge that say no more than which function of a later stage does it."""
WITHIN = ("shingles", "minhash", "lsh", "find")

# What may be imported with the package; anything else is optional, or too slow for `dedup --help`.
NEEDED = {"numpy", "xxhash", "click"}


def imports(module: str, *, top_only: bool = False) -> set[str]:
    """Name what a module of the package imports; inside functions, too, unless asked for the top only."""
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    nodes = tree.body if top_only else ast.walk(tree)
    names: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively; write the whole name"
            names.add(node.module or "")
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return names


def inside(module: str) -> set[str]:
    names = {name.partition(".")[2] for name in imports(module) if name.startswith("dedup.")} & set(MODULES)
    return {name for name in names if name.partition(".")[0] not in HANDS_OVER.get(module, ())}


def place(module: str) -> int:
    return STAGES.index(module.partition(".")[0]) if "." in module else -1


def test_no_stage_imports_a_later_one() -> None:
    graph = {module: inside(module) - {module} for module in MODULES}
    list(TopologicalSorter(graph).static_order())  # fails if two modules import each other
    assert {module.partition(".")[0] for module in MODULES if "." in module} <= set(STAGES)
    for module, imported in graph.items():
        later = sorted(name for name in imported if place(name) > place(module))
        assert not later, f"{module} imports {later}, of a later stage"


def test_no_step_to_near_duplicates_imports_a_later_one() -> None:
    for at, step in enumerate(WITHIN):
        later = {f"duplicates.{name}" for name in WITHIN[at + 1 :]}
        assert not inside(f"duplicates.{step}") & later


def test_nothing_optional_is_imported_before_it_is_needed() -> None:
    for module in MODULES:
        names = {name.partition(".")[0] for name in imports(module, top_only=True)}
        extra = names - NEEDED - set(sys.stdlib_module_names) - {"dedup"}
        assert not extra, (
            f"{module} imports {sorted(extra)} at the top; import it in the function that needs it"
        )


def test_public_names_are_sorted_and_there() -> None:
    assert list(dedup.__all__) == sorted(dedup.__all__)
    assert all(hasattr(dedup, name) for name in dedup.__all__)
    assert set(dedup.__all__) <= set(dir(dedup))


def test_every_public_name_shows_an_example() -> None:
    for name in dedup.__all__:
        thing = getattr(dedup, name)
        if not name.startswith("__") and callable(thing) and not issubclass_of_error(thing):
            assert "Examples\n" in (thing.__doc__ or ""), f"{name} has no Examples section"


def issubclass_of_error(thing: object) -> bool:
    """Say whether it is an exception, of which the class in errors.py says all there is."""
    return isinstance(thing, type) and issubclass(thing, Exception)
