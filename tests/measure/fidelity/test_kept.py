"""What is kept of levels, ties, groups, ends, missing values and use: on tables of which one thing is destroyed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from honest import honest, people, with_frame

from privsynth.dataset import Column, Dataset, Kind, Table
from privsynth.describe import facts_of
from privsynth.measure.fidelity import compare
from privsynth.measure.fidelity.groups import groups_kept, means_kept, within_groups_kept
from privsynth.measure.fidelity.kept import Kept, worst
from privsynth.measure.fidelity.levels import levels_kept
from privsynth.measure.fidelity.marginals import columns_kept, gaps_kept
from privsynth.measure.fidelity.sides import ThreeSides, sides_of
from privsynth.measure.fidelity.tails import tails_kept
from privsynth.measure.fidelity.ties import column_ties, gap_ties, pairs_kept, tie
from privsynth.measure.fidelity.use import use_kept

Frame = pd.DataFrame


def beside(synthetic: Table) -> ThreeSides:
    return sides_of(people(4000, 1), synthetic, people(4000, 3), np.random.default_rng(0))


def but(change: Callable[[Frame, np.random.Generator], Frame]) -> ThreeSides:
    """Honest rows but for one change."""
    made = honest(4000, 2)
    return beside(with_frame(made, change(made.frame.copy(), np.random.default_rng(7))))


def kept_of(sides: ThreeSides) -> list[Kept]:
    ties = compare(sides.real, sides.synthetic, sides.fresh, np.random.default_rng(0), classify=False).ties
    return [
        *columns_kept(sides),
        *levels_kept(sides),
        *column_ties(ties, "ties", sides.size),
        *pairs_kept(ties, sides.size),
        *groups_kept(sides),
        *within_groups_kept(sides),
        *means_kept(sides, ()),
        *tails_kept(sides),
        *gaps_kept(sides),
        *gap_ties(sides),
        *use_kept(sides, ties, ("income",), np.random.default_rng(0)),
    ]


def test_of_honest_rows_nothing_is_lost() -> None:
    assert [kept.words for kept in worst(kept_of(beside(honest(4000, 2))))] == []


def one_town(frame: Frame, _: np.random.Generator) -> Frame:
    return frame.assign(town=pd.Series(["town 1"] * len(frame), dtype=object))


def shuffled_income(frame: Frame, rng: np.random.Generator) -> Frame:
    return frame.assign(income=rng.permutation(frame["income"].to_numpy()))


def no_old_people(frame: Frame, _: np.random.Generator) -> Frame:
    return frame.assign(age=frame["age"].clip(upper=frame["age"].quantile(0.96)))


def no_fourth_job(frame: Frame, _: np.random.Generator) -> Frame:
    return frame.assign(job=frame["job"].where(frame["job"] != "job 4", "job 5"))


def all_debts_known(frame: Frame, _: np.random.Generator) -> Frame:
    return frame.assign(debt=frame["debt"].fillna(1000.0))


def rounded_income(frame: Frame, _: np.random.Generator) -> Frame:
    return frame.assign(income=(frame["income"] / 20_000).round() * 20_000)


@pytest.mark.parametrize(
    ("change", "aspect", "column"),
    [
        (one_town, "levels", "town"),
        (shuffled_income, "ties", "income"),
        (shuffled_income, "use", "income"),
        (no_old_people, "tails", "age"),
        (no_fourth_job, "groups", "job"),
        (all_debts_known, "gaps", "debt"),
        (rounded_income, "levels", "income"),
    ],
)
def test_what_is_destroyed_is_lost_by_its_name(
    change: Callable[[Frame, np.random.Generator], Frame], aspect: str, column: str
) -> None:
    lost = [kept for kept in worst(kept_of(but(change))) if kept.aspect == aspect]
    assert any(column in kept.where for kept in lost)
    assert all("town 1" not in kept.words and "job 4" not in kept.words for kept in lost)


def test_the_tie_of_a_fresh_sample_is_phi_squared_and_of_turned_levels_its_opposite() -> None:
    """Two levels each that always agree: phi squared is 1; that always differ: -1; that are independent: 0."""
    agree, differ, loose = np.array([[0.5, 0], [0, 0.5]]), np.array([[0, 0.5], [0.5, 0]]), np.full((2, 2), 0.25)
    assert tie("a", "b", (agree, agree, agree), 1000).fresh == pytest.approx(1)
    assert tie("a", "b", (agree, differ, agree), 1000).synthetic == pytest.approx(-1)
    assert tie("a", "b", (agree, loose, agree), 1000).synthetic == pytest.approx(0)
    assert not tie("a", "b", (loose, loose, loose), 1000).is_real
    thirds = np.diag([1 / 3] * 3)
    assert tie("a", "b", (thirds, thirds, thirds), 7).spread == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_hardly_any_rows_and_columns_without_a_value_are_measured_without_a_fall(rows: int) -> None:
    columns = (Column("x", Kind.NUMBER), Column("c", Kind.CATEGORY))
    frame = pd.DataFrame({"x": np.full(rows, np.nan), "c": pd.Series([None] * rows, dtype=object)})
    table = Table("t", columns, frame)
    sides = sides_of(table, replace(table), table, np.random.default_rng(0))
    assert [kept for kept in kept_of(sides) if kept.is_lost] == []


def stores(seed: int, *, within: bool) -> Table:
    """Towns of four states; sales differ by town. With `within` the towns of a state have changed places."""
    rng = np.random.default_rng(seed)
    town = rng.integers(0, 40, 3000)
    sales = 3.0 * (town % 4) + (town // 4 % 3) + rng.normal(0, 1, 3000)
    shown = rng.permutation(40 // 4)[town // 4] * 4 + town % 4 if within else town
    state = pd.Series([f"state {one % 4}" for one in shown], dtype=object)
    frame = pd.DataFrame({"town": pd.Series([f"town {one}" for one in shown], dtype=object), "state": state})
    columns = (Column("town", Kind.CATEGORY), Column("state", Kind.CATEGORY), Column("sales", Kind.NUMBER))
    return Table("stores", columns, frame.assign(sales=sales))


def test_what_a_town_says_beyond_its_state_is_looked_at_by_itself() -> None:
    rng = np.random.default_rng(0)
    facts = [fact for fact in facts_of(Dataset((stores(1, within=False),))) if fact.kind == "dependency"]
    assert [fact.columns for fact in facts] == [("town", "state")]
    found = {}
    for within in (False, True):
        sides = sides_of(stores(1, within=False), stores(2, within=within), stores(3, within=False), rng)
        found[within] = {kept.words.split(":")[0]: kept for kept in means_kept(sides, facts)}
    of_state, beyond = "the means of sales in the groups of state", "what town says of the mean of sales beyond state"
    assert [kept.is_lost for kept in found[False].values()] == [False] * 3
    assert not found[True][of_state].is_lost
    assert found[True][beyond].at_most < 0.5


def visits(seed: int, days: int) -> Table:
    """Costs that differ by month, over so many days of a year."""
    rng = np.random.default_rng(seed)
    day = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, days, 2000), unit="D")
    cost = day.month.to_numpy() % 4 + rng.normal(0, 0.5, 2000)
    columns = (Column("day", Kind.DATE), Column("cost", Kind.NUMBER))
    return Table("visits", columns, pd.DataFrame({"day": day, "cost": cost}))


def test_a_month_in_which_no_real_row_lies_is_none_of_their_months() -> None:
    sides = sides_of(visits(1, 300), visits(2, 366), visits(3, 300), np.random.default_rng(0))
    (season,) = [kept for kept in means_kept(sides, ()) if kept.aspect == "season"]
    assert season.kept > 0.8
