"""One column of a few rows, learnt and applied."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Kind, Role, Table
from privsynth.generate.mask.steps.choice import learn_step
from privsynth.generate.mask.steps.fitted import Fitted
from privsynth.generate.mask.steps.lesson import Lesson
from privsynth.generate.mask.texts import learn_scrub
from privsynth.generate.mask.texts.replacements import Replacements
from privsynth.mask_steps import Scrub, Step
from privsynth.spelling import Spelling


def column(
    kind: Kind, values: list[Any], *, decimals: int = 0, role: Role = Role.PLAIN, name: str = "x", **others: list[Any]
) -> Table:
    """A table of one column (and text columns beside it) in storage types."""
    stored = {name: _stored(kind, values)} | {other: pd.Series(words, dtype=object) for other, words in others.items()}
    columns = (
        Column(name, kind, role=role, spelling=_spelling(kind, decimals, stored[name])),
        *(Column(other, Kind.CATEGORY) for other in others),
    )
    return Table("t", columns, pd.DataFrame(stored))


def _spelling(kind: Kind, decimals: int, values: pd.Series[Any]) -> Spelling:
    if kind is Kind.DATE and (values.dropna() != values.dropna().dt.normalize()).any():
        return Spelling(date_format="%Y-%m-%d %H:%M:%S")
    times = {Kind.TIME: Spelling(clock="%H:%M"), Kind.DURATION: Spelling(duration="%H:%M")}
    return times.get(kind) or Spelling(decimals=decimals)


def _stored(kind: Kind, values: list[Any]) -> pd.Series[Any]:
    if kind.is_numeric:
        return pd.Series(values, dtype="float64")
    if kind is Kind.DATE:
        return pd.Series(
            np.array([np.datetime64("NaT") if v is None else np.datetime64(v) for v in values], dtype="datetime64[us]")
        )
    return pd.Series(values, dtype=object)


def learnt(
    table: Table,
    step: Step,
    *,
    k: int = 2,
    k_rare: int = 2,
    people: list[int] | None = None,
    place: str = "",
    name: str = "x",
) -> Fitted:
    who = np.array(people if people is not None else range(len(table)))
    lesson = Lesson(table, name, k=k, k_rare=k_rare, people=who, place=place)
    return learn_scrub(lesson, Replacements()) if isinstance(step, Scrub) else learn_step(step, lesson)


def seeds_of(numbers: list[int] | range) -> np.ndarray[Any, Any]:
    return np.array(numbers, dtype=np.uint64)


def applied(table: Table, step: Step, *, seeds: list[int] | None = None, **asked: Any) -> list[Any]:
    """The masked values, a missing one as None, dates as text."""
    fitted = learnt(table, step, **asked)
    return told(fitted, table, seeds)


def told(fitted: Fitted, table: Table, seeds: list[int] | None = None) -> list[Any]:
    made = fitted.apply(table, seeds_of(range(len(table)) if seeds is None else seeds))
    assert len(made) == len(table)
    kind = fitted.column.kind
    assert made.dtype.kind == ("f" if kind.is_numeric else "M" if kind is Kind.DATE else "O")
    return [
        None if pd.isna(value) else str(value).removesuffix("T00:00:00.000000") if kind is Kind.DATE else value
        for value in made
    ]


def renamed(table: Table, values: Table) -> Table:
    """Other rows of the same columns."""
    return replace(table, frame=values.frame)
