"""In which share of the rows a fact holds: worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from privsynth.dataset import Column, Kind, Table
from privsynth.measure.relations import Held, held
from privsynth.spelling import Spelling
from privsynth.statistics import Fact

KINDS = {"O": Kind.CATEGORY, "f": Kind.NUMBER, "M": Kind.DATE}


def table(decimals: int = 0, **columns: Any) -> Table:
    frame = pd.DataFrame(
        {
            name: pd.Series(values) if np.asarray(values).dtype.kind in "fM" else pd.Series(values, dtype=object)
            for name, values in columns.items()
        }
    )
    spelling = Spelling(decimals=decimals)
    return Table("t", tuple(Column(name, KINDS[frame[name].dtype.kind], spelling=spelling) for name in frame), frame)


def fact(kind: str, *columns: str, expect: str = "") -> Fact:
    return Fact(kind, table="t", columns=columns, share=1.0, words="", expect=expect)


def test_a_sum_holds_where_it_does_to_the_decimals_of_its_column() -> None:
    made = table(decimals=2, a=[0.1, 1.0, 2.0, np.nan, -0.0], b=[0.2, 1.0, 2.0, 1.0, 0.0], c=[0.3, 2.0, 4.01, 1.0, 0.0])
    adds = fact("arithmetic", "c", "a", "b", expect="c = a + b")
    assert held(made, adds, like=made) == Held(3 / 4, 4)


def test_days_between_dates_are_counted() -> None:
    start = np.array(["2024-02-28", "2024-03-01", "NaT"], dtype="datetime64[us]")
    end = np.array(["2024-03-01", "2024-03-03", "2024-03-03"], dtype="datetime64[us]")
    made = table(start=start, end=end, days=[2.0, 3.0, 1.0])
    between = fact("arithmetic", "days", "start", "end", expect="days = date_diff('day', start, \"end\")")
    assert held(made, between, like=made) == Held(1 / 2, 2)


def test_a_level_has_the_partner_that_it_had_there() -> None:
    real = table(zip=["1", "1", "1", "2", "3"], city=["a", "a", "b", "c", "c"])
    made = table(zip=["1", "1", "2", "2", "9", "9", "9"], city=["a", "b", "c", "a", "x", "x", "y"])
    decides = fact("dependency", "zip", "city")
    assert held(real, decides, like=real) == Held(4 / 5, 5)
    assert held(made, decides, like=real) == Held(4 / 7, 7)


def test_a_mapping_that_is_whole_but_another_one_is_broken() -> None:
    real = table(code=["x", "y"] * 3, name=["ex", "why"] * 3)
    turned = table(code=["x", "y"] * 3, name=["why", "ex"] * 3)
    assert held(turned, fact("one_to_one", "code", "name"), like=real) == Held(0.0, 6)
    assert held(real, fact("one_to_one", "code", "name"), like=real) == Held(1.0, 6)


def test_a_missing_partner_is_a_partner() -> None:
    real = table(zip=["1", "1", "2"], city=[None, None, "c"])
    made = table(zip=["1", "1", None], city=[None, "c", "c"])
    assert held(made, fact("dependency", "zip", "city"), like=real) == Held(2 / 3, 3)


def test_an_order_and_a_constant_difference() -> None:
    real = table(low=[1.0, 2.0, 3.0], high=[3.0, 4.0, 5.0])
    made = table(low=[1.0, 2.0, 3.0, np.nan], high=[3.0, 5.0, 2.0, 2.0])
    assert held(made, fact("order", "low", "high"), like=real) == Held(2 / 3, 3)
    assert held(made, fact("constant_difference", "low", "high"), like=real) == Held(1 / 3, 3)


def test_equal_columns_differ_where_one_alone_is_missing() -> None:
    made = table(one=["a", "b", None, None], two=["a", "c", "d", None])
    assert held(made, fact("equal", "one", "two"), like=made) == Held(1 / 3, 3)


def test_pairs_that_never_met_are_counted_and_rare_ones_are_not() -> None:
    real = table(sex=["f", "m"] * 50 + ["f"], ward=["birth", "heart"] * 50 + ["eye"])
    made = table(sex=["f", "m", "m", None], ward=["birth", "birth", "eye", "birth"])
    assert held(made, fact("combinations", "sex", "ward"), like=real) == Held(2 / 3, 3)


def test_columns_that_are_never_equal_break_where_both_are_known_and_agree() -> None:
    made = table(home=["a", "b", "c", None], away=["a", "c", "b", None])
    assert held(made, fact("unequal", "home", "away"), like=made) == Held(2 / 3, 3)


def test_what_says_nothing_is_none() -> None:
    empty = table(a=np.zeros(0), b=np.zeros(0))
    lost = table(a=[np.nan, 1.0], b=[1.0, np.nan])
    for each in (empty, lost):
        assert held(each, fact("order", "a", "b"), like=lost) is None
    assert held(lost, fact("ordinal", "a"), like=lost) is None
    assert held(lost, fact("order", "a", "gone"), like=lost) is None


@pytest.mark.parametrize("kind", ["equal", "one_to_one", "dependency", "combinations", "order"])
def test_an_empty_table_like_nothing(kind: str) -> None:
    empty = table(a=np.zeros(0), b=np.zeros(0))
    made = table(a=[1.0, 2.0], b=[1.0, 2.0])
    assert held(empty, fact(kind, "a", "b"), like=made) is None
    assert held(made, fact(kind, "a", "b"), like=empty) == Held(1.0, 2)


def test_an_amount_tells_where_ten_people_share_it() -> None:
    """Ten rows at 1.5 beside a, nine at 2.5 beside b, one at 3.5: only 1.5 tells, and one of two rows breaks it."""
    like = table(decimals=1, amount=[1.5] * 10 + [2.5] * 9 + [3.5], band=["a"] * 10 + ["b"] * 10)
    made = table(decimals=1, amount=[1.5, 1.5, 2.5, 3.5, 4.5, np.nan], band=["a", "b", "a", "a", "a", "a"])
    assert held(made, fact("shared_dependency", "amount", "band"), like=like) == Held(1 / 2, 2)


def test_where_both_are_known_missing_cells_tell_nothing() -> None:
    real = table(zip=["1", "1", "1", "2", None, "2"], city=["a", None, None, "c", "d", "c"])
    made = table(zip=["1", "1", "2", "2", None, "2"], city=["a", None, "a", "c", "a", None])
    decides = replace(fact("dependency", "zip", "city"), among_known=True)
    assert held(real, decides, like=real) == Held(1.0, 3)
    assert held(made, decides, like=real) == Held(2 / 3, 3)
    assert held(made, replace(decides, kind="one_to_one"), like=real) == Held(2 / 3, 3)
    none = table(zip=["1", None], city=[None, "a"])
    assert held(none, decides, like=real) is None
    assert held(made, decides, like=none) == Held(2 / 3, 3)  # each level's own commonest
