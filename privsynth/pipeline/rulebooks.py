"""What is done with a rulebook besides making rows by it: tables are held against it, and it is told in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from privsynth.checks.answer import Answer, answer, answers
from privsynth.checks.demand import Demand
from privsynth.checks.filed import FiledTables
from privsynth.dataset import Dataset
from privsynth.errors import BackendError
from privsynth.generate.rules import Rules, TooManyCells
from privsynth.generate.rules.book import Mistake, read_text
from privsynth.generate.rules.demands.book import columns_of, demands_of
from privsynth.generate.rules.demands.inferred import with_untold
from privsynth.generate.rules.mistakes.found import Examined, examined, ready
from privsynth.generate.rules.scenarios.variation import chosen
from privsynth.generate.rules.telling.picture import drawn
from privsynth.generate.rules.telling.words import ToldBook, told
from privsynth.options import RulesOptions
from privsynth.policy import Policy
from privsynth.read.filed import read_filed


@dataclass(frozen=True, eq=False)
class Checked:
    """The tables that were held against a book, and how they meet each of its demands."""

    filed: FiledTables
    answers: list[Answer]


def check(book: Path, data: Sequence[str], policy: Policy, scenario: str | None = None) -> Checked:
    """Files held against a rulebook, or against one of its scenarios.

    They are read whole: what does not fit into memory cannot be checked.
    """
    read, plan, _ = ready(book, scenario)
    ties = {name: table.ties for name, table in plan.tables.items()}
    filed = read_filed(data, columns_of(plan), ties, policy)
    demands = with_untold(demands_of(read, plan), read.rules.inferred)
    return Checked(filed, list(answers(demands, filed)))


@dataclass(frozen=True, eq=False)
class Explained:
    """What is right of a book, in words, and its mistakes."""

    book: ToldBook
    mistakes: tuple[Mistake, ...]
    doubts: tuple[Mistake, ...]  # what is right, but hardly meant


def explain(book: Path) -> Explained:
    """A rulebook in words, also one with mistakes: then the rest of it."""
    found = examined(read_text(book), book.name, book.parent)
    return Explained(told(found), found.mistakes, found.doubts)


def draw(book: ToldBook) -> str:
    """The same as a picture, as SVG."""
    return drawn(book)


ROWS = 100  # of each table with a number of rows, in a test, unless too much follows from them
MOST_CELLS = 1_000_000  # of all tables, in a test


@dataclass(frozen=True, eq=False)
class Tested:
    """A few rows made by what is right of a book, and how they meet its demands. None: nothing could be made."""

    checked: Checked | None
    mistakes: tuple[Mistake, ...]
    doubts: tuple[Mistake, ...] = ()
    failure: str = ""  # the rule that no rows could keep


def prove(book: Path, seed: int, scenario: str | None = None) -> Tested:
    """A rulebook, or one of its scenarios, against itself: a few rows of each table, held against what made them."""
    found = examined(read_text(book), book.name, book.parent)
    read, plan = found.book, found.plan
    if read is None or plan is None or (scenario is not None and found.mistakes):
        return Tested(None, found.mistakes)  # of a book with mistakes no scenario is ready
    if scenario is not None:
        varied = chosen(scenario, found.scenarios)
        read, plan = varied.book, varied.plan
    options = RulesOptions(rulebook=book, scenario=scenario)
    rules = Rules(options, Policy().limits).planned(read, plan)
    try:
        made = _few_rows(rules, seed)
    except BackendError as problem:
        return Tested(None, found.mistakes, found.doubts, str(problem))
    ties = {name: table.ties for name, table in plan.tables.items()}
    meant = made.as_meant  # errors on purpose break rules by their nature
    filed = FiledTables(data=_sound(meant, found), ties=ties)
    checked = Checked(filed, list(_as_far_as_right(demands_of(read, plan), filed, found)))
    return Tested(checked, found.mistakes, found.doubts)


def _few_rows(rules: Rules, seed: int) -> Dataset:
    """A few rows of each table that says a number, and all that follows from them; fewer where that is very much."""
    for rows in (ROWS, ROWS // 10):
        try:
            made = rules.small(rows, MOST_CELLS).sample(None, np.random.default_rng(seed))
        except TooManyCells:
            continue
        note = f"{rows} rows of a table that says a number, at most: more than {MOST_CELLS:,} cells follow from {ROWS}"
        return made if rows == ROWS else made.with_notes(note)
    return rules.small(1).sample(None, np.random.default_rng(seed))


def _sound(data: Dataset, found: Examined) -> Dataset:
    """What was made without what only stands in the place of mistakes."""
    wrong = {table.name: [c.name for c in table.columns if not found.is_right(table.name, c.name)] for table in data}
    tables = (table.without(wrong[table.name]) for table in data if len(wrong[table.name]) < len(table.columns))
    return replace(data, tables=tuple(tables))


def _as_far_as_right(demands: Iterable[Demand], filed: FiledTables, found: Examined) -> Iterator[Answer]:
    """What a mistake stands in the way of is not judged: each column and each expectation counts as one rule."""
    for demand in demands:
        is_aside = not all(found.is_right(demand.table, column) for column in demand.columns)
        if is_aside and demand.kind not in ("column", "expectation"):
            continue
        rests_aside = not all(found.is_right(*place) for place in demand.needs)
        if is_aside or rests_aside or demand.place in found.places_aside:
            yield Answer(demand=demand, unjudged="a mistake stands in its way")
        else:
            yield answer(demand, filed)
