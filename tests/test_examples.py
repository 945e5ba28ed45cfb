"""The examples run, and say what they promise."""

import json
import runpy
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"


def run(name: str, *arguments: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", [name, *arguments])
        runpy.run_path(str(EXAMPLES / name), run_name="__main__")


def test_library_call(capsys: pytest.CaptureFixture[str]) -> None:
    run("library_call.py")
    out = capsys.readouterr().out
    assert "coastfeed is a copy of harbour-post-1 (probability " in out
    assert "Odile Marrow" in out


def test_newsroom_pipeline(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    index, feed = str(tmp_path / "news.dedup"), str(EXAMPLES / "harbour.jsonl")
    run("newsroom_pipeline.py", index)
    alerts = capsys.readouterr().out.splitlines()
    outlets = {"Coastfeed", "Meridian Digest", "Northline Now", "The Short Read", "Averil Courier"}
    assert {alert[14:].partition(":")[0] for alert in alerts} == outlets
    assert "by way of Meridian Digest" in "".join(alert for alert in alerts if "Northline" in alert)
    run("newsroom_pipeline.py", index)
    assert capsys.readouterr().out == "", "each article is told of once"
    run("newsroom_pipeline.py", str(tmp_path / "other.dedup"), feed, "Strait Wire")
    assert capsys.readouterr().out == ""


def test_corpus_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("corpus_run.py", str(EXAMPLES / "harbour.jsonl"), str(tmp_path))
    assert capsys.readouterr().out == "9 articles, 1 dropped, 8 kept\n"
    dropped = [json.loads(line) for line in (tmp_path / "dropped.jsonl").read_text("utf-8").splitlines()]
    assert [(row["id"], row["kept"]) for row in dropped] == [("coastfeed", "harbour-post-1")]
    assert 0.9 < dropped[0]["resemblance"] < 1
    survivors = [
        json.loads(line)["id"] for line in (tmp_path / "survivors.jsonl").read_text("utf-8").splitlines()
    ]
    assert len(survivors) == 8
    assert "coastfeed" not in survivors
