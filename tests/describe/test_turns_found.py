"""Rows that follow each other are seen: of one person or unit, or in the whole table; and nowhere else."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from privsynth.describe import describe, facts_of
from privsynth.measure.fidelity.order import compare_order
from privsynth.measure.turns import Turns
from privsynth.policy import Policy
from privsynth.read.frames import read_frame
from privsynth.statistics import Fact


def walk(rows: int, seed: int, phi: float = 0.95) -> np.ndarray:
    """Each value is `phi` times the one before, and chance."""
    rng = np.random.default_rng(seed)
    values = np.zeros(rows)
    for at in range(1, rows):
        values[at] = phi * values[at - 1] + rng.normal()
    return values.round(3)


def visits(people: int = 60, each: int = 8) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    who = np.repeat(np.arange(people), each)
    pressure = np.concatenate([walk(each, 100 + person) for person in range(people)])
    return pd.DataFrame(
        {
            "patient": who + 100,
            "visit": np.tile(np.arange(each), people) + 1,
            "pressure": 120 + 8 * pressure,
            "coin": rng.integers(0, 2, len(who)),
        }
    )


def weather(rows: int = 400) -> pd.DataFrame:
    days = pd.date_range("2020-01-01", periods=rows)
    wind = np.random.default_rng(4).normal(size=rows).round(2)
    return pd.DataFrame({"day": days, "warmth": walk(rows, 5), "wind": wind})


def survey(rows: int = 1_000) -> pd.DataFrame:
    rng = np.random.default_rng(6)
    answered = pd.to_datetime("2024-01-01") + pd.to_timedelta(rng.integers(0, 90, rows), "D")
    country = np.array([f"land {n}" for n in range(30)])[rng.integers(0, 30, rows)]
    return pd.DataFrame({"date": answered, "country": country, "age": rng.integers(18, 90, rows)})


def turns(frame: pd.DataFrame) -> list[Fact]:
    facts = facts_of(describe(read_frame(frame, Policy()), Policy()))
    return [fact for fact in facts if fact.kind in ("panel", "series")]


@pytest.mark.parametrize("order", ["as it stands", "shuffled"])
def test_visits_of_people_are_a_panel_in_any_order_of_rows(order: str) -> None:
    frame = visits() if order == "as it stands" else visits().sample(frac=1, random_state=1)
    (fact,) = turns(frame)
    assert (fact.kind, fact.columns, fact.share) == ("panel", ("patient", "visit"), 1.0)
    assert fact.words.startswith("one row for each patient and visit; pressure (0.")
    assert "coin" not in fact.words


@pytest.mark.parametrize("order", ["as it stands", "shuffled"])
def test_one_row_a_day_that_depends_on_the_day_before_is_a_series(order: str) -> None:
    frame = weather() if order == "as it stands" else weather().sample(frac=1, random_state=1)
    (fact,) = turns(frame)
    assert (fact.kind, fact.columns) == ("series", ("day",))
    assert fact.words.startswith("the rows follow each other by day; warmth (0.9")
    assert "wind" not in fact.words


def test_half_of_a_series_is_still_one() -> None:
    half = weather().sample(frac=0.5, random_state=2)
    assert [fact.columns for fact in turns(half)] == [("day",)]


def test_dates_without_dependence_are_no_series() -> None:
    assert turns(weather()[["day", "wind"]]) == []


def test_a_survey_with_dates_and_countries_is_neither() -> None:
    assert turns(survey()) == []


def test_durations_are_not_the_times_of_rows() -> None:
    """Sorted by how long people lived everything rises; still no row follows another."""
    time = np.sort(np.random.default_rng(7).exponential(900, 120)).round(1)
    assert turns(pd.DataFrame({"time": time, "score": np.arange(120) + 0.5})) == []


def test_countries_by_year_are_a_panel_although_nobody_is_a_country() -> None:
    frame = visits(people=20, each=12).rename(columns={"patient": "country", "visit": "year"})
    (fact,) = turns(frame)
    assert fact.columns == ("country", "year")


def test_people_with_several_rows_a_day_follow_each_other_too() -> None:
    frame = visits()
    frame["date"] = pd.to_datetime("2024-01-01") + pd.to_timedelta(frame["visit"] * 3 // 2, "D")
    (fact,) = turns(frame.drop(columns="visit"))
    assert fact.columns == ("patient", "date")
    assert fact.share < 1 or fact.words.startswith("one row for each")


def test_no_value_stands_in_a_fact() -> None:
    frame = visits().assign(patient=[f"SECRET{n // 8:03}" for n in range(480)])
    assert not any("SECRET" in fact.words for fact in turns(frame))


@pytest.mark.parametrize("rows", [1, 2, 19])
def test_few_rows_say_nothing(rows: int) -> None:
    assert turns(weather(rows)) == []


def test_inspect_and_the_gate_speak_of_the_same_columns() -> None:
    """What people keep stays out on both sides, and so does a second count of time."""
    frame = visits().assign(sex=[f"{n // 8 % 2}" for n in range(480)], weight=[60 + n // 8 + n % 3 for n in range(480)])
    frame["seen"] = pd.to_datetime("2020-01-01") + pd.to_timedelta(
        frame["patient"] * 37 % 999 + frame["visit"] * 9, "D"
    )
    data = describe(read_frame(frame, Policy()), Policy())
    (fact,) = [fact for fact in facts_of(data) if fact.kind == "panel"]
    table, (unit, time) = data.root, fact.columns
    compared = compare_order(table, table, table, Turns(unit, time), np.random.default_rng(1))
    assert set(compared.names) == {"pressure", "weight"}
    assert all(name in fact.words for name in compared.names)
    assert not any(name in fact.words.partition(";")[2] for name in ("visit", "sex", "coin"))
    assert fact.words.endswith("depend on the row before of the same patient")
