"""What of the rows of a table goes by their time: in which no two of a person are alike, and what moves with it.

Where the source has one row for each person and year, the draft shall have, too; where people grow a year older each
year, they do in the draft; and what has never fallen within a person, such as a count of visits, does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Kind, Table
from privsynth.expressions import names_in
from privsynth.generate.model.tables.connected import MARK
from privsynth.keeping import kept
from privsynth.measure.turns import Followers, Turns, followers, stays
from privsynth.statistics import Fact
from privsynth.typing import Array

WHOLE = 0.995  # of the people (of the rows, where there is no person): in so many it holds
FEWEST = 20  # steps from row to row that chance would have broken half of the time
FEW = 20  # levels of a class that may be all different within a person
DIGITS = 9
MOSTLY = 0.8  # of the steps keep the pace of a number that wavers
FLAG = 2  # values


@kept(version=1)
@dataclass(frozen=True)
class Moving:
    """A number that is a person's own constant more than `pace` times the time of the row, or nearly so: it `wavers`.

    A pace of 0: it stays the same but for a few rows.
    """

    column: str
    pace: float
    wavers: bool = False

    @property
    def constant(self) -> str:
        return f"{MARK}{self.column} by time"

    @property
    def beside(self) -> str:
        """How far a row that wavers is from what the time says."""
        return f"{MARK}{self.column} beside time"


@kept(version=1)
@dataclass(frozen=True, kw_only=True)
class Clock:
    """The column in which no two rows of a person, or no two at all, are alike, and what goes by it."""

    time: str
    by_person: bool
    moving: tuple[Moving, ...] = ()
    rising: tuple[str, ...] = ()

    @property
    def settled(self) -> tuple[str, ...]:
        """What is known of a row before the rest of it is drawn."""
        return (self.time, *(each.column for each in self.moving))


def clock_of_rows(table: Table, facts: Sequence[Fact]) -> Clock | None:
    """Of a table in which each row has a time of its own."""
    free = _worked_out(table, facts)
    for fact in facts:
        if fact.table == table.name and fact.kind == "series" and fact.share >= WHOLE and fact.columns[0] not in free:
            return Clock(time=fact.columns[0], by_person=False)
    return None


def clock_of_people(table: Table, facts: Sequence[Fact], steady: Iterable[str]) -> Clock | None:
    """Of a table in which people have several rows, each at a time of its own or of a class of its own."""
    worked_out, own = _worked_out(table, facts), set(steady)
    free = [c for c in table.columns if not c.role.is_fabricated and c.name not in own | worked_out]
    panels = [fact for fact in facts if fact.table == table.name and fact.kind == "panel"]
    names = [f.columns[1] for f in panels if f.columns[0] == table.person and f.share >= WHOLE]
    times = names if panels else [c.name for c in free if _is_class(table, c)]
    time = next((name for name in times if name in {c.name for c in free} and _is_apart(table, name)), None)
    if time is None:
        return None
    turns = followers(table, Turns(table.person, time))
    others = [c for c in free if c.name != time and (c.kind.is_numeric or c.kind is Kind.DATE)]
    decided = _decided(table, facts)
    numbers = [c.name for c in others if c.kind.is_numeric and c.name not in decided]
    moving = tuple(m for name in numbers if (m := _moving(table, time, name, turns)) is not None)
    bound = {m.column for m in moving} | _bound(table, facts)
    rising = tuple(c.name for c in others if c.name not in bound and _rises(table, c.name, turns))
    return Clock(time=time, by_person=True, moving=moving, rising=rising)


def constant_of(table: Table, time: str, moving: Moving) -> Array:
    """What is left of a number in each row without what the time has brought."""
    return np.asarray(np.round(table.values(moving.column) - moving.pace * table.values(time), DIGITS))


def _worked_out(table: Table, facts: Sequence[Fact]) -> set[str]:
    """What is computed from other columns, and what a rule ties to them: it cannot be settled before them."""
    computed = {f.columns[0] for f in facts if f.table == table.name and f.kind == "arithmetic"}
    ruled = {name for rule in table.rules if len(names := names_in(rule.expect)) > 1 for name in names}
    return computed | ruled


def _decided(table: Table, facts: Sequence[Fact]) -> set[str]:
    """What another column of the row decides."""
    kinds = ("dependency", "one_to_one", "joint", "equal")
    own = [fact for fact in facts if fact.table == table.name and fact.kind in kinds]
    return {fact.columns[-1] for fact in own if table.person not in fact.columns}


def _bound(table: Table, facts: Sequence[Fact]) -> set[str]:
    """What other columns of the same row depend on, or a rule names: it cannot be moved to another row."""
    tied = {n for f in facts if f.table == table.name and f.kind not in ("panel", "ordinal") for n in f.columns}
    return tied | {name for rule in table.rules for name in names_in(rule.expect)}


def _is_class(table: Table, column: Column) -> bool:
    kinds = (Kind.INTEGER, Kind.CATEGORY, Kind.ORDINAL)
    return column.kind in kinds and 2 <= table.frame[column.name].nunique() <= FEW


def _is_apart(table: Table, name: str) -> bool:
    """Whether no person has it twice, where chance would have given it twice to many."""
    codes, who = pd.factorize(table.frame[name].to_numpy())[0], table.people
    known = codes >= 0
    pairs = pd.DataFrame({"who": who[known], "code": codes[known]})
    doubled = pairs.duplicated().to_numpy()
    expected = len(followers(table, Turns(table.person, None))) * float(
        ((np.bincount(codes[known]) / len(who)) ** 2).sum()
    )
    people = max(1, pairs["who"].nunique())
    return expected >= FEWEST and pairs["who"].to_numpy()[doubled].size <= (1 - WHOLE) * people


def _moving(table: Table, time: str, name: str, turns: Followers) -> Moving | None:
    when = table.values(time)
    if when.dtype.kind != "f" or len(turns) < FEWEST:
        return None
    values = table.values(name)
    steps, times = (each[turns.after] - each[turns.before] for each in (values, when))
    known = ~np.isnan(steps) & (times != 0)
    pace = float(np.round(np.median(steps[known] / times[known]), 6)) if known.sum() >= FEWEST else 0.0
    moving = Moving(name, pace)
    constant = pd.factorize(constant_of(table, time, moving))[0]
    same = constant[turns.before] == constant[turns.after]
    if pace and _holds(table, same, turns):
        return moving
    is_near = float(same.mean()) >= MOSTLY if pace else _changes_rarely(table, name, turns)
    return replace(moving, wavers=True) if is_near else None


def _changes_rarely(table: Table, name: str, turns: Followers) -> bool:
    """A yes or no is learnt well enough from the usual one."""
    return table.frame[name].nunique() > FLAG and stays(table, name, turns)


def _rises(table: Table, name: str, turns: Followers) -> bool:
    values = table.values(name)
    before, after = values[turns.before], values[turns.after]
    return int((after > before).sum()) >= FEWEST and _holds(table, ~(after < before), turns)


def _holds(table: Table, steps: Array, turns: Followers) -> bool:
    """Whether it holds at each step of nearly all people."""
    return float(pd.Series(steps).groupby(table.people[turns.after]).all().mean()) >= WHOLE
