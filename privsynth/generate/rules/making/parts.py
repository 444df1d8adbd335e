"""Tables of more rows than fit in memory are made in parts: so many rows of the first table, with all below them.

Each part has a seed of its own, by the seed of the run and its number. So its rows are the same whatever was made
before it, and in whatever process.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from privsynth.dataset import Dataset
from privsynth.generate.rules.planning.plan import BookPlan, TablePlan
from privsynth.seeds import seed_of

MOST_AT_ONCE = 500_000  # rows of the first table made together: a million of ten columns take over a gigabyte
PART = 100_000  # rows of it in a part: these and their children take a few hundred megabytes
_KEYS = ("sequence", "uuid")  # unique however many parts there are


@dataclass(frozen=True)
class Part:
    """One part of the rows: its seed, its rows of the first table, and how many rows of each table come before it."""

    seed: int
    rows: int
    before: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class RowsInParts:
    """All rows, a part at a time: any number of walks over them."""

    parts: Sequence[Part]
    make: Callable[[Part], Dataset] = field(repr=False)

    def __len__(self) -> int:
        return len(self.parts)

    def __iter__(self) -> Iterator[Dataset]:
        before = Counter[str]()
        for part in self.parts:
            made = self.make(replace(part, before=before))
            before = before + Counter({table.name: len(table) for table in made})
            yield made


def parts_of(rows: int, seed: int) -> list[Part]:
    """The parts of so many rows of the first table; how many rows of each table come before one is not known yet."""
    return [
        Part(seed_of(seed, "part", number), min(PART, rows - start))
        for number, start in enumerate(range(0, rows, PART))
    ]


def why_whole(plan: BookPlan) -> str | None:
    """Why a book cannot be made in parts: a row needs to know of rows of another one. None: it can."""
    roots = [table for table in plan.tables.values() if table.parent is None]
    if len(roots) != 1:
        return f"{len(roots)} of its tables have no parent ({', '.join(table.name for table in roots)})"
    return next((reason for table in plan.tables.values() if (reason := _why_whole(table)) is not None), None)


def _why_whole(table: TablePlan) -> str | None:
    if table.parent is None and table.process is not None:
        return f"the rows of table {table.name} come from a process"
    others = [link.table for link in table.links.values() if link.table != table.parent]
    if others or len(table.links) > 1:
        return f"table {table.name} refers to rows of other parts"
    if table.rule.is_wrong:
        return f"errors are made in table {table.name}"
    if table.edges or table.cover:
        return f"rows of table {table.name} are made on purpose"
    if table.rule.unique:
        return f"no two rows of table {table.name} may be alike"
    for column in table.columns.values():
        place = f"column {column.name} of table {table.name}"
        if column.rule.unique and column.rule.generator not in _KEYS:
            return f"{place} is unique"
        if table.parent is None and (column.is_sorted or (column.provider is not None and column.provider.across)):
            return f"{place} rests upon the rows before it"
    return None
