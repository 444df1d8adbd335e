"""Does the order of the draft's rows tell which source row each came from?

Nothing that a backend says of its rows settles it: they are laid beside the source whatever it says, and where it does
say from which row each came, that is looked at besides. An order that follows from the released values themselves
(rows sorted by date) tells nothing beyond them. Of several rows of one person the first counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from privsynth.dataset import Table
from privsynth.gate.evidence.scope import learnt_columns
from privsynth.measure.distance.cells import cell_keys
from privsynth.measure.sequence import alignment, steps
from privsynth.seeds import Seeds
from privsynth.typing import Array
from privsynth.verdict import Finding

FEWEST = 20  # rows under which an order says nothing
REACH = 6.0  # standard deviations: a shuffled table stays within them
LEAST, LEAST_CORRELATION = 0.02, 0.1
SUBSETS, WIDEST = 24, 4  # sets of columns by which single rows are recognised
MOST_COLUMNS, PROJECTIONS = 12, 4  # that are laid beside each other, and signals for each
SORTED = 0.9  # a column by which the draft is sorted explains its own order
REMEDY = "the rows must be shuffled before they are written"


def order_kept(train: Table, made: Table, people: tuple[Array, Array] | None = None) -> list[Finding]:
    """What the order of a table tells. `people`: whose row each row is, of the source and of the draft."""
    told = [] if made.origin is None or len(made) < FEWEST else list(_of_places(made.origin, made, key="told_order"))
    train, made = (_firsts(table, whose) for table, whose in zip((train, made), people or (None, None), strict=True))
    if min(len(train), len(made)) < FEWEST:
        return told
    own = {name: _explained(_ranks([made], name)[0]) for name in learnt_columns(train, made)}
    free = [name for name in own if own[name] < SORTED]  # what sorts the draft lies where it does by its value
    if not free:
        return told
    at, places = _recognised(*cell_keys((train, made), free))
    matched = _of_places(places, made, own=_sortedness(made.take(at), list(own))) if len(at) >= FEWEST else ()
    return [*told, *matched, *_aligned(train, made, free)]


def _firsts(table: Table, people: Array | None) -> Table:
    """One row of each person, unless there are too few."""
    if people is None:
        return table
    first = np.flatnonzero(~pd.Series(people).duplicated().to_numpy())
    return table.take(first) if FEWEST <= len(first) < len(table) else table


def _of_places(places: Array, made: Table, *, key: str = "order", own: float = 0.0) -> Iterator[Finding]:
    """What the source rows of the rows tell, in the order of the rows; `own` is what the values tell of it anyway."""
    number = np.arange(len(places), dtype=float)
    correlation = abs(_spearman(number, places.astype(float)))
    share, chance = steps(places, Seeds(0).stream("gate", "order"))
    finding = Finding(
        f"{key}_correlation",
        max(0.0, correlation - own),
        what=f"rank correlation with the order of the source ({made.name})",
        table=made.name,
        limit=min(1.0, max(LEAST_CORRELATION, REACH / len(places) ** 0.5)),
        n=len(places),
        note=f"beyond what the sorted values tell anyway: {own:.2f}" if own > LEAST_CORRELATION else "",
        remedy=REMEDY,
    )
    yield finding
    yield replace(
        finding,
        key=f"{key}_steps",
        measured=share,
        what=f"rows that lie as far from one before as in the source ({made.name})",
        limit=min(1.0, max(LEAST, chance)),
        baseline=chance / 2,
        note="",
    )


def _spearman(one: Array, other: Array) -> float:
    if len(np.unique(one)) < 2 or len(np.unique(other)) < 2:
        return 0.0
    return float(pd.Series(one).rank().corr(pd.Series(other).rank()))


def _recognised(real: Array, draft: Array) -> tuple[Array, Array]:
    """Which draft rows share something with one source row that no other row on either side has, and with which.

    Of several such rows the one counts that shares the most surprising cells.
    """
    rng = Seeds(0).stream("gate", "order", "columns")
    surprise = np.stack([_surprise(column, other) for column, other in zip(real.T, draft.T, strict=True)], axis=1)
    best, bits = np.full(len(draft), -1), np.zeros(len(draft))
    for chosen in _subsets(real.shape[1], rng):
        at, places = _joined(*(keys[:, chosen].sum(axis=1, dtype=np.uint64) for keys in (draft, real)))
        gain = np.where(draft[at] == real[places], surprise[at], 0.0).sum(axis=1)
        better = gain > bits[at]
        best[at[better]], bits[at[better]] = places[better], gain[better]
    known = np.flatnonzero(best >= 0)
    return known, best[known]


def _subsets(columns: int, rng: np.random.Generator) -> Iterator[Array]:
    yield np.arange(columns)
    for number in range(SUBSETS):
        yield rng.choice(columns, size=min(columns, 1 + number % WIDEST), replace=False)


def _joined(ours: Array, theirs: Array) -> tuple[Array, Array]:
    """The rows of both sides that have a key which is alone on either side."""
    sides = [pd.Series(np.arange(len(keys)), index=keys) for keys in (ours, theirs)]
    alone = [side[~side.index.duplicated(keep=False)] for side in sides]
    pairs = pd.concat(alone, axis=1, join="inner").to_numpy()
    return pairs[:, 0], pairs[:, 1]


def _surprise(real: Array, draft: Array) -> Array:
    """How much agreeing in this cell tells: minus the logarithm of how many source rows have the value."""
    counts = pd.Series(real).value_counts()
    held = counts.reindex(draft).to_numpy(dtype=float)
    return np.log(len(real) / np.where(np.isnan(held), len(real), held))


def _ranks(tables: Sequence[Table], name: str) -> list[Array]:
    """The cells as ranks over all tables, in the order of their kind; a missing cell comes first."""
    is_time = all(table.values(name).dtype.kind in "fM" for table in tables)
    parts = [pd.Series(table.values(name) if is_time else table.text(name)) for table in tables]
    codes, _ = pd.factorize(pd.concat(parts), sort=True)
    return np.split(codes, np.cumsum([len(part) for part in parts])[:-1])


def _sortedness(made: Table, names: Sequence[str]) -> float:
    """How well the place of a row in the draft can be told from one of its own values."""
    return max((_explained(_ranks([made], name)[0]) for name in names), default=0.0)


def _explained(ranks: Array) -> float:
    """The rank correlation of place and value; where values are few the correlation ratio, less what chance gives."""
    number = pd.Series(np.arange(len(ranks), dtype=float))
    straight = abs(_spearman(number.to_numpy(), ranks.astype(float)))
    groups = number.groupby(ranks)
    levels, rows = groups.ngroups, len(number)
    if levels < 2 or levels > rows / 2:
        return straight
    share = 1 - ((number - groups.transform("mean")) ** 2).sum() / ((number - number.mean()) ** 2).sum()
    return max(straight, float(np.sqrt(max(0.0, share - (levels - 1) / (rows - 1)))))


def _signals(
    train: Table, made: Table, name: str, rng: np.random.Generator
) -> tuple[float, tuple[list[Array], list[Array]]]:
    """How much a column tells of a row, and its cells as numbers of mean nought on both sides.

    Its ranks, if it has an order; and numbers drawn for its values, so that equal cells give a product of one, and
    others nought on average.
    """
    ranks = _ranks((train, made), name)
    counts = np.unique(ranks[0], return_counts=True)[1] / len(train)
    signals = [
        [draw[each] for each in ranks] for draw in rng.normal(size=(PROJECTIONS, max(r.max() for r in ranks) + 2))
    ]
    if train[name].kind.is_numeric or train[name].kind.is_time:
        signals.append([each.astype(float) for each in ranks])
    real, draft = ([_standard(signal[side]) for signal in signals] for side in (0, 1))
    return float(-(counts * np.log(counts)).sum()), (real, draft)


def _standard(signal: Array) -> Array:
    spread = signal.std()
    return np.zeros(len(signal)) if not spread else (signal - signal.mean()) / spread


def _aligned(train: Table, made: Table, names: Sequence[str]) -> Iterator[Finding]:
    """The two laid along each other."""
    rng = Seeds(0).stream("gate", "order", "signals")
    columns = sorted((_signals(train, made, name, rng) for name in names), key=lambda column: -column[0])
    columns = [column for column in columns[:MOST_COLUMNS] if column[0] > 0]
    if not columns:
        return
    real, draft = ([signal for _, sides in columns for signal in sides[side]] for side in (0, 1))
    peak = alignment(real, draft, rng)
    yield Finding(
        "order_agreement",
        peak.height,
        what=f"agreement with the order of the source at one shift, or reversed ({made.name})",
        table=made.name,
        limit=max(LEAST, peak.limit),
        baseline=0.0,
        n=min(len(train), len(made)),
        remedy=REMEDY,
    )
