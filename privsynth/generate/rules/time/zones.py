"""Time zones: what clocks show at a moment, and at which moment a clock shows a time."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd

from privsynth.dataset import Kind
from privsynth.errors import BackendError
from privsynth.generate.rules.making.rows import Rows
from privsynth.generate.rules.values.days import day_limit
from privsynth.generate.rules.values.numbers import demand
from privsynth.generate.rules.values.provider import Provider
from privsynth.generate.rules.vocabulary.time import Local, Universal
from privsynth.typing import Array

if TYPE_CHECKING:
    from privsynth.generate.rules.values.providers import Scope

FIRST, LAST = np.datetime64("0002-01-01"), np.datetime64("9999-01-01")
_HINT = "such as Europe/Berlin, America/New_York or UTC"

Clock = Callable[[Array, ZoneInfo], Array]


def local_provider(rule: Local, scope: Scope) -> Provider:
    moment, zones = day_limit(rule.time, scope.at("time")), _zones(rule, scope)

    def draw(rows: Rows) -> Array:
        moments = moment(rows)
        shown = _by_zone(moments, zones(rows), shown_in)
        return _with_offset(shown, moments) if rule.offset else shown

    return Provider(Kind.TEXT if rule.offset else Kind.DATE, draw, has_time=not rule.offset, certain=True)


def universal_provider(rule: Universal, scope: Scope) -> Provider:
    shown, zones = day_limit(rule.time, scope.at("time")), _zones(rule, scope)
    return Provider(Kind.DATE, lambda rows: _by_zone(shown(rows), zones(rows), moment_of), has_time=True, certain=True)


def shown_in(moments: Array, zone: ZoneInfo) -> Array:
    """What the clock shows."""
    return _plain(pd.DatetimeIndex(moments, tz="UTC").tz_convert(zone).tz_localize(None))


def moment_of(shown: Array, zone: ZoneInfo) -> Array:
    """Universal time; of an hour that is there twice the first, of one that is left out the moment of the change."""
    first = np.ones(len(shown), dtype=bool)
    local = pd.DatetimeIndex(shown).tz_localize(zone, ambiguous=first, nonexistent="shift_forward")
    return _plain(local.tz_convert("UTC").tz_localize(None))


def _plain(index: pd.DatetimeIndex) -> Array:
    return np.asarray(index.to_numpy().astype("datetime64[us]"))


def _zones(rule: Local | Universal, scope: Scope) -> Callable[[Rows], Array]:
    """The name of the zone of each row."""
    if rule.zone is not None:
        try:
            zone_named(rule.zone)
        except BackendError as problem:
            raise scope.at("zone").error(problem.message, problem.hint) from None
        return lambda rows: np.full(rows.count, rule.zone, dtype=object)
    names = scope.at("zone_of").expression(str(rule.zone_of))
    if names.kind is not Kind.TEXT:
        raise scope.at("zone_of").error("the names of time zones are expected here.", _HINT)
    return lambda rows: names.evaluate(rows.frame(names.columns))


@cache
def zone_named(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder of the database, such as Europe
        raise BackendError("there is no such time zone.", hint=_HINT) from None


def _by_zone(times: Array, names: Array, clock: Clock) -> Array:
    """The times by the clock of each row's zone; where the zone is missing, so is the time."""
    out = Kind.DATE.missing(len(times))
    codes, levels = pd.factorize(names)
    for code, name in enumerate(levels):
        here = np.flatnonzero((codes == code) & ~np.isnat(times))
        demand((times[here] > FIRST) & (times[here] < LAST), "clocks are known from the year 2 to the year 9998 alone")
        out[here] = clock(times[here], zone_named(name))
    return out


def _with_offset(shown: Array, moments: Array) -> Array:
    """As ISO 8601 writes it: 2026-03-29T03:15:00+02:00."""
    texts = np.full(len(shown), None, dtype=object)
    known = np.flatnonzero(~np.isnat(shown))
    minutes = (shown[known] - moments[known]).astype("timedelta64[m]").astype(np.int64)
    codes, levels = pd.factorize(minutes)
    ends = np.array([f"{'-' if level < 0 else '+'}{abs(level) // 60:02d}:{abs(level) % 60:02d}" for level in levels])
    if len(known):
        texts[known] = np.char.add(np.datetime_as_string(shown[known], unit="s"), ends[codes]).astype(object)
    return texts
