"""How a table is taught to an engine, how it is put together again, and which of its rows do not keep what they should.

All of it is plain: names, numbers, levels that enough hold, and the text of rules, which is checked anew when used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Kind, Rule, Table
from privsynth.expressions import names_in
from privsynth.expressions.rules import (
    Definition,
    Order,
    RuleCheck,
    compile_rule,
    definitions_in,
    order_in,
    parts_of,
    solved_in,
    ways_to_work_out,
)
from privsynth.generate.model.coding.number_line import NumberLine, number_line_of
from privsynth.generate.model.coding.support import support
from privsynth.generate.model.constraints.derived import (
    Banded,
    Computed,
    Copied,
    Derived,
    Follows,
    FollowsBoth,
    MostlyComputed,
    MostlyFollows,
    follows_both_of,
    follows_of,
    with_ends,
    worked_out,
)
from privsynth.generate.model.constraints.gaps import Gap, gap_of
from privsynth.generate.model.constraints.placed import Placed, placed_of
from privsynth.generate.model.engine import frame_of
from privsynth.keeping import kept
from privsynth.spelling.dates import CALENDAR_UNITS, floored, risen
from privsynth.statistics import Fact
from privsynth.typing import Array

Columns = Mapping[str, Array]
Led = Follows | MostlyFollows | Banded | FollowsBoth

HOLDS = 0.99  # share of real rows in which a definition must hold for its column to be computed
MEANT = 10.0  # times that chance would bring two levels together, if they never meet on purpose


@kept(version=1)
@dataclass(frozen=True)
class Never:
    """Pairs of levels that never meet in the real rows, although each is common enough to have met the other."""

    columns: tuple[str, str]
    left: Array = field(repr=False)
    right: Array = field(repr=False)
    pairs: Array = field(
        repr=False
    )  # place of the left level times the number of right ones, plus the place of the right one

    def broken(self, values: Columns) -> Array:
        one, two = (
            pd.Index(levels, dtype=object).get_indexer(pd.Index(values[name], dtype=object))
            for levels, name in zip((self.left, self.right), self.columns, strict=True)
        )
        return np.asarray((one >= 0) & (two >= 0) & np.isin(one * len(self.right) + two, self.pairs))


@kept(version=4)
@dataclass(frozen=True, kw_only=True)
class Constraints:
    """One table's constraints, as they are kept."""

    table: str
    columns: tuple[Column, ...]
    given: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    orders: tuple[Order, ...] = ()  # that hold in all real rows and are not derived
    steps: tuple[Derived, ...] = ()
    follows: tuple[Led, ...] = ()
    agreed: tuple[Follows, ...] = ()  # columns that follow another one already, with which this one has to agree
    nevers: tuple[Never, ...] = ()
    unequal: tuple[tuple[str, str], ...] = ()  # columns that never hold the same value in one row
    places: tuple[Placed, ...] = ()

    @property
    def is_plain(self) -> bool:
        return not (self.steps or self.follows or self.places or self.can_break)

    @property
    def can_break(self) -> bool:
        return bool(
            self.rules
            or self.orders
            or self.nevers
            or self.unequal
            or self.agreed
            or any(has_ends(step) for step in self.steps)
        )

    @property
    def summary(self) -> dict[str, object]:
        """What is done, for the manifest: names and counts."""
        ways = {
            "computed": Computed,
            "computed in most rows": MostlyComputed,
            "copied": Copied,
            "learnt as a distance": Gap,
        }
        derived = {way: [step.column for step in self.steps if isinstance(step, kind)] for way, kind in ways.items()}
        ways_used = {
            "rules": [rule.name for rule in self.rules],
            **derived,
            "follow": [step.column for step in self.follows],
            "learnt as one place": [" and ".join(place.columns) for place in self.places],
        }
        ways_used["drawn again"] = [
            " and ".join(pair)
            for pair in (
                *((o.low, o.high) for o in self.orders),
                *(never.columns for never in self.nevers),
                *self.unequal,
                *((follow.source, follow.column) for follow in self.agreed),
            )
        ]
        return {way: names for way, names in ways_used.items() if names}

    def taught(self, table: Table, source: Table) -> Table:
        """The training rows as the engine sees them: distances and cells in place of columns, no computed ones.

        In `table` others may stand in for rare levels of the `source`; what comes out in which rows is seen there.
        """
        own, real = ({column.name: each.values(column.name) for column in each.columns} for each in (table, source))
        instead = {step.column: _learnt_instead(step, table[step.column]) for step in self.steps}
        instead |= {name: () for place in self.places for name in place.columns}
        values = dict(own)
        for step in self.steps:
            values |= step.taught(own) if isinstance(step, Gap) else {}
        values |= {step.mark.name: step.taught(real) for step in self.steps if isinstance(step, MostlyComputed)}
        first = {place.latitude: place.learnt for place in self.places}
        for place in self.places:
            values |= place.taught(own)
        columns = tuple(
            new
            for column in table.columns
            for new in (*first.get(column.name, ()), *instead.get(column.name, (column,)))
        )
        return replace(
            table,
            columns=columns,
            frame=frame_of({column.name: values[column.name] for column in columns}, len(table)),
            rules=(),
        )

    def restored(self, drawn: Columns, given: Columns, rng: np.random.Generator) -> dict[str, Array]:
        """The table's own columns, but those given."""
        values = {**given, **drawn}
        for place in self.places:
            values |= place.restored(values, rng)
        derived = {step.column for step in self.steps}
        early = [follow for follow in self.follows if not _rests_on(follow, derived, self.follows)]
        late = [follow for follow in self.follows if follow not in early]
        for step in (*early, *self.steps, *late):
            values[step.column] = (
                step.drawn(values, rng) if isinstance(step, Gap | MostlyFollows) else step.restored(values)
            )
        return {column.name: values[column.name] for column in self.columns if column.name not in self.given}

    def wrong(self, values: Columns) -> Array:
        """Rows to be drawn again."""
        bad = np.zeros(len(next(iter(values.values()))), dtype=bool)
        for _, broken in (*self.rules_broken(values), *self.facts_broken(values)):
            bad |= broken
        for step in self.steps:
            if isinstance(step, Gap):
                bad |= step.outside(values)
        return bad

    def rules_broken(self, values: Columns) -> Iterator[tuple[str, Array]]:
        for rule in self.rules:
            yield rule.name, compile_rule(rule.expect, self.columns).fails(self._frame(values))

    def facts_broken(self, values: Columns) -> Iterator[tuple[str, Array]]:
        for order in self.orders:
            yield f"{order.low} and {order.high} keep an order", _beyond(values[order.low], values[order.high], 0)
        for step in self.steps:
            own = step.computed if isinstance(step, MostlyComputed) else step
            if isinstance(own, Computed) and own.has_ends:
                yield f"{own.column} lies between the ends that enough people reach", own.outside(values)
        for never in self.nevers:
            yield f"{' and '.join(never.columns)} meet in some combinations only", never.broken(values)
        for one, two in self.unequal:
            yield f"{one} and {two} are never equal", _are_equal(values[one], values[two])
        for follow in self.agreed:
            yield f"{follow.source} decides {follow.column}", follow.broken(values)

    def mended(self, synthetic: Columns, given: Columns) -> dict[str, Array]:
        """What is simple: distances drawn in, declared columns computed, the higher of two raised to the lower one."""
        values = {**given, **synthetic}
        derived = {step.column for step in self.steps}
        free = {name for name in synthetic if name not in derived}
        orders = [
            *self.orders,
            *(order for rule in self.rules for part in parts_of(rule.expect) if (order := order_in(part))),
        ]
        for _ in range(1 + len(orders)):  # a chain of orders is mended link by link
            for order in orders:
                values |= _raised(order, values, free, self.columns)
        for definition in (
            d for rule in self.rules for part in parts_of(rule.expect) for d in definitions_in(part)[:1]
        ):
            if definition.column in free:
                values[definition.column] = computed(definition, self.columns, None).restored(values)
        for step in self.steps:
            values[step.column] = _mended_by(step, {**given, **synthetic}, values)
        return {name: values[name] for name in synthetic}

    def _frame(self, values: Columns) -> pd.DataFrame:
        names = [column.name for column in self.columns]
        return frame_of({name: values[name] for name in names}, len(values[names[0]]))


def _are_equal(one: Array, two: Array) -> Array:
    """Of rows in which both are known."""
    return np.asarray(pd.notna(one) & pd.notna(two) & (one == two))


def has_ends(step: Derived) -> bool:
    """Whether rows may have to be drawn again for it."""
    own = step.computed if isinstance(step, MostlyComputed) else step
    return isinstance(step, Gap) or (isinstance(own, Computed) and own.has_ends)


def _learnt_instead(step: Derived, column: Column) -> tuple[Column, ...]:
    if isinstance(step, MostlyComputed):
        return (step.mark, column) if step.is_learnt else (step.mark,)
    return step.learnt if isinstance(step, Gap) else ()


def _mended_by(step: Derived, before: Columns, after: Columns) -> Array:
    if isinstance(step, MostlyComputed):
        return step.kept_up(before, after)
    return step.drawn_in(after) if isinstance(step, Gap) else step.restored(after)


def _raised(order: Order, values: Columns, free: set[str], columns: Sequence[Column]) -> dict[str, Array]:
    """The higher column brought up to the lower one, or else the lower one down; nothing if neither may change."""
    low, high = values[order.low], values[order.high]
    kind = next(column.kind for column in columns if column.name == order.low)
    if low.dtype.kind != high.dtype.kind or low.dtype.kind not in "fM":
        return {}
    decimals = min(_decimals(columns, order.low), _decimals(columns, order.high))
    step: Any = 0 if not order.strict else np.timedelta64(1, "D") if kind is Kind.DATE else 10.0**-decimals
    broken = _beyond(low, high, step)
    if order.high in free:
        return {order.high: np.where(broken, _writable(low + step, columns, order.high, up=True), high)}
    if order.low in free:
        return {order.low: np.where(broken, _writable(high - step, columns, order.low, up=False), low)}
    return {}


def _writable(values: Array, columns: Sequence[Column], name: str, *, up: bool) -> Array:
    """Dates as coarse as their column writes them, on the right side of what they were moved to."""
    unit = next(column for column in columns if column.name == name).spelling.unit
    if values.dtype.kind != "M" or unit not in CALENDAR_UNITS:
        return values
    return risen(values, unit) if up else floored(values, unit)


def _decimals(columns: Sequence[Column], name: str) -> int:
    column = next(column for column in columns if column.name == name)
    return column.spelling.decimals if column.kind is Kind.NUMBER else 0


def _beyond(low: Array, high: Array, step: Any) -> Array:
    return np.asarray(~(pd.isna(low) | pd.isna(high)) & (low + step > high))


def constraints_of(
    table: Table,
    given: Sequence[str],
    rules: Sequence[Rule],
    facts: Sequence[Fact],
    *,
    source: Table,
    k: int,
    units: Array | None,
    blind: bool,
    follows: bool,
) -> Constraints:
    """What can hold by construction: declared definitions, places, equal columns, declared orders, inferred ones."""
    names = {column.name for column in table.columns}
    rules = tuple(
        rule for rule in rules if set(names_in(rule.expect)) <= names and not set(names_in(rule.expect)) <= set(given)
    )
    sure = [
        fact
        for fact in facts
        if fact.share == 1.0 and set(fact.columns) <= names and not set(fact.columns) <= set(given)
    ]
    plan = Derivations(table=table, given=tuple(given), k=k, units=units, derived={})
    for rule in rules:
        for part in parts_of(rule.expect):
            plan.define(definitions_in(part), rule, blind=blind)
    places = tuple(placed_of(table, facts, {*given, *plan.derived}, k=k, units=units, centres=not follows))
    plan = replace(plan, given=(*given, *(name for place in places for name in place.columns)))
    for fact in sure:
        if fact.kind == "equal":
            plan.copy(*fact.columns)
    for fact in sorted((fact for fact in facts if set(fact.columns) <= names), key=_fewest_ways):
        if fact.kind == "arithmetic":
            plan.work_out(fact.expect, source)
    declared = [order for rule in rules for part in parts_of(rule.expect) if (order := order_in(part))]
    for order in () if blind else declared:
        plan.keep(order)
    left = [
        Order(fact.columns[0], fact.columns[1], strict=False)
        for fact in sure
        if fact.kind in ("order", "constant_difference") and not plan.keeps(fact)
    ]
    led = [fact for fact in sure if fact.kind in ("dependency", "one_to_one", "joint", "shared_dependency")]
    led.sort(key=lambda fact: fact.among_known)
    found_led = plan.led(led, [fact for fact in facts if _is_nearly(fact, names, given)])
    nevers = [never for fact in sure if fact.kind == "combinations" and (never := never_of(table, fact, k, units))]
    return Constraints(
        table=table.name,
        columns=table.columns,
        given=tuple(given),
        rules=rules,
        orders=tuple(left),
        steps=plan.steps(),
        follows=found_led,
        agreed=tuple(plan.agreed(led, found_led)),
        nevers=tuple(nevers),
        unequal=tuple((one, two) for one, two in (fact.columns for fact in sure if fact.kind == "unequal")),
        places=places,
    )


def _is_nearly(fact: Fact, names: Set[str], given: Sequence[str]) -> bool:
    """Whether one column decides another in nearly every row."""
    is_kind = fact.kind in ("dependency", "near_dependency") and fact.share < 1.0
    return is_kind and set(fact.columns) <= names and not set(fact.columns) <= set(given)


def _fewest_ways(fact: Fact) -> tuple[bool, int]:
    """What holds in every row comes first, and before a sum, of which any column can be computed, what has one way."""
    return fact.share < 1.0, len(solved_in(fact.expect)) if fact.kind == "arithmetic" else 0


@dataclass(frozen=True, kw_only=True)
class Derivations:
    """Which columns are derived so far. A derived one may rest on another, never in a circle."""

    table: Table
    given: tuple[str, ...]
    k: int
    units: Array | None
    derived: dict[str, Derived]

    def define(self, ways: Sequence[Definition], rule: Rule, *, blind: bool) -> None:
        for definition in ways:
            needs = names_in(definition.expression)
            if self._is_free(definition.column, needs):
                step = computed(definition, self.table.columns, None if blind else self.table)
                if blind or self._holds(step, compile_rule(rule.expect, self.table.columns)):
                    self.derived[definition.column] = step if blind else self._ended(step)
                    return

    def work_out(self, expect: str, source: Table) -> None:
        """A column that was found to come out of others; of a sum any one may be computed from the rest."""
        decimals = {name: _decimals(self.table.columns, name) for name in names_in(expect)}
        for definition in ways_to_work_out(expect, decimals):
            if not self._is_free(definition.column, names_in(definition.expression)):
                continue
            if source[definition.column].kind is not Kind.TIME:  # a sum may lie beyond the end of the day
                step = computed(definition, source.columns, source)
                self.derived[definition.column] = worked_out(step, source, self.k, self.units)
                return

    def copy(self, one: str, two: str) -> None:
        for column, source in ((two, one), (one, two)):
            if self._is_free(column, (source,)):
                self.derived[column] = Copied(column, source)
                return

    def keep(self, order: Order, *, constant: bool = False) -> bool:
        """Learn the higher one as its distance from the lower one, or the other way round."""
        if not all(
            self.table[name].kind.is_numeric or self.table[name].kind is Kind.DATE for name in (order.low, order.high)
        ):
            return False
        if (self.table[order.low].kind is Kind.DATE) != (self.table[order.high].kind is Kind.DATE):
            return False
        for column, base in ((order.high, order.low), (order.low, order.high)):
            if self._is_free(column, (base,)):
                gap = gap_of(
                    self.table,
                    column,
                    base,
                    low=order.low,
                    strict=order.strict,
                    constant=constant,
                    k=self.k,
                    units=self.units,
                )
                if gap is not None:
                    self.derived[column] = gap
                    return True
        return False

    def keeps(self, fact: Fact) -> bool:
        """A fact about two columns, kept by construction."""
        low, high = fact.columns
        if any(isinstance(step, Gap) and {step.column, step.base} == {low, high} for step in self.derived.values()):
            return True
        return self.keep(Order(low, high, strict=False), constant=fact.kind == "constant_difference")

    def led(self, facts: Sequence[Fact], nearly: Sequence[Fact]) -> tuple[Led, ...]:
        """Columns that others decide, which others may decide in turn; what decides comes before what it decides.

        What decides all rows is asked before numbers that decide those alone that enough hold, and what decides nearly
        all of them last.
        """
        led: dict[str, Led] = {}
        best = sorted(nearly, key=lambda fact: -fact.share)
        for fact, partly in ((fact, partly) for each in (facts, best) for partly in (False, True) for fact in each):
            for *sources, column in self._directions(fact):
                taken = {*led, *self.given, *self.derived, *_above(sources, led)}
                if column in taken or not self._is_in_time(column, sources, led):
                    continue
                follow = self._follow(fact, column, partly=partly)
                if follow is not None:
                    led[column] = follow
                    break
        return tuple(sorted(led.values(), key=lambda follow: _depth(follow.column, led)))

    def _directions(self, fact: Fact) -> list[tuple[str, ...]]:
        """What decides, then what follows: of two that name the same thing the one that is missing more often."""
        if fact.kind != "one_to_one":
            return [fact.columns]
        missing = self.table.frame[list(fact.columns)].isna().sum() if fact.among_known else None
        ways = [fact.columns, fact.columns[::-1]]
        return ways if missing is None else sorted(ways, key=lambda way: missing[way[0]])

    def agreed(self, facts: Sequence[Fact], follows: Sequence[Led]) -> Iterator[Follows]:
        """What decides a column that follows another one, by way of which it does not decide it."""
        led = {follow.column: follow for follow in follows}
        for fact in facts:
            for source, column in self._directions(fact) if _may_part(fact, led) else ():
                if column not in led or source in _above([column], led):
                    continue
                if isinstance(other := self._follow(fact, column, partly=True), Follows):
                    yield other
                    break

    def _follow(self, fact: Fact, column: str, *, partly: bool) -> Led | None:
        if fact.kind == "joint":
            one, two, _ = fact.columns
            return follows_both_of(self.table, (one, two), column, self.k, self.units)
        return follows_of(self.table, fact, column, self.k, self.units, partly=partly)

    def steps(self) -> tuple[Derived, ...]:
        """In an order in which each finds what it needs."""
        ordered: list[Derived] = []
        while len(ordered) < len(self.derived):
            done = {step.column for step in ordered}
            waiting = [step for name, step in self.derived.items() if name not in done]
            ordered += [step for step in waiting if not (set(step.needs) & set(self.derived)) - done]
        return tuple(ordered)

    def _is_free(self, column: str, needs: Sequence[str]) -> bool:
        return column not in self.given and column not in self.derived and column not in self._below(needs)

    def _is_in_time(self, column: str, sources: Sequence[str], led: Mapping[str, Led]) -> bool:
        """Whether it can be looked up before anything is computed from it, or from what it decides."""
        if not any(name in self.derived for name in _above(sources, led)):
            return True
        decided = (column, *(name for name in led if column in _above([name], led)))
        return not any(name in step.needs for step in self.derived.values() for name in decided)

    def _below(self, names: Sequence[str]) -> set[str]:
        """What these columns rest on, and they themselves."""
        below, todo = set[str](), list(names)
        while todo:
            name = todo.pop()
            if name not in below:
                below.add(name)
                todo += self.derived[name].needs if name in self.derived else ()
        return below

    def _ended(self, step: Computed) -> Computed:
        """No number beyond those that could come out if the column were learnt."""
        return step if step.axis is None else with_ends(step, self.table, self.k, self.units)

    def _holds(self, step: Computed, check: RuleCheck) -> bool:
        """Whether enough real rows obey, and miss values in the same places."""
        if not len(self.table):
            return False
        result = step.restored({name: self.table.values(name) for name in step.needs})
        same = pd.isna(result) == pd.isna(self.table.values(step.column))
        return float((same & ~check.fails(self.table.frame)).mean()) >= HOLDS


def _rests_on(follow: Led, derived: Set[str], follows: Sequence[Led]) -> bool:
    """Whether what decides a column, by way of others, is derived itself."""
    return bool(derived & set(_above([follow.column], {each.column: each for each in follows})))


def _above(columns: Sequence[str], led: Mapping[str, Led]) -> list[str]:
    """The columns and all that decide them, by way of one another."""
    found: dict[str, None] = {}
    todo = [*columns]
    while todo:
        name = todo.pop()
        found[name] = None
        todo += [source for source in led[name].sources if source not in found] if name in led else []
    return list(found)


def _may_part(fact: Fact, led: Mapping[str, Led]) -> bool:
    """Whether two columns may come to disagree that were led by others; where one leads the other they cannot."""
    if fact.kind == "one_to_one":
        one, two = fact.columns
        return fact.among_known and one not in _above([two], led) and two not in _above([one], led)
    return fact.kind in ("dependency", "shared_dependency")


def _depth(column: str, led: Mapping[str, Led]) -> int:
    return 0 if column not in led else 1 + max(_depth(source, led) for source in led[column].sources)


def computed(definition: Definition, columns: Sequence[Column], table: Table | None) -> Computed:
    """The step that computes a column, to its decimals; dates to the step that the real ones share, if one may look."""
    by_name = {column.name: column for column in columns}
    column, needs = by_name[definition.column], names_in(definition.expression)
    axis: NumberLine | None = None
    if column.kind.is_numeric:
        axis = NumberLine(decimals=_decimals(columns, column.name))
    elif column.kind is Kind.DATE:
        axis = NumberLine(step_us=1) if table is None else number_line_of(column, table.values(column.name))
    return Computed(
        column=column.name,
        axis=axis,
        needs=needs,
        kinds=tuple(by_name[name].kind for name in needs),
        expression=definition.expression,
    )


def never_of(table: Table, fact: Fact, k: int, units: Array | None) -> Never | None:
    """The pairs that chance would have brought together many times, among levels that enough hold."""
    one, two = ((table.values(name)) for name in fact.columns)
    (left, left_codes), (right, right_codes) = (
        (uniques, codes) for codes, uniques in (pd.factorize(values) for values in (one, two))
    )
    kept = [support(codes, len(levels), units) >= k for levels, codes in ((left, left_codes), (right, right_codes))]
    both = (left_codes >= 0) & (right_codes >= 0)
    met = np.bincount(left_codes[both] * len(right) + right_codes[both], minlength=len(left) * len(right)).reshape(
        len(left), len(right)
    )
    sums = (
        np.bincount(codes[codes >= 0], minlength=len(levels))
        for levels, codes in ((left, left_codes), (right, right_codes))
    )
    expected = np.outer(*sums) / max(len(table), 1)
    never = (met == 0) & (expected >= MEANT) & kept[0][:, None] & kept[1][None, :]
    first, second = fact.columns
    used = np.asarray(never.any(axis=1)), np.asarray(never.any(axis=0))
    pairs = np.flatnonzero(never[np.ix_(*used)])
    return (
        Never((first, second), np.asarray(left, dtype=object)[used[0]], np.asarray(right, dtype=object)[used[1]], pairs)
        if len(pairs)
        else None
    )
