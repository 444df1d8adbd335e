"""People who were held out are a control only as long as what was made without them does not hold their rows."""

from __future__ import annotations

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Kind, Table
from privsynth.measure.attacks.control import Met, met_outside


def table(rows: list[tuple[float, float, float]]) -> Table:
    frame = pd.DataFrame(rows, columns=["a", "b", "c"], dtype="float64")
    return Table("t", tuple(Column(name, Kind.INTEGER) for name in frame), frame)


def met(holdout: Table, train: Table, made: Table) -> Met:
    return met_outside([(holdout, train, made)], ["a", "b", "c"], np.random.default_rng(0))


def far_apart(start: int, rows: int) -> Table:
    return table([(start + 3.0 * at, start + 3.0 * at + 1, start + 3.0 * at + 2) for at in range(rows)])


def test_rows_of_people_outside_are_met_where_other_people_never_have_them() -> None:
    holdout = far_apart(0, 20)
    found = met(holdout, far_apart(1_000, 20), holdout)
    assert (found.by_draft, found.by_others, found.rows) == (20, 0, 20)
    assert found.excess == 1
    assert found.pvalue < 1e-5


def test_what_other_people_have_as_often_is_no_sign() -> None:
    common = table([(1, 1, 1)] * 20)
    found = met(common, common, common)
    assert found.excess == 0
    assert found.pvalue > 0.5


def test_rows_that_are_there_once_by_design_are_no_sign() -> None:
    """Each pair once: nobody has another's row, but everybody has it but for one column."""
    design = [(float(left), float(right), 0.0) for left in range(6) for right in range(6)]
    found = met(table(design[::2]), table(design[1::2]), table(design))
    assert found.excess == 0
