"""Age and date of birth of one row agree."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from invented import invent, inventor_of, seeds, table_of
from shop import statistics, texts

from privsynth.people import Fabricator
from privsynth.people.ages import Ages, years_said
from privsynth.people.draws import Draws
from privsynth.statistics import Taken

DAY = np.datetime64("2021-06-01")


def real(rows: int = 200, youngest: int = 18, seed: int = 3) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    born = (
        DAY - np.timedelta64(round(youngest * 365.25) + 2, "D") - rng.integers(0, 20_000, rows).astype("timedelta64[D]")
    ).astype("datetime64[us]")
    return {"age": in_years(born), "born": born}


def in_years(born: Any, day: Any = DAY) -> Any:
    """By the calendar, as a person would count."""
    at = pd.Timestamp(day)
    return np.array(
        [at.year - b.year - ((at.month, at.day) < (b.month, b.day)) for b in pd.DatetimeIndex(born)], dtype=float
    )


def test_an_invented_birth_fits_the_age_that_is_kept() -> None:
    table = table_of(real(), kept=["age"])
    ages = np.arange(18.0, 90.0)
    made = invent(table, len(ages), pd.DataFrame({"age": ages}))
    assert np.abs(in_years(made["born"]) - ages).max() <= 1  # the common day is known to within a few days
    assert (in_years(made["born"]) == ages).mean() > 0.9


def test_an_invented_age_fits_the_birth_that_is_kept() -> None:
    table, born = table_of(real(), kept=["born"]), real(seed=9)["born"]
    made = invent(table, len(born), pd.DataFrame({"born": born}))
    assert (made["age"].to_numpy() == in_years(born)).mean() > 0.95


def test_both_invented_agree() -> None:
    table = table_of(real())
    day = inventor_of(table).ages.day
    made = invent(table, 300)
    assert (made["age"].to_numpy() == in_years(made["born"], np.datetime64(int(day), "D"))).all()
    assert abs(day - DAY.astype(int)) <= 10


def test_no_minor_is_invented_where_there_is_none() -> None:
    table = table_of(real(), kept=["age"])
    made = invent(table, 200, pd.DataFrame({"age": texts(["10-19", "18", "[15, 25)", "0-17"] * 50)}))
    day = np.datetime64(int(inventor_of(table).ages.day), "D")
    assert in_years(made["born"], day).min() >= 18
    assert invent(table_of(real()), 300)["age"].min() >= 18


def test_children_are_invented_where_there_are_some() -> None:
    table = table_of(real(youngest=0), kept=["age"])
    made = invent(table, 60, pd.DataFrame({"age": [3.0, 9.0, 16.0] * 20}))
    assert np.abs(in_years(made["born"]) - made["age"]).max() <= 1


def test_a_generalised_age_is_enough() -> None:
    table = table_of(real(), kept=["age"])
    made = invent(table, 300, pd.DataFrame({"age": texts(["30-39", "[40, 50)", "90+"] * 100)}))
    ages = in_years(made["born"], np.datetime64(int(inventor_of(table).ages.day), "D"))
    assert set(ages[0::3]) <= set(range(30, 40))
    assert set(ages[1::3]) == set(range(40, 50))
    assert set(ages[2::3]) == {90}


def test_a_missing_age_leaves_the_births_of_the_table() -> None:
    table = table_of(real(), kept=["age"])
    made = invent(table, 40, pd.DataFrame({"age": np.full(40, np.nan)}))
    assert made["born"].notna().all()
    assert made["born"].max() <= pd.Timestamp(real()["born"].max())


def test_the_day_is_that_of_the_newest_dates_where_ages_and_births_do_not_agree() -> None:
    rng = np.random.default_rng(1)
    frame = real() | {
        "age": rng.integers(18, 80, 200).astype(float),
        "seen": (DAY + rng.integers(-900, 0, 200).astype("timedelta64[D]")).astype("datetime64[us]"),
    }
    table = table_of(frame, kept=["age", "seen"])
    assert 0 <= DAY.astype(int) - inventor_of(table).ages.day < 30


def test_the_day_comes_out_of_the_profile_where_no_row_may_be_asked() -> None:
    from privsynth.statistics import ColumnStatistics

    table = table_of({name: values[:3] for name, values in real().items()}, kept=["age"])
    learnt = statistics(table) | {
        "age": ColumnStatistics(rows=3, missing=0.0, distinct=3, is_unique=False, levels={}, low=20.0, high=60.0),
        "born": ColumnStatistics(
            rows=3, missing=0.0, distinct=3, is_unique=False, levels={}, low=-10_000.0, high=10_000.0
        ),
    }
    assert Fabricator.learn(table, learnt, Taken()).ages.day == pytest.approx(10_000 + 20.5 * 365.2425)


def test_the_29th_of_february_has_an_age_on_every_day() -> None:
    ages = Ages("age", "born", float(np.datetime64("2024-02-29").astype(int)))
    made = ages.births(np.full((400, 2), 1.0), Draws(seeds(400)))
    assert made.min() > np.datetime64("2022-02-28")
    assert made.max() <= np.datetime64("2023-03-01")
    assert list(ages.ages(np.array(["2000-02-29", "2000-03-01", "NaT"], dtype="datetime64[us]")))[:2] == [24.0, 23.0]


def test_ages_are_read_from_numbers_and_ranges() -> None:
    read = years_said(np.array(["30-39", "[40, 50)", "90+", "7", None, "unknown", "1,234"], dtype=object))
    assert read[:4].tolist() == [[30, 39], [40, 49], [90, 90], [7, 7]]
    assert np.isnan(read[4:6]).all()
