"""The same people, pseudonymised: each column by the step that the plan names for it, all under one masking key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Self

import numpy as np

from privsynth.dataset import Dataset, Table
from privsynth.errors import PolicyError
from privsynth.generate.mask.memory import Memory
from privsynth.generate.mask.statements import changes, statements
from privsynth.generate.mask.steps.anonymise import Demands
from privsynth.generate.mask.work import Work, in_groups_too, planned, told_of_groups
from privsynth.groups.rare import counted
from privsynth.measure.relations import unkept
from privsynth.options import Limits, MaskOptions, effective_k
from privsynth.pii.analyzer import AUTO
from privsynth.recipe import Recipe
from privsynth.statistics import Statistics
from privsynth.typing import Array

TOKENS = (
    "HMAC-SHA256 under one HKDF-SHA256 key for each column, "
    "or a keyed permutation (AES, FF1) of the values of one shape"
)
AFTERWARDS = {"arithmetic": "; drop what can be worked out, and work it out afterwards"}
KEPT = "the key is kept: whoever holds it can link this data to its source; pseudonymised, still personal data"
DESTROYED = (
    "the key is made for this run and destroyed with it: no other run makes the same tokens; rows of two runs "
    "can still be joined by what both keep"
)


class Mask:
    """A backend that keeps every row and its person, and takes away what names that person."""

    def __init__(self, options: MaskOptions, limits: Limits, memory: Memory | None = None, *, nlp: str = AUTO) -> None:
        self.options, self.memory, self.nlp = options, memory, nlp
        self.average_max = min(limits.tracing_max, limits.average_risk_max or 1.0)
        self.demands = Demands(
            k=effective_k(limits, options),
            k_rare=limits.k_rare,
            l=max(options.l or 1, limits.l_min or 1),
            t=options.t,
            suppress_max=options.suppress_max,
        )

    def fit(self, dataset: Dataset, statistics: Statistics, rng: np.random.Generator) -> Self:  # noqa: ARG002  nothing drawn
        self.memory_ = self.memory or Memory.for_options(self.options)
        by_roles = planned(dataset, self.options)
        self.data_, self.statistics_ = in_groups_too(by_roles, self.memory_), statistics
        self.told_, self.changed_ = told_of_groups(by_roles, self.data_), changes(by_roles, {})
        return self

    def sample(self, rows: int | None, rng: np.random.Generator) -> Dataset:
        """All rows of all tables, masked, each table in an order drawn from `rng`."""
        data = self.data_
        if rows is not None and rows != len(data.root):
            raise PolicyError(
                f"mask keeps the {len(data.root)} rows that there are: it cannot make {rows} of them.",
                hint="leave rows out, or use backend clone or model.",
            )
        work = Work(
            data=data,
            statistics=self.statistics_,
            memory=self.memory_,
            demands=self.demands,
            average_max=self.average_max,
            nlp=self.nlp,
        )
        masked = work.masked()
        self.changed_ = changes(data, masked)
        for table in data:
            work.notes.extend(
                self.memory_.once(("broken", table.name), partial(self._broken, table, masked[table.name]))
            )
        tables = [_in_order(masked[table.name], rng.permutation(len(table))) for table in data]
        return replace(data, tables=tuple(tables)).with_notes(*self.told_, *work.notes)

    def _broken(self, table: Table, masked: Table) -> list[str]:
        """What holds in every row and not in every masked one, and the steps that broke it."""
        facts = [fact for fact in self.statistics_.facts if fact.table == table.name]
        return [
            f"table {table.name}: {counted(rows)} break what all source rows keep: {fact.words} "
            f"({_steps(table, fact.columns)}){AFTERWARDS.get(fact.kind, '')}"
            for fact, rows in unkept(masked, facts, like=table)
        ]

    def close(self) -> None:
        """The end of the run: the key is overwritten in memory, and what was learnt under it goes."""
        self.memory_.destroy()

    @property
    def recipe(self) -> Recipe:
        ring = self.memory_.ring
        details = {
            "k": self.demands.k,
            "suppress_max": self.options.suppress_max,
            "key": ring.key_id,
            "key_held": ring.where,
            "key_overwritten": ring.is_destroyed,  # in this process; a kept key stays where it is kept
            "tokens": TOKENS,
            "note": KEPT if ring.kept else DESTROYED,
        }
        return Recipe(
            backend="mask",
            columns=statements(self.data_, ring, self.changed_),
            direct=self.options.direct,
            repeatable=ring.kept,
            details=details,
        )


def _steps(table: Table, names: Sequence[str]) -> str:
    return ", ".join(f"{name}: {step.do}" for name in names if (step := table[name].step) is not None)


def _in_order(table: Table, order: Array) -> Table:
    return replace(table, origin=np.arange(len(table))).take(order)
