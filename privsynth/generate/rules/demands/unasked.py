"""What a rulebook says and no row can be asked for: told as not judged, so that nobody takes it for kept."""

from __future__ import annotations

from collections.abc import Iterator

from privsynth.checks.demand import Demand, not_asked
from privsynth.generate.rules.book import Book
from privsynth.generate.rules.planning.plan import ColumnPlan, TablePlan
from privsynth.generate.rules.relations.links import PARENT
from privsynth.generate.rules.values.correlation import pairs_of
from privsynth.generate.rules.values.support import FROM_TO, is_of_nobody, levels_of
from privsynth.generate.rules.vocabulary.relations import RefersTo
from privsynth.generate.rules.vocabulary.rulebook import Draw

SHAPES = "weights and the shape of laws are not asked"
PEOPLE = "words of people are not asked, which come from lists or have no range of their own"
FILES = "what a look-up file holds is not asked"
PROCESSES = "when a process comes, and how long it lasts, is not asked"
CHOSEN = "which of the rows a reference may choose, and how often, is not asked"
RANKS = "rank correlations are not asked"
SHARES = "a share of missing values that differs by row, or that moves where rows are drawn again, is not asked"
CHOICES = {"where", "weight", "unique", "roots", "depth", "span", "missing"}


def unasked(book: Book, table: TablePlan) -> Iterator[Demand]:
    """One for each column and reason, and for each pair of correlated columns."""
    path = ("tables", table.name)
    for each in table.columns.values():
        place = book.place((*path, "columns", each.name))
        yield from (not_asked(table.name, (each.name,), why, place) for why in _reasons(each, book))
    belongs = table.rule.belongs_to
    if belongs is not None and belongs.count is not None and _is_drawn(belongs.count):
        place = book.place((*path, "belongs_to", "count"))
        yield not_asked(table.name, tuple(table.links[PARENT].keys), SHAPES, place)
    for at, rule in enumerate(table.rule.correlate):
        place = book.place((*path, "correlate", str(at)))
        yield from (not_asked(table.name, pair, RANKS, place) for pair in pairs_of(rule))


def _reasons(plan: ColumnPlan, book: Book) -> Iterator[str]:
    rule = plan.rule
    if _is_drawn(rule):
        yield SHAPES
    if rule.person is not None and not is_of_nobody(rule.person, book.rules.inferred):
        yield PEOPLE
    if rule.lookup is not None:
        yield FILES
    if rule.row is not None:
        yield PROCESSES
    if isinstance(rule.reference, RefersTo) and rule.reference.words & CHOICES:
        yield CHOSEN


def _is_drawn(rule: Draw) -> bool:
    """Whether chance has several values to choose from, in one of its ways."""
    several = rule.generator == "choice" and len(levels_of(rule)) > 1
    by_law = rule.generator in FROM_TO or rule.generator in ("date", "pattern", "mixture", "point")
    return several or by_law or any(_is_drawn(way) for _, way in rule.inner())
