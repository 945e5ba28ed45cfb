"""Colours for a terminal that shows them."""

from dedup.evidence.terminal import Paint, unpainted

# The eight colours that every terminal has, so that they are read on light and on dark.
_STYLES = {
    "copy": "red",
    "excerpt": "yellow",
    "update": "green",
    "edit": "blue",
    "rewrite": "magenta",
    "summary": "cyan",
    "outlet": "bold",
    "summary line": "bold",
    "cited": "italic",
    "shared": "green",
    "longest": "green",
    "added": "cyan",
    "dropped": "red",
    "bars": "dim",
    "time": "dim",
    "id": "dim",
    "place": "dim",
    "source": "dim",
}


def make_paint() -> Paint:
    """Choose how to colour what is printed to standard output.

    Returns
    -------
    function of str and str to str
        Leaves every text as it is unless standard output is a terminal that shows colours; with ``NO_COLOR``
        set in the environment it leaves out colours, too.
    """
    from rich.color import ColorSystem
    from rich.console import Console
    from rich.style import Style

    console = Console()
    if not console.is_terminal or console.no_color or console.color_system is None:
        return unpainted
    styles = {kind: Style.parse(style) for kind, style in _STYLES.items()}

    def paint(text: str, kind: str) -> str:
        style = styles.get(kind)
        return style.render(text, color_system=ColorSystem.STANDARD) if style and text.strip() else text

    return paint
