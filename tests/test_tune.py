"""A threshold chosen by eye: the histogram and the S-curve of a sample, as text and as a drawing."""

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from benchmarks.corpus import make_articles
from dedup import find_duplicates, s_curve
from dedup.cli.main import main
from dedup.duplicates.tuning import BINS, LEAST, tune
from dedup.formats.writers import json_line

ROWS = list(make_articles(600))


def test_pairs_are_counted_by_resemblance() -> None:
    pairs = find_duplicates(ROWS, threshold=LEAST)
    found = tune(ROWS, 0.6)
    shares = [share for share in pairs.resemblance.tolist() if share < 1]
    assert found.counts.sum() >= len(shares) > 50
    assert found.counts[0] == sum(share < 0.25 for share in shares)
    assert found.n_wanted == sum(share >= 0.6 for share in shares) + found.counts.sum() - len(shares)
    chances = [s_curve(share, found.bands, found.rows_per_band) for share in shares if share >= 0.6]
    assert found.share_found == pytest.approx(np.mean(chances), abs=0.01)
    assert (found.n_articles, found.n_copies) == (600, pairs.n_identical)


def test_what_is_expected_is_what_is_found() -> None:
    # The share that the S-curve foretells is about that of all pairs which find_duplicates returns.
    found = tune(ROWS, 0.6)
    n_found = int((find_duplicates(ROWS, threshold=0.6).resemblance < 1).sum())
    assert n_found / found.n_wanted == pytest.approx(found.share_found, abs=0.1)


def test_nothing_alike_and_nothing_at_all() -> None:
    for rows in ([], ["The harbour is shut."], ["The harbour is shut."] * 3):
        found = tune(rows)
        assert found.counts.sum() == 0
        assert found.n_copies == max(0, len(rows) - 1)
        assert len(found.lines()) == BINS + 4
        assert ElementTree.fromstring(found.svg()).tag.endswith("svg")


def test_the_drawing_says_what_the_text_does() -> None:
    found = tune(ROWS)
    drawing = ElementTree.fromstring(found.svg())
    space = "{http://www.w3.org/2000/svg}"
    bars = drawing.findall(f"{space}rect")
    assert bars[0].findtext(f"{space}title") == f"0.20 to 0.25: {found.counts[0]:,} pairs"
    heights = np.array([float(bar.attrib["height"]) for bar in bars])
    assert heights.argmax() == found.counts.argmax()
    assert heights == pytest.approx(heights.max() * found.counts / found.counts.max(), abs=0.1)
    curve = drawing.find(f"{space}polyline")
    assert curve is not None
    tops = [float(point.split(",")[1]) for point in curve.attrib["points"].split()]
    assert tops == sorted(tops, reverse=True)
    assert drawing.findtext(f"{space}title") == found.lines()[1]


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, drawing = tmp_path / "day.jsonl", tmp_path / "tune.svg"
    path.write_text("".join(json_line(row) + "\n" for row in ROWS) + "{\n", encoding="utf-8")
    arguments = ["tune", str(path), "--threshold", "0.5", "--svg", str(drawing)]
    assert main([*arguments, "--sample", "300"]) == 0
    out = capsys.readouterr().out
    assert out.splitlines() == tune(ROWS[:300], 0.5).lines()
    assert drawing.read_text(encoding="utf-8").rstrip("\n") == tune(ROWS[:300], 0.5).svg()
    assert main(arguments) == 2
    assert "day.jsonl:601: not JSON" in capsys.readouterr().err
    assert main([*arguments, "--skip-bad"]) == 0
    assert "skipped 1" in capsys.readouterr().err
