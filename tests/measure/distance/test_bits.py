"""What agreeing tells, worked out by hand; and what may not tell twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log, log2
from typing import Any

import numpy as np
import pandas as pd
import pytest

from privsynth.dataset import Column, Kind, Table
from privsynth.measure.distance.bits import Surprise, surprises
from privsynth.spelling import Spelling

DIFFERENT = -2.0  # one of four cells is taken to be changed


def table(**columns: Sequence[Any]) -> Table:
    kinds = {name: Kind.CATEGORY if _is_text(values) else Kind.NUMBER for name, values in columns.items()}
    frame = pd.DataFrame({name: _stored(values) for name, values in columns.items()})
    return Table("t", tuple(Column(n, kind, spelling=Spelling(decimals=1)) for n, kind in kinds.items()), frame)


def _is_text(values: Sequence[Any]) -> bool:
    return any(isinstance(value, str) for value in values)


def _stored(values: Sequence[Any]) -> pd.Series[Any]:
    return pd.Series(list(values), dtype=object if _is_text(values) else "float64")


def told(real: Mapping[str, Sequence[Any]], row: Mapping[str, Any]) -> list[float]:
    """What one drawn row tells of each real one."""
    rng, names = np.random.default_rng(0), list(real)
    surprise, (drawn,) = surprises(table(**real), [table(**{name: [row[name]] for name in names})], names, rng)
    rows = np.arange(len(surprise.real))
    return surprise.told(drawn, np.zeros_like(rows), rows).tolist()


def equal(share: float) -> float:
    return log2(0.25 + 0.75 / share)


def near(share: float, people: int) -> float:
    return log2(0.25 + 0.75 / (share * log(people)))


def test_a_class_tells_by_how_few_are_of_it() -> None:
    letters = ["a", "b", "b", "b", "c", "c", "c", "c"]
    assert told({"x": letters}, {"x": "a"})[:2] == pytest.approx([equal(1 / 8), DIFFERENT])
    assert told({"x": letters}, {"x": " B "})[1:5] == pytest.approx([equal(3 / 8)] * 3 + [DIFFERENT])
    assert told({"x": letters}, {"x": "nobody's"}) == pytest.approx([DIFFERENT] * 8)


def test_a_number_tells_by_how_many_lie_as_near() -> None:
    # 30.0 itself; 40.0 with two people from it to 30.0; twice as many as that on both sides
    found = told({"x": [10, 20, 30, 40, 50, 60, 70, 80]}, {"x": 30})
    assert found[2:5] == pytest.approx([equal(1 / 8), near(4 / 8, 8), near(6 / 8, 8)])


def test_between_two_people_only_the_nearer_ones_count() -> None:
    found = told({"x": [10, 20, 30, 40, 50, 60, 70, 80]}, {"x": 31})
    assert found[2:5] == pytest.approx([near(2 / 8, 8), near(2 / 8, 8), near(4 / 8, 8)])


@pytest.mark.parametrize("factor", [1, 1000])
def test_units_do_not_matter_where_all_change_them(factor: float) -> None:
    numbers = [1.5, 2, 2.5, 8, 9, 20]
    assert told({"x": [n * factor for n in numbers]}, {"x": 2 * factor}) == told({"x": numbers}, {"x": 2})


def test_what_was_changed_takes_no_more_however_far_it_is() -> None:
    real = {"x": [float(n) for n in range(8)], "y": list("abcdefgh")}
    near_by, far = told(real, {"x": -1.0, "y": "h"})[-1], told(real, {"x": -1e9, "y": "h"})[-1]
    assert near_by == far == pytest.approx(equal(1 / 8) + near(1, 8))


def test_missing_is_a_value_that_is_near_to_none() -> None:
    numbers = [1.0, 2.0, 3.0, None, None, 6.0, 7.0, 8.0]
    found = told({"x": numbers}, {"x": None})
    assert found[3] == pytest.approx(equal(2 / 8))
    assert found[5] == DIFFERENT
    assert told({"x": numbers}, {"x": 3.0})[3] == DIFFERENT
    assert told({"x": [1.0, 2.0]}, {"x": None}) == [DIFFERENT] * 2


def test_cells_that_two_rows_lack_are_one_agreement() -> None:
    holes = [None, *(float(n) for n in range(7))]
    shuffled = [None, 3.0, 0.0, 6.0, 2.0, 5.0, 1.0, 4.0]
    assert told({"x": holes, "y": shuffled}, {"x": None, "y": None})[0] == pytest.approx(equal(1 / 8))


def test_a_column_that_follows_from_another_tells_nothing_more(rng: np.random.Generator) -> None:
    town = rng.integers(0, 50, 2_000)
    real = table(town=[f"t{t}" for t in town], county=[f"c{t // 5}" for t in town], coin=rng.choice(["h", "t"], 2_000))
    surprise, _ = surprises(real, [], ["town", "county", "coin"], rng)
    assert surprise.order.tolist() == [0, 1, 2]
    assert surprise.follows[1] == pytest.approx(1.0)
    assert surprise.follows[2] < 0.1
    alone, _ = surprises(real, [], ["town", "coin"], rng)
    assert surprise.whole == pytest.approx(alone.whole, abs=0.1)


def test_strangers_gain_t_bits_with_a_chance_of_no_more_than_two_to_the_minus_t(rng: np.random.Generator) -> None:
    def drawn(rows: int) -> Table:
        classes = rng.choice(list("abcdef"), rows, p=[0.4, 0.3, 0.15, 0.1, 0.04, 0.01])
        return table(x=rng.normal(size=rows), y=rng.gamma(1, 50, rows), z=classes, w=rng.integers(0, 9, rows))

    names = ["x", "y", "z", "w"]
    surprise, (others,) = surprises(drawn(3_000), [drawn(3_000)], names, rng)
    pairs = (rng.integers(0, 3_000, 300_000) for _ in range(2))
    bits = surprise.told(others, *pairs)
    for least in (2, 4, 8):
        assert (bits >= least).mean() <= 2.0**-least


def test_without_a_row_or_with_one_nothing_breaks(rng: np.random.Generator) -> None:
    for rows in (0, 1):
        surprise, (drawn,) = surprises(table(x=[1.0] * rows), [table(x=[1.0])], ["x"], rng)
        assert isinstance(surprise, Surprise)
        assert len(surprise.whole) == rows
        assert len(drawn) == 1
