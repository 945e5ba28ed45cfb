"""Drawings for a notebook: SVG without script, in whatever colours the notebook has."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from dedup.evidence.terminal import clip, fraction, plain
from dedup.export.common import is_contested
from dedup.report.layout import Absent, Layout, Place, find_present, lay_out, show_time
from dedup.report.look import ROOT, look_of, width_of

if TYPE_CHECKING:
    from dedup.lineage.graph import Edge, Lineage

N_ROWS = 60
"""Articles that are drawn at most; the others are counted."""

_WIDTH, _PLOT, _PAD, _ROW, _AXIS = 900, 420, 20, 26, 26
_N_LABEL, _N_LEAST = 110, 12  # columns of a label where the row is free; where it is not
_N_WHOLE = 300  # columns of a title that is shown when the pointer rests
_COLUMN = 7.0  # units that a column of a label takes
_MOST_SOURCES = 4


def lineage_html(lineage: Lineage) -> str:
    """Draw the largest families of a lineage.

    Parameters
    ----------
    lineage : Lineage
        Of any size.

    Returns
    -------
    str
        HTML without script. `N_ROWS` articles at most are drawn; what is not shown is counted.

    Examples
    --------
    >>> from dedup import find_lineage
    >>> lineage_html(find_lineage(["It is shut."]))
    '<div><p>1 article: no family.</p></div>'
    """
    left = N_ROWS
    present = find_present(lineage.articles)
    drawings, n_families = [], 0
    for names in lineage.families:
        if not left:
            break
        layout = lay_out(lineage, names, present)
        drawings.append(_draw(lineage, layout, left))
        if len(names) > left:
            drawings.append(f"<p>and {len(names) - left:,} more articles of this family</p>")
        left -= min(left, len(names))
        n_families += 1
    more = lineage.families[n_families:]
    if more:
        drawings.append(f"<p>and {len(more):,} more families of {sum(map(len, more)):,} articles</p>")
    return f"<div><p>{_head(lineage)}</p>{''.join(drawings)}</div>"


def edge_html(edge: Edge) -> str:
    """Say what an edge is.

    Parameters
    ----------
    edge : Edge
        Any edge.

    Returns
    -------
    str
        HTML without script.

    Examples
    --------
    >>> from dedup import Edge
    >>> edge_html(Edge("wire", "paper", "edit", 0.93)).endswith("<td>.93</td></tr></tbody></table>")
    True
    """
    look = look_of(edge.relation)
    shape = (
        f'<svg width="14" height="14" viewBox="-9 -9 18 18" aria-hidden="true">'
        f'<path d="{look.path}" fill="{look.colour}"/></svg>'
    )
    fields = [
        ("child", _escape(edge.child)),
        ("relation", f"{shape} {_escape(edge.relation)}"),
        ("parent", _escape(edge.parent)),
        *([("declared", _escape(edge.declared) + _mark(edge))] if edge.declared else []),
        ("probability", fraction(edge.probability)),
    ]
    head = "".join(f'<th scope="col">{name}</th>' for name, _ in fields)
    body = "".join(f"<td>{value}</td>" for _, value in fields)
    return f"<table><thead><tr>{head}</tr></thead><tbody><tr>{body}</tr></tbody></table>"


def _head(lineage: Lineage) -> str:
    n, n_families = len(lineage), len(lineage.families)
    families = {0: "no family", 1: "1 family"}.get(n_families, f"{n_families:,} families")
    kin = f" of {sum(map(len, lineage.families)):,}" if n_families else ""
    return f"{n:,} article{'' if n == 1 else 's'}: {families}{kin}."


def _draw(lineage: Lineage, layout: Layout, most: int) -> str:
    sources = layout.absent[:_MOST_SOURCES]
    top = _AXIS + (len(sources) + bool(layout.absent[_MOST_SOURCES:])) * _ROW
    places = layout.places[:most]
    height = top + len(places) * _ROW + 6
    at = {place.name: (_PAD + place.x * _PLOT, top + (place.row + 0.5) * _ROW) for place in layout.places}
    name = _escape(clip(_title(lineage, places[0].name), _N_LABEL))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" '
        f'style="max-width:100%;height:auto" role="img" aria-label="Family of {name}" '
        'font-family="sans-serif" font-size="12" fill="currentColor">',
        *_axis(layout, height),
        *_sources(sources, layout, at),
    ]
    for place in places:
        parts += _lines(lineage, place, at)
    for place in places:  # above all lines
        parts += _article(lineage, place, at[place.name])
    return "".join((*parts, "</svg>"))


def _axis(layout: Layout, height: float) -> Iterator[str]:
    end = 0.0
    for x, said in layout.ticks:
        across = _PAD + x * _PLOT
        style = 'stroke="currentColor" stroke-opacity=".15" fill="none"'
        yield f'<path d="M{across:.1f} {_AXIS - 8}V{height}" {style}/>'
        if across >= end:
            yield f'<text x="{across:.1f}" y="12" fill-opacity=".7" font-size="11">{said}</text>'
            end = across + _COLUMN * len(said) + 8


def _sources(sources: Sequence[Absent], layout: Layout, at: dict[str, tuple[float, float]]) -> Iterator[str]:
    for i, absent in enumerate(sources):
        x, y = at[absent.named_by[0]][0] + 6 * i, _AXIS + (i + 0.5) * _ROW
        style = 'fill="none" stroke="currentColor" stroke-opacity=".6" stroke-dasharray="3 3"'
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6" {style}/>'
        yield f'<path d="M{x:.1f} {y + 6:.1f}V{at[absent.named_by[0]][1] - 8:.1f}" {style}/>'
        said = clip(absent.source, 40)
        yield f'<text x="{x + 12:.1f}" y="{y + 4:.1f}">{_escape(said)}, not in the pile</text>'
    if len(layout.absent) > len(sources):
        y = _AXIS + (len(sources) + 0.5) * _ROW + 4
        n_more = len(layout.absent) - len(sources)
        yield f'<text x="{_PAD}" y="{y:.1f}">and {n_more:,} more sources not in the pile</text>'


def _lines(lineage: Lineage, place: Place, at: dict[str, tuple[float, float]]) -> Iterator[str]:
    x, y = at[place.name]
    for i, edge in enumerate(lineage[place.name].parents):
        if edge.parent not in at:
            continue
        start, height = at[edge.parent]
        path = f"M{start:.1f} {y:.1f}H{x:.1f}"
        if i == 0:  # what siblings share has the colour of none
            trunk = f"M{start:.1f} {height:.1f}V{y:.1f}"
            yield f'<path d="{trunk}" fill="none" stroke="currentColor" stroke-opacity=".5"/>'
        else:
            path = f"M{start:.1f} {height:.1f}Q{x:.1f} {height:.1f} {x:.1f} {y:.1f}"
        style = ' stroke-dasharray="6 4"' if i else ""
        colour, width = look_of(edge.relation).colour, width_of(edge.probability)
        yield f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width:.1f}"{style}/>'


def _article(lineage: Lineage, place: Place, at: tuple[float, float]) -> Iterator[str]:
    node = lineage[place.name]
    article = node.article
    x, y = at
    edge = node.parents[0] if place.row else None
    look = look_of(edge.relation) if edge else None
    fill, path = (look.colour, look.path) if look else ("currentColor", ROOT)
    yield f'<path transform="translate({x:.1f} {y:.1f})" d="{path}" fill="{fill}"/>'
    parts = [f"{edge.relation} {fraction(edge.probability)}"] if edge else []
    parts += [f"declared{_mark(edge)}"] if edge and edge.declared else []
    parts += [article.outlet] if article.outlet else []
    parts += [show_time(article.published_at)] if article.published_at else []
    parts.append(_title(lineage, place.name))
    said = "  ".join(clip(part, _N_LABEL) for part in parts)
    others = [f"also from {other.parent}" for other in node.parents[1 if edge else 0 :]]
    whole = _escape("; ".join(clip(part, _N_WHOLE) for part in [*parts, place.name, *others]))
    room = max(int((_WIDTH - x - 14) / _COLUMN), _N_LEAST)
    yield f'<text x="{x + 14:.1f}" y="{y + 4:.1f}"><title>{whole}</title>{_escape(clip(said, room))}</text>'


def _title(lineage: Lineage, name: str) -> str:
    article = lineage[name].article
    return article.title or article.text[:_N_LABEL]


def _mark(edge: Edge) -> str:
    return " ≠" if is_contested(edge) else ""


def _escape(text: str) -> str:
    return html.escape(plain(text))
