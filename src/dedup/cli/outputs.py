"""What `dedup lineage` can write: the formats of `dedup.export`, a report, and trees in colour."""

from __future__ import annotations

import sys
from functools import partial

from dedup.cli.colour import make_paint
from dedup.errors import InputError
from dedup.export.formats import FORMATS, Exporter, exporter

NAMES = (*FORMATS, "html")
"""The formats, in the order in which they are listed."""


def choose_output(form: str, output: str | None, title: str | None = None) -> Exporter:
    """Find what writes a lineage, before any work is done that might be for nothing.

    Parameters
    ----------
    form : str
        One of `NAMES`.
    output : str or None
        The file that is written; None for standard output.
    title : str, optional
        Of a report.

    Returns
    -------
    callable
        It takes a lineage and gives the lines of the file, or its bytes.

    Raises
    ------
    MissingExtraError
        If the format needs a package that is not installed.
    InputError
        If a report would be written to a terminal, or something else was given a title.
    """
    if form == "html":
        if output is None and sys.stdout.isatty():
            raise InputError("a report is nothing for a terminal; name a file: --output report.html")
        from dedup.report.page import report_lines

        return partial(report_lines, title=title)
    if title is not None:
        raise InputError(f"only a report has a title; leave out --title {title!r}, or say --format html")
    if form == "tree" and output is None:
        from dedup.lineage.tree import draw

        return lambda lineage: [draw(lineage, make_paint())]
    return exporter(form)
