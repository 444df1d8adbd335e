"""Leaks to plant in a draft, for tables of any kind: each makes of an honest draft one that gives somebody away."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from privsynth.dataset import Role, Table
from privsynth.gate.evidence.scope import learnt_columns, quasi_identifiers
from privsynth.measure.attacks.copies import ISOLATED
from privsynth.measure.distance.points import nearest, place

Array = np.ndarray[Any, Any]
Rng = np.random.Generator
Plant = Callable[[Table, Table, Rng], Table]  # training rows and an honest draft: the leaky draft
Spelt = Callable[[str], str]


def copied(
    made: Table, train: Table, rows: Array, names: Sequence[str] | None = None, at: Array | None = None
) -> Table:
    """These training rows in the place of as many rows of the draft; columns whose values are invented keep theirs."""
    frame, where = made.frame.copy(), np.arange(len(rows)) if at is None else at
    for name in learnt_columns(train, made) if names is None else names:
        values = frame[name].to_numpy().copy()
        values[where] = train.values(name)[rows]
        frame[name] = pd.Series(values, dtype=frame[name].dtype)
    return replace(made, frame=frame)


def verbatim(share: float) -> Plant:
    def plant(train: Table, made: Table, rng: Rng) -> Table:
        count = round(share * len(made))
        return copied(made, train, rng.permutation(len(train))[:count], at=rng.permutation(len(made))[:count])

    return plant


def nearly(share: float) -> Plant:
    """Near copies: every number moved by up to 2 %, one category drawn anew."""

    def plant(train: Table, made: Table, rng: Rng) -> Table:
        count = round(share * len(made))
        rows = _shaken(train.take(rng.permutation(len(train))[:count]), learnt_columns(train, made), rng)
        return copied(made, rows, np.arange(count), at=rng.permutation(len(made))[:count])

    return plant


def _shaken(table: Table, names: Sequence[str], rng: Rng) -> Table:
    frame = table.frame.copy()
    numbers = [name for name in names if frame[name].dtype.kind == "f"]
    for name in numbers:
        frame[name] = np.round(frame[name] * (1 + rng.uniform(-0.02, 0.02, len(frame))), table[name].spelling.decimals)
    words = [name for name in names if frame[name].dtype == object]
    redrawn = rng.integers(0, max(1, len(words)), len(frame))
    for place_, name in enumerate(words):
        values = frame[name].to_numpy().copy()
        values[redrawn == place_] = rng.permutation(values)[redrawn == place_]
        frame[name] = pd.Series(values, dtype=object)
    return replace(table, frame=frame)


def one_isolated(train: Table, made: Table, rng: Rng) -> Table:
    """A person whose nearest other row is farther away than that of 95 in 100."""
    gaps = _gaps(train, made)
    far = np.flatnonzero((gaps > np.quantile(gaps, 1 - ISOLATED)) & (gaps > 0))
    return copied(made, train, rng.choice(far, 1), at=rng.integers(len(made), size=1))


def richest(train: Table, made: Table, rng: Rng) -> Table:
    """The row with the largest value of the number that is most skewed."""
    numbers = [name for name in learnt_columns(train, made) if train.frame[name].dtype.kind == "f"]
    skewed = max(numbers, key=lambda name: _reach(train.frame[name]))
    return copied(made, train, np.array([int(np.nanargmax(train.frame[skewed]))]), at=rng.integers(len(made), size=1))


def _reach(values: pd.Series[float]) -> float:
    """How far the largest value lies beyond the others; a value that many hold singles nobody out."""
    known = np.sort(values.dropna().to_numpy())
    width = known[-1] - known[0]
    return float((known[-1] - known[-2]) / width) if len(known) > 1 and width else 0.0


def _gaps(train: Table, made: Table) -> Array:
    (points,) = place([train], learnt_columns(train, made))
    return nearest(points, points, skip=np.arange(len(points)))


def everybody(train: Table, made: Table, rng: Rng) -> Table:
    """The whole source in another order."""
    return copied(made, train, rng.permutation(len(train))[: len(made)])


def everybody_renamed(train: Table, made: Table, rng: Rng) -> Table:
    """The whole source, rows and columns in another order, under other headers."""
    rows, order = everybody(train, made, rng), rng.permutation(len(made.columns))
    columns = tuple(replace(rows.columns[at], name=f"field {place_}") for place_, at in enumerate(order))
    frame = pd.DataFrame({f"field {place_}": rows.frame.iloc[:, at] for place_, at in enumerate(order)})
    return Table(rows.name, columns, frame)


def column(*names: str) -> Plant:
    """These columns are the source's, row for row but in another order; the rest is invented."""
    return lambda train, made, rng: copied(made, train, rng.permutation(len(train))[: len(made)], names)


def one_value(name: str, into: str | None = None, spelt: Spelt = str) -> Plant:
    """One cell is a real value, in some spelling."""

    def plant(train: Table, made: Table, rng: Rng) -> Table:
        real = [value for value in train.text(name) if value is not None]
        cells = made.frame[into or name].to_numpy(dtype=object).copy()
        cells[rng.integers(len(cells))] = spelt(str(rng.choice(real)))
        return replace(made, frame=made.frame.assign(**{into or name: pd.Series(cells, dtype=object)}))

    return plant


def learnt_by_heart(train: Table, made: Table, rng: Rng) -> Table:
    """The rows are new; their secret is what a tree without any limit says for such quasi-identifiers."""
    (secret,) = [column.name for column in train.of_role(Role.SENSITIVE)]
    known = [name for name in quasi_identifiers(train, made) if name != secret] or [
        name for name in learnt_columns(train, made) if name != secret
    ]
    theirs, ours = place([train, made], known)
    order = rng.permutation(len(train))  # among equals any
    told = np.empty(len(made), dtype=np.intp)
    for start in range(0, len(made), 500):
        told[start : start + 500] = _nearest_of(ours.dense[start : start + 500], theirs.dense[order])
    return copied(made, train, order[told], [secret])


def _nearest_of(rows: Array, among: Array) -> Array:
    return np.asarray((np.einsum("ij,ij->i", among, among) - 2 * rows @ among.T).argmin(axis=1))


def capitals(value: str) -> str:
    return value.upper()


def wide(value: str) -> str:
    """Full-width letters and digits, which NFKC folds."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in value)


def hidden_signs(value: str) -> str:
    return "\u200b".join(value[at : at + 4] for at in range(0, len(value), 4))


def trailing(value: str) -> str:
    return f"  {value} \u00a0"


def dotted(value: str) -> str:
    """Digits in groups with dots."""
    digits = "".join(c for c in value if c.isdigit())
    return f"{digits[:3]}.{digits[3:6]}.{digits[6:]}"


def bare(value: str) -> str:
    return "".join(c for c in value if c.isdigit())


def abroad(value: str) -> str:
    return "+1 " + bare(value)


def in_a_sentence(value: str) -> str:
    return f"please ask {value} about the rest of it"


def hashed(way: str) -> Spelt:
    return lambda value: hashlib.new(way, value.encode(), usedforsecurity=False).hexdigest()


def in_base64(value: str) -> str:
    return base64.b64encode(value.encode()).decode()
