"""What mkdocs calls as it builds the pages: the command line as its own --help says it, links to names."""

import re
from collections.abc import Iterator

import click

import dedup
from dedup.cli.main import cli

MARK = "<!-- commands -->"
"""What stands on a page where the commands go."""

_WIDTH = 100  # columns that a page shows without a bar to scroll

# A public name set as code, or a method of one; what is a link or a heading already is passed over whole.
_NAME = re.compile(
    rf"<(?:a|h\d)\b.*?</(?:a|h\d)>|<code>(?:dedup\.)?((?:{'|'.join(dedup.__all__)})\b(?:\.\w+)?)</code>", re.S
)


def commands(command: click.Command, context: click.Context) -> Iterator[tuple[str, str]]:
    """Yield each command and its help, a group before its commands."""
    yield context.command_path, command.get_help(context)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            if child and not child.hidden:
                yield from commands(child, _context(child, name, context))


def reference() -> str:
    """Return the help of all commands as Markdown, a heading each."""
    found = commands(cli, _context(cli, "dedup", None))
    return "\n".join(f"## {path}\n\n```text\n{text}\n```\n" for path, text in found)


def on_page_markdown(markdown: str, **_: object) -> str:
    """Put the commands where a page has the mark."""
    return markdown.replace(MARK, reference()) if MARK in markdown else markdown


def on_page_content(html: str, **_: object) -> str:
    """Link names of the library to where they are described."""
    return _NAME.sub(_link, html)


def _link(found: re.Match[str]) -> str:
    if not found[1]:
        return found[0]
    return f'<autoref identifier="dedup.{found[1]}" optional>{found[0]}</autoref>'


def _context(command: click.Command, name: str, parent: click.Context | None) -> click.Context:
    settings = {**command.context_settings, "max_content_width": _WIDTH, "terminal_width": _WIDTH}
    return click.Context(command, info_name=name, parent=parent, **settings)
