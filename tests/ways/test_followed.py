"""Each kind of way out, followed word for word as it is printed: to a release, or to the sentence that none is left."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command import privsynth
from refusals import KEPT_KEY, MOST, REFUSED, Refused, follow, numbers

import privsynth as package
from privsynth.api import synthesize

CASES = [pytest.param(one, id=one.name, marks=[pytest.mark.slow] if one.is_slow else []) for one in REFUSED]


@pytest.mark.parametrize("refused", CASES)
def test_what_is_advised_leads_to_a_release(refused: Refused, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEPT_KEY, "33" * 32)
    steps = follow(refused, tmp_path)
    begin, *_, last = steps
    assert begin.code in (3, 4)
    assert any(line.startswith(refused.gate) for line in begin.failed)
    assert refused.says in begin.advised[0]
    assert len({step.typed for step in steps}) == len(steps) <= MOST  # nothing is advised twice
    assert last.code == 0
    assert (tmp_path / "out" / "table.csv").exists()


def test_a_refusal_without_a_way_of_its_backend_says_so_once_and_names_the_next(tmp_path: Path) -> None:
    few = next(one for one in REFUSED if one.name == "too few rows")
    (begin, end) = follow(few, tmp_path)
    assert begin.no_way == "nothing else of backend model is left to try on this table; what works:"
    assert begin.advised == ("privsynth run table.csv --out out --seed 1 --backend mask",)
    assert (end.code, end.no_way) == (0, "")


def test_a_run_follows_by_itself_what_it_would_print_and_every_paper_tells_the_path(tmp_path: Path) -> None:
    numbers(600, 6).to_csv(tmp_path / "table.csv", index=False)
    typed = ("run", "table.csv", "--out", "out", "--seed", "1", "--set", "limits.rows_ratio=0.5")
    ran = privsynth(*typed, "--attempt-remedies", folder=tmp_path)
    assert ran.returncode == 0, ran.stderr
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_bytes())
    report = json.loads((tmp_path / "out" / "report.json").read_bytes())
    first, last = manifest["path"][0], manifest["path"][-1]
    assert (first["run"], first["changed"], first["outcome"]) == (1, [], "refused")
    assert ("budget", "rows", 1.0, 0.5) in [(m["gate"], m["key"], m["measured"], m["limit"]) for m in first["missed"]]
    assert (last["changed"][:2], last["outcome"], last["missed"]) == (["--rows", "300"], "released", [])
    assert report["path"] == manifest["path"]
    assert "run 2 of at most 5, --rows 300" in ran.stderr
    assert "--rows 300: released" in ran.stderr
    assert manifest["exposure"]["attempt"] == len(manifest["path"])  # each run counted


def test_the_attempts_of_the_profile_end_the_path(tmp_path: Path) -> None:
    numbers(600, 6).to_csv(tmp_path / "table.csv", index=False)
    held = ("--set", "holdout=0.5", "--set", "limits.mia_all=0.0001")  # an upper bound that none can meet
    asked = ("--set", "limits.attempts_max=2", *held)
    ran = privsynth("run", "table.csv", "--out", "out", *asked, "--attempt-remedies", "--json", folder=tmp_path)
    result = json.loads(ran.stdout)
    assert result["outcome"] == "refused"
    assert len(result["path"]) == 2
    assert result["nothing_left"].endswith("what works:")
    assert [way["changed"] for way in result["ways"] if way["other_backend"]] == [
        ["--backend", "mask", "without holdout"]
    ]


def test_python_follows_them_too_and_gives_the_ways_as_policies() -> None:
    frame = numbers(600, 6)
    refused = synthesize(frame, seed=1, limits={"rows_ratio": 0.5}, backend="model")
    assert not refused.released
    policy = refused.ways[0].applied(package.Policy(backend="model", limits={"rows_ratio": 0.5}))
    assert policy.rows == 300
    found = synthesize(frame, seed=1, limits={"rows_ratio": 0.5}, attempt_remedies=True)
    assert found.released
    assert [run["outcome"] for run in found.path] == ["refused"] * (len(found.path) - 1) + ["released"]
    assert len(found.data) == 300


def test_a_table_from_elsewhere_is_told_what_it_means_and_no_option_of_ours(tmp_path: Path) -> None:
    real = numbers(400, 3)
    real.to_csv(tmp_path / "real.csv", index=False)
    real.head(300).to_csv(tmp_path / "theirs.csv", index=False)
    numbers(300, 3, seed=7).to_csv(tmp_path / "holdout.csv", index=False)
    ran = privsynth("risk", "real.csv", "theirs.csv", "--holdout", "holdout.csv", folder=tmp_path)
    assert ran.returncode == 3
    assert "people of the real table are repeated" in ran.stdout
    assert not [word for word in ("min_leaf", "--set", "--rows", "--drop", "backend") if word in ran.stdout]
