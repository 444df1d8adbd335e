"""Public codes for the values of a column: its declared levels or bins, and one more for a missing value.

Nothing here is read from the rows. What lies outside the declared ends belongs to the nearest bin; a word that is no
declared level counts as missing. Numbers and dates are drawn inside their bin, on the grid on which the column is
spelt.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Domain, Kind, Table, missing_like
from privsynth.errors import PolicyError
from privsynth.spelling.dates import floored
from privsynth.typing import Array

MICROSECONDS = 86_400_000_000  # of a day
_CLOCK = {"us": 1, "s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000}


@dataclass(frozen=True, eq=False)
class DeclaredColumn:
    """One column in codes: 0 ... size-1 are levels or bins, `size` is a missing value."""

    column: Column
    levels: Array | None  # in the column's storage type
    cuts: Array  # ends of the bins; empty where there are levels

    @property
    def size(self) -> int:
        return len(self.cuts) - 1 if self.levels is None else len(self.levels)

    @property
    def is_ordered(self) -> bool:
        """Whether neighbouring codes lie near each other."""
        return self.levels is None or self.column.kind.is_numeric or self.column.kind in (Kind.DATE, Kind.ORDINAL)

    def encode(self, values: Array) -> Array:
        if self.levels is not None:
            at = pd.Index(self.levels).get_indexer(pd.Index(values))
            return np.where((at < 0) | pd.isna(values), self.size, at).astype(np.int64)
        numbers = _days(values)
        at = np.clip(np.searchsorted(self.cuts, numbers, side="right") - 1, 0, self.size - 1)
        return np.where(np.isnan(numbers), self.size, at).astype(np.int64)

    def decode(self, codes: Array, rng: np.random.Generator) -> Array:
        missing = codes == self.size
        if self.levels is not None:
            return np.append(self.levels, missing_like(self.levels))[codes]
        drawn = self._inside(np.where(missing, 0, codes), rng)
        drawn[missing] = missing_like(drawn)
        return drawn

    def _inside(self, codes: Array, rng: np.random.Generator) -> Array:
        """Uniform within the bin: on the grid of what can be spelt, or anywhere where there is none."""
        low, high, last = self.cuts[codes], self.cuts[codes + 1], codes == self.size - 1
        if self.column.kind is Kind.DATE:
            return _moments(low, high, last, self.column.spelling.unit, rng)
        if self.column.kind is Kind.NUMBER and self.column.spelling.shortest:
            return np.asarray(low + (high - low) * rng.random(len(codes)))
        scale = 10.0 ** (0 if self.column.kind is Kind.INTEGER else self.column.spelling.decimals)
        return np.round(
            _on_grid(low * scale, high * scale, last, rng) / scale, 0 if scale == 1 else self.column.spelling.decimals
        )


def declared_columns(table: Table) -> list[DeclaredColumn]:
    """How each column is coded; those whose values nobody declared are refused together, with the lines to write."""
    unknown = [column for column in table.columns if column.domain is None and column.kind is not Kind.BOOLEAN]
    if unknown:
        named = ", ".join(f"'{column.name}'" for column in unknown)
        raise PolicyError(
            f"the engine dp must know what these columns of table '{table.name}' may hold, "
            f"and may not read it from the rows: {named}.",
            hint="\n".join(["say it in the policy, from what is publicly known:", *_lines(table.name, unknown)]),
        )
    return [_declared(column, table.values(column.name)) for column in table.columns]


def _lines(table: str, columns: Sequence[Column]) -> list[str]:
    """The part of a policy that is missing, with words where only its author knows the values."""
    lines = [f"      {json.dumps(c.name, ensure_ascii=False)}: {{ domain: {{ {_asked(c.kind)} }} }}" for c in columns]
    return ["tables:", f"  {json.dumps(table, ensure_ascii=False)}:", "    columns:", *lines]


def _asked(kind: Kind) -> str:
    if kind.is_time:
        return 'low: "EARLIEST OR SHORTEST", high: "LATEST OR LONGEST", bins: 20'
    if kind.is_numeric:
        return "low: LEAST, high: LARGEST, bins: 20"
    return 'low: "FIRST DAY", high: "LAST DAY", bins: 20' if kind is Kind.DATE else "levels: [ONE, ANOTHER]"


def _declared(column: Column, values: Array) -> DeclaredColumn:
    domain = column.domain or Domain(
        levels=tuple(sorted({str(word) for word in pd.unique(values) if not pd.isna(word)}))
    )
    if domain.cuts:
        return DeclaredColumn(column, None, np.array(domain.cuts, dtype=np.float64))
    return DeclaredColumn(column, np.array(domain.levels, dtype=column.kind.dtype), np.zeros(0))


def _days(values: Array) -> Array:
    """Numbers as they are, dates as days since 1970."""
    if values.dtype.kind != "M":
        return np.asarray(values, dtype=np.float64)
    micro = values.astype("datetime64[us]").astype(np.int64)
    return np.where(np.isnat(values), np.nan, micro / MICROSECONDS)


def _on_grid(low: Array, high: Array, last: Array, rng: np.random.Generator) -> Array:
    """A whole number in [low, high), the end of the last bin included; the nearest one where the bin holds none."""
    first = np.ceil(low)
    end = np.where(last, np.floor(high) + 1, np.ceil(high))
    drawn = first + np.floor((end - first) * rng.random(len(low)))
    return np.where(end > first, np.minimum(drawn, end - 1), np.round((low + high) / 2))


def _moments(low: Array, high: Array, last: Array, unit: str, rng: np.random.Generator) -> Array:
    """Days, or moments as fine as the format shows; no finer than its weeks, months, quarters or years."""
    step = _CLOCK.get(unit, MICROSECONDS)
    scale = MICROSECONDS // step
    micro = _on_grid(low * scale, high * scale, last, rng).astype(np.int64) * step
    return floored(micro.astype("datetime64[us]"), unit)
