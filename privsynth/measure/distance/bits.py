"""How surprising it is that two rows agree: the bits by which one tells who the other is.

Two people agree in a cell by chance as often as people lie as near as they do: on a class, those who are of it; on a
number, a date or a coordinate, those between the two. The weight of an agreement is the logarithm of how much oftener
the same person agrees (Fellegi and Sunter, "A theory for record linkage", 1969): a rare class weighs more than a common
one, an equal number more than a near one, at whatever scale numbers are. A person's cell is taken to be changed in one
of four: what differs takes two bits, however far it is, so that nothing that was changed hides what was not.

Strangers gain no more than t bits with a chance of 2^-t, if columns are independent. Those that follow from another
count by what they add to it; and however many cells two rows lack, that is one agreement.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from functools import cache

import numpy as np
import pandas as pd

from privsynth.dataset import Table
from privsynth.measure.distance.cells import plain
from privsynth.measure.distance.points import as_number
from privsynth.typing import Array

KEPT = 0.75  # of a copied person's cells that are taken to be near the real ones
BLOCK = 2**15  # pairs weighed at one time: what a core keeps near
SAMPLE = 4_000  # pairs by which it is told how far a column follows from another
AGREED = 0.5  # of what equality tells: from here on two rows agree in the column that another may follow from
NOBODY = -1  # the place of a class that no real row has


@dataclass(frozen=True, eq=False)
class Ranks:
    """Rows by where their cells lie among those of real people: columns x rows."""

    low: Array = field(repr=False)  # how many people lie below
    high: Array = field(repr=False)  # how many do not lie above

    def __len__(self) -> int:
        return int(self.low.shape[1])


@dataclass(frozen=True, eq=False)
class Surprise:
    """Real rows, and what agreeing with one of them tells.

    `order` are the columns, those that tell most first; `leads` is for each the one before it that it follows from most
    closely, and `follows` how closely, from 0 to 1.
    """

    real: Ranks
    _: KW_ONLY
    known: Array = field(repr=False)  # of each column, how many real people have a value in it
    near: Array = field(repr=False)  # of each column, whether its values can be near
    equal: Array = field(repr=False)  # columns x rows: what equality with this row tells
    order: Array = field(repr=False)
    leads: Array = field(repr=False)
    follows: Array = field(repr=False)

    def told(self, rows: Ranks, left: Array, right: Array, *, real: bool = False) -> Array:
        """The bits of each pair: `left` are rows of `rows`, `right` real ones.

        Where both are real the left one is not counted among those who agree by chance: it stands for a drawn one.
        """
        told = np.empty(len(left), dtype=np.float32)
        for start in range(0, len(left), BLOCK):
            block = slice(start, start + BLOCK)
            told[block] = self._told(rows, left[block], right[block], real)
        return told

    def beside(self, rows: Array) -> Iterator[Array]:
        """For each of these real rows the bits that every real row tells of it.

        The same as `told`; but cells that are equal, and so is what they follow from, are weighed once.
        """
        columns = list(zip(self.order, self.leads, self.follows, strict=True))
        values = [np.unique(low, return_index=True, return_inverse=True)[1:] for low in self.real.low]
        pairs = {column: _pairs(values[lead][1], values[column][1]) for column, lead, follows in columns if follows}
        for row in rows:
            total, lacking = np.zeros((2, len(self.real)), dtype=np.float32)
            found: dict[int, Array] = {}
            for column, lead, follows in columns:
                first, among = values[column]
                bits = found[column] = self.cells(self.real, first, row, column, real=True)
                if follows:
                    of_lead, of_column, among = pairs[column]
                    bits = self._beyond(bits[of_column], found[lead][of_lead], row, lead, follows)
                told = bits.take(among)
                if self.real.low[column][row] >= self.known[column]:
                    np.maximum(lacking, told, out=lacking)
                    np.minimum(told, 0, out=told)
                total += told
            yield total + lacking

    def _beyond(self, bits: Array, of_lead: Array, right: Array | int, lead: int, follows: float) -> Array:
        """What is told beyond what the column's lead tells already."""
        agreed = _share(of_lead, self.equal[lead][right])
        return np.where(bits > 0, bits * (1 - follows * agreed), bits)

    @property
    def whole(self) -> Array:
        """What a row that equals it in all columns tells of each real row."""
        rows = np.arange(len(self.real))
        return self.told(self.real, rows, rows)

    def cells(self, rows: Ranks, left: Array, right: Array | int, column: int, *, real: bool) -> Array:
        """The bits of one column, as if it were the only one."""
        low_left, high_left = rows.low[column][left], rows.high[column][left]
        low_right, high_right = self.real.low[column][right], self.real.high[column][right]
        equal, near, least = _weights(len(self.real))
        same = (low_left == low_right) & (high_left == high_right)
        told = np.where(same, equal[np.maximum(high_right - low_right - real, 1)], least)
        if not self.near[column]:
            return told
        between = np.maximum(high_left, high_right) - np.minimum(low_left, low_right) - real
        close = ~same & (high_left <= self.known[column]) & (high_right <= self.known[column])
        told[close] = near[np.minimum(2 * between[close], len(self.real))]
        return told

    def _told(self, rows: Ranks, left: Array, right: Array, real: bool) -> Array:
        total, lacking = np.zeros((2, len(left)), dtype=np.float32)
        found: dict[int, Array] = {}
        for column, lead, follows in zip(self.order, self.leads, self.follows, strict=True):
            bits = found[column] = self.cells(rows, left, right, column, real=real)
            if follows:
                bits = self._beyond(bits, found[lead], right, lead, follows)
            lacks = self.real.low[column][right] >= self.known[column]
            lacking = np.maximum(lacking, np.where(lacks, bits, 0))
            total += np.where(lacks, np.minimum(bits, 0), bits)
        return np.asarray(total + lacking)


def _pairs(left: Array, right: Array) -> tuple[Array, Array, Array]:
    """The pairs of numbers that occur, by their left and right ones, and for each row its place among them."""
    width = int(right.max(initial=0)) + 1
    pairs, among = np.unique(left * width + right, return_inverse=True)
    return pairs // width, pairs % width, among


def surprises(
    real: Table, drafts: Sequence[Table], names: Sequence[str], rng: np.random.Generator
) -> tuple[Surprise, list[Ranks]]:
    """What agreeing with one of the real rows tells; and the places of the rows of each draft among the real ones."""
    tables = [real, *drafts]
    placed = [_placed(tables, name) for name in names]
    ends = np.cumsum([len(table) for table in tables])[:-1]
    sides = (np.stack([each[side] for each in placed]).astype(np.int32) for side in (0, 1))
    places = [Ranks(*parts) for parts in zip(*(np.split(side, ends, axis=1) for side in sides), strict=True)]
    known, near = (np.array([each[part] for each in placed]) for part in (2, 3))
    equal = _weights(len(real))[0][places[0].high - places[0].low]
    order = np.argsort(-equal.mean(axis=1), kind="stable") if len(real) else np.arange(len(names))
    follows = np.zeros(len(names), dtype=np.float32)
    alone = Surprise(places[0], known=known, near=near, equal=equal, order=order, leads=order, follows=follows)
    return _with_leads(alone, rng), places[1:]


@cache
def _weights(people: int) -> tuple[Array, Array, np.float32]:
    """The bits by how many agree, of so many people: where two are equal, where they are near; and where they differ.

    Near numbers share their weight over all scales: as many bits for each halving.
    """
    share = np.maximum(np.arange(people + 1), 1) / max(people, 1)
    scales = np.log(max(people, 3))
    equal, near = np.log2(1 - KEPT + KEPT / share), np.log2(1 - KEPT + KEPT / (share * scales))
    return equal.astype(np.float32), near.astype(np.float32), np.float32(np.log2(1 - KEPT))


def _placed(tables: Sequence[Table], name: str) -> tuple[Array, Array, int, bool]:
    """Where cells lie among the real ones: lower and upper ends, how many are known, and whether they can be near."""
    people, kinds = len(tables[0]), {table.values(name).dtype.kind for table in tables}
    is_near = kinds in ({"f"}, {"M"})
    low, high, gaps = _numbered(tables, name) if is_near else _classed(tables, name)
    known = people - int(gaps[:people].sum())
    start, end = (known, people) if known < people else (people + 1, people + 1)
    return np.where(gaps, start, low), np.where(gaps, end, high), known, is_near


def _numbered(tables: Sequence[Table], name: str) -> tuple[Array, Array, Array]:
    values = np.concatenate([_exact(table.values(name), tables[0][name].spelling.decimals) for table in tables])
    gaps = np.isnan(values)
    among = np.sort(values[: len(tables[0])][~gaps[: len(tables[0])]])
    return np.searchsorted(among, values, side="left"), np.searchsorted(among, values, side="right"), gaps


def _exact(values: Array, decimals: int) -> Array:
    return np.asarray(np.round(values, decimals) + 0.0) if values.dtype.kind == "f" else as_number(values)


def _classed(tables: Sequence[Table], name: str) -> tuple[Array, Array, Array]:
    codes, levels = pd.factorize(np.concatenate([plain(table.text(name)) for table in tables]))
    real = codes[: len(tables[0])]
    counts = np.bincount(real[real >= 0], minlength=len(levels) + 1)
    ends = np.cumsum(counts)
    low, high = np.where(counts, ends - counts, NOBODY), np.where(counts, ends, NOBODY)
    return low[codes], high[codes], codes < 0


def _with_leads(surprise: Surprise, rng: np.random.Generator) -> Surprise:
    """Says of each column which one before it it follows from most closely, and how closely.

    Rows that agree in the one agree in the other too: as much more than any two rows as there is to agree.
    """
    order, people = surprise.order, len(surprise.real)
    leads, follows = order.copy(), surprise.follows.copy()
    if people < 2:
        return surprise
    left = rng.integers(0, people, SAMPLE)
    any_two = left, (left + rng.integers(1, people, SAMPLE)) % people
    usual = [float(_agreement(surprise, *any_two, column).mean()) for column in order]
    for place, lead in enumerate(order):
        pairs = _alike(surprise, lead, rng)
        for later in range(place + 1, len(order)) if len(pairs[0]) else ():
            agree = float(_agreement(surprise, *pairs, order[later]).mean())
            closely = (agree - usual[later]) / max(1 - usual[later], 1e-9)
            if closely > follows[later]:
                leads[later], follows[later] = lead, min(1.0, closely)
    return replace(surprise, leads=leads, follows=follows)


def _alike(surprise: Surprise, column: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Pairs of different real rows that agree in a column."""
    low = surprise.real.low[column]
    order = np.lexsort((rng.random(len(low)), low))
    left, right = order[:-1], order[1:]
    agree = (_agreement(surprise, left, right, column) >= AGREED) & (low[right] < surprise.known[column])
    some = rng.permutation(np.flatnonzero(agree))[:SAMPLE]
    return left[some], right[some]


def _agreement(surprise: Surprise, left: Array, right: Array, column: int) -> Array:
    """How much two real rows agree in a column: 1 where they are equal in it."""
    return _share(surprise.cells(surprise.real, left, right, column, real=True), surprise.equal[column][right])


def _share(told: Array, most: Array) -> Array:
    return np.clip(told / np.maximum(most, np.float32(1e-6)), 0, 1)
