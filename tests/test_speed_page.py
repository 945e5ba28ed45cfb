"""What the page on speed is made with, and that it is made of what was measured."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks import bench_peers
from benchmarks.corpus import write_corpus
from benchmarks.goals import Goal, goals
from benchmarks.peers import run
from benchmarks.peers_page import brief, make_page, write_page, write_readme
from benchmarks.trials import Trial, find_corpus, medians, run_aside, run_trials

PROJECT = Path(__file__).parents[1]
RESULTS: dict[str, Any] = json.loads((PROJECT / "benchmarks" / "results" / "peers.json").read_text())
MACHINE = {"cpu": "c", "n_cpus": 2, "system": "s", "python": "3", "numpy": "2", "commit": "0"}


def measured(n: int = 10_000, seconds: float = 1.0, **others: Any) -> dict[str, Any]:
    return {
        "version": "1",
        "kind": "verified",
        "workers": 1,
        "n_articles": n,
        "n_bytes": 2000 * n,
        "seconds": seconds,
        "cpu_seconds": seconds,
        "memory_bytes": 500 * n,
        "peak_bytes": 5000 * n,
        "n_edges": 2,
        "n_families": 1,
        "recall": 0.9,
        "precision": 1.0,
        "cluster_recall": 0.9,
        "cluster_precision": 0.9,
        "ideal_recall": 0.905,
        "n_runs": 5,
        **others,
    }


def made_up() -> dict[str, Any]:
    """Return results in which the library is as fast as is asked, but for Daft and German."""
    million, scripts = 1_000_000, ("typographic", "german", "cyrillic", "devanagari", "han")
    own = {
        "articles 100000 1": measured(100_000, 10),
        "articles 100000 2": measured(100_000, 5, workers=2),
        "skew 100000 1": measured(100_000, 15),
        "boilerplate 100000 1": measured(100_000, 16),
        "articles 10000 1": measured(),
        **{f"{name} 10000 1": measured(seconds=2 + (name == "german")) for name in scripts},
    }
    large = {
        "articles 10000 1": measured(),
        f"articles {million} 1": measured(million, 115),
        f"articles {million} 2": measured(million, 60, workers=2),
        f"skew {million} 1": {"left_out": "killed"},
    }
    engines = {
        "ours": measured(),
        "rensa": measured(seconds=8, kind="candidates", precision=0.98),
        "daft": measured(seconds=4.4, kind="candidates", precision=0.7),
        "datasketch": {"left_out": "it takes minutes"},
        "text_dedup": measured(seconds=9, kind="clusters", precision=1.0),
    }
    lineage = {"10000 2": measured(seconds=2), "stages 10000": {"stages": {"a.b": 1.5, "c.d": 0.5}}}
    return {
        "peers": {"articles 10000": {"machine": MACHINE, "engines": engines}},
        "ours": {
            "usual": {"machine": MACHINE, "trials": own},
            "large": {"machine": MACHINE, "trials": large},
        },
        "lineage": {"usual": {"machine": MACHINE, "trials": lineage}},
        "start": {
            "machine": MACHINE,
            "texts": "five",
            "n_starts": 3,
            "numpy": 0.1,
            "dedup": 0.12,
            "functions": 0.3,
            "lineage": 0.5,
        },
    }


def test_goals_are_computed_from_what_was_measured() -> None:
    found = {
        (name, goal.name): (goal.value and round(goal.value, 3), goal.met)
        for name, group in goals(made_up()).items()
        for goal in group
    }
    asked = "10,000 articles, per CPU-second"
    assert found[asked, "rensa"] == (8.0, True)
    assert found[asked, "daft"] == (4.4, False)
    assert found[asked, "datasketch_xxhash"] == (None, False)
    assert found["10,000 articles, pairs", "recall"] == (0.9, True)
    assert found["10,000 articles, pairs", "precision"] == (1.0, True)
    assert found["two workers against one", "at 100,000"] == (2.0, True)
    assert found["cost per article at 1,000,000, of that at 10,000", ""] == (1.15, True)
    assert found["memory per article at 1,000,000", "1 worker"] == (500, True)
    assert found["cost per article with skew, of that without", "at 100,000"] == (1.5, True)
    assert found["cost per article with skew, of that without", "at 1,000,000"] == (None, False)
    assert found["cost per article with boilerplate, of that without", "at 100,000"] == (1.6, False)
    assert found["MB/s of other text, of that of ASCII", "han"] == (0.5, True)
    assert found["MB/s of other text, of that of ASCII", "german"] == (0.333, False)
    assert found["`import dedup`, beyond numpy's", "alone"] == (20, True)
    assert found["`import dedup`, beyond numpy's", "with its functions"] == (200, False)
    assert found["`dedup lineage` on five", ""] == (0.5, True)


def test_every_goal_can_be_missed() -> None:
    assert not any(goal.met or goal.value is not None for group in goals({}).values() for goal in group)
    over = Goal("", 1.15, 1.2, rising=False)
    assert (over.asked(), over.measured(), over.missed()) == ("≤ 1.1 ×", "**1.2 ×**", "4% over")


def test_precision_is_asked_to_be_higher_than_theirs() -> None:
    results = made_up()
    results["peers"]["articles 10000"]["engines"]["rensa"]["precision"] = 0.99
    results["peers"]["articles 10000"]["engines"]["ours"]["precision"] = 0.98
    precision = goals(results)["10,000 articles, pairs"][1]
    assert (precision.limit, precision.met) == (0.99, False)


def test_the_page_says_what_was_missed_and_left_out(tmp_path: Path) -> None:
    write_page(made_up(), tmp_path)
    page = (tmp_path / "benchmarks.md").read_text(encoding="utf-8")
    assert "no: daft 20% short" in page
    assert "Left out: datasketch, it takes minutes." in page
    assert "| text_dedup 1 | 1,111 | 1,111 | 2.2 | 9.0 × | 5 MB | - | - | 0.900 / 0.900 | 5 |" in page
    assert "| `a.b` | 1.50 s, 75% |" in page
    assert "skew 1000000 1 failed: killed." in page
    assert page.count("\n## ") == 8
    assert make_page({}, tmp_path).count("\n## ") == 2


def test_the_page_is_that_of_the_results() -> None:
    docs = PROJECT / "docs"
    assert (docs / "benchmarks.md").read_text(encoding="utf-8") == make_page(RESULTS, docs)


def test_figures_of_the_readme_are_those_of_the_results(tmp_path: Path) -> None:
    text = (PROJECT / "README.md").read_text(encoding="utf-8")
    copy = tmp_path / "README.md"
    copy.write_text(text, encoding="utf-8")
    write_readme(RESULTS, copy)
    assert copy.read_text(encoding="utf-8") == text
    assert brief(RESULTS) in text


def test_the_readme_has_three_figures() -> None:
    results = made_up()
    results["peers"] = {"articles 100000": results["peers"]["articles 10000"]}
    results["lineage"]["large"] = {"trials": {"1000000 2": measured(1_000_000, 400)}}
    assert brief(results).splitlines()[2:] == [
        "| `find_duplicates`, one core | 100,000 articles/s | 8.0 times rensa, 4.4 times daft |",
        "| `find_lineage`, two processes | 2,500 articles/s at 1,000,000 | - |",
        "| `find_duplicates`, memory beyond the text | 500 bytes an article | at 1,000,000 |",
    ]


def test_medians_keep_counts_whole() -> None:
    runs = [{"n": n, "seconds": float(n), "name": "a"} for n in (1, 4, 2, 3)]
    assert medians(runs) == {"n": 2, "seconds": 2.5, "name": "a", "n_runs": 4, "spread": [1.0, 4.0]}


def test_what_fails_is_left_out_and_the_rest_measured() -> None:
    found = run_trials(
        [Trial("bad", ("benchmarks.none",), 2), Trial("good", ("benchmarks.start", "--runs", "1"), 1)]
    )
    assert "No module named" in found["bad"]["left_out"]
    assert found["good"]["numpy"] > 0
    with pytest.raises(ChildProcessError, match="No module named"):
        run_aside("benchmarks.none")
    assert list(found) == ["bad", "good"]


def test_an_engine_is_run_and_scored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = tmp_path / "articles.jsonl"
    write_corpus(corpus, 300)
    found = run.run("ours", corpus)
    assert (found["n_articles"], found["precision"], found["kind"]) == (300, 1.0, "verified")
    assert found["seconds"] > 0
    assert "recall" not in run.run("ours", corpus, scored=False)
    monkeypatch.setattr(run, "N_SCORED", 100)
    corpus.with_suffix(".npz").unlink()
    first = run.run("ours", corpus)
    assert first["precision"] == 1.0
    assert first["n_pairs"] == found["n_pairs"]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system does not tell")
def test_memory_of_children_is_counted() -> None:
    # In a process of its own, that has no other children.
    n = 200_000_000
    hold = f"import time; held = b'x' * {n}; time.sleep(0.4)"
    script = (
        "import subprocess, sys\n"
        "from benchmarks.peers.run import measure\n"
        f"hold = lambda: subprocess.run([sys.executable, '-c', {hold!r}], check=True)\n"
        "print(measure(hold)[1].memory_bytes, measure(list)[1].memory_bytes)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    holding, idle = map(int, done.stdout.split())
    assert n < holding < 1.5 * n
    assert idle < n / 4


def test_a_corpus_is_made_again_when_what_makes_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.trials.CORPORA", tmp_path)
    monkeypatch.setattr("benchmarks.trials._digest", lambda: "1")
    first = find_corpus("paragraphs", 20)
    stamp = first.stat().st_mtime_ns
    assert find_corpus("paragraphs", 20).stat().st_mtime_ns == stamp
    monkeypatch.setattr("benchmarks.trials._digest", lambda: "2")
    assert find_corpus("paragraphs", 20) != first


def test_parts_are_measured_as_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def run_none(trials: list[Trial]) -> dict[str, Any]:
        asked.extend(f"{trial.name} x{trial.n_runs}" for trial in trials)
        return {trial.name: {"left_out": "not run"} for trial in trials}

    monkeypatch.setattr(bench_peers, "run_trials", run_none)
    monkeypatch.setattr(bench_peers, "find_corpus", lambda kind, n: tmp_path / f"{kind}-{n}")
    assert bench_peers.main(["--large", "--out", str(tmp_path)]) == 0
    assert "articles 1000000 2 x1" in asked
    assert "articles 10000 1 x5" in asked
    assert "1000000 2 x1" in asked
    assert not any(name.startswith(("ours", "stages")) for name in asked)
    asked.clear()
    assert bench_peers.main(["--only", "peers", "--out", str(tmp_path)]) == 0
    assert asked.count("rensa x5") == 4
    assert asked.count("datatrove x1") == 2
    kept = json.loads((tmp_path / "peers.json").read_text())
    assert (
        kept["peers"]["articles 100000"]["engines"]["datatrove"]["left_out"] == "it takes minutes at 100,000"
    )
    assert set(kept) == {"ours", "lineage", "peers"}
