"""What columns say of each other: how much of it two tables agree on.

Of two binned columns the excess of each cell is its share less what independent columns would show. The excess of the
real rows, weighed by how rare chance makes the cell, is laid over the excess of another sample: their product is phi
squared (Pearson 1900) for a sample of the same population, and nothing for one whose columns know nothing of each
other, or whose levels go with other levels. Unlike a difference of coefficients it has no bias on small tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from privsynth.dataset import Kind
from privsynth.measure.distance.points import as_number
from privsynth.measure.fidelity.bins import BINS
from privsynth.measure.fidelity.kept import SURE, Aspect, Kept, percent
from privsynth.measure.fidelity.sides import ThreeSides
from privsynth.typing import Array

REACH = 5.0  # standard errors, below which a tie may be chance
LEAST = 0.01  # phi squared, below which a tie is not spoken of
EXPECTED = 5.0  # rows of a cell, below which its weight does not grow any more
MANY = 4.0  # standard deviations that chance hardly exceeds in one of hundreds of pairs
GAPS = 20  # columns with missing values that are looked at
FEWEST = 0.01  # of the rows are missing, or there
MONTHS, DAYS = 12, 7
MOST_LEVELS = 60
OF_A_LEVEL = 10  # rows


@dataclass(frozen=True, kw_only=True)
class Tie:
    """How much of what two columns say of each other a sample shows: phi squared for a fresh one."""

    left: str
    right: str
    synthetic: float
    fresh: float
    error: float  # standard error of either, if there were no tie
    spread: float  # standard error of what the synthetic rows show less what the fresh ones do

    def other(self, name: str) -> str:
        return self.right if name == self.left else self.left

    @property
    def is_real(self) -> bool:
        """Whether fresh rows show it beyond chance."""
        return self.fresh >= max(LEAST, REACH * self.error)


def tie(left: str, right: str, tables: Sequence[Array], rows: int) -> Tie:
    """Of the tables of shares of the real, the synthetic and the fresh rows."""
    expected = np.outer(tables[0].sum(axis=1), tables[0].sum(axis=0))
    weighed = (tables[0] - expected) / np.maximum(expected, EXPECTED / max(1, rows))
    synthetic, fresh = (float((weighed * excess(table)).sum()) for table in tables[1:])
    error = float(np.sqrt((expected * weighed**2).sum() / max(1, rows)))
    spread = float(np.sqrt(sum(_variance(weighed, table) for table in tables[1:]) / max(1, rows)))
    return Tie(left=left, right=right, synthetic=synthetic, fresh=fresh, error=error, spread=spread)


def _variance(weights: Array, table: Array) -> float:
    """Of the weight of the cell of a random row."""
    return max(0.0, float((table * weights**2).sum() - (table * weights).sum() ** 2))  # never below 0 by rounding


def excess(table: Array) -> Array:
    """What each cell has beyond independence."""
    return np.asarray(table - np.outer(table.sum(axis=1), table.sum(axis=0)))


def column_ties(ties: Iterable[Tie], aspect: Aspect, rows: int) -> list[Kept]:
    """For each column how much is kept of all that it says of others, for those that say something."""
    real: dict[str, list[Tie]] = {}
    for each in ties:
        if each.is_real:
            for name in dict.fromkeys((each.left, each.right)):
                real.setdefault(name, []).append(each)
    return [_column(name, of_column, aspect, rows) for name, of_column in real.items()]


def _column(name: str, ties: Sequence[Tie], aspect: Aspect, rows: int) -> Kept:
    fresh = sum(each.fresh for each in ties)
    kept = sum(_left(each) for each in ties) / fresh
    worst = max(ties, key=lambda each: each.fresh - each.synthetic)
    strength = float(np.sqrt(max(each.fresh for each in ties)))
    return Kept(
        aspect=aspect,
        where=tuple(dict.fromkeys((name, worst.other(name)))),
        kept=kept,
        fresh=1.0,
        noise=SURE * _error(ties) / fresh,
        rows=rows,
        words=_words(name, worst, kept, aspect) if len(ties) > 1 or aspect != "ties" else _pair_words(name, worst),
        weight=min(1.0, 0.5 + strength),
    )


def pairs_kept(ties: Iterable[Tie], rows: int) -> Iterator[Kept]:
    """For each two columns that say something of each other how much of it is kept."""
    for each in ties:
        if each.is_real:
            kept = _left(each) / each.fresh
            yield Kept(
                aspect="pairs",
                where=(each.left, each.right),
                kept=kept,
                fresh=1.0,
                noise=MANY * max(each.error, each.spread) / each.fresh,
                rows=rows,
                words=f"{each.left} and {each.right}: {percent(kept)} of what one says of the other is kept",
                weight=min(1.0, 0.2 + float(np.sqrt(each.fresh))),
            )


def _left(tie: Tie) -> float:
    """What is left of a tie; more than there was counts as all."""
    return float(np.clip(tie.synthetic, 0.0, tie.fresh))


def _error(ties: Sequence[Tie]) -> float:
    """Of a sum of ties of one column: between that of ties that know nothing of each other and of equal ones."""
    errors = np.array([max(each.error, each.spread) for each in ties])
    return float(np.sqrt(errors.sum() * np.sqrt((errors**2).sum())))


def _words(name: str, worst: Tie, kept: float, aspect: Aspect) -> str:
    other, left = worst.other(name), percent(kept)
    match aspect:
        case "gaps":
            return f"{name}: {left} of what it says of {other} and others that it is missing is kept"
        case "season":
            return f"{name}: {left} of what the time of year or week says of {other} and others is kept"
        case _:
            of_worst = percent(_left(worst) / worst.fresh)
            return f"{name}: {left} of what it says of other columns is kept; of {other} {of_worst}"


def _pair_words(name: str, tie: Tie) -> str:
    return f"{name} and {tie.other(name)}: {percent(_left(tie) / tie.fresh)} of what one says of the other is kept"


def pair_ties(sides: ThreeSides, lefts: Mapping[str, tuple[int, list[Array]]], names: Sequence[str]) -> Iterator[Tie]:
    """Of each of these binned features with each of these columns, but for the column that it comes from."""
    for left, (count, places) in lefts.items():
        for right in names:
            if right != left:
                tables = [
                    _joint(mine, count, theirs, sides.bins[right][0])
                    for mine, theirs in zip(places, sides.bins[right][1], strict=True)
                ]
                yield tie(left, right, tables, sides.size)


def _joint(left: Array, lefts: int, right: Array, rights: int) -> Array:
    counts = np.bincount(left * rights + right, minlength=lefts * rights)
    return np.asarray(counts.reshape(lefts, rights) / max(1, len(left)))


def fine_ties(sides: ThreeSides) -> Iterator[Tie]:
    """Of categories with more levels than a column has bins: what each of those says that enough rows hold."""
    features = {name: _levels(sides, name) for name in sides.names if sides.real.values(name).dtype.kind == "O"}
    many = {name: feature for name, feature in features.items() if feature[0] > BINS}
    yield from pair_ties(sides, many, sides.names)


def _levels(sides: ThreeSides, name: str) -> tuple[int, list[Array]]:
    """The place of each level that enough rows hold; the others, and missing, share the last."""
    values = [table.values(name) for table in sides.tables]
    counts = pd.Series(values[0]).value_counts()[:MOST_LEVELS]
    known = counts.index[counts >= OF_A_LEVEL]
    places = [pd.Index(known).get_indexer(pd.Index(side)) for side in values]
    return len(known) + 1, [np.where(side < 0, len(known), side) for side in places]


def seasons(sides: ThreeSides) -> list[Kept]:
    """What month and day of the week say of the other columns; the better known of the two."""
    dates = [name for name in sides.names if sides.real[name].kind is Kind.DATE]
    found: list[Tie] = []
    for cycle in (_months, _days):
        features = {name: cycle(sides, name) for name in dates}
        found += pair_ties(sides, features, [name for name in sides.names if name not in dates])
    return [each for each in column_ties(found, "season", sides.size) if each.where[0] in dates]


def _months(sides: ThreeSides, name: str) -> tuple[int, list[Array]]:
    return MONTHS + 1, months(sides, name)


def months(sides: ThreeSides, name: str) -> list[Array]:
    """From 0; the last: missing."""
    moments = [table.values(name).astype("datetime64[M]") for table in sides.tables]
    return [np.where(np.isnat(m), MONTHS, m.astype(np.int64) % MONTHS) for m in moments]


def _days(sides: ThreeSides, name: str) -> tuple[int, list[Array]]:
    days = [np.floor(as_number(table.values(name))) for table in sides.tables]
    return DAYS + 1, [np.where(np.isnan(d), DAYS, np.nan_to_num(d) % DAYS).astype(np.int64) for d in days]


def gap_ties(sides: ThreeSides) -> list[Kept]:
    """What it says of other columns that one is missing."""
    features = {name: _gaps(sides, name) for name in sides.names}
    shares = {name: float(places[0].mean()) for name, (_, places) in features.items()}
    some = sorted((n for n in features if FEWEST <= shares[n] <= 1 - FEWEST), key=lambda n: -shares[n])[:GAPS]
    found = pair_ties(sides, {name: features[name] for name in some}, sides.names)
    return [each for each in column_ties(found, "gaps", sides.size) if each.where[0] in some]


def _gaps(sides: ThreeSides, name: str) -> tuple[int, list[Array]]:
    count, places = sides.bins[name]
    return 2, [(bins == count - 1).astype(np.int64) for bins in places]
