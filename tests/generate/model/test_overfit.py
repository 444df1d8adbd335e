"""The alarm rings for rows learnt by heart, and for no others."""

from __future__ import annotations

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Kind, Table
from privsynth.generate.model.sdv.overfit import Nearness, hold_back, nearness


def table(rng: np.random.Generator, rows: int) -> Table:
    names = ["a", "b", "c"]
    return Table(
        "t", tuple(Column(name, Kind.NUMBER) for name in names), pd.DataFrame(rng.normal(size=(rows, 3)), columns=names)
    )


def test_rows_of_nobody_lie_as_near_to_both(rng: np.random.Generator) -> None:
    real = table(rng, 2000)
    held = hold_back(2000, None, rng)
    assert held is not None
    found = nearness(real, held, table(rng, 200), rng)
    assert not found.alarms
    assert "by heart" not in found.note("tvae")


def test_copies_ring_the_alarm(rng: np.random.Generator) -> None:
    real = table(rng, 1100)
    held = np.arange(1100) < 550
    found = nearness(real, held, real.take(~held), rng)
    assert found.share > 0.9
    assert found.alarms
    assert "fewer epochs" in found.note("tvae")


def test_a_little_above_half_is_no_alarm() -> None:
    assert not Nearness(0.522, 2442).alarms
    assert Nearness(0.56, 2442).alarms


def test_entities_are_held_back_whole(rng: np.random.Generator) -> None:
    units = np.repeat(np.arange(200), 10)
    held = hold_back(2000, units, rng)
    assert held is not None
    assert held.sum() == 200
    assert not set(units[held]) & set(units[~held])


def test_few_rows_are_all_learnt(rng: np.random.Generator) -> None:
    assert hold_back(999, np.arange(999) % 3, rng) is None
    assert hold_back(500, None, rng) is None
    assert hold_back(0, None, rng) is None
