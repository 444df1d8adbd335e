"""How many drawn numbers are round, and on which days drawn moments fall: worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from privsynth.dataset import Column, Kind
from privsynth.generate.model.coding.codings import Curve, learn_coding
from privsynth.generate.model.coding.number_line import DAY_US, NumberLine
from privsynth.generate.model.coding.texture import Texture, texture_of, weekdays_of
from privsynth.spelling import Spelling

DAYS, TENTHS = NumberLine(step_us=DAY_US), NumberLine(decimals=1)
MONDAY = 4.0  # 1970-01-05


@pytest.mark.parametrize(("finer", "decimals"), [(3, [1]), (5, [4, 1])])
def test_a_fineness_that_fewer_than_k_rows_have_does_not_come_out(finer: int, decimals: list[int]) -> None:
    numbers = np.arange(1, 61) * 0.3 + np.r_[np.full(finer, 0.0001), np.zeros(60 - finer)]
    axis = NumberLine(decimals=4)
    texture = texture_of(axis, axis.rounded(numbers), 5, None)
    assert texture is not None
    assert [grid.decimals for grid in texture.grids] == decimals


def test_a_fineness_is_counted_in_people(rng: np.random.Generator) -> None:
    numbers = np.round(rng.uniform(0, 10, 60), 1) + np.r_[np.full(20, 0.0001), np.zeros(40)]
    units, axis = np.r_[np.zeros(20, dtype=int), 1 + np.arange(40)], NumberLine(decimals=4)
    texture = texture_of(axis, axis.rounded(numbers), 5, units)
    assert texture is not None
    assert [grid.decimals for grid in texture.grids] == [1]


def test_numbers_round_by_chance_alone_have_no_texture(rng: np.random.Generator) -> None:
    assert texture_of(TENTHS, np.round(rng.normal(70, 12, 3000), 1), 10, None) is None
    assert texture_of(DAYS, rng.integers(0, 4000, 3000).astype(float), 10, None) is None


def test_as_many_weights_are_heaped_as_in_the_source(rng: np.random.Generator) -> None:
    axis, numbers = NumberLine(), np.rint(rng.normal(70, 12, 6000))
    heaped = np.r_[np.rint(numbers[:3000] / 5) * 5, numbers[3000:]]
    texture = texture_of(axis, heaped, 10, None)
    assert texture is not None
    drawn = texture.on(np.rint(rng.normal(70, 12, 6000)), 40, 100, rng)
    assert (drawn % 5 == 0).mean() == pytest.approx((heaped % 5 == 0).mean(), abs=0.03)
    assert (drawn % 10 == 0).mean() == pytest.approx((heaped % 10 == 0).mean(), abs=0.03)


def test_nothing_is_moved_beyond_the_ends(rng: np.random.Generator) -> None:
    texture = Texture(axis=TENTHS, grids=(NumberLine(),), shares=np.ones((1, 1)))
    assert texture.on(np.array([0.8, 1.2, 2.4]), 0.7, 2.6, rng).tolist() == [1, 1, 2]
    assert texture.on(np.array([0.8, 1.2, 1.9]), 1.1, 1.9, rng).tolist() == [0.8, 1.2, 1.9]
    assert texture.on(np.array([0.8, 1.7]), 0.6, 1.8, rng).tolist() == [1, 1]


def test_whole_days_stay_whole_and_some_moments_keep_their_time(rng: np.random.Generator) -> None:
    moments = np.datetime64("2001-01-01", "us") + rng.integers(0, 3000, 400) * np.timedelta64(1, "D")
    moments[:100] += rng.integers(1, DAY_US, 100).astype("timedelta64[us]")
    coding = learn_coding(Column("end", Kind.DATE), moments, k=10)
    assert isinstance(coding, Curve)
    drawn = coding.drawn_at(rng.random(4000), rng)
    assert (drawn % DAY_US == 0).mean() == pytest.approx(0.75, abs=0.03)
    assert coding.axis.write(drawn).max() <= moments.max()


def test_drawn_moments_fall_on_the_days_of_the_week_that_real_ones_do(rng: np.random.Generator) -> None:
    weeks = MONDAY + 7 * np.arange(100)
    days = np.r_[weeks, weeks[:60] + 1, weeks[:40] + 4, weeks[:3] + 6]  # three on a Sunday: fewer than k
    texture = texture_of(DAYS, days, 5, None)
    assert texture is not None
    assert texture.weekdays.tolist() == pytest.approx([0.5, 0.3, 0, 0, 0.2, 0, 0])
    before = rng.integers(0, 700, 5000).astype(float)
    drawn = texture.on(np.r_[before, np.nan], 0, 700, rng)
    share = np.bincount(weekdays_of(drawn[:-1], DAYS), minlength=7) / 5000
    assert share.tolist() == pytest.approx(texture.weekdays.tolist(), abs=0.03)
    assert np.abs(drawn[:-1] - before).max() <= 6
    assert np.isnan(drawn[-1])


def test_a_single_drawn_day_keeps_the_shares_as_well(rng: np.random.Generator) -> None:
    texture = Texture(axis=DAYS, weekdays=np.array([0.5, 0.5, 0, 0, 0, 0, 0]))
    drawn = [texture.on(np.array([MONDAY + 5]), 0, 100, rng)[0] for _ in range(50)]
    assert set(weekdays_of(np.array(drawn), DAYS)) == {0, 1}


def test_weekdays_of_moments_keep_their_time(rng: np.random.Generator) -> None:
    hours = NumberLine(step_us=DAY_US // 24)
    texture = Texture(axis=hours, weekdays=np.array([1.0, 0, 0, 0, 0, 0, 0]))
    drawn = texture.on(np.array([24 * (MONDAY + 1) + 7, 24 * (MONDAY + 6) + 5]), 0, 1000, rng)
    assert drawn.tolist() == [24 * MONDAY + 7, 24 * (MONDAY + 7) + 5]


def test_decimals_of_a_column_come_out_as_they_are_shown(rng: np.random.Generator) -> None:
    numbers = np.round(rng.lognormal(0, 0.5, 800), 3)
    numbers[:4] += 0.00000123
    coding = learn_coding(Column("kappa", Kind.NUMBER, spelling=Spelling(decimals=14)), numbers, k=10)
    assert isinstance(coding, Curve)
    drawn = coding.drawn_at(rng.random(500), rng)
    assert (np.round(drawn, 3) == drawn).all()


@pytest.mark.parametrize("decimals", [0, 2])
def test_numbers_too_large_for_their_decimals_have_no_texture(decimals: int, rng: np.random.Generator) -> None:
    assert texture_of(NumberLine(decimals=decimals), rng.normal(0, 1, 300) * 1e300, 10, None) is None


def test_numbers_of_three_digits_keep_three_digits(rng: np.random.Generator) -> None:
    """0.683 and 5.74: as many decimals as the digits before the point leave."""
    numbers, axis = rng.lognormal(0, 0.7, 3000), NumberLine(decimals=3)
    shown = np.where(numbers < 1, np.round(numbers, 3), np.round(numbers, 2))
    texture = texture_of(axis, shown, 10, None)
    assert texture is not None
    drawn = texture.on(axis.rounded(rng.lognormal(0, 0.7, 3000)), 0.001, 30, rng)
    is_fine = np.round(drawn, 2) != drawn
    assert not is_fine[drawn > 1].any()
    assert is_fine[(drawn < 1) & (drawn > 0.1)].mean() == pytest.approx(0.9, abs=0.03)


def kick_offs(rng: np.random.Generator) -> np.ndarray:
    """Nine in ten at half past three, the rest at eight in the evening, but for two at odd minutes."""
    moments = np.datetime64("2001-01-01", "m") + rng.integers(0, 9000, 3000) * np.timedelta64(1, "D")
    moments += np.where(rng.random(3000) < 0.9, 930, 1200).astype("timedelta64[m]")
    moments[:2] += np.array([3, 7], dtype="timedelta64[m]")
    return np.asarray(moments.astype("datetime64[us]"))


def test_moments_keep_a_step_of_the_clock_that_a_few_miss_and_their_times_of_day(rng: np.random.Generator) -> None:
    coding = learn_coding(Column("at", Kind.DATE), kick_offs(rng), k=10)
    assert isinstance(coding, Curve)
    drawn = coding.axis.write(coding.drawn_at(rng.random(5000), rng))
    minute = (drawn - drawn.astype("datetime64[D]")).astype("timedelta64[m]").astype(int)
    assert set(minute % 30) == {0}
    assert set(minute) == {930, 1200}
    assert (minute == 930).mean() == pytest.approx(0.9, abs=0.02)


def test_times_of_day_that_fewer_than_k_people_have_do_not_come_out(rng: np.random.Generator) -> None:
    moments, axis = kick_offs(rng), NumberLine(step_us=60_000_000)
    moments[:9] = moments[:9].astype("datetime64[D]") + np.timedelta64(4, "h")
    texture = texture_of(axis, axis.read(moments), 10, None)
    assert texture is not None
    assert np.flatnonzero(texture.slots).tolist() == [31, 40]


def test_moments_at_all_times_alike_have_no_texture(rng: np.random.Generator) -> None:
    assert texture_of(NumberLine(step_us=60_000_000), rng.integers(0, 9_000_000, 5000).astype(float), 10, None) is None
