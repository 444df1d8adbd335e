"""Two samples of few rows have other numbers of levels, and other shares of them, by chance alone."""

from __future__ import annotations

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Kind, Table
from privsynth.measure.fidelity.kept import Kept
from privsynth.measure.fidelity.levels import levels_kept
from privsynth.measure.fidelity.sides import sides_of

LEVELS = {"tossed": 2, "grade": 4, "code": 30}


def drawn(seed: int, rows: int = 40, *, only: int | None = None) -> Table:
    """Levels as often as each other. `only`: so many of them."""
    rng = np.random.default_rng(seed)
    frame = {
        name: pd.Series([f"v{code}" for code in rng.integers(0, min(levels, only or levels), rows)], dtype=object)
        for name, levels in LEVELS.items()
    }
    return Table("t", tuple(Column(name, Kind.CATEGORY) for name in frame), pd.DataFrame(frame))


def found(seed: int, *, only: int | None = None) -> dict[str, Kept]:
    sides = sides_of(drawn(3 * seed), drawn(3 * seed + 1, only=only), drawn(3 * seed + 2), np.random.default_rng(0))
    return {kept.where[0]: kept for kept in levels_kept(sides)}


def test_levels_that_honest_rows_show_by_chance_are_not_lost() -> None:
    lost = [kept.words for seed in range(100) for kept in found(seed).values() if kept.is_lost]
    assert len(lost) <= 1, lost


def test_and_levels_that_never_come_out_are() -> None:
    kept = found(1, only=1)
    assert all(each.is_lost for each in kept.values())
    assert kept["code"].at_most < 0.5
