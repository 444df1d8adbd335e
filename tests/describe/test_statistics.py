"""What statistics keep of the training rows."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import frame
from honest import people

from privsynth.dataset import Column, Dataset, Kind, Role, Table
from privsynth.describe import learn_statistics
from privsynth.policy import Policy
from privsynth.statistics import Taken

POLICY = Policy()


def test_levels_are_those_of_enough_rows_most_common_first() -> None:
    table = Table("t", (Column("w", Kind.CATEGORY),), frame(w=["b"] * 11 + ["a"] * 20 + ["rare"] * 10 + [None]))
    column = learn_statistics(Dataset((table,)), POLICY.limits, Taken())["t"]["w"]
    assert dict(column.levels) == {"a": 20, "b": 11}
    assert list(column.levels) == ["a", "b"]
    assert (column.rows, column.distinct, column.is_unique) == (42, 3, False)
    assert column.missing == pytest.approx(1 / 42)


def test_a_higher_limit_keeps_fewer_levels() -> None:
    table = Table("t", (Column("w", Kind.CATEGORY),), frame(w=["b"] * 11 + ["a"] * 20))
    strict = POLICY.with_(limits={"k_rare": 15})
    assert list(learn_statistics(Dataset((table,)), strict.limits, Taken())["t"]["w"].levels) == ["a"]


def test_the_ends_are_percentiles_and_not_extremes() -> None:
    values = [float(n) for n in range(1, 101)] + [1e9]
    table = Table("t", (Column("n", Kind.NUMBER),), frame(n=values))
    column = learn_statistics(Dataset((table,)), POLICY.limits, Taken())["t"]["n"]
    assert (column.low, column.high) == (2.0, 100.0)


def test_dates_are_days_and_few_rows_have_no_ends() -> None:
    many = learn_statistics(Dataset((people(500, 1),)), POLICY.limits, Taken())["people"]["joined"]
    assert many.low is not None
    assert many.high is not None
    assert np.datetime64("2010-01-01").astype("datetime64[D]").astype(int) < many.low < many.high
    few = learn_statistics(Dataset((people(10, 1),)), POLICY.limits, Taken())["people"]["joined"]
    assert (few.low, few.high) == (None, None)


def test_nothing_is_learnt_of_values_that_will_be_invented() -> None:
    words, numbers = ["Anna"] * 50, [float(n) for n in range(50)]
    table = Table(
        "t",
        (Column("first", Kind.CATEGORY, role=Role.DIRECT), Column("id", Kind.INTEGER, role=Role.IDENTIFIER)),
        frame(first=words, id=numbers),
    )
    statistics = learn_statistics(Dataset((table,)), POLICY.limits, Taken())["t"]
    assert dict(statistics["first"].levels) == {}
    assert (statistics["id"].low, statistics["id"].high, statistics["id"].is_unique) == (None, None, True)


def test_an_empty_table_has_a_profile() -> None:
    column = learn_statistics(Dataset((people(0, 1),)), POLICY.limits, Taken())["people"]["age"]
    assert (column.rows, column.missing, column.distinct, column.is_unique) == (0, 0.0, 0, False)
