"""How tables hang together: what a parent says about its children, and keys that resolve in what is made.

The first relation of a child leads: its rows are made for each parent, with the parent's columns as context, as many as
the parent's drawn child count says. Other references are dealt out so that each resolves and parents are referred to as
often as in the source.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Dataset, Kind, Relation, Role, Rule, Table, missing_like, person_codes
from privsynth.expressions import names_in
from privsynth.expressions.rules import renamed
from privsynth.generate.model.engine import frame_of
from privsynth.keeping import kept
from privsynth.typing import Array

MARK = "↳ "  # starts the names of columns that exist only between parent and child
POSITION = f"{MARK}position"
PEOPLE = f"{MARK}people of "  # starts the name of a table that exists only while its rows are learnt and drawn
GROUPS = 10  # times k: fewer parents than that are groups, such as shops, and not whom the data is about


def count_column(relation: Relation) -> str:
    return f"{MARK}rows of {relation.child} by {relation.child_key}"


def context_column(name: str) -> str:
    return f"{MARK}parent's {name}"


def told_as(name: str, lead: Relation) -> str:
    """How a row calls what its parent says. What a person keeps is a column of the row itself."""
    return name if lead.parent.startswith(PEOPLE) and not name.startswith(MARK) else context_column(name)


@kept(version=2)
@dataclass(frozen=True, eq=False)
class Reference:
    """A key that does not lead: how often parents are referred to, and how many rows refer to none."""

    relation: Relation
    tally: Array  # means of k parents each, in order of size, none of them larger than what k parents reach
    empty: float


@kept(version=1)
@dataclass(frozen=True)
class Brood:
    """How many children parents have on average, and how much of that lies beyond what one parent may have."""

    mean: float
    beyond: float
    top: float  # share of the parents over which what lies beyond is spread: at least k of the source's


@kept(version=1)
@dataclass(frozen=True, eq=False, kw_only=True)
class LearningPlan:
    """What is needed to make one table, without its rows."""

    table: Table  # columns and name; no row
    rows: int
    lead: Relation | None
    lonely: int  # rows without a parent
    may_be_empty: bool  # whether the leading key is missing in some row of the source
    leads: tuple[Relation, ...]  # to the children that it leads
    references: tuple[Reference, ...]
    brood: Brood | None  # of the relation that leads to this table

    @property
    def wired(self) -> set[str]:
        """Columns that repeat another table's key."""
        lead = [] if self.lead is None else [self.lead.child_key]
        return {*lead, *(reference.relation.child_key for reference in self.references)}

    def learnable(self) -> list[Column]:
        keys = self.wired | {relation.parent_key for relation in self.leads}
        return [column for column in self.table.columns if not column.role.is_fabricated and column.name not in keys]


def plan_of(data: Dataset, name: str, k: int) -> LearningPlan:
    table = data[name]
    lead = data.parent_of(name)
    others = [relation for relation in data.relations if relation.child == name and relation is not lead]
    leads = tuple(
        relation
        for relation in data.relations
        if relation.parent == name and data.parent_of(relation.child) is relation
    )
    referred = {relation.parent_key for relation in data.relations if relation.parent == name}
    keyed = table.with_columns(
        *(replace(c, role=Role.IDENTIFIER) for c in table.columns if c.name in referred and not c.role.is_fabricated)
    )
    position = data.parent_rows(lead) if lead else np.zeros(0, dtype=np.int64)
    empty = bool(lead and table.frame[lead.child_key].isna().any())
    brood = None if lead is None else _brood(tally(data, lead), k)
    bare = replace(keyed, frame=keyed.frame.iloc[:0], origin=None)
    return LearningPlan(
        table=bare,
        rows=len(table),
        lead=lead,
        lonely=int((position < 0).sum()),
        may_be_empty=empty,
        leads=leads,
        references=tuple(_reference(data, relation, k) for relation in others),
        brood=brood,
    )


def _brood(counts: Array, k: int) -> Brood:
    if not len(counts):
        return Brood(0.0, 0.0, 0.0)
    mean = float(counts.mean())
    if len(counts) < k:
        return Brood(mean, 0.0, 0.0)
    return Brood(mean, float(np.maximum(counts - np.sort(counts)[-k], 0).mean()), k / len(counts))


def parents_of_children(counts: Array, plan: LearningPlan, lonely: int) -> Array:
    """The parent's row of each child to be made, from the parents' drawn counts; -1 for the children that have none.

    No parent gets as many children as the largest ones have; their surplus is spread, so that the table keeps its size.
    """
    brood = plan.brood or Brood(0.0, 0.0, 0.0)
    times = np.maximum(np.rint(np.where(np.isnan(counts), brood.mean, counts)), 0).astype(np.int64)
    surplus, largest = (
        round(brood.beyond * len(times)),
        np.argsort(-times, kind="stable")[: max(1, round(brood.top * len(times)))],
    )
    if surplus and len(times):
        times[largest] += surplus // len(largest) + (np.arange(len(largest)) < surplus % len(largest))
    return np.concatenate([np.repeat(np.arange(len(times)), times), np.full(lonely, -1)])


def _reference(data: Dataset, relation: Relation, k: int) -> Reference:
    key = data[relation.child].frame[relation.child_key]
    return Reference(relation, _protected(tally(data, relation), k), float(key.isna().mean()) if len(key) else 0.0)


def tally(data: Dataset, relation: Relation) -> Array:
    """How many rows refer to each parent row."""
    at = data.parent_rows(relation)
    return np.bincount(at[at >= 0], minlength=len(data[relation.parent]))


def units_of(data: Dataset, name: str, k: int) -> Array | None:
    """The person of each row: its own, or else its parent's, so that siblings count once; or nobody else's."""
    table, lead = data[name], data.parent_of(name)
    if table.person is not None:
        return table.people
    if lead is None:
        return None
    above = units_of(data, lead.parent, k)
    if above is None and len(data[lead.parent]) < GROUPS * k:
        return None
    at = data.parent_rows(lead)
    above = np.arange(len(data[lead.parent])) if above is None else above
    return person_codes(pd.Series(_owners(above, at), dtype="float64"))


def _owners(above: Array, at: Array) -> Array:
    return np.full(len(at), np.nan) if not len(above) else np.where(at < 0, np.nan, above[at].astype(np.float64))


def learning_table(data: Dataset, plan: LearningPlan, k: int) -> tuple[Table, list[str]]:
    """The learnable columns of a table with its child counts and its parent's columns, and the names of the latter."""
    table = data[plan.table.name]
    columns = plan.learnable()
    frame = {column.name: table.values(column.name) for column in columns}
    for relation in plan.leads:
        columns.append(Column(count_column(relation), Kind.INTEGER))
        frame[columns[-1].name] = tally(data, relation).astype(np.float64)
    given: list[str] = []
    if plan.lead is not None:
        at = data.parent_rows(plan.lead)
        context_columns, context = _context(data, plan.lead, at, k)
        columns, frame, given = [*columns, *context_columns], {**frame, **context}, list(context)
    return Table(table.name, tuple(columns), frame_of(frame, len(table))), given


def _context(data: Dataset, lead: Relation, at: Array, k: int) -> tuple[list[Column], dict[str, Array]]:
    parent, _ = learning_table(data, plan_of(data, lead.parent, k), k)
    own = [
        column
        for column in parent.columns
        if not column.name.startswith(context_column("")) and column.name != POSITION
    ]
    columns = [replace(column, name=told_as(column.name, lead)) for column in own]
    names = [column.name for column in own]
    return [*columns, Column(POSITION, Kind.INTEGER)], context_frame(parent.frame, names, at, lead)


def rules_seen(table: Table, lead: Relation | None) -> tuple[Rule, ...]:
    """The rules of a table, in the names under which its rows see their parent; not what speaks of other tables."""
    return tuple(seen for rule in table.rules if (seen := _seen(rule, lead)) is not None)


def _seen(rule: Rule, lead: Relation | None) -> Rule | None:
    ties = {tie.name: tie for tie in rule.ties}
    names: dict[str, str] = {}
    for name in names_in(rule.expect):
        head, point, column = name.partition(".")
        tie = ties.get(head) if point else None
        if tie is not None:
            if lead is None or tie.relations != (lead,):
                return None
            names[name] = told_as(column, lead)
    expect = renamed(rule.expect, names) if names else rule.expect
    return type(rule)(rule.name, expect)


def context_frame(parent: pd.DataFrame, names: list[str], at: Array, lead: Relation) -> dict[str, Array]:
    """The parent's values on each child row, and the child's place among its siblings."""
    taken = {told_as(name, lead): _take(parent[name].to_numpy(), at) for name in names}
    place = pd.Series(at).groupby(at).cumcount().to_numpy().astype(np.float64)
    return {**taken, POSITION: np.where(at < 0, np.nan, place)}


def _take(values: Array, at: Array) -> Array:
    if not len(values):
        return np.full(len(at), missing_like(values), dtype=values.dtype)
    taken = values[at]
    taken[at < 0] = missing_like(values)
    return taken


def deal(
    reference: Reference,
    keys: Array,
    rows: int,
    rng: np.random.Generator,
    *,
    share: float = 1.0,
    weigh: np.random.Generator | None = None,
) -> Array:
    """Keys for `rows` rows: each parent about as often as parents are in the source, some rows without one.

    Where the rows are a `share` of all that refer to these parents, `weigh` gives each parent the same weight for every
    share.
    """
    empty = rng.random(rows) < reference.empty
    needed = int((~empty).sum())
    dealt = np.full(rows, missing_like(keys), dtype=keys.dtype)
    if not len(keys):
        return dealt
    counts = (weigh or rng).choice(reference.tally, len(keys)) if len(reference.tally) else np.zeros(len(keys))
    counts = np.floor(counts * min(share, 1) + rng.random(len(counts))).astype(np.int64)
    times = _even_out(counts, needed, rng)
    dealt[~empty] = rng.permutation(np.repeat(keys, times))
    return dealt


def _protected(tally: Array, k: int) -> Array:
    """Means of k counts each, in order of size, none of which is taken for larger than what k parents reach."""
    ordered = np.sort(tally)
    if not len(ordered):
        return np.zeros(0)
    reached = np.minimum(ordered, ordered[-k]) if len(ordered) >= k else ordered
    part = np.arange(len(ordered)) * max(len(ordered) // k, 1) // len(ordered)
    return np.asarray(np.bincount(part, weights=reached) / np.bincount(part))


def _even_out(times: Array, needed: int, rng: np.random.Generator) -> Array:
    """The counts changed as little as possible so that they add up: the lowest are raised, the highest lowered."""
    times = times.copy()
    while (missing := needed - int(times.sum())) != 0:
        order = np.lexsort((rng.random(len(times)), times if missing > 0 else -times))
        order = order if missing > 0 else order[times[order] > 0]  # nobody has fewer than none
        times[order[: abs(missing)]] += np.sign(missing)
    return times
