"""Hits on both sides, what they mean as a share of the draft, and what cannot be seen."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from honest import LEARNT, honest, noisy, people, planted
from hypothesis import given
from hypothesis import strategies as st

from privsynth.dataset import Column, Kind, Table
from privsynth.measure.attacks.copies import (
    OFTENER,
    CopyHits,
    Repeats,
    equal_hits,
    near_hits,
    repeats,
    smallest_visible,
)


def test_excess_is_the_share_of_the_draft_that_must_be_copies() -> None:
    # 40 of 400 training rows are hit, 5 of 100 held-out ones; the draft has 200 rows
    hits = CopyHits(train=40, of_train=400, holdout=5, of_holdout=100, scale=400 / 200)
    assert hits.excess == pytest.approx((0.10 - 0.05) * 2)
    assert hits.chance == pytest.approx(0.05 * 2)


def test_planted_rows_are_counted_exactly() -> None:
    train, holdout, made = people(1000, 1), people(300, 2), honest(1200, 3)
    equal = equal_hits(train, holdout, planted(made, train, np.arange(12)), LEARNT)
    assert (equal.train, equal.holdout) == (12, 0)
    assert equal.excess == pytest.approx(12 / 1200)


def test_without_a_hold_out_nothing_is_beyond_chance() -> None:
    assert CopyHits(train=50, of_train=400, holdout=0, of_holdout=0, scale=1.0).pvalue == 1.0


def test_near_copies_hit_training_rows_more_often_than_held_out_ones(rng: np.random.Generator) -> None:
    train, holdout = people(1500, 1), people(1500, 2)
    clean = near_hits(train, holdout, honest(1500, 3), LEARNT, rng)
    leaky = near_hits(train, holdout, planted(honest(1500, 3), noisy(train, rng), np.arange(150)), LEARNT, rng)
    assert clean.pvalue > 0.01
    assert leaky.pvalue < 1e-6


@pytest.mark.parametrize(("rows", "share", "alpha", "hits"), [(3000, 0.5, 0.01 / 3, 9), (50_000, 0.8, 0.001 / 3, 36)])
def test_smallest_visible_leak_is_the_hits_needed_over_the_rows(
    rows: int, share: float, alpha: float, hits: int
) -> None:
    assert smallest_visible(rows, share, alpha) == pytest.approx(hits / rows)
    assert share**hits <= alpha < share ** (hits - 1)


@given(st.integers(1, 10_000), st.floats(0.01, 0.99), st.floats(1e-6, 0.1))
def test_smallest_visible_leak_is_a_share(rows: int, share: float, alpha: float) -> None:
    assert 0 < smallest_visible(rows, share, alpha) <= 1


def test_without_control_no_leak_is_visible() -> None:
    assert smallest_visible(100, 1.0, 0.01) == 1.0
    assert math.isfinite(smallest_visible(0, 0.5, 0.01))


def test_one_real_row_again_and_again_is_counted_by_the_draft_rows_and_chance_is_not() -> None:
    train, holdout, made = people(1000, 1), people(1000, 2), honest(1000, 3)
    copied = planted(made, train, np.full(60, 7))
    found = repeats(train, holdout, copied, LEARNT, 0.001)[0]
    assert (found.ours.rows, found.ours.most, found.control) == (1, 60, Repeats(of=found.control.of))
    assert found.beyond == pytest.approx((60 - OFTENER * 1000 / 2000) / 1000)
    for clean in repeats(train, holdout, made, LEARNT, 0.001):
        assert (clean.ours.share, clean.ours.rows) == (0.0, 0)


@pytest.mark.parametrize("anew", ["income", "town"])
def test_one_real_row_again_and_again_is_counted_though_a_column_is_drawn_anew_in_each(anew: str) -> None:
    train, holdout, made = people(1000, 1), people(1000, 2), honest(1000, 3)
    others = [name for name in LEARNT if name != anew]
    found = repeats(train, holdout, planted(made, train, np.full(60, 7), columns=others), LEARNT, 0.001)
    by_column = {each.without: each for each in found}
    assert by_column[None].beyond == 0
    assert by_column[anew].ours.most == 60
    assert max(found, key=lambda each: each.beyond) is by_column[anew]


def test_a_column_without_which_most_people_are_like_others_is_not_left_out(rng: np.random.Generator) -> None:
    columns = (Column("id", Kind.CATEGORY), Column("sex", Kind.CATEGORY))
    train, holdout, made = (
        Table(
            "few",
            columns,
            pd.DataFrame({"id": rng.random(500).astype(str), "sex": rng.choice(["f", "m"], 500)}, dtype=object),
        )
        for _ in range(3)
    )
    assert [each.without for each in repeats(train, holdout, made, ["id", "sex"], 0.01)] == [None, "sex"]


def test_a_row_that_many_share_may_come_as_often_as_it_is_shared(rng: np.random.Generator) -> None:
    levels = rng.choice(["a", "b"], (3, 900), p=[0.9, 0.1])
    train, holdout, made = (
        Table("letters", (Column("letter", Kind.CATEGORY),), pd.DataFrame({"letter": each.astype(object)}))
        for each in levels
    )
    (found,) = repeats(train, holdout, made, ["letter"], 0.01)
    assert (found.ours.share, found.control.share, found.ours.rows) == (0.0, 0.0, 0)


def test_what_a_maker_repeats_of_rows_it_never_saw_is_taken_off() -> None:
    ours, control = Repeats(0.10, 2, 60, of=1_000), Repeats(0.02, 1, 20, of=500)
    assert ours.beyond(control) == pytest.approx(0.10 - 0.02 * 2)
    assert Repeats(0.01, 1, 20, of=1_000).beyond(control) == 0.0
    assert ours.beyond(Repeats()) == 0.10


def test_rows_that_only_held_out_people_have_are_the_control() -> None:
    train, holdout = people(1000, 1), people(1000, 2)
    found = repeats(train, holdout, planted(honest(1000, 3), holdout, np.full(60, 7)), LEARNT, 0.001)[0]
    assert (found.ours.rows, found.control.rows, found.control.most) == (0, 1, 60)
