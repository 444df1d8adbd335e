"""Coarser values: periods, ranges, beginnings and groups, by fixed rules, or by edges that were learnt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Kind, Table
from privsynth.generate.mask.steps.fitted import NO_SEEDS
from privsynth.generate.mask.steps.kinds import WORDS, as_words
from privsynth.generate.mask.steps.lesson import Lesson
from privsynth.groups.rare import BLANK, counted
from privsynth.groups.sharing import few_share, sharing
from privsynth.mask_steps import Bucket, Generalise
from privsynth.spelling import Spelling
from privsynth.spelling.times import DAY_US
from privsynth.typing import Array

RANGES = 10  # where the policy does not say how many
FITS = (
    "generalise fits with: to (dates), width (numbers), prefix (codes: text or integers), "
    "hierarchy (levels: text, booleans, integers)."
)


@dataclass(frozen=True, eq=False)
class CalendarPeriods:
    """The year, quarter, month or decade of a date."""

    column: Column
    to: str
    notes: tuple[str, ...] = ()

    def apply(self, table: Table, seeds: Array) -> Array:  # noqa: ARG002  nothing is drawn
        months = table.values(self.column.name).astype("datetime64[M]").astype("datetime64[us]")
        return _by_distinct(months, self._label)

    def _label(self, first_day: Any) -> str:
        year, number = divmod(int(first_day.astype("datetime64[M]").astype(np.int64)), 12)
        year += 1970
        match self.to:
            case "year":
                return f"{year:04d}"
            case "decade":
                return f"{year // 10 * 10:04d}s"
            case "quarter":
                return f"{year:04d}-Q{number // 3 + 1}"
            case _:
                return f"{year:04d}-{number + 1:02d}"


@dataclass(frozen=True, eq=False)
class Widths:
    """Ranges of one width, which begin at multiples of it."""

    column: Column
    width: float
    spelling: Spelling  # of the column as it came
    notes: tuple[str, ...] = ()

    def apply(self, table: Table, seeds: Array) -> Array:  # noqa: ARG002
        shares = table.values(self.column.name) / self.width
        near = np.rint(shares)
        is_near = np.isclose(shares, near, rtol=1e-15, atol=1e-9)  # 0.3 / 0.1 is 2.9999999999999996
        steps = np.where(is_near, near, np.floor(shares))
        return _by_distinct(np.where(np.isfinite(steps), steps, np.nan), self._label)

    def _label(self, step: float) -> str:
        width, first = Decimal(str(self.width)), Decimal(int(step))
        return _range(self._spell(first * width), self._spell((first + 1) * width))

    def _within_day(self, count: float) -> float:
        """The end of the day is its beginning."""
        return count % (DAY_US // self.spelling.step_us) if self.spelling.clock else count

    def _spell(self, edge: Decimal) -> str:
        if self.spelling.is_time:
            return str(self.spelling.write(np.array([self._within_day(float(edge))]))[0])
        return _plain(edge)


@dataclass(frozen=True, eq=False)
class Beginnings:
    """The first characters of a code; each of the others is a star."""

    column: Column
    first: int
    notes: tuple[str, ...] = ()

    def apply(self, table: Table, seeds: Array) -> Array:  # noqa: ARG002
        codes = table.text(self.column.name)
        return _by_distinct(codes, lambda code: code[: self.first] + BLANK * (len(code) - self.first))


@dataclass(frozen=True, eq=False)
class Groups:
    """The group of a level; levels that no group names share one word."""

    column: Column
    groups: Mapping[str, str] = field(repr=False)
    other: str
    notes: tuple[str, ...] = ()

    def apply(self, table: Table, seeds: Array) -> Array:  # noqa: ARG002
        return _by_distinct(table.text(self.column.name), lambda level: self.groups.get(level, self.other))


@dataclass(frozen=True, eq=False)
class EdgedRanges:
    """Ranges between edges, each with its lower edge; the outer ones are open."""

    column: Column
    edges: tuple[float, ...] = field(repr=False)
    notes: tuple[str, ...] = ()

    def apply(self, table: Table, seeds: Array) -> Array:  # noqa: ARG002
        values = table.values(self.column.name)
        ranges = np.searchsorted(np.array(self.edges), values, side="right").astype(np.float64)
        return _by_distinct(np.where(np.isfinite(values), ranges, np.nan), self._label)

    def _label(self, number: float) -> str:
        edges, at = [_plain(Decimal(str(edge))) for edge in self.edges], int(number)
        if not edges:
            return BLANK
        if at == 0:
            return f"under {edges[0]}"
        return _range(edges[at - 1], "or more" if at == len(edges) else edges[at])


def _plain(number: Decimal) -> str:
    """Without an exponent, and without zeros that say nothing."""
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def _range(low: str, high: str) -> str:
    """A range that begins with a minus would look like a formula."""
    text = f"{low} {high}" if high == "or more" else f"{low} to <{high}"
    return f"({text})" if text.startswith("-") else text


Coarse = CalendarPeriods | Widths | Beginnings | Groups | EdgedRanges
OneOf = TypeVar("OneOf", bound=Coarse)


def learn_generalise(step: Generalise, lesson: Lesson) -> Coarse:
    """The rule is the policy's; the rows only say whether it is coarse enough."""
    column = as_words(lesson.column)
    if step.to is not None:
        _must_be(lesson, (Kind.DATE,), f"to: {step.to}")
        return _with_note(CalendarPeriods(column, step.to), lesson)
    if step.width is not None:
        _must_be(lesson, (Kind.NUMBER, Kind.INTEGER, Kind.TIME, Kind.DURATION), "width")
        return _with_note(Widths(column, step.width, lesson.column.spelling), lesson)
    if step.prefix is not None:
        _must_be(lesson, (*WORDS, Kind.INTEGER), "prefix")
        return _with_note(Beginnings(column, step.prefix), lesson, *_whole(lesson, step.prefix))
    _must_be(lesson, (*WORDS, Kind.BOOLEAN, Kind.INTEGER), "hierarchy")
    return _learn_groups(step, lesson)


def _must_be(lesson: Lesson, kinds: tuple[Kind, ...], parameter: str) -> None:
    if lesson.column.kind not in kinds:
        raise lesson.misfit(f"generalise with {parameter}", FITS)


def _with_note(fitted: OneOf, lesson: Lesson, *notes: str) -> OneOf:
    """How many of the coarse words are still shared by too few."""
    words, rows = few_share(fitted.apply(lesson.table, NO_SEEDS), lesson.people, lesson.k)
    coarser = counted(words, "of the coarser values")
    few = f"{coarser} are shared by fewer than {lesson.k} people ({counted(rows)})"
    with_notes: OneOf = replace(fitted, notes=lesson.notes(*notes, *((few,) if rows else ())))
    return with_notes


def _whole(lesson: Lesson, prefix: int) -> tuple[str, ...]:
    """Codes so short that they stay whole."""
    short = sum(code is not None and len(code) <= prefix for code in lesson.text)
    return (f"{counted(short)} hold a code of at most {prefix} characters, which stays whole",) if short else ()


def _learn_groups(step: Generalise, lesson: Lesson) -> Groups:
    pairs = [(level, group) for group, levels in (step.hierarchy or {}).items() for level in levels]
    groups = dict(pairs)
    if len(groups) < len(pairs) and len(set(pairs)) > len(groups):
        problem = "generalise: the hierarchy puts a value into two groups."
        raise lesson.error(problem, hint="name each value once.")
    lesson.refuse_as_mark(step.other)
    rows = sum(level is not None and level not in groups for level in lesson.text)
    note = f"the hierarchy does not name the values of {counted(rows)}; they share one word"
    return _with_note(Groups(as_words(lesson.column), groups, step.other), lesson, *((note,) if rows else ()))


def learn_bucket(step: Bucket, lesson: Lesson) -> EdgedRanges:
    """Declared edges, or edges near the quantiles that are nobody's number."""
    if not lesson.column.kind.is_numeric:
        fits = "bucket fits numbers; for dates take generalise with to, for levels a hierarchy."
        raise lesson.misfit("bucket", fits)
    column = as_words(lesson.column)
    if step.edges is not None:
        return _with_note(EdgedRanges(column, tuple(step.edges)), lesson)
    count = step.count or RANGES
    edges = _learnt_edges(lesson, count)
    fewer = f"{len(edges) + 1} ranges, {count} were asked: edges are round, and equal numbers stay together"
    return _with_note(EdgedRanges(column, edges), lesson, *((fewer,) if len(edges) + 1 < count else ()))


def _learnt_edges(lesson: Lesson, count: int) -> tuple[float, ...]:
    present = np.isfinite(lesson.values)
    numbers = lesson.values[present]
    if not len(numbers) or numbers.min() == numbers.max():
        return ()
    codes, held = sharing(numbers, lesson.people[present])
    few = frozenset(numbers[held[codes] < lesson.k_rare].tolist())
    moved = {edge if edge not in few else _beside(edge, few) for edge in _round_edges(numbers, count)}
    inside = (edge for edge in moved if numbers.min() < edge <= numbers.max())  # others would make an empty range
    return tuple(sorted(inside))


def _round_edges(numbers: Array, count: int) -> list[float]:
    """Quantiles, each rounded to two figures of its own distance from the middle."""
    steps = np.quantile(numbers, np.linspace(0, 1, count + 1)[1:-1])
    spread = np.maximum(np.abs(steps - np.median(numbers)), np.ptp(numbers) * 1e-4)
    unit = 10.0 ** (np.floor(np.log10(spread)) - 1)
    rounded: list[float] = np.round(np.round(steps / unit) * unit, 10).tolist()
    return rounded


def _beside(edge: float, few: frozenset[float]) -> float:
    """A number near an edge that is nobody's: with ever more figures."""
    unit = 10.0 ** np.floor(np.log10(abs(edge) or 1.0))
    tries = (
        float(round(edge + step * unit / 10.0**places, 10))
        for places in range(2, 8)
        for step in (1, -1, 2, -2, 3, -3, 4, -4)
    )
    return next((near for near in tries if near not in few), edge)


def _by_distinct(values: Array, spell: Callable[[Any], str]) -> Array:
    """Each distinct value is spelt once; what is missing stays missing."""
    codes, distinct = pd.factorize(values)
    return np.array([*(spell(value) for value in distinct), None], dtype=object)[codes]
