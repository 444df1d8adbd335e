"""The columns of one table: what makes each, which others it follows, and how well that fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from functools import cached_property, partial
from typing import Any

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Kind, Role, Table
from privsynth.errors import PolicyError
from privsynth.expressions import names_in
from privsynth.generate.rules.infer import names
from privsynth.generate.rules.infer.branches import ENOUGH, FEW, branched, ends_of, followed_by
from privsynth.generate.rules.infer.coding import LISTED, ColumnStates, few_shared, gap_states, states_of
from privsynth.generate.rules.infer.dates import dates_of, gaps_of
from privsynth.generate.rules.infer.follows import Follower, followings, told_by
from privsynth.generate.rules.infer.forms import decimals_of, format_of, tells_time
from privsynth.generate.rules.infer.holders import Holders, at_most, proportions, rounded, share
from privsynth.generate.rules.infer.laws import FittedLaw, Way, law_of, number
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
        """The values of a column; numbers with as many decimals as are told."""
        values = self.table.values(name)
        return np.round(values, self.decimals[name]) if self.table[name].kind is Kind.NUMBER else values

    @cached_property
    def decimals(self) -> Mapping[str, int]:
        return {each.name: decimals_of(each, self.table.values(each.name), self.crowd) for each in self.table.columns}


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
        if self.crowd.size >= self.crowd.k and not self.crowd.shows(~pd.isna(values)):
            return self._untold
        if not column.role.is_fabricated:
            return None if self._is_shared(column, values) else self._shaped(column, values)
        part = names.person_of(column)
        if part is not None and column.role is not Role.FREE_TEXT:
            return Made(self._with_missing(self._of_gender(part), values), "part of an invented person")
        if column.kind is Kind.DATE:
            return None
        return self._shaped(column, values)

    @property
    def _untold(self) -> Made:
        return Made({"constant": None}, f"no value: fewer than {self.crowd.k} people share any")

    def _is_key(self, column: Column, values: Array) -> bool:
        """Whether no two rows share a value, but for a few people's, and none stands for a person as a name does."""
        names_rows = column.role in (Role.IDENTIFIER, Role.DIRECT) and names.person_of(column) is None
        if not names_rows or column.kind is Kind.DATE:
            return False
        repeats = _repeats(values)
        return not repeats.any() or (self.crowd.shows(~repeats) and not self.crowd.shows(repeats))

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
        return self.crowd.tells_apart(is_missing)

    def _states(self, name: str) -> ColumnStates | None:
        if name in self.gaps:
            days = _days_between(self.lesson.values(self.gaps[name]), self.lesson.values(name))
            low, high = sql_name(self.gaps[name]), sql_name(name)
            return gap_states(name, days, self.crowd, f"date_diff('day', {low}, {high})")
        return states_of(
            name,
            self.table[name].kind,
            self.lesson.values(name),
            self.crowd,
            sql=sql_name(name),
            decimals=self.lesson.decimals[name],
        )

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
        draft = _Draft(column, self.lesson, self.gaps.get(column.name))
        inside = bool(parents) and self._tells(is_missing) and _varies(is_missing, parents, self.crowd.k)
        rows = np.arange(len(values)) if inside else np.flatnonzero(~is_missing)
        leaf = partial(draft.leaf, with_missing=inside)
        way = branched(parents, rows, leaf, self.crowd, draft.enough) or draft.undivided(rows, with_missing=inside)
        if way is None:
            return self._untold
        used = tuple(state.name for state in parents if state in followed_by(way, parents))
        follow = replace(follow, parents=used)
        draft.ends = [*ends_of(way, parents, rows)] if used else []
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
            words |= self._written(column)
        if column.role is not Role.PLAIN and "reference" not in words:
            words["role"] = column.role.value
        if column.entity and "person" not in words and "uuid" not in words:
            words["entity"] = column.entity
        return Made(words, made.why)

    def _written(self, column: Column) -> Way:
        """The kind of a column, and how its values are written."""
        values, decimals = self.table.values(column.name), self.lesson.decimals[column.name]
        if column.kind is Kind.NUMBER and decimals == 0 < column.spelling.decimals:
            return {"kind": Kind.INTEGER.value}  # whole numbers, but for a few people's
        words: Way = {"kind": column.kind.value}
        if column.kind is Kind.NUMBER:
            words["decimals"] = decimals
        if form := format_of(column, values, self.crowd):
            words["format"] = form
        return words


class _Draft:
    """The ways of one column, branch by branch, and what fits no branch."""

    def __init__(self, column: Column, lesson: TableLesson, low: str | None) -> None:
        self.column, self.crowd, self.low = column, lesson.crowd, low
        self.values = values = lesson.values(column.name)
        self.low_values = values if low is None else lesson.values(low)
        self.decimals = lesson.decimals[column.name]
        self.has_time = column.kind is Kind.DATE and tells_time(column, values, lesson.crowd)
        self.is_missing = pd.isna(values)
        self.fits: list[tuple[FittedLaw, int]] = []  # each with one of its rows
        self.ends: list[tuple[str, Array]] = []  # the branches, each by its condition, and their rows
        self.covered = np.zeros(len(values), dtype=bool)
        self.codes, self.known = pd.factorize(values)
        self.is_listed = self._is_listed()
        if column.kind is Kind.DATE and low is None:
            self._span(np.where(self.is_missing, np.nan, values.astype("datetime64[D]").astype(float)))
        elif low is not None:  # told by the days since the other date
            self._span(_days_between(self.low_values, values))

    def _span(self, days: Array) -> None:
        """No branch reaches beyond what may be told of all rows."""
        known = np.flatnonzero(~np.isnan(days))
        if len(known):
            self.crowd = replace(self.crowd, span=self.crowd.take(known).span_of(days[known]))

    def leaf(self, rows: Array, *, with_missing: bool, stands_in: bool = False, at_all: bool = False) -> Way | None:
        """The way for these rows; where they are missing more or less often than others, that too."""
        there = rows[~self.is_missing[rows]]
        way = self._known(there, stands_in=stands_in, at_all=at_all) if len(there) else None
        crowd, is_missing = self.crowd.take(rows), self.is_missing[rows]
        if not with_missing or not crowd.shows(is_missing):
            return way
        if not crowd.shows(~is_missing):
            return {"constant": None}
        if way is None:
            return None
        missing, known = proportions(np.array([len(rows) - len(there), len(there)]))
        return {"mixture": [{"weight": missing, "constant": None}, {"weight": known, **way}]}

    def undivided(self, rows: Array, *, with_missing: bool) -> Way | None:
        """One way for all rows, whatever is shared: no branch was true of nearly all of its rows."""
        self.fits.clear()
        self.covered[:] = False
        return self.leaf(rows, with_missing=with_missing, at_all=True)

    def _is_listed(self) -> bool:
        """Whether values are drawn as they are: words, and numbers of which there are few."""
        if self.column.kind is Kind.DATE or not self.column.kind.is_numeric:
            return self.column.kind is not Kind.DATE
        sizes = self.crowd.sizes(np.where(self.codes < 0, len(self.known), self.codes), len(self.known) + 1)[:-1]
        return few_shared(self.codes, sizes, self.crowd.k, LISTED) is not None

    def _known(self, rows: Array, *, stands_in: bool, at_all: bool) -> Way | None:
        crowd = self.crowd.take(rows)
        if self.is_listed:
            held = crowd.sizes(self.codes[rows], len(self.known)) >= crowd.k
            is_held = held[self.codes[rows]]
            if held.sum() == 1 and is_held.mean() < 1 - FEW and not at_all:
                return None
            self.covered[rows] |= is_held & (not stands_in)
            return self._choice(np.bincount(self.codes[rows], minlength=len(self.known)) * held)
        fit = self._fit(rows, crowd)
        if fit is None or not (at_all or fit.tells_all(FEW)):
            return None
        self.fits += [] if stands_in else [(fit, int(rows[0]))]
        return fit.way

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
        left = self._left_out(rest[~shared[codes]])
        other = self._choice(counts) if part >= LITTLE and ("by" in way or "when" in way) else None
        if other is None:
            return way, left
        heavy, light = proportions(np.array([1 - part, part]))
        said = f"about {rounded(part):.2%} of the rows: what too few share in their branch, drawn for any"
        return {"mixture": [{"weight": heavy, **way}, {"weight": light, **other}]}, "; ".join(
            filter(None, (said, left))
        )

    def _left_out(self, rows: Array) -> str:
        """What is said of values that too few share; nothing, where those who hold them are too few themselves."""
        if not self.crowd.take(rows).size >= self.crowd.k:
            return ""
        lost = len(rows) / (~self.is_missing).sum()
        most = max(self.ends, key=lambda end: np.isin(end[1], rows).mean() if len(end[1]) else 0.0, default=("", rows))
        where = (
            f", most where {most[0]}" if self.crowd.take(most[1][np.isin(most[1], rows)]).size >= self.crowd.k else ""
        )
        few = f"fewer than {self.crowd.k} people share each of them"
        return f"about {rounded(lost):.2%} of the rows are left out{where if self.ends else ''}: {few}"

    @property
    def words(self) -> str:
        if not self.fits:
            return ""
        fits, k = [fit for fit, _ in self.fits], self.crowd.k
        rows = sum(fit.rows for fit in fits)
        off = at_most(sum(fit.off * fit.rows for fit in fits) / rows, rows, k)
        if len(fits) == 1:
            return f"{fits[0].name}, {off} of the rows off"
        worst, row = max(self.fits, key=lambda pair: pair[0].off)
        where = next((label for label, here in self.ends if row in here), "")
        most = f", most where {where}: {at_most(worst.off, worst.rows, k)}" if where else ""
        return f"{len(fits)} laws, on average {off} of their rows off{most}"


def _followed(follow: Follower) -> str:
    if not follow.parents:
        return "follows no other column"
    tell = "which tells" if len(follow.parents) == 1 else "which together tell"
    share = f"{follow.share:.0%}" if follow.share >= 0.01 else "less than 1%"
    return f"follows {' and '.join(follow.parents)}, {tell} {share} of it"


def _varies(is_missing: Array, parents: Sequence[ColumnStates], k: int) -> bool:
    known = ColumnStates("", is_missing.astype(np.int64), levels=(0, 1))
    return told_by(known, parents, k) > 0


def _repeats(values: Array) -> Array:
    """Rows without a value, or with one that stands in an earlier row."""
    return np.asarray(pd.isna(values) | pd.Series(values).duplicated().to_numpy())


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
        sql = _worked_out(lesson, fact)
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


def _worked_out(lesson: TableLesson, fact: Fact) -> str | None:
    table = lesson.table
    if fact.kind == "arithmetic" and fact.share == 1.0:
        return fact.expect.split(" = ", 1)[1]
    if fact.kind == "equal":
        return sql_name(fact.columns[0])
    if fact.kind == "constant_difference" and table[fact.columns[0]].kind.is_numeric:
        low, high = (table.values(name) for name in fact.columns)
        decimals = lesson.decimals[fact.columns[1]]
        return f"{sql_name(fact.columns[0])} + {number(float(np.nanmedian(high - low)), decimals)}"
    return None
