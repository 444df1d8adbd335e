"""Without a source: what was invented must lie where it can belong to nobody, whatever made it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from privsynth.dataset import Column, Dataset, Kind, Role, Table
from privsynth.emit import serialise
from privsynth.gate.pii import PersonalData
from privsynth.generate.rules import Rules
from privsynth.generate.rules.making.rows import side_by_side
from privsynth.options import RulesOptions
from privsynth.policy import Policy
from privsynth.release import Draft
from privsynth.source import Source
from privsynth.statistics import Statistics, Taken
from privsynth.verdict import Finding

NOBODY = Source(Dataset(()), Dataset(()), Statistics({}, Taken()))


def found_in(dataset: Dataset) -> dict[str, Finding]:
    draft = Draft(dataset, serialise(dataset))
    return {finding.key: finding for finding in PersonalData(Policy(backend="rules")).measure(draft, NOBODY)}


@pytest.fixture
def by_book(tmp_path):  # type: ignore[no-untyped-def]
    def findings(columns: str, rows: int = 60) -> dict[str, Finding]:
        book = tmp_path / "book.yaml"
        lines = "\n".join(f"      {line}" for line in columns.strip().splitlines())
        book.write_text(f"version: 1\nname: b\ntables:\n  t:\n    rows: {rows}\n    columns:\n{lines}\n")
        rules = Rules(RulesOptions(rulebook=book), Policy().limits)
        fitted = rules.fit(Dataset(()), NOBODY.statistics, np.random.default_rng(0))
        return found_in(fitted.sample(None, np.random.default_rng(1)))

    return findings


@pytest.mark.parametrize(
    ("column", "pattern"),
    [
        ("ssn", r"[1-5]\d{2}-\d{2}-\d{4}"),
        ("code", r"4929 \d{4} \d{4} \d{4}"),
        ("note", r"Write to [a-z]{6}@(gmail|web).com today please"),
        ("phone", r"\(212\) [2-9]\d{2}-\d{4}"),
        ("reply", r"[a-z]{6}@gmail.com"),
    ],
)
def test_a_pattern_that_makes_what_somebody_could_have_is_found(by_book, column: str, pattern: str) -> None:  # type: ignore[no-untyped-def]
    found = by_book(f"{column}: {{pattern: '{pattern}'}}")
    assert not (found["not_invented"].passed and found["likely"].passed)
    assert column in (*found["not_invented"].where, *found["likely"].where)


@pytest.mark.parametrize(
    ("column", "pattern"),
    [
        ("ssn", r"9\d{2}-[0-4]\d-\d{4}"),
        ("phone", r"\(212\) 555-01\d{2}"),
        ("reply", r"[a-z]{6}@example.com"),
        ("mrn", r"MRN\d{7}"),
        ("code", r"[A-Z]{3}-\d{4}"),
        ("note", r"Write to [a-z]{6}@example.com today please"),
    ],
)
def test_a_pattern_that_nobody_can_have_passes(by_book, column: str, pattern: str) -> None:  # type: ignore[no-untyped-def]
    found = by_book(f"{column}: {{pattern: '{pattern}'}}")
    assert all(finding.passed for finding in found.values())


def test_keys_and_people_pass_and_what_was_not_judged_is_said(by_book) -> None:  # type: ignore[no-untyped-def]
    people = "\n".join(
        f"{part}: {{person: {part}}}"
        for part in ("name", "street", "email", "phone", "ssn", "nhs", "ip", "mac", "url", "card", "iban", "username")
    )
    found = by_book(f"id: {{sequence: {{prefix: C, width: 6}}}}\nkey: {{uuid: {{}}}}\n{people}")
    assert all(finding.passed for finding in found.values())
    outside = found["outside_reserved"]
    assert (outside.measured, outside.limit) == (0, 0)
    assert outside.n is not None
    assert 400 < outside.n <= 9 * 60
    assert "name, street, username" in outside.note


def test_an_invented_value_outside_its_range_is_counted_and_not_said() -> None:
    values = {"email": np.array(["a@example.com", "b@gmail.com", "b@gmail.com", None], dtype=object)}
    column = Column("email", Kind.TEXT, role=Role.DIRECT, entity="EMAIL", fabricated=True)
    found = found_in(Dataset((Table("t", (column,), side_by_side(values, 4)),)))
    outside = found["outside_reserved"]
    assert (outside.measured, outside.n, outside.where, outside.passed) == (1, 2, ("email",), False)
    assert "gmail" not in repr(found)
    free = found_in(Dataset((Table("t", (replace(column, fabricated=False),), side_by_side(values, 4)),)))
    assert not free["not_invented"].passed
