"""Numbers that came to lie elsewhere: the words say on which side, and nothing where it is chance."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from privsynth.dataset import Column, Kind, Table
from privsynth.measure.fidelity.kept import Kept
from privsynth.measure.fidelity.marginals import columns_kept
from privsynth.measure.fidelity.sides import sides_of


def paid(seed: int, by: float = 0.0) -> Table:
    numbers = np.random.default_rng(seed).normal(50 + by, 10, 400)
    numbers[:20] = np.nan
    return Table("t", (Column("paid", Kind.NUMBER),), pd.DataFrame({"paid": numbers}))


def found(by: float) -> Kept:
    (kept,) = columns_kept(sides_of(paid(1), paid(2, by), paid(3), np.random.default_rng(0)))
    return kept


@pytest.mark.parametrize(("by", "side"), [(-6.0, "below"), (6.0, "above")])
def test_values_that_moved_are_said_to_lie_on_the_side_where_they_lie(by: float, side: str) -> None:
    assert found(by).is_lost
    assert found(by).words.endswith(f"more of them than of the real ones lie {side} the middle of these")


def test_of_honest_values_no_side_is_said() -> None:
    assert "middle" not in found(0.0).words
