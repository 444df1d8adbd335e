"""Reports that repeat a real value are not written: what goes out instead says where it stands, and not what it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from builders import Content, draft, passing, reports
from command import privsynth

from privsynth.errors import ExitCode
from privsynth.gate import gates_for
from privsynth.pipeline import acts
from privsynth.policy import Policy
from privsynth.release import Draft, Notice, Refusal, Reports, decide
from privsynth.report import render_reports as real_render
from privsynth.source import Source
from privsynth.verdict import Verdict

NAME = "Ingunn Quixley"
ROWS = 40


@pytest.fixture
def table(tmp_path: Path) -> Path:
    names = [NAME, *(f"Anna Testperson{n}" for n in range(1, ROWS))]
    pd.DataFrame({"name": names, "age": range(20, 20 + ROWS)}).to_csv(tmp_path / "people.csv", index=False)
    return tmp_path / "people.csv"


@pytest.fixture
def leaky(monkeypatch: pytest.MonkeyPatch) -> None:
    """All gates are content, and a note of the manifest holds a name."""

    def render(draft: Draft, verdicts: list[Verdict], source: Source, policy: Policy, facts: Any) -> Reports:
        files = dict(real_render(draft, verdicts, source, policy, facts).files)
        manifest = json.loads(files["manifest.json"])
        manifest["notes"] = [f"one row belongs to {NAME}"]
        return Reports({**files, "manifest.json": json.dumps(manifest).encode()})

    monkeypatch.setattr(acts, "render_reports", render)
    monkeypatch.setattr(acts, "gates_for", lambda policy: tuple(Content(gate.name) for gate in gates_for(policy)))


def mask(table: Path, *more: str) -> Any:
    return privsynth("run", str(table), "--backend", "mask", "--out", str(table.parent / "out"), *more)


@pytest.mark.usefixtures("leaky")
def test_a_block_by_the_gate_over_the_reports_leaves_what_kind_of_value_where_and_what_to_do(table: Path) -> None:
    ran = mask(table)
    assert ran.returncode == ExitCode.BLOCKED
    place = table.parent / "out.refused"
    assert sorted(file.name for file in place.iterdir()) == ["refusal.html", "refusal.json"]
    written = json.loads((place / "refusal.json").read_text())
    assert (written["gate"], written["outcome"]) == ("artefacts", "refused")
    reason = written["reasons"][0]
    assert (reason["columns"], reason["kinds"]) == (
        ["people.name"],
        "a value that names a person, of people.name: in manifest.json, notes",
    )
    assert "take people.name out of the file" in reason["remedy"]
    page = (place / "refusal.html").read_text()
    assert "a value that names a person, of people.name: in manifest.json, notes" in page
    assert not (table.parent / "out").exists()
    assert "Quixley" not in page + json.dumps(written) + ran.stderr
    assert f"the reason is in {place}/" in ran.stderr


@pytest.mark.usefixtures("leaky")
def test_for_machines_nothing_of_the_reports_is_told_either(table: Path) -> None:
    ran = mask(table, "--json")
    told = json.loads(ran.stdout)
    assert (told["outcome"], told["warnings"], told["exit_code"]) == ("refused", [], 3)
    assert [path["path"].rsplit("/", 1)[1] for path in told["outputs"]] == ["refusal.html", "refusal.json"]
    assert "Quixley" not in ran.stdout


@pytest.mark.usefixtures("leaky")
def test_a_later_refusal_takes_the_place_of_the_notice(table: Path) -> None:
    assert mask(table).returncode == mask(table).returncode == ExitCode.BLOCKED


@pytest.mark.usefixtures("leaky")
def test_a_notice_that_would_leak_too_names_no_column_and_then_is_not_written(
    table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, seen = acts.render_notice, list[bool]()

    def render(*given: Any, bare: bool) -> Reports:
        seen.append(bare)
        files = real(*given, bare=bare).files
        return Reports({**files, "refusal.json": json.dumps({"note": NAME}).encode()} if not bare else files)

    monkeypatch.setattr(acts, "render_notice", render)
    assert mask(table).returncode == ExitCode.BLOCKED
    assert seen == [False, True]
    assert json.loads((table.parent / "out.refused" / "refusal.json").read_text())["reasons"][0]["columns"] == []


@pytest.mark.usefixtures("leaky")
def test_where_every_notice_leaks_nothing_is_written(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acts, "render_notice", lambda *_, bare: Reports({"refusal.json": f'"{NAME} {bare}"'.encode()}))
    assert mask(table).returncode == ExitCode.BLOCKED
    assert not (table.parent / "out.refused").exists()


def test_a_notice_about_other_bytes_is_not_shown() -> None:
    of, paper = draft(), reports()
    verdicts = [v for v in passing(of, paper) if v.gate != "artefacts"]
    judged = passing(of, paper)[-1]
    strange = Notice(Reports({"refusal.json": b"{}"}), judged)
    refusal = decide(of, paper, verdicts, notice=strange)
    assert isinstance(refusal, Refusal)
    assert refusal.shown is None
    right = Notice(paper, judged)
    assert decide(of, paper, verdicts, notice=right).shown is paper  # type: ignore[union-attr]
