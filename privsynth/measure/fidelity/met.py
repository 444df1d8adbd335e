"""Pairs that no real row has, where one of two columns decides the other, or nearly: a town in another state.

It is asked of every two columns by their levels alone, whatever was found between them and whoever made the table.
Rare levels meet others by accident: so it stands beside what fresh real rows show, and only levels that real rows have
are asked for their partners.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
import pandas as pd

from privsynth.dataset import Kind
from privsynth.measure.decided import decided_in
from privsynth.measure.fidelity.kept import SURE, Kept, percent
from privsynth.measure.fidelity.sides import ThreeSides
from privsynth.measure.relations import shared
from privsynth.typing import Array

NEARLY = 0.93  # of the real rows in which both are known; what holds a little less often is found, and kept, too
FEWEST = 30  # rows that tell, below which nothing is said
FEW = 50  # different numbers with decimals that can still be prices or rates, by which other things go


def met_kept(sides: ThreeSides, known: Collection[frozenset[str]]) -> Iterator[Kept]:
    """Of each two columns, but for those that are `known`, the rows whose pair some real row has."""
    if not sides.names:
        return
    codes = [_codes(sides, name) for name in sides.names]
    real, synthetic, fresh = (np.stack(side, axis=1) for side in zip(*codes, strict=True))
    for (one, two), each in decided_in(real, range(len(codes))).items():
        where = sides.names[one], sides.names[two]
        if each.share >= NEARLY and frozenset(where) not in known and not _is_measured(sides, one, real):
            asked = _asked(sides, one, real)
            sought = (_met(side[:, [one, two]], real[:, [one, two]], asked) for side in (synthetic, fresh))
            yield from _kept(where, *sought)


def _codes(sides: ThreeSides, name: str) -> list[Array]:
    """The same numbers on all sides, those of the real rows first; missing is 0."""
    values = [table.values(name) for table in sides.tables]
    codes = pd.factorize(np.concatenate(values))[0] + 1
    return np.split(codes.astype(np.int64), np.cumsum([len(side) for side in values])[:-1])


def _is_measured(sides: ThreeSides, place: int, real: Array) -> bool:
    """Amounts of many decimals decide whatever they were worked out from, which says nothing of the world."""
    column = sides.real[sides.names[place]]
    return column.kind is Kind.NUMBER and column.spelling.decimals != 0 and bool(real[:, place].max() > FEW)


def _asked(sides: ThreeSides, place: int, real: Array) -> Array:
    """The levels that are asked for their partners: of amounts and days those alone that many people share.

    What comes between others meets the number of a few people by accident, and says nothing of them.
    """
    column, levels = sides.real[sides.names[place]], real[:, place] - 1
    is_scale = column.kind.is_numeric or column.kind is Kind.DATE or column.kind.is_time
    if not is_scale or levels.max() < FEW:
        return np.unique(real[:, place])
    return np.flatnonzero(shared(levels, sides.real.people)) + 1


def _met(rows: Array, real: Array, asked_for: Array) -> Array:
    """Whether each row has a pair that a real one has; of rows with both, and a first level that is asked for."""
    asked = rows[(rows > 0).all(axis=1)]
    known = real[(real > 0).all(axis=1)]
    asked = asked[np.isin(asked[:, 0], np.intersect1d(known[:, 0], asked_for))]
    wide = max(int(each[:, 1].max(initial=0)) for each in (asked, known)) + 1
    return np.isin(asked @ np.array([wide, 1]), known @ np.array([wide, 1]))


def _kept(where: tuple[str, str], synthetic: Array, fresh: Array) -> Iterator[Kept]:
    rows = min(len(synthetic), len(fresh))
    if rows < FEWEST:
        return
    kept, usual = float(synthetic.mean()), float(fresh.mean())
    chance = max(1 / rows, kept * (1 - kept) + usual * (1 - usual))
    yield Kept(
        aspect="relations",
        where=where,
        kept=kept,
        fresh=usual,
        noise=SURE * float(np.sqrt(chance / rows)),
        rows=rows,
        words=f"{where[0]} nearly decides {where[1]}; {percent(1 - kept)} of the rows have two that no real row has "
        f"together, {percent(1 - usual)} of fresh real ones",
        is_of_pairs=True,
    )
