"""More rows than fit in memory: each part follows from the seed and its number, and the parts are one table."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rulebooks import book, fitted

from privsynth.dataset import Dataset
from privsynth.errors import BackendError
from privsynth.generate import rules as backend
from privsynth.generate.rules import Rules
from privsynth.generate.rules.making import parts
from privsynth.generate.rules.making.parts import parts_of, why_whole

COLUMNS = """key: {sequence: {prefix: K, width: 3}}
code: {uuid: {}}
many: {choice: [0, 1, 4]}
amount: {normal: {mean: 5, sd: 1}}"""
CHILD = """  child:
    belongs_to: {table: t, count: {poisson: {mean: parent.many}}}
    columns:
      id: {sequence: {start: 10}}
      owner: {reference: key}
      twice: {sql: 2 * parent.amount}
    expect: [twice > 0]
"""
BOOK = book(COLUMNS, rows=25, rest=CHILD)


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "PART", 10)
    monkeypatch.setattr(backend, "MOST_AT_ONCE", 10)


def in_parts(rules: Rules, rows: int | None = None, seed: int = 1) -> list[Dataset]:
    made = rules.in_parts(rows, np.random.default_rng(seed))
    assert made is not None
    return list(made)


def together(made: list[Dataset], table: str) -> pd.DataFrame:
    return pd.concat([each[table].frame for each in made], ignore_index=True)


@pytest.mark.usefixtures("small_parts")
def test_the_parts_are_one_table_with_its_children(tmp_path: Path) -> None:
    made = in_parts(fitted(tmp_path, BOOK))
    assert [len(each["t"]) for each in made] == [10, 10, 5]
    whole, child = together(made, "t"), together(made, "child")
    assert whole.key.tolist() == [f"K{number:03d}" for number in range(1, 26)]
    assert child.id.tolist() == list(range(10, 10 + len(child)))
    assert whole.code.is_unique
    assert child.owner.isin(whole.key).all()
    amounts = whole.set_index("key").amount
    assert (child.twice == (2 * amounts[child.owner]).round(2).to_numpy()).all()


@pytest.mark.usefixtures("small_parts")
def test_a_part_is_the_same_whatever_was_made_before_it(tmp_path: Path) -> None:
    rules = fitted(tmp_path, BOOK)
    made = in_parts(rules)
    third = parts_of(25, int(np.random.default_rng(1).integers(0, 2**63)))[2]
    before = {name: sum(len(each[name]) for each in made[:2]) for name in made[0].names}
    alone = rules._made(replace(third, before=before))
    for name in alone.names:
        pd.testing.assert_frame_equal(alone[name].frame, made[2][name].frame)
    more = in_parts(rules, 40)
    pd.testing.assert_frame_equal(more[0]["t"].frame, made[0]["t"].frame)
    assert not (more[0]["t"].frame.amount == more[1]["t"].frame.amount).any()


@pytest.mark.usefixtures("small_parts")
def test_a_new_column_changes_no_other_one(tmp_path: Path) -> None:
    before = together(in_parts(fitted(tmp_path, BOOK)), "t")
    after = together(in_parts(fitted(tmp_path, book(f"{COLUMNS}\nnew: {{choice: [a, b]}}", rows=25, rest=CHILD))), "t")
    pd.testing.assert_frame_equal(after[before.columns], before)


def test_few_rows_are_made_as_one(tmp_path: Path) -> None:
    assert fitted(tmp_path, BOOK).in_parts(None, np.random.default_rng(1)) is None


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize(
    ("column", "rest", "why"),
    [
        ("x: {constant: abc}", "    errors: [{column: x, typo: 0.1}]\n", "errors are made in table t"),
        ("x: {pattern: '[a-z]{9}', unique: true}", "", "column x of table t is unique"),
        (
            "x: {constant: 1}",
            "  other:\n    rows: 3\n    columns: {y: {constant: 1}}\n",
            "2 of its tables have no parent",
        ),
    ],
)
def test_what_rests_upon_other_parts_is_made_as_one(tmp_path: Path, column: str, rest: str, why: str) -> None:
    rules = fitted(tmp_path, book(column, rows=25, rest=rest))
    assert rules.in_parts(None, np.random.default_rng(1)) is None
    assert str(why_whole(rules.plan_)).startswith(why)
    with pytest.raises(BackendError) as caught:
        rules.sample(backend.MOST_CELLS + 1, np.random.default_rng(1))
    assert why in caught.value.hint
