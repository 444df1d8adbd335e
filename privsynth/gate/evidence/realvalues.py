"""The real values that a draft is compared with, in one form for all spellings. They live in memory only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Kind, Role, Table
from privsynth.pii.canonical import forms_of, letters
from privsynth.pii.entities import Trait, has
from privsynth.typing import Array

SHORT = 6  # letters and digits: shorter invented codes meet real ones by chance


def forms(values: Iterable[Any], entity: str | None) -> set[str]:
    """One form for all spellings of a value: no case, accents, spaces, marks; telephones as in `numbers`."""
    known, is_phone = pd.unique(pd.Series(list(values), dtype=object).dropna()), has(entity, Trait.PHONE)
    return {form for value in known for form in forms_of(value, is_phone=is_phone)}


def is_telling(form: str) -> bool:
    """Enough letters and digits that nobody else's value is the same by chance."""
    has_digit, has_letter = any(map(str.isdigit, form)), any(map(str.isalpha, form))
    return len(form) >= (8 if has_digit and has_letter else 9 if has_digit else 12)


def names_somebody(column: Column, table: Table) -> bool:
    """Whether one equal value is one too many: keys, and direct values that are long enough not to meet by chance."""
    if column.role is Role.IDENTIFIER:
        return True
    if column.role is not Role.DIRECT or has(column.entity, Trait.SHARED):
        return False
    known = pd.unique(pd.Series(table.text(column.name), dtype=object).dropna())
    return len(known) == 0 or float(np.median([len(letters(value)) for value in known[:1000]])) >= SHORT


@dataclass(frozen=True, eq=False)
class RealColumn:
    """The forms of a column's values on both sides of the split, and how many rows hold each."""

    counts_train: pd.Series[int] = field(repr=False)
    counts_holdout: pd.Series[int] = field(repr=False)
    rows_train: int
    rows_holdout: int

    def rare(self, fewer_than: int) -> tuple[set[str], set[str]]:
        """Forms that few real rows hold: those of training rows alone, and those of held-out rows alone."""
        total = self.counts_train.add(self.counts_holdout, fill_value=0)
        rare = set(total.index[total < fewer_than])
        train, holdout = rare & set(self.counts_train.index), rare & set(self.counts_holdout.index)
        return train - holdout, holdout - train


def real_column(train: Array, holdout: Array) -> RealColumn:
    return RealColumn(_counts(train), _counts(holdout), len(train), len(holdout))


def _counts(texts: Array) -> pd.Series[int]:
    spelt = pd.Series(texts, dtype=object).dropna().value_counts()
    return (
        spelt.groupby([letters(value) for value in spelt.index]).sum()
        if len(spelt)
        else pd.Series(dtype="int64", index=pd.Index([], dtype=object))
    )


def text_columns(table: Table) -> Iterator[Column]:
    return (column for column in table.columns if column.kind in (Kind.TEXT, Kind.CATEGORY, Kind.ORDINAL))
