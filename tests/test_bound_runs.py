"""Runs that a rulebook binds, from files to the report: the gate asks each rule of the rows as they go out."""

from __future__ import annotations

import csv
import json
import random
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from builders import Content

from privsynth.errors import PolicyError
from privsynth.gate import gates_for
from privsynth.pipeline import acts, halves
from privsynth.pipeline.bound import kept_in_words
from privsynth.pipeline.whole import synthesize
from privsynth.policy import Policy
from privsynth.recipe import RuleKept
from privsynth.release import Outcome, Release
from privsynth.stages import Stages
from privsynth.verdict import Finding, Verdict

BOOK = """
version: 1
name: stays
tables:
  people:
    rows: 10
    columns:
      person: {sequence: {}}
      born: {date: {low: 1930-01-01, high: 2010-01-01}}
      spent: {total: {of: stays.cost}}
    expect:
      - spent < 3000
  stays:
    belongs_to: {table: people, count: {constant: 2}}
    columns:
      person: {reference: person}
      came: {date: {low: parent.born, high: 2025-01-01}}
      went: {date: {low: came, high: 2025-12-31}}
      nights: {whole: {low: 0, high: 20}}
      cost: {whole: {low: 0, high: 2000}}
      ward: {choice: [a, b, c]}
    expect:
      - went >= came
      - came > parent.born
      - ward <> 'a' OR nights <= 3
      - that: ward <> 'c' OR nights > 2
        rate: 0.9
"""


@pytest.fixture
def schema_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """All gates but schema, and those that count, are content."""
    real = ("schema", "claim", "budget")
    monkeypatch.setattr(
        acts,
        "gates_for",
        lambda policy: tuple(gate if gate.name in real else Content(gate.name) for gate in gates_for(policy)),
    )


def write(folder: Path, *, broken: int = 0) -> Path:
    """People and their stays, in which all rules hold but in the first stays."""
    chance, data = random.Random(3), folder / "data"  # noqa: S311 - no secret
    data.mkdir()
    stays, people = [], []
    for person in range(600):
        born = date(1940, 1, 1) + timedelta(days=chance.randrange(20_000))
        spent = 0
        for _ in range(chance.randrange(4)):
            came = date(2021, 1, 1) + timedelta(days=chance.randrange(1_000))
            ward = chance.choice("abc")
            nights = chance.randrange(4) if ward == "a" else chance.randrange(3, 12)
            cost = 100 * nights + chance.randrange(90)
            went = came + timedelta(days=nights if len(stays) >= broken else -1)
            stays.append([1000 + person, came, went, nights, cost, ward])
            spent += cost
        people.append([1000 + person, born, spent])
    _csv(data / "people.csv", ["person", "born", "spent"], [p for p in people if p[2] < 3000])
    kept = {p[0] for p in people if p[2] < 3000}
    _csv(data / "stays.csv", ["person", "came", "went", "nights", "cost", "ward"], [s for s in stays if s[0] in kept])
    (folder / "book.yaml").write_text(BOOK)
    return data


def _csv(file: Path, head: list[str], rows: list[list[Any]]) -> None:
    with file.open("w", newline="") as open_file:
        csv.writer(open_file).writerows([head, *rows])


MASK = {"kind": "mask", "unlisted": "propose"}


def outcome_of(folder: Path, data: Path, backend: Any, **asked: Any) -> Outcome:
    policy = Policy(
        backend=backend, keep_rules=folder / "book.yaml", seed=5, holdout=0.5, state=folder / "state", **asked
    )
    return synthesize(str(data), policy, Stages())


def asked_of(outcome: Outcome) -> list[Finding]:
    schema: Verdict = next(verdict for verdict in outcome.verdicts if verdict.gate == "schema")
    return [finding for finding in schema.findings if finding.key.startswith("bound.")]


@pytest.mark.usefixtures("schema_alone")
def test_the_rows_of_a_model_keep_the_rulebook_across_tables_and_the_report_says_how(tmp_path: Path) -> None:
    outcome = outcome_of(tmp_path, write(tmp_path), "model")
    assert isinstance(outcome, Release)
    findings = asked_of(outcome)
    assert len(findings) == 8  # a reference, a key, a total, and five expectations
    assert all(finding.passed for finding in findings)
    people, stays = (outcome.dataset[name].frame for name in ("people", "stays"))
    summed = stays.groupby("person").cost.sum().reindex(people.person, fill_value=0).to_numpy()
    assert (people.spent.to_numpy() == summed).all()
    assert (stays.went >= stays.came).all()
    assert ((stays.ward != "a") | (stays.nights <= 3)).all()
    report = json.loads(outcome.reports.files["report.json"])
    told = {row["rule"]: row for row in report["method"]["rules_kept"]}
    assert told["people: total spent"]["repaired"] > 0
    assert told["stays: expect 1"] | {"broken": 0} == told["stays: expect 1"]  # learnt as a distance
    assert b"How the rulebook that binds the rows was kept" in outcome.reports.files["compliance.html"]


@pytest.mark.usefixtures("schema_alone")
def test_clones_keep_the_rulebook(tmp_path: Path) -> None:
    outcome = outcome_of(tmp_path, write(tmp_path), "clone")
    assert isinstance(outcome, Release)
    assert all(finding.passed for finding in asked_of(outcome))


@pytest.mark.usefixtures("schema_alone")
def test_masked_rows_keep_what_their_source_rows_keep(tmp_path: Path) -> None:
    data = write(tmp_path, broken=12)
    columns = {"came": {"mask": "shift"}, "went": {"mask": "shift"}}
    outcome = outcome_of(tmp_path, data, MASK, tables={"stays": {"columns": columns}})
    assert isinstance(outcome, Release)
    told = {row["rule"]: row for row in json.loads(outcome.reports.files["report.json"])["method"]["rules_kept"]}
    assert told["stays: expect 1"]["excused"] == 12
    assert told["stays: expect 1"]["repaired"] == 0  # both dates moved together
    assert any("is broken by 12 of" in note for note in outcome_notes(outcome))


def outcome_notes(outcome: Outcome) -> list[str]:
    return list(json.loads(outcome.reports.files["report.json"])["notes"])


@pytest.mark.usefixtures("schema_alone")
def test_a_rule_that_the_source_breaks_is_refused_with_counts_before_the_fit(tmp_path: Path) -> None:
    with pytest.raises(
        PolicyError, match=r"stays: expect 1 \(book\.yaml:\d+:9\) is broken by 12 of [\d,]+ rows"
    ) as error:
        outcome_of(tmp_path, write(tmp_path, broken=12), "model")
    assert "privsynth rules check" in error.value.hint


@pytest.mark.usefixtures("schema_alone")
def test_a_rulebook_that_speaks_of_other_columns_or_tables_is_refused(tmp_path: Path) -> None:
    data = write(tmp_path)
    (tmp_path / "book.yaml").write_text(BOOK.replace("spent", "paid"))
    with pytest.raises(PolicyError, match=r"people\.paid is not there"):
        outcome_of(tmp_path, data, "model")
    (tmp_path / "book.yaml").write_text(BOOK.replace("people", "patients").replace("stays", "visits"))
    with pytest.raises(PolicyError, match="says nothing of these tables"):
        outcome_of(tmp_path, data, "model")


@pytest.mark.usefixtures("schema_alone")
def test_what_is_changed_after_the_repair_is_refused_by_the_gate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from privsynth.generate.bound import BoundBackend

    monkeypatch.setattr(BoundBackend, "sample", lambda self, rows, rng: late(self.backend.sample(rows, rng)))
    outcome = outcome_of(tmp_path, write(tmp_path), "model")
    assert not isinstance(outcome, Release)
    assert "people: total spent" in next(finding.what for finding in asked_of(outcome) if not finding.passed)


def late(data: Any) -> Any:
    people = data["people"]
    return data.replace_tables(replace(people, frame=people.frame.assign(spent=people.frame.spent + 1)))


def test_the_rulebook_that_makes_rows_does_not_bind_others(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="keep_rules: binds the rows of model, clone or mask"):
        Policy(backend="rules", keep_rules=tmp_path / "book.yaml")


@pytest.mark.usefixtures("schema_alone")
def test_a_key_that_the_data_was_not_found_to_have_is_refused_with_what_to_write(tmp_path: Path) -> None:
    data = write(tmp_path)
    for name, key in (("people", "number"), ("stays", "who")):
        file = data / f"{name}.csv"
        file.write_text(file.read_text().replace("person,", f"{key},", 1))
    book = BOOK.replace("person: {sequence", "number: {sequence").replace(
        "person: {reference: person", "who: {reference: number"
    )
    (tmp_path / "book.yaml").write_text(book)
    with pytest.raises(PolicyError, match="not found to have this key") as error:
        outcome_of(tmp_path, data, "model")
    assert "parent: people, parent_key: number, child: stays, child_key: who" in error.value.hint


def test_a_kept_model_is_bound_again_at_the_draw(tmp_path: Path) -> None:
    data = write(tmp_path)
    policy = Policy(backend="model", keep_rules=tmp_path / "book.yaml", seed=5, holdout=0.5)
    prepared, fitted = halves.fit(str(data), policy, Stages())
    halves.keep(fitted, prepared, tmp_path / "model", paths=[str(data)])
    saved = halves.load(tmp_path / "model")
    again, model = halves.resume(saved, str(data), saved.policy, Stages())
    made = model.sample(None, again.seeds.chance("sample"))
    people, stays = (made[name].frame for name in ("people", "stays"))
    assert (people.spent.to_numpy() == stays.groupby("person").cost.sum().reindex(people.person, fill_value=0)).all()


def test_rules_for_which_nothing_had_to_be_done_are_counted() -> None:
    kept, mended = RuleKept(rule="a", table="t", rows=9), RuleKept(rule="b", table="t", rows=9, broken=2, redrawn=2)
    assert kept_in_words([]) == []
    assert kept_in_words([mended]) == ["b: 2 of 9 rows broke it, 2 were drawn again"]
    assert kept_in_words([kept]) == ["1 rule of the binding rulebook held in the rows as they were made"]
    assert kept_in_words([kept, mended, kept])[1:] == [
        "the other 2 rules of the binding rulebook held in the rows as they were made"
    ]
