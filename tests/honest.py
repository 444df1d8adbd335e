"""An invented population, drafts drawn from it honestly, and drafts with a leak planted in them.

`people(rows, seed)` draws from one fixed process: two seeds give two independent samples, as an ideal generator would.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Dataset, Kind, Role, Table
from privsynth.describe import learn_statistics, take_fingerprints
from privsynth.emit import serialise
from privsynth.policy import Policy
from privsynth.release import Draft
from privsynth.source import Source
from privsynth.spelling import Spelling

Array = np.ndarray[Any, Any]
COLUMNS = (
    Column("key", Kind.TEXT, role=Role.IDENTIFIER),
    Column("email", Kind.TEXT, role=Role.DIRECT, entity="EMAIL"),
    Column("age", Kind.INTEGER, role=Role.QUASI, entity="AGE"),
    Column("sex", Kind.CATEGORY, role=Role.QUASI),
    Column("town", Kind.CATEGORY, role=Role.QUASI),
    Column("job", Kind.CATEGORY),
    Column("member", Kind.BOOLEAN),
    Column("income", Kind.NUMBER, role=Role.SENSITIVE, spelling=Spelling(decimals=2)),
    Column("debt", Kind.NUMBER, spelling=Spelling(decimals=2)),
    Column("joined", Kind.DATE),
)
LEARNT = [column.name for column in COLUMNS if not column.role.is_fabricated]
CONTACTS = (
    Column("first_name", Kind.CATEGORY, role=Role.DIRECT, entity="FIRST_NAME"),
    Column("last_name", Kind.CATEGORY, role=Role.DIRECT, entity="LAST_NAME"),
    Column("phone", Kind.TEXT, role=Role.DIRECT, entity="PHONE"),
    Column("ssn", Kind.TEXT, role=Role.DIRECT, entity="US_SSN"),
    Column("note", Kind.TEXT, role=Role.FREE_TEXT),
)


def people(rows: int, seed: int, host: str = "example.org") -> Table:
    """Ages, towns, jobs and money that hang together; keys and addresses that repeat nowhere."""
    rng = np.random.default_rng(seed)
    age = np.round(rng.gamma(9, 5, rows)).clip(18, 99)
    job = rng.integers(0, 12, rows)
    income = np.round(np.exp(rng.normal(9.5 + 0.1 * job + 0.01 * age, 0.5)), 2)
    marks = 1_000_000 + (np.arange(rows) * 7_654_321 + rng.integers(9_000_000)) % 9_000_000  # scattered, each once
    frame = pd.DataFrame(
        {
            "key": _words(f"K{seed:03d}{mark}" for mark in marks),
            "email": _words(f"person{seed:03d}{mark}@{host}" for mark in marks),
            "age": age,
            "sex": _words(rng.choice(["f", "m"], rows)),
            "town": _words(f"town {t:.0f}" for t in rng.zipf(1.6, rows).clip(1, 40)),
            "job": _words(f"job {j}" for j in job),
            "member": _words(np.where(rng.random(rows) < age / 100, "yes", "no")),
            "income": income,
            "debt": np.where(rng.random(rows) < 0.3, np.nan, np.round(income * rng.random(rows), 2)),
            "joined": (np.datetime64("2010-01-01") + rng.integers(0, 4000, rows).astype("timedelta64[D]")).astype(
                "datetime64[us]"
            ),
        }
    )
    return Table("people", COLUMNS, frame)


def with_contacts(table: Table, seed: int) -> Table:
    """The same people with a name, a telephone number, a social security number and a sentence.

    Numbers of two seeds never meet; names do, by chance.
    """
    rng = np.random.default_rng([seed, 5])
    marks = (np.arange(len(table)) * 1_237 + rng.integers(100_000)) % 100_000 + 100_000 * (seed % 900)
    words = np.array(
        [
            a + b
            for a in ("ba", "de", "fo", "gu", "ki", "lo", "mu", "ne", "po", "ra")
            for b in ("rk", "lt", "mp", "nd", "st", "x", "zz", "ft", "ng", "ck")
        ]
    )
    said = [" ".join(row) for row in words[rng.integers(len(words), size=(len(table), 9))]]
    first, last = (np.char.add(rng.choice(PARTS, len(table)), rng.choice(PARTS, len(table))) for _ in range(2))
    frame = table.frame.assign(
        first_name=_words(name.capitalize() for name in first),
        last_name=_words(f"{name}sen".capitalize() for name in last),
        phone=_words(
            f"({200 + mark // 1_000_000:03d}) {201 + mark % 700:03d}-{mark // 700 % 10_000:04d}" for mark in marks
        ),
        ssn=_words(
            f"{100 + mark // 1_000_000:03d}-{1 + mark // 10_000 % 99:02d}-{1 + mark % 9_999:04d}" for mark in marks
        ),
        note=_words(said),
    )
    fabricated = table["email"].fabricated
    return Table(
        table.name,
        (*table.columns, *(replace(column, fabricated=fabricated) for column in CONTACTS)),
        frame,
        person=table.person,
    )


PARTS = [a + b for a in "bdfghklmnprstvw" for b in ("a", "e", "il", "on", "ur")]


def _words(values: Any) -> pd.Series[Any]:
    return pd.Series([str(value) for value in values], dtype=object)


def invented(table: Table) -> Table:
    """The same rows, saying which columns were invented."""
    return table.with_columns(
        *(replace(column, fabricated=True) for column in table.columns if column.role.is_fabricated)
    )


def honest(rows: int = 3000, seed: int = 99) -> Table:
    return invented(people(rows, seed, "example.com"))


def source(train: Table, holdout: Table | None) -> Source:
    data = Dataset((train,))
    return Source(
        data,
        Dataset((holdout,)) if holdout is not None else Dataset(()),
        learn_statistics(data, Policy().limits, take_fingerprints(data)),
    )


def draft(table: Table, rows: int | None = None) -> Draft:
    return draft_of(Dataset((table,)), rows)


def draft_of(data: Dataset, rows: int | None = None) -> Draft:
    return Draft(data, serialise(data), len(data.root) if rows is None else rows)


def with_frame(table: Table, frame: pd.DataFrame) -> Table:
    return replace(table, frame=frame)


def planted(made: Table, train: Table, rows: Array, *, columns: list[str] | None = None) -> Table:
    """These training rows in the place of as many rows of the draft."""
    frame = made.frame.copy()
    for name in columns or LEARNT:
        values = frame[name].to_numpy().copy()
        values[: len(rows)] = train.values(name)[rows]
        frame[name] = pd.Series(values, dtype=frame[name].dtype)
    return with_frame(made, frame)


def noisy(table: Table, rng: np.random.Generator) -> Table:
    """Near copies: numbers moved by up to 2 %, one category drawn anew."""
    frame = table.frame.copy()
    for name in ("age", "income", "debt"):
        frame[name] = np.round(frame[name] * (1 + rng.uniform(-0.02, 0.02, len(frame))), table[name].spelling.decimals)
    redrawn = rng.integers(0, 4, len(frame))
    for place, name in enumerate(("sex", "town", "job", "member")):
        values = frame[name].to_numpy().copy()
        values[redrawn == place] = rng.permutation(values)[redrawn == place]
        frame[name] = pd.Series(values, dtype=object)
    return with_frame(table, frame)


def most_isolated(table: Table) -> int:
    """The row that lies farthest from all others."""
    from privsynth.measure.distance.points import nearest, place

    (points,) = place([table], LEARNT)
    return int(nearest(points, points, skip=np.arange(len(points))).argmax())
