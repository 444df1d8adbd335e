"""Columns of which nothing, or only a few characters, is left."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Table
from privsynth.generate.mask.steps.fitted import NO_SEEDS
from privsynth.generate.mask.steps.kinds import as_words
from privsynth.generate.mask.steps.lesson import Lesson
from privsynth.groups.rare import counted
from privsynth.groups.sharing import few_share
from privsynth.mask_steps import Partial, Redact
from privsynth.typing import Array


@dataclass(frozen=True, eq=False)
class Emptied:
    column: Column
    notes: tuple[str, ...] = ()

    def apply(self, table: Table, seeds: Array) -> Array:  # noqa: ARG002  nothing is drawn
        return self.column.kind.missing(len(table))


@dataclass(frozen=True, eq=False)
class Marked:
    column: Column
    mark: str
    notes: tuple[str, ...] = ()

    def apply(self, table: Table, seeds: Array) -> Array:  # noqa: ARG002
        marks = np.full(len(table), self.mark, dtype=object)
        marks[pd.isna(table.values(self.column.name))] = None
        return marks


@dataclass(frozen=True, eq=False)
class PartLeft:
    """The value as it is spelt, without all but a few of its letters and digits."""

    column: Column
    step: Partial
    notes: tuple[str, ...] = ()

    def apply(self, table: Table, seeds: Array) -> Array:  # noqa: ARG002
        codes, texts = pd.factorize(pd.Series(table.text(self.column.name), dtype=object))
        return np.array([*(part_left(text, self.step) for text in texts), None], dtype=object)[codes]


def part_left(text: str, step: Partial) -> str:
    """Marks for all letters and digits but the first and last few; none of them stays where more than half would."""
    signs = [at for at, sign in enumerate(text) if not is_separator(sign)]
    telling = sum(text[at].isalnum() for at in signs)
    shown = {*signs[: step.first], *signs[len(signs) - step.last :]}
    stay = shown if 2 * (step.first + step.last) <= telling else set()
    return "".join(sign if at in stay or is_separator(sign) else step.mark for at, sign in enumerate(text))


@cache
def is_separator(sign: str) -> bool:
    """Spaces and marks. Lone accents, pictures and whatever is not plainly a mark count as part of the value."""
    return (
        sign.isspace()
        or unicodedata.category(sign)[0] in "ZP"
        or (sign.isascii() and not sign.isalnum() and sign.isprintable())
    )


def learn_null(lesson: Lesson) -> Emptied:
    return Emptied(lesson.column)


def learn_redact(step: Redact, lesson: Lesson) -> Marked:
    lesson.refuse_as_mark(step.mark)
    return Marked(as_words(lesson.column), step.mark)


def learn_partial(step: Partial, lesson: Lesson) -> PartLeft:
    """What is left is compared between people: characters that few share still name them."""
    lesson.refuse_as_mark(step.mark)
    fitted = PartLeft(as_words(lesson.column), step)
    values, rows = few_share(fitted.apply(lesson.table, NO_SEEDS), lesson.people, lesson.k)
    if not rows:
        return fitted
    note = (
        f"what is left of {counted(values, 'values')} is shared by fewer than {lesson.k} people "
        f"({counted(rows)} of {len(lesson.table):,})"
    )
    return replace(fitted, notes=lesson.notes(note))
