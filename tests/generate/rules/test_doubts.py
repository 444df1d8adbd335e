"""Comparisons that go the same way in every row are told; what is not certain is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from rulebooks import book, made

from privsynth.generate.rules.mistakes.found import examined

COLUMNS = """id: {sequence: {}}
status: {choice: [placed, paid, sent]}
age: {whole: {low: 18, high: 90}}
fee: {uniform: {low: 0, high: 300}}
day: {date: {low: 2020-01-01, high: 2020-12-31}}
code: {pattern: "[A-Z]{2}"}
band: {sql: "CASE WHEN age < 40 THEN 'young' ELSE 'old' END"}
amount: {normal: {mean: 5, sd: age, low: "coalesce(age, 3)"}}
deep: {when: status = 'paid', then: {choice: [1, 2]}, else: {constant: 7}}
x: """


def doubts(way: str, rest: str = "") -> list[tuple[str, str]]:
    found = examined(book(COLUMNS + way, rest=rest), "book.yaml")
    assert not found.mistakes, found.mistakes
    return [(each.message, each.hint) for each in found.doubts]


def when(condition: str, rest: str = "") -> list[tuple[str, str]]:
    return doubts(f'{{when: "{condition}", then: {{constant: 1}}, else: {{constant: 2}}}}', rest)


def test_a_misspelt_level_is_told_with_its_place_and_the_nearest() -> None:
    problem = "book.yaml:16:11: tables.t.columns.x.when: status never has a value that it is compared with here."
    assert when("status = 'payed'") == [(problem, "did you mean 'placed' or 'paid'?")]


@pytest.mark.parametrize(
    ("condition", "hint"),
    [
        ("status <> 'unknown'", "it is one of: placed, paid, sent"),
        ("status IN ('sent', 'paidd')", "did you mean 'paid'?"),
        ("age > 90", "it goes from 18 to 90"),
        ("17 >= age", "it goes from 18 to 90"),
        ("age = 20.5", "it goes from 18 to 90"),
        ("fee BETWEEN 301 AND 400", "it goes from 0 to 300"),
        ("day < DATE '2020-01-01'", "it goes from 2020-01-01 to 2020-12-31"),
        ("code = 'A1'", "look at how it is made"),
        ("band = 'yong'", "did you mean 'young'?"),
        ("deep = 3", "it is one of: 1, 2, 7"),
        ("deep > 7", "it is one of: 1, 2, 7"),
        ("age >= 18", "it goes from 18 to 90"),
    ],
)
def test_what_is_certain_is_told(condition: str, hint: str) -> None:
    assert [told for _, told in when(condition)] == [hint]


@pytest.mark.parametrize(
    "condition",
    [
        "status = 'paid'",
        "age >= 90",
        "age < 19",
        "fee > 299.99",
        "age BETWEEN 0 AND 40",
        "day >= DATE '2020-12-31'",
        "code = 'AB'",
        "band = 'old'",
        "amount < 1",
        "deep = 7",
        "status = lower('PAYED')",
    ],
)
def test_what_may_be_either_way_is_not(condition: str) -> None:
    assert when(condition) == []


def test_what_is_demanded_may_hold_in_every_row_but_not_in_none() -> None:
    assert doubts("{constant: 1}", "    expect: [age >= 18]\n") == []
    (told,) = doubts("{constant: 1}", "    expect: [age > 100]\n")
    assert "tables.t.expect.0: a comparison of age is never true here" in told[0]


def test_a_key_that_never_comes_is_told() -> None:
    (told,) = doubts("{by: status, of: {paid: {constant: 1}, snet: {constant: 2}}}")
    assert told == (
        "book.yaml:16:49: tables.t.columns.x.of.snet: status never has this value, so nothing is made in this way.",
        "did you mean 'sent'?",
    )


def test_what_a_scenario_makes_possible_is_not_told() -> None:
    scenario = "scenarios: {late: {tables: {t: {columns: {status: {choice: [paid, overdue]}}}}}}\n"
    assert when("status = 'overdue'", scenario) == []
    assert when("status = 'placed'", scenario) == []
    assert len(when("status = 'payed'", scenario)) == 1


def test_columns_of_other_rows_are_asked_too() -> None:
    child = """  lines:
    belongs_to: {table: t, count: {constant: 1}}
    columns: {id: {reference: id}, y: {sql: "CASE WHEN parent.status = 'snt' THEN 1 ELSE 0 END"}}
"""
    assert [hint for _, hint in doubts("{constant: 1}", child)] == ["did you mean 'sent'?"]


def test_states_are_known() -> None:
    child = """  steps:
    belongs_to: {table: t}
    states: {start: open, moves: {open: {closed: 1}}, stay: {open: {constant: 3}}, since: 2020-01-01}
    columns: {id: {reference: id}, state: {row: state}, y: {sql: "if(state = 'close', 1, 0)"}}
"""
    assert [hint for _, hint in doubts("{constant: 1}", child)] == ["did you mean 'closed'?"]


def test_a_run_notes_doubts_without_a_value(tmp_path: Path) -> None:
    text = book(COLUMNS + "{when: status = 'payed', then: {constant: 1}, else: {constant: 2}}")
    (note,) = made(tmp_path, text, rows=5).notes
    assert note.startswith("book.yaml:16:11: tables.t.columns.x.when: status never has a value")
    assert "paid" not in note


SHIPPED = sorted((Path(__file__).parents[3] / "rules").glob("*.yaml"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_nothing_of_a_shipped_book_is_doubtful(path: Path) -> None:
    assert examined(path.read_text(encoding="utf-8"), path.name, path.parent).doubts == ()
