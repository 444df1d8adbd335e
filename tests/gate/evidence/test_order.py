"""The order of the rows: laid beside the source's whatever a backend says of it, shifted, reversed, in blocks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from conftest import frame

from privsynth.dataset import Column, Kind, Role, Table
from privsynth.gate.evidence.order import order_kept
from privsynth.measure.sequence import steps
from privsynth.typing import Array
from privsynth.verdict import Finding

ROWS = 600
NUMBER = np.arange(ROWS)


def words(rows: int, first: int = 0, role: Role = Role.PLAIN) -> Table:
    columns = (Column("word", Kind.CATEGORY, role=role),)
    return Table("t", columns, frame(word=[f"w{first + n:04}" for n in np.random.default_rng(1).permutation(rows)]))


def telling(seed: int, rows: int = ROWS) -> Table:
    """Single rows can be told by their numbers."""
    rng = np.random.default_rng(seed)
    cells = {"age": rng.integers(18, 90, rows).tolist(), "pay": np.round(rng.normal(3_000, 900, rows)).tolist()}
    columns = (Column("age", Kind.INTEGER), Column("pay", Kind.INTEGER), Column("town", Kind.CATEGORY))
    return Table("t", columns, frame(**cells, town=rng.choice(list("abcdef"), rows).tolist()))


def coins(seed: int, rows: int = ROWS) -> Table:
    """No row can be told from the others."""
    return Table(
        "t", (Column("side", Kind.CATEGORY),), frame(side=np.random.default_rng(seed).choice(["a", "b"], rows).tolist())
    )


def moved(table: Table) -> Table:
    """Every number moved a little: no cell is as it was."""
    noise = np.random.default_rng(9).normal(0, 1, (len(table), 2))
    return replace(
        table, frame=table.frame.assign(age=table.frame["age"] + noise[:, 0], pay=table.frame["pay"] + 50 * noise[:, 1])
    )


def blocks(size: int) -> Array:
    starts = np.random.default_rng(2).permutation(np.arange(0, ROWS, size))
    return np.concatenate([NUMBER[start : start + size] for start in starts])


def failing(found: Sequence[Finding]) -> set[str]:
    return {finding.key for finding in found if not finding.passed}


ORDERS = {
    "as it was": NUMBER,
    "shifted by one": np.roll(NUMBER, 1),
    "shifted by many": np.roll(NUMBER, 217),
    "reversed": NUMBER[::-1],
    "reversed and shifted": np.roll(NUMBER[::-1], 31),
    "large blocks": blocks(150),
    "blocks of ten": blocks(10),
    "two halves dealt out in turn": np.concatenate([NUMBER[::2], NUMBER[1::2]]),
    "roughly": np.argsort(NUMBER + np.random.default_rng(3).normal(0, 30, ROWS)),
}


@pytest.mark.parametrize("how", ORDERS)
def test_an_order_that_follows_the_source_is_seen_whatever_the_backend_says(how: str) -> None:
    source = telling(1)
    draft = source.take(ORDERS[how])
    assert failing(order_kept(source, draft))
    lying = replace(draft, origin=np.random.default_rng(4).permutation(ROWS))
    assert failing(order_kept(source, lying))


@pytest.mark.parametrize("how", ["as it was", "shifted by one", "reversed", "large blocks"])
@pytest.mark.parametrize("change", [moved, lambda table: table], ids=["moved", "of two values"])
def test_rows_that_cannot_be_told_one_by_one_still_tell_their_order_together(
    how: str, change: Callable[[Table], Table]
) -> None:
    source = telling(1) if change is moved else coins(1)
    assert "order_agreement" in failing(order_kept(source, change(source.take(ORDERS[how]))))


@pytest.mark.parametrize("seed", range(8))
def test_an_honest_draft_has_no_order(seed: int) -> None:
    shuffled = np.random.default_rng(seed).permutation(ROWS)
    for make in (telling, coins):
        assert not failing(order_kept(make(1), make(100 + seed)))
        assert not failing(order_kept(make(1), replace(make(1).take(shuffled), origin=shuffled)))


@pytest.mark.parametrize("column", ["age", "pay", "town"])
def test_what_is_sorted_by_a_released_value_tells_nothing_beyond_it(column: str) -> None:
    def by_value(table: Table) -> Table:
        return table.take(np.argsort(table.values(column), kind="stable"))

    source = by_value(telling(1))
    assert not failing(order_kept(source, by_value(telling(2))))
    assert failing(order_kept(source, source)), "but within equal values it is the source's"


@pytest.mark.parametrize("how", ["as it was", "shifted by one", "reversed", "blocks of ten"])
def test_what_a_backend_says_of_its_rows_is_believed_where_it_tells_of_an_order(how: str) -> None:
    found = order_kept(telling(1), replace(telling(2), origin=ORDERS[how]))
    assert failing(found) & {"told_order_correlation", "told_order_steps"}


@pytest.mark.parametrize(("train", "made", "is_told"), [(20, 20, True), (19, 20, False), (20, 19, False)])
def test_under_twenty_rows_an_order_says_nothing(train: int, made: int, is_told: bool) -> None:
    assert bool(order_kept(words(train), words(made))) is is_told


def test_invented_values_have_no_order() -> None:
    assert order_kept(words(50, role=Role.IDENTIFIER), words(50)) == []


def test_other_values_have_no_order() -> None:
    assert not failing(order_kept(words(100), words(100, first=500)))


def test_equal_blocks_agree_at_the_same_place_and_that_is_no_order() -> None:
    rng = np.random.default_rng(4)
    days = np.tile(np.arange(40.0), 20)

    def panel() -> Table:
        columns = (Column("day", Kind.INTEGER), Column("weight", Kind.INTEGER))
        return Table("t", columns, frame(day=days.tolist(), weight=np.round(rng.normal(70, 9, len(days))).tolist()))

    assert not failing(order_kept(panel(), panel()))


@pytest.mark.parametrize("seed", range(8))
def test_a_source_in_a_few_long_runs_of_equal_rows_does_not_accuse_a_shuffled_draft(seed: int) -> None:
    columns = (Column("smokes", Kind.CATEGORY), Column("wheezes", Kind.CATEGORY))
    smokes = np.where(NUMBER < 350, "no", "yes")
    wheezes = np.where((NUMBER < 30) | ((NUMBER >= 350) & (NUMBER < 390)), "yes", "no")
    source = Table("t", columns, frame(smokes=smokes.tolist(), wheezes=wheezes.tolist()))
    drawn = np.random.default_rng(seed).integers(0, ROWS, ROWS)
    assert failing(order_kept(source, source.take(drawn))) == set()
    assert "order_agreement" in failing(order_kept(source, source.take(np.roll(NUMBER, 100))))


def test_of_several_rows_of_one_person_the_first_counts() -> None:
    """What stays the same within a person makes rows run alike, and tells no order of people."""
    rng = np.random.default_rng(5)
    whose = np.repeat(np.arange(60), 10)

    def panel() -> Table:
        traits = rng.integers(0, 900, 60)[whose], rng.choice(list("abcdefgh"), 60)[whose]
        columns = (Column("day", Kind.INTEGER), Column("code", Kind.INTEGER), Column("town", Kind.CATEGORY))
        return Table(
            "t",
            columns,
            frame(day=np.tile(np.arange(10.0), 60).tolist(), code=traits[0].tolist(), town=traits[1].tolist()),
        )

    for _ in range(5):
        assert not failing(order_kept(panel(), panel(), (whose, whose)))
    source = panel()
    turned = np.concatenate([np.flatnonzero(whose == person) for person in range(59, -1, -1)])
    assert failing(order_kept(source, source.take(turned), (whose, whose[turned])))


def test_a_column_that_is_all_missing_or_all_equal_tells_nothing() -> None:
    columns = (Column("a", Kind.NUMBER), Column("b", Kind.CATEGORY))
    empty = Table("t", columns, frame(a=[np.nan] * 50, b=["x"] * 50))
    assert not failing(order_kept(empty, empty))


@pytest.mark.parametrize(
    ("places", "share"),
    [([3, 4, 5, 6, 7, 0, 1, 2], 6 / 7), ([7, 6, 5, 4, 3, 2, 1, 0], 1.0), ([0, 4, 1, 5, 2, 6, 3, 7], 1.0)],
    ids=["shifted", "reversed", "in turn"],
)
def test_the_commonest_step_is_counted(places: list[int], share: float) -> None:
    assert steps(np.array(places), np.random.default_rng(1))[0] == pytest.approx(share)


def test_no_column_of_a_table_is_compared_with_a_frame_of_another_length() -> None:
    for made in (telling(2, rows=25), telling(2, rows=5_000)):
        assert not failing(order_kept(telling(1), made))
    assert isinstance(order_kept(telling(1), telling(2))[0].measured, float)
    assert pd.Series(order_kept(telling(1), telling(1).take(np.arange(300)))).map(lambda each: each.passed).sum() < 3
