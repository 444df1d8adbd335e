"""Arithmetic between columns is found to the last place, and nothing is found where there is none."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from privsynth.dataset import Column, Kind, Role, Table
from privsynth.describe.arithmetic import MOST, arithmetic_of, too_many
from privsynth.measure.relations import held
from privsynth.spelling import Spelling

N = 600


def table(**columns: Any) -> Table:
    """Decimals as the numbers need them, 17 for full floats."""
    frame = pd.DataFrame(columns)
    described = []
    for name in frame:
        if frame[name].dtype.kind == "M":
            frame[name] = frame[name].astype("datetime64[us]")
            described.append(Column(str(name), Kind.DATE))
            continue
        frame[name] = frame[name].astype(float)
        known = frame[name].dropna()
        decimals = next((d for d in range(6) if np.allclose(known.round(d), known, rtol=1e-14, atol=1e-13)), 17)
        kind = Kind.NUMBER if decimals else Kind.INTEGER
        described.append(Column(str(name), kind, spelling=Spelling(decimals=decimals, shortest=decimals == 17)))
    return Table("t", tuple(described), frame)


def found(made: Table) -> dict[str, float]:
    """The rules, and the shares of the rows in which they hold; the instrument that counts them agrees."""
    facts = list(arithmetic_of(made))
    for fact in facts:
        counted = held(made, fact, like=made)
        assert counted is not None
        assert counted.share == pytest.approx(fact.share)
    return {fact.expect.replace('"', ""): fact.share for fact in facts}


def some(rng: np.random.Generator, rows: int = N) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return tuple(rng.gamma(2, 100, rows).round(2) for _ in range(3))  # type: ignore[return-value]


def test_a_product_is_found_and_not_the_two_quotients_that_follow(rng: np.random.Generator) -> None:
    payments, duration = rng.integers(500, 9_000, N), rng.choice([12, 24, 36, 48, 60], N)
    made = table(amount=payments * duration, duration=duration, payments=payments)
    assert found(made) == {"amount = duration * payments": 1.0}
    assert [fact.words for fact in arithmetic_of(made)] == ["amount is duration times payments in every row"]


def test_sums_of_two_and_of_more_and_sums_of_sums(rng: np.random.Generator) -> None:
    a, b, c = some(rng)
    made = table(a=a, b=b, c=c, both=(a + b).round(2), total=(a + b + c).round(2))
    assert found(made) == {"both = a + b": 1.0, "total = c + both": 1.0}


def test_a_total_of_columns_that_stand_apart_with_signs(rng: np.random.Generator) -> None:
    a, b, c = some(rng)
    noise = rng.normal(size=N)
    into, opened = (a + 500).round(2), (b + 1_000).round(2)
    made = table(closing=(into + opened - c).round(2), into=into, x=noise, opened=opened, out=c)
    assert found(made) == {"closing = into + opened - out": 1.0}


def test_the_months_make_the_year_though_some_rows_were_corrected(rng: np.random.Generator) -> None:
    months = {f"m{at}": rng.poisson(20, N) for at in range(12)}
    year = sum(months.values())
    year[::40] += 5
    assert found(table(**months, year=year)) == {f"year = {' + '.join(months)}": pytest.approx(0.975)}


def test_the_days_between_two_dates_and_the_hours_and_weeks_of_them(rng: np.random.Generator) -> None:
    days = rng.integers(0, 90, N)
    start = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, N), unit="D")
    made = table(start=start, end=start + pd.to_timedelta(days, unit="D"), days=days, weeks=days // 7)
    assert found(made) == {"days = date_diff('day', start, end)": 1.0, "weeks = floor(days / 7)": 1.0}


def test_hours_between_moments(rng: np.random.Generator) -> None:
    start = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 9_000_000, N), unit="s")
    hours = rng.integers(1, 900, N) / 4
    made = table(start=start, end=start + pd.to_timedelta(hours, unit="h"), hours=hours)
    assert found(made) == {"hours = date_diff('second', start, end) / 3600": 1.0}


def test_quotients_with_a_square_percentages_and_conversions(rng: np.random.Generator) -> None:
    height, weight = rng.normal(170, 10, N).round(), rng.normal(75, 12, N).round(1)
    assert found(table(height=height, weight=weight, bmi=(weight / (height / 100) ** 2).round(1))) == {
        "bmi = weight * 10000 / (height * height)": 1.0
    }
    part, rest = rng.integers(20, 300, N), rng.integers(1, 500, N)
    assert found(table(part=part, whole=part + rest, percent=(100 * part / (part + rest)).round(1))) == {
        "percent = part * 100 / whole": 1.0
    }
    asleep = rng.integers(20, 200, N) / 10
    assert found(table(asleep=asleep, awake=(24 - asleep).round(1))) == {"awake = 24 - asleep": 1.0}
    celsius = rng.normal(15, 8, N).round(1)
    assert found(table(c=celsius, f=(celsius * 1.8 + 32).round(1))) == {"f = c * 1.8 + 32": 1.0}


def test_numbers_that_were_cut_off_instead_of_rounded(rng: np.random.Generator) -> None:
    months = rng.integers(200, 1_000, N)
    assert found(table(months=months, years=months // 12)) == {"years = floor(months / 12)": 1.0}


def test_tenths_make_no_difference_and_missing_values_are_left_out(rng: np.random.Generator) -> None:
    a, b = (rng.integers(1, 30, N) / 10 for _ in range(2))
    total = a + b  # .1 + .2 and the like
    a[::7], total[::11] = np.nan, np.nan
    assert found(table(a=a, b=b, total=total)) == {"total = a + b": 1.0}
    assert found(table(a=a, b=-b, total=(total * -1e9).round(), zero=np.full(N, -0.0))) == {}


def test_decimals_of_a_machine_are_not_those_that_were_meant(rng: np.random.Generator) -> None:
    net = rng.integers(100, 90_000, N) / 100
    total = (net * 1.19).round(2)
    total[::50] = (total[::50] - 5.1) - 0.2  # 12.340000000000003
    made = table(net=net, total=total)
    made = made.with_columns(Column("total", Kind.NUMBER, spelling=Spelling(decimals=15, padded=False)))
    assert found(made) == {"total = round(net * 1.19, 2)": pytest.approx(0.98)}


def test_huge_numbers_are_added_to_the_last_place(rng: np.random.Generator) -> None:
    a, b = (rng.integers(1, 10**14, N) for _ in range(2))
    assert found(table(a=a, b=b, total=a + b)) == {"total = a + b": 1.0}
    assert found(table(a=a, b=b, total=a + b + rng.integers(-900, 900, N))) == {}


def test_columns_that_nearly_agree_are_no_arithmetic(rng: np.random.Generator) -> None:
    a, b, c = some(rng)
    near = (a + b).round(2) + rng.choice([-0.01, 0, 0.01], N)
    assert found(table(a=a, b=b, near=near, twice=(2 * a + rng.normal(0, 0.02, N)).round(2), c=c)) == {}


def test_what_follows_from_zeros_constants_and_copies_is_nothing(rng: np.random.Generator) -> None:
    a, b, _ = some(rng)
    rare = np.where(np.arange(N) % 60 == 0, 3.0, 0.0)  # ten rows prove no sum
    made = table(a=a, copy=a, rare=rare, more=a + rare, one=np.ones(N), null=np.zeros(N), year=b)
    assert found(made) == {"more = a": pytest.approx(59 / 60)}


@pytest.mark.parametrize("rows", [35, N])
def test_nothing_is_found_among_columns_that_know_nothing_of_each_other(rows: int, rng: np.random.Generator) -> None:
    whole = {f"n{at}": rng.integers(0, 4 + at, rows) for at in range(15)}
    rare = {f"r{at}": rng.poisson(0.3, rows) for at in range(10)}
    scales = {f"x{at}": rng.normal(100, 20, rows).round(at % 3) for at in range(10)}
    assert found(table(**whole, **rare, **scales)) == {}


def test_thirty_five_rows_are_enough_for_a_product_and_a_sum(rng: np.random.Generator) -> None:
    a, b, c = some(rng, 35)
    count = rng.integers(2, 30, 35)
    made = table(count=count, price=a, net=(count * a).round(2), b=b, c=c, sum=(b + c).round(2))
    assert found(made) == {"net = count * price": 1.0, "sum = b + c": 1.0}


def test_keys_and_names_take_no_part(rng: np.random.Generator) -> None:
    a, b, _ = some(rng)
    made = table(a=a, b=b, total=a + b)
    assert found(made.with_columns(replace(made["total"], role=Role.IDENTIFIER))) == {}


def test_odd_names_are_quoted(rng: np.random.Generator) -> None:
    a, b, _ = some(rng)
    made = table(**{'the "a"': a, "select": b, "a + b": (a + b).round(2)})
    (fact,) = arithmetic_of(made)
    assert fact.columns == ("a + b", 'the "a"', "select")
    assert held(made, fact, like=made) is not None


def test_a_wide_table_is_cut_with_a_note_and_is_quick(rng: np.random.Generator) -> None:
    columns = {f"x{at}": rng.normal(100, 20, 300).round(at % 3) for at in range(300)}
    columns["x299"] = (columns["x2"] + columns["x5"]).round(2)
    made = table(**columns)
    start = time.process_time()
    assert found(made) == {"x299 = x2 + x5": 1.0}
    assert time.process_time() - start < 20  # a fraction of it on an idle machine
    (note,) = too_many(made)
    assert f"among {MOST} of its 300 columns" in note


@pytest.mark.parametrize("rows", [0, 1, 29])
def test_few_rows_say_nothing(rows: int) -> None:
    assert found(table(a=np.arange(rows), b=np.arange(rows) ** 2, c=np.arange(rows) ** 2 + np.arange(rows))) == {}


def test_columns_without_any_number() -> None:
    assert found(table(a=np.full(50, np.nan), b=np.full(50, np.nan), c=np.full(50, np.nan))) == {}
    assert found(table()) == {}
