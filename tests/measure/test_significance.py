"""Worked by hand: tails of small binomials, and Holm's own example of ranks."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privsynth.measure.significance import copy_pvalue, holm, poisson_tail


@pytest.mark.parametrize(
    ("train", "holdout", "share", "expected"),
    [
        (0, 0, 0.5, 1.0),
        (0, 9, 0.5, 1.0),
        (1, 0, 0.5, 0.5),  # one coin
        (2, 1, 0.5, 0.5),  # (3 + 1) / 8
        (7, 0, 0.5, 1 / 128),  # the seven hits of the design at alpha .01
        (2, 0, 0.8, 0.64),
        (3, 0, 1.0, 1.0),  # no held-out side: nothing can be shown
    ],
)
def test_the_tail_of_a_binomial(train: int, holdout: int, share: float, expected: float) -> None:
    assert copy_pvalue(train, holdout, share) == pytest.approx(expected)


@given(st.integers(0, 60), st.integers(0, 60), st.floats(0.05, 0.95))
def test_one_more_hit_on_the_training_side_is_never_weaker_evidence(train: int, holdout: int, share: float) -> None:
    assert copy_pvalue(train + 1, holdout, share) <= copy_pvalue(train, holdout, share) + 1e-12


@given(st.integers(0, 40), st.integers(0, 40), st.floats(0.05, 0.95))
def test_equals_the_sum_of_the_tail(train: int, holdout: int, share: float) -> None:
    n = train + holdout
    tail = sum(math.comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(train, n + 1))
    assert copy_pvalue(train, holdout, share) == pytest.approx(tail, abs=1e-9)


@pytest.mark.parametrize("wrong", [(-1, 0, 0.5), (0, -1, 0.5), (1, 1, 1.5), (1, 1, math.nan)])
def test_refuses_what_is_no_count_or_share(wrong: tuple[int, int, float]) -> None:
    with pytest.raises(ValueError, match="counts"):
        copy_pvalue(*wrong)


def test_holm_multiplies_the_smallest_most_and_keeps_the_order() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([]) == []
    assert holm([0.9, 0.8]) == [1.0, 1.0]


def test_a_missing_p_value_stays_missing_and_still_counts() -> None:
    corrected = holm([math.nan, 0.01])
    assert math.isnan(corrected[0])
    assert corrected[1] == pytest.approx(0.02)


@given(st.lists(st.floats(0, 1), max_size=20))
def test_correction_never_lowers_a_p_value(values: list[float]) -> None:
    assert all(after >= before - 1e-12 for before, after in zip(values, holm(values), strict=True))


def test_a_count_is_beyond_chance_by_the_poisson_tail() -> None:
    assert poisson_tail(0, 5.0) == 1.0
    assert poisson_tail(1, 0.1) == pytest.approx(1 - math.exp(-0.1))
    assert poisson_tail(2, 1.0) == pytest.approx(1 - 2 * math.exp(-1.0))
    assert poisson_tail(3, 0.0) == 0.0
