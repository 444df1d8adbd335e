"""How the rows of a table follow each other in time: those of one person or unit, or all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Dataset, Kind, Role, Table
from privsynth.describe.times import times_of
from privsynth.describe.units import Naming, names
from privsynth.measure.turns import Turns, depending, followers, moments, stays
from privsynth.statistics import Fact
from privsynth.typing import Array

FEWEST = 20  # rows
WHOLE = 0.995  # of the rows are told apart
APART = 0.5  # of a person's rows that follow each other have another time
LEAST_OFTEN = 3  # rows of a unit, on average
CHANCE = 20.0  # rows that chance would have put upon each other
FEW = 0.01  # of them may be
FULL = 0.3  # of the steps between the first and the last time are there
SHOWN = 3


def turns_of(dataset: Dataset) -> Iterator[Fact]:
    """A fact for each table whose rows follow each other: `panel`, of a unit and its time, or `series`."""
    for table in dataset:
        if len(table) < FEWEST or table.name in dataset.lookups:
            continue
        turns = _turns(table, dataset.person_column(table.name))
        if turns is not None and (fact := _fact(table, turns)) is not None:
            yield fact


def _turns(table: Table, person: str | None) -> Turns | None:
    times = [column.name for column in times_of(table)]
    if person is not None:
        found = [Turns(person, time) for time in times if time != person and _varies(table, person, time)]
        return max(found, key=lambda turns: _share_apart(table, turns) >= WHOLE, default=None)
    counts = [time for time in times if _is_date_or_count(table, time)]
    alone = next((time for time in counts if _tells_all(table, time)), None)
    if alone is not None:
        return Turns(None, alone)
    return next((Turns(unit, time) for time in counts for unit in _units(table, time)), None)


def _varies(table: Table, person: str, time: str) -> bool:
    """Whether the rows of a person have times of their own."""
    pairs, when = followers(table, Turns(person, time)), moments(table, time)
    return len(pairs) >= FEWEST and float((when[pairs.before] != when[pairs.after]).mean()) >= APART


def _tells_all(table: Table, time: str) -> bool:
    """Whether each row has a time of its own."""
    return int(table.frame[time].nunique()) >= WHOLE * len(table)


def _is_date_or_count(table: Table, time: str) -> bool:
    """Numbers must be steps of a count, most of them there: durations differ from row to row, too."""
    if table[time].kind is Kind.DATE:
        return True
    when = moments(table, time)
    known = np.unique(when[~np.isnan(when)])
    steps = np.diff(known)
    return len(steps) > 0 and len(known) >= FULL * ((known[-1] - known[0]) / steps.min() + 1)


def _units(table: Table, time: str) -> Iterator[str]:
    """What tells the rows of one time apart, such as a firm or a country; the first that is not there by chance."""
    when = pd.factorize(table.values(time))[0]
    for column in table.columns:
        if column.name != time and _may_be_unit(column) and _tells_apart(table.values(column.name), when):
            yield column.name


def _may_be_unit(column: Column) -> bool:
    kinds = (Kind.INTEGER, Kind.CATEGORY, Kind.TEXT, Kind.ORDINAL)
    if column.kind not in kinds or column.role in (Role.FREE_TEXT, Role.SENSITIVE):
        return False
    return names(column.name) is not Naming.TIME


def _tells_apart(unit: Array, when: Array) -> bool:
    codes, known = pd.factorize(unit)
    rows = len(codes)
    times = int(when.max(initial=-1)) + 1
    if len(known) < 2 or rows < LEAST_OFTEN * len(known) or len(known) * times < WHOLE * rows:
        return False
    met = _met_by_chance(codes) * _met_by_chance(when) * rows * (rows - 1) / 2
    pairs = codes.astype(np.int64) * (times + 1) + when
    return met >= CHANCE and rows - len(np.unique(pairs)) <= FEW * min(rows, met)


def _met_by_chance(codes: Array) -> float:
    """The chance that two random rows have the same value."""
    return float(((np.bincount(codes + 1) / max(1, len(codes))) ** 2).sum())


def _fact(table: Table, turns: Turns) -> Fact | None:
    strong = _depending(table, turns)
    apart = _share_apart(table, turns)
    if turns.unit is None and not strong:
        return None
    on = f"; {_said(strong)} depend{'s' if len(strong) == 1 else ''} on the row before" if strong else ""
    if turns.unit is None:
        words = f"the rows follow each other by {turns.time}{on}"
        return Fact("series", table=table.name, columns=(str(turns.time),), share=apart, words=words)
    head = f"one row for each {turns.unit} and {turns.time}"
    words = head if apart >= WHOLE else f"the rows of one {turns.unit} follow each other by {turns.time}"
    of = f" of the same {turns.unit}" if strong else ""
    return Fact("panel", table=table.name, columns=(turns.unit, str(turns.time)), share=apart, words=words + on + of)


def _depending(table: Table, turns: Turns) -> dict[str, float]:
    """The columns that depend on the row before, strongest first: what the gate fidelity compares."""
    pairs = followers(table, turns)
    names = [c.name for c in table.columns if not c.role.is_fabricated and c.name not in turns.keys]
    if turns.unit is not None:
        names = [name for name in names if not stays(table, name, pairs)]
    return dict(sorted(depending(table, names, turns, pairs).items(), key=lambda item: -abs(item[1])))


def _said(strengths: dict[str, float]) -> str:
    shown = ", ".join(f"{name} ({strength:.2f})" for name, strength in list(strengths.items())[:SHOWN])
    return shown + (f" and {len(strengths) - SHOWN} more" if len(strengths) > SHOWN else "")


def _share_apart(table: Table, turns: Turns) -> float:
    keys: Sequence[str] = [name for name in (turns.unit, turns.time) if name is not None]
    return 1 - float(table.frame[list(keys)].duplicated().mean())
