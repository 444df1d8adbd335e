"""Rows of one person that say the same count as one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from privsynth.dataset import Column, Kind, Table
from privsynth.measure.fidelity.again import said_again
from privsynth.measure.fidelity.kept import Kept
from privsynth.measure.fidelity.sides import ThreeSides

ROWS = np.arange(400)


def noise(*where: str, person: str | None = "id") -> float:
    """Of a noise of 1, in 100 people with four rows each: what stays with a person, what turns within one."""
    frame = pd.DataFrame({"id": ROWS // 4, "stays": ROWS // 4 % 2, "turns": ROWS % 2}).astype(float)
    table = Table("t", tuple(Column(name, Kind.INTEGER) for name in frame.columns), frame, person=person)
    sides = ThreeSides(table, table, table, ("stays", "turns"))
    place = Kept(aspect="groups", where=where, kept=0.5, fresh=1.0, noise=1.0, rows=400, words="")
    return next(said_again(sides, [place])).noise


def test_four_rows_that_say_the_same_double_what_chance_may_do() -> None:
    assert noise("stays") == pytest.approx(2.0)


def test_what_differs_from_row_to_row_is_new_each_time() -> None:
    assert noise("turns") == 1.0
    assert noise("stays", "turns") == 1.0


def test_rows_of_different_people_are_left_as_they_are() -> None:
    assert noise("stays", person=None) == 1.0
