"""Tables for judging the gates: rows that train, rows held out and an independent draft, all from one population.

Real tables are cut into disjoint random parts. Invented ones are drawn anew from their process, which for a draft is
what an ideal generator would do.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[1]))

from halves import halves
from honest import honest, people, with_contacts

from bench.tables import invented, money, survey
from privsynth import api
from privsynth.dataset import Dataset, Role, Table
from privsynth.describe import learn_statistics, take_fingerprints
from privsynth.policy import Policy
from privsynth.source import Exposure, Source

ROWS = 3_000
# What a ledger says of a source that was never asked before.
FIRST = Exposure(attempt=1, releases=0, rows=0, epsilon=0.0)
Parts = tuple[Table, Table, Table]  # training rows, held-out rows, independent draft


def source_of(train: Table, holdout: Table) -> Source:
    """What the gates are given, as a run gives it."""
    data, taken = Dataset((train,)), take_fingerprints(Dataset((train, holdout)))
    return Source(data, Dataset((holdout,)), learn_statistics(data, Policy().limits, taken), exposure=FIRST)


def described(frame: pd.DataFrame, name: str, secret: str) -> Table:
    """The frame as the product reads it, with one column declared to be the secret, so that every gate has something to
    do.

    None of these frames holds anybody's name or address: a column that looks like it is declared to be plain, as its
    owner would.
    """
    table = api.inspect({name: frame}).root
    columns = [replace(column, role=Role.SENSITIVE, declared=True) for column in table.columns if column.name == secret]
    columns += [
        replace(column, role=Role.PLAIN, entity=None, declared=True)
        for column in table.of_role(Role.DIRECT, Role.IDENTIFIER)
    ]
    return table.with_columns(*columns)


def cut(table: Table, seed: int, rows: int) -> Parts:
    """Three disjoint random parts."""
    order, size = np.random.default_rng(seed).permutation(len(table)), min(rows, len(table) // 3)
    first, second, third = (table.take(np.sort(order[at * size : (at + 1) * size])) for at in range(3))
    return first, second, third


@cache
def adult(folder: Path) -> Table:
    """One row of each survey weight: Adult is of several months of a survey, and some people stand in it twice.

    An independent draft could hold the twin of somebody in the source, which nothing tells from a copy of him.
    """
    return described(_both(folder, "adult").drop_duplicates("fnlwgt", ignore_index=True), "adult", "income")


@cache
def adult_whole(folder: Path) -> Table:
    """With its twins."""
    return described(_both(folder, "adult"), "adult", "income")


@cache
def bank(folder: Path) -> Table:
    return described(_both(folder, "bank"), "bank", "balance")


@cache
def titanic(folder: Path) -> Table:
    return described(pd.read_csv(folder / "tables" / "titanic.csv"), "titanic", "survived")


def _both(folder: Path, name: str) -> pd.DataFrame:
    return pd.concat(
        [pd.read_csv(folder / "tables" / f"{name}.{part}.csv.gz") for part in ("train", "holdout")], ignore_index=True
    )


def _drawn(
    make: Callable[[np.random.Generator, int], pd.DataFrame], name: str, secret: str, seed: int, rows: int
) -> Parts:
    return cut(described(make(np.random.default_rng([seed, 9]), 3 * rows), name, secret), seed, rows)


def contacts(seed: int, rows: int) -> Parts:
    """People with names, addresses, numbers and a note: the real ones of one process, the draft's of another."""
    first, second = (with_contacts(people(rows, 10 * seed + at), 10 * seed + at) for at in (1, 2))
    return first, second, with_contacts(honest(rows, 10 * seed + 3), 10 * seed + 3)


def kinds(material: Path | None) -> dict[str, Callable[[int, int], Parts]]:
    """Each table by its name: a function of seed and rows. Without the material only invented ones."""
    made: dict[str, Callable[[int, int], Parts]] = {
        "contacts": contacts,
        "money": lambda seed, rows: _drawn(money, "money", "target", seed, rows),
        "survey": lambda seed, rows: _drawn(lambda rng, count: survey(rng, count, 40), "survey", "target", seed, rows),
        "classes": lambda seed, rows: halves("classes", rows, seed),
        "narrow": lambda seed, rows: halves("narrow", rows, seed),
        "skewed": lambda seed, rows: halves("skewed", rows, seed),
        "work": lambda seed, rows: _drawn(lambda rng, count: invented(count, rng), "work", "savings", seed, rows),
    }
    if material is None:
        return made
    real = {"adult": adult, "adult-whole": adult_whole, "bank": bank, "titanic": titanic}
    return {name: _part(table, material) for name, table in real.items()} | made


def _part(table: Callable[[Path], Table], folder: Path) -> Callable[[int, int], Parts]:
    return lambda seed, rows: cut(table(folder), seed, rows)
