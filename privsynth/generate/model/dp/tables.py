"""From noisy tables to tables that fit together: post-processing only, no row is looked at.

A table of two columns is what their independence says, plus a difference of low rank: whatever of the difference is no
larger than noise of the known size would be is taken away, and the rest is shrunk by what noise adds to it (Gavish and
Donoho 2017, optimal shrinkage of singular values under the Frobenius loss).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from privsynth.typing import Array

Pair = tuple[str, str]

ROUNDS = 20  # of fitting a table to its margins
SURE = 3.0  # standard deviations of noise that a count of missing values must stand out by


@dataclass(frozen=True, eq=False)
class Noisy:
    """Counts with Gaussian noise of a known standard deviation, the same in each cell."""

    counts: Array
    sigma: float


def combined(parts: list[tuple[Array, Array | float]]) -> tuple[Array, Array]:
    """Estimates of the same counts, weighted against their variances, and the variance of the result."""
    weights: list[Array] = [
        np.broadcast_to(1 / np.asarray(variance, dtype=np.float64), counts.shape) for counts, variance in parts
    ]
    precision: Array = np.sum(weights, axis=0)
    weighted: Array = np.sum([counts * weight for (counts, _), weight in zip(parts, weights, strict=True)], axis=0)
    return np.asarray(weighted / precision), np.asarray(1 / precision)


def total_of(tables: list[Noisy]) -> float:
    """How many rows there are, from the sums of all tables."""
    sums, variances = zip(*((float(t.counts.sum()), t.sigma**2 * t.counts.size) for t in tables), strict=True)
    total, _ = combined([(np.array([s]), v) for s, v in zip(sums, variances, strict=True)])
    return max(1.0, float(total[0]))


def proper(counts: Array, total: float) -> Array:
    """The nearest counts that are not negative and sum to the total."""
    ordered = np.sort(counts)[::-1]
    surplus = (np.cumsum(ordered) - total) / np.arange(1, len(counts) + 1)
    kept = np.flatnonzero(ordered > surplus)
    return np.asarray(np.maximum(counts - surplus[kept[-1] if len(kept) else 0], 0.0))


def cleaned(single: Noisy, total: float) -> Array:
    """Counts of one column. A count of missing values that noise may have made is none."""
    counts = single.counts.astype(np.float64)
    if counts[-1] < SURE * single.sigma and len(counts) > 1:
        return np.append(proper(counts[:-1], total), 0.0)
    return proper(counts, total)


def margins(singles: Mapping[str, tuple[Array, Array]], pairs: Mapping[Pair, Noisy], total: float) -> dict[str, Array]:
    """Counts of each column's groups from its own count and from every table that it is part of."""
    parts: dict[str, list[tuple[Array, Array | float]]] = {name: [single] for name, single in singles.items()}
    for (left, right), table in pairs.items():
        parts[left].append((table.counts.sum(axis=1), table.sigma**2 * table.counts.shape[1]))
        parts[right].append((table.counts.sum(axis=0), table.sigma**2 * table.counts.shape[0]))
    return {name: proper(combined(estimates)[0], total) for name, estimates in parts.items()}


def joined(table: Noisy, rows: Array, columns: Array) -> Array | None:
    """The table between its margins; None where nothing tells it from independence."""
    independent = np.outer(rows, columns) / max(rows.sum(), 1e-12)
    difference = table.counts - independent
    difference = (
        difference - difference.mean(axis=1, keepdims=True) - difference.mean(axis=0, keepdims=True) + difference.mean()
    )
    shrunk = shrink(difference, table.sigma)
    return None if shrunk is None else fitted(np.maximum(independent + shrunk, 0.0), rows, columns)


def shrink(difference: Array, sigma: float) -> Array | None:
    """What of a doubly centred table noise does not explain."""
    height, width = (max(side - 1, 1) for side in difference.shape)
    left, singular, right = np.linalg.svd(difference, full_matrices=False)
    kept = singular > sigma * (np.sqrt(height) + np.sqrt(width))
    if not kept.any():
        return None
    beyond = (singular[kept] ** 2 - (height + width) * sigma**2) ** 2 - 4 * height * width * sigma**4
    return np.asarray((left[:, kept] * (np.sqrt(np.maximum(beyond, 0.0)) / singular[kept])) @ right[kept])


def fitted(table: Array, rows: Array, columns: Array) -> Array:
    """The table scaled to its margins, by turns."""
    table = table + 1e-9
    for _ in range(ROUNDS):
        table = table * (rows / np.maximum(table.sum(axis=1), 1e-12))[:, None]
        table = table * (columns / np.maximum(table.sum(axis=0), 1e-12))[None, :]
    return table
