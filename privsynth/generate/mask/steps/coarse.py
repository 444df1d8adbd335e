"""Values told more coarsely: periods, ranges, beginnings and groups, by rules that do not look at the rows, or by edges that were learnt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Kind, Table
from privsynth.errors import PolicyError
from privsynth.generate.mask.steps.kinds import WORDS, as_words, at, misfit, not_the_gap
from privsynth.groups.rare import BLANK, counted
from privsynth.groups.sharing import few_share, sharing
from privsynth.mask_steps import Bucket, Generalise
from privsynth.typing import Array

RANGES = 10  # where nobody said how many
FITS = "generalise fits with: to (dates), width (numbers), prefix (codes: text or integers), hierarchy (levels: text, booleans, integers)."


@dataclass(frozen=True, eq=False)
class Periods:
    """The year, quarter, month or decade of a date."""

    column: Column
    to: str
    notes: tuple[str, ...] = ()

    def apply(self, table: Table, seeds: Array) -> Array:  # noqa: ARG002  nothing is drawn
        return _by_distinct(
            table.values(self.column.name).astype("datetime64[M]").astype("datetime64[us]"), self._label
        )

    def _label(self, month: Any) -> str:
        year, number = divmod(int(month.astype("datetime64[M]").astype(np.int64)), 12)
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
    notes: tuple[str, ...] = ()

    def apply(self, table: Table, seeds: Array) -> Array:  # noqa: ARG002
        shares = table.values(self.column.name) / self.width
        near = np.rint(shares)
        steps = np.where(
            np.isclose(shares, near, rtol=1e-15, atol=1e-9), near, np.floor(shares)
        )  # 0.3 / 0.1 is 2.9999999999999996
        return _by_distinct(np.where(np.isfinite(steps), steps, np.nan), self._label)

    def _label(self, step: float) -> str:
        width, first = Decimal(str(self.width)), Decimal(int(step))
        return _range(_plain(first * width), _plain((first + 1) * width))


@dataclass(frozen=True, eq=False)
class Beginnings:
    """The first characters of a code; each of the others is a star."""

    column: Column
    first: int
    notes: tuple[str, ...] = ()

    def apply(self, table: Table, seeds: Array) -> Array:  # noqa: ARG002
        return _by_distinct(
            table.text(self.column.name), lambda code: code[: self.first] + BLANK * (len(code) - self.first)
        )


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
class Ranges:
    """Ranges between edges, each with its lower edge; the outer ones are open."""

    column: Column
    edges: tuple[float, ...] = field(repr=False)
    notes: tuple[str, ...] = ()

    def apply(self, table: Table, seeds: Array) -> Array:  # noqa: ARG002
        values = table.values(self.column.name)
        parts = np.searchsorted(np.array(self.edges), values, side="right").astype(np.float64)
        return _by_distinct(np.where(np.isfinite(values), parts, np.nan), self._label)

    def _label(self, part: float) -> str:
        edges = [_plain(Decimal(str(edge))) for edge in self.edges]
        if not edges:
            return BLANK
        if int(part) == 0:
            return f"under {edges[0]}"
        return (
            _range(edges[-1], "or more") if int(part) == len(edges) else _range(edges[int(part) - 1], edges[int(part)])
        )


def _plain(number: Decimal) -> str:
    """Without an exponent, and without zeros that say nothing."""
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def _range(low: str, high: str) -> str:
    """A range that begins with a minus would look like a formula."""
    text = f"{low} {high}" if high == "or more" else f"{low} to <{high}"
    return f"({text})" if text.startswith("-") else text


Coarse = Periods | Widths | Beginnings | Groups | Ranges
OneOf = TypeVar("OneOf", bound=Coarse)


def learn_generalise(
    table: Table,
    name: str,
    step: Generalise,
    *,
    k: int,
    k_rare: int,  # noqa: ARG001
    people: Array,
    place: str = "",
) -> Coarse:
    """The rule is the policy's; the rows only say whether it is coarse enough."""
    column = as_words(table[name])
    if step.to is not None:
        _must_be(table, name, (Kind.DATE,), f"to: {step.to}", place)
        return _with_note(table, Periods(column, step.to), k, people)
    if step.width is not None:
        _must_be(table, name, (Kind.NUMBER, Kind.INTEGER), "width", place)
        return _with_note(table, Widths(column, step.width), k, people)
    if step.prefix is not None:
        _must_be(table, name, (*WORDS, Kind.INTEGER), "prefix", place)
        return _with_note(table, Beginnings(column, step.prefix), k, people, *_whole(table, name, step.prefix))
    _must_be(table, name, (*WORDS, Kind.BOOLEAN, Kind.INTEGER), "hierarchy", place)
    return _learn_groups(table, name, step, k, people, place)


def _must_be(table: Table, name: str, kinds: tuple[Kind, ...], asked: str, place: str) -> None:
    if table[name].kind not in kinds:
        raise misfit(table, name, f"generalise with {asked}", FITS, place)


def _with_note(table: Table, fitted: OneOf, k: int, people: Array, *notes: str) -> OneOf:
    """How many of the coarse words are still shared by too few."""
    name = fitted.column.name
    words, rows = few_share(fitted.apply(table, np.empty(0, dtype=np.uint64)), people, k)
    note: str = f"{at(table, name)}: {counted(words, 'of the coarser values')} are shared by fewer than {k} people ({counted(rows)})"
    return replace(fitted, notes=(*notes, *((note,) if rows else ())))


def _whole(table: Table, name: str, prefix: int) -> tuple[str, ...]:
    """Codes so short that all of them stays."""
    texts = table.text(name)
    short = sum(text is not None and len(text) <= prefix for text in texts)
    return (
        (f"{at(table, name)}: {counted(short)} hold a code of at most {prefix} characters, which stays whole",)
        if short
        else ()
    )


def _learn_groups(table: Table, name: str, step: Generalise, k: int, people: Array, place: str) -> Groups:
    named = [(level, group) for group, levels in (step.hierarchy or {}).items() for level in levels]
    groups = dict(named)
    if len(groups) < len(named) and len(set(named)) > len(groups):
        raise PolicyError(
            f"{place}{at(table, name)}: generalise: the hierarchy puts a value into two groups.",
            hint="name each value once.",
            column=name,
        )
    not_the_gap(table, name, step.other, place)
    rows = sum(text is not None and text not in groups for text in table.text(name))
    notes = (
        (f"{at(table, name)}: the hierarchy does not name the values of {counted(rows)}; they share one word",)
        if rows
        else ()
    )
    return _with_note(table, Groups(as_words(table[name]), groups, step.other), k, people, *notes)


def learn_bucket(
    table: Table, name: str, step: Bucket, *, k: int, k_rare: int, people: Array, place: str = ""
) -> Ranges:
    """Declared edges, or edges near the quantiles that are nobody's number."""
    column = table[name]
    if not column.kind.is_numeric:
        raise misfit(
            table,
            name,
            "bucket",
            "bucket fits numbers; for dates take generalise with to, for levels a hierarchy.",
            place,
        )
    if step.edges is not None:
        return _with_note(table, Ranges(as_words(column), tuple(step.edges)), k, people)
    count = step.count or RANGES
    edges = _learnt_edges(table.values(name), people, count, k_rare)
    note = f"{at(table, name)}: {len(edges) + 1} ranges, {count} were asked: edges are round, and equal numbers stay together"
    return _with_note(table, Ranges(as_words(column), edges), k, people, *((note,) if len(edges) + 1 < count else ()))


def _learnt_edges(values: Array, people: Array, count: int, k_rare: int) -> tuple[float, ...]:
    there = np.isfinite(values)
    known = values[there]
    if not len(known) or known.min() == known.max():
        return ()
    codes, held = sharing(known, people[there])
    few = frozenset(known[held[codes] < k_rare].tolist())
    moved = [edge if edge not in few else _beside(edge, few) for edge in _round_edges(known, count)]
    return tuple(
        sorted({edge for edge in moved if known.min() < edge <= known.max()})
    )  # an edge outside would make an empty range


def _round_edges(known: Array, count: int) -> list[float]:
    """Quantiles, each rounded to two figures of its own distance from the middle."""
    steps = np.quantile(known, np.linspace(0, 1, count + 1)[1:-1])
    spread = np.maximum(np.abs(steps - np.median(known)), np.ptp(known) * 1e-4)
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
    codes, known = pd.factorize(values)
    return np.array([*(spell(value) for value in known), None], dtype=object)[codes]
