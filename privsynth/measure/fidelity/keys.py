"""Keys: what no two rows of the source share, two rows of the draft must not share either."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from privsynth.dataset import Kind, Table
from privsynth.measure.fidelity.kept import SURE, Kept, percent
from privsynth.measure.samples import some_of
from privsynth.statistics import Fact

ALMOST = 0.999  # of the rows have a key of their own
FEWEST = 30  # rows


def keys_kept(real: Table, synthetic: Table, facts: Iterable[Fact], rng: np.random.Generator) -> Iterator[Kept]:
    """For each key of the whole source: whose and when of a panel, when of a series, a date of its own."""
    rows = some_of(synthetic, len(real), rng)
    for key in _keys(real, facts):
        if all(name in synthetic for name in key):
            alone, of_real = _alone(rows, key), _alone(real, key)
            if min(alone[1], of_real[1]) >= FEWEST and of_real[0] >= ALMOST:
                yield _kept(key, alone[0], of_real[0], alone[1])


def _keys(real: Table, facts: Iterable[Fact]) -> list[tuple[str, ...]]:
    told = [fact.columns for fact in facts if fact.table == real.name and fact.kind in ("panel", "series")]
    dates = [(column.name,) for column in real.columns if column.kind is Kind.DATE]
    return list(dict.fromkeys([*told, *dates]))


def _alone(table: Table, key: tuple[str, ...]) -> tuple[float, int]:
    """The share of rows that no row before them has the key of, and how many rows have one."""
    known = table.frame[list(key)].dropna()
    return 1 - float(known.duplicated().mean()) if len(known) else 1.0, len(known)


def _kept(key: tuple[str, ...], kept: float, fresh: float, rows: int) -> Kept:
    one = f"one row for each {' and '.join(key)}" if len(key) > 1 else f"each {key[0]} once"
    return Kept(
        aspect="keys",
        where=key,
        kept=kept,
        fresh=fresh,
        noise=SURE / rows,
        rows=rows,
        words=f"the real rows have {one}; here {percent(1 - kept)} of the rows repeat one",
    )
