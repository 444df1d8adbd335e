"""Comparisons of a rulebook that go the same way in every row, by what their columns can be: hardly what was meant.

A level is misspelt, a number lies outside of its law. Only what is certain is told, and nothing is refused: a column
of which nothing is known can be anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import Any

from privsynth.dataset import Column, Kind
from privsynth.expressions.comparisons import Comparison, Constant, comparisons_in
from privsynth.generate.rules.book import Book, Mistake, WordPath
from privsynth.generate.rules.planning.needs import expressions_of, words_with_expressions
from privsynth.generate.rules.planning.plan import BookPlan, TablePlan
from privsynth.generate.rules.scenarios.planned import scope_of
from privsynth.generate.rules.values.providers import key_text
from privsynth.generate.rules.values.reach import Reach, reach_of
from privsynth.generate.rules.vocabulary.rulebook import Draw

FEW = 10  # levels that a hint names

Asked = tuple[str, WordPath, Comparison]  # where it stands in the file and in the book, and what is compared


def doubts_of(book: Book, plan: BookPlan) -> dict[Asked, Mistake | None]:
    """Each comparison of the book with what is doubtful of it; None: nothing is."""
    return dict(_Doubts(book, plan).all())


@dataclass(frozen=True, eq=False)
class _Doubts:
    book: Book
    plan: BookPlan

    @cached_property
    def reaches(self) -> dict[tuple[str, str], Reach]:
        """Those of columns that were asked, by table and name."""
        return {}

    def all(self) -> Iterator[tuple[Asked, Mistake | None]]:
        for name, table in self.plan.tables.items():
            path: WordPath = ("tables", name)
            for column in table.columns.values():
                yield from self._of_way(table, (*path, "columns", column.name), column.rule)
            for at, expect in enumerate(table.rule.expect):
                yield from self._of_text(table, (*path, "expect", str(at)), expect.that, is_demand=True)
            for place, words in self._of_rows(table, path):
                if isinstance(words, Draw):
                    yield from self._of_way(table, place, words)
                else:
                    yield from self._of_text(table, place, words)

    def _of_rows(self, table: TablePlan, path: WordPath) -> Iterator[tuple[WordPath, Draw | str]]:
        """What makes the rows of a table, and what they refer to."""
        if table.rule.process is not None:
            yield from words_with_expressions(getattr(table.rule, table.rule.process), (*path, table.rule.process))
        elif table.rule.belongs_to is not None and table.rule.belongs_to.count is not None:
            yield (*path, "belongs_to", "count"), table.rule.belongs_to.count
        for link in table.links.values():
            words = [] if link.rule is None else [("where", link.rule.where), ("weight", link.rule.weight)]
            yield from (((*link.path, word), text) for word, text in words if isinstance(text, str))

    def _of_way(self, table: TablePlan, path: WordPath, draw: Draw) -> Iterator[tuple[Asked, Mistake | None]]:
        for place, text in expressions_of(draw, path):
            yield from self._of_text(table, place, text)
        yield from self._of_keys(table, path, draw)

    def _of_keys(self, table: TablePlan, path: WordPath, draw: Draw) -> Iterator[tuple[Asked, Mistake | None]]:
        """Ways by the values of a column that it never has."""
        found = self._column(table, draw.by) if draw.by is not None else None
        for key in draw.of or {} if found is not None else {}:
            assert found is not None  # noqa: S101 - for the type checker
            place, constant = (*path, "of", str(key)), _key(key, found[0])
            asked = Comparison(str(draw.by), "=", constant, is_part=True)
            is_never = not found[1].can_be(constant)
            problem = f"{draw.by} never has this value, so nothing is made in this way."
            yield self._answer(place, asked, found[1], problem if is_never else "")
        for words, inner in draw.inner():
            yield from self._of_keys(table, (*path, *words.split(".", 1)), inner)

    def _of_text(
        self, table: TablePlan, path: WordPath, text: str, *, is_demand: bool = False
    ) -> Iterator[tuple[Asked, Mistake | None]]:
        for asked in comparisons_in(text):
            found = self._column(table, asked.column)
            if found is not None and _is_like(found[0], asked.constant):
                yield self._answer(path, asked, found[1], _problem(asked, found[1], is_demand=is_demand))

    def _answer(self, path: WordPath, asked: Comparison, reach: Reach, problem: str) -> tuple[Asked, Mistake | None]:
        doubt = self.book.error(path, problem, _hint(reach, asked.constant)) if problem else None
        return (self.book.place(path), path, asked), doubt

    def _column(self, table: TablePlan, name: str) -> tuple[Column, Reach] | None:
        """What a name stands for, and what that can be."""
        owner = table
        if name not in table.columns:
            link, _, column = name.partition(".")
            owner, name = self.plan.tables[table.links[link].table], column
        plan, place = owner.columns[name], (owner.name, name)
        if plan.rule.reference is not None:
            refers = plan.rule.reference
            return self._column(owner, f"{refers.link or 'parent'}.{refers.key}")
        if place not in self.reaches:
            self.reaches[place] = reach_of(
                plan.rule, scope_of(self.book, self.plan, owner, "columns", name), plan.column
            )
        return plan.column, self.reaches[place]


def _key(key: Any, column: Column) -> Constant:
    return float(key) if column.kind.is_numeric and _is_number(key) else key_text(key)


def _is_number(key: Any) -> bool:
    return isinstance(key, int | float) and not isinstance(key, bool)


def _is_like(column: Column, constant: Constant) -> bool:
    """Whether the constant is of the column's kind."""
    if isinstance(constant, float):
        return column.kind in (Kind.NUMBER, Kind.INTEGER)
    return column.kind.dtype == "object" if isinstance(constant, str) else column.kind is Kind.DATE


def _problem(asked: Comparison, reach: Reach, *, is_demand: bool) -> str:
    """What is doubtful of a comparison; empty: nothing. What is demanded may well hold in every row."""
    can_be_true, can_be_false = reach.outcomes(asked)
    if asked.operator in ("=", "<>") and not reach.can_be(asked.constant):
        return f"{asked.column} never has a value that it is compared with here."
    if not can_be_true:
        return f"a comparison of {asked.column} is never true here."
    if not can_be_false and not asked.is_part and not is_demand:
        return f"a comparison of {asked.column} is always true here."
    return ""


def _hint(reach: Reach, constant: Constant) -> str:
    """The nearest levels, or where the values lie."""
    if reach.levels is not None:
        levels = [_written(level) for level in reach.levels]
        near = get_close_matches(_written(constant), levels, n=2) if isinstance(constant, str) else []
        if near:
            return f"did you mean {' or '.join(repr(level) for level in near)}?"
        more = f" and {len(levels) - FEW} more" if len(levels) > FEW else ""
        return f"it is one of: {', '.join(levels[:FEW])}{more}" if levels else "it has no value at all"
    if reach.low is None and reach.high is None:
        return "look at how it is made"
    ends = [f"{word} {_written(end)}" for word, end in (("from", reach.low), ("to", reach.high)) if end is not None]
    return f"it goes {' '.join(ends)}"


def _written(level: Constant) -> str:
    if isinstance(level, float):
        return f"{level:.15g}"
    return str(level) if isinstance(level, str) else str(level.astype("datetime64[m]")).replace("T00:00", "")
