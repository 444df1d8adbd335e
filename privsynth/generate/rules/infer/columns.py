"""The columns of one table: what makes each, which others it follows, and how well that fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Kind, Role, Table
from privsynth.errors import PolicyError
from privsynth.expressions import names_in
from privsynth.generate.rules.infer import names
from privsynth.generate.rules.infer.branches import ENOUGH, branched
from privsynth.generate.rules.infer.coding import LISTED, ColumnStates, gap_states, states_of
from privsynth.generate.rules.infer.dates import dates_of, gaps_of
from privsynth.generate.rules.infer.follows import Follower, followings, told_by
from privsynth.generate.rules.infer.holders import Holders, proportions, share
from privsynth.generate.rules.infer.laws import MOST, FittedLaw, Way, law_of, number
from privsynth.generate.rules.planning.schema import tells_days
from privsynth.people.evidence import gender_column
from privsynth.statistics import Fact
from privsynth.typing import Array

SURELY = 0.99  # share of the rows in which a column is decided by others, from which it follows these alone
HALF = 0.5  # of the rows whose words enough people share: below that a column is one of texts
LITTLE = 0.002  # share of the rows below which what is left over is left out


@dataclass(frozen=True)
class Made:
    """One column as the book says it, and why."""

    words: Way
    why: str


@dataclass(frozen=True, eq=False)
class TableLesson:
    """One table to learn from: its rows, whose they are, what holds between its columns, and its parent's columns."""

    table: Table
    crowd: Holders
    facts: Sequence[Fact]
    _: KW_ONLY
    keys: Mapping[str, Way] = field(default_factory=dict)  # references, as the book says them
    above: Mapping[str, ColumnStates] = field(default_factory=dict)
    most: int = 2  # columns that a column follows

    def values(self, name: str) -> Array:
        return self.table.values(name)


def columns_of(lesson: TableLesson) -> tuple[dict[str, Made], dict[str, ColumnStates]]:
    """All columns, in the order of the table; and those that others may follow."""
    return _Columns(lesson).make()


def sql_name(name: str, of: str = "") -> str:
    """The column, perhaps one of another row, as an expression names it: plain if nothing else is read in it."""
    known = f"{of}.{name}" if of else name
    try:
        if name.isidentifier() and names_in(f"{known} < 1") == (known,):
            return known
    except PolicyError:  # a word of SQL
        pass
    quoted = '"' + name.replace('"', '""') + '"'
    return f"{of}.{quoted}" if of else quoted


class _Columns:
    def __init__(self, lesson: TableLesson) -> None:
        self.lesson, self.table, self.crowd = lesson, lesson.table, lesson.crowd
        self.derived = _derived(lesson)
        self.gaps = {
            high: low
            for low, high in (fact.columns for fact in lesson.facts if fact.kind == "order")
            if self.table[high].kind is Kind.DATE and not {low, high} & self.derived.keys()
        }

    def make(self) -> tuple[dict[str, Made], dict[str, ColumnStates]]:
        made = {column.name: self._by_itself(column) for column in self.table.columns}
        drawn = {name: each for name in made if made[name] is None and (each := self._states(name)) is not None}
        needs = {high: [low] for high, low in self.gaps.items() if low in drawn}
        self.forced = self._forced(drawn)
        order = followings(drawn, self.lesson.above, needs, self.forced, self.crowd.k)
        follow = {each.name: each for each in order}
        states = {**drawn, **self.lesson.above}
        told = {
            name: each or self._drawn(self.table[name], follow.get(name, Follower(name)), states)
            for name, each in made.items()
        }
        return {name: self._described(self.table[name], each) for name, each in told.items()}, drawn

    def _by_itself(self, column: Column) -> Made | None:
        """A column that follows no other by chance: a key, a part of a person, a text, or what is worked out."""
        name, values = column.name, self.lesson.values(column.name)
        if name in self.lesson.keys:
            way = self.lesson.keys[name]
            return Made(
                way, "the parent's key" if isinstance(way["reference"], str) else "the key of any row of another"
            )
        if name in self.derived:
            return self.derived[name]
        if self._is_key(column, values):
            return Made(*names.key_of(values, column, self.crowd))
        if not column.role.is_fabricated:
            return None if self._is_shared(column, values) else self._shaped(column, values)
        part = names.person_of(column)
        if part is not None and column.role is not Role.FREE_TEXT:
            return Made(self._with_missing(self._of_gender(part), values), "part of an invented person")
        if column.kind is Kind.DATE:
            return None
        return self._shaped(column, values)

    def _is_key(self, column: Column, values: Array) -> bool:
        """Whether no two rows share a value, and none stands for a person as a name or a number of theirs does."""
        names_rows = column.role in (Role.IDENTIFIER, Role.DIRECT) and names.person_of(column) is None
        return names_rows and column.kind is not Kind.DATE and not pd.isna(values).any() and _are_unique(values)

    def _is_shared(self, column: Column, values: Array) -> bool:
        if column.kind.is_numeric or column.kind is Kind.DATE:
            return True
        codes, known = pd.factorize(values)
        sizes = self.crowd.sizes(np.where(codes < 0, len(known), codes), len(known) + 1)[:-1]
        held = np.isin(codes, np.flatnonzero(sizes >= self.crowd.k))
        return column.kind in (Kind.BOOLEAN, Kind.ORDINAL) or held.sum() >= HALF * (codes >= 0).sum()

    def _shaped(self, column: Column, values: Array) -> Made:
        way, why = names.shaped(values, column, self.crowd)
        return Made(self._with_missing(way, values), why)

    def _of_gender(self, way: Way) -> Way:
        gender = gender_column(self.table)
        first = way["person"] in ("first_name", "name")
        return {"person": {"part": way["person"], "gender": gender}} if gender and first else way

    def _with_missing(self, way: Way, values: Array) -> Way:
        is_missing = pd.isna(values)
        return {**way, "missing": share(float(is_missing.mean()))} if self._tells(is_missing) else way

    def _tells(self, is_missing: Array) -> bool:
        return bool(is_missing.any()) and self.crowd.shows(is_missing)

    def _states(self, name: str) -> ColumnStates | None:
        if name in self.gaps:
            days = _days_between(self.lesson.values(self.gaps[name]), self.lesson.values(name))
            low, high = sql_name(self.gaps[name]), sql_name(name)
            return gap_states(name, days, self.crowd, f"date_diff('day', {low}, {high})")
        return states_of(name, self.table[name], self.lesson.values(name), self.crowd, sql_name(name))

    def _forced(self, drawn: Mapping[str, ColumnStates]) -> dict[str, tuple[str, ...]]:
        """What is decided by one other column, or by two, follows these; without circles."""
        forced: dict[str, tuple[str, ...]] = {}
        kinds = ("one_to_one", "dependency", "near_dependency", "joint")
        for fact in sorted((f for f in self.lesson.facts if f.kind in kinds), key=lambda f: kinds.index(f.kind)):
            *by, name = fact.columns
            known = name in drawn and all(each in drawn and drawn[each].levels for each in by)
            is_free = name not in forced and name not in self.gaps and not _leads_to(forced, by, name)
            if known and is_free and fact.share >= SURELY:
                forced[name] = tuple(by)
        return forced

    def _drawn(self, column: Column, follow: Follower, states: Mapping[str, ColumnStates]) -> Made:
        values = self.lesson.values(column.name)
        is_missing = pd.isna(values)
        parents = [states[name] for name in sorted(self._kept(follow), key=lambda name: not states[name].levels)]
        draft = _Draft(column, values, self.crowd, self.gaps.get(column.name))
        if column.name in self.gaps:
            draft.comes_after(self.lesson.values(self.gaps[column.name]))
        inside = bool(parents) and self._tells(is_missing) and _varies(is_missing, parents, self.crowd.k)
        rows = np.arange(len(values)) if inside else np.flatnonzero(~is_missing)
        way = branched(parents, rows, partial(draft.leaf, with_missing=inside), self.crowd, draft.enough)
        if way is None:
            return Made({"constant": None}, f"no value: fewer than {self.crowd.k} people share any")
        follow = follow if {"by", "when"} & way.keys() else Follower(column.name)
        way, over = draft.with_rest(way, is_forced=column.name in self.forced)
        if not inside:
            way = self._with_missing(way, values)
        return Made(way, "; ".join(filter(None, (_followed(follow), draft.words, over))))

    def _kept(self, follow: Follower) -> tuple[str, ...]:
        """What decides a column is followed in any case."""
        return follow.parents if follow.name in self.forced else follow.parents[: self.lesson.most]

    def _described(self, column: Column, made: Made) -> Made:
        """With the words that say what the column is."""
        words = dict(made.words)
        own = ("sequence", "uuid", "reference", "person")
        if "person" in words and column.kind is Kind.CATEGORY:
            words["kind"] = column.kind.value
        if not any(word in words for word in own):
            words["kind"] = column.kind.value
            if column.kind is Kind.NUMBER:
                words["decimals"] = min(12, column.spelling.decimals)
            if column.format and (column.kind is not Kind.DATE or tells_days(column.format)):
                words["format"] = column.format
        if column.role is not Role.PLAIN and "reference" not in words:
            words["role"] = column.role.value
        if column.entity and "person" not in words and "uuid" not in words:
            words["entity"] = column.entity
        return Made(words, made.why)


class _Draft:
    """The ways of one column, branch by branch, and what fits no branch."""

    def __init__(self, column: Column, values: Array, crowd: Holders, low: str | None) -> None:
        self.column, self.values, self.crowd, self.low = column, values, crowd, low
        self.low_values = values
        self.is_missing = pd.isna(values)
        self.fits: list[FittedLaw] = []
        self.covered = np.zeros(len(values), dtype=bool)
        self.codes, self.known = pd.factorize(values)
        self.is_listed = self._is_listed()
        if column.kind is Kind.DATE:
            self._span(np.where(self.is_missing, np.nan, values.astype("datetime64[D]").astype(float)))

    def comes_after(self, low_values: Array) -> None:
        """It is told by the days since the other date."""
        self.low_values = low_values
        self._span(_days_between(low_values, self.values))

    def _span(self, days: Array) -> None:
        """No branch reaches beyond what may be told of all rows."""
        known = np.flatnonzero(~np.isnan(days))
        if len(known):
            self.crowd = replace(self.crowd, span=self.crowd.take(known).span_of(days[known]))

    def leaf(self, rows: Array, *, with_missing: bool, stands_in: bool = False) -> Way | None:
        """The way for these rows; where they are missing more or less often than others, that too."""
        there = rows[~self.is_missing[rows]]
        way = self._known(there, stands_in=stands_in) if len(there) else None
        if not with_missing or not self.crowd.take(rows).shows(self.is_missing[rows]):
            return way
        if way is None:
            return {"constant": None} if len(there) == 0 else None
        missing, known = proportions(np.array([len(rows) - len(there), len(there)]))
        return {"mixture": [{"weight": missing, "constant": None}, {"weight": known, **way}]}

    def _is_listed(self) -> bool:
        """Whether values are drawn as they are: words, and numbers of which there are few."""
        if self.column.kind is Kind.DATE or not self.column.kind.is_numeric:
            return self.column.kind is not Kind.DATE
        sizes = self.crowd.sizes(np.where(self.codes < 0, len(self.known), self.codes), len(self.known) + 1)[:-1]
        held = np.isin(self.codes, np.flatnonzero(sizes >= self.crowd.k))
        return len(self.known) <= LISTED and held.sum() >= MOST * (self.codes >= 0).sum() > 0

    def _known(self, rows: Array, *, stands_in: bool) -> Way | None:
        crowd = self.crowd.take(rows)
        if self.is_listed:
            held = crowd.sizes(self.codes[rows], len(self.known)) >= crowd.k
            self.covered[rows] |= held[self.codes[rows]] & (not stands_in)
            return self._choice(np.bincount(self.codes[rows], minlength=len(self.known)) * held)
        fit = self._fit(rows, crowd)
        self.fits += [] if fit is None or stands_in else [fit]
        return None if fit is None else fit.way

    def _fit(self, rows: Array, crowd: Holders) -> FittedLaw | None:
        if self.low is not None:
            days = _days_between(self.low_values[rows], self.values[rows])
            known = ~np.isnan(days)
            low = sql_name(self.low)
            return gaps_of(days[known], crowd.take(known), low, has_time=self.has_time) if known.any() else None
        if self.column.kind is Kind.DATE:
            return dates_of(self.values[rows], crowd, has_time=self.has_time)
        return law_of(self.values[rows], crowd, self.decimals)

    @property
    def enough(self) -> int:
        return 1 if self.is_listed else ENOUGH

    @property
    def decimals(self) -> int:
        return min(12, self.column.spelling.decimals) if self.column.kind is Kind.NUMBER else 0

    @property
    def has_time(self) -> bool:
        return self.column.spelling.unit in ("h", "m", "s", "us")

    def _choice(self, counts: Array) -> Way | None:
        chosen = [int(at) for at in np.argsort(-counts, kind="stable") if counts[at]]
        if not chosen:
            return None
        levels = [self._written(self.known[at]) for at in chosen]
        if len(levels) == 1:
            return {"constant": levels[0]}
        return {"choice": dict(zip(levels, proportions(counts[chosen]), strict=True))}

    def _written(self, level: Any) -> int | float | str:
        return number(level, self.decimals) if self.column.kind.is_numeric else str(level)

    def with_rest(self, way: Way, *, is_forced: bool) -> tuple[Way, str]:
        """With the levels that too few share in their branches, drawn for any row; and what is left out at all."""
        if not self.is_listed:
            return way, ""
        rest = np.flatnonzero(~self.covered & ~self.is_missing)
        codes = self.codes[rest]
        sizes = self.crowd.take(rest).sizes(codes, len(self.known)) if len(rest) else np.zeros(len(self.known))
        held = sizes >= self.crowd.k
        shared = held & (not is_forced)  # what is decided is never drawn for any row
        counts = np.bincount(codes, minlength=len(self.known)) * shared
        part = counts.sum() / max(1, (~self.is_missing).sum())
        lost = (len(rest) - counts.sum()) / max(1, (~self.is_missing).sum())
        left = f"{lost:.2%} of the rows are left out: fewer than {self.crowd.k} people share them" if lost else ""
        other = self._choice(counts) if part >= LITTLE and ("by" in way or "when" in way) else None
        if other is None:
            return way, left
        heavy, light = proportions(np.array([1 - part, part]))
        said = f"{part:.1%} of the rows: what too few share in their branch, drawn for any"
        return {"mixture": [{"weight": heavy, **way}, {"weight": light, **other}]}, "; ".join(
            filter(None, (said, left))
        )

    @property
    def words(self) -> str:
        if not self.fits:
            return ""
        if len(self.fits) == 1:
            return f"{self.fits[0].name}, {self.fits[0].off:.1%} of the rows off"
        off = sum(fit.off * fit.rows for fit in self.fits) / sum(fit.rows for fit in self.fits)
        return f"{len(self.fits)} laws, on average {off:.1%} of their rows off"


def _followed(follow: Follower) -> str:
    if not follow.parents:
        return "follows no other column"
    return f"follows {' and '.join(follow.parents)}, which tell {follow.share:.0%} of it"


def _varies(is_missing: Array, parents: Sequence[ColumnStates], k: int) -> bool:
    known = ColumnStates("", is_missing.astype(np.int64), levels=(0, 1))
    return told_by(known, parents, k) > 0


def _are_unique(values: Array) -> bool:
    return len(values) > 0 and not pd.Series(values).duplicated().any()


def _leads_to(forced: Mapping[str, tuple[str, ...]], by: Sequence[str], name: str) -> bool:
    """Whether what decides a column is, in the end, decided by it."""
    todo = list(by)
    while todo:
        each = todo.pop()
        if each == name:
            return True
        todo += forced.get(each, ())
    return False


def _days_between(low: Array, high: Array) -> Array:
    gap = (high.astype("datetime64[D]") - low.astype("datetime64[D]")).astype(float)
    return np.where(pd.isna(low) | pd.isna(high), np.nan, gap)


def _derived(lesson: TableLesson) -> dict[str, Made]:
    """Columns that are worked out from others in every row; none of them from one that rests upon it."""
    made: dict[str, Made] = {}
    rests: dict[str, tuple[str, ...]] = {}
    for fact in lesson.facts:
        sql = _worked_out(lesson.table, fact)
        if sql is None or lesson.table[fact.columns[_target(fact)]].role.is_fabricated:
            continue
        name = fact.columns[_target(fact)]
        by = tuple(column for column in fact.columns if column != name)
        if name not in made and not _leads_to(rests, by, name):
            made[name] = Made({"sql": sql}, f"{fact.words}: it is worked out")
            rests[name] = by
    return made


def _target(fact: Fact) -> int:
    return 0 if fact.kind == "arithmetic" else 1


def _worked_out(table: Table, fact: Fact) -> str | None:
    if fact.kind == "arithmetic" and fact.share == 1.0:
        return fact.expect.split(" = ", 1)[1]
    if fact.kind == "equal":
        return sql_name(fact.columns[0])
    if fact.kind == "constant_difference" and table[fact.columns[0]].kind.is_numeric:
        low, high = (table.values(name) for name in fact.columns)
        decimals = table[fact.columns[1]].spelling.decimals
        return f"{sql_name(fact.columns[0])} + {number(float(np.nanmedian(high - low)), decimals)}"
    return None
