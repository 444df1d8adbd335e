"""Bins, total variation and association, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import frame

from privsynth.dataset import Column, Kind, Table
from privsynth.measure.fidelity.bins import cramers_v, cut, joint, shares, total_variation


def table(kind: Kind, values: list[object]) -> Table:
    return Table("t", (Column("x", kind),), frame(x=values))


def test_total_variation_is_the_share_of_rows_that_would_have_to_move() -> None:
    assert total_variation(np.array([0.5, 0.5]), np.array([0.8, 0.2])) == pytest.approx(0.3)


def test_numbers_are_cut_at_deciles_of_the_real_rows_and_missing_is_apart() -> None:
    real = table(Kind.NUMBER, [float(x) for x in range(100)])
    count, (ours, theirs) = cut(real, [table(Kind.NUMBER, [-5.0, 1000.0, None])], "x")
    assert count == 11
    assert np.bincount(ours, minlength=count).tolist() == [10] * 10 + [0]
    assert theirs.tolist() == [0, 9, 10]


def test_a_value_that_many_rows_hold_is_a_bin_of_its_own() -> None:
    real = table(Kind.NUMBER, [0.0] * 90 + [float(x) for x in range(1, 11)])
    made = table(Kind.NUMBER, [0.0] * 50 + [5.0] * 50)
    count, (ours, theirs) = cut(real, [made], "x")
    assert total_variation(shares(ours, count), shares(theirs, count)) == pytest.approx(0.45, abs=0.06)


def test_rare_and_unknown_levels_share_a_bin() -> None:
    real = table(Kind.CATEGORY, [f"w{n}" for n in range(9) for _ in range(10)] + ["rare", None])
    count, (ours, theirs) = cut(real, [table(Kind.CATEGORY, ["w0", "rare", "new", None])], "x")
    assert count == 11
    assert theirs[1] == theirs[2] == ours[90]
    assert theirs[3] == ours[91] == 10


def test_columns_without_any_value_can_be_cut() -> None:
    real = table(Kind.CATEGORY, [None, None])
    count, (ours,) = cut(real, [], "x")
    assert (ours == count - 1).all()


def test_cramers_v_is_one_for_equal_columns_and_zero_for_unrelated_ones() -> None:
    bins = np.array([0, 0, 1, 1])
    assert cramers_v(joint(bins, 2, bins, 2)) == pytest.approx(1)
    assert cramers_v(joint(bins, 2, np.array([0, 1, 0, 1]), 2)) == pytest.approx(0)
    assert cramers_v(joint(bins, 2, np.zeros(4, dtype=int), 2)) == 0
