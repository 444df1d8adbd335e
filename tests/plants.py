"""Leaks to plant in a draft, for tables of any kind: each makes of an honest draft one that gives somebody away."""

from __future__ import annotations

import base64
import codecs
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from privsynth.dataset import Role, Table
from privsynth.gate.evidence.scope import learnt_columns, quasi_identifiers
from privsynth.measure.distance.points import nearest, place

Array = np.ndarray[Any, Any]
Rng = np.random.Generator
ISOLATED = 0.05  # the share of rows that lie farthest from any other
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


def redrawn(share: float, columns: int) -> Plant:
    """Copies of which so many columns, others for each row, hold what the draft holds elsewhere."""

    def plant(train: Table, made: Table, rng: Rng) -> Table:
        names, at, leaky = _beside(train, made, share, rng)
        changed = rng.random((len(at), len(names))).argsort(axis=1) < columns
        return _changed(leaky, at, {name: (changed[:, k], made.values(name)) for k, name in enumerate(names)}, rng)

    return plant


def moved(share: float, most: int, columns: int = 3) -> Plant:
    """Copies whose first numbers are moved by one or a few units."""

    def plant(train: Table, made: Table, rng: Rng) -> Table:
        names, at, leaky = _beside(train, made, share, rng)
        frame = leaky.frame.copy()
        for name in _numbers(train, names)[:columns]:
            values = frame[name].to_numpy().copy()
            values[at] += rng.integers(1, most + 1, len(at)) * rng.choice([-1, 1], len(at))
            frame[name] = values
        return replace(leaky, frame=frame)

    return plant


def noised(share: float, deviations: float = 0.1) -> Plant:
    """Copies all of whose numbers are moved by a part of their standard deviation."""

    def plant(train: Table, made: Table, rng: Rng) -> Table:
        names, at, leaky = _beside(train, made, share, rng)
        return _noised(leaky, at, _numbers(train, names), deviations, rng)

    return plant


def _noised(table: Table, at: Array, names: Sequence[str], deviations: float, rng: Rng) -> Table:
    frame = table.frame.copy()
    for name in names:
        values = frame[name].to_numpy().copy()
        noise = rng.normal(0, deviations * np.nanstd(values), len(at))
        values[at] = np.round(values[at] + noise, table[name].spelling.decimals)
        frame[name] = values
    return replace(table, frame=frame)


def swapped(share: float) -> Plant:
    """Copies with two columns of a kind in each other's place."""

    def plant(train: Table, made: Table, rng: Rng) -> Table:
        names, at, leaky = _beside(train, made, share, rng)
        numbers = _numbers(train, names)
        first, second = (numbers if len(numbers) > 1 else names)[-2:]
        frame = leaky.frame.copy()
        for name, other in ((first, second), (second, first)):
            values = frame[name].to_numpy().copy()
            values[at] = leaky.values(other)[at]
            frame[name] = pd.Series(values, dtype=frame[name].dtype)
        return replace(leaky, frame=frame)

    return plant


def rescaled(share: float, factor: float, offset: float = 0.0) -> Plant:
    """Copies with one column in other units, or from another origin."""

    def plant(train: Table, made: Table, rng: Rng) -> Table:
        names, at, leaky = _beside(train, made, share, rng)
        frame = leaky.frame.copy()
        for name in _numbers(train, names)[-1:]:
            values = frame[name].to_numpy().copy()
            values[at] = np.round(values[at] * factor + offset, leaky[name].spelling.decimals)
            frame[name] = values
        return replace(leaky, frame=frame)

    return plant


def one_isolated_noisy(train: Table, made: Table, rng: Rng) -> Table:
    """The same as one_isolated, with numbers moved by up to a fiftieth and one category drawn anew."""
    gaps = _gaps(train, made)
    far = np.flatnonzero((gaps > np.quantile(gaps, 1 - ISOLATED)) & (gaps > 0))
    names = learnt_columns(train, made)
    row = _shaken(train.take(rng.choice(far, 1)), names, rng)
    return copied(made, row, np.arange(1), names, at=rng.integers(len(made), size=1))


def _beside(train: Table, made: Table, share: float, rng: Rng) -> tuple[list[str], Array, Table]:
    """The columns that are learnt, and a draft with copies; where they stand."""
    names, count = list(learnt_columns(train, made)), round(share * len(made))
    at = rng.permutation(len(made))[:count]
    return names, at, copied(made, train, rng.permutation(len(train))[:count], names, at=at)


def _numbers(table: Table, names: Sequence[str]) -> list[str]:
    return [name for name in names if table.frame[name].dtype.kind == "f"]


def _changed(table: Table, at: Array, those: dict[str, tuple[Array, Array]], rng: Rng) -> Table:
    """Some cells of these rows, drawn from other values of their column."""
    frame = table.frame.copy()
    for name, (which, among) in those.items():
        values = frame[name].to_numpy().copy()
        values[at[which]] = rng.choice(among, int(which.sum()))
        frame[name] = pd.Series(values, dtype=frame[name].dtype)
    return replace(table, frame=frame)


# Disguises that anybody can put on and take off: no key is needed.


def mailto(value: str) -> str:
    return f"mailto:{value}"


def tagged(value: str) -> str:
    """An address to which everything after the plus sign is delivered as well."""
    return value.replace("@", "+news@", 1)


def percent(value: str) -> str:
    return value.replace("@", "%40").replace(".", "%2E")


def entities(value: str) -> str:
    return "".join(f"&#{ord(c)};" for c in value)


def one_letter_before(value: str) -> str:
    return f"x {value}"


def spelt_out(value: str) -> str:
    return value.replace("@", " (at) ").replace(".", " [dot] ")


def backwards(value: str) -> str:
    return value[::-1]


def rot13(value: str) -> str:
    return codecs.encode(value, "rot13")


def look_alikes(value: str) -> str:
    """Cyrillic letters in the place of Latin ones."""
    return value.translate(str.maketrans("aeopcxy", "\u0430\u0435\u043e\u0440\u0441\u0445\u0443"))


def accented(value: str) -> str:
    return value.translate(str.maketrans("aeo", "\u00e0\u00e9\u00f6"))


def in_base32(value: str) -> str:
    return base64.b32encode(value.encode()).decode()


def in_hex(value: str) -> str:
    return value.encode().hex()


def twice_in_base64(value: str) -> str:
    return in_base64(in_base64(value))


def cut(way: str, digits: int, before: str = "") -> Spelt:
    return lambda value: before + hashed(way)(value)[:digits]


def gravatar(value: str) -> str:
    return f"https://www.gravatar.com/avatar/{hashed('md5')(value.strip().lower())}?s=80"


def undashed(value: str) -> str:
    return value.replace("-", "").replace(" ", "")


def one_person(*names: str, into: str, spelt: Callable[..., str]) -> Plant:
    """One cell is made of several values of one real person."""

    def plant(train: Table, made: Table, rng: Rng) -> Table:
        row = int(rng.integers(len(train)))
        cells = made.frame[into].to_numpy(dtype=object).copy()
        cells[rng.integers(len(cells))] = spelt(*(str(train.text(name)[row]) for name in names))
        return replace(made, frame=made.frame.assign(**{into: pd.Series(cells, dtype=object)}))

    return plant


def exchanged(first: str, second: str) -> Plant:
    """Two columns are the source's, each in the other's place."""

    def plant(train: Table, made: Table, rng: Rng) -> Table:
        rows = rng.permutation(len(train))[: len(made)]
        swapped = {first: train.frame[second].to_numpy()[rows], second: train.frame[first].to_numpy()[rows]}
        return replace(made, frame=made.frame.assign(**{k: pd.Series(v, dtype=object) for k, v in swapped.items()}))

    return plant


def in_halves(name: str, first: str, second: str) -> Plant:
    """The beginning of each real value in one column, the rest in another."""

    def plant(train: Table, made: Table, rng: Rng) -> Table:
        real = train.text(name)[rng.permutation(len(train))[: len(made)]]
        halves = {first: [value[: len(value) // 2] for value in real], second: [v[len(v) // 2 :] for v in real]}
        return replace(made, frame=made.frame.assign(**{k: pd.Series(v, dtype=object) for k, v in halves.items()}))

    return plant


# One real value, and one real name, in every plain form.

SPELLINGS: dict[str, Spelt] = {
    "as it is": str,
    "mailto": mailto,
    "with a tag": tagged,
    "percent": percent,
    "entities": entities,
    "one letter before": one_letter_before,
    "spelt out": spelt_out,
    "backwards": backwards,
    "rot13": rot13,
    "look-alikes": look_alikes,
    "accents": accented,
    "base32": in_base32,
    "hex": in_hex,
    "base64": in_base64,
    "base64 twice": twice_in_base64,
    "gravatar": gravatar,
    **{way: hashed(way) for way in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "blake2b")},
    "a cut digest": cut("sha256", 16, "sha256:"),
    "a digest in a name": cut("sha256", 12, "user_"),
}


NAMED: dict[str, Callable[[str, str], str]] = {
    "Last, First": lambda first, last: f"{last}, {first}",
    "First Q. Last": lambda first, last: f"{first} Q. {last}",
    "LAST First": lambda first, last: f"{last.upper()} {first}",
    "backwards": lambda first, last: f"{first} {last}"[::-1],
}
