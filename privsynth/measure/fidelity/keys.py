"""Keys: what no two rows of the source share, two rows of the draft must not share either. Nor do whole rows repeat."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from privsynth.dataset import Kind, Table
from privsynth.measure.fidelity.kept import SURE, Kept, percent
from privsynth.measure.samples import some_of
from privsynth.statistics import Fact

ALMOST = 0.999  # of the rows have a key of their own
FEWEST = 30  # rows
TELLING = 0.1  # of the real rows have no row like them before them: fewer, and repeating is what rows do there


def keys_kept(real: Table, synthetic: Table, facts: Iterable[Fact], rng: np.random.Generator) -> Iterator[Kept]:
    """For each key of the whole source: whose and when of a panel, when of a series, a date of its own."""
    rows = some_of(synthetic, len(real), rng)
    for key in _keys(real, facts):
        if all(name in synthetic for name in key):
            alone, of_real = _alone(rows, key), _alone(real, key)
            if min(alone[1], of_real[1]) >= FEWEST and of_real[0] >= ALMOST:
                yield _kept(key, alone[0], of_real[0], alone[1])


def repeats_kept(real: Table, synthetic: Table, names: Sequence[str], rng: np.random.Generator) -> Iterator[Kept]:
    """Whether rows repeat each other, in all that can be compared, more often than real ones: a person told twice."""
    size = min(len(real), len(synthetic))
    (kept, rows), (fresh, _) = (_alone(some_of(table, size, rng), names, with_gaps=True) for table in (synthetic, real))
    if len(names) < 2 or rows < FEWEST or fresh < TELLING:
        return
    yield Kept(
        aspect="keys",
        where=(),
        kept=kept,
        fresh=fresh,
        noise=SURE * float(np.sqrt(max(1 / rows, 2 * fresh * (1 - fresh)) / rows)),
        rows=rows,
        words=f"{percent(1 - kept)} of the rows repeat another one in all that can be compared, {percent(1 - fresh)} "
        "of as many real ones",
    )


def _keys(real: Table, facts: Iterable[Fact]) -> list[tuple[str, ...]]:
    told = [fact.columns for fact in facts if fact.table == real.name and fact.kind in ("panel", "series")]
    dates = [(column.name,) for column in real.columns if column.kind is Kind.DATE]
    return list(dict.fromkeys([*told, *dates]))


def _alone(table: Table, key: Sequence[str], *, with_gaps: bool = False) -> tuple[float, int]:
    """The share of rows that no row before them has the key of, and how many rows have one."""
    every = table.frame[list(key)]
    known = every if with_gaps else every.dropna()
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
