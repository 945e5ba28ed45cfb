"""The shape of the package: what may import what, and what every public name says of itself."""

import ast
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import dedup

PACKAGE = Path(dedup.__file__).parent
MODULES = sorted(path.stem for path in PACKAGE.glob("*.py") if path.stem != "__init__")

# The stages, one way. What stands between them, such as the tables of Unicode, takes no place of its own.
STAGES = ("errors", "articles", "text", "shingles", "minhash", "lsh", "compare", "lineage", "cli")

# What may be imported with the package; anything else is optional, or too slow for `dedup --help`.
NEEDED = {"numpy", "xxhash", "click"}


def imports(module: str, *, top_only: bool = False) -> set[str]:
    """Name what a module of the package imports; inside functions, too, unless asked for the top only."""
    tree = ast.parse((PACKAGE / f"{module}.py").read_text(encoding="utf-8"))
    nodes = tree.body if top_only else ast.walk(tree)
    names: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively; write the whole name"
            names.add(node.module or "")
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return names


def inside(module: str) -> set[str]:
    return {name.partition(".")[2] for name in imports(module) if name.startswith("dedup.")} & set(MODULES)


def test_no_stage_imports_a_later_one() -> None:
    graph = {module: inside(module) for module in MODULES}
    order = list(TopologicalSorter(graph).static_order())  # fails if two modules import each other
    reach: dict[str, set[str]] = {}
    for module in order:
        reach[module] = graph[module].union(*(reach[name] for name in graph[module]))
    for place, stage in enumerate(STAGES):
        later = reach[stage] & set(STAGES[place + 1 :])
        assert not later, f"{stage} imports {sorted(later)}, which come after it"


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
