"""How relations look: a shape and a colour each, so that neither has to be told from the other."""

from __future__ import annotations

from typing import NamedTuple


class Look(NamedTuple):
    """How a relation is drawn.

    Attributes
    ----------
    path : str
        SVG path of its shape, around (0, 0), some 14 units wide.
    colour : str
        Stands out on white and on black: contrast of 3 or more (WCAG 2.2, 1.4.11).
    light, dark : str
        For text on a light and on a dark page: contrast of 4.5 or more (WCAG 2.2, 1.4.3).
    """

    path: str
    colour: str
    light: str
    dark: str


RELATIONS = {
    "copy": Look("M-6-6H6V6H-6Z", "#d1453b", "#b42318", "#ff8a80"),
    "excerpt": Look("M0-7.5 7 5.5H-7Z", "#a87400", "#855300", "#e3b341"),
    "update": Look("M-2.5-7h5v4.5H7v5H2.5V7h-5V2.5H-7v-5h4.5Z", "#2b9348", "#146c2e", "#56d364"),
    "edit": Look("M0-7.5 7.5 0 0 7.5-7.5 0Z", "#2f81f7", "#0756b8", "#79c0ff"),
    "rewrite": Look("M-3.8-6.8h7.6L7.5 0 3.8 6.8h-7.6L-7.5 0Z", "#9a6bff", "#6b2fc0", "#d2a8ff"),
    "summary": Look("M-7-5.5H7L0 7.5Z", "#d3479b", "#a3246f", "#ff9bce"),
}
"""Square, triangle, cross, diamond, hexagon, triangle upside down."""

ROOT = "M-8 0a8 8 0 1 0 16 0a8 8 0 1 0-16 0Z"
"""A root: a circle, larger than the shapes of relations."""

STRANGER = Look("M-6 0a6 6 0 1 0 12 0a6 6 0 1 0-12 0Z", "#888888", "#595959", "#a8a8a8")
"""Any other relation: a circle."""


def look_of(relation: str) -> Look:
    """Return how a relation is drawn.

    Parameters
    ----------
    relation : str
        Of an edge.

    Returns
    -------
    Look
        One of `RELATIONS`; `STRANGER` for a relation that is none of them.

    Examples
    --------
    >>> look_of("copy").path
    'M-6-6H6V6H-6Z'
    """
    return RELATIONS.get(relation, STRANGER)


def width_of(probability: float) -> float:
    """Return how thick an edge is drawn.

    Parameters
    ----------
    probability : float
        0 to 1.

    Returns
    -------
    float
        1 unit, and a tenth more for each hundredth above one half: 6 at most.

    Examples
    --------
    >>> width_of(0.75)
    3.5
    """
    return 1 + 10 * min(max(probability - 0.5, 0.0), 0.5)
