"""Does a real value turn up in the draft? This needs to recognise nothing, and so misses nothing that is spelt out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace

import numpy as np
import pandas as pd

from privsynth.dataset import Kind, Role, Table
from privsynth.gate.evidence.realvalues import (
    RealColumn,
    forms,
    names_somebody,
    real_column,
    text_columns,
)
from privsynth.measure.significance import copy_pvalue
from privsynth.pii.canonical import forms_of, letters, whole_name
from privsynth.pii.entities import Trait, has
from privsynth.pii.whole_names import name_pairs
from privsynth.typing import Array

SIGNIFICANT_DIGITS = 6


@dataclass(frozen=True)
class Overlap:
    """Rare real values in the draft: of training rows, of held-out rows, and by how much the first exceed chance."""

    column: str
    key: str  # of the finding that it counts for
    hits_train: int
    hits_holdout: int
    _: KW_ONLY
    of_train: int  # rare values that only training rows hold
    of_holdout: int
    rows: tuple[int, int]  # of training, and held out
    distinct: int  # values of the draft
    n: int  # of these, the ones that were looked for

    @property
    def share(self) -> float:
        """Of the draft's distinct values, how many are real beyond chance."""
        by_chance = self.hits_holdout * self.of_train / self.of_holdout if self.of_holdout else 0.0
        return max(0.0, self.hits_train - by_chance) / max(1, self.distinct)

    @property
    def pvalue(self) -> float:
        """By rare values; by rows where the hold-out has none; without a hold-out each hit counts."""
        if not self.of_train or not self.hits_train:
            return 1.0
        inside, outside = (self.of_train, self.of_holdout) if self.of_holdout else self.rows
        return copy_pvalue(self.hits_train, self.hits_holdout, inside / (inside + outside)) if outside else 0.0

    def beside(self, folds: Sequence[Overlap]) -> Overlap:
        """The same, where nobody was held out and each person's fold is the control."""
        return replace(
            self,
            hits_holdout=sum(fold.hits_holdout for fold in folds),
            of_holdout=sum(fold.of_holdout for fold in folds),
            rows=(self.rows[0], sum(fold.rows[1] for fold in folds)),
        )


@dataclass(frozen=True, eq=False)
class Named:
    """The values of which one is too many, by column."""

    by_column: dict[str, set[str]] = field(repr=False)
    entity: dict[str, str | None]

    @classmethod
    def of(cls, train: Table, holdout: Table) -> Named:
        columns = [column for column in train.columns if names_somebody(column, train)]
        values = {c.name: forms([*train.text(c.name), *holdout.text(c.name)], c.entity) for c in columns}
        return cls(values, {c.name: c.entity for c in columns})

    def hits(self, name: str, texts: Array) -> int:
        """Distinct values of a column that are real values of that column."""
        real, known = self.by_column[name], pd.unique(pd.Series(texts, dtype=object).dropna())
        is_phone = has(self.entity[name], Trait.PHONE)
        return sum(not real.isdisjoint(forms_of(text, is_phone=is_phone)) for text in known)


def named_hits(named: Named, made: Table) -> dict[str, int]:
    """For each draft column that names people the values in it that are real ones of that column."""
    return {name: named.hits(name, made.text(name)) for name in named.by_column if name in made}


def rare_strings(train: Table, holdout: Table, made: Table, k_rare: int) -> Iterator[Overlap]:
    """Words that are anybody's: a few equal ones are chance, more than in the hold-out are copies."""
    skip = (Role.FREE_TEXT, Role.IDENTIFIER)
    for column in text_columns(train):
        if (
            column.name in made
            and column.role not in skip
            and not names_somebody(column, train)
            and made[column.name].kind is not Kind.DATE
        ):
            real = real_column(train.text(column.name), holdout.text(column.name))
            yield _excess(column.name, "rare_words", real, made.text(column.name), k_rare)


def rare_numbers(train: Table, holdout: Table, made: Table, k_rare: int) -> Iterator[Overlap]:
    """Numbers of six or more significant digits say as much as a name: the 1.9 million balance, to the cent."""
    for column in train.columns:
        if column.kind.is_numeric and not column.kind.is_time and not column.role.is_fabricated and column.name in made:
            real = real_column(_long_numbers(train.text(column.name)), _long_numbers(holdout.text(column.name)))
            if len(real.counts_train):
                yield _excess(
                    column.name,
                    "rare_numbers",
                    real,
                    _long_numbers(made.text(column.name)),
                    k_rare,
                    made.frame[column.name].nunique(),
                )


def _long_numbers(texts: Array) -> Array:
    known = pd.unique(pd.Series(texts, dtype=object).dropna())
    long = {text for text in known if len("".join(c for c in text if c.isdigit()).strip("0")) >= SIGNIFICANT_DIGITS}
    return np.array([text if text in long else None for text in texts], dtype=object)


def whole_names(train: Table, holdout: Table, made: Table, k_rare: int) -> Iterator[Overlap]:
    """Given name and surname together, whichever stands first."""
    real = real_column(_in_one_order(name_pairs(train)), _in_one_order(name_pairs(holdout)))
    if len(real.counts_train):
        yield _excess("whole name", "real_names", real, _in_one_order(name_pairs(made)), k_rare)


def _in_one_order(names: Array) -> Array:
    codes, known = pd.factorize(np.asarray(names, dtype=object))
    return np.array([*map(whole_name, known), None], dtype=object)[codes]


def _excess(column: str, key: str, real: RealColumn, made: Array, k_rare: int, distinct: int | None = None) -> Overlap:
    """Each rare real value is met or not; by chance those of training rows as often as those of held-out rows."""
    train, holdout = real.rare(k_rare)
    known = {letters(value) for value in pd.unique(pd.Series(made, dtype=object).dropna())}
    hits, control = len(train & known), len(holdout & known)
    return Overlap(
        column,
        key,
        hits,
        control,
        of_train=len(train),
        of_holdout=len(holdout),
        rows=(real.rows_train, real.rows_holdout),
        distinct=len(known) if distinct is None else distinct,
        n=len(known),
    )
