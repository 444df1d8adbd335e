"""Points on the map: latitude and longitude of one point, spread evenly over a circle or a box."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from privsynth.dataset import Kind
from privsynth.generate.rules.making.rows import Rows
from privsynth.generate.rules.values.numbers import demand
from privsynth.generate.rules.values.provider import Provider, blank
from privsynth.generate.rules.vocabulary.rulebook import PointRule, TableRule
from privsynth.typing import Array

if TYPE_CHECKING:
    from privsynth.generate.rules.values.providers import Scope

EARTH = 6371.0088  # mean radius in kilometres
MOST_DEGREES = {"latitude": 90, "longitude": 180}
DECIMALS = 5  # about a metre

Area = Callable[[Rows], dict[str, Array]]
Beyond = Callable[[Mapping[str, Array], Rows, float], Array]  # which points lie outside by more than so many degrees


@dataclass(frozen=True, eq=False)
class PointColumns:
    """The columns of one point, each with its part."""

    parts: Mapping[str, str]
    place: str
    region: Area = field(repr=False)
    beyond: Beyond = field(repr=False)

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self.parts)

    @property
    def is_one(self) -> bool:
        return True

    def draw(
        self,
        rows: Rows,
        alone: Callable[[str], Array],  # noqa: ARG002 - no part is drawn for itself
        streams: Callable[[str], np.random.Generator],
    ) -> dict[str, Array]:
        point = self.region(Rows(rows.count, rows.values, streams(f"point {self.place}")))
        return {column: point[part] for column, part in self.parts.items()}


def points_of(table: TableRule) -> dict[str, dict[str, PointRule]]:
    """The columns of each point of a table, by its place."""
    points: dict[str, dict[str, PointRule]] = {}
    for name, rule in table.columns.items():
        if rule.point is not None:
            points.setdefault(rule.point.place, {})[name] = rule.point
    return points


def plan_points(table: TableRule, scope_of: Callable[[str], Scope]) -> dict[str, PointColumns]:
    """The group of each part of a point; one of its columns says where it lies."""
    groups: dict[str, PointColumns] = {}
    for place, columns in points_of(table).items():
        said = [name for name, rule in columns.items() if rule.has_region]
        if len(said) != 1:
            raise scope_of(said[1] if said else next(iter(columns))).error(
                f"one column of a point says where it lies, not {len(said)}.",
                "such as  within: {lat: 52.52, lon: 13.40, km: 20}; another point has another 'place'",
            )
        unique = next((name for name in columns if table.columns[name].unique), None)
        if unique is not None:
            raise scope_of(unique).error("points are not drawn without repetition.", "leave out 'unique'")
        rule, scope = columns[said[0]], scope_of(said[0])
        parts = {name: rule.part for name, rule in columns.items()}
        if len(set(parts.values())) < len(parts):
            raise scope.error("a point has one latitude and one longitude.", "name another with 'place'")
        groups |= dict.fromkeys(columns, PointColumns(parts, place, _region(rule, scope), _beyond(rule, scope)))
    return groups


def point_provider(rule: PointRule, scope: Scope) -> Provider:
    """One part of a point. What is said of its region is checked here; it is drawn with the other part."""
    if not rule.has_region:
        return Provider(Kind.NUMBER, lambda rows: blank(Kind.NUMBER, rows.count), decimals=DECIMALS)
    region = _region(rule, scope)
    if not any(rule.expressions()):
        scope.try_out(lambda rows: region(rows)[rule.part])
    return Provider(Kind.NUMBER, lambda rows: region(rows)[rule.part], decimals=DECIMALS)


def _region(rule: PointRule, scope: Scope) -> Area:
    words = _words(rule, scope)
    if rule.within is not None:
        return lambda rows: _in_circle((words["lat"](rows), words["lon"](rows)), words["km"](rows), rows)
    south, west, north, east = (words[word] for word in ("south", "west", "north", "east"))
    return lambda rows: _in_box((south(rows), north(rows)), (west(rows), east(rows)), rows)


def _beyond(rule: PointRule, scope: Scope) -> Beyond:
    """Which points cannot come; of one with a single part that part is asked, and what is unknown can be anything."""
    words, far = _words(rule, scope), _beyond_circle if rule.within is not None else _beyond_box

    def beyond(point: Mapping[str, Array], rows: Rows, degrees: float) -> Array:
        is_none = [np.abs(values) > MOST_DEGREES[part] for part, values in point.items()]
        return np.asarray(
            np.logical_or.reduce([*is_none, far(point, {word: words[word](rows) for word in words}, degrees)])
        )

    return beyond


def _words(rule: PointRule, scope: Scope) -> dict[str, Callable[[Rows], Any]]:
    """The numbers of a region, each as the book has it or worked out for each row."""
    word, region = ("within", rule.within) if rule.within is not None else ("box", rule.box)
    assert region is not None  # noqa: S101 - for the type checker: a region is one of the two
    inside = scope.at(word)
    return {name: inside.at(name).amount(getattr(region, name)) for name in type(region).model_fields}


def _beyond_circle(point: Mapping[str, Array], circle: Mapping[str, Array], degrees: float) -> Array:
    lat, lon = (np.radians(np.asarray(circle[word], dtype=float)) for word in ("lat", "lon"))
    reach = np.asarray(circle["km"], dtype=float) / EARTH
    here = {part: np.radians(values) for part, values in point.items()}
    if len(here) == 2:
        half = np.sin((here["latitude"] - lat) / 2) ** 2
        half += np.cos(here["latitude"]) * np.cos(lat) * np.sin((here["longitude"] - lon) / 2) ** 2
        return np.asarray(2 * np.arcsin(np.sqrt(np.clip(half, 0, 1))) > reach + 2 * np.radians(degrees))
    if "latitude" in here:
        return np.asarray(np.abs(here["latitude"] - lat) > reach + np.radians(degrees))
    widest = np.arcsin(np.clip(np.sin(np.minimum(reach, np.pi / 2)) / np.maximum(np.cos(lat), 1e-12), 0, 1))
    holds_pole = np.abs(lat) + reach >= np.pi / 2  # all longitudes meet there
    aside = np.abs(np.radians(_turned(np.degrees(here["longitude"] - lon))))
    return np.asarray((aside > widest + np.radians(degrees)) & ~holds_pole)


def _beyond_box(point: Mapping[str, Array], box: Mapping[str, Array], degrees: float) -> Array:
    south, west, north, east = (np.asarray(box[word], dtype=float) for word in ("south", "west", "north", "east"))
    lat, lon = point.get("latitude", south), point.get("longitude", west)
    across = (east - west) % 360 + 2 * degrees
    return np.asarray((lat < south - degrees) | (lat > north + degrees) | ((lon - west + degrees) % 360 > across))


def _in_circle(centre: tuple[Array, Array], km: Array, rows: Rows) -> dict[str, Array]:
    """Evenly over the area: on a sphere that grows with the cosine of the distance."""
    lat, lon = (np.radians(np.asarray(value, dtype=float)) for value in centre)
    _check(*centre)
    reach = np.asarray(km, dtype=float) / EARTH
    demand(~((reach <= 0) | (reach > np.pi)), "km is not above 0, or reaches around the earth")
    far = 2 * np.arcsin(np.sqrt(rows.rng.random(rows.count)) * np.sin(reach / 2))
    towards = 2 * np.pi * rows.rng.random(rows.count)
    sine = np.clip(np.sin(lat) * np.cos(far) + np.cos(lat) * np.sin(far) * np.cos(towards), -1, 1)
    aside = np.arctan2(np.sin(towards) * np.sin(far) * np.cos(lat), np.cos(far) - np.sin(lat) * sine)
    return {"latitude": np.degrees(np.arcsin(sine)), "longitude": _turned(np.degrees(lon + aside))}


def _in_box(height: tuple[Array, Array], width: tuple[Array, Array], rows: Rows) -> dict[str, Array]:
    """Evenly over the area: on a sphere that grows with the sine of the latitude. A box may cross the date line."""
    (south, north), (west, east) = height, width
    _check(south, west)
    _check(north, east)
    demand(~np.asarray(np.asarray(south, dtype=float) > north), "south is above north")
    low, high = (np.sin(np.radians(np.asarray(value, dtype=float))) for value in height)
    sine = low + (high - low) * rows.rng.random(rows.count)
    across = (np.asarray(east, dtype=float) - west) % 360
    degrees = west + across * rows.rng.random(rows.count)
    return {"latitude": np.degrees(np.arcsin(np.clip(sine, -1, 1))), "longitude": _turned(degrees)}


def _check(lat: Array, lon: Array) -> None:
    demand(~np.asarray(np.abs(np.asarray(lat, dtype=float)) > 90), "a latitude lies between -90 and 90")
    demand(~np.asarray(np.abs(np.asarray(lon, dtype=float)) > 180), "a longitude lies between -180 and 180")


def _turned(degrees: Array) -> Array:
    return np.asarray((degrees + 180) % 360 - 180)
