# mypy: disable-error-code="import-not-found,import-untyped"
"""Plots of what benchmarks.bench_peers measured; matplotlib draws them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

_OURS, _THEIRS = "tab:red", "tab:gray"


def plot_recall(engines: Mapping[str, Any], path: Path) -> None:
    """Draw recall of pairs within clusters against articles per CPU-second."""
    figure, axes = _start(1)
    for name, run in engines.items():
        if "left_out" not in run:
            x, y = run["n_articles"] / run["cpu_seconds"], run["cluster_recall"]
            axes[0].plot(x, y, "o", color=_OURS if name == "ours" else _THEIRS)
            axes[0].annotate(name, (x, y), textcoords="offset points", xytext=(5, 5))
    axes[0].set(xscale="log", xlabel="articles per CPU-second", ylabel="recall of pairs within clusters")
    axes[0].margins(0.2)
    _finish(figure, path)


def plot_growth(lines: Mapping[str, Iterable[Mapping[str, Any]]], path: Path) -> None:
    """Draw processor time and memory per article against the number of articles, a line an engine.

    Parameters
    ----------
    lines : mapping of str to iterable of mapping
        Runs of each engine.
    path : Path
        Where the plot goes.
    """
    figure, axes = _start(2)
    colours = (f"C{i}" for i in (0, 1, 2, 4, 5, 6, 7, 8, 9) * len(lines))  # C3 is that of the library
    for name, runs in lines.items():
        chosen = sorted(runs, key=lambda run: float(run["n_articles"]))
        sizes = [run["n_articles"] for run in chosen]
        style = {"color": _OURS if name.startswith("ours") else next(colours), "marker": "o", "label": name}
        style |= {"linestyle": "--"} if name.endswith("workers") else {}
        axes[0].plot(sizes, [1e6 * run["cpu_seconds"] / run["n_articles"] for run in chosen], **style)
        axes[1].plot(sizes, [run["memory_bytes"] / run["n_articles"] for run in chosen], **style)
    labels = ("processor time per article (µs)", "memory beyond the text per article (bytes)")
    for each, label in zip(axes, labels, strict=True):
        each.set(xscale="log", yscale="log", xlabel="articles", ylabel=label)
    axes[1].legend(fontsize="small", loc="upper left", bbox_to_anchor=(1, 1))
    _finish(figure, path)


def plot_stages(sizes: Mapping[str, Mapping[str, float]], path: Path) -> None:
    """Draw the seconds of each stage of find_lineage as bars, one panel a number of articles."""
    figure, axes = _start(len(sizes))
    for each, (title, stages) in zip(axes, sizes.items(), strict=True):
        ordered = sorted(stages.items(), key=lambda item: item[1])
        each.barh([name for name, _ in ordered], [seconds for _, seconds in ordered], color=_OURS)
        each.set(title=title, xlabel="seconds")
        each.tick_params(axis="y", labelsize="small")
    _finish(figure, path)


def _start(n_panels: int) -> Any:
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "dedup"
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, n_panels, figsize=(3 + 4.5 * n_panels, 4.5), squeeze=False)
    return figure, axes[0]


def _finish(figure: Any, path: Path) -> None:
    from matplotlib import pyplot

    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
