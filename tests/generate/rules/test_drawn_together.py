"""Keys of several columns, and columns in which together no two rows are alike."""

from __future__ import annotations

from pathlib import Path

import pytest
from rulebooks import answer, book, fitted, frame_of, made

from privsynth.dataset import Relation
from privsynth.errors import BackendError, PolicyError
from privsynth.generate.rules.planning.plan import plan_tables

BANKS = """version: 1
name: banks
tables:
  branches:
    rows: 300
    unique: [bank, number]
    columns:
      bank: {choice: [A, B, C]}
      number: {whole: {low: 1, high: 150}}
      town: {choice: [Bonn, Kiel]}
  accounts:
    belongs_to: {table: branches, KEY, count: {whole: {low: 0, high: 5}}}
    columns:
      bank: {reference: bank}
      branch: {reference: number}
      town: {sql: parent.town}
  loans:
    rows: 500
    columns:
      bank: {reference: {table: branches, key: bank, as: lender, where: lender.town = 'Kiel'}}
      branch: {reference: {table: branches, key: number, as: lender}}
      town: {sql: lender.town}
"""


def test_no_two_rows_are_alike_up_to_the_last_combination(tmp_path: Path) -> None:
    columns = "a: {whole: {low: 1, high: 8}}\nb: {choice: [p, q, r, s, t]}\n"
    columns += "c: {sql: a * 2}\nd: {whole: {low: 1, high: 9}}"
    plain = frame_of(tmp_path, columns, 40)
    frame = frame_of(tmp_path, columns, 40, "    unique: [a, b]\n")
    assert plain.duplicated(["a", "b"]).sum() > 5
    assert not frame.duplicated(["a", "b"]).any()
    assert (frame["c"] == frame["a"] * 2).all()
    assert plain["d"].equals(frame["d"])


def test_rows_that_must_not_be_alike_keep_what_is_expected(tmp_path: Path) -> None:
    columns = "a: {whole: {low: 1, high: 30}}\nb: {whole: {low: 1, high: 30}}\n"
    columns += "c: {whole: {low: 1, high: 400}, missing: 0.2}"
    frame = frame_of(tmp_path, columns, 300, "    unique: [[a, b], [b, c]]\n    expect: [a < b]\n")
    assert not frame.duplicated(["a", "b"]).any()
    assert not frame.dropna().duplicated(["b", "c"]).any()
    assert (frame["a"] < frame["b"]).all()


def test_too_few_combinations_are_refused_before_the_run(tmp_path: Path) -> None:
    message = "a and b of table t must not be alike in 41 rows; their rules have 40 combinations"
    with pytest.raises(PolicyError, match=message):
        frame_of(tmp_path, "a: {whole: {low: 1, high: 8}}\nb: {choice: [p, q, r, s, t]}", 41, "    unique: [a, b]\n")


def test_rows_that_stay_alike_are_told_with_counts(tmp_path: Path) -> None:
    message = r"book.yaml:9:\d+: a and b of table t must not be alike in two rows; 40 of 50 rows repeat another"
    with pytest.raises(BackendError, match=message):
        frame_of(tmp_path, "a: {whole: {low: 0, high: 9.9}}\nb: {sql: a + 1}", 50, "    unique: [a, b]\n")


@pytest.mark.parametrize("key", ["key: [bank, number], ", ""])
def test_a_key_of_several_columns_is_repeated_as_one(tmp_path: Path, key: str) -> None:
    text = BANKS.replace("KEY, ", key)
    data = made(tmp_path, text)
    sql = """SELECT count(*) FILTER (b.town = c.town), (SELECT count(DISTINCT (bank, number)) FROM branches)
        FROM {} c JOIN branches b ON c.bank = b.bank AND c.branch = b.number"""
    assert answer(tmp_path, data, sql.format("accounts")) == [(len(data["accounts"]), 300)]
    assert answer(tmp_path, data, sql.format("loans")) == [(500, 300)]
    assert answer(tmp_path, data, "SELECT DISTINCT town FROM loans") == [("Kiel",)]
    assert data.relations == ()  # none of the columns is a key by itself
    ties = plan_tables(fitted(tmp_path, text).book_).tables["accounts"].ties
    assert ties[0].relations == (
        Relation("branches", "bank", "accounts", "bank"),
        Relation("branches", "number", "accounts", "branch"),
    )


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("KEY, ", "key: [bank, town], ", "the key is bank, town"),
        ("unique: [bank, number]", "about: x", r"unique: \[bank, number\]"),
        ("[bank, number]", "[bank, numbr]", "there is no such column"),
        ("[bank, number]", "[bank, bank]", "a column is named twice"),
        ("      bank: {reference: bank}\n", "", "a key must be"),
        ("number: {whole: {low: 1, high: 150}}", "number: {whole: {low: 1, high: 150}, missing: 0.1}", "never missing"),
    ],
)
def test_a_key_that_is_none_is_refused(tmp_path: Path, old: str, new: str, words: str) -> None:
    with pytest.raises(PolicyError, match=words):
        fitted(tmp_path, BANKS.replace(old, new, 1).replace("KEY, ", ""))


def test_one_column_is_unique_at_itself(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="one alone says  unique: true"):
        fitted(tmp_path, book("a: {constant: 1}", rest="    unique: [a]\n"))
