"""Numbers that were drawn by a law are proposed by that law, and plain laws are kept where others gain nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from privsynth.generate.rules.infer.holders import Holders
from privsynth.generate.rules.infer.laws import FittedLaw, law_of
from privsynth.generate.rules.values.laws import LAWS

ROWS = 4_000

DRAWN: dict[str, tuple[int, Callable[[np.random.Generator], Any]]] = {  # decimals, and how they are drawn
    "gamma": (2, lambda rng: rng.gamma(2.5, 4, ROWS)),
    "weibull": (2, lambda rng: 10 * rng.weibull(3, ROWS)),
    "beta": (3, lambda rng: rng.beta(2, 5, ROWS)),
    "pareto": (1, lambda rng: 10 * (1 + rng.pareto(1.8, ROWS))),
    "student_t": (1, lambda rng: 50 + 5 * rng.standard_t(3, ROWS)),
    "triangular": (2, lambda rng: rng.triangular(0, 3, 10, ROWS)),
    "geometric": (0, lambda rng: rng.geometric(0.05, ROWS)),
    "normal": (1, lambda rng: rng.normal(50, 9, ROWS)),
    "lognormal": (2, lambda rng: rng.lognormal(3, 0.6, ROWS)),
    "exponential": (2, lambda rng: rng.exponential(5, ROWS)),
    "poisson": (0, lambda rng: rng.poisson(300, ROWS)),
}


def fitted(name: str) -> FittedLaw:
    decimals, draw = DRAWN[name]
    values = np.round(np.asarray(draw(np.random.default_rng(0)), dtype=float), decimals)
    found = law_of(values, Holders(np.arange(ROWS), 11), decimals)
    assert found is not None
    return found


@pytest.mark.parametrize("name", DRAWN)
def test_numbers_are_proposed_by_the_law_that_drew_them(name: str) -> None:
    found = fitted(name)
    assert list(found.way) == [name]
    assert found.off < 0.025


@pytest.mark.parametrize("name", ["gamma", "weibull", "beta", "pareto", "student_t", "triangular", "geometric"])
def test_what_is_proposed_draws_numbers_like_them(name: str) -> None:
    found, (_, draw) = fitted(name), DRAWN[name]
    made = LAWS[name].draw({"low": None, "high": None, **found.way[name]}, ROWS, np.random.default_rng(2))
    real = np.sort(np.asarray(draw(np.random.default_rng(1)), dtype=float))
    apart = np.searchsorted(np.sort(made), real, side="right") / ROWS - np.arange(1, ROWS + 1) / ROWS
    assert np.abs(apart).max() < 0.06
