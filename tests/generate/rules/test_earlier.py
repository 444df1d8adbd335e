"""Rows in order within their parent, and columns of a time before: judged by SQL that knows nothing of the rulebook."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from rulebooks import book, fitted, frame_of, made

from privsynth.errors import BackendError, PolicyError

ACCOUNTS = """account: {sequence: {prefix: A, width: 5}}
opened: {date: {low: 2020-01-01, high: 2024-12-31}}
opening: {uniform: {low: 0, high: 1000}}"""
BOOKINGS = """  booking:
    belongs_to: {table: t, count: {poisson: {mean: 20}}}
    in_order: booked
    columns:
      number: {sequence: {}}
      account: {reference: account}
      booked: {date: {low: parent.opened, high: 2025-12-31, time: true}, missing: MISSING}
      amount: {normal: {mean: 3, sd: 120}, missing: 0.05}
      balance: {running: {sum: amount, start: parent.opening}}
      before: {before: {column: balance, first: parent.opening}}
      third: {before: {column: amount, steps: 3}}
      debits: {running: {count: amount < 0}}
      largest: {running: {max: amount}}
      mean: {running: {mean: amount}}
      kind: {when: balance < 0, then: {constant: overdrawn}, else: {constant: fine}}
    expect: EXPECT
"""


def bookings(folder: Path, missing: str = "0", expect: str = "[]") -> tuple[pd.DataFrame, pd.DataFrame]:
    child = BOOKINGS.replace("MISSING", missing).replace("EXPECT", expect)
    data = made(folder, book(ACCOUNTS, rows=1000, rest=child))
    return data["t"].frame, data["booking"].frame


def asked(sql: str, **tables: pd.DataFrame) -> tuple[int, ...]:
    with duckdb.connect() as base:
        for name, frame in tables.items():
            base.register(name, frame)
        return base.sql(sql).fetchall()[0]


def test_values_rise_within_each_parent_and_only_there(tmp_path: Path) -> None:
    _, booking = bookings(tmp_path)
    falls, firsts, rows = asked(
        """SELECT count(*) FILTER (booked < earlier), count(*) FILTER (earlier IS NULL), count(*) FROM (
             SELECT *, lag(booked) OVER (PARTITION BY account ORDER BY number) AS earlier FROM b)""",
        b=booking,
    )
    assert (falls, firsts) == (0, booking["account"].nunique())
    assert rows == pytest.approx(20_000, rel=0.03)
    assert (booking["booked"].diff() < pd.Timedelta(0)).sum() > 900  # from one parent to the next


def test_missing_values_leave_the_others_in_order(tmp_path: Path) -> None:
    _, booking = bookings(tmp_path, missing="0.2")
    known = booking.dropna(subset="booked")
    assert 0.18 < booking["booked"].isna().mean() < 0.22
    assert booking["booked"].isna().groupby(booking["account"]).last().mean() < 0.3  # not all of them at the end
    assert known.groupby("account")["booked"].apply(lambda days: days.is_monotonic_increasing).all()


def test_sorting_changes_the_order_and_not_the_law(tmp_path: Path) -> None:
    _, booking = bookings(tmp_path)
    text = book(ACCOUNTS, rows=1000, rest=BOOKINGS.replace("MISSING", "0").replace("EXPECT", "[]"))
    loose = made(tmp_path, text.replace("    in_order: booked\n", ""))["booking"].frame
    assert not loose["booked"].equals(booking["booked"])
    for account, days in list(loose.groupby("account")["booked"])[:50]:
        assert sorted(days) == list(booking.loc[booking["account"] == account, "booked"])


def test_a_balance_is_the_opening_and_the_sum_so_far_to_the_cent(tmp_path: Path) -> None:
    t, booking = bookings(tmp_path)
    wrong, rows = asked(
        """SELECT count(*) FILTER (round(balance * 100) != s), count(*) FROM (
             SELECT balance, round(opening * 100) + coalesce(sum(round(amount * 100)) OVER (
               PARTITION BY b.account ORDER BY number), 0) AS s FROM b JOIN t USING (account))""",
        t=t,
        b=booking,
    )
    assert (wrong, rows) == (0, len(booking))


def test_what_was_before_is_that_of_the_row_before_and_first_its_own(tmp_path: Path) -> None:
    t, booking = bookings(tmp_path)
    wrong, third, missing = asked(
        """SELECT count(*) FILTER (before IS DISTINCT FROM one), count(*) FILTER (third IS DISTINCT FROM three),
                  count(*) FILTER (before IS NULL) FROM (
             SELECT b.*, lag(balance, 1, opening) OVER w AS one, lag(amount, 3) OVER w AS three FROM b
             JOIN t USING (account) WINDOW w AS (PARTITION BY b.account ORDER BY number))""",
        t=t,
        b=booking.replace({np.nan: None}),
    )
    assert (wrong, third, missing) == (0, 0, 0)


def test_counts_largest_and_means_so_far(tmp_path: Path) -> None:
    _, booking = bookings(tmp_path)
    wrong = asked(
        """SELECT count(*) FILTER (debits != c), count(*) FILTER (largest IS DISTINCT FROM m),
                  count(*) FILTER (abs(mean - a) > 0.005001), count(*) FILTER ((mean IS NULL) != (a IS NULL)) FROM (
             SELECT *, count(*) FILTER (amount < 0) OVER w AS c, max(amount) OVER w AS m, avg(amount) OVER w AS a FROM b
             WINDOW w AS (PARTITION BY account ORDER BY number))""",
        b=booking.replace({np.nan: None}).astype({"largest": float, "mean": float, "amount": float}).pipe(nulls),
    )
    assert wrong == (0, 0, 0, 0)


def nulls(frame: pd.DataFrame) -> pd.DataFrame:
    """With missing numbers as the database knows them."""
    return frame.convert_dtypes()


def test_rows_drawn_again_are_in_the_balance_that_comes_after(tmp_path: Path) -> None:
    """What is expected of the amounts is mended before they are added up."""
    t, booking = bookings(tmp_path, expect="[amount < 150, {that: amount > -100, rate: 0.9}]")
    assert not (booking["amount"] >= 150).any()
    assert (booking["amount"] <= -100).sum() == round(0.1 * len(booking))
    sums = booking["amount"].fillna(0).groupby(booking["account"]).cumsum()
    opening = booking[["account"]].merge(t, on="account")["opening"]
    assert np.abs(booking["balance"] - opening - sums).max() < 1e-6


def test_what_rests_upon_a_balance_can_be_expected_and_the_balance_itself_cannot_be_mended(tmp_path: Path) -> None:
    text = book(ACCOUNTS, rows=50, rest=BOOKINGS.replace("MISSING", "0"))
    drawn = text.replace("then: {constant: overdrawn}", "then: {choice: [a, b, c]}").replace("EXPECT", "[kind != 'c']")
    assert set(made(tmp_path, drawn)["booking"].frame["kind"]) == {"a", "b", "fine"}
    with pytest.raises(BackendError, match="none of the columns it names can be drawn again"):
        made(tmp_path, text.replace("EXPECT", "[balance >= 0]"))


def test_what_would_bring_a_balance_beyond_its_limits_is_left_out_of_it(tmp_path: Path) -> None:
    limited = """      lowest: {sql: "CASE WHEN number % 9 = 0 THEN -50 ELSE 0 END"}
      covered: {running: {sum: amount, start: parent.opening, low: lowest, high: 1500}}
"""
    rest = BOOKINGS.replace("MISSING", "0").replace("    expect: EXPECT\n", limited)
    data = made(tmp_path, book(ACCOUNTS, rows=1000, rest=rest))
    opening = dict(zip(data["t"].frame["account"], data["t"].frame["opening"], strict=True))
    booking = data["booking"].frame
    balance, wanted = 0, []
    cents = np.rint(booking["amount"].fillna(0) * 100).astype(int)
    is_first = ~booking["account"].duplicated()
    for account, first, number, amount in zip(booking["account"], is_first, booking["number"], cents, strict=True):
        balance = round(opening[account] * 100) if first else balance
        low = -5000 if number % 9 == 0 else 0
        is_refused = (amount < 0 and balance + amount < low) or (amount > 0 and balance + amount > 150_000)
        balance += 0 if is_refused else amount
        wanted.append(balance)
    assert np.rint(booking["covered"] * 100).astype(int).tolist() == wanted
    assert 0.1 < (booking["covered"] != booking["balance"]).mean() < 0.9
    assert booking["covered"].min() < 0


def test_a_table_without_a_parent_is_one_run(tmp_path: Path) -> None:
    columns = "n: {whole: {low: 1, high: 6}}\nsum: {running: {sum: n}}\nlast: {before: {column: n, first: 0}}"
    frame = frame_of(tmp_path, columns, 20_000, rest="    in_order: n\n")
    assert frame["n"].is_monotonic_increasing
    assert (frame["sum"] == frame["n"].cumsum()).all()
    assert (frame["last"] == frame["n"].shift(fill_value=0)).all()


def test_a_balance_changes_no_other_column(tmp_path: Path) -> None:
    columns = "a: {normal: {mean: 0, sd: 1}}\nb: {uuid: {}}"
    with_sum = frame_of(tmp_path, columns + "\ns: {running: {sum: a}}", 200, rest="    expect: [a > -1]\n")
    assert with_sum[["a", "b"]].equals(frame_of(tmp_path, columns, 200, rest="    expect: [a > -1]\n"))


@pytest.mark.parametrize(
    ("columns", "rest", "words"),
    [
        ("x: {constant: 1}", "    in_order: y\n", "book.yaml:8:5: .*no such column"),
        ("x: {choice: [a, b]}", "    in_order: x\n", "by a date or a number"),
        ("x: {sequence: {}}", "    in_order: x\n", "by a date or a number"),
        ("y: {whole: {low: 1, high: 3}}\nx: {uniform: {low: 0, high: y}}", "    in_order: x\n", r"rests upon .*\(y\)"),
        (
            "x: {uniform: {low: 0, high: 1}}\ny: {uniform: {low: 0, high: 1}}",
            "    in_order: x\n    correlate: [{x ~ y: 0.5}]\n",
            "cannot be sorted",
        ),
        ("x: {before: {column: y}}", "", "no such column"),
        ("x: {constant: a}\ny: {before: {column: x, first: 1}}", "", "book.yaml:8:31: .*holds"),
        ("x: {constant: a}\ny: {running: {sum: x}}", "", "a number is expected"),
        ("x: {constant: 1}\ny: {running: {sum: x, max: x}}", "", "exactly one of sum"),
        ("x: {constant: 1}\ny: {running: {max: x, start: 1}}", "", "'start' is for a sum or a count"),
        ("x: {constant: 1}\ny: {running: {max: x, low: 1}}", "", "'low' and 'high' are for a sum"),
        ("x: {constant: 1}\ny: {running: {sum: x, low: z}}", "", "no such column"),
        ("x: {constant: 1}\ny: {running: {count: x}}", "", "a condition must be true or false"),
        ("x: {before: {column: x}}", "", "circle: x -> x"),
        ('x: {when: 1 > 0, then: {running: {sum: "1"}}, else: {constant: 1}}', "", "makes a whole column"),
    ],
)
def test_mistakes_are_told_with_their_place(tmp_path: Path, columns: str, rest: str, words: str) -> None:
    with pytest.raises(PolicyError, match=words):
        fitted(tmp_path, book(columns, rest=rest))


def test_a_sum_that_cannot_be_exact_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BackendError, match="too large"):
        frame_of(tmp_path, "x: {constant: 1.0e+15}\ns: {running: {sum: x}}")


def test_limits_of_a_sum_that_contradict_or_would_take_too_long_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BackendError, match="low is above high, in 5 rows"):
        frame_of(tmp_path, "x: {constant: 1}\ns: {running: {sum: x, low: x, high: x - 1}}", 5)
    assert frame_of(tmp_path, "x: {constant: 1}\ns: {running: {sum: x, low: 0}}", 0).empty
    with pytest.raises(BackendError, match="a run has 100,001 rows"):
        frame_of(tmp_path, "x: {constant: 1}\ns: {running: {sum: x, low: 0}}", 100_001)
