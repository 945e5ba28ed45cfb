"""The command `dedup watch`."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from typing import Any

import click

_BROKEN_PIPE, _FAILED = 141, 1
_LONGEST_LINE = 500  # characters of a message: addresses are as long as a feed likes
_PATIENCE, _PATIENCE_ONCE = 5.0, 15.0  # seconds to go on delivering at the end


@click.command(short_help="Watch feeds; tell of what was made from others.")
@click.argument("file", metavar="FILE")
@click.argument("feeds", metavar="FEED...", nargs=-1, required=True)
@click.option(
    "--every",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    default=300,
    show_default=True,
    help="Time from poll to poll.",
)
@click.option("--once", is_flag=True, help="Poll once and end, for cron.")
@click.option("--webhook", metavar="URL", help="Post each line there, too, until it is taken.")
@click.option("--entries", is_flag=True, help="Take the text from the entry; fetch no pages.")
@click.option(
    "--newest",
    type=click.IntRange(min=1),
    metavar="N",
    default=200,
    show_default=True,
    help="Entries to read of a feed; of more, the newest.",
)
@click.option("--allow-private", is_flag=True, help="Fetch from addresses that are not public, too.")
def watch(
    file: str,
    feeds: tuple[str, ...],
    every: float,
    once: bool,
    webhook: str | None,
    entries: bool,
    newest: int,
    allow_private: bool,
) -> None:
    """Watch feeds, and tell of each new article that was made from another.

    FILE is an index, made if it is missing. FEED is the address of an RSS or Atom feed, a file that holds one
    (.xml, .rss, .atom, .rdf) or articles (.jsonl, .json, .csv, .txt), or a folder of such files.

    What is new is added to the index, one feed after the other; one line is printed for each article that has
    a parent, and again if its parents change since one of them came late:

    \b
      {"id": "https://paper.example/7", "title": "Harbour shut", "outlet": "The Paper",
       "published_at": "2026-03-09T06:52:00+00:00",
       "parents": [{"id": "https://wire.example/a1", "relation": "rewrite", "probability": 0.97}],
       "family": "https://wire.example/a1"}

    What fails is said on standard error and tried again. SIGINT and SIGTERM end the watch after the article
    in hand.

    Exit status: 0 when ended, 1 when with --once a feed failed or a line was not delivered, 2 for input that
    cannot be used, 141 when the reader of the output has gone.
    """
    from dedup.extras import require_extra
    from dedup.feeds.addresses import checked
    from dedup.feeds.reader import Reader
    from dedup.feeds.sources import Options, make_source
    from dedup.feeds.watch import watch as run
    from dedup.feeds.webhook import Webhook
    from dedup.formats.feed import FEED_PACKAGES
    from dedup.formats.writers import json_line, write_lines
    from dedup.index.index import Index

    if webhook:
        checked(webhook)
    require_extra("feeds", *FEED_PACKAGES)
    stop = Event()
    with Reader() as reader:
        sources = [make_source(name, reader, Options(entries, newest, allow_private)) for name in feeds]
        hook = Webhook(webhook, _say) if webhook else None

        def emit(record: dict[str, Any]) -> None:
            if hook:
                hook.put(record)
            write_lines("-", [json_line(record)])

        def end(*_: object) -> None:
            stop.set()
            reader.end()

        n_left = 0
        try:
            with _signals(end), Index(file) as index:
                well = run(index, sources, emit=emit, report=_say, stop=stop, every=every, once=once)
        except BrokenPipeError:
            raise click.exceptions.Exit(_BROKEN_PIPE) from None
        finally:
            if hook and (n_left := hook.close(_PATIENCE if stop.is_set() else _PATIENCE_ONCE)):
                _say(f"{webhook}: {n_left} lines were not delivered")
    if once and not stop.is_set() and (n_left or not well):
        raise click.exceptions.Exit(_FAILED)


@contextmanager
def _signals(end: Callable[..., None]) -> Iterator[None]:
    """Have a function called on SIGINT and SIGTERM."""
    before = {name: signal.signal(name, end) for name in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


def _say(message: str) -> None:
    # What strangers wrote must not reach the terminal as control characters, nor as more than one line.
    line = "".join(letter if letter.isprintable() else "?" for letter in message)
    cut = line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE]} ..."
    click.echo(f"dedup: {cut}", err=True)
