"""The command line: `dedup lineage`, `dedup compare`, `dedup duplicates`, and the commands of an index.

What takes long to import is imported inside the command that needs it, so that ``dedup --help`` is quick.
"""

from collections.abc import Sequence

import click

from dedup.cli.colour import make_paint
from dedup.cli.common import (
    output_option,
    paths_argument,
    quiet_option,
    read,
    refuse_contradicting,
    refuse_overwriting,
    skip_bad_option,
    tell_contradictions,
    workers_option,
    write,
)
from dedup.cli.corpus import Settings, corpus_options, is_corpus, write_lineage
from dedup.cli.duplicates import duplicates
from dedup.cli.index import index
from dedup.cli.outputs import NAMES, choose_output
from dedup.cli.progress import progress
from dedup.cli.spark import Engine, Place, engine_options, spark_lineage
from dedup.cli.tune import tune
from dedup.cli.watch import watch
from dedup.errors import DedupError, InputError

_BAD_INPUT, _INTERRUPTED = 2, 130


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="dedup-lineage", prog_name="dedup", message="%(prog)s %(version)s")
def cli() -> None:
    """Tell which article was made from which, even when every sentence was rewritten.

    PATH is a file of articles, a folder of such files, any of them compressed as .gz or .zst, or - for JSON
    lines on standard input. Files end in .jsonl, .ndjson, .json (ninjs, too), .csv, .txt (one article),
    .parquet, .arrow, .feather, .html, .htm, .xhtml, .warc, or .xml, .rss, .atom, .rdf (feeds and NewsML-G2).
    An article has a text and, where known, an id, title, published_at, outlet, url, and what it is declared
    to be made from.

    \b
    Examples:
      dedup lineage today.jsonl                     draw the families
      dedup lineage archive/ --workers 4 --format jsonl -o lineage.jsonl
      zcat feed.jsonl.gz | dedup lineage - --min-probability 0.8
      dedup compare theirs.txt ours.txt             show what the second has of the first
      dedup duplicates crawl.csv --threshold 0.8    find copies, cheaply
      dedup tune crawl.csv                          choose the threshold
      dedup index add news.dedup today.jsonl        place what is new among what was kept
      dedup watch news.dedup https://wire.example/rss

    Exit status: 0 when done, 2 for input that cannot be used, 130 when interrupted, 141 when the reader of
    the output has gone.
    """


@cli.command()
@paths_argument
@click.option(
    "--format",
    "form",
    type=click.Choice(NAMES),
    default="tree",
    show_default=True,
    help="Trees to read, one JSON line an article, one JSON object, a report, or a format of others.",
)
@output_option
@click.option("--title", metavar="TEXT", help="Title of the report of --format html.")
@click.option("--ignore-dates", is_flag=True, help="Do not use publication times.")
@click.option(
    "--min-probability",
    type=click.FloatRange(0, 1),
    metavar="P",
    help="Probability from which an edge counts.",
)
@workers_option
@corpus_options
@engine_options
@skip_bad_option
@quiet_option
def lineage(
    paths: tuple[str, ...],
    form: str,
    output: str | None,
    title: str | None,
    ignore_dates: bool,
    min_probability: float | None,
    workers: int,
    work: str | None,
    memory: str | None,
    restart: bool,
    engine: Engine,
    skip_bad: bool,
    quiet: bool,
) -> None:
    """Find which article was made from which.

    With --format jsonl, one line an article, in input order:

    \b
      {"id": "a2", "family": "a1", "role": "derived",
       "parents": [{"id": "a1", "relation": "rewrite", "probability": 0.97}],
       "cited": [{"source": "nypost.com", "kind": "republished", "phrase": "Publisher: nypost.com"}]}

    The role is root, derived or single; the main parent comes first; the family is the root that the article
    comes down from through main parents. A parent that the article declares says under declared what did so;
    contradictions say what the texts or times have against it, and so does standard error.
    With --format json, one object: the version of this format, the families of two or more, and the articles.

    With --format html, a report to open in a browser: one file with everything in it, also the texts.

    \b
    Formats of others:
      mermaid, dot      drawings, for Markdown pages and for Graphviz
      graphml           a graph, for Gephi, yEd and networkx (needs the extra graph)
      newick            trees by main parents, for phylogenetics
      jsonld, prov      schema.org in JSON-LD, PROV-JSON of the W3C
      ninjs, passim     a JSON line an article, as Superdesk and as passim write them
      parquet           a table of the edges (needs the extra arrow; give it a file with -o)

    Corpora larger than memory: with --work or --memory, or an --output that ends in .parquet, the work is
    done on disk, and what is written is the lines of --format jsonl, or a table of one row an article.

    With --engine spark, PATH is Parquet or JSON lines, --work a folder that all executors reach, and --output
    a .jsonl file or a folder, in which articles and edges are written as Parquet.
    """
    from dedup.lineage.find import DEFAULT_MIN_PROBABILITY, find_lineage

    refuse_contradicting(form, output)
    refuse_overwriting([output], paths)
    least = DEFAULT_MIN_PROBABILITY if min_probability is None else min_probability
    if engine.is_spark:
        place = Place(engine, paths, output, work, skip_bad, quiet)
        spark_lineage(place, use_times=not ignore_dates, min_probability=least)
        return
    settings = Settings(work, memory, restart, workers, skip_bad, quiet)
    if is_corpus(settings, output):
        write_lineage(paths, output, settings, use_times=not ignore_dates, min_probability=least)
        return
    export = choose_output(form, output, title)  # says what is not installed before the work, not after it
    articles = read(paths, skip_bad, quiet)
    with progress(f"Comparing {len(articles):,} articles", quiet=quiet):
        found = find_lineage(
            articles,
            use_times=not ignore_dates,
            min_probability=least,
            workers=workers,
        )
        lines = list(export(found))
    write(output, lines)
    tell_contradictions(found.contradictions, quiet)


@cli.command()
@click.argument("source")
@click.argument("text")
def compare(source: str, text: str) -> None:
    """Show what TEXT has of SOURCE, and what it adds and drops.

    Both are files of one article each: first the source, then what may have been made from it.

    \b
    Example:
      dedup compare agency.txt paper.txt            what the paper has of the agency
    """
    from dedup.evidence.evidence import compare_texts
    from dedup.evidence.printed import printed
    from dedup.evidence.terminal import plain

    parent, child = _only_text(source), _only_text(text)
    found = printed(compare_texts(child=child, parent=parent), make_paint())
    write(None, [f"{plain(text)}, beside {plain(source)}:", found])


cli.add_command(duplicates)
cli.add_command(tune)
cli.add_command(index)
cli.add_command(watch)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those of the process by default.

    Returns
    -------
    int
        The exit status: 0 when done, 2 for input that cannot be used, 130 when interrupted, 141 when the
        reader of the output has gone.

    Examples
    --------
    >>> main(["duplicates", "--threshold", "1", "no-such-file.jsonl"])
    2
    """
    try:
        status = cli.main(args=arguments, prog_name="dedup", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except DedupError as error:
        click.echo(f"dedup: error: {error}", err=True)
        return _BAD_INPUT
    except (KeyboardInterrupt, click.Abort):
        return _INTERRUPTED
    return status if isinstance(status, int) else 0


def _only_text(path: str) -> str:
    articles = read([path], skip_bad=False, quiet=True)
    if len(articles) != 1:
        raise InputError(
            f"{path} must hold one article to compare, not {len(articles)}; name a file with one"
        )
    return articles[0].text
