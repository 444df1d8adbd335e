"""Conditions taken apart, and comparisons as a person reads them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from privsynth.dataset import Column, Kind
from privsynth.expressions.rules import Order, compile_rule, definitions_in, order_in, parts_of, ways_to_work_out
from privsynth.spelling import Spelling

COLUMNS = [Column(name, Kind.NUMBER, spelling=Spelling(decimals=2)) for name in ("a", "b", "total")] + [
    Column("kind of", Kind.CATEGORY)
]


def fails(expect: str, **values: list[float]) -> list[bool]:
    frame = pd.DataFrame({**{name: [0.0] for name in ("a", "b", "total")}, **values})
    frame["kind of"] = np.array(["x"] * len(frame), dtype=object)
    return list(compile_rule(expect, COLUMNS).fails(frame))


def test_a_condition_is_taken_apart_at_its_ands() -> None:
    assert parts_of("(a <= b and total = a + b) and (a > 1 or b > 1)") == ("a <= b", "total = a + b", "a > 1 OR b > 1")


@pytest.mark.parametrize(
    ("part", "order"),
    [
        ("a <= b", Order("a", "b", False)),
        ("(a) > b", Order("b", "a", True)),
        ("a <= a", None),
        ("a <= b + 1", None),
        ("a = b", None),
    ],
)
def test_orders_are_recognised(part: str, order: Order | None) -> None:
    assert order_in(part) == order


@pytest.mark.parametrize(
    ("part", "columns"),
    [
        ("total = a + b", ["total"]),
        ("a + b = total", ["total"]),
        ("a = b", ["a", "b"]),
        ("a = a + b", []),
        ("a = 1", []),
        ("a < b", []),
    ],
)
def test_definitions_are_recognised(part: str, columns: list[str]) -> None:
    assert [definition.column for definition in definitions_in(part)] == columns


def test_sums_of_decimals_hold_although_binary_fractions_do_not() -> None:
    """.1 + .2 is not .3 to the last bit."""
    assert 0.1 + 0.2 != 0.3
    assert fails("total = a + b", a=[0.1, 0.1], b=[0.2, 0.2], total=[0.3, 0.31]) == [False, True]
    assert fails("a + b <= total", a=[0.1, 0.1], b=[0.2, 0.2], total=[0.3, 0.29]) == [False, True]


def test_what_rounds_to_the_columns_decimals_holds() -> None:
    assert fails("total = a / 3", a=[1.0, 1.0], b=[0.0, 0.0], total=[0.33, 0.34]) == [False, True]


def test_a_missing_value_breaks_nothing_and_a_false_part_does() -> None:
    assert fails("total = a + b and a < 5", a=[np.nan, 6.0], b=[1.0, np.nan], total=[9.0, 1.0]) == [False, True]


def test_plain_columns_are_compared_exactly() -> None:
    assert fails("a = b", a=[1.0, 1.0], b=[1.0, 1.01], total=[0.0, 0.0]) == [False, True]


def test_text_is_compared_as_text() -> None:
    assert fails("\"kind of\" = 'y'") == [True]


def test_of_a_sum_what_is_as_fine_as_the_others_can_be_worked_out() -> None:
    whole, cents = {"t": 2, "a": 0, "b": 2}, {"t": 2, "a": 2, "b": 2}
    assert [way.column for way in ways_to_work_out("t = a + b", cents)] == ["t", "a", "b"]
    assert [way.column for way in ways_to_work_out("t = a + b", whole)] == ["t", "b"]
    assert [way.column for way in ways_to_work_out("t = a * b", cents)] == ["t"]
