"""Times of which no two of a person are the same: worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from privsynth.dataset import Column, Dataset, Kind, Role, Rule, Table
from privsynth.generate.model import Model
from privsynth.generate.model.coding.codings import learn_coding
from privsynth.generate.model.saved import files_of, model_of
from privsynth.generate.model.tables.clock import Moving, clock_of_people, clock_of_rows
from privsynth.generate.model.tables.spaced import Grid, spaced
from privsynth.options import ModelOptions
from privsynth.policy import Policy
from privsynth.statistics import Fact, Statistics, Taken

PANEL = Fact("panel", table="t", columns=("who", "year"), share=1.0, words="")
SERIES = Fact("series", table="t", columns=("month",), share=1.0, words="")


@pytest.mark.parametrize(
    ("places", "units", "size", "expected"),
    [
        ([0, 2, 4], [0, 0, 0], 5, [0, 2, 4]),  # apart already
        ([2, 2, 2], [0, 0, 0], 5, [1, 2, 3]),  # as little as possible, to both sides
        ([0, 0, 0], [0, 0, 0], 5, [0, 1, 2]),
        ([4, 4, 4], [0, 0, 0], 5, [2, 3, 4]),
        ([3, 3, 3, 3], [0, 0, 1, 1], 5, [2, 3, 2, 3]),  # each unit by itself
        ([1, 1, 1, 1], [0, 0, 0, 0], 2, [0, 0, 1, 1]),  # more rows than places
        ([], [], 5, []),
    ],
)
def test_places_move_to_the_nearest_free_ones_and_keep_their_order(
    places: list[int], units: list[int], size: int, expected: list[int]
) -> None:
    low, high = np.zeros(len(places), dtype=np.int64), np.full(len(places), size - 1)
    new = spaced(np.array(places, dtype=np.int64), np.array(units, dtype=np.int64), low, high)
    assert new.tolist() == expected


def test_a_grid_of_months_has_each_between_the_protected_ends() -> None:
    months = np.arange("2000-01", "2010-01", dtype="datetime64[M]").astype("datetime64[us]")
    grid = Grid.of(learn_coding(Column("month", Kind.DATE), months, 5))
    assert grid is not None
    assert np.diff(grid.values).tolist() == [1.0] * (len(grid) - 1)
    written = grid.written(np.arange(len(grid)))
    assert months[4] < written[0] < months[10]
    assert months[-11] < written[-1] < months[-5]
    assert grid.places(np.append(written, np.datetime64("NaT"))).tolist() == [*range(len(grid)), -1]


def panel(people: int = 300) -> Table:
    """Each person in some of five years, a year older each year; a count that never falls; sex stays the same."""
    rng = np.random.default_rng(3)
    years = [np.sort(rng.choice(5, rng.integers(1, 6), replace=False)) for _ in range(people)]
    who = np.repeat(np.arange(people), [len(each) for each in years])
    year = 2000.0 + np.concatenate(years)
    born = rng.integers(1940, 1980, people)[who]
    seen = pd.Series(rng.integers(0, 3, len(who))).groupby(who).cumsum().to_numpy().astype(float)
    frame = pd.DataFrame(
        {
            "who": who + 1.0,
            "year": year,
            "age": year - born,
            "seen": seen,
            "sex": np.where(born % 2, "f", "m").astype(object),
            "part": np.where(rng.random(len(who)) < 0.5, "a", "b").astype(object),
        }
    ).sample(frac=1, random_state=1, ignore_index=True)
    kinds = {"year": Kind.INTEGER, "age": Kind.INTEGER, "seen": Kind.INTEGER}
    columns = [Column(name, kinds.get(name, Kind.CATEGORY)) for name in frame.columns[1:]]
    return Table("t", (Column("who", Kind.INTEGER, role=Role.IDENTIFIER), *columns), frame, person="who")


def fitted(table: Table, *facts: Fact) -> Model:
    known = Statistics({"t": {}}, Taken(), facts)
    return Model(ModelOptions(), Policy().limits).fit(Dataset((table,)), known, np.random.default_rng(1))


def drawn(table: Table, *facts: Fact, rows: int | None = None) -> Table:
    return fitted(table, *facts).sample(rows, np.random.default_rng(2)).root


def test_no_person_has_a_year_twice_and_all_grow_older_with_the_years() -> None:
    table = drawn(panel(), PANEL, rows=700)
    assert len(table) == 700
    assert not table.frame.duplicated(["who", "year"]).any()
    assert set(table.frame["year"]) <= {2000.0, 2001.0, 2002.0, 2003.0, 2004.0}
    frame = table.frame.assign(born=table.frame["year"] - table.frame["age"])
    assert (frame.groupby("who")["born"].nunique() == 1).all()
    assert frame["age"].between(20, 65).all()


def test_what_never_falls_within_a_person_does_not_in_the_draft() -> None:
    frame = drawn(panel(), PANEL).frame.sort_values(["who", "year"])
    assert (frame.groupby("who")["seen"].diff().dropna() >= 0).all()


def test_what_moves_and_what_rises_is_seen_and_nothing_else() -> None:
    clock = clock_of_people(panel(), [PANEL], ["who", "sex"])
    assert clock is not None
    assert (clock.time, clock.moving, clock.rising) == ("year", (Moving("age", 1.0),), ("seen",))


def wavering() -> Table:
    """In one row of ten the age is a year ahead; a few people change their school once."""
    table, rng = panel(), np.random.default_rng(8)
    frame = table.frame.assign(age=table.frame["age"] + (rng.random(len(table)) < 0.05))
    frame["school"] = 5.0 + frame["who"] % 6 + (rng.random(len(table)) < 0.008)
    return Table("t", (*table.columns, Column("school", Kind.INTEGER)), frame, person="who")


def test_what_mostly_moves_or_mostly_stays_does_so_about_as_often_in_the_draft() -> None:
    source = wavering()
    clock = clock_of_people(source, [PANEL], ["who", "sex"])
    assert clock is not None
    assert clock.moving == (Moving("age", 1.0, wavers=True), Moving("school", 0.0, wavers=True))
    for name, changed in (("age", "year"), ("school", None)):
        shares = []
        for frame in (source.frame, drawn(source, PANEL).frame):
            own = frame.assign(rest=frame[name] - (frame[changed] if changed else 0)).sort_values(["who", "year"])
            shares.append(float((own.groupby("who")["rest"].diff().dropna() != 0).mean()))
        assert abs(shares[0] - shares[1]) <= 0.05


def test_what_is_missing_of_a_moving_number_stays_missing_as_often() -> None:
    source = panel()
    gone = np.random.default_rng(4).random(len(source)) < 0.1
    frame = source.frame.assign(age=source.frame["age"].where(~gone))
    made = drawn(Table("t", source.columns, frame, person="who"), PANEL).frame
    assert abs(float(made["age"].isna().mean()) - float(gone.mean())) <= 0.04


def test_what_is_computed_or_ruled_is_left_to_those_who_keep_it() -> None:
    sums = Fact("arithmetic", table="t", columns=("age", "year"), share=1.0, words="", expect="age = year - 1950")
    clock = clock_of_people(panel(), [PANEL, sums], ["who", "sex"])
    assert clock is not None
    assert clock.moving == ()
    ruled = Table("t", panel().columns, panel().frame, person="who", rules=(Rule("r", "year > age"),))
    assert clock_of_people(ruled, [PANEL], ["who", "sex"]) is None


def test_a_class_all_different_within_each_person_tells_rows_apart_without_a_time() -> None:
    table = panel()
    count = table.frame.groupby("who").cumcount().to_numpy()
    frame = table.frame.assign(part=np.array(["a", "b", "c", "d", "e"], dtype=object)[count])
    table = Table("t", table.columns, frame, person="who").without({"year", "age", "seen"})
    clock = clock_of_people(table, [], ["who", "sex"])
    assert clock is not None
    assert clock.time == "part"
    assert not drawn(table).frame.duplicated(["who", "part"]).any()
    assert clock_of_people(panel().without({"year", "age", "seen"}), [], ["who", "sex"]) is None


def series(rows: int) -> Table:
    months = np.arange("2000-01", "2020-01", dtype="datetime64[M]").astype("datetime64[us]")[:rows]
    frame = pd.DataFrame({"month": months, "level": np.round(np.sin(np.arange(rows) / 9), 3)})
    return Table("t", (Column("month", Kind.DATE), Column("level", Kind.NUMBER)), frame)


def test_months_of_a_series_come_once_and_a_note_counts_those_that_cannot() -> None:
    assert clock_of_rows(series(240), [SERIES]) is not None
    model = fitted(series(240), SERIES)
    few = model.sample(150, np.random.default_rng(1))
    assert few.root.frame["month"].nunique() == 150
    assert not [note for note in few.notes if "month is the same" in note]
    many = fitted(series(240), SERIES).sample(400, np.random.default_rng(1))
    again = 400 - many.root.frame["month"].nunique()
    assert [note for note in many.notes if f"in {again} rows month is the same" in note]


def test_a_model_that_is_kept_draws_the_same_rows() -> None:
    model = fitted(panel(100), PANEL)
    kept = model_of(files_of(model), Taken())
    one, other = (each.sample(50, np.random.default_rng(4)).root.frame for each in (model, kept))
    pd.testing.assert_frame_equal(one, other)
