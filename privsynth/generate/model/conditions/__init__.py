"""Rows other than the source's: those that meet a condition, and levels at shares that somebody chose.

Exact, where an engine holds columns that it is given: the columns that are spoken of are learnt by an engine of their
own from the rows that meet the condition, drawn towards the shares, and handed to the engine that makes the rest.
Otherwise by search: rows are drawn freely and those that serve are kept. A search has a budget, and what it cannot make
is an error, never fewer rows.

Levels and conditions are never repeated in a message: whoever typed one has learnt from it only whether enough rows
hold it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Rule, Table
from privsynth.errors import BackendError, PolicyError
from privsynth.expressions import names_in
from privsynth.expressions.aim import Shares, effective, raked, rows_meeting, share_codes
from privsynth.expressions.rules import definitions_in, parts_of
from privsynth.generate.model.coding.support import support
from privsynth.generate.model.engine import Engine, frame_of, rows_counted
from privsynth.recipe import TableRecipe
from privsynth.seeds import child
from privsynth.typing import Array

Draw = Callable[[int, np.random.Generator], pd.DataFrame]

BUDGET = 300  # rows drawn for each row asked, at most
LEAST_DRAWN = 20_000  # before a search is given up
PATIENCE = 30  # the same, while not one row has served
LARGEST = 200_000  # rows drawn at once
CLOSE = 0.005  # by how much shares may be missed together


@dataclass(frozen=True)
class Wish:
    """What was asked of the first table."""

    where: str | None = field(default=None, repr=False)
    shares: Shares = field(default_factory=dict, repr=False)

    def __bool__(self) -> bool:
        return bool(self.where or self.shares)

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*(names_in(self.where) if self.where else ()), *self.shares)))


def check_wish(wish: Wish, table: Table, learnable: Sequence[str]) -> None:
    """Refuse a condition that cannot be asked of this table, before anything is learnt."""
    if wish.where is not None:
        rows_meeting(table.take(np.zeros(0, dtype=np.int64)), wish.where)
        if not names_in(wish.where):
            raise PolicyError("backend.where names no column.", hint="a condition speaks of columns, such as  age > 60")
    for name in wish.shares:
        if name not in table:
            raise PolicyError(
                f"backend.shares: there is no column '{name}' in table '{table.name}'.",
                hint=_names(learnable),
                column=name,
            )
    for name in wish.columns:
        refuse_unlearnt(table, name, learnable, "backend.where" if name not in wish.shares else "backend.shares")


def refuse_unlearnt(table: Table, name: str, learnable: Sequence[str], who: str) -> None:
    """A column whose values are invented or wired cannot be made to have one that somebody asks for."""
    if name in learnable:
        return
    role = table[name].role
    why = (
        f"its values are invented, because its role is {role.value.replace('_', ' ')}"
        if role.is_fabricated
        else "it is a key to another table"
    )
    raise PolicyError(
        f"{who} speaks of column '{name}' of table '{table.name}': {why}.", hint=_names(learnable), column=name
    )


class Steered:
    """An engine whose rows are those that were asked for. `make` gives a fresh one; `holds`: it keeps what it is given.

    `blind`: nothing may be decided by looking at the rows (dp).
    """

    def __init__(
        self,
        make: Callable[[], Engine],
        wish: Wish,
        *,
        k: int,
        rules: Sequence[Rule] = (),
        holds: bool,
        blind: bool = False,
    ) -> None:
        self.make, self.wish, self.k, self.rules, self.holds, self.blind = make, wish, k, rules, holds, blind

    def fit(
        self, table: Table, rng: np.random.Generator, *, given: Sequence[str] = (), units: Array | None = None
    ) -> Self:
        if given:
            raise BackendError(
                f"table '{table.name}' hangs below another: only rows of the first table can be asked for."
            )
        self.columns_ = table.columns
        self.notes_ = () if self.blind else tuple(foretold(table, self.wish, self.k, units))
        self.first_: Engine | None = None
        streams = child(rng, "asked", "rest")
        if self.holds:
            names = _with_inputs(self.wish.columns, self.rules, [column.name for column in table.columns])
            self.first_ = self._learn_first(_only(table, names), streams[0], units)
            given = names
        self.engine_ = (
            self.make().fit(table, streams[1], given=given, units=units) if len(given) < len(table.columns) else None
        )
        return self

    def sample(
        self,
        rows: int,
        rng: np.random.Generator,
        given: pd.DataFrame | None = None,  # noqa: ARG002  fit refuses given columns
    ) -> pd.DataFrame:
        ask, rest = child(rng, "asked", "rest")
        if self.first_ is None:
            assert self.engine_ is not None  # noqa: S101  one of the two is always there
            return sought(self.engine_.sample, rows, self.columns_, self.wish, ask)
        held = sought(
            self.first_.sample, rows, [column for column in self.columns_ if column.name in self.given_], self.wish, ask
        )
        others = pd.DataFrame() if self.engine_ is None else self.engine_.sample(rows, rest, held)
        return frame_of({c.name: (held if c.name in held else others)[c.name].to_numpy() for c in self.columns_}, rows)

    @property
    def rows(self) -> int | None:
        return rows_counted(self.engine_ or self.first_)

    @property
    def notes(self) -> Sequence[str]:
        return [*self.notes_, *(self.engine_ or self.first_).notes]  # type: ignore[union-attr]

    @property
    def recipe(self) -> TableRecipe:
        how = "held by the engine" if self.holds else "searched among free rows"
        recipe = (self.engine_ or self.first_).recipe  # type: ignore[union-attr]
        asked = {"columns": list(self.wish.columns), "how": how}
        return replace(recipe, details={**recipe.details, "asked": asked})

    def _learn_first(self, table: Table, rng: np.random.Generator, units: Array | None) -> Engine:
        """The columns named, from rows that meet the condition, repeated to reach the shares; each counts once."""
        self.given_ = tuple(table.frame)
        learn, pick = child(rng, "learn", "pick")
        at = np.flatnonzero(rows_meeting(table, self.wish.where))
        of_rows = np.arange(len(table)) if units is None else units
        if self.wish.shares:
            weights, _ = raked(share_codes(table.take(at), self.wish.shares), self.wish.shares, len(at))
            at = at[_spread(weights, len(at), pick)]
        codes = pd.factorize(of_rows[at])[0]
        return self.make().fit(table.take(at), learn, units=codes if units is not None or self.wish.shares else None)


def foretold(table: Table, wish: Wish, k: int, units: Array | None) -> list[str]:
    """Refuse what too few real rows stand behind, and say how much stands behind the rest. Counts are rounded."""
    meeting = rows_meeting(table, wish.where)
    of_rows = np.arange(len(table)) if units is None else units
    holders = len(np.unique(of_rows[meeting]))
    if holders < k:
        raise PolicyError(
            f"the condition in backend.where is met by fewer than {k} people.", hint="ask for a wider group"
        )
    some = table.take(np.flatnonzero(meeting))
    notes = []
    if wish.where is not None:
        asked = f"the rows were asked to meet a condition on {_list(names_in(wish.where))}"
        notes.append(f"table '{table.name}': {asked}; {_about(holders)} training people meet it.")
    if wish.shares:
        notes += _shares_foretold(some, wish.shares, k, of_rows[meeting])
    return notes


def _shares_foretold(table: Table, shares: Shares, k: int, units: Array) -> list[str]:
    codes, notes = share_codes(table, shares), []
    for (name, levels), code in zip(shares.items(), codes, strict=True):
        held, now = (
            support(code, len(levels) + 1, units),
            np.bincount(code, minlength=len(levels) + 1) / max(len(code), 1),
        )
        for at, (share, count) in enumerate(zip(levels.values(), held[:-1], strict=True)):
            if share > 0 and count < k:
                raise _too_rare(table, name, at, k, units)
        raised = [
            int(count) for share, count, own in zip(levels.values(), held[:-1], now[:-1], strict=True) if share > own
        ]
        if sum(levels.values()) < 1 - 1e-9 and held[-1] < k:
            raise BackendError(
                f"backend.shares.{name}: the shares sum to less than 1, and too few rows hold any other level.",
                column=name,
            )
        if raised:
            notes.append(
                f"column '{name}': raised to the shares asked for; "
                f"no more than {_about(min(raised))} training people stand behind what was raised."
            )
    weights, missed = raked(codes, shares, len(table))
    if missed > CLOSE:
        hint = "ask for fewer columns, or for shares nearer to the data's"
        raise BackendError("the shares in backend.shares cannot all be met together in this data.", hint=hint)
    size = f"say as much as {_about(effective(weights))} rows that were not reweighted"
    return [
        *notes,
        f"table '{table.name}': with the shares asked for, {_about(len(table))} training rows {size} "
        "(effective sample size).",
    ]


def _too_rare(table: Table, name: str, at: int, k: int, units: Array) -> PolicyError:
    """One answer for a rare level and for one that does not exist: whether somebody is there is not told."""
    codes, levels = pd.factorize(table.text(name))
    common = int((support(codes, len(levels), units) >= k).sum())
    return PolicyError(
        f"backend.shares.{name}: level {at + 1} of those asked for is held by fewer than {k} people, or by none.",
        hint=f"the column has {common} levels that enough hold, spelt as in the file",
        column=name,
    )


def sought(draw: Draw, rows: int, columns: Sequence[Column], wish: Wish, rng: np.random.Generator) -> pd.DataFrame:
    """So many drawn rows that meet the condition and the shares; an error with counts where they cannot be found."""
    columns = tuple(columns)
    pool, drawn, batch = draw(0, rng), 0, rows + 50 + rows // 10
    chosen: Array = np.zeros(0, dtype=np.int64)
    while rows:
        new = draw(batch, rng)
        drawn += batch
        new = new[rows_meeting(Table("asked", columns, new), wish.where)]
        pool = pd.concat([part for part in (pool, new) if len(part)] or [new], ignore_index=True)
        chosen, rate = _chosen(Table("asked", columns, pool), rows, wish.shares, drawn)
        hopeless = not len(pool) and drawn >= max(LEAST_DRAWN, PATIENCE * rows)
        if len(chosen) == rows or hopeless or drawn >= max(LEAST_DRAWN, BUDGET * rows):
            break
        batch = int(np.clip(1.1 * (rows - len(chosen)) / max(rate, 1e-6) + 50, 50, min(LARGEST, 20 * max(drawn, 50))))
    if len(chosen) < rows:
        raise BackendError(
            f"only {len(chosen):,} of the {rows:,} rows asked for were found among {drawn:,} drawn ones: "
            f"{rows - len(chosen):,} are missing.",
            hint="ask for fewer rows or a wider group; the engine trees makes such rows without a search",
        )
    return pool.iloc[rng.permutation(chosen)].reset_index(drop=True)


def _chosen(pool: Table, rows: int, shares: Shares, drawn: int) -> tuple[Array, float]:
    """Places of the rows that serve, and which share of all drawn rows served the scarcest need."""
    if not shares:
        return np.arange(len(pool))[:rows], len(pool) / drawn
    codes = share_codes(pool, shares)
    weights, missed = raked(codes, shares, len(pool))
    if missed > CLOSE or not len(pool):
        return np.zeros(0, dtype=np.int64), len(pool) / drawn / 10
    cell = np.zeros(len(pool), dtype=np.int64)
    for code, levels in zip(codes, shares.values(), strict=True):
        cell = cell * (len(levels) + 1) + code
    cell = np.unique(cell, return_inverse=True)[1]
    quota = _rounded(np.bincount(cell, weights=weights) / weights.sum() * rows)
    place = pd.Series(cell).groupby(cell).cumcount().to_numpy()
    there = np.bincount(cell)
    scarce = float((there[quota > 0] / quota[quota > 0]).min())
    return np.flatnonzero(place < quota[cell]), rows * scarce / drawn


def _rounded(wanted: Array) -> Array:
    """Whole numbers of the same sum: the largest remainders are rounded up."""
    low = np.floor(wanted).astype(np.int64)
    short = round(float(wanted.sum())) - int(low.sum())
    low[np.argsort(low - wanted, kind="stable")[:short]] += 1
    return low


def _spread(weights: Array, size: int, rng: np.random.Generator) -> Array:
    """Places drawn in proportion to their weights, as evenly as it goes."""
    ends = np.cumsum(weights) / weights.sum()
    return np.minimum(np.searchsorted(ends, (np.arange(size) + rng.random()) / size), len(weights) - 1)


def _with_inputs(names: Sequence[str], rules: Sequence[Rule], learnable: Sequence[str]) -> tuple[str, ...]:
    """With the columns from which a rule computes one of them: it can only be asked for through those."""
    names_needed = list(names)
    ways = [way for rule in rules for part in parts_of(rule.expect) for way in definitions_in(part)[:1]]
    for name in names_needed:  # grows while it is read
        for way in ways:
            if way.column == name:
                names_needed += [
                    needed for needed in names_in(way.expression) if needed not in names_needed and needed in learnable
                ]
    return tuple(name for name in learnable if name in names_needed)


def _only(table: Table, names: Sequence[str]) -> Table:
    return Table(table.name, tuple(table[name] for name in names), table.frame[list(names)], rules=table.rules)


def _about(count: float) -> str:
    """Two figures of a count."""
    if count < 10:
        return "fewer than 10"
    digits = len(str(int(count))) - 2
    return f"about {round(count / 10**digits) * 10**digits:,}"


def _list(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _names(learnable: Sequence[str]) -> str:
    return f"columns that can be asked for: {', '.join(learnable[:20])}{' ...' if len(learnable) > 20 else ''}"
