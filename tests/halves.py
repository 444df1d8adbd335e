"""Tables of several kinds, each three times from one process: training rows, held-out rows and an honest draft."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from honest import LEARNT, people

from privsynth.dataset import Column, Kind, Table
from privsynth.spelling import Spelling

Rng = np.random.Generator


def halves(kind: str, rows: int, seed: int = 1) -> tuple[Table, Table, Table]:
    first, second, third = (KINDS[kind](rows, 10 * seed + part) for part in (1, 2, 3))
    return first, second, third


def mixed(rows: int, seed: int) -> Table:
    table = people(rows, seed)
    return Table(table.name, tuple(table[name] for name in LEARNT), table.frame[LEARNT])


def numbers(rows: int, seed: int) -> Table:
    """Amounts that hang on two hidden numbers."""
    rng = np.random.default_rng([seed, 80])
    wealth, thrift = rng.normal(7, 1, rows), rng.normal(0, 0.6, rows)
    return _table(
        {
            f"amount {at}": np.exp(wealth * (0.5 + at % 4 / 6) + thrift * (at % 3 - 1) + rng.normal(0, 0.3, rows))
            for at in range(10)
        }
    )


def classes(rows: int, seed: int) -> Table:
    """Classes of 5 to 40 levels that hang on a hidden group."""
    rng, fixed = np.random.default_rng([seed, 81]), np.random.default_rng(0)
    group, drawn = rng.integers(0, 6, rows), rng.random((16, rows))
    frame = {}
    for at, levels in enumerate([5, 8, 12, 20, 30, 40, 15, 10] * 2):
        ends = np.cumsum(fixed.dirichlet(np.full(levels, 0.7), 6), axis=1)
        codes = (drawn[at][:, None] > ends[group]).sum(axis=1).clip(0, levels - 1)
        frame[f"class {at}"] = np.array([f"level {code}" for code in codes], dtype=object)
    return _table(frame)


def skewed(rows: int, seed: int) -> Table:
    """Amounts of which few are very large, counts, and one that is mostly nought."""
    rng = np.random.default_rng([seed, 82])
    size = rng.pareto(1.2, rows)
    amounts = {f"amount {at}": (size + rng.pareto(1.5, rows)) * 10 * (at + 1) for at in range(8)}
    rare = np.where(rng.random(rows) < 0.8, 0.0, rng.gamma(2, 300, rows))
    return _table({**amounts, "count": rng.poisson(3, rows).astype(float), "bonus": rare})


def narrow(rows: int, seed: int) -> Table:
    """Two numbers and a class: strangers are as near as copies."""
    rng = np.random.default_rng([seed, 83])
    kind = rng.integers(0, 3, rows)
    length = rng.normal(4 + kind, 0.6)
    colours = np.array(["red", "white", "blue"], dtype=object)[kind]
    return _table({"length": length, "width": length / 2 + rng.normal(0, 0.3, rows), "kind": colours})


def _table(columns: Mapping[str, np.ndarray]) -> Table:  # type: ignore[type-arg]
    frame = pd.DataFrame(
        {name: np.round(values, 2) if values.dtype.kind == "f" else values for name, values in columns.items()}
    )
    kinds = {name: Kind.NUMBER if frame[name].dtype.kind == "f" else Kind.CATEGORY for name in frame}
    return Table("table", tuple(Column(n, kind, spelling=Spelling(decimals=2)) for n, kind in kinds.items()), frame)


KINDS: Mapping[str, Callable[[int, int], Table]] = {
    "mixed": mixed,
    "numbers": numbers,
    "classes": classes,
    "skewed": skewed,
    "narrow": narrow,
}
