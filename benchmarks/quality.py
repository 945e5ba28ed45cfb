"""Measure the library against what was asked of it: ``make quality`` writes docs/quality.md."""

from __future__ import annotations

import os
import platform
import sys
import time
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from benchmarks.calibration import measure_calibration
from benchmarks.clough import measure_clough
from benchmarks.haystack import measure_haystack
from benchmarks.labelled import measure_events, measure_sets, summary
from benchmarks.page import fill, table
from benchmarks.seeds import measure_seeds
from benchmarks.speed import measure_speed
from dedup.errors import MissingExtraError
from dedup.lineage.model import load_model

PROJECT = Path(__file__).parents[1]
PAGE, README = PROJECT / "docs" / "quality.md", PROJECT / "README.md"
MARKS = ("<!-- figures -->", "<!-- end of figures -->")
MEASUREMENTS = (
    measure_sets,
    measure_seeds,
    measure_haystack,
    measure_events,
    measure_clough,
    measure_calibration,
    measure_speed,
)

HEAD = """\
# Quality, as measured

Made by `make quality`, in {seconds:.0f} s, with dedup {version}, Python {python}, numpy {numpy} and {n_cores}
cores.

What was fitted on what: the model was fitted on `lineage_dev` and `lineage_dev_hard` and on filled-in forms
(`make fit`; {n_parameters} parameters, on ratios, counts and times, never on words). So the figures on these
two sets flatter it; beside them stand those of models that were fitted on other events only. Nothing was
fitted on `lineage_check` and `lineage_check_hard`, nor on the seeds, the newswire or the short answers. The
labelled sets come with the project (`benchmarks/data`); the others are measured where they are at hand, in
`../shared`.

Family F1 asks of every pair of articles whether they are of one family; edge F1 whether parent and child are
right; link F1 the same without the direction; ancestry F1 the same of every ancestor. Root is how often the
root of a family is found, relation how often the name of a right edge is right, and false kin how often an
independent article is given kin.

## In short

Each set where nothing was fitted on it: the check sets by the model as it is, the development sets by models
fitted on other events, though features were chosen on them. Near-duplicates are what a search for shared word
5-shingles finds (resemblance of .5 or more).

{summary}

## Asked and measured

What was missed is in bold."""


def put_figures(text: str, figures: str) -> str:
    """Put figures between the two marks of a text, in place of those that stand there.

    Examples
    --------
    >>> put_figures("<!-- figures -->old<!-- end of figures --> end", "new").split()
    ['<!--', 'figures', '-->', 'new', '<!--', 'end', 'of', 'figures', '-->', 'end']
    """
    before, _, rest = text.partition(MARKS[0])
    _, _, after = rest.partition(MARKS[1])
    return f"{before}{MARKS[0]}\n\n{figures}\n\n{MARKS[1]}{after}"


def main() -> int:
    """Measure everything and write the page."""
    if not find_spec("sklearn"):
        raise MissingExtraError("scikit-learn", "fit")
    start = time.perf_counter()
    found = []
    for measure in MEASUREMENTS:
        found.append(measure())
        print(f"{time.perf_counter() - start:6.1f} s  {measure.__name__}", file=sys.stderr)
    lines = [line.cells() for section in found for line in section.lines]
    short = summary()
    head = HEAD.format(
        summary=short,
        seconds=time.perf_counter() - start,
        version=version("dedup-lineage"),
        python=platform.python_version(),
        numpy=version("numpy"),
        n_cores=os.cpu_count(),
        n_parameters=sum(1 + len(linear.weights) for linear in load_model().linear.values()),
    )
    page = [head, table(("on", "asked", "measured", "met"), lines), *(section.text for section in found)]
    PAGE.write_text("\n\n".join(fill(part) for part in page if part) + "\n", encoding="utf-8")
    README.write_text(put_figures(README.read_text(encoding="utf-8"), short), encoding="utf-8")
    print(f"wrote {PAGE}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
