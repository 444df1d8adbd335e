"""What comes back each year, week or day is seen beside a date that only grows."""

from __future__ import annotations

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Kind, Table
from privsynth.generate.model.coding.codings import learn_coding
from privsynth.generate.model.trees import Trees
from privsynth.generate.model.trees.seasons import seasons
from privsynth.spelling import Spelling
from privsynth.typing import Array


def days(count: int, step: str = "D") -> Array:
    return pd.date_range("2020-01-01", periods=count, freq=step).to_numpy().astype("datetime64[us]")


def rounds(moments: Array) -> dict[str, Array]:
    column = Column("when", Kind.DATE)
    coding = learn_coding(column, moments, 10)
    return {name.split(":")[0]: places for name, places in seasons("when", coding, coding.axis.read(moments)).items()}


def test_a_column_of_two_years_has_a_place_in_the_year_and_in_the_week() -> None:
    found = rounds(days(730))
    assert list(found) == ["↳ in the year", "↳ in the week"]
    assert found["↳ in the year"][[0, 31, 366]].tolist() == [0, 31, 0]  # 2020 has 366 days
    assert found["↳ in the week"][:6].tolist() == [2, 3, 4, 5, 6, 0]  # it began on a Wednesday


def test_hours_have_a_place_in_the_day_and_months_only_one_in_the_year() -> None:
    assert rounds(days(24 * 30, "h"))["↳ in the day"][[0, 23, 24]].tolist() == [0, 23, 0]
    assert list(rounds(days(60, "MS"))) == ["↳ in the year"]


def test_a_short_span_and_a_number_have_no_seasons() -> None:
    assert rounds(days(100)).keys() == {"↳ in the week"}
    numbers = np.arange(500.0)
    assert seasons("n", learn_coding(Column("n", Kind.INTEGER), numbers, 10), numbers) == {}


def test_a_missing_moment_has_a_missing_place() -> None:
    moments = days(730)
    moments[:50] = np.datetime64("NaT")
    assert np.isnan(rounds(moments)["↳ in the year"][:50]).all()


def test_warm_months_are_warm_in_what_is_drawn() -> None:
    when, rng = days(4 * 365), np.random.default_rng(3)
    wave = np.cos(2 * np.pi * np.arange(len(when)) / 365.25)
    frame = pd.DataFrame({"warmth": np.round(15 - 10 * wave + rng.normal(0, 2, len(when)), 1), "when": when})
    columns = (Column("warmth", Kind.NUMBER, spelling=Spelling(decimals=1)), Column("when", Kind.DATE))
    made = Trees(k=10).fit(Table("t", columns, frame), rng).sample(len(frame), rng)
    real, drawn = (of.groupby(of["when"].dt.month)["warmth"].mean() for of in (frame, made))
    assert float((real - drawn).abs().max()) < 0.3 * frame["warmth"].std()
