"""Bulletins that follow a template: articles that look alike and were not made from one another.

Earnings, dividends, filings, weather, fixtures: a large part of any newswire is written by filling in a
form. The development sets hold a dozen such series; this module fills in forms of its own, seeded, so that
the fit sees enough of them. Every name is made of syllables, every figure is drawn at random.
"""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

_DATA = json.loads((Path(__file__).parent / "data" / "forms.json").read_text(encoding="utf-8"))
_BLANKS = _DATA["blanks"]


def make_bulletins(n_each: int = 12, seed: int = 20) -> list[dict[str, object]]:
    """Fill in every form some times.

    Parameters
    ----------
    n_each : int, optional
        Articles a form.
    seed : int, optional
        Of the random numbers.

    Returns
    -------
    list of dict
        Rows as in the development sets: every article is a singleton.
    """
    draw = random.Random(seed)
    start = datetime(2026, 1, 5, tzinfo=UTC)
    rows: list[dict[str, object]] = []
    for form, sentences in _DATA["forms"].items():
        for i in range(n_each):
            fill = _Filled(draw)
            kept = [sentence.format_map(fill) for sentence in sentences if draw.random() < 0.8] or [
                sentences[0].format_map(fill)
            ]
            name = f"bulletin-{form}-{i}"
            rows.append(
                {
                    "id": name,
                    "family": name,
                    "event": f"{form}-form",
                    "parents": [],
                    "relation": "root",
                    "published_at": (start + timedelta(hours=draw.uniform(0, 24 * 40))).isoformat(),
                    "outlet": f"{form} wire" if i % 2 else "",
                    "title": form,
                    "text": "\n\n".join(kept),
                    "note": "a filled-in form",
                }
            )
    return rows


class _Filled(dict[str, str]):
    """Fill a blank once an article: digits in its name make it another one."""

    def __init__(self, draw: random.Random) -> None:
        super().__init__()
        self.draw = draw

    def __missing__(self, blank: str) -> str:
        self[blank] = self._fill(blank.rstrip("0123456789") if blank not in {"n3", "n4"} else blank)
        return self[blank]

    def _fill(self, kind: str) -> str:
        draw = self.draw
        if kind in _BLANKS:
            return str(draw.choice(_BLANKS[kind]))
        if kind in {"person", "company", "town"}:
            name = "".join(draw.sample(_DATA["syllables"], draw.choice([2, 2, 3]))).capitalize()
            if kind == "person":
                return f"{draw.choice(_DATA['first_names'])} {name}"
            return f"{name} {draw.choice(_DATA['endings'])}" if kind == "company" else name
        if kind == "date":
            return f"{draw.choice(_BLANKS['month'])} {draw.randint(1, 28)}"
        if kind == "hour":
            return f"{draw.randint(1, 12)} {draw.choice(['a.m.', 'p.m.'])}"
        if kind == "year":
            return str(draw.randint(2029, 2044))
        if kind in {"n3", "n4"}:
            return f"{draw.randint(11, 99) * draw.choice([100, 250, 500]):,}"
        if kind in {"y", "p"}:
            return f"{draw.uniform(0.3, 12):.{draw.choice([1, 2])}f}"
        low, high = {"g": (0, 5), "min": (4, 90), "age": (19, 70), "t": (1, 29)}.get(kind, (2, 600))
        return str(draw.randint(low, high))
