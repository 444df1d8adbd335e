"""What a foreign engine sees, and that the way back gives what may come out and nothing else."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from privsynth.dataset import Column, Kind
from privsynth.errors import BackendError
from privsynth.generate.model.coding.codings import learn_coding
from privsynth.generate.model.sdv.shown import CODE, PLACE, Shown, show
from privsynth.spelling import Spelling


def shown(
    values: np.ndarray, rng: np.random.Generator, kind: Kind = Kind.NUMBER, *, k: int = 5, most: int | None = None
) -> Shown:
    return show(learn_coding(Column("c", kind, spelling=Spelling(decimals=2)), values, k), values, rng, most=most)


def test_what_is_shown_comes_back_as_it_was(rng: np.random.Generator) -> None:
    values = np.r_[np.zeros(40), np.full(20, np.nan), np.round(rng.normal(50, 5, 140), 2)]
    made = shown(values, rng)
    assert set(made.parts) == {CODE, PLACE}
    back = made.restore(made.parts, 200, rng)
    assert np.isnan(back).tolist() == np.isnan(values).tolist()
    assert (back == 0).tolist() == (values == 0).tolist()
    assert np.nanmax(np.abs(np.sort(back[60:]) - np.sort(values[60:]))[10:-10]) < 2


def test_places_lie_between_0_and_1_and_tell_no_extreme(rng: np.random.Generator) -> None:
    values = np.r_[rng.normal(0, 1, 200), 1e9]
    places = shown(values, rng).parts[PLACE]
    assert places.min() == 0
    assert places.max() <= 1
    assert np.median(places) > 0.1  # one number far out would press all others against 0


def test_what_an_engine_draws_between_is_as_round_as_the_source(rng: np.random.Generator) -> None:
    values = np.round(rng.normal(50, 9, 400), 1)
    values[:4] += 0.05  # of fewer than k rows
    made = shown(values, rng)
    back = made.restore({**made.parts, PLACE: rng.random(400)}, 400, rng)
    assert (np.round(back, 1) == back).all()


def test_rare_levels_are_shown_as_others(rng: np.random.Generator) -> None:
    values = np.array(["a"] * 20 + ["b"] * 20 + ["c"], dtype=object)
    made = shown(values, rng, Kind.CATEGORY)
    assert made.parts[CODE].max() == 1
    assert set(made.restore(made.parts, 41, rng)) == {"a", "b"}


@pytest.mark.parametrize(
    ("values", "kind"),
    [(["x"] * 30, Kind.CATEGORY), ([None] * 30, Kind.CATEGORY), ([f"r{i}" for i in range(30)], Kind.CATEGORY)],
)
def test_a_column_with_nothing_to_learn_is_not_shown(
    values: list[str | None], kind: Kind, rng: np.random.Generator
) -> None:
    column = np.array(values, dtype=object)
    made = shown(column, rng, kind)
    assert not made.parts
    assert set(made.restore({}, 4, rng)) == ({"x"} if values[0] == "x" else {None})


@pytest.mark.parametrize("value", [7.0, np.nan])
def test_a_constant_number_is_not_shown(value: float, rng: np.random.Generator) -> None:
    made = shown(np.full(30, value), rng)
    assert not made.parts
    np.testing.assert_array_equal(made.restore({}, 3, rng), np.full(3, value))


def test_times_of_day_come_back(rng: np.random.Generator) -> None:
    days = np.datetime64("1700-01-01", "us") + rng.integers(0, 10**9, 300).astype("timedelta64[s]")
    made = shown(days, rng, Kind.DATE)
    back = made.restore(made.parts, 300, rng)
    assert back.dtype == days.dtype
    assert np.median(np.abs((np.sort(back) - np.sort(days)).astype("timedelta64[D]").astype(int))) < 120
    assert len(np.unique(back.astype("datetime64[s]").astype(np.int64) % 60)) > 10


def test_the_bucket_holds_the_least_frequent_levels_and_gives_them_as_often(rng: np.random.Generator) -> None:
    values = np.repeat(np.array(["a", "b", "c", "d"], dtype=object), [40, 30, 20, 10])
    made = shown(values, rng, Kind.CATEGORY, most=3)
    assert made.bucket is not None
    assert made.width == {CODE: 3}
    assert made.bucket.share.tolist() == pytest.approx([2 / 3, 1 / 3])
    back = pd.Series(made.restore({CODE: np.full(3000, 2)}, 3000, rng)).value_counts(normalize=True)
    assert back["c"] == pytest.approx(2 / 3, abs=0.04)
    assert set(back.index) == {"c", "d"}
    assert set(made.restore({CODE: np.array([0, 1])}, 2, rng)) == {"a", "b"}


def test_what_is_no_number_is_an_error_and_not_a_gap(rng: np.random.Generator) -> None:
    made = shown(rng.normal(0, 1, 100), rng)
    with pytest.raises(BackendError, match="not numbers"):
        made.restore({PLACE: np.array([0.5, np.nan])}, 2, rng)
