"""Levels in groups: what a person declared, and postcodes."""

from __future__ import annotations

import numpy as np
import pytest
from bins import axis, column_of, fits

from privsynth.dataset import Kind
from privsynth.errors import PolicyError
from privsynth.groups.hierarchy import Nested, declared

WORK = [
    {"office": ["clerk", "lawyer"], "trade": ["smith", "baker"], "none": ["retired"]},
    {"at work": ["office", "trade"]},
]
HELD = ["clerk"] * 3 + ["lawyer"] * 2 + ["smith"] * 4 + ["baker"] + ["retired"] * 2


def work(values: list[object]) -> Nested:
    made = declared(column_of(values), "c", WORK)
    assert isinstance(made, Nested)
    return made


def test_a_run_is_told_by_the_narrowest_group_around_it() -> None:
    """Office and trade have five rows each, so they stand by name; in each the commoner first."""
    jobs = work(list(HELD))
    assert jobs.words == ("clerk", "lawyer", "smith", "baker", "retired")
    said = [jobs.label(*run) for run in ((0, 0), (0, 1), (2, 3), (1, 2), (0, 3), (3, 4), (0, 4))]
    assert said == ["clerk", "office", "trade", "at work", "at work", "*", "*"]


def test_what_is_lost_is_the_whole_group() -> None:
    jobs = work(list(HELD))
    low, high = np.array([0, 0, 1, 3]), np.array([0, 1, 2, 4])
    wide = jobs.widths(low, high)
    assert wide[0] == 0
    assert 0 < wide[1] < wide[2] < wide[3] == 1
    assert wide[2] == jobs.widths(np.array([0]), np.array([3]))[0]


def test_another_value_of_the_group_fits_its_word() -> None:
    jobs = work(list(HELD))
    assert fits(jobs, ["lawyer", "clerk", "retired", "astronaut"], Kind.CATEGORY, 1, 2) == [True, True, False, False]
    assert fits(jobs, ["baker"], Kind.CATEGORY, 2, 2) == [False]


def test_missing_values_need_no_group() -> None:
    jobs = work([*HELD, None])
    assert jobs.label(0, 0) is None
    assert jobs.label(0, 2) == "office/missing"
    assert jobs.label(0, 5) == "*"
    assert fits(jobs, [None, "lawyer", "smith"], Kind.CATEGORY, 0, 2) == [True, True, False]
    assert fits(jobs, [None], Kind.CATEGORY, 1, 2) == [False]


def test_a_value_without_a_group_is_refused_and_not_told() -> None:
    with pytest.raises(PolicyError, match=r"does not name 1 of its 6 values \(fewer than 11 rows\)") as caught:
        work([*HELD, "astronaut"])
    assert "astronaut" not in str(caught.value)


def test_groups_that_contradict_themselves_are_refused() -> None:
    with pytest.raises(PolicyError, match="names something twice"):
        declared(column_of(["a"]), "c", [{"x": ["a"], "y": ["a"]}])
    with pytest.raises(PolicyError, match="level 2 of the hierarchy holds 1 groups that no level below it has"):
        declared(column_of(["a"]), "c", [{"x": ["a"]}, {"z": ["x", "w"]}])


def test_numbers_may_have_named_groups_too() -> None:
    made = declared(column_of([1.0, 2.0, 3.0], Kind.INTEGER), "c", [{"few": ["1", "2"], "many": ["3"]}])
    assert made.label(0, 1) == "few"
    assert made.spelt


def test_postcodes_become_prefixes() -> None:
    codes = axis(["10115", "10117", "10435", "20095"], Kind.TEXT, "POSTCODE")
    assert codes.label(0, 1) == "1011*"
    assert codes.label(0, 2) == "10***"
    assert codes.label(3, 3) == "20095"
    assert codes.label(2, 3) == "*"


def test_a_new_postcode_fits_the_prefix_it_begins_with() -> None:
    codes = axis(["10115", "10117", "10435", "20095"], Kind.TEXT, "POSTCODE")
    assert fits(codes, ["10116", "10200", "99999", "00000"], Kind.TEXT, 0, 1) == [True, False, False, False]
    assert fits(codes, ["10200", "20095"], Kind.TEXT, 0, 2) == [True, False]
