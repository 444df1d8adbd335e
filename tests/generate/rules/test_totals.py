"""Totals in both directions, to the cent: asked in SQL of the tables as they are written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from rulebooks import answer, fitted, made

from privsynth.errors import BackendError, PolicyError
from privsynth.generate.rules.relations.totals import _rounded_up

BILLS = """version: 1
name: bills
tables:
  bills:
    rows: 3000
    columns:
      no: {sequence: {}}
BILL
  lines:
    belongs_to: {table: bills, count: {whole: {low: LOW, high: 6}}}
    columns:
      no: {reference: no}
      day: {date: {low: 2024-01-01, high: 2024-12-31}}
      pieces: {whole: {low: 1, high: 5}}
      amount: {sql: pieces * 12.345, missing: 0.05}
LINE
"""


def bills(bill: str, line: str = "", low: int = 0) -> str:
    return BILLS.replace("BILL", indented(bill)).replace("LINE", indented(line)).replace("LOW", str(low))


def indented(columns: str) -> str:
    return "\n".join(f"      {line}" if "expect" not in line else f"    {line}" for line in columns.splitlines())


def test_a_total_is_what_its_rows_come_to(tmp_path: Path) -> None:
    columns = """total: {total: lines.amount}
rows: {total: {of: lines, as: count}}
known: {total: {of: lines.amount, as: count}}
least: {total: {of: lines.amount, as: min}}
last: {total: {of: lines.day, as: max}}
mean: {total: {of: lines.amount, as: mean}}
pieces: {total: lines.pieces}
gross: {sql: total * 1.19}"""
    data = made(tmp_path, bills(columns))
    sql = """SELECT count(*), count(*) FILTER (round(b.total * 100) = coalesce(cents, 0) AND b.rows = coalesce(n, 0)
            AND b.known = coalesce(k, 0) AND b.least IS NOT DISTINCT FROM low AND b.last IS NOT DISTINCT FROM day
            AND (b.mean IS NULL) = (a IS NULL) AND coalesce(abs(b.mean - a) < 0.0051, true)
            AND b.pieces = coalesce(p, 0) AND abs(b.gross - 1.19 * b.total) < 0.0051)
        FROM bills b LEFT JOIN (SELECT no, sum(round(amount * 100)) cents, count(*) n, count(amount) k, min(amount) low,
            max(day) AS day, avg(amount) a, sum(pieces) p FROM lines GROUP BY no) USING (no)"""
    assert answer(tmp_path, data, sql) == [(3000, 3000)]
    assert [column.kind.value for column in data["bills"].columns[1:]] == [
        "number", "integer", "integer", "number", "date", "number", "integer", "number",
    ]  # fmt: skip


def test_a_total_over_one_of_two_references(tmp_path: Path) -> None:
    text = """version: 1
name: bank
tables:
  accounts:
    rows: 50
    columns:
      id: {sequence: {}}
      paid: {total: {of: payments.amount, through: payer}}
      got: {total: {of: payments.amount, through: payee}}
      balance: {sql: got - paid}
  payments:
    rows: 2000
    columns:
      payer: {reference: {table: accounts, key: id, as: payer}}
      payee: {reference: {table: accounts, key: id, as: payee, missing: 0.1}}
      amount: {lognormal: {median: 40, sigma: 1}}
    expect: [payer <> payee]
"""
    data = made(tmp_path, text)
    sql = """SELECT count(*) FILTER (
        abs(paid - (SELECT coalesce(sum(amount), 0) FROM payments WHERE payer = id)) < 0.001
        AND abs(got - (SELECT coalesce(sum(amount), 0) FROM payments WHERE payee = id)) < 0.001
        AND abs(balance - got + paid) < 0.001) FROM accounts"""
    assert answer(tmp_path, data, sql) == [(50,)]
    assert answer(tmp_path, data, "SELECT count(*) FROM payments WHERE payer = payee") == [(0,)]


@pytest.mark.parametrize(("decimals", "total"), [(0, "whole: {low: 7, high: 90}"), (2, "uniform: {low: 7, high: 90}")])
def test_a_total_is_dealt_out_to_the_last_unit(tmp_path: Path, decimals: int, total: str) -> None:
    text = bills(f"total: {{{total}}}", "share: {deal: {of: parent.total, weight: pieces, least: 1}}", low=1)
    data = made(tmp_path, text)
    sql = """SELECT count(*), count(*) FILTER (round(total * UNIT) = units), min(low), bool_and(fair)
        FROM bills JOIN (SELECT no, sum(round(share * UNIT)) units, min(share) low,
            bool_and(abs(share - 1 - rest * pieces / weights) < 1.001 / UNIT) fair
            FROM (SELECT *, total - count(*) OVER (PARTITION BY no) rest, sum(pieces) OVER (PARTITION BY no) weights
                FROM lines JOIN bills USING (no)) GROUP BY no) USING (no)"""
    [(rows, exact, low, fair)] = answer(tmp_path, data, sql.replace("UNIT", str(10**decimals)))
    assert rows == exact == 3000
    assert low >= 1
    assert fair
    assert data["lines"]["share"].spelling.decimals == decimals


def test_the_largest_remainders_are_rounded_up() -> None:
    owner = np.array([0, 0, 0, 1, 1])
    assert list(_rounded_up(owner, np.array([0.2, 0.9, 0.9, 0.5, 0.5]), np.array([2.0, 1.0]))) == [0, 1, 1, 1, 0]
    assert list(_rounded_up(owner, np.array([0.2, 0.9, 0.9, 0.5, 0.1]), np.array([1.0, -1.0]))) == [0, 1, 0, 0, -1]


def test_a_negative_a_missing_and_an_empty_total_are_dealt_out_too(tmp_path: Path) -> None:
    text = bills("total: {choice: [-10, 0, null, 10]}", "share: {deal: {of: parent.total}, decimals: 2}", low=1)
    sql = """SELECT total, bool_and(round(s * 100) = total * 100), count(s) FROM bills
        JOIN (SELECT no, sum(round(share, 2)) s FROM lines GROUP BY no) USING (no) GROUP BY 1 ORDER BY 1 NULLS LAST"""
    found = answer(tmp_path, made(tmp_path, text), sql)
    assert [each[:2] for each in found] == [(-10, True), (0, True), (10, True), (None, None)]
    assert [each[2] > 0 for each in found] == [True, True, True, False]


def test_what_a_total_is_compared_with_is_drawn_again_and_its_rows_are_not(tmp_path: Path) -> None:
    columns = "total: {total: lines.amount}\nlimit: {uniform: {low: 0, high: 5000}}\nhalf: {sql: limit / 2}\n"
    plain = made(tmp_path, bills(columns))
    mended = made(tmp_path, bills(columns + "expect: [limit >= total]"))
    sql = 'SELECT count(*) FILTER ("limit" < total), count(*) FILTER (abs(half - "limit" / 2) > 0.0051) FROM bills'
    assert answer(tmp_path, plain, sql)[0][0] > 20
    assert answer(tmp_path, mended, sql) == [(0, 0)]
    assert plain["lines"].frame.equals(mended["lines"].frame)


def test_expectations_of_rows_hold_before_they_are_added_up(tmp_path: Path) -> None:
    text = bills("total: {total: lines.amount}", "expect: [pieces < 5]")
    sql = """SELECT bool_and(round(total * 100) = cents), max(most) FROM bills JOIN
        (SELECT no, coalesce(sum(round(amount * 100)), 0) cents, max(pieces) most FROM lines GROUP BY no) USING (no)"""
    assert answer(tmp_path, made(tmp_path, text), sql) == [(True, 4)]


def test_an_expectation_of_a_total_alone_cannot_be_mended_and_is_told_with_counts(tmp_path: Path) -> None:
    message = r"broken by \d+ of 3000 rows and none of the columns it names can be drawn again"
    with pytest.raises(BackendError, match=message):
        made(tmp_path, bills("total: {total: lines.amount}\nexpect: [total < 100]"))


def test_what_lines_were_made_from_is_not_drawn_again_for_their_total(tmp_path: Path) -> None:
    text = bills("factor: {whole: {low: 1, high: 9}}\nsum: {total: lines.much}\nexpect: [sum > factor]",
                 "much: {sql: pieces * parent.factor}")  # fmt: skip
    with pytest.raises(BackendError, match="none of the columns it names can be drawn again"):
        made(tmp_path, text)


@pytest.mark.parametrize(
    ("bill", "line", "words"),
    [
        ("total: {constant: 5}", "x: {deal: {of: parent.total}}", r"no row belongs to it, in \d+ of 3000 rows"),
        (
            "total: {when: n > 0, then: {constant: 5}, else: {constant: 0}}\nn: {total: {of: lines, as: count}}",
            "x: {deal: {of: parent.total, least: 1}}",
            r"bills.total is smaller than what its rows get at least, in \d+ of 3000 rows",
        ),
        (
            "total: {when: n > 0, then: {constant: 5}, else: {constant: 0}}\nn: {total: {of: lines, as: count}}",
            "x: {deal: {of: parent.total, weight: 0}}",
            r"no row has a weight, in \d+ of 3000 rows",
        ),
        (
            "total: {constant: 0}",
            "x: {deal: {of: parent.total, weight: pieces - 3}}",
            "'weight' is negative or missing",
        ),
    ],
)
def test_a_total_that_cannot_be_dealt_out_is_told_with_counts(tmp_path: Path, bill: str, line: str, words: str) -> None:
    with pytest.raises(BackendError, match=words):
        made(tmp_path, bills(bill, line))


@pytest.mark.parametrize(
    ("bill", "line", "words"),
    [
        ("total: {total: line.amount}", "", "there is no such table"),
        ("total: {total: lines.amont}", "", "has no such column"),
        ("total: {total: lines}", "", "the sum is of a column"),
        ("total: {total: lines.day}", "", "the sum is of number, integer, not of date"),
        ("total: {total: bills.no}", "", "neither belongs to table bills nor refers to it"),
        ("total: {total: {of: lines.amount, through: payer}}", "", "does not refer to table bills by this name"),
        (
            "total: {total: lines.amount}",
            "other: {reference: {table: bills, key: no, as: other}}",
            "refers to table bills in 2 ways: parent, other",
        ),
        ("total: {total: lines.x}", "x: {deal: {of: parent.total}}", "bills.total -> lines.x -> bills.total"),
        ("total: {constant: 1.5}", "x: {deal: {of: pieces}}", "such as parent.total"),
        ("total: {constant: 1.25}", "x: {deal: {of: parent.total}, decimals: 1}", "cannot be dealt out in 1"),
        ("total: {total: lines.amount, unique: true}", "", "cannot be made unique"),
        ("total: {when: no > 1, then: {total: lines.amount}, else: {constant: 1}}", "", "makes a whole column"),
    ],
)
def test_totals_that_cannot_be_meant_are_refused(tmp_path: Path, bill: str, line: str, words: str) -> None:
    with pytest.raises(PolicyError, match=words):
        fitted(tmp_path, bills(bill, line))
