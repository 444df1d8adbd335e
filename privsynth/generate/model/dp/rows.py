"""Rows of groups that agree with all tables of two columns at once.

They start along the strongest tables and are then moved towards each in turn.

Post-processing of noisy tables (the gradual update of rows follows PrivSyn, Zhang et al. 2021, in its idea).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from privsynth.generate.model.dp.tables import Pair
from privsynth.stages import Watch, unwatched
from privsynth.typing import Array

ROUNDS, SLOWER = 40, 0.96  # rounds over all tables, each moving fewer rows


def rows_like(
    margins: Mapping[str, Array],
    tables: Mapping[Pair, Array],
    size: int,
    rng: np.random.Generator,
    watch: Watch = unwatched,
) -> dict[str, Array]:
    """`size` rows of group numbers."""
    rows = _along_the_strongest(margins, tables, size, rng)
    pairs = list(tables)
    for done in range(ROUNDS if pairs else 0):
        for at in rng.permutation(len(pairs)):
            left, right = pairs[at]
            _move(rows, left, right, tables[left, right], step=SLOWER**done, rng=rng)
        watch(done + 1, ROUNDS)
    return rows


def spread(shares: Array, size: int, rng: np.random.Generator) -> Array:
    """Codes in random order, as often as their shares say: rounded, not drawn one by one."""
    expected = shares / shares.sum() * size if shares.sum() > 0 else np.full(len(shares), size / len(shares))
    counts = np.floor(expected).astype(np.int64)
    short = size - int(counts.sum())
    if short > 0:
        left = np.maximum(expected - counts, 0.0) + 1e-12
        counts += rng.multinomial(short, left / left.sum())
    return rng.permutation(np.repeat(np.arange(len(shares)), counts))


def _along_the_strongest(
    margins: Mapping[str, Array], tables: Mapping[Pair, Array], size: int, rng: np.random.Generator
) -> dict[str, Array]:
    """Each column given the one that it depends on most, in a tree of the strongest tables."""
    rows: dict[str, Array] = {}
    for name, parent in _tree(margins, tables):
        if parent is None:
            rows[name] = spread(margins[name], size, rng)
            continue
        table = tables[parent, name] if (parent, name) in tables else tables[name, parent].T
        rows[name] = np.empty(size, dtype=np.int64)
        for group in range(len(table)):
            at = np.flatnonzero(rows[parent] == group)
            rows[name][at] = spread(table[group], len(at), rng)
    return rows


def _tree(margins: Mapping[str, Array], tables: Mapping[Pair, Array]) -> list[tuple[str, str | None]]:
    """The columns in an order in which each but the first of a tree follows the one it hangs on."""
    bound: dict[str, dict[str, float]] = {name: {} for name in margins}
    for (left, right), table in tables.items():
        bound[left][right] = bound[right][left] = _strength(table)
    order: list[tuple[str, str | None]] = []
    reach: dict[str, tuple[float, str | None]] = dict.fromkeys(margins, (0.0, None))
    while reach:
        name = max(reach, key=lambda name: reach[name][0])
        order.append((name, reach.pop(name)[1]))
        for other, strength in bound[name].items():
            if other in reach and strength > reach[other][0]:
                reach[other] = (strength, name)
    return order


def _strength(table: Array) -> float:
    """Mutual information of the two columns, in nats."""
    share = table / max(table.sum(), 1e-12)
    independent = np.outer(share.sum(axis=1), share.sum(axis=0))
    held = (share > 0) & (independent > 0)
    return float((share[held] * np.log(share[held] / independent[held])).sum())


def _move(
    rows: dict[str, Array], left: str, right: str, table: Array, *, step: float, rng: np.random.Generator
) -> None:
    """Rows out of cells that hold too many, into cells that hold too few; one of the values is kept if it can be."""
    width, size = table.shape[1], len(rows[left])
    target = table.ravel() * (size / max(table.sum(), 1e-12))
    cell = rows[left] * width + rows[right]
    held = np.bincount(cell, minlength=len(target))
    short = np.maximum(target - held, 0.0)
    leaving = np.maximum(held - target, 0.0) * step / np.maximum(held, 1)
    chosen = np.flatnonzero(rng.random(size) < leaving[cell])
    if not len(chosen) or not short.sum():
        return
    goal = rng.choice(len(target), len(chosen), p=short / short.sum())
    kept = (rows[left][chosen], goal // width) if rng.random() < 0.5 else (rows[right][chosen], goal % width)
    chosen, goal = chosen[np.argsort(kept[0], kind="stable")], goal[np.argsort(kept[1], kind="stable")]
    rows[left][chosen], rows[right][chosen] = goal // width, goal % width
