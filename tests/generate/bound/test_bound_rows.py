"""A rulebook binds the rows of any backend: they are drawn again, repaired, counted, or the run is refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Self

import numpy as np
import pandas as pd
import pytest

from privsynth.bindings import Bound, BoundRow, BoundTotal, BoundUnique
from privsynth.dataset import Bond, Column, Dataset, Kind, Relation, Role, Rule, Table
from privsynth.errors import BackendError
from privsynth.generate.bound import BUDGET, BoundBackend
from privsynth.statistics import Statistics, Taken

ROWS = 400
NUMBER, WHOLE, DAY, WORD = Kind.NUMBER, Kind.INTEGER, Kind.DATE, Kind.CATEGORY


class Stub:
    """Draws what a function of rows and chance gives, whatever it was fitted to."""

    def __init__(self, draw: Callable[[int, np.random.Generator], Dataset]) -> None:
        self.draw, self.drawn = draw, 0

    def fit(self, dataset: Dataset, statistics: Statistics, rng: np.random.Generator) -> Self:
        self.size, self.told = len(dataset.root), dataset
        return self

    def sample(self, rows: int | None, rng: np.random.Generator) -> Dataset:
        count = self.size if rows is None else rows
        self.drawn += count
        return self.draw(count, rng)


def stays(rows: int, rng: np.random.Generator) -> Dataset:
    """Nights in a ward, and what they cost; nothing agrees with anything."""
    frame = pd.DataFrame(
        {
            "nights": rng.integers(0, 10, rows).astype(float),
            "price": rng.integers(1, 10, rows) / 2,
            "cost": rng.integers(0, 60, rows).astype(float),
            "ward": rng.choice(np.array(["a", "b", "c"], dtype=object), rows),
        }
    )
    columns = (Column("nights", WHOLE), Column("price", NUMBER), Column("cost", NUMBER), Column("ward", WORD))
    return Dataset((Table("stay", columns, frame),))


def expect(
    that: str, *, rate: float = 1.0, table: str = "stay", number: int = 1, ties: Sequence[Bond] = ()
) -> BoundRow:
    name = f"{table}: expect {number}"
    return BoundRow(name, table, place=f"book.yaml:{number}:1", rule=Rule(name, that, rate, tuple(ties)))


def made(
    *bindings: Bound,
    draw: Callable[[int, np.random.Generator], Dataset] = stays,
    redraws: bool = True,
    in_groups: bool = False,
    seed: int = 1,
    source: Dataset | None = None,
) -> tuple[Dataset, BoundBackend]:
    real = draw(ROWS, np.random.default_rng(0)) if source is None else source
    backend = BoundBackend(Stub(draw), bindings, redraws=redraws, in_groups=in_groups)
    backend.fit(real, Statistics({}, (), Taken()), np.random.default_rng(seed))
    return backend.sample(None, np.random.default_rng(seed)), backend


def test_rows_that_break_a_rule_are_drawn_again_and_counted() -> None:
    data, backend = made(expect("ward <> 'a' OR nights < 3"))
    stay = data["stay"].frame
    assert len(stay) == ROWS
    assert ((stay.ward != "a") | (stay.nights < 3)).all()
    (kept,) = backend.recipe.kept
    assert 60 < kept.broken < 130
    assert (kept.redrawn, kept.repaired, kept.rows) == (kept.broken, 0, ROWS)


def test_rows_that_keep_all_rules_stay_as_they_were_drawn() -> None:
    free, _ = made()
    bound, backend = made(expect("nights >= 0"))
    assert free["stay"].frame.equals(bound["stay"].frame)
    assert backend.recipe.kept[0].words == ""


def test_an_equation_that_no_draw_meets_gives_its_one_column() -> None:
    data, backend = made(expect("cost = nights * price"))
    stay = data["stay"].frame
    assert (np.abs(stay.cost - stay.nights * stay.price) <= 0.5).all()  # the column has no decimals
    assert backend.recipe.kept[0].repaired > 0


def test_a_bound_that_no_draw_meets_is_the_nearest_value_on_its_right_side() -> None:
    data, _ = made(expect("cost > 70.5"), expect("nights <= price", number=2))
    stay = data["stay"].frame
    assert (stay.cost == 71).all()
    assert (stay.nights <= stay.price).all()
    assert (stay.nights == stay.nights.round()).all()


def test_of_two_choices_the_one_that_can_be_met_is() -> None:
    data, _ = made(expect("ward = 'z' OR cost BETWEEN 80 AND 90"))
    assert (data["stay"].frame.cost == 80).all()


def test_what_is_neither_is_lent_by_another_made_row() -> None:
    rare = expect("ward || CAST(CAST(nights AS INTEGER) AS VARCHAR) IN ('a1', 'b2')")
    data, backend = made(rare, draw=seldom)
    stay = data["stay"].frame
    assert set(zip(stay.ward, stay.nights, strict=True)) <= {("a", 1.0), ("b", 2.0)}
    assert backend.recipe.kept[0].repaired > 0


def seldom(rows: int, rng: np.random.Generator) -> Dataset:
    """One row in a hundred is in ward a for a night, and all others nowhere."""
    data = stays(rows, rng)
    is_good = rng.random(rows) < 0.01
    frame = data["stay"].frame.assign(ward=np.where(is_good, "a", "c"), nights=np.where(is_good, 1.0, 9.0))
    return Dataset((Table("stay", data["stay"].columns, frame.astype({"ward": object})),))


def test_a_share_of_the_rows_may_break_a_soft_rule_and_no_more() -> None:
    data, backend = made(expect("ward <> 'a'", rate=0.9))
    share = (data["stay"].frame.ward == "a").mean()
    assert 0.05 < share <= 0.1
    assert backend.recipe.kept[0].redrawn > 0
    assert len(data["stay"]) == ROWS


def test_rows_that_repeat_what_must_be_unique_are_drawn_again() -> None:
    unique = BoundUnique(
        "stay: nights and cost and ward are unique together", "stay", columns=("nights", "cost", "ward")
    )
    data, backend = made(unique)
    assert not data["stay"].frame.duplicated(["nights", "cost", "ward"]).any()
    assert backend.recipe.kept[0].redrawn > 0


def test_what_cannot_be_kept_is_refused_with_its_place_and_counts_and_without_values() -> None:
    few = BoundUnique("stay: ward is unique", "stay", place="book.yaml:9:3", columns=("ward",))
    with pytest.raises(BackendError, match=r"stay: ward is unique \(book.yaml:9:3\): [\d,]+ of 400 rows") as refusal:
        made(few)
    assert f"{BUDGET * ROWS:,} rows of stay were drawn for 400" in str(refusal.value)
    assert "rate" in str(refusal.value.hint)


def test_invented_columns_are_never_changed() -> None:
    def named(rows: int, rng: np.random.Generator) -> Dataset:
        stay = stays(rows, rng)["stay"]
        return Dataset((stay.with_columns(Column("cost", NUMBER, role=Role.IDENTIFIER)),))

    with pytest.raises(BackendError, match="still broken"):
        made(expect("cost > 100"), draw=named)


def followed(rows: int, rng: np.random.Generator) -> Dataset:
    """Masked rows: each follows the source row of its number, and some costs were moved."""
    data = stays(rows, np.random.default_rng(0))
    moved = data["stay"].frame.cost + rng.integers(-9, 9, rows)
    table = data["stay"]
    return Dataset((Table("stay", table.columns, table.frame.assign(cost=moved), origin=np.arange(rows)),))


def test_masked_rows_are_repaired_and_break_only_what_their_source_rows_break() -> None:
    source = stays(ROWS, np.random.default_rng(0))
    data, backend = made(expect("cost >= 10"), draw=followed, redraws=False, source=source)
    own, masked = source["stay"].frame.cost, data["stay"].frame.cost
    assert (masked[own >= 10] >= 10).all()
    assert (masked[own < 10] < 10).any()
    (kept,) = backend.recipe.kept
    assert kept.excused == int((own < 10).sum())
    assert kept.repaired > 0
    assert kept.redrawn == 0


def test_masked_rows_borrow_nothing_from_one_another() -> None:
    source = stays(ROWS, np.random.default_rng(0))
    with pytest.raises(BackendError, match="these rules are still broken: stay: expect 1"):
        made(expect("cost = 1 OR ward <> ward OR cost / 2 > 4"), draw=followed, redraws=False, source=source)


def test_where_people_share_groups_a_repair_comes_first_and_leaves_what_they_share() -> None:
    def grouped(rows: int, rng: np.random.Generator) -> Dataset:
        stay = stays(rows, rng)["stay"]
        return Dataset((stay.with_columns(Column("nights", WHOLE, role=Role.QUASI)),))

    free, _ = made(draw=grouped)
    data, backend = made(expect("nights <= cost"), draw=grouped, in_groups=True)
    assert data["stay"].frame.nights.equals(free["stay"].frame.nights)
    assert (data["stay"].frame.nights <= data["stay"].frame.cost).all()
    (kept,) = backend.recipe.kept
    assert kept.redrawn == 0
    assert kept.repaired > 0


def orders(rows: int, rng: np.random.Generator) -> Dataset:
    """Orders and their lines; the total of an order has nothing to do with them."""
    order = pd.DataFrame({"id": np.arange(rows, dtype=float), "total": np.zeros(rows), "fee": np.ones(rows)})
    which = np.repeat(np.arange(rows), rng.integers(0, 4, rows))
    line = pd.DataFrame({"order": which.astype(float), "amount": rng.integers(1, 900, len(which)) / 100})
    tables = (
        Table(
            "order", (Column("id", WHOLE, role=Role.IDENTIFIER), Column("total", NUMBER), Column("fee", NUMBER)), order
        ),
        Table("line", (Column("order", WHOLE, role=Role.IDENTIFIER), Column("amount", NUMBER)), line),
    )
    two = {column.name: column for column in tables[0].columns if column.name != "id"}
    spelt = [_cents(column) for column in two.values()]
    return Dataset((tables[0].with_columns(*spelt), tables[1].with_columns(_cents(tables[1]["amount"]))), (KEY,))


KEY = Relation("order", "id", "line", "order")
TIE = Bond("parent", (KEY,))


def _cents(column: Column) -> Column:
    from dataclasses import replace

    from privsynth.spelling import Spelling

    return replace(column, spelling=Spelling(decimals=2))


TOTAL = BoundTotal("order: total total", "order", column="total", how="sum", below="line", of="amount", tie=TIE)


def test_a_total_is_what_its_rows_come_to_and_what_is_defined_by_it_follows() -> None:
    data, backend = made(TOTAL, expect("fee = total / 10", table="order"), draw=orders)
    order = data["order"].frame.set_index("id")
    summed = data["line"].frame.groupby("order").amount.sum().reindex(order.index, fill_value=0)
    assert np.allclose(order.total, summed)
    assert (np.abs(order.fee - order.total / 10) < 0.0051).all()
    assert backend.recipe.kept[0].repaired > 200


def test_whole_people_are_drawn_again_with_all_their_rows_and_keys_that_lead_to_them() -> None:
    small = expect("amount < 8 OR parent.fee <> 1", table="line", ties=[TIE])
    data, backend = made(TOTAL, small, expect("total < 15", table="order", number=2), draw=orders)
    assert len(data["order"]) == ROWS
    assert data["line"].frame["order"].isin(data["order"].frame.id).all()
    assert data["order"].frame.id.is_unique
    assert (data["line"].frame.amount < 8).all()
    assert (data["order"].frame.total < 15).all()
    assert all(kept.redrawn > 0 for kept in backend.recipe.kept[1:])
    assert any("rows were drawn for the 400" in note for note in data.notes)


def test_people_of_several_rows_come_whole_and_make_up_the_rows_asked_for() -> None:
    def visits(rows: int, rng: np.random.Generator) -> Dataset:
        data = stays(rows, rng)
        who = np.repeat(np.arange(rows), rng.integers(1, 5, rows))[:rows]
        table = data["stay"]
        columns = (*table.columns, Column("who", WHOLE, role=Role.IDENTIFIER))
        return Dataset((Table("stay", columns, table.frame.assign(who=who.astype(float)), person="who"),))

    data, _ = made(expect("cost < 50"), draw=visits)
    assert len(data["stay"]) == ROWS
    assert (data["stay"].frame.cost < 50).all()


def test_the_same_seed_gives_the_same_rows() -> None:
    one, other = (made(expect("ward <> 'a' OR nights < 3"), seed=5)[0] for _ in range(2))
    assert one["stay"].frame.equals(other["stay"].frame)


def test_a_backend_is_told_what_it_may_keep_by_itself() -> None:
    rules = (expect("cost >= 0"), expect("nights >= 1", rate=0.5, number=2))
    backend = BoundBackend(stub := Stub(stays), rules, redraws=True)
    backend.fit(stays(ROWS, np.random.default_rng(0)), Statistics({}, (), Taken()), np.random.default_rng(1))
    assert [rule.expect for rule in stub.told["stay"].rules] == ["cost >= 0"]
    assert backend.sample(None, np.random.default_rng(1))["stay"].rules == ()
