from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rulebooks import NOTHING, book, fitted, made

from privsynth.dataset import Dataset, Kind, Table
from privsynth.errors import BackendError, PolicyError
from privsynth.gate.schema import Schema
from privsynth.generate.rules import Rules
from privsynth.options import RulesOptions
from privsynth.policy import Policy
from privsynth.release import Draft
from privsynth.source import Source

COLUMNS = """id: {sequence: {}}
first: {person: first_name}
last: {person: last_name}
email: {person: email}
age: {whole: {low: 18, high: 90}, missing: 0.1}
pay: {normal: {mean: 100, sd: 10}}
day: {date: {low: 2020-01-01, high: 2020-12-31}}"""
EXPECT = "    expect:\n      - age >= 18 AND age <= 90\n"


def errors(*lines: str) -> str:
    return "    errors:\n" + "".join(f"      - {{{line}}}\n" for line in lines)


def with_errors(folder: Path, *lines: str, rows: int = 1_000) -> tuple[Table, pd.DataFrame, Table]:
    """The table with errors, their list, and the table as it was meant."""
    data = made(folder, book(COLUMNS, rows=rows, rest=EXPECT + errors(*lines)))
    clean = made(folder, book(COLUMNS, rows=rows, rest=EXPECT)).tables[0]
    return data["t"], data["errors"].frame, clean


def test_typos_are_as_many_as_asked_differ_by_a_letter_or_two_and_are_listed(tmp_path: Path) -> None:
    table, listed, clean = with_errors(tmp_path, "column: last, typo: 0.05")
    changed = np.flatnonzero(table.frame["last"] != clean.frame["last"])
    assert len(changed) == 50
    assert list(listed["row"]) == list(changed + 1)
    assert list(listed["right"]) == list(clean.frame["last"][changed])
    assert list(listed["wrong"]) == list(table.frame["last"][changed])
    assert all(abs(len(a) - len(b)) <= 1 for a, b in zip(listed["right"], listed["wrong"], strict=True))
    assert set(listed["error"]) == {"typo"}
    assert table.frame["first"].equals(clean.frame["first"])


def test_a_typo_leaves_domains_and_words_with_digits_as_they_are(tmp_path: Path) -> None:
    _, listed, _ = with_errors(tmp_path, "column: email, typo: 0.3")
    for right, wrong in zip(listed["right"], listed["wrong"], strict=True):
        assert right != wrong
        assert right.partition("@")[2] == wrong.partition("@")[2]


def test_values_out_of_range_lie_beyond_all_others(tmp_path: Path) -> None:
    lines = ("column: age, out_of_range: 0.1", "column: day, out_of_range: 0.1", "column: pay, out_of_range: 0.01")
    table, listed, clean = with_errors(tmp_path, *lines)
    for name in ("age", "day", "pay"):
        rows = listed.loc[listed["column"] == name, "row"].astype(int) - 1
        wrong, kept = table.frame[name].iloc[rows], clean.frame[name]
        assert ((wrong < kept.min()) | (wrong > kept.max())).all()
    assert (listed["column"] == "age").sum() == round(0.1 * clean.frame["age"].notna().sum())


def test_wrong_types_make_the_column_text_and_are_no_numbers(tmp_path: Path) -> None:
    table, listed, clean = with_errors(tmp_path, "column: pay, wrong_type: 0.1", "column: day, wrong_type: 0.1")
    assert table["pay"].kind is table["day"].kind is Kind.TEXT
    numbers = pd.to_numeric(table.frame["pay"], errors="coerce")
    assert list(np.flatnonzero(numbers.isna()) + 1) == list(listed.loc[listed["column"] == "pay", "row"])
    np.testing.assert_allclose(numbers.dropna(), clean.frame["pay"][numbers.notna()])


def test_swapped_values_stand_in_each_others_place(tmp_path: Path) -> None:
    table, listed, clean = with_errors(tmp_path, "columns: [first, last], swapped: 0.1")
    rows = listed.loc[listed["column"] == "first", "row"].astype(int) - 1
    assert len(rows) == 100
    assert list(table.frame["first"].iloc[rows]) == list(clean.frame["last"].iloc[rows])
    assert list(table.frame["last"].iloc[rows]) == list(clean.frame["first"].iloc[rows])


def test_duplicates_and_late_rows_stay_with_their_parent(tmp_path: Path) -> None:
    child = (
        "  c:\n    belongs_to: {table: t, count: {constant: 5}}\n    columns:\n"
        "      t_id: {reference: id}\n      n: {sequence: {}}\n"
        "    errors:\n      - {duplicate: 0.1}\n      - {late: 0.1}\n"
    )
    data = made(tmp_path, book("id: {sequence: {}}", rows=40, rest=child))
    frame, listed = data["c"].frame, data["errors"].frame
    assert len(frame) == 220
    assert (frame["t_id"].diff().dropna() >= 0).all()
    doubled = listed.loc[listed["error"] == "duplicate", "row"].astype(int) - 1
    assert list(frame["n"].duplicated().to_numpy().nonzero()[0]) == list(doubled)
    late = listed[listed["error"] == "late"]
    assert len(late) == 20
    meant = late["right"].str.removeprefix("row ").astype(int).to_numpy()
    assert sorted(frame["n"].iloc[late["row"].astype(int) - 1]) == sorted(meant)
    rest = frame.drop(index=[*doubled, *(late["row"].astype(int) - 1)])
    assert (rest["n"].diff().dropna() > 0).all()


def verdict(rules: Rules, data: Dataset) -> dict[str, object]:
    from privsynth.emit import serialise

    draft = Draft(data, serialise(data), None, rules.recipe)
    found = Schema(Policy()).measure(draft, Source(Dataset(()), Dataset(()), NOTHING))
    return {finding.key: finding for finding in found}


ALL = (
    "column: last, typo: 0.05", "column: age, out_of_range: 0.1", "columns: [first, last], swapped: 0.1",
    "column: pay, wrong_type: 0.1", "duplicate: 0.02", "late: 0.03",
)  # fmt: skip


def test_gates_know_the_errors_by_their_list_and_count_them(tmp_path: Path) -> None:
    rules = fitted(tmp_path, book(COLUMNS, rows=500, rest=EXPECT + errors(*ALL)))
    data = rules.sample(None, np.random.default_rng(1))
    found = verdict(rules, data)
    assert all(finding.passed for finding in found.values())
    ages = data.as_meant["t"].frame["age"].notna().sum()
    assert {key: found[key].measured for key in found if key.startswith("planted.")} == {
        "planted.typo": 25,
        "planted.out_of_range": round(0.1 * ages),
        "planted.swapped": 2 * 50,
        "planted.wrong_type": 50,
        "planted.duplicate": 10,
        "planted.late": 15,
    }
    assert found["planted_otherwise"].measured == 0


@pytest.mark.parametrize("kind", ["typo", "duplicate", "late", "swapped"])
def test_an_error_that_is_not_listed_or_listed_otherwise_is_refused(tmp_path: Path, kind: str) -> None:
    rules = fitted(tmp_path, book(COLUMNS, rows=500, rest=EXPECT + errors(*ALL)))
    data = rules.sample(None, np.random.default_rng(1))
    frame = data["errors"].frame
    short = data["errors"].take(np.flatnonzero(np.arange(len(frame)) != np.flatnonzero(frame["error"] == kind)[0]))
    assert not verdict(rules, data.replace_tables(short))["planted_otherwise"].passed
    other = frame.assign(right=np.where(frame["error"] == "typo", "somebody", frame["right"]))
    lying = replace(data["errors"], frame=other.astype(frame.dtypes.to_dict()))
    assert not verdict(rules, data.replace_tables(lying))["planted_otherwise"].passed


def test_without_the_list_a_broken_rule_is_an_error(tmp_path: Path) -> None:
    rules = fitted(tmp_path, book(COLUMNS, rows=500, rest=EXPECT + errors("column: age, out_of_range: 0.1")))
    data = rules.sample(None, np.random.default_rng(1))
    bare = data.replace_tables(replace(data["t"], planted=None))
    assert not verdict(rules, bare)["rule.expect 1"].passed


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("column: last, typo: 0.6", "is 0.5 at most"),
        ("column: last", "exactly one of typo"),
        ("column: last, typo: 0.1, late: 0.1", "exactly one of typo"),
        ("typo: 0.1", "a cell's error has a 'column'"),
        ("column: last, late: 0.1", "a cell's error has a 'column'"),
        ("column: zz, typo: 0.1", "there is no column zz"),
        ("column: age, typo: 0.1", "age is integer; typos are made in texts"),
        ("column: last, out_of_range: 0.1", "last is text; this error is made in numbers and dates"),
        ("columns: [last, age], swapped: 0.1", "are of different kinds"),
    ],
)
def test_errors_that_cannot_be_made_are_refused_with_their_place(tmp_path: Path, line: str, problem: str) -> None:
    with pytest.raises(PolicyError, match=problem) as error:
        made(tmp_path, book(COLUMNS, rest=errors(line)))
    assert error.value.message.startswith("book.yaml:15:")


def test_more_errors_than_there_is_place_for_are_counted(tmp_path: Path) -> None:
    lines = ("column: pay, out_of_range: 0.5", "column: pay, wrong_type: 0.5", "columns: [pay, pay], swapped: 0.1")
    with pytest.raises(BackendError, match=r"table t: 5 errors of kind swapped are asked for in pay and pay; 0 can"):
        made(tmp_path, book(COLUMNS, rest=errors(*lines)))


def test_errors_are_not_made_beside_data(tmp_path: Path) -> None:
    text = book(COLUMNS, rest=errors("late: 0.1"))
    data = made(tmp_path, book(COLUMNS))
    (tmp_path / "book.yaml").write_text(text, encoding="utf-8")
    rules = Rules(RulesOptions(rulebook=tmp_path / "book.yaml"), Policy().limits)
    with pytest.raises(PolicyError, match="only where no data is given"):
        rules.fit(data, NOTHING, np.random.default_rng(0))
