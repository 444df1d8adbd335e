from __future__ import annotations

import numpy as np

from privsynth.people.crowd import Crowd


def words(*values: str) -> np.ndarray:
    return np.array(values, dtype=object)


def test_what_an_earlier_part_holds_is_held_in_its_column_only() -> None:
    crowd = Crowd(10)
    assert crowd.holds("a", words("x")).tolist() == [False]
    crowd.add("a", words("x", "y"))
    crowd.add("a", words("z"))
    assert crowd.holds("a", words("z", "q", "x")).tolist() == [True, False, True]
    assert crowd.holds("b", words("x")).tolist() == [False]
    assert crowd.holds("a", words()).tolist() == []


def test_it_keeps_no_value() -> None:
    crowd = Crowd(10)
    crowd.add("a", words("a secret"))
    assert "secret" not in repr(crowd)
    assert all(prints.dtype == np.uint64 for prints in crowd.prints.values())
