"""What may come out of a column: worked out by hand on few rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privsynth.dataset import Column, Kind
from privsynth.errors import InputError
from privsynth.generate.model.coding.codings import HIDDEN, REST, Classes, Curve, learn_coding
from privsynth.generate.model.coding.number_line import NumberLine, number_line_of
from privsynth.generate.model.coding.support import support
from privsynth.spelling import Spelling

CITY, AMOUNT, COUNT, DAY = (
    Column("city", Kind.CATEGORY),
    Column("amount", Kind.NUMBER, spelling=Spelling(decimals=2)),
    Column("n", Kind.INTEGER),
    Column("day", Kind.DATE),
)


def texts(*values: str | None) -> np.ndarray:
    return np.array(values, dtype=object)


def test_a_level_held_by_fewer_than_k_rows_never_comes_out() -> None:
    coding = learn_coding(CITY, texts(*["a"] * 3, *["b"] * 2, *[None] * 3), k=3)
    assert isinstance(coding, Classes)
    assert set(coding.levels) == {"a", None}
    assert (coding.hidden_levels, coding.hidden_rows) == (1, 2)
    assert (coding.encode(texts("b", "unseen")) == HIDDEN).all()


def test_support_is_counted_in_units() -> None:
    codes, units = np.array([0, 0, 0, 1, 1, 1]), np.array([7, 7, 7, 1, 2, 3])
    assert support(codes, 2, units).tolist() == [1, 3]
    assert support(codes, 2, None).tolist() == [3, 3]


def test_ten_rows_of_one_person_do_not_make_a_level_common() -> None:
    coding = learn_coding(CITY, texts(*["a"] * 10, *["b"] * 10), k=3, units=np.r_[np.zeros(10, int), 1 + np.arange(10)])
    assert isinstance(coding, Classes)
    assert coding.levels.tolist() == ["b"]


def test_the_ends_of_a_curve_lie_k_ranks_inside(rng: np.random.Generator) -> None:
    values = np.round(rng.normal(1000, 250, 400), 2)
    coding = learn_coding(AMOUNT, values, k=10)
    assert isinstance(coding, Curve)
    assert coding.lattice is None
    ordered = np.sort(values)
    assert coding.knots[0] == pytest.approx(ordered[10:20].mean())  # a mean: no single row's number is kept
    assert coding.knots[-1] == pytest.approx(ordered[-20:-10].mean())
    made = coding.value_at(coding.place_of(values))
    assert made.min() >= ordered[10]
    assert made.max() <= ordered[-11]
    assert np.abs(np.sort(made)[50:-50] - ordered[50:-50]).max() < 20


def test_a_value_that_many_share_is_an_atom() -> None:
    values = np.r_[np.zeros(200), np.arange(1, 201) * 1.5]
    coding = learn_coding(AMOUNT, values, k=10)
    assert isinstance(coding, Curve)
    assert coding.atoms.tolist() == [0.0]
    assert (coding.atom_of(values[:200]) == 0).all()
    assert (coding.atom_of(values[200:]) == REST).all()


def test_few_shared_numbers_are_a_list() -> None:
    coding = learn_coding(COUNT, np.repeat([1.0, 2.0, 5.0], [20, 30, 40]), k=10)
    assert isinstance(coding, Classes)
    assert coding.levels.tolist() == [1.0, 2.0, 5.0]


def test_whole_numbers_that_people_share_are_a_lattice(rng: np.random.Generator) -> None:
    ages = np.r_[rng.integers(20, 60, 4000), [99.0]].astype(float)
    coding = learn_coding(COUNT, ages, k=10)
    assert isinstance(coding, Curve)
    assert coding.lattice is not None
    assert 99.0 not in coding.lattice
    assert coding.value_at(coding.place_of(np.array([99.0, 30.0]))).tolist() == [59.0, 30.0]


def test_too_few_numbers_for_a_curve_become_one_value() -> None:
    coding = learn_coding(AMOUNT, np.arange(25) * 7.5 + 0.25, k=10)
    assert isinstance(coding, Curve)
    assert len(set(coding.value_at(np.array([0.0, 0.3, 1.0])))) == 1
    assert not np.isin(coding.knots, [0.25, 24 * 7.5 + 0.25]).any()


def test_fewer_numbers_than_k_become_missing() -> None:
    coding = learn_coding(AMOUNT, np.arange(5) * 7.5, k=10)
    assert isinstance(coding, Curve | Classes)
    assert coding.hidden_rows == 5


def test_infinite_numbers_are_refused_without_being_named() -> None:
    with pytest.raises(InputError, match="column 'amount' holds 1 infinite"):
        learn_coding(AMOUNT, np.array([1.0, np.inf]), k=10)


@pytest.mark.parametrize(
    ("first", "step"),
    [("1700-01-01", 86_400_000_000), ("2300-05-01T10:00", 3_600_000_000), ("1999-01-01T00:00:07", 1_000_000)],
)
def test_dates_keep_the_coarsest_step_that_all_share(first: str, step: int) -> None:
    dates = np.array([first, "NaT", "2001-01-01"], dtype="datetime64[us]")
    axis = number_line_of(DAY, dates)
    assert axis.step_us == step
    np.testing.assert_array_equal(axis.write(axis.read(dates)), dates)


@pytest.mark.parametrize(("odd", "step", "coarse"), [(2, 86_400_000_000, 2), (3, 1, 0)])
def test_a_few_moments_between_days_do_not_make_up_a_time_for_the_others(odd: int, step: int, coarse: int) -> None:
    days = np.datetime64("2012-03-30", "us") + np.arange(20 - odd) * np.timedelta64(1, "D")
    dates = np.concatenate([days, np.array(["2012-01-01T17:20:05.000123"] * odd, dtype="datetime64[us]")])
    coding = learn_coding(DAY, dates, k=2)
    assert coding.axis is not None
    assert (coding.axis.step_us, coding.coarse_rows) == (step, coarse)
    assert coding.axis.write(coding.axis.read(dates))[-1] == (dates[-1] if step == 1 else np.datetime64("2012-01-01"))


@pytest.mark.parametrize(
    ("values", "grid"),
    [
        ([*range(1, 9), np.nan], 100),
        ([*range(1, 9), 9.5], 50),
        ([*range(1, 9), 9.25], 25),
        ([*range(1, 9), 9.01], 1),
        ([1000 * number for number in range(9)], 100_000),
        ([*range(1, 8)], 1),  # so few may be chance
        ([*range(1, 9), 1e300], 1),
        ([np.nan], 1),
        ([], 1),
    ],
)
def test_whole_amounts_that_show_cents_gain_none(values: list[float], grid: int) -> None:
    numbers = np.array(values, dtype=float)
    line = number_line_of(AMOUNT, numbers)
    assert line == NumberLine(decimals=2, grid=grid)
    np.testing.assert_array_equal(line.write(line.read(numbers)), numbers)


def test_times_that_show_seconds_gain_none() -> None:
    column = Column("at", Kind.TIME, spelling=Spelling(clock="%H:%M:%S"))
    assert number_line_of(column, 300.0 * np.arange(100, 120)).grid == 300


def test_a_number_is_brought_onto_the_grid_on_the_side_that_keeps_an_order() -> None:
    line, numbers = NumberLine(decimals=2, grid=50), np.array([1.0, 1.1, 1.4, -0.1])
    assert list(line.snapped(numbers, up=True)) == [1, 1.5, 1.5, 0]
    assert list(line.snapped(numbers, up=False)) == [1, 1, 1, -0.5]


@given(st.lists(st.one_of(st.none(), st.sampled_from("abcdefgh")), max_size=80), st.integers(1, 8))
def test_classes_emit_exactly_the_levels_with_support(values: list[str | None], k: int) -> None:
    coding = learn_coding(CITY, np.array([*values, "z"], dtype=object)[:-1], k)
    assert isinstance(coding, Classes)
    assert set(coding.levels) == {value for value in values if values.count(value) >= k}


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=120), st.integers(2, 12))
def test_no_curve_reaches_a_value_beyond_the_k_th_from_either_end(values: list[float], k: int) -> None:
    numbers = np.round(np.array(values), 2) + 0.0
    coding = learn_coding(AMOUNT, numbers, k)
    if isinstance(coding, Curve) and len(coding.knots):
        rest = numbers[coding.atom_of(numbers) == REST]
        if len(set(coding.knots)) > 1:
            assert (rest <= coding.knots.min()).sum() >= k
            assert (rest >= coding.knots.max()).sum() >= k
        else:
            assert len(rest) >= k


@pytest.mark.parametrize(("missing", "grid"), [(0, 12), (5, 12), (30, 1)])
def test_a_step_that_a_few_of_many_numbers_miss_is_kept(missing: int, grid: int, rng: np.random.Generator) -> None:
    values = 12.0 * rng.permutation(np.arange(1, 1_201))
    values[:missing] += 5
    line = number_line_of(Column("dozens", Kind.INTEGER), values)
    assert line.grid == grid
    assert line.between_steps(values) == (missing if grid > 1 else 0)


def test_a_number_off_the_step_that_several_rows_hold_is_meant() -> None:
    values = np.r_[12.0 * np.arange(1, 2_001), np.full(9, 77_777.0)]
    assert number_line_of(Column("dozens", Kind.INTEGER), values).grid == 1


def test_as_many_numbers_without_a_step_have_none(rng: np.random.Generator) -> None:
    assert number_line_of(Column("any", Kind.INTEGER), rng.integers(0, 100_000, 3_000).astype(float)).grid == 1
