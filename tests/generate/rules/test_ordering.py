from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privsynth.generate.rules.planning.ordering import Circle, above, below, ordered

NEEDS = {"total": {"price", "count"}, "price": {"kind"}, "count": set(), "kind": set(), "note": {"total"}}


def test_each_comes_after_what_it_needs() -> None:
    assert ordered(NEEDS) == ["count", "kind", "price", "total", "note"]


def test_a_circle_is_named() -> None:
    with pytest.raises(Circle, match="b -> c -> b"):
        ordered({"a": set(), "d": {"b"}, "b": {"c"}, "c": {"b"}})


def test_what_lies_above_and_below() -> None:
    assert above(NEEDS, {"total"}) == {"total", "price", "count", "kind"}
    assert below(NEEDS, {"price"}) == {"price", "total", "note"}


@given(st.dictionaries(st.integers(0, 8).map(str), st.sets(st.integers(0, 8).map(str), max_size=3), max_size=9))
def test_an_order_or_a_true_circle(needs: dict[str, set[str]]) -> None:
    needs = {name: {n for n in wanted if n in needs} for name, wanted in needs.items()}
    try:
        order = ordered(needs)
    except Circle as problem:
        circle = problem.names
        assert circle[0] == circle[-1]
        assert all(b in needs[a] for a, b in pairwise(circle))
        return
    assert sorted(order) == sorted(needs)
    assert all(order.index(need) < order.index(name) for name in needs for need in needs[name])
