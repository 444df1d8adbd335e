"""A chart may not show small groups, rare levels or extremes."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from conftest import frame
from honest import honest, people
from hypothesis import given, settings
from hypothesis import strategies as st

from privsynth.dataset import Column, Kind, Table
from privsynth.measure.fidelity.bars import bars


def table(kind: Kind, values: list[object]) -> Table:
    return Table("t", (Column("x", kind),), frame(x=values))


def test_levels_of_few_rows_are_not_named() -> None:
    real = table(Kind.CATEGORY, ["big"] * 30 + ["small"] * 20 + ["rare"] * 10 + ["rarer"] * 2)
    made = table(Kind.CATEGORY, ["big"] * 5 + ["unseen"] * 5)
    found = bars(real, made, "x", 11)
    assert [bar.label for bar in found] == ["big", "small", "other (2 levels)"]
    assert [bar.real for bar in found] == pytest.approx([30 / 62, 20 / 62, 12 / 62])
    assert [bar.synthetic for bar in found] == pytest.approx([0.5, 0.0, 0.5])


def test_what_is_left_over_is_no_small_group_either() -> None:
    real = table(Kind.CATEGORY, ["big"] * 30 + ["small"] * 20 + ["rare"] * 3)
    assert [bar.label for bar in bars(real, real, "x", 11)] == ["big", "other (2 levels)"]


def test_few_missing_values_are_not_shown_by_themselves() -> None:
    real = table(Kind.CATEGORY, ["big"] * 30 + ["small"] * 20 + [None] * 3)
    assert [bar.label for bar in bars(real, real, "x", 11)] == ["big", "other (1 levels)"]
    many = table(Kind.CATEGORY, ["big"] * 30 + [None] * 11)
    assert [bar.label for bar in bars(many, many, "x", 11)] == ["big", "missing"]


def test_no_edge_lies_at_an_extreme_and_edges_are_round() -> None:
    values = np.concatenate([np.random.default_rng(1).normal(50_000, 9000, 5000), [9_876_543.0, -1_234_567.0]])
    real = Table("t", (Column("x", Kind.NUMBER),), pd.DataFrame({"x": values}))
    found = bars(real, real, "x", 11)
    edges = [float(number.replace(",", "")) for bar in found for number in re.findall(r"[\d,.]+", bar.label)]
    assert np.quantile(values, 0.01) <= min(edges)
    assert max(edges) <= np.quantile(values, 0.99)
    assert all(float(f"{edge:.2g}") == edge for edge in edges)
    assert len(found) > 5


def test_integers_have_whole_edges_and_dates_firsts_of_a_month() -> None:
    made = honest(500)
    ages, joined = (bars(people(2000, 1), made, name, 11) for name in ("age", "joined"))
    assert all("." not in bar.label for bar in ages)
    assert all(day.endswith("-01") for bar in joined for day in re.findall(r"\d{4}-\d\d-\d\d", bar.label))


def test_a_column_of_few_rows_has_no_chart() -> None:
    real = table(Kind.NUMBER, [float(n) for n in range(10)])
    assert bars(real, real, "x", 11) == ()
    mostly_missing = table(Kind.NUMBER, [1.0] * 5 + [None] * 50)
    assert bars(mostly_missing, mostly_missing, "x", 11) == ()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.one_of(st.none(), st.integers(-50, 50).map(float)), min_size=1, max_size=150),
    st.sampled_from([Kind.INTEGER, Kind.CATEGORY]),
)
def test_every_bar_stands_on_enough_real_rows(values: list[float | None], kind: Kind) -> None:
    words = values if kind is Kind.INTEGER else [None if v is None else f"w{v:.0f}" for v in values]
    real = Table(
        "t",
        (Column("x", kind),),
        pd.DataFrame({"x": pd.Series(words, dtype="float64" if kind is Kind.INTEGER else object)}),
    )
    found = bars(real, real, "x", 11)
    gaps = sum(value is None for value in values)
    shown = len(values) if kind is Kind.CATEGORY or gaps >= 11 else len(values) - gaps
    assert all(bar.real * shown >= 10.999 for bar in found)
    assert sum(bar.real for bar in found) == pytest.approx(1 if found else 0)
