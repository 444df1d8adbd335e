"""Two releases of one source: in how many rows they can be joined is measured, asked for or not, and has a limit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from command import privsynth

from privsynth.dataset import Column, Dataset, Kind, Table
from privsynth.gate.tracing import Tracing
from privsynth.policy import Policy
from privsynth.source import EarlierRelease


@pytest.fixture
def file(tmp_path: Path) -> Path:
    rng, rows = np.random.default_rng(1), 400
    frame = pd.DataFrame(
        {
            "email": [f"p{n}@mail.org" for n in range(rows)],
            "town": rng.choice(["Ulm", "Bern", "Graz"], rows),
            "amount": np.round(rng.lognormal(4, 1, rows), 2),
            "score": rng.normal(50, 10, rows).round(1),
        }
    )
    frame.to_csv(tmp_path / "people.csv", index=False)
    return tmp_path / "people.csv"


def masked(file: Path, out: str, *options: str) -> Any:
    return privsynth("mask", str(file), "--out", str(file.parent / out), "--quiet", *options)


def joins(folder: Path) -> dict[str, Any]:
    manifest = json.loads((folder / "manifest.json").read_text())
    findings = next(verdict["findings"] for verdict in manifest["verdicts"] if verdict["gate"] == "tracing")
    return {found["key"]: found for found in findings if found["key"].startswith("joined")}


def test_the_ledger_knows_the_earlier_release_and_it_is_joined_unasked(file: Path) -> None:
    assert masked(file, "one").returncode == 0
    assert set(joins(file.parent / "one")) == {"joined_by_what_is_kept"}
    other = file.parent / "renamed.csv"  # and it is known by its content
    pd.read_csv(file).iloc[3:].rename(columns={"email": "mail"}).to_csv(other, index=False)
    assert masked(other, "two").returncode == 0
    found = joins(file.parent / "two")["joined_with_release_1"]
    assert found["measured"] > 0.8
    assert "record 1 of the ledger" in found["note"]


def test_a_release_that_was_changed_or_is_gone_is_said(file: Path) -> None:
    masked(file, "one")
    (file.parent / "one" / "people.csv").write_text("changed")
    masked(file, "two")
    manifest = json.loads((file.parent / "two" / "manifest.json").read_text())
    assert set(joins(file.parent / "two")) == {"joined_by_what_is_kept"}
    assert any("how many rows join with the release of record 1" in note for note in manifest["notes"])


def test_a_named_release_is_joined_and_what_is_none_is_refused(file: Path) -> None:
    masked(file, "one", "--state", str(file.parent / "a"))
    masked(file, "two", "--state", str(file.parent / "b"), "--against", str(file.parent / "one"))
    assert joins(file.parent / "two")["joined_with_release_1"]["measured"] > 0.8
    refused = masked(file, "three", "--against", str(file.parent))
    assert refused.returncode == 2
    assert "release 1 of --against" in refused.stderr


def test_no_place_goes_out(file: Path) -> None:
    masked(file, "one")
    masked(file, "two", "--against", str(file.parent / "one"))
    for path in (file.parent / "two").iterdir():
        assert str(file.parent) not in path.read_text()


@pytest.mark.parametrize(
    ("profile", "backend", "keeps_people", "limit"),
    [
        ("gdpr-strict", "mask", True, 0.05),
        ("gdpr-strict", "clone", True, 0.05),
        ("internal", "mask", True, None),
        ("gdpr-strict", "mask", False, None),
        ("gdpr-strict", "model", True, None),
    ],
)
def test_it_is_held_against_a_limit_where_the_rows_of_both_are_peoples(
    profile: str, backend: str, keeps_people: bool, limit: float | None
) -> None:
    frame = pd.DataFrame({"a": np.arange(50.0), "b": pd.Series(["x", "y"] * 25, dtype=object)})
    made = Table("t", (Column("a", Kind.NUMBER), Column("b", Kind.TEXT)), frame)
    gate = Tracing(Policy(profile=profile, backend=backend))
    found = gate._joined(made, made, EarlierRelease(name="n", dataset=Dataset((made,)), keeps_people=keeps_people), 1)
    assert (found.limit, found.passed) == (limit, limit is None)


@pytest.mark.parametrize(
    ("backend", "says"), [("mask", "knows of a joined person"), ("model", "nothing to do where the gate copies passed")]
)
def test_a_join_that_is_only_reported_says_what_to_do_about_it(backend: str, says: str) -> None:
    made = Table("t", (Column("a", Kind.NUMBER),), pd.DataFrame({"a": np.arange(50.0)}))
    earlier = EarlierRelease(name="n", dataset=Dataset((made,)), keeps_people=True)
    assert says in Tracing(Policy(backend=backend))._joined(made, made, earlier, 1).note


def test_where_joins_have_a_limit_a_release_that_was_moved_away_is_missing_evidence_until_it_is_named(
    file: Path,
) -> None:
    strict = ("--profile", "gdpr-strict", "--drop", "score", "--drop", "amount")
    assert masked(file, "one", *strict).returncode == 0
    (file.parent / "one").rename(file.parent / "archive")
    refused = masked(file, "two", *strict)
    assert refused.returncode == 3
    assert "--against" in (file.parent / "two.refused" / "report.json").read_text()
    assert masked(file, "two", *strict, "--against", str(file.parent / "archive")).returncode == 0


def test_a_ledger_that_begins_anew_is_said_where_attempts_have_a_limit(file: Path) -> None:
    def said(out: str, profile: str) -> str:
        strict = ("--profile", profile, "--drop", "score", "--drop", "amount")
        done = privsynth("mask", str(file), "--out", str(file.parent / out), *strict)
        assert done.returncode == 0
        return str(done.stderr)

    assert "a new ledger begins" in said("one/out", "gdpr-strict")
    assert "a new ledger begins" not in said("one/again", "hipaa-expert")
    assert "a new ledger begins" not in said("two/out", "internal")


def test_a_table_from_elsewhere_is_joined_with_an_earlier_release_that_is_named(file: Path) -> None:
    """Somebody else's masking: the amounts and scores of the same people under new tokens."""
    assert masked(file, "one").returncode == 0
    other = file.parent / "other.csv"
    pd.read_csv(file).assign(email=[f"t{n}" for n in range(400)]).to_csv(other, index=False)

    def found(*options: str) -> dict[str, Any]:
        done = privsynth("risk", str(file), str(other), "--json", *options)
        verdicts = json.loads(done.stdout)["verdicts"]
        tracing = next(verdict["findings"] for verdict in verdicts if verdict["gate"] == "tracing")
        return {each["key"]: each for each in tracing}

    assert found("--against", str(file.parent / "one"))["joined_with_release_1"]["measured"] > 0.8
    assert "joined_with_release_1" not in found()
    nobody = privsynth("risk", str(file), str(other), "--against", str(file.parent / "none"))
    assert nobody.returncode == 2
    assert "is not there any more" in nobody.stderr
