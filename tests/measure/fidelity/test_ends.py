"""Ends of small tables, how values are written, and keys: a few rows of which one thing is lost."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from privsynth.dataset import Column, Kind, Table
from privsynth.measure.fidelity.groups import means_kept
from privsynth.measure.fidelity.kept import Kept, worst
from privsynth.measure.fidelity.keys import keys_kept
from privsynth.measure.fidelity.marginals import gaps_together
from privsynth.measure.fidelity.sides import ThreeSides
from privsynth.measure.fidelity.tails import tails_kept
from privsynth.measure.fidelity.texture import texture_kept
from privsynth.statistics import Fact


def table(values: Any, kind: Kind = Kind.NUMBER, name: str = "x") -> Table:
    return Table("t", (Column(name, kind),), pd.DataFrame({name: values}))


def sides(real: Any, synthetic: Any, kind: Kind = Kind.NUMBER) -> ThreeSides:
    """The rows of the source by turns on the two real sides."""
    return ThreeSides(table(real[::2], kind), table(synthetic, kind), table(real[1::2], kind), ("x",))


def only(kept: list[Kept]) -> Kept:
    (one,) = kept
    return one


RAMP = np.arange(200.0)


def test_the_lost_ends_of_a_table_of_two_hundred_rows_are_named() -> None:
    """14 of 200 rows lie beyond all others at each end: chance is one in 2 to the 28th."""
    lost = only(list(tails_kept(sides(RAMP, np.clip(RAMP, 14, 185)))))
    assert lost.is_lost
    assert lost.words == "x: 7 % of the real rows lie below every synthetic one, 7 % above"


def test_rows_beyond_all_real_ones_are_named_as_well() -> None:
    lost = only(list(tails_kept(sides(RAMP, np.arange(-30.0, 230.0)))))
    assert lost.is_lost
    assert lost.words == "x: 12 % of its rows lie below every real one, 12 % above"


def test_a_number_that_shrank_towards_its_middle_is_named_by_its_spread() -> None:
    """The outermost row is there on both sides, the others lie half as far out."""
    shrunk = np.append(99.5 + (RAMP[1:-1] - 99.5) / 2, [RAMP[0], RAMP[-1]])
    lost = only(list(tails_kept(sides(RAMP, shrunk))))
    assert lost.is_lost
    assert "the high end" in lost.words or "is spread 5" in lost.words


def test_the_rows_of_one_person_beyond_an_end_are_one_piece_of_luck() -> None:
    def of_people(values: Any, people: Any) -> Table:
        columns = Column("x", Kind.NUMBER), Column("id", Kind.INTEGER)
        return Table("t", columns, pd.DataFrame({"x": values, "id": people}), person="id")

    values, people = np.append(RAMP % 20, [99.0] * 40), np.append(np.arange(200.0), [777.0] * 40)
    draft = of_people(RAMP % 20, np.arange(200.0))
    alone = ThreeSides(of_people(values, people), draft, draft, ("x",))
    apart = ThreeSides(of_people(values, np.arange(240.0)), draft, draft, ("x",))
    assert [only(list(tails_kept(each))).is_lost for each in (alone, apart)] == [False, True]


@pytest.mark.parametrize("size", [30, 200, 1000])
def test_of_other_rows_of_the_same_numbers_no_end_is_lost(size: int) -> None:
    for seed in range(20):
        drawn = np.random.default_rng(seed).lognormal(size=2 * size)
        assert worst([*tails_kept(sides(drawn[:size], drawn[size:])), *texture_kept(sides(drawn[:size], drawn))]) == []


@pytest.mark.parametrize("values", [[], [1.0], [np.nan] * 50, [3.0] * 50, [0.0] * 49 + [1e300]])
def test_columns_with_nothing_in_them_are_measured_without_a_fall(values: list[float]) -> None:
    both = sides(np.array(values * 2), np.array(values))
    assert worst([*tails_kept(both), *texture_kept(both)]) == []


def test_values_with_more_decimals_than_usual_are_told_by_their_share() -> None:
    real = np.round(np.linspace(0, 9, 200), 1)
    draft = real.copy()
    draft[::4] += 0.012345
    lost = only(list(texture_kept(sides(real, draft))))
    assert lost.is_lost
    assert lost.words == "x: 25 % of its values have more than 1 decimal, 0 % of as many real ones"


def test_numbers_written_as_the_real_ones_are_not_said_to_be_rounded_otherwise() -> None:
    real = np.arange(200.0)
    (whole,) = texture_kept(sides(real, real[::-1]))
    assert (whole.is_lost, whole.words) == (False, "x: values have as many decimals as real ones, but for chance")
    tenths = np.arange(200) / 10
    (rounded,) = texture_kept(sides(tenths, np.round(tenths)))
    assert (rounded.is_lost, rounded.words) == (True, "x: values are rounded otherwise")


def test_days_of_the_week_and_times_of_day_are_told() -> None:
    """Two weeks of working days at midnight, beside all days of two weeks at seven past three."""
    monday = np.datetime64("2024-01-01T00:00:00", "ns")
    days = [monday + np.timedelta64(day, "D") for day in range(14)]
    real = np.array([day for day in days * 20 if day.astype("datetime64[D]").astype(int) % 7 not in (2, 3)])
    draft = np.array(days * 14) + np.timedelta64(187, "m")
    week, hours = texture_kept(sides(real, draft, Kind.DATE))
    assert week.words == "x: 29 % lie on a Saturday or Sunday, 0 % of as many real ones"
    assert week.kept == pytest.approx(5 / 7)
    assert hours.words == "x: 100 % have a time of day, 0 % of as many real ones"
    assert hours.kept == 0


def rows(people: list[float], years: list[float]) -> Table:
    columns = Column("id", Kind.INTEGER), Column("year", Kind.INTEGER)
    return Table("t", columns, pd.DataFrame({"id": people, "year": years}))


PANEL = Fact("panel", table="t", columns=("id", "year"), share=1.0, words="one row for each id and year")


def test_a_doubled_key_of_a_panel_is_named() -> None:
    """Ten people in four years each; in the draft one of them is there twice in the fourth: 1 of 40 rows."""
    people, years = [float(n // 4) for n in range(40)], [float(n % 4) for n in range(40)]
    real = rows(people, years)
    draft = rows([*people[:-1], 0.0], [*years[:-1], 0.0])
    broken = only(list(keys_kept(real, draft, [PANEL], np.random.default_rng(0))))
    assert broken.kept == pytest.approx(39 / 40)
    assert "3 % of the rows repeat one" in broken.words
    assert not only(list(keys_kept(real, real, [PANEL], np.random.default_rng(0)))).is_lost
    assert list(keys_kept(draft, real, [PANEL], np.random.default_rng(0))) == []  # no key in the source


def test_dates_that_were_all_different_are_a_key() -> None:
    days = np.datetime64("2024-01-01", "ns") + np.arange(100).astype("timedelta64[D]")
    real, draft = table(days, Kind.DATE), table(days[np.arange(100) // 2], Kind.DATE)
    lost = only(list(keys_kept(real, draft, [], np.random.default_rng(0))))
    assert lost.is_lost
    assert lost.words == "the real rows have each x once; here 50 % of the rows repeat one"


def test_gaps_that_always_fall_together_must_go_on_doing_so() -> None:
    """40 of 400 rows lack both; in the draft half of them lack the one without the other."""

    def both(gone: np.ndarray, also: np.ndarray) -> Table:
        columns = Column("a", Kind.NUMBER), Column("b", Kind.NUMBER)
        values = np.arange(400) % 7.0
        frame = pd.DataFrame({"a": np.where(gone, np.nan, values), "b": np.where(also, np.nan, values)})
        return Table("t", columns, frame)

    rows = np.arange(400)
    real, draft = both(rows < 40, rows < 40), both(rows < 40, (rows >= 20) & (rows < 60))
    lost = list(gaps_together(ThreeSides(real, draft, real, ("a", "b"))))
    assert [(kept.where, kept.kept, bool(kept.is_lost)) for kept in lost] == [
        (("a", "b"), 0.5, True),
        (("b", "a"), 0.5, True),
    ]
    assert lost[0].words == "where a is missing b is missing in 50 % of the rows, in all real ones"
    assert worst(gaps_together(ThreeSides(real, real, real, ("a", "b")))) == []
    assert list(gaps_together(ThreeSides(draft, real, draft, ("a", "b")))) == []  # the source breaks it itself


def test_what_a_hundred_small_towns_say_of_a_number_is_looked_at() -> None:
    """Each of 100 towns has 12 rows a side, none of them a group by itself, and a mean of its own."""
    towns = np.repeat(np.arange(100), 12)

    def of_towns(seed: int, strength: float) -> Table:
        x = strength * (towns * 37 % 100) / 29 + np.random.default_rng(seed).normal(size=1200)
        columns = Column("town", Kind.CATEGORY), Column("x", Kind.NUMBER)
        return Table(
            "t", columns, pd.DataFrame({"town": [f"town {n}" for n in towns], "x": x}).astype({"town": object})
        )

    same, weaker = (
        list(means_kept(ThreeSides(of_towns(1, 1), draft, of_towns(3, 1), ("town", "x")), ()))
        for draft in (of_towns(2, 1), of_towns(2, 0.3))
    )
    assert worst(same) == []
    assert [kept.where for kept in worst(weaker)] == [("x", "town")]
