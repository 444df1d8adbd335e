"""Rows are made in shards of a fixed size. What a shard holds follows from the seed and its number alone.

The root table and what it leads are made shard by shard. Tables beside them (look-ups, other roots) are made whole,
with the first shard.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from privsynth.dataset import Dataset, Table
from privsynth.generate.model.engine import frame_of
from privsynth.generate.model.tables.connected import LearningPlan
from privsynth.seeds import Seeds

SHARD = 2**17  # rows of the largest sharded table
FEWEST = 2**12  # rows of the root table, however many children they have


@dataclass(frozen=True, kw_only=True)
class Shard:
    """The rows of the root table from `start` to `stop`, of `rows` in all."""

    number: int
    start: int
    stop: int
    rows: int
    seeds: Seeds

    def stream(self, *name: str) -> np.random.Generator:
        """Chance of this shard alone."""
        return self.seeds.stream(*name, self.number)

    def common(self, *name: str) -> np.random.Generator:
        """Chance that all shards share, from its beginning."""
        return self.seeds.stream(*name)

    @property
    def share(self) -> float:
        return (self.stop - self.start) / self.rows if self.rows else 1.0

    def part(self, count: int) -> int:
        """How many of `count` fall to this shard; those of all shards add up to it."""
        return count * self.stop // self.rows - count * self.start // self.rows if self.rows else count


def in_shards(rows: int, size: int, rng: np.random.Generator) -> Iterator[Shard]:
    """At least one, also for no rows."""
    seeds = Seeds(int(rng.integers(0, 2**63)))
    for number in range(max(1, -(-rows // size))):
        yield Shard(number=number, start=number * size, stop=min(rows, (number + 1) * size), rows=rows, seeds=seeds)


def led_by(root: str, plans: Mapping[str, LearningPlan]) -> frozenset[str]:
    """The tables that are made shard by shard; none if another table refers to one of them: all is one shard."""
    led = {root}
    for name, plan in plans.items():  # parents come first
        if plan.lead is not None and plan.lead.parent in led:
            led.add(name)
    beside = (plan for name, plan in plans.items() if name not in led)
    refers = any(reference.relation.parent in led for plan in beside for reference in plan.references)
    return frozenset() if refers else frozenset(led)


def rows_of_a_shard(root: str, led: Iterable[str], plans: Mapping[str, LearningPlan], rows: int) -> int:
    """Rows of the root table, few enough that their children fit as well."""
    names = list(led)
    if not names:
        return max(rows, 1)
    largest = max(plans[name].rows for name in names)
    return max(FEWEST, SHARD * plans[root].rows // max(largest, 1))


def together(parts: Iterable[Dataset]) -> Dataset:
    """The batches as one dataset; their notes once."""
    batches = list(parts)
    if len(batches) == 1:
        return batches[0]
    notes = tuple(dict.fromkeys(note for batch in batches for note in batch.notes))
    return replace(
        batches[0], tables=tuple(_stacked([batch[name] for batch in batches]) for name in batches[0].names), notes=notes
    )


def _stacked(parts: list[Table]) -> Table:
    filled = [part for part in parts if len(part)] or parts[:1]
    names = [column.name for column in filled[0].columns]
    frame = frame_of(
        {name: np.concatenate([part.values(name) for part in filled]) for name in names}, sum(map(len, filled))
    )
    return replace(filled[0], frame=frame)


def emptied(table: Table) -> Table:
    return replace(table, frame=table.frame.iloc[:0])
