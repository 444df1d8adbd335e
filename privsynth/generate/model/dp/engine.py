"""The order in which rows under differential privacy are made.

First the count of each column is released, at the declared resolution; bins too small to be told from the noise are
then merged, and tables of two columns are released over the merged ones. Rows are made that agree with all tables at
once; each is then placed in a declared bin by the noisy counts, and inside the bin evenly. The generator that is passed
in is used after the noise only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Self

import numpy as np
import pandas as pd

from privsynth.dataset import Table
from privsynth.engines import ENGINES
from privsynth.errors import BackendError, PolicyError
from privsynth.generate.model.dp.claim import claim
from privsynth.generate.model.dp.cost import affordable, cost_of, refuse_lax_delta
from privsynth.generate.model.dp.domains import DeclaredColumn, declared_columns
from privsynth.generate.model.dp.merge import TIMES, groups_of, most_groups
from privsynth.generate.model.dp.noise import ON_SINGLES, NoisyTables, count_with_noise, require, rho_of, versions
from privsynth.generate.model.dp.rows import rows_like, spread
from privsynth.generate.model.dp.tables import Noisy, Pair, cleaned, joined, margins, total_of
from privsynth.generate.model.engine import frame_of
from privsynth.options import MECHANISM, Limits, ModelOptions
from privsynth.recipe import PrivacyCost, TableRecipe
from privsynth.stages import Watch, unwatched
from privsynth.typing import Array

MOST_COLUMNS = {"pairs": 64, "mst": 64, "aim": 24}
FEWEST_ROWS, MOST_ROWS = 1_000, 100_000  # made once by the fit, dealt out by the draw


class Private:
    """One table under (epsilon, delta)-differential privacy."""

    def __init__(self, options: ModelOptions, *, limits: Limits, watch: Watch = unwatched) -> None:
        self.cost = affordable(cost_of(options), limits)
        self.mechanism = options.mechanism or MECHANISM
        self.contributions, self.watch = options.contributions or 1, watch
        require()

    def fit(
        self, table: Table, rng: np.random.Generator, *, given: Sequence[str] = (), units: Array | None = None
    ) -> Self:
        _refuse_relatives(table, given)
        declared = {column.column.name: column for column in declared_columns(table)}
        _refuse_wide(table, MOST_COLUMNS[self.mechanism], self.mechanism)
        refuse_lax_delta(self.cost, len(table) if units is None else len(np.unique(units)))
        self.declared_, self.by_person_ = declared, units is not None
        kept = table if units is None else table.take(bounded(units, self.contributions))
        self.rho_ = rho_of(self.cost)
        self._learn({name: column.encode(kept.values(name)) for name, column in declared.items()}, rng)
        return self

    def sample(
        self,
        rows: int,
        rng: np.random.Generator,
        given: pd.DataFrame | None = None,  # noqa: ARG002  fit refuses given columns
    ) -> pd.DataFrame:
        at = _dealt(self.pool_size_, rows, rng)
        return frame_of({name: self._column(name, self.pool_[name][at], rng) for name in self.declared_}, rows)

    @property
    def rows(self) -> int:
        """How many rows there are, as far as may be said: a noisy count."""
        return round(self.total_)

    @property
    def notes(self) -> list[str]:
        """The same words whatever the rows hold: a note that depended on them would have to be paid for."""
        bound = f"at most {self.contributions} rows of each were used, chosen at random; " if self.by_person_ else ""
        return [
            f"the engine dp: {bound}values beyond the declared ends count for the nearest bin, "
            f"words that are no declared level as missing; "
            f"how many is not said, because the count would be a fact about the rows."
        ]

    @property
    def recipe(self) -> TableRecipe:
        spent = {
            "mechanism": self.mechanism,
            "rho": self.rho_,
            "conversion": "OpenDP make_zCDP_to_approxDP",
            "neighbours": "rows of one unit added or removed",
            "contributions": self.contributions,
            "seed": "none: the noise is the operating system's; rows cannot be made again",
        }
        cost = PrivacyCost(
            epsilon=self.cost.epsilon, delta=self.cost.delta, unit=self._unit(), claim=claim(), details=spent
        )
        return TableRecipe(engine="dp", licence=ENGINES["dp"].licence, versions=versions(), privacy=cost)

    def _unit(self) -> str:
        rows = "one row" if self.contributions == 1 else f"at most {self.contributions} rows"
        return f"one person, {rows} of theirs" if self.by_person_ else rows

    def _learn(self, codes: Mapping[str, Array], rng: np.random.Generator) -> None:
        sizes = {name: column.size + 1 for name, column in self.declared_.items()}
        counted = count_with_noise(
            codes,
            sizes,
            rho=self.rho_,
            contributions=self.contributions,
            mechanism=self.mechanism,
            group=self._groups,
        )
        self.total_ = total_of([*counted.singles.values(), *counted.pairs.values()])
        self.fine_ = {name: cleaned(noisy, self.total_) for name, noisy in counted.singles.items()}
        self.pool_size_ = int(np.clip(round(self.total_), FEWEST_ROWS, MOST_ROWS))
        if not counted.pairs:
            self.groups_ = {name: np.arange(len(counts)) for name, counts in self.fine_.items()}
            self.pool_ = {name: spread(counts, self.pool_size_, rng) for name, counts in self.fine_.items()}
            return
        sides, tables = _fitting(counted, self.groups_, self.total_)
        self.pool_ = rows_like(sides, tables, self.pool_size_, rng, self.watch)

    def _groups(self, singles: Mapping[str, Noisy]) -> Mapping[str, Array]:
        """Bins merged until each group stands out from the noise that a cell of a table of two columns will have."""
        total = total_of(list(singles.values()))
        tables = len(singles) * (len(singles) - 1) // 2
        measured = tables if self.mechanism == "pairs" else len(singles) - 1
        noise = self.contributions * np.sqrt(measured / (2 * self.rho_ * (1 - ON_SINGLES)))
        least = max(TIMES * noise, total / most_groups(tables))
        self.groups_ = {
            name: groups_of(cleaned(noisy, total), least, ordered=self.declared_[name].is_ordered)
            for name, noisy in singles.items()
        }
        return self.groups_

    def _column(self, name: str, groups: Array, rng: np.random.Generator) -> Array:
        """Values of one column for rows of these groups: by the noisy counts within the group."""
        codes = np.empty(len(groups), dtype=np.int64)
        for group in np.unique(groups):
            at, members = np.flatnonzero(groups == group), np.flatnonzero(self.groups_[name] == group)
            codes[at] = members[spread(self.fine_[name][members], len(at), rng)]
        return self.declared_[name].decode(codes, rng)


def bounded(units: Array, most: int) -> Array:
    """Positions of at most so many rows of each unit, chosen by chance that nobody can repeat.

    A seed would tie the choice of one person's rows to that of another's.
    """
    chance = np.random.default_rng()
    order = chance.permutation(len(units))
    place = pd.Series(units[order]).groupby(units[order]).cumcount().to_numpy()
    return np.sort(order[place < most])


def _fitting(
    counted: NoisyTables, groups: Mapping[str, Array], total: float
) -> tuple[dict[str, Array], dict[Pair, Array]]:
    """Counts of groups, and the tables of two columns that say more than those."""
    merged = {
        name: (np.bincount(groups[name], s.counts), np.bincount(groups[name]) * s.sigma**2)
        for name, s in counted.singles.items()
    }
    sides = margins(merged, counted.pairs, total)
    tables = {pair: joined(noisy, sides[pair[0]], sides[pair[1]]) for pair, noisy in counted.pairs.items()}
    return sides, {pair: table for pair, table in tables.items() if table is not None}


def _dealt(size: int, rows: int, rng: np.random.Generator) -> Array:
    """Rows of the pool in random order, each as often as any other."""
    rounds = -(-rows // size)
    return np.concatenate([np.zeros(0, dtype=np.int64), *(rng.permutation(size) for _ in range(rounds))])[:rows]


def _refuse_relatives(table: Table, given: Sequence[str]) -> None:
    from privsynth.generate.model.tables.connected import MARK

    if given or any(column.name.startswith(MARK) for column in table.columns):
        raise BackendError(
            f"table '{table.name}' hangs together with another, and the engine dp makes single tables only.",
            hint="give it one table, with the column that says whose rows they are (`person`) and contributions",
        )


def _refuse_wide(table: Table, most: int, mechanism: str) -> None:
    if len(table.columns) > most:
        raise PolicyError(
            f"table '{table.name}' has {len(table.columns)} columns to learn, "
            f"and the mechanism {mechanism} takes at most {most}.",
            hint="leave columns out: a budget spread over so many tables would buy noise only",
        )


__all__ = ["DeclaredColumn", "Private", "bounded"]
