"""Which two columns of a table are the latitude and the longitude of one place."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from privsynth.dataset import Column, Kind, Role, Table
from privsynth.typing import Array

LATITUDES = {"lat", "latitude", "latitud", "latitudine", "breite", "breitengrad"}
LONGITUDES = {
    "lon",
    "lng",
    "long",
    "longitude",
    "longitud",
    "longitudine",
    "laenge",
    "laengengrad",
    "länge",
    "längengrad",
}
COORDINATES = {
    "coord",
    "coords",
    "coordinate",
    "coordinates",
    "geo",
    "gps",
    "wgs84",
    "pos",
    "position",
    "loc",
    "location",
}
TOGETHER = 0.995  # share of the rows that hold both or neither
OPEN = (Role.PLAIN, Role.QUASI, Role.SENSITIVE)
FINE = 3  # decimals without which y and x are no degrees, even beside a word for coordinates
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-zà-ž]+|\d+")


def places_of(table: Table) -> Iterator[tuple[str, str, float]]:
    """Latitude, longitude, and the share of rows that hold both or neither. A column belongs to one place at most."""
    numbers = [column for column in table.columns if column.kind is Kind.NUMBER and column.role in OPEN]
    taken: set[str] = set()
    for column in numbers:
        for other in numbers:
            if {column.name, other.name} & taken or not _are_named_alike(column, other):
                continue
            share = _together(table.values(column.name), table.values(other.name))
            if share >= TOGETHER:
                taken |= {column.name, other.name}
                yield column.name, other.name, share


def _are_named_alike(one: Column, other: Column) -> bool:
    """Names that differ in the words for latitude and longitude alone, of columns that are written with decimals."""
    if min(one.spelling.decimals, other.spelling.decimals) < 1:
        return False
    first, second = (_WORDS.findall(column.name) for column in (one, other))
    first, second = ([word.casefold() for word in words] for words in (first, second))
    differing = [(a, b) for a, b in zip(first, second, strict=False) if a != b]
    if len(first) != len(second) or len(differing) != 1:
        return False
    (north, east), rest = differing[0], COORDINATES & set(first)
    if north in LATITUDES and east in LONGITUDES:
        return True
    fine = min(one.spelling.decimals, other.spelling.decimals) >= FINE
    return bool(fine and rest and (north, east) == ("y", "x"))


def _together(latitude: Array, longitude: Array) -> float:
    """0 where a value is no degree, or all are the same."""
    north, east = np.asarray(latitude, dtype=np.float64), np.asarray(longitude, dtype=np.float64)
    known = ~(np.isnan(north) | np.isnan(east))
    if not known.any() or (np.abs(north[known]) > 90).any() or (np.abs(east[known]) > 180).any():
        return 0.0
    if np.ptp(north[known]) == 0 and np.ptp(east[known]) == 0:
        return 0.0
    return float((np.isnan(north) == np.isnan(east)).mean())
