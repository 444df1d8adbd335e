"""Small rulebooks for the tests of this folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from privsynth.dataset import Dataset
from privsynth.generate.rules import Rules
from privsynth.options import RulesOptions
from privsynth.policy import Policy
from privsynth.statistics import Statistics, Taken

NOTHING = Statistics({}, Taken())


def book(columns: str, *, rows: int | str = 50, rest: str = "", head: str = "") -> str:
    """A rulebook of one table `t`; `columns` are lines such as `x: {constant: 1}`."""
    lines = "\n".join(f"      {line}" for line in columns.strip().splitlines())
    return f"version: 1\nname: test\n{head}tables:\n  t:\n    rows: {rows}\n    columns:\n{lines}\n{rest}"


def made(folder: Path, text: str, rows: int | None = None, seed: int = 1) -> Dataset:
    """What the rules backend makes of a rulebook."""
    return fitted(folder, text).sample(rows, np.random.default_rng(seed))


def fitted(folder: Path, text: str) -> Rules:
    path = folder / "book.yaml"
    path.write_text(text, encoding="utf-8")
    return Rules(RulesOptions(rulebook=path), Policy().limits).fit(Dataset(()), NOTHING, np.random.default_rng(0))


def frame_of(folder: Path, columns: str, rows: int = 50, rest: str = "", seed: int = 1) -> pd.DataFrame:
    return made(folder, book(columns, rows=rows, rest=rest), seed=seed).tables[0].frame


def answer(folder: Path, data: Dataset, sql: str) -> list[tuple[Any, ...]]:
    """What a question in SQL comes to over the tables as they are written, each known by its name."""
    with duckdb.connect() as database:
        for table in data:
            file = folder / f"{table.name}.csv"
            pd.DataFrame({column.name: table.text(column.name) for column in table.columns}).to_csv(file, index=False)
            database.execute(f"CREATE VIEW \"{table.name}\" AS FROM read_csv('{file}', header = true)")
        return database.execute(sql).fetchall()
