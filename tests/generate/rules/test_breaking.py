"""`break: each`: every expectation is broken in a row of its own, listed."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from rulebooks import NOTHING, answer, book, fitted, made

from privsynth.dataset import Dataset
from privsynth.emit import serialise
from privsynth.errors import PolicyError
from privsynth.expressions.constants import constants_in
from privsynth.gate.schema import Schema
from privsynth.policy import Policy
from privsynth.release import Draft
from privsynth.source import Source

COLUMNS = """id: {sequence: {}}
age: {whole: {low: 18, high: 90}}
kind: {choice: {new: 3, old: 1}}
since: {date: {low: 2020-01-01, high: 2024-12-31}}
until: {date: {low: since, high: since + INTERVAL 20 DAY}}
fee: {uniform: {low: 0, high: 300}}
times: {whole: {low: 1, high: 4}}
cost: {sql: fee * times}"""
EXPECTED = ["age >= 18", "kind <> 'old' OR age > 30", "until >= since", "cost <= 1000", "kind IN ('new', 'old')"]


def with_breaks(words: str = "each", expected: list[str] = EXPECTED, rest: str = "") -> str:
    lines = "".join(f'      - "{each}"\n' for each in expected)
    return book(COLUMNS, rest=f"    break: {words}\n    expect:\n{lines}{rest}")


def breaking(folder: Path, data: Dataset, expected: list[str]) -> dict[int, list[int]]:
    """The rows, by their keys, that break each expectation."""
    return {
        at: [int(key) for (key,) in answer(folder, data, f"SELECT id FROM t WHERE NOT ({each}) ORDER BY id")]  # noqa: S608
        for at, each in enumerate(expected, 1)
    }


@pytest.mark.parametrize(("words", "each"), [("each", 1), ("{each: 3}", 3)])
def test_each_expectation_is_broken_in_rows_of_its_own_that_are_listed(tmp_path: Path, words: str, each: int) -> None:
    data = made(tmp_path, with_breaks(words))
    found, listed = breaking(tmp_path, data, EXPECTED), data["errors"].frame
    assert [len(rows) for rows in found.values()] == [each] * len(EXPECTED)
    assert len({row for rows in found.values() for row in rows}) == each * len(EXPECTED)
    for at, rows in found.items():
        assert sorted(set(listed.loc[listed["error"] == f"breaks expect {at}", "row"].astype(int))) == rows


TWO = ["a <= b", "a + b < 150"]
WHOLE = "a: {whole: {low: 0, high: 100}}\nb: {whole: {low: 0, high: 100}}"


def many_broken(folder: Path, rows: int, each: int) -> tuple[list[int], str]:
    """How many rows break each of two expectations of the same columns alone, and what is told."""
    expects = "".join(f"      - {that}\n" for that in TWO)
    data = made(folder, book(WHOLE, rows=rows, rest=f"    break: {{each: {each}}}\n    expect:\n{expects}"))
    frame = data.root.frame
    order, total = frame["a"] > frame["b"], frame["a"] + frame["b"] >= 150
    return [int((order & ~total).sum()), int((total & ~order).sum())], data.notes[-1]


def test_many_rows_are_broken_where_rules_name_the_same_columns(tmp_path: Path) -> None:
    broken, told = many_broken(tmp_path, 500, 200)
    assert broken == [200, 200]
    assert told == (
        "table t: 2 of 2 expectations are broken, each in 200 rows that keep all others, listed in table errors"
    )


def test_what_is_broken_less_often_than_asked_is_counted_as_broken(tmp_path: Path) -> None:
    broken, told = many_broken(tmp_path, 100, 80)
    assert broken == [50, 50]
    assert told == (
        "table t: 2 of 2 expectations are broken, in 100 rows that keep all others, where 160 were asked for,"
        " listed in table errors; no more rows were found to break alone:"
        " expect 1 (in 50 of 80), expect 2 (in 50 of 80)"
    )


def test_what_is_worked_out_follows_the_value_that_is_changed(tmp_path: Path) -> None:
    data = made(tmp_path, with_breaks())
    frame = data.root.frame
    pd.testing.assert_series_equal(frame["cost"], frame["fee"] * frame["times"], check_names=False, atol=0.006)
    assert "cost" in set(data["errors"].frame["column"])


def test_without_what_is_listed_the_table_is_the_one_that_keeps_the_rules(tmp_path: Path) -> None:
    data, usual = made(tmp_path, with_breaks()), made(tmp_path, with_breaks().replace("    break: each\n", ""))
    back = {column.name: data.root.text(column.name).copy() for column in data.root.columns}
    for line in data["errors"].frame.itertuples():
        assert back[line.column][int(line.row) - 1] == line.wrong
        back[line.column][int(line.row) - 1] = line.right
    assert all((back[name] == usual.root.text(name)).all() for name in back)


def test_the_gates_judge_by_the_list(tmp_path: Path) -> None:
    data = made(tmp_path, with_breaks())
    recipe = fitted(tmp_path, with_breaks()).recipe
    found = Schema(Policy()).measure(
        Draft(data, serialise(data), None, recipe), Source(Dataset(()), Dataset(()), NOTHING)
    )
    assert all(finding.passed for finding in found)
    assert {"planted.breaks expect 1", "rule.expect 1"} <= {finding.key for finding in found}
    assert recipe.details["errors"] == {"t": ["each expectation to be broken in 1 rows"]}


def test_what_cannot_be_broken_is_told(tmp_path: Path) -> None:
    data = made(tmp_path, with_breaks(expected=["age >= 18", "id > 0"]))
    assert data.notes[-1] == (
        "table t: 1 of 2 expectations are broken, each in a row that keeps all others, listed in table errors;"
        " no value was found to break alone: expect 2"
    )


def test_a_value_at_which_rows_of_another_table_look_stays(tmp_path: Path) -> None:
    child = (
        "  c:\n    belongs_to: {table: t, count: {constant: 1}}\n    columns:\n"
        "      id: {reference: id}\n      twice: {sql: parent.age * 2}\n"
    )
    data = made(tmp_path, with_breaks(expected=["age >= 18", "fee <= 300"], rest=child))
    assert set(data["errors"].frame["column"]) == {"fee", "cost"}
    assert list(data["c"].frame["twice"]) == list(data["t"].frame["age"] * 2)


@pytest.mark.parametrize(
    ("words", "rest", "said"),
    [
        ("all", "", "break"),
        ("{each: 0}", "", "break.each"),
        ("each", "    errors: [{duplicate: 0.1}]\n", "not broken where errors are made"),
        ("each", "  errors: {rows: 1, columns: {a: {constant: 1}}}\n", "the book has another one"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, words: str, rest: str, said: str) -> None:
    with pytest.raises(PolicyError, match=said):
        made(tmp_path, with_breaks(words, rest=rest))


def test_a_table_without_expectations_has_nothing_to_break(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="there is no expectation to break"):
        made(tmp_path, book("a: {constant: 1}", rest="    break: each\n"))


def test_the_constants_of_an_expression_are_numbers_and_texts() -> None:
    assert constants_in("a > 2.5 AND b IN ('x', 'y') AND c < DATE '2024-01-31' AND a < 2.5") == [
        2.5,
        "x",
        "y",
        "2024-01-31",
    ]
