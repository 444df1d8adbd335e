"""References: which row of another table each row refers to, drawn by weight among those that fit."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from privsynth.errors import BackendError
from privsynth.expressions import Expression, compile_condition, names_in
from privsynth.expressions.rules import parts_of, sides_of
from privsynth.generate.rules.book import Book
from privsynth.generate.rules.making.rows import Rows
from privsynth.generate.rules.planning.needs import names
from privsynth.generate.rules.relations.candidates import Candidates, in_groups
from privsynth.generate.rules.relations.links import Link
from privsynth.generate.rules.relations.trees import TreeShape
from privsynth.generate.rules.values.providers import Scope
from privsynth.generate.rules.vocabulary.relations import RefersTo
from privsynth.typing import Array


@dataclass(frozen=True, eq=False, kw_only=True)
class LinkPlan:
    """How the rows are found that a table refers to under a name."""

    link: Link
    unique: str | None  # among whose rows no two refer to the same row: "parent", "table" or nobody's
    weight: Expression | None = field(repr=False)
    equal: tuple[tuple[Expression, Expression], ...] = field(repr=False)  # here and there
    holding: tuple[Expression, ...] = field(repr=False)  # there alone
    missing: Callable[[Rows], Any] = field(repr=False)

    is_certain = False
    is_across = False
    crosses = False

    @property
    def is_fixed(self) -> bool:
        """Whether it may not be drawn again for some rows only."""
        return self.unique is not None

    def draw(self, rows: Rows, target: Rows) -> Array:
        """The number of a row of the other table for each row; -1 for none."""
        asking = np.flatnonzero(~(rows.rng.random(rows.count) < self.missing(rows)))
        candidates = self._candidates(rows, target)
        self._check_groups(candidates.size[candidates.group[asking]], rows.count)
        drawn = np.full(rows.count, -1, dtype=np.int64)
        if self.unique is None:
            drawn[asking] = candidates.draw(asking, rows.rng)
            return drawn
        owner = rows.owner if self.unique == "parent" and rows.owner is not None else np.zeros(rows.count, np.int64)
        self._check_room(candidates, asking, owner[asking])
        drawn[asking] = candidates.draw_different(asking, owner[asking], rows.rng)
        return drawn

    def _candidates(self, rows: Rows, target: Rows) -> Candidates:
        usable = np.ones(target.count, dtype=bool)
        weights = None
        if self.weight is not None:
            weights = np.asarray(self.weight.evaluate(target.frame(self.weight.columns)), dtype=float)
            self._check_weights(weights)
            usable = weights > 0
        for rule in self.holding:
            usable &= rule.holds(target.frame(rule.columns))
        usable_rows = np.flatnonzero(usable)
        there = [rule.evaluate(target.frame(rule.columns))[usable_rows] for _, rule in self.equal]
        here = [rule.evaluate(rows.frame(rule.columns)) for rule, _ in self.equal]
        usable_weights = None if weights is None else weights[usable_rows]
        return in_groups(usable_rows, there, here, count=rows.count, weights=usable_weights)

    def _check_weights(self, weights: Array) -> None:
        bad = int((~(weights >= 0)).sum())
        if bad:
            raise BackendError(
                f"the weight is negative or missing in {bad} of {len(weights)} rows of table {self.link.table}.",
                hint="guard it with GREATEST(0, COALESCE(..., 0)); rows of weight 0 are never referred to",
            )

    def _check_groups(self, sizes: Array, count: int) -> None:
        lonely = int((sizes == 0).sum())
        if lonely:
            raise BackendError(
                f"no row of table {self.link.table} fits for {lonely} of {count} rows.",
                hint="let every value that 'where' compares stand in both tables, or give 'missing'",
            )

    def _check_room(self, candidates: Candidates, asking: Array, owner: Array) -> None:
        """Whether there are as many rows that fit as must be different."""
        pairs, asked = np.unique(np.stack([owner, candidates.group[asking]]), axis=1, return_counts=True)
        room = candidates.size[pairs[1]]
        over = np.flatnonzero(asked > room)
        if len(over):
            worst = over[np.argmax(asked[over])]
            raise BackendError(
                f"the rows of {len(over)} parents cannot all refer to different rows of table {self.link.table}:"
                f" up to {asked[worst]} must be different, and {room[worst]} fit.",
                hint="lower belongs_to.count, widen 'where', or leave out 'unique'",
            )


@dataclass(frozen=True, eq=False)
class OwnLinkPlan:
    """How the rows stand above each other that a table refers to within itself."""

    link: Link
    shape: TreeShape

    is_certain = False
    is_across = False
    crosses = False
    is_fixed = True

    def draw(self, rows: Rows, target: Rows) -> Array:  # noqa: ARG002 - nothing but the number of rows is asked
        owner = np.zeros(rows.count, dtype=np.int64) if rows.owner is None else rows.owner
        starts = np.flatnonzero(np.concatenate([[True], owner[1:] != owner[:-1]])) if rows.count else owner
        return self.shape.above(np.diff(np.append(starts, rows.count)), rows.rng)


@dataclass(frozen=True, eq=False)
class Where:
    """The condition of a reference, taken apart: what must be equal here and there, and what must hold there."""

    equal: tuple[tuple[str, str], ...]
    holding: tuple[str, ...]


def where_of(link: Link, book: Book, here: Collection[str], there: Collection[str]) -> Where:
    """Each part compares both sides by `=`, or speaks of the other table's row alone."""
    rule = _rule(link)
    if rule.where is None:
        return Where((), ())
    names(rule.where, (*link.path, "where"), book, [*here, *there])
    equal, holding = [], []
    for part in parts_of(rule.where):
        if not set(names_in(part)) & set(here):
            holding.append(part)
            continue
        sides = [(one, other) for one, other in sides_of(part) if _is_apart(one, here) and _is_apart(other, there)]
        if not sides:
            raise book.error(
                (*link.path, "where"),
                f"a part of this condition neither compares the two rows by '=' nor speaks of {link.name} alone.",
                f"such as  {link.name}.city = city AND {link.name}.open = 'true'",
            )
        equal.append(sides[0])
    return Where(tuple(equal), tuple(holding))


def names_of(link: Link, book: Book, here: Collection[str], there: Collection[str]) -> tuple[set[str], set[str]]:
    """The names that the rule of a link uses: of columns here, and of the other table's."""
    rule, where = _rule(link), where_of(link, book, here, there)
    used_here = {name for one, _ in where.equal for name in names_in(one)}
    used_there = {name for text in (*where.holding, *(other for _, other in where.equal)) for name in names_in(text)}
    if isinstance(rule.weight, str):
        used_there |= names(rule.weight, (*link.path, "weight"), book, there)
    if isinstance(rule.missing, str):
        used_here |= names(rule.missing, (*link.path, "missing"), book, here)
    return used_here, used_there


def plan_link(link: Link, where: Where, scope: Scope, *, unique: str | None) -> LinkPlan | OwnLinkPlan:
    """The rule of a link made ready; its types are checked."""
    rule = _rule(link)
    if link.is_own:
        if unique is not None:
            raise scope.error("a row may stand above several others.", "leave out 'unique', or say  span: 1")
        return OwnLinkPlan(link, TreeShape(rule.roots, rule.depth, rule.span))
    if rule.where is not None:
        scope.at("where").expression(rule.where, compile_condition)
    if isinstance(rule.weight, str):
        scope.at("weight").amount(rule.weight)
    elif not rule.weight > 0:
        raise scope.at("weight").error("a weight is above 0, or an expression over the columns of the other table.")
    return LinkPlan(
        link=link,
        unique=unique,
        weight=scope.at("weight").expression(rule.weight) if isinstance(rule.weight, str) else None,
        equal=tuple((scope.expression(one), scope.expression(other)) for one, other in where.equal),
        holding=tuple(scope.expression(part, compile_condition) for part in where.holding),
        missing=scope.at("missing").amount(rule.missing),
    )


def _is_apart(text: str, names_there: Collection[str]) -> bool:
    return set(names_in(text)) <= set(names_there) and bool(names_in(text))


def _rule(link: Link) -> RefersTo:
    assert link.rule is not None  # noqa: S101 - for the type checker: only the parent has none
    return link.rule
