"""Rows that come from a process: how many there are, whose they are, and what each of them is given."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from privsynth.dataset import Kind
from privsynth.errors import BackendError
from privsynth.generate.rules.making.rows import Rows
from privsynth.generate.rules.time.runs import numbered
from privsynth.generate.rules.values.days import day_limit
from privsynth.generate.rules.values.provider import Provider
from privsynth.typing import Array

if TYPE_CHECKING:
    from privsynth.generate.rules.values.providers import Scope

Streams = Callable[[str], np.random.Generator]

NUMBER = "number"  # of a row within its parent: a part of each process
MOST_ROWS = 20_000_000  # of one process
MONDAY = 4 * 86_400  # the first one after the beginning of 1970, in seconds
SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400}


@dataclass(frozen=True, eq=False)
class GivenRows:
    """The rows of a process, those of one parent together and in order: whose they are, and their parts.

    What each row is given besides is its number within its parent.
    """

    owner: Array = field(repr=False)
    parts: Mapping[str, Array] = field(repr=False)

    def named(self) -> dict[str, Array]:
        """The parts as the values of rows."""
        return {f"row.{part}": values for part, values in {**self.parts, NUMBER: numbered(self.owner)}.items()}


@dataclass(frozen=True, eq=False)
class Process:
    """What the rows of a table come from: `make` gives those of all parents at once."""

    parts: Mapping[str, Provider] = field(repr=False)  # by the name that follows `row:`
    make: Callable[[Rows, Streams], GivenRows] = field(repr=False)

    @classmethod
    def of(cls, kinds: Mapping[str, Kind], make: Callable[[Rows, Streams], GivenRows], *, has_time: bool) -> Process:
        """A process by what its parts are; each becomes the way to make a column."""
        every = {**kinds, NUMBER: Kind.INTEGER}
        parts = {part: _part(part, kind, has_time=has_time and kind is Kind.DATE) for part, kind in every.items()}
        return cls(parts, make)


def _part(part: str, kind: Kind, *, has_time: bool) -> Provider:
    return Provider(
        kind,
        lambda rows: rows.values[f"row.{part}"],
        decimals=2 if kind is Kind.NUMBER else 0,
        has_time=has_time,
        certain=True,
    )


@dataclass(frozen=True, eq=False)
class Window:
    """From when until when a process runs, in seconds since 1970; `end` is the first second that is outside."""

    begin: Callable[[Rows], Array] = field(repr=False)
    end: Callable[[Rows], Array] = field(repr=False)
    place: str  # where the process stands in the book

    def of(self, parents: Rows) -> tuple[Array, Array]:
        """Both for each parent; where one is missing, or they are the wrong way round, nothing lies between them."""
        begin, end = self.begin(parents), self.end(parents)
        none = np.isnat(begin) | np.isnat(end)
        first, last = (np.where(none, 0, limit.astype("datetime64[s]").astype(np.int64)) for limit in (begin, end))
        return first, np.maximum(first, last)

    def check_rows(self, rows: float) -> None:
        """Whether so many rows can be made at once."""
        if rows > MOST_ROWS:
            many = f"{rows:,.0f}" if rows < MOST_ROWS**2 else "far too many"
            raise BackendError(
                f"{self.place}: {many} rows are expected; at most {MOST_ROWS:,} are made at once.",
                hint="make them rarer, or bring 'since' and 'until' closer",
            )


def window_of(since: dt.datetime | str, until: dt.datetime | str | None, scope: Scope) -> Window:
    """A day that is written as such counts to its end; any other end is the last moment."""
    begin, place = day_limit(since, scope.at("since")), scope.book.place(scope.path)
    if until is None:
        return Window(begin, lambda rows: np.full(rows.count, np.datetime64("9000-01-01", "us")), place)
    last = day_limit(until, scope.at("until"))
    is_day = isinstance(until, dt.datetime) and until.time() == dt.time()
    if is_day and isinstance(since, dt.datetime) and isinstance(until, dt.datetime) and since > until:
        raise scope.at("until").error("this is before 'since'.")
    rest = np.timedelta64(86_400 if is_day else 1, "s")
    return Window(begin, lambda rows: last(rows).astype("datetime64[s]") + rest, place)


def moments(seconds: Array) -> Array:
    """Seconds since 1970 in the storage type of dates."""
    return np.asarray(seconds.astype("datetime64[s]").astype("datetime64[us]"))
