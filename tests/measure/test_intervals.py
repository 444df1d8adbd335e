"""Intervals of shares."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privsynth.measure.intervals import wilson


def test_wilson_of_one_in_four_is_the_published_figure() -> None:
    low, high = wilson(1, 4)
    assert (low + high) / 2 == pytest.approx(0.3725, abs=1e-4)
    assert (low, high) == pytest.approx((0.0456, 0.6994), abs=1e-4)


def test_nothing_seen_says_nothing() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


@given(st.integers(0, 500), st.integers(1, 500))
def test_wilson_holds_the_share(successes: int, n: int) -> None:
    successes = min(successes, n)
    low, high = wilson(successes, n)
    assert 0 <= low <= successes / n <= high <= 1
