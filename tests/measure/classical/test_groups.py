"""Classical risk on eight rows, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import frame

from privsynth.dataset import Column, Kind, Table
from privsynth.measure.classical.groups import group_risk


def table(age: list[str | None], zip_: list[str | None]) -> Table:
    return Table("t", (Column("age", Kind.CATEGORY), Column("zip", Kind.CATEGORY)), frame(age=age, zip=zip_))


# groups: (30, 1) x 3, (30, 2) x 2, (40, 1) x 2, (40, 2) x 1
EIGHT = table(["30", "30", "30", "30", "30", "40", "40", "40"], ["1", "1", "1", "2", "2", "1", "1", "2"])


def test_k_and_the_three_risks_of_eight_rows() -> None:
    risk = group_risk(EIGHT, ["age", "zip"], threshold=0.4)
    assert risk is not None
    assert (risk.smallest, risk.groups, risk.people) == (1, 4, 8)
    assert risk.largest_risk == 1.0
    assert risk.average_risk == pytest.approx(4 / 8)
    assert risk.share_at_risk == pytest.approx((2 + 2 + 1) / 8)  # groups of two and of one


def test_a_risk_at_the_threshold_is_not_beyond_it() -> None:
    risk = group_risk(EIGHT, ["age"], threshold=1 / 3)
    assert risk is not None
    assert (risk.smallest, risk.share_at_risk) == (3, 0.0)


def test_several_rows_of_one_person_make_no_crowd() -> None:
    same = np.array([0, 0, 0, 1, 2, 3, 4, 5])
    risk = group_risk(EIGHT, ["age", "zip"], 0.2, same)
    assert risk is not None
    assert (risk.smallest, risk.people) == (1, 6)


def test_rows_without_any_quasi_identifier_are_in_no_group() -> None:
    risk = group_risk(table(["*", None, "30", "30"], ["", "*", "1", "1"]), ["age", "zip"], 0.2)
    assert risk is not None
    assert (risk.smallest, risk.people, risk.blanked) == (2, 2, 2)
    assert group_risk(table(["*"], [None]), ["age", "zip"], 0.2) is None
