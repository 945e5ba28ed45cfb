"""What a lineage can be made into, each by a function of a later stage."""

from __future__ import annotations

from os import PathLike
from typing import Any, Literal


class Exports:
    """The methods of a `Lineage` that hand it over."""

    @property
    def _lineage(self) -> Any:
        return self  # whose class, made of this one, is not to be imported here

    def _repr_html_(self) -> str:
        """Draw the largest families for a notebook."""
        from dedup.report.notebook import lineage_html

        return lineage_html(self._lineage)

    def to_html(self, path: str | PathLike[str], *, title: str | None = None) -> None:
        """Write a report for people to read: one HTML file that loads nothing from the network.

        Parameters
        ----------
        path : str or path-like
            The file to write; ``"-"`` for standard output. It is whole, or not there.
        title : str, optional
            Of the report; a general one by default.

        Raises
        ------
        DedupError
            If the file cannot be written.
        InputError
            If `title` is not a string.

        Notes
        -----
        Some 4 ms an edge, and 5 kB an article with kin. It holds the whole texts of articles that have kin,
        of the others only titles. The same lineage and title make the same file.

        Examples
        --------
        >>> from dedup import find_lineage
        >>> find_lineage(["It is shut."]).to_html("no-such-folder/report.html")
        Traceback (most recent call last):
        dedup.errors.DedupError: no-such-folder/report.html cannot be written: no such file or directory
        """
        from dedup.report.page import write_report

        write_report(self._lineage, path, title=title)

    def to_networkx(self) -> Any:
        """Make a directed graph of networkx; see `dedup.export.graphs.to_networkx`."""
        from dedup.export.graphs import to_networkx

        return to_networkx(self._lineage)

    def to_graphml(self) -> str:
        """Write GraphML; see `dedup.export.graphs.to_graphml`."""
        from dedup.export.graphs import to_graphml

        return to_graphml(self._lineage)

    def to_dataframe(self, rows: Literal["edges", "articles"] = "edges") -> Any:
        """Make an Arrow table, of edges or articles; see `dedup.export.table.to_dataframe`."""
        from dedup.export.table import to_dataframe

        return to_dataframe(self._lineage, rows)

    def to_mermaid(self) -> str:
        """Draw a Mermaid flowchart; see `dedup.export.mermaid.to_mermaid`."""
        from dedup.export.mermaid import to_mermaid

        return to_mermaid(self._lineage)

    def to_dot(self) -> str:
        """Draw a graph for Graphviz; see `dedup.export.dot.to_dot`."""
        from dedup.export.dot import to_dot

        return to_dot(self._lineage)

    def to_newick(self) -> str:
        """Write Newick trees by main parents; see `dedup.export.newick.to_newick`."""
        from dedup.export.newick import to_newick

        return to_newick(self._lineage)

    def to_jsonld(self) -> dict[str, Any]:
        """Describe the articles in JSON-LD; see `dedup.export.jsonld.to_jsonld`."""
        from dedup.export.jsonld import to_jsonld

        return to_jsonld(self._lineage)

    def to_prov(self) -> dict[str, Any]:
        """Describe the articles in PROV-JSON; see `dedup.export.prov.to_prov`."""
        from dedup.export.prov import to_prov

        return to_prov(self._lineage)

    def to_ninjs(self) -> list[dict[str, Any]]:
        """Make ninjs items; see `dedup.export.ninjs.to_ninjs`."""
        from dedup.export.ninjs import to_ninjs

        return to_ninjs(self._lineage)

    def to_passim(self) -> list[dict[str, Any]]:
        """Make rows in passim's columns; see `dedup.export.passim.to_passim`."""
        from dedup.export.passim import to_passim

        return to_passim(self._lineage)
