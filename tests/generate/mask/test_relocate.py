"""Latitude and longitude moved together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from masked_rows import seeds_of

from privsynth.dataset import Column, Dataset, Kind, Role, Table
from privsynth.describe.masking import with_steps
from privsynth.errors import PolicyError
from privsynth.generate.mask.steps.choice import learn_step
from privsynth.generate.mask.steps.lesson import Lesson
from privsynth.mask_steps import Blur, KAnonymise, Noise, Relocate
from privsynth.policy import Policy
from privsynth.spelling import Spelling
from privsynth.typing import Array

K, ROWS = 5, 300
TOWNS = np.array([[48.1, 11.5], [52.5, 13.4]])
LATITUDE, LONGITUDE = Relocate(longitude="lon", to="point"), Relocate(latitude="lat", to="point")
CENTRES = (Relocate(longitude="lon"), Relocate(latitude="lat"))


def towns(rng: np.random.Generator, **change: Array) -> Table:
    points = np.round(TOWNS[rng.integers(0, 2, ROWS)] + rng.normal(size=(ROWS, 2)) * 0.05, 4)
    points[0] = [-33.1234, 151.1234]
    points[1] = np.nan
    columns = tuple(Column(name, Kind.NUMBER, spelling=Spelling(decimals=4)) for name in ("lat", "lon"))
    return Table("t", columns, pd.DataFrame({"lat": points[:, 0], "lon": points[:, 1]} | change))


def relocated(
    table: Table, people: Array | None = None, steps: tuple[Relocate, Relocate] = (LATITUDE, LONGITUDE)
) -> tuple[Array, tuple[str, ...]]:
    people = np.arange(len(table)) if people is None else people
    sides, notes = [], list[str]()
    for name, step in zip(("lat", "lon"), steps, strict=True):
        fitted = learn_step(step, Lesson(table, name, k=K, k_rare=K, people=people))
        sides.append(fitted.apply(table, seeds_of(people.tolist())))
        notes += fitted.notes
    return np.stack(sides, axis=1), tuple(notes)


def test_both_halves_go_to_one_point_near_the_real_one(rng: np.random.Generator) -> None:
    table = towns(rng)
    moved, _ = relocated(table)
    real = table.frame.to_numpy(dtype=np.float64)
    away = np.sqrt(np.square(moved - real).sum(axis=1))[2:]
    assert 0 < np.median(away) < 0.1
    assert np.isnan(moved[1]).all()
    assert (moved[2:] == real[2:]).all(axis=1).sum() <= 1
    np.testing.assert_array_equal(moved, np.round(moved, 4))


def test_at_the_centre_of_a_cell_there_are_k_people(rng: np.random.Generator) -> None:
    moved, _ = relocated(towns(rng), steps=CENTRES)
    points, people = np.unique(moved[~np.isnan(moved[:, 0])], axis=0, return_counts=True)
    assert len(points) > 20
    assert people.min() >= K


def test_whoever_is_far_from_all_others_moves_among_them(rng: np.random.Generator) -> None:
    moved, notes = relocated(towns(rng))
    assert moved[0, 0] > 40
    assert "table t, column lat: fewer than 11 people far from all others moved to the nearest cell" in notes


def test_one_person_in_one_cell_has_one_point_however_often_seen(rng: np.random.Generator) -> None:
    table, people = towns(rng), np.arange(ROWS)
    table.frame.loc[10:12] = [48.1, 11.5]
    people[10:13] = 10
    moved, _ = relocated(table, people)
    assert len({tuple(point) for point in moved[10:13].tolist()}) == 1


def test_a_half_place_becomes_missing_and_is_counted(rng: np.random.Generator) -> None:
    table = towns(rng)
    table.frame.loc[20:40, "lat"] = np.nan
    moved, notes = relocated(table)
    assert np.isnan(moved[20:41]).all()
    assert "table t, column lon: places with one half missing became missing (21 rows)" in notes


def test_too_few_people_leave_no_place(rng: np.random.Generator) -> None:
    table = towns(rng)
    few = Table("t", table.columns, table.frame.iloc[2 : K + 1].reset_index(drop=True))
    moved, notes = relocated(few)
    assert np.isnan(moved).all()
    assert notes[0] == "table t, column lat: fewer than 5 people have a place: all became missing"


def test_what_is_no_degree_and_what_is_no_other_column_are_refused(rng: np.random.Generator) -> None:
    table = towns(rng, lat=np.full(ROWS, 91.0))
    with pytest.raises(PolicyError, match="no degrees"):
        relocated(table)
    for step in (Relocate(longitude="lat"), Relocate(longitude="nowhere")):
        with pytest.raises(PolicyError, match="another column"):
            learn_step(step, Lesson(table, "lat", k=K, k_rare=K, people=np.arange(ROWS)))
    with pytest.raises(ValueError, match="other half"):
        Relocate()


def planned(table: Table, **columns: object) -> list[object]:
    asked = {"backend": {"kind": "mask", "unlisted": "propose"}, "tables": {"t": {"columns": columns}}}
    return [column.step for column in with_steps(Dataset((table,)), Policy.model_validate(asked))["t"].columns]


@pytest.mark.parametrize("role", [Role.PLAIN, Role.SENSITIVE, Role.QUASI])
def test_a_place_is_moved_by_default_unless_groups_are_made_of_it(rng: np.random.Generator, role: Role) -> None:
    table = towns(rng)
    steps = planned(table.with_columns(*(replace(column, role=role) for column in table.columns)))
    assert steps == ([KAnonymise()] * 2 if role is Role.QUASI else [LATITUDE, LONGITUDE])


def test_a_place_of_which_a_half_is_asked_for_is_not_moved(rng: np.random.Generator) -> None:
    assert planned(towns(rng), lat={"mask": "noise"}) == [Noise(), Blur()]


def test_a_plan_names_the_step_for_both_halves(rng: np.random.Generator) -> None:
    north, east = {"do": "relocate", "longitude": "lon"}, {"do": "relocate", "latitude": "lat"}
    assert planned(towns(rng), lat={"mask": north}, lon={"mask": east}) == [*CENTRES]
    for other in ("noise", {"do": "relocate", "longitude": "lat"}, east | {"to": "point"}):
        with pytest.raises(PolicyError, match="both halves"):
            planned(towns(rng), lat={"mask": north}, lon={"mask": other})
