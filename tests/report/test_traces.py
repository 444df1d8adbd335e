"""What the first screen says of rows that lead back to their person."""

from __future__ import annotations

from privsynth.report.traces import traces
from privsynth.verdict import Finding, Verdict


def verdict(*findings: Finding) -> list[Verdict]:
    return [Verdict("tracing", "0" * 64, findings)]


def finding(key: str, share: float, table: str = "visits") -> Finding:
    return Finding(key, share, what="rows", table=table, n=200, roughly="more than 5 % of the rows")


SOME, EVERY = finding("nearest_by_quasi_identifiers", 0.01), finding("nearest_by_all_columns", 0.1)


def test_the_figure_is_that_by_all_columns_in_whole_rows() -> None:
    notes, warnings = traces(verdict(SOME, EVERY), most=0.2, exact=True)
    assert notes == ["visits: nearest by all columns: 20 of 200 rows lead to the right one (10.0 %)"]
    assert warnings == []


def test_beyond_what_quasi_identifiers_are_held_to_it_is_a_warning() -> None:
    notes, (warning,) = traces(verdict(SOME, EVERY), most=0.05, exact=True)
    assert notes == []
    assert "20 of 200 rows lead to the right one (10.0 %): who knows all that was kept" in warning


def test_where_nothing_but_quasi_identifiers_was_kept_it_is_theirs() -> None:
    assert "2 of 200" in traces(verdict(SOME), most=0.2, exact=True)[0][0]


def test_where_no_figure_may_be_told_the_warning_stands_in_words() -> None:
    notes, (warning,) = traces(verdict(SOME, EVERY), most=0.05, exact=False)
    assert notes == []
    assert "visits: nearest by all columns: more than 5 % of the rows lead to the right one: who knows all" in warning
    assert "20" not in warning


def test_rows_of_nobody_are_not_spoken_of() -> None:
    assert traces(verdict(finding("rows_of_people", 0)), most=0.2, exact=True) == ([], [])
    assert traces(verdict(EVERY), most=0.2, exact=True, without={"visits"}) == ([], [])
