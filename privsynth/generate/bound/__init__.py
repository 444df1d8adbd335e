"""Any backend, with a rulebook that binds its rows.

What the backend can keep by itself it is told before it learns. Totals are worked out from the rows below. People of
whom a row still breaks a rule are drawn again, all their rows with them, within a budget; what is left then is repaired
by the smallest change. Rows that follow people are not drawn again. What still does not hold ends the run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Self

import numpy as np

from privsynth.bindings import Bound, BoundRow
from privsynth.dataset import Dataset, Rule, Table
from privsynth.errors import BackendError
from privsynth.expressions import names_in
from privsynth.generate import Backend, Closing, Described, Foreseeing
from privsynth.generate.bound.chosen import crowded
from privsynth.generate.bound.judged import Judge, together
from privsynth.generate.bound.repair import repaired, with_totals
from privsynth.recipe import Recipe, RuleKept
from privsynth.seeds import child
from privsynth.stages import Estimate
from privsynth.statistics import Statistics
from privsynth.typing import Array

BUDGET = 20  # rows drawn for each row asked, at most
MOST_DRAWN = 2_000_000  # rows of the first table, at once
SPARE = 1.15  # times as many rows as seem to be needed
ROUNDS = 4


@dataclass(frozen=True, eq=False, kw_only=True)
class Bounded:
    """Rows with their totals worked out; by the name of each rule what was changed for it, and what is wrong."""

    data: Dataset
    changed: Mapping[str, Array] = field(repr=False)
    wrong: dict[str, Array] = field(repr=False)
    drawn: int  # rows of the first table from which these were taken
    by_engine: Mapping[str, RuleKept] = field(default_factory=dict)

    @property
    def is_right(self) -> bool:
        return not any(rows.any() for rows in self.wrong.values())


class BoundBackend:
    """`redraws`: whether rows may be drawn again; those that are their people's own may not.

    `in_groups`: people share their quasi-identifiers in groups. These are not changed, and nobody is left out as long
    as a repair will do, or the groups would become too small.
    """

    def __init__(self, backend: Backend, bindings: Sequence[Bound], *, redraws: bool, in_groups: bool = False) -> None:
        self.backend, self.bindings, self.redraws, self.in_groups = backend, bindings, redraws, in_groups
        self.kept_: tuple[RuleKept, ...] = ()

    def fit(self, dataset: Dataset, statistics: Statistics, rng: np.random.Generator) -> Self:
        self.backend = self.backend.fit(told(dataset, self.bindings), statistics, rng)
        return self.around(self.backend, dataset)

    def around(self, fitted: Backend, source: Dataset) -> Self:
        """A backend that was fitted before, to these rows."""
        self.backend, self.source_ = fitted, source
        self.judge_ = Judge(bindings=self.bindings, source=source, follows=not self.redraws, in_groups=self.in_groups)
        return self

    def sample(self, rows: int | None, rng: np.random.Generator) -> Dataset:
        draw, again, mend = child(rng, "draw", "draw again", "repair")
        first = self._attempt(rows, draw)
        last, lend = first, mend if self.redraws else None
        data, left = (first.data, first.wrong) if self._redraws_first else self._repaired(first, lend)
        if self.redraws and any(rows.any() for rows in left.values()):
            last = self._again(first, again)
            data, left = self._repaired(last, lend)
        self._refuse(data, left, last)
        self.kept_ = tuple(self._told(each, data, first, last) for each in self.bindings)
        return data.with_notes(*_notes(first, last))

    @property
    def recipe(self) -> Recipe:
        own = (
            self.backend.recipe if isinstance(self.backend, Described) else Recipe(backend=type(self.backend).__name__)
        )
        return replace(own, kept=self.kept_)

    def foresee(self, dataset: Dataset) -> Estimate | None:
        return self.backend.foresee(dataset) if isinstance(self.backend, Foreseeing) else None

    def close(self) -> None:
        if isinstance(self.backend, Closing):
            self.backend.close()

    @property
    def _redraws_first(self) -> bool:
        return self.redraws and not self.in_groups

    def _repaired(self, made: Bounded, rng: np.random.Generator | None) -> tuple[Dataset, dict[str, Array]]:
        return repaired(made.data, self.judge_, made.wrong, rng)

    def _attempt(self, rows: int | None, rng: np.random.Generator) -> Bounded:
        before = self._by_engine()
        drawn = as_it_was(self.backend.sample(rows, rng), self.source_)
        data, changed = with_totals(drawn, self.judge_)
        by_engine = {name: _since(before.get(name), now) for name, now in self._by_engine().items()}
        wrong = self.judge_.too_many(data)
        return Bounded(data=data, changed=changed, wrong=wrong, drawn=len(data.root), by_engine=by_engine)

    def _again(self, first: Bounded, rng: np.random.Generator) -> Bounded:
        """More people are drawn than asked for, and those chosen of whom no row breaks a rule."""
        wanted, best = len(first.data.root), first
        crowd = crowded(first.data, together(first.data, self.bindings, first.wrong))
        most = min(BUDGET * wanted, max(MOST_DRAWN, wanted))
        beside, size = crowd.beside, _needed(wanted, crowd.good_rows, len(crowd.root), most)
        for stream in child(rng, *map(str, range(ROUNDS))):
            more = self._attempt(size, stream)
            crowd = crowded(more.data, together(more.data, self.bindings, more.wrong))
            rows = crowd.chosen(wanted, beside)
            if rows is not None:
                best = _taken(more, rows, {each.name: each.table for each in self.bindings})
            if best.is_right or size >= most:
                break
            size = min(most, max(2 * size, _needed(wanted, crowd.good_rows, len(crowd.root), most)))
        return best

    def _refuse(self, data: Dataset, left: Mapping[str, Array], last: Bounded) -> None:
        """What could not be kept, with its counts."""
        broken = [
            f"{each.told}: {int(left[each.name].sum()):,} of {len(left[each.name]):,} rows"
            for each in self.bindings
            if each.name in left and left[each.name].any()
        ]
        if broken:
            tried = (
                f"{last.drawn:,} rows of {data.root.name} were drawn for {len(data.root):,}, and "
                if self.redraws
                else ""
            )
            raise BackendError(
                f"the rulebook cannot be kept; {tried}these rules are still broken: {'; '.join(broken)}.",
                hint="give such a rule a rate, or leave it out; `privsynth rules check BOOK DATA` tells which rows of "
                "the source keep it narrowly, and a policy's `where` asks for rows of which more keep it"
                if self.redraws
                else "give the columns that it names steps that keep them comparable (shift for dates, none or round "
                "for numbers), or leave the rule out; rows that follow people are not drawn again",
            )

    def _told(self, binding: Bound, data: Dataset, first: Bounded, last: Bounded) -> RuleKept:
        name, rows = binding.name, len(data[binding.table])
        if name not in last.wrong:
            why = "a column that it speaks of was made coarser or replaced"
            return RuleKept(rule=name, table=binding.table, place=binding.place, rows=rows, unasked=why)
        engine = last.by_engine.get(name, RuleKept(rule=name, table=binding.table))
        worked_out = int(last.changed[name].sum()) if name in last.changed else 0
        broken, left = int(first.wrong[name].sum()), int(last.wrong[name].sum())
        return RuleKept(
            rule=name,
            table=binding.table,
            place=binding.place,
            rows=rows,
            broken=engine.broken + worked_out + max(broken, left),
            redrawn=engine.redrawn + max(0, broken - left),
            repaired=engine.repaired + worked_out + left,
            excused=0 if _is_soft(binding) else int(self.judge_.excused(binding, data).sum()),
        )

    def _by_engine(self) -> dict[str, RuleKept]:
        """What engines that were told of the rules did for them so far."""
        if not isinstance(self.backend, Described):
            return {}
        return {name: each for table in self.backend.recipe.tables.values() for name, each in table.kept.items()}


def _is_soft(binding: Bound) -> bool:
    return isinstance(binding, BoundRow) and binding.rule.rate < 1


def told(dataset: Dataset, bindings: Sequence[Bound]) -> Dataset:
    """The tables with the rules that a backend may keep by itself: those of learnt columns that hold in every row."""
    return dataset.replace_tables(*(_told_table(table, dataset, bindings) for table in dataset))


def _told_table(table: Table, dataset: Dataset, bindings: Sequence[Bound]) -> Table:
    rows = (each for each in bindings if isinstance(each, BoundRow) and each.table == table.name)
    rules = tuple(each.rule for each in rows if each.rule.rate == 1 and _is_learnt(each.rule, table, dataset))
    return replace(table, rules=(*table.rules, *rules)) if rules else table


def _is_learnt(rule: Rule, table: Table, dataset: Dataset) -> bool:
    """Whether it names no column of the table that is invented, or a key."""
    own = [name for name in names_in(rule.expect) if name in table]
    keys = dataset.key_columns(table.name)
    return bool(own) and not any(table[name].role.is_fabricated or name in keys for name in own)


def as_it_was(drawn: Dataset, source: Dataset) -> Dataset:
    """The rows, with the rules of the policy alone."""
    return drawn.replace_tables(
        *(replace(table, rules=source[table.name].rules) for table in drawn if table.name in source)
    )


def _needed(wanted: int, good: int, drawn: int, most: int) -> int:
    """How many rows to draw, going by how many of so many were good."""
    return min(most, ceil(SPARE * wanted * drawn / good) + 20) if good else most


def _taken(more: Bounded, rows: Mapping[str, Array], tables: Mapping[str, str]) -> Bounded:
    data = more.data.replace_tables(*(table.take(rows[table.name]) for table in more.data))
    changed, wrong = (
        {name: of_rows[rows[tables[name]]] for name, of_rows in each.items()} for each in (more.changed, more.wrong)
    )
    return replace(more, data=data, changed=changed, wrong=wrong)


def _since(before: RuleKept | None, now: RuleKept) -> RuleKept:
    if before is None:
        return now
    counts = {name: getattr(now, name) - getattr(before, name) for name in ("rows", "broken", "redrawn", "repaired")}
    return replace(now, **counts)


def _notes(first: Bounded, last: Bounded) -> list[str]:
    if last is first:
        return []
    name = last.data.root.name
    return [
        f"table {name}: {last.drawn:,} rows were drawn for the {len(last.data.root):,} that were asked for, and people "
        "taken whose rows keep the rulebook: what goes with breaking it is rarer than in the source"
    ]
