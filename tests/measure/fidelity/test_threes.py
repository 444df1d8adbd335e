"""Three columns of which no two say anything, and each is as the other two have it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from privsynth.dataset import Column, Kind, Table
from privsynth.measure.fidelity import compare
from privsynth.measure.fidelity.kept import Kept
from privsynth.measure.fidelity.sides import sides_of
from privsynth.measure.fidelity.threes import threes_kept

ROWS = 1500
COLUMNS = (
    *(Column(name, Kind.CATEGORY) for name in ("left", "right", "both")),
    *(Column(name, Kind.NUMBER) for name in ("height", "width", "turn", "sum")),
)


def odd(seed: int, *, together: bool = True) -> Table:
    """`both` is odd where one of the others is; `turn` has the sign of a product; `sum` is one, and nothing more."""
    rng = np.random.default_rng(seed)
    left, right = rng.integers(0, 2, (2, ROWS))
    height, width, noise = rng.normal(0, 1, (3, ROWS))
    both, turn = left ^ right, np.sign(height * width) + noise
    if not together:
        both, turn = rng.permutation(both), rng.permutation(turn)
    words = {"left": left, "right": right, "both": both}
    numbers = {"height": height, "width": width, "turn": turn, "sum": height + width + noise}
    frame = pd.DataFrame(
        {name: pd.Series([f"v{cell}" for cell in cells], dtype=object) for name, cells in words.items()}
    )
    return Table("t", COLUMNS, frame.assign(**numbers))


def found(made: Table) -> dict[tuple[str, ...], Kept]:
    rng = np.random.default_rng(0)
    sides = sides_of(odd(1), made, odd(3), rng)
    ties = compare(*sides.tables, rng, classify=False).ties
    return {tuple(sorted(kept.where)): kept for kept in threes_kept(sides, ties, rng)}


def test_what_two_columns_say_together_of_a_third_is_seen_where_it_is_kept() -> None:
    kept = found(odd(2))
    assert kept["both", "left", "right"].kept > 0.95
    assert not any(each.is_lost for each in kept.values())


@pytest.mark.parametrize("three", [("both", "left", "right"), ("height", "turn", "width")])
def test_and_named_where_it_is_lost(three: tuple[str, ...]) -> None:
    lost = found(odd(2, together=False))[three]
    assert lost.is_lost
    assert lost.at_most < 0.5
    assert lost.words.endswith(" of what two of them together say of the third is kept")


def test_a_sum_says_nothing_that_two_columns_do_not() -> None:
    assert not any("sum" in three and "turn" not in three for three in found(odd(2)))
