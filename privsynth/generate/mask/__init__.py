"""The same people, pseudonymised: to each column the step that the plan names for it, out of one key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Self

import numpy as np

from privsynth.dataset import Dataset, Table
from privsynth.errors import PolicyError
from privsynth.generate.mask.memory import Memory
from privsynth.generate.mask.statements import statements
from privsynth.generate.mask.work import Work, planned
from privsynth.options import Limits, MaskOptions, effective_k
from privsynth.pii.analyzer import AUTO
from privsynth.statistics import Statistics
from privsynth.typing import Array


class Mask:
    """A backend that keeps every row and its person, and takes away what names that person."""

    def __init__(self, options: MaskOptions, limits: Limits, memory: Memory | None = None, *, nlp: str = AUTO) -> None:
        self.options, self.limits, self.memory, self.nlp = options, limits, memory, nlp
        self.k = effective_k(limits, options)

    def fit(self, dataset: Dataset, statistics: Statistics, rng: np.random.Generator) -> Self:  # noqa: ARG002  nothing is drawn while fitting
        self.data_, self.statistics_ = planned(dataset, self.options), statistics
        self.memory_ = self.memory or Memory.for_options(self.options)
        return self

    def sample(self, rows: int | None, rng: np.random.Generator) -> Dataset:
        """All rows of all tables, masked, each table in an order drawn from `rng`."""
        data = self.data_
        if rows is not None and rows != len(data.root):
            raise PolicyError(
                f"mask keeps the {len(data.root)} rows that there are: {rows} cannot be made of them.",
                hint="leave rows out, or use backend clone or model.",
            )
        work = Work(data, self.statistics_, self.memory_, self.options, self.limits, self.k, self.nlp)
        made = work.masked()
        tables = [_in_order(made[table.name], rng.permutation(len(table))) for table in data]
        return replace(data, tables=tuple(tables)).with_notes(*work.notes)

    def close(self) -> None:
        """The end of the run: the key is overwritten where it lies, and what was learnt under it goes."""
        self.memory_.destroy()

    @property
    def recipe(self) -> Mapping[str, object]:
        return {
            "backend": "mask",
            "k": self.k,
            "direct": self.options.direct,
            "suppress_max": self.options.suppress_max,
            "key": self.memory_.ring.key_id,
            "key_held": self.memory_.ring.where,
            "key_overwritten": self.memory_.ring.is_destroyed,  # in this process; a kept key stays where it is kept
            "tokens": "HMAC-SHA256 under one HKDF-SHA256 key for each column, or a keyed permutation (AES, FF1) of the values of one shape",
            "repeatable": self.memory_.ring.kept,
            "columns": statements(self.data_, self.memory_.ring),
            "note": "the key is kept: whoever holds it can link this data to its source; pseudonymised, still personal data"
            if self.memory_.ring.kept
            else "the key is made for this run and destroyed with it: no other run makes the same tokens",
        }


def _in_order(table: Table, order: Array) -> Table:
    return replace(table, origin=np.arange(len(table))).take(order)
