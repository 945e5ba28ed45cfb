"""A threshold to be chosen by eye: how alike the pairs of a sample are, and which a threshold would find."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dedup.articles import Article
from dedup.duplicates.find import find_duplicates
from dedup.duplicates.lsh import choose_bands, s_curve
from dedup.duplicates.minhash import ROWS

LEAST = 0.2
"""Resemblance from which pairs are looked for. Near it, bands of two rows find 9 of 10 of them."""

BINS = 16
"""Bins of the histogram, of .05 each."""

_BAR = 40  # columns of the longest bar
_WIDTH, _HEIGHT, _LEFT, _TOP = 640, 320, 56, 40  # pixels of the drawing: whole, and its margins


@dataclass(frozen=True, slots=True)
class Tuning:
    """How alike the pairs of a sample are, and how many of them a threshold finds.

    Attributes
    ----------
    n_articles, n_copies : int
        Of the sample; those with the text of an earlier one, which are in no pair here.
    threshold : float
        Resemblance from which a pair counts, above 0 and up to 1.
    bands, rows_per_band : int
        What `choose_bands` makes of it.
    counts : ndarray of int64, shape (BINS,)
        Pairs by resemblance, from `LEAST` on.
    n_wanted : int
        Pairs from the threshold on.
    share_found : float
        How many of them the bands find, 0 to 1, by the S-curve; not a number if there are none.

    Examples
    --------
    >>> print("\\n".join(tune(["one two three four five six", "one two three four five six."]).lines()[:2]))
    2 articles; exact copies: 0; pairs from a resemblance of 0.2 on: 1
    threshold 0.7: 16 bands of 8 rows find 100.0% of the pairs from it on, of which there are 1
    """

    n_articles: int
    n_copies: int
    threshold: float
    bands: int
    rows_per_band: int
    counts: NDArray[np.int64]
    n_wanted: int
    share_found: float

    def lines(self) -> list[str]:
        """Draw the histogram and the S-curve as text, a line a bin."""
        found = f"{self.share_found:.1%} of " if self.n_wanted else ""
        heads = [
            f"{self.n_articles:,} articles; exact copies: {self.n_copies:,}; pairs from a resemblance of "
            f"{LEAST} on: {int(self.counts.sum()):,}",
            f"threshold {self.threshold:g}: {self.bands} bands of {self.rows_per_band} rows find {found}"
            f"the pairs from it on, of which there are {self.n_wanted:,}",
            "",
            "resemblance         pairs                                           found",
        ]
        most = max(1, int(self.counts.max()))
        return heads + [
            f"{low:.2f} to {high:.2f}  {count:>10,}  {'█' * -(-count * _BAR // most):{_BAR}}  "
            f"{self._chance((low + high) / 2):.3f}{'  <' if low <= self.threshold < high else ''}"
            for low, high, count in self._bins()
        ]

    def svg(self) -> str:
        """Draw the histogram and the S-curve as an SVG image, of light or dark as the page it stands on."""
        return "\n".join(self._draw())

    def _bins(self) -> Iterator[tuple[float, float, int]]:
        edges = np.linspace(LEAST, 1, BINS + 1).round(4).tolist()
        yield from zip(edges[:-1], edges[1:], self.counts.tolist(), strict=True)

    def _chance(self, resemblance: float) -> float:
        return s_curve(resemblance, self.bands, self.rows_per_band)

    def _draw(self) -> Iterator[str]:
        wide, high = _WIDTH - 2 * _LEFT, _HEIGHT - 2 * _TOP

        def at(resemblance: float) -> float:
            return round(_LEFT + wide * (resemblance - LEAST) / (1 - LEAST), 1)

        most = max(1, int(self.counts.max()))
        title = f"{self.lines()[1]}"
        yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">'
        yield f"<title>{title}</title>"
        yield "<style>text { font: 12px sans-serif; fill: #555 } @media (prefers-color-scheme: dark) {"
        yield "text { fill: #bbb } }</style>"
        for low, top, count in self._bins():
            tall = round(high * count / most, 1)
            x, y = at(low), round(_TOP + high - tall, 1)
            yield (
                f'<rect x="{x + 1}" y="{y}" width="{at(top) - x - 2:.1f}" height="{tall}" fill="#5b8db8">'
                f"<title>{low:.2f} to {top:.2f}: {count:,} pairs</title></rect>"
            )
        curve = " ".join(
            f"{at(one)},{round(_TOP + high * (1 - self._chance(one)), 1)}"
            for one in np.linspace(LEAST, 1, 81).tolist()
        )
        yield f'<polyline points="{curve}" fill="none" stroke="#c0561f" stroke-width="2"/>'
        line = at(max(self.threshold, LEAST))
        yield f'<path d="M{line} {_TOP}V{_TOP + high}" stroke="#888" stroke-dasharray="4 3"/>'
        yield f'<path d="M{_LEFT} {_TOP + high}H{_LEFT + wide}" stroke="#888"/>'
        for tick in range(2, 11, 2):
            yield f'<text x="{at(tick / 10)}" y="{_TOP + high + 18}" text-anchor="middle">{tick / 10}</text>'
        yield f'<text x="{_LEFT - 6}" y="{_TOP + 4}" text-anchor="end">{most:,}</text>'
        yield f'<text x="{_LEFT + wide + 6}" y="{_TOP + 4}">100%</text>'
        yield f'<text x="{_LEFT}" y="20">{title}</text>'
        yield f'<text x="{_WIDTH / 2}" y="{_HEIGHT - 4}" text-anchor="middle">resemblance</text>'
        yield "</svg>"


def tune(articles: Iterable[str | Mapping[str, Any] | Article], threshold: float = 0.7) -> Tuning:
    """Look at the pairs of a sample, so that a threshold can be chosen.

    Parameters
    ----------
    articles : iterable of str, mapping or Article
        The sample: consecutive articles, or none of a pair will be in it.
    threshold : float, optional
        Resemblance from which a pair would count, above 0 and up to 1.

    Returns
    -------
    Tuning
        The same for any order of the sample, but for large buckets.

    Raises
    ------
    InputError
        If `threshold` is out of its range or an article cannot be used.

    Notes
    -----
    Pairs are looked for from `LEAST` on, which takes some five times as long as from .7 on.

    Examples
    --------
    >>> tune(["The harbour is shut today."] * 3).n_copies
    2
    """
    bands, rows_per_band = choose_bands(ROWS, threshold)
    found = find_duplicates(articles, threshold=LEAST)
    resemblance = found.resemblance
    is_copy = resemblance == 1
    n_alike = int(is_copy.sum()) - found.n_identical  # the same words, not the same text
    share = np.concatenate([resemblance[~is_copy], np.ones(max(0, n_alike))])
    counts = np.histogram(share, BINS, (LEAST, 1))[0].astype(np.int64)
    wanted = share[share >= threshold]
    chances = [s_curve(one, bands, rows_per_band) for one in wanted.tolist()]
    mean = float(np.mean(chances)) if chances else float("nan")
    return Tuning(
        found.n_articles, found.n_identical, threshold, bands, rows_per_band, counts, len(wanted), mean
    )
