"""What the book expects and a scenario leaves out, or asks of fewer rows: told with the rows that break it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from privsynth.checks.answer import answer
from privsynth.checks.demand import Demand, holds, seen_through
from privsynth.checks.filed import FiledTables
from privsynth.dataset import Dataset, Rule
from privsynth.errors import PolicyError
from privsynth.generate.rules.book import Book
from privsynth.generate.rules.planning.plan import TablePlan


@dataclass(frozen=True, kw_only=True)
class Waived:
    """An expectation of a table of the book. `demand` asks it of rows; None: their columns are of other kinds now."""

    name: str
    place: str
    that: str = field(repr=False)
    rate: float  # of the rows that keep it, by the book
    kept: float  # and by the scenario; 0: it says nothing of it
    demand: Demand | None = field(repr=False)

    def told(self, data: Dataset, table: TablePlan) -> str:
        """That it is left out, and how many of the made rows break it."""
        named = f"{self.name} of the book ({self.place})"
        says = f"asks {named} of only {100 * self.kept:g} % of the rows" if self.kept else f"leaves out {named}"
        left = f"table {table.name}: the scenario {says}"
        if self.demand is None:
            return f"{left}, which cannot be asked of its columns any more"
        found = answer(self.demand, FiledTables(data=data, ties={table.name: table.ties}))
        may = f"; {100 * (1 - self.rate):g} % may by the book" if self.rate < 1 else ""
        return f"{left}: {found.broken:,} of {found.rows:,} rows break it{may}"


def waived_in(book: Book, table: TablePlan, tables: Mapping[str, TablePlan]) -> Iterator[Waived]:
    """The expectations of a table that are less in this scenario than in the book."""
    if book.without is None:
        return
    now = {_plain(expect.that): float(expect.rate) for expect in table.rule.expect}
    for at, expect in enumerate(book.without.rules.tables[table.name].expect):
        kept = now.get(_plain(expect.that), 0.0)
        if kept < expect.rate:
            yield Waived(
                name=f"expect {at + 1}",
                place=book.without.place(("tables", table.name, "expect", str(at))),
                that=expect.that,
                rate=float(expect.rate),
                kept=kept,
                demand=_demand(expect.that, table, tables),
            )


def rules_waived(book: Book, table: TablePlan, tables: Mapping[str, TablePlan]) -> tuple[Rule, ...]:
    """The same for the gate, which counts for itself."""
    return tuple(
        Rule(f"{each.name} of the book", each.that, each.rate, table.ties)
        for each in waived_in(book, table, tables)
        if each.demand is not None
    )


def _demand(that: str, table: TablePlan, tables: Mapping[str, TablePlan]) -> Demand | None:
    described = {name: [each.column for each in other.columns.values()] for name, other in tables.items()}
    columns = seen_through(table.ties, described) | {column.name: column for column in described[table.name]}
    try:
        return holds(that, table.name, columns, table.ties)
    except PolicyError:
        return None


def _plain(words: str) -> str:
    return " ".join(words.split())
