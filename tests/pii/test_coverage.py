"""What is claimed stands beside what was measured, and what nobody measured says so."""

from __future__ import annotations

from privsynth.pii import coverage
from privsynth.pii.coverage import measured
from privsynth.pii.entities import entities


def test_measured_kinds_are_claimed_kinds() -> None:
    assert set(measured()) <= set(entities())
    assert {"PERSON", "EMAIL", "CITY", "STREET_ADDRESS", "ORGANIZATION", "DATE", "PHONE", "IBAN"} <= set(measured())


def test_each_figure_has_its_size_and_interval() -> None:
    for row in coverage():
        if row.recall is None:
            assert row.n is row.interval is row.corpus is None
        else:
            low, high = map(float, str(row.interval).split(" to "))
            assert 0 <= low <= row.recall <= high <= 1
            assert row.n is not None
            assert row.n >= 20
            assert row.corpus


def test_kinds_known_by_the_column_name_alone_are_not_measured() -> None:
    rows = {row.entity: row for row in coverage()}
    assert rows["USERNAME"].recall is None
    assert rows["EMAIL"].recall is not None
