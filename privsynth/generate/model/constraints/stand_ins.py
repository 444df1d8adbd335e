"""Levels too rare to come out have others stand in for them before anything is learnt.

A level belongs to what it decides (the state of a town, the chapter of a code) and to its own beginning (E11 of E11.9).
What stands in for it belongs to the same: a level that enough hold, or what is coarser, or an invented one of its kind.
So an engine learns only levels that may come out, and what one column decides in another it still decides in every row.
Whole levels are replaced: rows that shared one still do. A level for which nothing stands in is left to the engine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Kind, Table
from privsynth.generate.model.coding.support import support
from privsynth.generate.model.constraints.branches import Branch, alike, branches_of, tells
from privsynth.generate.model.engine import frame_of
from privsynth.people.nearby import Neighbourhood
from privsynth.statistics import Fact
from privsynth.typing import Array

WORDS = (Kind.CATEGORY, Kind.ORDINAL, Kind.TEXT)
MOST_LEVELS = 20_000
DECIDING = ("dependency", "near_dependency", "one_to_one")
CROWD = 2  # rows that a row of a common level may take in
LISTED = 0.5  # share of the rows on whole numbers that enough hold, from which on these are codes and no scale


@dataclass(eq=False)
class Codes:
    """One column as numbers of levels; those that are put in come at the end."""

    column: Column
    rows: Array
    values: list[Any]  # of each level, as it is stored
    texts: list[str | None]

    @classmethod
    def of(cls, table: Table, column: Column) -> Codes:
        rows, distinct = pd.factorize(table.values(column.name), use_na_sentinel=False)
        values, missing = np.asarray(distinct), pd.isna(distinct)
        texts = [None if gone else text for gone, text in zip(missing, column.spelling.write(values), strict=True)]
        stored = [
            None if gone and values.dtype == object else value for gone, value in zip(missing, values, strict=True)
        ]
        return cls(column, rows.astype(np.int64), stored, texts)

    def __len__(self) -> int:
        return len(self.values)

    def put(self, text: str) -> int:
        """The place of a text among the levels, of which it becomes one."""
        if text not in self.places:
            self.places[text] = len(self.values)
            self.values.append(text)
            self.texts.append(text)
        return self.places[text]

    @cached_property
    def places(self) -> dict[str, int]:
        return {text: at for at, text in enumerate(self.texts) if text is not None}

    def stored(self, like: Array) -> Array:
        values = np.empty(len(self.values), dtype=like.dtype)
        values[:] = self.values
        return np.asarray(values[self.rows])


Invent = Callable[[int, int, set[str]], Sequence[str]]  # (a row of a group, how many, those not to be) -> levels


@dataclass(frozen=True, eq=False, kw_only=True)
class Step:
    """Rows that belong together, and what stands in for the too rare levels among them.

    Without `invent` levels that enough hold do, if these do not become a crowd, unless `anyhow`.
    """

    groups: Array  # of each row
    way: str  # in words
    invent: Invent | None = None
    anyhow: bool = False


@dataclass(frozen=True, kw_only=True)
class StandIns:
    """How the rare levels of a column were replaced: their number, their rows, and the rows of each way."""

    column: str
    levels: int
    rows: int
    ways: Mapping[str, int] = field(default_factory=dict)

    @property
    def note(self) -> str:
        said = [f"{rows:,} by {way}" for way, rows in self.ways.items()]
        left = self.rows - sum(self.ways.values())
        said += [f"{left:,} by common ones"] if left else []
        rare = f"{self.levels:,} rare levels ({self.rows:,} rows)"
        return f"column '{self.column}': {rare} were replaced: {', '.join(said)}."


def with_stand_ins(
    table: Table, facts: Sequence[Fact], given: Sequence[str], *, k: int, units: Array | None
) -> tuple[Table, list[StandIns]]:
    """The table without the levels that fewer than `k` units hold and for which something stands in."""
    decided = decisions(facts, [column.name for column in table.columns])
    involved = _involved(decided)
    coded = {c.name: Codes.of(table, c) for c in table.columns if c.name in involved or _is_free(c, given)}
    deciding = [fact for fact in facts if fact.kind in DECIDING]
    work = Replacing(
        table=table,
        coded=coded,
        decided=decided,
        open_=_followers([fact for fact in deciding if fact.among_known]),
        mostly=_followers([fact for fact in deciding if fact.share < 1.0]),
        given=given,
        k=k,
        units=units,
    )
    names = [name for name in sorted(coded, key=lambda name: len(coded[name])) if name not in given]
    done = [work.replace(name) for name in names]
    replaced = [each for each in done if each is not None]
    if not replaced:
        return table, []
    new = {column.name: table.values(column.name) for column in table.columns}
    new |= {name: coded[name].stored(new[name]) for name in work.changed}
    return replace(table, frame=frame_of(new, len(table))), replaced


def _is_free(column: Column, given: Sequence[str]) -> bool:
    return column.kind in WORDS and column.name not in given


def decisions(facts: Sequence[Fact], names: Sequence[str]) -> dict[str, list[str]]:
    """For each column all that it decides, or nearly, be it by way of another."""
    next_: dict[str, list[str]] = {name: [] for name in names}
    for fact in facts:
        if fact.kind in DECIDING and set(fact.columns) <= set(names):
            one, two = fact.columns
            next_[one].append(two)
            next_[two] += [one] if fact.kind == "one_to_one" else []
    return {name: below for name in names if (below := _below(name, next_))}


def _followers(facts: Sequence[Fact]) -> set[str]:
    """The columns that others decide."""
    of_both = (fact.columns if fact.kind == "one_to_one" else fact.columns[1:] for fact in facts)
    return {name for columns in of_both for name in columns}


def _below(name: str, next_: Mapping[str, Sequence[str]]) -> list[str]:
    seen, todo = {name: None}, [*next_[name]]
    while todo:
        other = todo.pop(0)
        if other not in seen:
            seen[other] = None
            todo += next_[other]
    return list(seen)[1:]


def _involved(decided: Mapping[str, Sequence[str]]) -> set[str]:
    return {*decided, *(name for below in decided.values() for name in below)}


@dataclass(frozen=True, eq=False, kw_only=True)
class Replacing:
    """The columns of one table while their levels are replaced, those of fewer levels first."""

    table: Table
    coded: Mapping[str, Codes]
    decided: Mapping[str, Sequence[str]]
    open_: Set[str]  # of what is decided that which may be missing whatever decides it
    mostly: Set[str]  # and that which is otherwise in a few rows
    given: Sequence[str]  # which stay as they are
    k: int
    units: Array | None
    changed: dict[str, None] = field(default_factory=dict)

    def replace(self, name: str) -> StandIns | None:
        """Give the rare levels of one column others; None where there are none, or nothing to go by."""
        codes = self.coded[name]
        kept = support(codes.rows, len(codes), self.units) >= self.k
        rare = ~kept[codes.rows]
        if not rare.any() or not self._is_list(codes, rare) or len(codes) > MOST_LEVELS:
            return None
        levels, ways, left = len(np.unique(codes.rows[rare])), Counter[str](), rare.copy()
        typical = self._typical(name, kept)
        for step in [*self._steps(name, rare)]:
            if not left.any():
                break
            rows, stand_in = self._invented(codes, step, left) if step.invent else _kin(codes.rows, step, kept, left)
            codes.rows[rows] = stand_in
            left[rows] = False
            ways[step.way] += len(rows)
            if step.invent is None:
                self._follow(typical, rows, stand_in)
        if not ways.total():
            return None
        self.changed[name] = None
        return StandIns(column=name, levels=levels, rows=int(rare.sum()), ways={w: n for w, n in ways.items() if n})

    def _is_list(self, codes: Codes, rare: Array) -> bool:
        """Words, and whole numbers that decide something and most of which come back."""
        if codes.column.kind in WORDS:
            return True
        return codes.column.kind is Kind.INTEGER and bool(rare.mean() < LISTED)

    def _typical(self, name: str, kept: Array) -> dict[str, Array]:
        """For each level the commonest level of each column that it decides: what comes with it."""
        return {
            other: self._usual(name, other, np.flatnonzero(kept[self.coded[name].rows]), len(kept))
            for other in self.decided.get(name, ())
        }

    def _usual(self, name: str, other: str, rows: Array, size: int) -> Array:
        """For each level of one column the commonest one of another beside it; a known one, if missing says nothing."""
        levels, others = self.coded[name].rows[rows], self.coded[other].rows[rows]
        usual = _commonest(levels, others, size)
        if other in self.open_:
            known = ~self._missing(other)[rows]
            usual[levels[known]] = _commonest(levels[known], others[known], size)[levels[known]]
        return usual

    def _missing(self, name: str) -> Array:
        return np.array([text is None for text in self.coded[name].texts], dtype=bool)[self.coded[name].rows]

    def _belongs(self, name: str, other: str) -> Array:
        """To which level of another column each row belongs, be it missing there, or another one in a few rows."""
        rows = self.coded[other].rows
        if other not in self.open_ and other not in self.mostly:
            return rows
        usual = self._usual(name, other, np.arange(len(rows)), len(self.coded[name]))[self.coded[name].rows]
        return usual if other in self.mostly else np.where(self._missing(other), usual, rows)

    def _follow(self, typical: Mapping[str, Array], rows: Array, stand_in: Array) -> None:
        for other, level in typical.items():
            new = level[stand_in]
            if other in self.open_:
                new = np.where(self._missing(other)[rows], self.coded[other].rows[rows], new)
            if other not in self.given and (self.coded[other].rows[rows] != new).any():
                self.coded[other].rows[rows] = new
                self.changed[other] = None

    def _steps(self, name: str, rare: Array) -> Iterator[Step]:
        codes = self.coded[name]
        held = [other for other in self.decided.get(name, ()) if self._divides(other, name)]
        held.sort(key=lambda other: -len(np.unique(self.coded[other].rows)))
        branches = branches_of(codes.texts)
        all_of = _together([self._belongs(name, other) for other in held], len(self.table))
        if not held:
            branches = branches if tells(branches, codes.rows, self.table, name) else []
        for branch in branches:
            yield from self._of_branch(codes, branch, _together([branch.codes[codes.rows], all_of], len(rare)))
        if held:
            yield from self._of_what_is_decided(codes, held, all_of, is_code=bool(branches))
            for at in range(1, len(held)):
                shared = [*(other for other in held[:at] if other in self.given), *held[at:]]
                groups = _together([self._belongs(name, other) for other in shared], len(rare))
                yield Step(groups=groups, way=_sharing(shared), anyhow=True)
        for branch in () if held else branches:
            yield Step(groups=branch.codes[codes.rows], way=BEGINNING, anyhow=True)

    def _divides(self, other: str, name: str) -> bool:
        """Whether a column says to which of several parts a level belongs, and is coarser than it."""
        number = len(np.unique(self.coded[other].rows))
        return self.coded[other].column.kind in (*WORDS, Kind.BOOLEAN, Kind.INTEGER) and 1 < number < len(
            np.unique(self.coded[name].rows)
        )

    def _of_branch(self, codes: Codes, branch: Branch, groups: Array) -> Iterator[Step]:
        yield Step(groups=groups, way=BEGINNING)
        if branch.is_part and codes.column.kind in WORDS and not Neighbourhood.invents(codes.column):
            first = branch.codes[codes.rows]

            def part(row: int, _most: int, _taken: set[str]) -> Sequence[str]:
                return [branch.texts[first[row]]] if first[row] >= 0 else ()

            yield Step(groups=groups, way="their first part", invent=part)

    def _of_what_is_decided(self, codes: Codes, held: Sequence[str], groups: Array, *, is_code: bool) -> Iterator[Step]:
        yield Step(groups=groups, way=_sharing(held))
        if codes.column.kind in WORDS and Neighbourhood.invents(codes.column):
            yield Step(groups=groups, way=f"invented ones that fit {_listed(held)}", invent=self._nearby(codes, held))
        elif codes.column.kind in WORDS and not is_code:
            parent = next((self.coded[other] for other in held if self.coded[other].column.kind in WORDS), None)
            if parent is not None:
                yield Step(groups=groups, way=f"what '{parent.column.name}' says", invent=_coarser(parent))
        yield Step(groups=groups, way=_sharing(held), anyhow=True)
        if codes.column.kind in WORDS and is_code:
            yield Step(groups=groups, way=f"invented codes that fit {_listed(held)}", invent=_alike(codes, groups))

    def _nearby(self, codes: Codes, held: Sequence[str]) -> Invent:
        place = Neighbourhood.of(self.table)

        def invent(row: int, most: int, taken: set[str]) -> Sequence[str]:
            said = {other: self.coded[other].texts[self.coded[other].rows[row]] for other in held}
            return place.invented(codes.column, said, most, taken)

        return invent

    def _invented(self, codes: Codes, step: Step, left: Array) -> tuple[Array, Array]:
        """The rows of groups that enough units hold, and new levels for them, each for enough units."""
        assert step.invent is not None  # noqa: S101
        taken = {*codes.places}
        rows: list[Array] = []
        stand_in: list[Array] = []
        for members in _parted(step.groups, np.flatnonzero(left)):
            lots = self._lots(codes.rows[members], members)
            words = [word for word in step.invent(members[0], len(lots), taken) if word not in taken] if lots else []
            taken |= {*words}
            places = [codes.put(word) for word in words]
            for at, lot in enumerate(lots if places else ()):
                rows.append(lot)
                stand_in.append(np.full(len(lot), places[at % len(places)]))
        none = np.zeros(0, dtype=np.int64)
        return np.concatenate([none, *rows]), np.concatenate([none, *stand_in])

    def _lots(self, levels: Array, rows: Array) -> list[Array]:
        """The rows of one group in lots of whole levels, each of at least `k` units; none if all are too few."""
        lots: list[Array] = []
        open_: list[Array] = []
        for members in _parted(levels, np.arange(len(levels))):
            open_.append(rows[members])
            if self._number(np.concatenate(open_)) >= self.k:
                lots.append(np.concatenate(open_))
                open_ = []
        if open_ and lots:
            lots[-1] = np.concatenate([lots[-1], *open_])
        return lots

    def _number(self, rows: Array) -> int:
        return len(rows) if self.units is None else len(np.unique(self.units[rows]))


BEGINNING = "ones of the same beginning"


def _sharing(names: Sequence[str]) -> str:
    return f"ones of the same {_listed(names)}"


def _listed(names: Sequence[str]) -> str:
    quoted = [f"'{name}'" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def _coarser(parent: Codes) -> Invent:
    def invent(row: int, _most: int, _taken: set[str]) -> Sequence[str]:
        text = parent.texts[parent.rows[row]]
        return () if text is None else (text,)

    return invent


def _alike(codes: Codes, groups: Array) -> Invent:
    """Codes that begin as all of the group do and go on as codes of the column do."""

    def invent(row: int, most: int, taken: set[str]) -> Sequence[str]:
        known = [text for at in np.unique(codes.rows[groups == groups[row]]) if (text := codes.texts[at]) is not None]
        return alike(known, most, taken)

    return invent


def _together(parts: Sequence[Array], rows: int) -> Array:
    """A number for each combination; all rows are one group where there are no parts."""
    groups = np.zeros(rows, dtype=np.int64)
    for part in parts:
        groups = np.unique(groups * (int(part.max(initial=0)) + 2) + part + 1, return_inverse=True)[1]
    return groups


def _parted(groups: Array, rows: Array) -> list[Array]:
    """These rows, one array for each group."""
    order = rows[np.argsort(groups[rows], kind="stable")]
    if not len(order):
        return []
    return np.split(order, np.flatnonzero(np.diff(groups[order])) + 1)


def _commonest(levels: Array, others: Array, size: int) -> Array:
    """For each level the other column's commonest one beside it; 0 for a level that no row has."""
    wide = int(others.max(initial=0)) + 1
    pairs, counts = np.unique(levels * wide + others, return_counts=True)
    order = np.argsort(counts, kind="stable")
    best = np.zeros(size, dtype=np.int64)
    best[pairs[order] // wide] = pairs[order] % wide
    return best


def _kin(levels: Array, step: Step, kept: Array, left: Array) -> tuple[Array, Array]:
    """The rows for whose rare levels one of the same group stands in, as often as each of these comes."""
    size = int(step.groups.max(initial=-1)) + 2
    groups = step.groups + 1
    enough = kept[np.minimum(levels, len(kept) - 1)] & (levels < len(kept))
    of_kept, of_left = (np.bincount(groups[rows], minlength=size + 1) for rows in (enough, left))
    has_kin = (of_kept > 0) & (of_left > 0) & ((of_kept * CROWD >= of_left) | step.anyhow)
    has_kin[0] = False
    rows, donors = np.flatnonzero(left & has_kin[groups]), np.flatnonzero(enough & has_kin[groups])
    if not len(rows):
        return rows, rows
    wide = int(levels.max()) + 1
    given, reach = _reach(groups[donors] * wide + levels[donors], wide)
    asked = groups[rows] * wide + levels[rows]
    distinct, upto = _reach(asked, wide)
    middle = upto - _widths(upto) / 2
    at = np.searchsorted(reach, middle, "right")
    return rows, (given[np.minimum(at, len(given) - 1)] % wide)[np.searchsorted(distinct, asked)]


def _reach(pairs: Array, wide: int) -> tuple[Array, Array]:
    """The different pairs of group and level, and for each its group plus the share of the group's rows up to it."""
    distinct, counts = np.unique(pairs, return_counts=True)
    group = distinct // wide
    total = np.bincount(group, weights=counts)
    before = np.concatenate([[0], np.cumsum(counts)])[np.searchsorted(group, group)]
    return distinct, group + (np.cumsum(counts) - before) / total[group]


def _widths(reach: Array) -> Array:
    """How much of its group each pair is."""
    starts = np.concatenate([[0.0], reach[:-1]])
    return np.asarray(reach - np.maximum(starts, np.ceil(reach) - 1))
