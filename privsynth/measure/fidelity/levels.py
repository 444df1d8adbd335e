"""How many different values a column has, and whether those that many rows share still come out."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from privsynth.measure.fidelity.bins import total_variation
from privsynth.measure.fidelity.kept import STRAY, SURE, Kept, percent
from privsynth.measure.fidelity.sides import ThreeSides
from privsynth.typing import Array

SHARED = 10  # rows of the real side, and as many expected of the synthetic one: a level that must come out


def levels_kept(sides: ThreeSides) -> Iterator[Kept]:
    """For each column how much of the variety (Shannon 1948) of its values is kept, and of its shared levels."""
    for name in sides.names:
        counts = _counts(sides, name)
        if counts is not None:
            yield _kept(name, counts)


def varieties_kept(sides: ThreeSides) -> Iterator[Kept]:
    """For each column of invented values how much of the variety is kept; none of the levels is a real one."""
    for name in sides.names:
        counts = _counts(sides, name)
        if counts is not None:
            nothing_shared = counts * np.array([0, 1, 1])
            yield _kept(name, nothing_shared)


def _counts(sides: ThreeSides, name: str) -> Array | None:
    """Levels x sides: how many rows of the real, synthetic and fresh rows hold each; None where nothing varies."""
    values = [table.values(name) for table in sides.tables]
    codes, known = pd.factorize(np.concatenate(values))
    ends = np.cumsum([len(side) for side in values])[:-1]
    counts = np.stack([np.bincount(c[c >= 0], minlength=len(known)) for c in np.split(codes, ends)], axis=1)
    return counts if (counts[:, 2] > 0).sum() > 1 else None


def _kept(name: str, counts: Array) -> Kept:
    real, synthetic, fresh = counts.T
    (of_synthetic, one), (of_fresh, other) = _variety(synthetic), _variety(fresh)
    variety, gone = min(1.0, of_synthetic / of_fresh), _gone(real, synthetic)
    lost = float(real[gone].sum() / max(1, real.sum()))
    return Kept(
        aspect="levels",
        where=(name,),
        kept=min(variety, 1 - lost),
        fresh=1.0,
        noise=SURE * float(np.hypot(max(one, other), other)) / of_fresh,
        rows=int(min(synthetic.sum(), fresh.sum())),
        words=_words(name, counts, int(gone.sum()), lost),
    )


def _variety(counts: Array) -> tuple[float, float]:
    """The entropy of the shares of the levels, and its standard error.

    Where levels are nearly as often as each other it has no slope, and what is left of chance is the curvature: chi
    squared by twice the rows (Miller 1955).
    """
    held = counts[counts > 0] / max(1, counts.sum())
    surprise = -np.log(held)
    entropy = float((held * surprise).sum())
    spread = float((held * (surprise - entropy) ** 2).sum())
    rows = max(1, counts.sum())
    return entropy, float(np.hypot(np.sqrt(spread / rows), np.sqrt(max(0, len(held) - 1) / 2) / rows))


def _gone(real: Array, synthetic: Array) -> Array:
    """The levels that must have come out by chance alone, and did not."""
    expected = real * synthetic.sum() / max(1, real.sum())
    return np.asarray((real >= SHARED) & (expected >= SHARED) & (synthetic == 0))


def _words(name: str, counts: Array, gone: int, lost: float) -> str:
    synthetic, fresh = counts.T[1:]
    if not synthetic.sum():
        return f"{name} came out empty"
    kinds, of_fresh = (int((side > 0).sum()) for side in (synthetic, fresh))
    other = _moved(synthetic, fresh)
    rows = f"; {percent(other)} of the cells stand for others" if other > STRAY / np.sqrt(max(1, fresh.sum())) else ""
    never = f"; {gone:,} shared by many rows ({percent(lost)} of them) never come out" if gone else ""
    values = "1 value" if kinds == 1 else f"{kinds:,} different values"
    return f"{name} has {values} where as many real rows have {of_fresh:,}{rows}{never}"


def _moved(one: Array, other: Array) -> float:
    """The share of cells that would have to change for as many levels of the same sizes."""
    sizes = [np.sort(side)[::-1] / max(1, side.sum()) for side in (one, other)]
    return total_variation(*sizes)
