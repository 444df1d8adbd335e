"""Demands asked of a few rows, worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from privsynth.checks.answer import Answer, answer
from privsynth.checks.demand import Demand, holds, left_out, of_kind, refers, rising, seen_through, there, unique
from privsynth.checks.filed import FiledTables
from privsynth.dataset import Bond, Column, Dataset, Kind, Relation, Table

ID, AGE = Column("id", Kind.TEXT), Column("age", Kind.NUMBER)
PEOPLE = Table(
    "people", (ID, AGE), pd.DataFrame({"id": ["a", "b", "b", None], "age": [17.0, 40.0, np.nan, 70.0]}, dtype=object)
)
PEOPLE = replace(PEOPLE, frame=PEOPLE.frame.astype({"age": float}))
OWNER, PRICE = Column("owner", Kind.TEXT), Column("price", Kind.NUMBER)
CARS = Table("cars", (OWNER, PRICE), pd.DataFrame({"owner": ["a", "b", "x", None], "price": [1.0, 2.0, 3.0, 4.0]}))
CARS = replace(CARS, frame=CARS.frame.astype({"owner": object}))
OWNED = Bond("parent", (Relation("people", "id", "cars", "owner"),))
FILED = FiledTables(
    data=Dataset((PEOPLE, CARS)),
    ties={"cars": (OWNED,)},
    misfits={("people", "age"): np.array([False, False, True, False])},
    lines={"people": lambda row: 10 * row},
)
INHERITED = seen_through([OWNED], {"people": PEOPLE.columns}) | {"price": PRICE}


@pytest.mark.parametrize(
    ("demand", "rows"),
    [
        (there("people", "id"), ()),
        (there("people", "sex"), (0, 10, 20, 30)),
        (of_kind("people", AGE), (20,)),
        (left_out("people", "id"), (30,)),
        (left_out("people", "age"), ()),  # the cell is there, and of another kind
        (unique("people", ["id"]), (20,)),
        (unique("people", ["id", "age"]), ()),
        (holds("age >= 18", "people", {"age": AGE}), (0,)),
        (refers(OWNED), (3,)),
        (holds("price < parent.age / 20", "cars", INHERITED, [OWNED]), (1, 2)),
    ],
)
def test_the_rows_that_break_a_demand_are_found(demand: Demand, rows: tuple[int, ...]) -> None:
    filed = FILED if demand.table == "people" else replace(FILED, data=replace(FILED.data, tables=(PEOPLE, CARS)))
    if demand.table == "cars" and demand.kind == "expectation":
        prices = CARS.frame.assign(price=[1.0, 3.0, 3.0, 4.0])  # 17 / 20 and 40 / 20 are the most; the others have none
        filed = replace(filed, data=filed.data.replace_tables(replace(CARS, frame=prices)))
    found = answer(demand, filed)
    assert found.lines == rows
    assert found.broken == len(rows)
    assert found.is_bad == bool(rows)


def test_a_demand_on_what_is_not_there_is_not_judged() -> None:
    alone = FiledTables(data=Dataset((CARS,)))
    assert answer(left_out("people", "id"), alone).unjudged == "table people is not there"
    assert answer(refers(OWNED), alone).unjudged == "people.id is not there"
    assert not answer(refers(OWNED), alone).is_bad


@pytest.mark.parametrize(
    ("broken", "standing"),
    [(0, "broken too seldom"), (20, "broken too seldom"), (80, "kept"), (100, "kept"), (125, "kept"), (160, "broken")],
)
def test_a_share_is_held_against_what_chance_leaves_of_it(broken: int, standing: str) -> None:
    soft = holds("age >= 18", "people", {"age": AGE}, rate=0.9)
    assert Answer(demand=soft, rows=1000, broken=broken).standing == standing


@pytest.mark.parametrize(("broken", "standing"), [(9, "kept"), (14, "broken")])
def test_of_a_small_share_chance_is_counted_exactly(broken: int, standing: str) -> None:
    """Nine of a hundred where three are meant come once in some 250 draws, and a book has dozens of such rules."""
    soft = holds("age >= 18", "people", {"age": AGE}, rate=0.97)
    assert Answer(demand=soft, rows=100, broken=broken).standing == standing


def test_few_rows_tell_little_of_a_share() -> None:
    soft = holds("age >= 18", "people", {"age": AGE}, rate=0.9)
    assert Answer(demand=soft, rows=20, broken=0).standing == "kept"


def test_ten_lines_are_told_and_all_rows_are_counted() -> None:
    many = Table("t", (AGE,), pd.DataFrame({"age": np.zeros(50)}))
    found = answer(holds("age > 0", "t", {"age": AGE}), FiledTables(data=Dataset((many,))))
    assert (found.broken, found.lines) == (50, tuple(range(1, 11)))


def test_rows_are_found_by_keys_of_several_columns() -> None:
    pair = (Column("a", Kind.TEXT), Column("b", Kind.NUMBER))
    above = Table("above", pair, pd.DataFrame({"a": pd.Series(["x", "x", None], dtype=object), "b": [1.0, 2.0, 1.0]}))
    below = Table(
        "below", pair, pd.DataFrame({"a": pd.Series(["x", "y", "x", None], dtype=object), "b": [2.0, 1, 3, 1]})
    )
    tie = Bond("parent", (Relation("above", "a", "below", "a"), Relation("above", "b", "below", "b")))
    filed = FiledTables(data=Dataset((above, below)), ties={"below": (tie,)})
    assert filed.rows_above(tie).tolist() == [1, -1, -1, -1]
    assert answer(refers(tie), filed).lines == (2, 3)


def test_rows_rise_within_one_parent_and_missing_values_are_passed_over() -> None:
    columns = (Column("k", Kind.TEXT), Column("at", Kind.NUMBER))
    keys, at = pd.Series(["a", "b", "a", "a", "b"], dtype=object), [3.0, 1.0, np.nan, 2.0, 1.0]
    table = Table("t", columns, pd.DataFrame({"k": keys, "at": at}))
    tie = Bond("parent", (Relation("p", "id", "t", "k"),))
    assert answer(rising("t", "at", tie), FiledTables(data=Dataset((table,)))).lines == (4,)
    assert answer(rising("t", "at", None), FiledTables(data=Dataset((table,)))).lines == (2, 5)
