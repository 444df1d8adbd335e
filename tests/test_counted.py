"""The story with its ledger: what is counted, refused, waived and told, from files to exit codes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from command import privsynth as command

import privsynth
from privsynth.errors import ExitCode, PolicyError, PrivsynthError

MODEL: dict[str, Any] = {"backend": {"kind": "model", "min_leaf": 20}}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return scores(900, tmp_path_factory.mktemp("source"))


@pytest.fixture(scope="module")
def enough(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """People enough for a strict profile."""
    return scores(1_200, tmp_path_factory.mktemp("enough"))


def scores(rows: int, folder: Path) -> Path:
    rng = np.random.default_rng(5)
    group = rng.integers(0, 4, rows)
    frame = pd.DataFrame(
        {
            "group": [f"g{g}" for g in group],
            "score": np.round(rng.normal(10 * group, 3), 1),
            "sure": rng.choice(["yes", "no"], rows),
        }
    )
    path = folder / "scores.csv"
    frame.to_csv(path, index=False)
    return path


def records(state: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (state / "ledger.jsonl").read_text().splitlines()]


def test_run_keeps_its_ledger_beside_the_output(source: Path, tmp_path: Path, quick: None) -> None:
    outcome = privsynth.run(source, tmp_path / "out", MODEL, seed=3)
    assert outcome.released, outcome.reasons
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "privsynth-state"]
    opened, closed, place = records(tmp_path / "privsynth-state")
    assert (place["event"], place["folder"]) == ("place", str(tmp_path / "out"))
    assert (opened["rows"], closed["outcome"], closed["rows"]) == (900, "released", 900)
    assert outcome.manifest["exposure"] == {"attempt": 1, "releases": 0, "rows": 0, "epsilon": 0.0, "delta": 0.0}
    assert outcome.manifest["policy"]["state"] == "given"
    assert str(tmp_path) not in json.dumps(outcome.manifest) + json.dumps(outcome.report)


def test_synthesize_keeps_none_unless_told_where(
    source: Path, tmp_path: Path, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert privsynth.synthesize(source, MODEL, seed=3).manifest["exposure"] is None
    assert list(tmp_path.iterdir()) == []


def test_another_seed_and_another_name_of_the_file_do_not_reset_the_count(
    source: Path, tmp_path: Path, quick: None
) -> None:
    again = tmp_path / "again.tsv"
    pd.read_csv(source, dtype=object).sample(frac=1, random_state=2).to_csv(again, sep="\t", index=False)
    asked = {**MODEL, "limits": {"attempts_max": 1}}
    first, second = (
        privsynth.run(file, tmp_path / f"out{seed}", asked, seed=seed) for seed, file in ((3, source), (4, again))
    )
    assert first.released
    assert second.exit_code is ExitCode.BLOCKED
    assert second.reasons == ("gate 'budget' failed",)
    assert not (tmp_path / "out4").exists()
    assert second.manifest["exposure"]["attempt"] == 2


def test_rows_of_releases_are_counted_together(source: Path, tmp_path: Path, quick: None) -> None:
    asked = {**MODEL, "limits": {"rows_ratio": 1.5}}
    found = [privsynth.run(source, tmp_path / f"out{seed}", asked, seed=seed) for seed in (3, 4)]
    assert [outcome.exit_code for outcome in found] == [ExitCode.RELEASED, ExitCode.BLOCKED]


def test_a_strict_profile_without_a_ledger_is_refused_with_what_to_do(enough: Path) -> None:
    with pytest.raises(PolicyError, match="counts attempts") as caught:
        privsynth.synthesize(enough, MODEL, profile="gdpr-strict")
    assert "--state" in caught.value.hint


def test_a_broken_ledger_stops_the_run_before_anything_is_learnt(source: Path, tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(mode=0o700)
    (tmp_path / "state" / "ledger.key").write_bytes(b"k" * 32)
    (tmp_path / "state" / "ledger.key").chmod(0o600)
    with pytest.raises(PrivsynthError, match="lacks a part") as caught:
        privsynth.run(source, tmp_path / "out", policy=MODEL, state=tmp_path / "state")
    assert caught.value.exit_code is ExitCode.INTERNAL
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("inside", ["out", "out/state", "out/deeper/state"])
def test_a_ledger_inside_the_output_is_refused(inside: str, source: Path, tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="inside the output"):
        privsynth.run(source, tmp_path / "out", MODEL, state=tmp_path / inside)


def test_a_waiver_does_not_stand_in_for_missing_evidence(source: Path, tmp_path: Path) -> None:
    waived = [{"gate": "copies", "reason": "r", "person": "p", "expires": "2999-12-31"}]
    asked = {**MODEL, "holdout": 0.5, "limits": {"control_min": 700}}
    few = privsynth.run(source, tmp_path / "out", asked, seed=3, waivers=waived)
    assert (few.exit_code, few.status) == (ExitCode.BLOCKED, "refused")
    assert few.reasons == ("gate 'copies' failed",)


def test_accept_risk_releases_with_a_name_in_every_name(source: Path, tmp_path: Path) -> None:
    """Without it the gate tracing would refuse: groups and scores say who is who. A kept key makes one draw of many."""
    policy, key = tmp_path / "policy.yaml", tmp_path / "kept.key"
    key.touch(mode=0o600)
    key.write_text("6b" * 32)
    policy.write_text(
        "tables: {scores: {columns: {group: {role: quasi}, score: {role: quasi}}}}\n"
        "limits: {tracing_max: 0}\n"
        f"backend: {{kind: clone, key_file: {key}}}\n"
    )
    words = ("run", str(source), "-c", str(policy), "--seed", "4", "--out", str(tmp_path / "out"), "--json")
    done = command(*words, "--accept-risk", "tracing:two people use it: in one room:A. Officer:2999-12-31")
    answer = json.loads(done.stdout)
    failed = [(v["gate"], f["what"]) for v in answer["verdicts"] for f in v["findings"] if not f["passed"]]
    assert done.returncode == 0, failed
    assert (answer["outcome"], answer["ok"]) == ("released-with-waiver", True)
    assert {gate for gate, _ in failed} == {"tracing"}
    assert sorted(path.name for path in (tmp_path / "out").iterdir() if path.suffix == ".csv") == ["scores.waiver.csv"]
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["waivers"] == [
        {"gate": "tracing", "reason": "two people use it: in one room", "person": "A. Officer", "expires": "2999-12-31"}
    ]
    assert next(output["rows"] for output in answer["outputs"] if output["path"].endswith(".csv")) == 900
    assert records(tmp_path / "privsynth-state")[1]["outcome"] == "released-with-waiver"


@pytest.mark.parametrize(
    "words",
    [
        ("--accept-risk", "tracing"),
        ("--accept-risk", "tracing:reason"),
        ("--accept-risk", "tracing:reason:person"),
        ("--accept-risk", "pii:reason:person:2999-12-31"),
        ("--accept-risk", "tracing:reason:person:2020-01-01"),
        ("--accept-risk", "tracing:reason:person:2999-12-31", "--profile", "public-release"),
        ("--profile", "public-release", "--backend", "clone"),
        ("--profile", "gdpr-strict", "--backend", "mask", "--set", "backend.direct=token"),
        ("--profile", "strictest"),
        ("--profile", "public-release", "--set", "limits.k=5"),
        ("--state", "out/state"),
    ],
)
def test_what_a_profile_does_not_allow_ends_with_two(words: tuple[str, ...], source: Path, tmp_path: Path) -> None:
    done = command("run", str(source), "--out", "out", *words, folder=tmp_path)
    assert done.returncode == ExitCode.USAGE, done.stderr
    assert list(tmp_path.iterdir()) == []


def test_strict_profiles_tell_bands_on_the_screen_and_in_json(enough: Path, tmp_path: Path) -> None:
    done = command(
        "run",
        str(enough),
        "--out",
        str(tmp_path / "out"),
        "--seed",
        "3",
        "--profile",
        "gdpr-strict",
        "--set",
        "limits.rows_ratio=0.5",  # which as many rows as the source has cannot meet
        "--json",
        "--log-format",
        "json",
    )
    assert done.returncode == ExitCode.BLOCKED
    assert "as a multiple of its rows: beyond the limit" in done.stderr
    answer = json.loads(done.stdout)
    assert {f["measured"] for v in answer["verdicts"] for f in v["findings"]} == {None}
    assert answer["fidelity"] is None
    exact = json.loads((tmp_path / "privsynth-state" / "evidence-000001.json").read_text())
    assert any(f["measured"] for v in exact["verdicts"] for f in v["findings"])


def test_init_writes_the_profile_that_was_asked_for(source: Path, tmp_path: Path) -> None:
    assert command("init", str(source), "--profile", "hipaa-expert", "--out", str(tmp_path / "p.yaml")).returncode == 0
    assert "profile: hipaa-expert" in (tmp_path / "p.yaml").read_text()


def test_an_interrupted_and_a_killed_run_have_counted(source: Path, tmp_path: Path, quick: None) -> None:
    for send in (signal.SIGINT, signal.SIGKILL):
        words = [
            sys.executable,
            "-m",
            "privsynth",
            "run",
            str(source),
            "--out",
            str(tmp_path / "out"),
            "--log-format",
            "json",
        ]
        with subprocess.Popen(words, stderr=subprocess.PIPE, text=True, env={**os.environ, "CI": "1"}) as running:
            assert running.stderr
            next(line for line in running.stderr if '"stage": "fit", "event": "begin"' in line)
            running.send_signal(send)
            running.communicate()  # a closed pipe would be another reason to end
    assert not (tmp_path / "out").exists()
    state = tmp_path / "privsynth-state"
    assert [r.get("outcome") for r in records(state)] == [None, "interrupted", None]
    outcome = privsynth.run(source, tmp_path / "out", seed=3)
    assert outcome.manifest["exposure"] == {"attempt": 3, "releases": 0, "rows": 0, "epsilon": 0.0, "delta": 0.0}


def test_rows_that_are_used_up_are_said_before_anything_is_fitted_with_the_releases_that_used_them(
    source: Path, tmp_path: Path, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert privsynth.run(source, tmp_path / "first", MODEL, seed=3).released
    asked = {"backend": "model", "limits": {"rows_ratio": 1}}
    monkeypatch.setattr("privsynth.pipeline.whole.learn", _unexpected)
    second = privsynth.run(source, tmp_path / "second", asked, seed=4)
    assert second.exit_code is ExitCode.BLOCKED
    assert second.verdicts["budget"].failures[0].measured == 2
    assert second.verdicts["copies"].findings[0].empty
    assert second.ways == ()
    (said,) = second.result.advice.by_hand
    assert "900 went out before (900 by record 1, model for internal): 0 are left" in said
    assert "a person can decide to hand one of these releases on" in said
    planned = command("run", str(source), "--out", str(tmp_path / "third"), "--set", "limits.rows_ratio=1", "--dry-run")
    assert planned.returncode == ExitCode.BLOCKED
    assert "the budget of this source has no room for it" in planned.stdout
    assert "900 by record 1" in planned.stderr
    fewer = privsynth.run(source, tmp_path / "fourth", {"backend": "model", "limits": {"rows_ratio": 1.5}}, seed=4)
    assert [way.options for way in fewer.ways] == [("--rows", "450")]


def _unexpected(*_: Any) -> None:
    raise AssertionError("something is fitted")


def test_too_few_people_are_not_sent_to_a_mask_whose_rows_are_used_up(
    source: Path, tmp_path: Path, quick: None
) -> None:
    words = ("run", str(source), "--out", str(tmp_path / "out"), "--set", "limits.control_min=900", "--json")
    few = (*words, "--set", "limits.folds_min=1000", "--set", "limits.rows_ratio=1")
    assert [way["changed"] for way in json.loads(command(*few).stdout)["ways"]] == [["--backend", "mask"]]
    assert privsynth.run(source, tmp_path / "first", MODEL, seed=3).released
    for verb in (few, (*few, "--dry-run")):
        answer = json.loads(command(*verb).stdout)
        assert answer["ways"] == []
        assert any("900 by record 1, model for internal" in said for said in answer["by_hand"])
    assert len(records(tmp_path / "privsynth-state")) == 3


def test_a_dry_run_of_a_source_whose_attempts_are_used_up_says_so_and_counts_nothing(
    source: Path, tmp_path: Path, quick: None
) -> None:
    assert privsynth.run(source, tmp_path / "out", MODEL, seed=3, limits={"attempts_max": 1}).released
    before = records(tmp_path / "privsynth-state")
    words = ("run", str(source), "--out", str(tmp_path / "new"), "--set", "limits.attempts_max=1", "--dry-run")
    planned = command(*words, "--json")
    answer = json.loads(planned.stdout)
    assert (planned.returncode, answer["outcome"]) == (ExitCode.BLOCKED, "refused")
    assert any(
        "all 1 attempts that internal allows here with backend model are used up" in s for s in answer["by_hand"]
    )
    assert json.loads(command(*words, "-b", "mask", "--json").stdout)["outcome"] == "planned"
    assert records(tmp_path / "privsynth-state") == before


def test_attempts_that_are_used_up_without_a_release_are_not_said_to_have_let_rows_out(
    source: Path, tmp_path: Path, quick: None
) -> None:
    once = {"limits": {"attempts_max": 1, "rows_ratio": 0.1}, "seed": 3}
    assert not privsynth.run(source, tmp_path / "first", MODEL, **once).released
    second = privsynth.run(source, tmp_path / "second", MODEL, **once)
    (said,) = second.result.advice.by_hand
    assert "no rows went out, but an attempt counts from its start" in said
    assert "()" not in said


def test_a_dry_run_refuses_a_state_that_is_a_file(source: Path, tmp_path: Path) -> None:
    planned = command("run", str(source), "--out", str(tmp_path / "out"), "--state", str(source), "--dry-run")
    assert planned.returncode == ExitCode.USAGE
    assert "the state directory is a file or a link" in planned.stderr
