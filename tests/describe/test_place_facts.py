"""Which columns are one place."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from privsynth.dataset import Column, Dataset, Kind, Role, Table
from privsynth.describe import facts_of
from privsynth.describe.places import places_of
from privsynth.spelling import Spelling
from privsynth.typing import Array

ROWS = 40


def table(rng: np.random.Generator, *names: str, decimals: int = 4, role: Role = Role.PLAIN, **values: Array) -> Table:
    columns = tuple(Column(name, Kind.NUMBER, role=role, spelling=Spelling(decimals=decimals)) for name in names)
    frame = {name: values.get(name, np.round(rng.uniform(1, 80, ROWS), decimals)) for name in names}
    return Table("t", columns, pd.DataFrame(frame))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("lat", "lon"),
        ("lat", "lng"),
        ("Latitude", "Longitude"),
        ("LAT", "LONG"),
        ("pickup_lat", "pickup_lon"),
        ("centroid_lat", "centroid_lon"),
        ("dropoffLatitude", "dropoffLongitude"),
        ("start lat", "start lng"),
        ("lat_2", "lon_2"),
        ("y_coord", "x_coord"),
        ("geo_y", "geo_x"),
    ],
)
def test_a_place_is_told_by_its_names(rng: np.random.Generator, one: str, other: str) -> None:
    assert [*places_of(table(rng, other, "price", one))] == [(one, other, 1.0)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("lat", "long_jump"),
        ("pickup_lat", "dropoff_lon"),
        ("lat", "lat_2"),
        ("flat", "salon"),
        ("y", "x"),
        ("y_max", "x_max"),
        ("width", "long"),
    ],
)
def test_other_names_are_no_place(rng: np.random.Generator, one: str, other: str) -> None:
    assert [*places_of(table(rng, one, other))] == []


def test_two_places_of_one_table_are_two_pairs(rng: np.random.Generator) -> None:
    names = ("pickup_lat", "dropoff_lat", "pickup_lon", "dropoff_lon")
    assert [pair[:2] for pair in places_of(table(rng, *names))] == [
        ("pickup_lat", "pickup_lon"),
        ("dropoff_lat", "dropoff_lon"),
    ]


def test_what_is_no_degree_is_no_place(rng: np.random.Generator) -> None:
    degrees = rng.uniform(-80, 80, ROWS)
    for latitude, longitude in ((degrees * 2, degrees), (degrees, degrees * 1_000), (np.ones(ROWS), np.ones(ROWS))):
        assert [*places_of(table(rng, "lat", "lon", lat=latitude, lon=longitude))] == []
    assert [*places_of(table(rng, "lat", "lon", decimals=0))] == []
    assert [*places_of(table(rng, "geo_y", "geo_x", decimals=2))] == []
    assert [*places_of(table(rng, "lat", "lon", lat=np.full(ROWS, np.nan)))] == []


def test_a_place_is_missing_as_a_whole(rng: np.random.Generator) -> None:
    half = np.where(np.arange(ROWS) < 5, np.nan, 12.5 + np.arange(ROWS))
    assert [*places_of(table(rng, "lat", "lon", lat=half))] == []
    assert [*places_of(table(rng, "lat", "lon", lat=half, lon=half))] == [("lat", "lon", 1.0)]


def test_names_of_people_are_no_place(rng: np.random.Generator) -> None:
    assert [*places_of(table(rng, "lat", "lon", role=Role.DIRECT))] == []


def test_the_fact_says_so_and_no_other_is_told_of_the_two(rng: np.random.Generator) -> None:
    latitude = np.round(rng.uniform(30, 60, ROWS), 4)
    places = table(rng, "lat", "lon", lat=latitude, lon=latitude - 20)
    facts = facts_of(Dataset((places,)))
    assert [(fact.kind, fact.words) for fact in facts] == [("place", "lat and lon are one place")]
