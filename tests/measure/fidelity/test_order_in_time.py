"""What ties rows together, real beside synthetic: order in time, and what stays the same within a person."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from privsynth.dataset import Column, Kind, Role, Table
from privsynth.measure.fidelity.order import ColumnOrder, OrderResult, compare_order, order_kept
from privsynth.measure.turns import Turns

KINDS = {"id": Kind.INTEGER, "visit": Kind.INTEGER, "sex": Kind.CATEGORY, "pressure": Kind.NUMBER, "noise": Kind.NUMBER}
PANEL = Turns("id", "visit")


def panel(people: int, seed: int, each: int = 8, *, tied: bool = True) -> Table:
    """Pressure wanders from visit to visit, sex stays; `tied` or drawn anew in each row."""
    rng = np.random.default_rng(seed)
    who = np.repeat(np.arange(people), each)
    walks = rng.normal(size=(people, each)).cumsum(axis=1).ravel()
    sex = np.array(["f", "m"], dtype=object)[rng.integers(0, 2, people)][who]
    if not tied:
        walks, sex = rng.permutation(walks), rng.permutation(sex)
    frame = pd.DataFrame(
        {
            "id": who + 1.0,
            "visit": np.tile(np.arange(each), people) + 1.0,
            "sex": sex,
            "pressure": walks,
            "noise": rng.normal(size=len(who)),
        }
    )
    columns = (Column(n, k, role=Role.IDENTIFIER if n == "id" else Role.PLAIN) for n, k in KINDS.items())
    return Table("visits", tuple(columns), frame, person="id")


REAL, FRESH = panel(60, 1), panel(60, 2)


def compared(synthetic: Table, turns: Turns = PANEL) -> OrderResult:
    return compare_order(REAL, synthetic, FRESH, turns, np.random.default_rng(0))


def test_people_like_the_real_ones_keep_their_order_and_what_stays() -> None:
    result = compared(panel(60, 3))
    assert result.names == ("pressure",)
    assert result.kept > 0.95
    assert result.kept_fresh is not None
    assert result.kept_fresh > 0.95
    assert not result.is_lost
    assert result.steady is not None
    assert (result.steady.names, result.steady.real, result.steady.kept, result.steady.units) == (
        ("sex",),
        1.0,
        1.0,
        60,
    )
    assert "do too" in result.in_words


def test_rows_drawn_one_by_one_lose_both_and_the_words_say_what_cannot_be_studied() -> None:
    result = compared(panel(60, 3, tied=False))
    assert result.kept < 0.2
    assert result.is_lost
    assert result.steady is not None
    assert result.steady.kept < 0.1
    assert result.steady.is_lost
    assert "the synthetic ones do not" in result.in_words
    assert "series, growth and gaps cannot be studied" in result.in_words


def test_the_order_of_rows_in_the_file_is_no_order_in_time() -> None:
    mixed = panel(60, 3).take(np.random.default_rng(0).permutation(480))
    assert compared(mixed).kept == pytest.approx(compared(panel(60, 3)).kept)


def test_a_draft_without_the_person_or_without_the_time_keeps_nothing() -> None:
    made = panel(60, 3)
    for gone in ("id", "visit"):
        columns = tuple(column for column in made.columns if column.name != gone)
        result = compared(Table("visits", columns, made.frame[[column.name for column in columns]]))
        assert result.kept == 0.0
        assert result.steady is not None
        assert result.steady.synthetic is None


def test_people_who_have_one_row_each_show_nothing_of_a_person() -> None:
    result = compared(panel(480, 3, each=1))
    assert result.kept == 0.0
    assert result.steady is not None
    assert (result.steady.kept, result.steady.units) == (0.0, 0)
    assert "no synthetic id has two rows" in result.steady.in_words


def test_without_a_time_the_rows_of_one_person_still_hang_together() -> None:
    result = compared(panel(60, 3, tied=False), Turns("id", None))
    assert "the real rows of one id hang together" in result.in_words
    assert "the synthetic ones do not" in result.in_words


def test_a_series_in_the_whole_table_has_no_person_to_keep() -> None:
    result = compared(panel(60, 3), Turns(None, "visit"))
    assert result.steady is None


def test_what_turned_round_is_lost() -> None:
    """A draft that goes down where the real rows go on counts as none of it kept."""
    rows = np.arange(200.0)
    columns = (Column("t", Kind.INTEGER), Column("x", Kind.NUMBER))
    slow, quick = (
        Table("t", columns, pd.DataFrame({"t": rows, "x": values})) for values in (np.sin(rows / 20), np.cos(rows * 3))
    )
    result = compare_order(slow, quick, slow, Turns(None, "t"), np.random.default_rng(0))
    assert (result.kept, result.kept_fresh) == (0.0, 1.0)


def test_a_table_without_ties_says_nothing() -> None:
    loose = panel(60, 1, tied=False)
    result = compare_order(loose, loose, loose, PANEL, np.random.default_rng(0))
    assert (result.columns, result.steady, result.is_lost) == ((), None, False)


def test_an_empty_draft_and_an_empty_hold_out_are_no_error() -> None:
    nobody = REAL.take(np.arange(0))
    assert compared(nobody).kept == 0.0
    result = compare_order(REAL, panel(60, 3), nobody, PANEL, np.random.default_rng(0))
    assert (result.kept_fresh, result.steady and result.steady.fresh) == (None, None)


def test_only_the_columns_that_moved_are_said_to_have() -> None:
    """Each person has a sex and a town; in the draft every second person moves once."""
    people, turns = np.repeat(np.arange(40.0), 4), np.tile(np.arange(4.0), 40)
    frame = pd.DataFrame({"id": people, "visit": turns, "sex": people % 2, "town": people // 4 % 5})
    columns = tuple(Column(name, Kind.INTEGER) for name in frame.columns)
    real = Table("visits", columns, frame, person="id")
    moving = frame.assign(town=np.where((people % 2 == 1) & (turns == 3), 7.0, frame["town"]))
    result = compare_order(real, Table("visits", columns, moving, person="id"), real, PANEL, np.random.default_rng(0))
    (lost,) = [kept for kept in order_kept(result) if kept.aspect == "steady"]
    assert (lost.where, lost.kept) == (("town",), 0.5)
    assert lost.words.startswith("town stays the same within one id (100 % of them), in the synthetic rows within 50 %")


@pytest.mark.parametrize(
    ("kept", "words"),
    [
        (0.9, "less (0.81): series, growth and gaps show a little weaker"),
        (0.7, "less (0.63): series, growth and gaps show much weaker"),
        (0.4, "less (0.36): series, growth and gaps hardly show"),
        (0.1, "not (0.09): series, growth and gaps cannot be studied"),
    ],
)
def test_how_much_is_left_decides_what_is_said_of_it(kept: float, words: str) -> None:
    column = ColumnOrder(name="x", real=0.9, synthetic=0.9 * kept, fresh=0.9)
    result = OrderResult(table="t", turns=Turns(None, "visit"), columns=(column,), steady=None, pairs=1000)
    assert f"{words} on this table" in result.in_words
