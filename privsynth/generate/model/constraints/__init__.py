"""What holds in every synthetic row: rules that somebody declared, and facts that hold in all real rows.

It works around any engine. What can hold by construction does: a column that others define is not learnt but computed,
and of two that keep an order one is learnt as its distance from the other (`derived`). Rows that break something else
are drawn again within a budget, then mended where mending is simple. A declared rule that still does not hold is an
error; a fact is a note.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Self

import numpy as np
import pandas as pd

from privsynth.dataset import Rule, RuleSeenTo, Table
from privsynth.errors import BackendError
from privsynth.expressions.rules import compile_rule, definitions_in, parts_of
from privsynth.generate.model.constraints.derived import Computed, MostlyComputed
from privsynth.generate.model.constraints.shaping import Constraints, constraints_of
from privsynth.generate.model.constraints.stand_ins import StandIns, with_stand_ins
from privsynth.generate.model.engine import Engine, check_engine, frame_of, rows_counted
from privsynth.keeping import kept, learnt_values
from privsynth.recipe import RuleKept, TableRecipe
from privsynth.statistics import Fact
from privsynth.typing import Array

ROUNDS = 40
IDLE = 2  # rounds without one row mended, after which the rest is given up
CANDIDATES = 4_096  # rows drawn a round, at least: few bad rows get many tries at once
MOST_TRIES = 64  # of one row in one round


@kept(version=1, names=("k", "constraints_", "notes_", "engine_"))
class Constrained:
    """An engine whose rows keep what was declared and found.

    `blind`: nothing may be decided by looking at the rows (dp). `follows`: the engine has no look-ups of its own.
    `least`: how many must hold a level that the engine learns, where it asks for more than `k`.
    """

    def __init__(
        self,
        make: Callable[[], Engine],
        *,
        k: int,
        rules: Sequence[Rule] = (),
        facts: Sequence[Fact] = (),
        blind: bool = False,
        follows: bool = False,
        least: int = 0,
    ) -> None:
        self.make, self.k, self.rules, self.facts, self.blind, self.follows = make, k, rules, facts, blind, follows
        self.least = max(k, least)

    def fit(
        self, table: Table, rng: np.random.Generator, *, given: Sequence[str] = (), units: Array | None = None
    ) -> Self:
        facts = [] if self.blind else self.facts
        source, stand_ins = table, list[StandIns]()
        if not self.blind:
            table, stand_ins = with_stand_ins(source, _of_learnt(facts), given, k=self.least, units=units)
        self.constraints_: Constraints = constraints_of(
            table,
            given,
            self.rules,
            facts,
            source=source,
            k=self.k,
            units=units,
            blind=self.blind,
            follows=self.follows,
        )
        self.notes_ = (
            ()
            if self.blind
            else (
                *(each.note for each in stand_ins),
                *_fit_notes(self.constraints_, source, self.k),
            )
        )
        self.unkept_: Counter[str] = Counter()
        self.rules_kept_: dict[str, RuleKept] = {}
        taught = self.constraints_.taught(table, source)
        self.engine_: Engine | None = (
            self.make().fit(taught, rng, given=given, units=units) if len(taught.columns) > len(given) else None
        )
        return self

    def sample(self, rows: int, rng: np.random.Generator, given: pd.DataFrame | None = None) -> pd.DataFrame:
        synthetic = self._once(rows, rng, given)
        if rows and self.constraints_.can_break:
            wrong, idle = np.flatnonzero(self._wrong(synthetic, given)), 0
            broken = self._rules_broken(synthetic, wrong, given)
            for _ in range(ROUNDS):
                if not len(wrong) or idle >= IDLE:
                    break
                left = self._again(synthetic, wrong, rng, given)
                idle, wrong = (idle + 1 if len(left) == len(wrong) else 0), left
            self._count(rows, broken, wrong)
            if len(wrong):
                self._mend(synthetic, wrong, given)
        return frame_of(synthetic, rows)

    @property
    def bare(self) -> Engine:
        """The engine itself, where there is nothing to keep and nothing to tell."""
        is_bare = self.constraints_.is_plain and not self.notes_
        return self.engine_ if is_bare and self.engine_ is not None else self

    @property
    def rows(self) -> int | None:
        return rows_counted(self.engine_)

    @property
    def notes(self) -> Sequence[str]:
        own = () if self.engine_ is None else self.engine_.notes
        unkept = [
            f"table '{self.constraints_.table}': {count:,} synthetic rows break what real rows keep: {fact}."
            for fact, count in sorted(self.unkept_.items())
        ]
        return [*own, *self.notes_, *unkept]

    @property
    def recipe(self) -> TableRecipe:
        own = TableRecipe(engine="none", parameters={}) if self.engine_ is None else self.engine_.recipe
        details = {**own.details, "constraints": self.constraints_.summary}
        return replace(own, kept=self.rules_kept_, details=details)

    def kept_values(self) -> Mapping[str, Any]:
        """Not what of one draw was not kept."""
        learnt = learnt_values(self, ("constraints_", "engine_", "notes_", "rules_kept_", "unkept_"))
        del learnt["unkept_"], learnt["rules_kept_"]
        return {"k": self.k, **learnt}

    @classmethod
    def from_kept(cls, values: Mapping[str, Any]) -> Self:
        if values["engine_"] is not None:
            check_engine(values["engine_"])
        constrained = cls(_refuse_to_fit, k=values["k"])
        learnt = {name: values[name] for name in ("constraints_", "engine_", "notes_")}
        vars(constrained).update(**learnt, unkept_=Counter(), rules_kept_={})
        return constrained

    def _once(self, rows: int, rng: np.random.Generator, given: pd.DataFrame | None) -> dict[str, Array]:
        drawn = (
            pd.DataFrame(index=pd.RangeIndex(rows)) if self.engine_ is None else self.engine_.sample(rows, rng, given)
        )
        return self.constraints_.restored(_arrays(drawn), _arrays(given), rng)

    def _wrong(self, synthetic: Mapping[str, Array], given: pd.DataFrame | None) -> Array:
        return self.constraints_.wrong({**_arrays(given), **synthetic})

    def _rules_broken(
        self, synthetic: Mapping[str, Array], wrong: Array, given: pd.DataFrame | None
    ) -> dict[str, Array]:
        """Which of the wrong rows break each rule."""
        columns = {name: values[wrong] for name, values in {**_arrays(given), **synthetic}.items()}
        return {name: wrong[broken] for name, broken in self.constraints_.rules_broken(columns)}

    def _count(self, rows: int, broken: Mapping[str, Array], left: Array) -> None:
        """What was done for each rule: what is left will be mended, what is not was drawn again."""
        for name, at in broken.items():
            before = self.rules_kept_.get(name, RuleKept(rule=name, table=self.constraints_.table))
            mended = int(np.isin(at, left).sum())
            self.rules_kept_[name] = replace(
                before,
                rows=before.rows + rows,
                broken=before.broken + len(at),
                redrawn=before.redrawn + len(at) - mended,
                repaired=before.repaired + mended,
            )

    def _leave(self, name: str, rows: int) -> None:
        """Rows of which somebody else takes care: they were not mended here."""
        counted = self.rules_kept_[name]
        self.rules_kept_[name] = replace(
            counted, broken=max(0, counted.broken - rows), repaired=max(0, counted.repaired - rows)
        )

    def _again(
        self, synthetic: dict[str, Array], wrong: Array, rng: np.random.Generator, given: pd.DataFrame | None
    ) -> Array:
        """Put the first good one of some new rows in place of each bad one; the rows that are still bad."""
        tries = int(np.clip(CANDIDATES // len(wrong), 1, MOST_TRIES))
        at = np.repeat(wrong, tries)
        held = None if given is None else given.iloc[at].reset_index(drop=True)
        new = self._once(len(at), rng, held)
        good = ~self._wrong(new, held).reshape(len(wrong), tries)
        has_good = good.any(axis=1)
        chosen = (np.arange(len(wrong)) * tries + good.argmax(axis=1))[has_good]
        for name, values in synthetic.items():
            synthetic[name] = values.copy()
            synthetic[name][wrong[has_good]] = new[name][chosen]
        return np.asarray(wrong[~has_good])

    def _mend(self, synthetic: dict[str, Array], wrong: Array, given: pd.DataFrame | None) -> None:
        held = {name: values[wrong] for name, values in _arrays(given).items()}
        mended = self.constraints_.mended({name: values[wrong] for name, values in synthetic.items()}, held)
        for name, values in mended.items():
            synthetic[name] = synthetic[name].copy()
            synthetic[name][wrong] = values
        columns = {**held, **mended}
        size = len(next(iter(synthetic.values())))
        seen_to = {rule.name for rule in self.constraints_.rules if isinstance(rule, RuleSeenTo)}
        for name, broken in self.constraints_.rules_broken(columns):
            if name in seen_to:
                self._leave(name, int(broken.sum()))
            elif broken.any():
                raise BackendError(
                    f"table '{self.constraints_.table}': rule '{name}' is broken by {broken.sum() / size:.2%} "
                    "of the synthetic rows, even after drawing them again many times.",
                    hint="run without the rule and read in the notes how many real rows keep it; rules that exclude "
                    "each other, or that a condition (where) excludes, cannot be kept",
                )
        self.unkept_.update(
            {fact: int(broken.sum()) for fact, broken in self.constraints_.facts_broken(columns) if broken.any()}
        )


def _refuse_to_fit() -> Engine:
    raise BackendError("a model that was kept is not fitted again.")


def _arrays(given: pd.DataFrame | None) -> dict[str, Array]:
    return {} if given is None else {str(name): given[name].to_numpy() for name in given}


def _of_learnt(facts: Sequence[Fact]) -> list[Fact]:
    """Without the dependencies of columns that are computed: these have no levels that could be too rare."""
    computed = {fact.columns[0] for fact in facts if fact.kind == "arithmetic" and fact.share == 1.0}
    return [fact for fact in facts if fact.kind == "arithmetic" or not computed & set(fact.columns)]


def _fit_notes(constraints: Constraints, table: Table, k: int) -> list[str]:
    return [
        *_broken_notes(constraints, table, k),
        *_computed_notes(constraints),
        *(place.note(table.name, k) for place in constraints.places),
    ]


def _computed_notes(constraints: Constraints) -> Iterator[str]:
    """What is worked out because it was found, and not because a rule says so."""
    declared = {
        way.column for rule in constraints.rules for part in parts_of(rule.expect) for way in definitions_in(part)
    }
    for kind, how in ((Computed, "every synthetic row"), (MostlyComputed, "as many rows as in the source")):
        names = [step.column for step in constraints.steps if isinstance(step, kind) and step.column not in declared]
        if names:
            yield (
                f"table '{constraints.table}': worked out from other columns in {how}, as found in the source: "
                f"{', '.join(names)}. inspect shows how; `arithmetic: declared` in the policy leaves it to rules."
            )


def _broken_notes(constraints: Constraints, table: Table, k: int) -> list[str]:
    """How many real rows break each rule; fewer than k are not counted out."""
    notes = []
    for rule in constraints.rules:
        broken = int(compile_rule(rule.expect, table.columns).fails(table.frame).sum())
        if broken:
            count = f"{broken:,}" if broken >= k else f"fewer than {k}"
            notes.append(
                f"table '{table.name}': rule '{rule.name}' is broken by {count} of {len(table):,} training rows; "
                "synthetic rows keep it."
            )
    return notes


def plain_where_possible(engine: Engine) -> Engine:
    """Without the wrapping that has nothing to do."""
    return engine.bare if isinstance(engine, Constrained) else engine
