"""CSV files and invented tables for the benchmarks, straight into the engines' storage types."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Kind, Table
from privsynth.spelling import Spelling


def load(path: Path) -> Table:
    return as_table(pd.read_csv(path), path.name.split(".")[0])


def as_table(frame: pd.DataFrame, name: str) -> Table:
    columns, values = [], {}
    for title in map(str, frame.columns):
        column, stored = _column(title, frame[title])
        columns.append(column)
        values[title] = stored
    return Table(name, tuple(columns), pd.DataFrame(values))


def _column(name: str, values: pd.Series[Any]) -> tuple[Column, pd.Series[Any]]:
    if pd.api.types.is_bool_dtype(values):
        return Column(name, Kind.BOOLEAN), values.map({True: "true", False: "false"}).astype(object)
    if pd.api.types.is_numeric_dtype(values):
        known = values.dropna()
        whole = bool((known == known.round()).all())
        decimals = 0 if whole else int(known.head(5000).astype(str).str.extract(r"\.(\d+)$")[0].str.len().max())
        return Column(
            name, Kind.INTEGER if whole else Kind.NUMBER, spelling=Spelling(decimals=decimals)
        ), values.astype("float64")
    text = values.astype(object).where(values.notna(), None)
    if text.notna().any() and text.dropna().head(1000).str.fullmatch(r"\d{4}-\d\d-\d\d").all():
        return Column(name, Kind.DATE), pd.to_datetime(text).astype("datetime64[us]")
    return Column(name, Kind.CATEGORY), text


def invented(rows: int, rng: np.random.Generator) -> pd.DataFrame:
    """A table of people at work: classes, skewed money, many zeros, related numbers, a date, missing values."""
    age = rng.integers(18, 90, rows)
    region = rng.choice([f"region {i}" for i in range(40)], rows, p=rng.dirichlet(np.full(40, 0.5)))
    grade = rng.choice(list("ABCDE"), rows, p=[0.4, 0.3, 0.15, 0.1, 0.05])
    income = np.round(np.exp(rng.normal(7.5 + 0.2 * (grade > "B") + age / 150, 0.5)), 2)
    tax = np.round(income * np.clip(rng.normal(0.22, 0.03, rows), 0.05, 0.5), 2)
    bonus = np.where(rng.random(rows) < 0.85, 0.0, np.round(rng.gamma(2.0, 400.0, rows), 2))
    frame = pd.DataFrame(
        {
            "age": age,
            "region": region,
            "grade": grade,
            "income": income,
            "tax": tax,
            "net": np.round(income - tax, 2),
            "bonus": bonus,
        }
    )
    frame["savings"] = np.where(rng.random(rows) < 0.1, np.nan, np.round(income * rng.gamma(1.5, 4.0, rows), 0))
    frame["since"] = (np.datetime64("2005-01-01") + rng.integers(0, 7000, rows)).astype(str)
    for number in range(6):
        frame[f"score {number}"] = np.round(rng.normal(50, 10, rows) + age / 10 * (number % 3), 1)
    frame["leaves"] = np.where(rng.random(rows) < 1 / (1 + np.exp((income - 3000) / 900)), "yes", "no")
    return frame


def money(rng: np.random.Generator, rows: int = 12_000, amounts: int = 20) -> pd.DataFrame:
    """Many amounts that move together: balances and payments of one wealth; the target depends on their ratios."""
    wealth, thrift = rng.normal(7, 1, rows), rng.normal(0, 0.6, rows)
    frame = {
        f"amount {at}": np.round(
            np.exp(wealth * (0.5 + at % 4 / 6) + thrift * (at % 3 - 1) + rng.normal(0, 0.2, rows)), 2
        )
        for at in range(amounts)
    }
    frame["target"] = np.where(rng.random(rows) < 1 / (1 + np.exp(3 * thrift + 1)), "yes", "no")
    return pd.DataFrame(frame)


def spikes(rng: np.random.Generator, rows: int = 1_200, counts: int = 16) -> pd.DataFrame:
    """Few rows, and numbers that are mostly zero: how often something was bought, by people of few kinds."""
    kind = rng.integers(0, 4, rows)
    frame: dict[str, Any] = {"age": rng.integers(18, 85, rows)}
    for at in range(counts):
        bought = rng.random(rows) < np.array([0.05, 0.1, 0.2, 0.5])[(kind + at) % 4]
        frame[f"spent {at}"] = np.where(bought, np.round(rng.gamma(2, 20 * (1 + at), rows), 1), 0.0)
    frame["target"] = np.where(rng.random(rows) < np.array([0.15, 0.3, 0.6, 0.85])[kind], "yes", "no")
    return pd.DataFrame(frame)


def survey(rng: np.random.Generator, rows: int = 10_000, questions: int = 60) -> pd.DataFrame:
    """Many answers on five steps that hang on two attitudes, some not given, and two columns of five hundred levels."""
    attitude = rng.normal(size=(rows, 2))
    frame: dict[str, Any] = {
        name: np.char.add("place ", rng.choice(500, rows, p=rng.dirichlet(np.full(500, 0.7))).astype(str))
        for name in ("home", "work")
    }
    for at in range(questions):
        said = (
            np.clip(np.rint(3 + attitude[:, at % 2] * (at % 5) / 3 + rng.normal(0, 1, rows)), 1, 5)
            .astype(int)
            .astype(str)
        )
        frame[f"question {at}"] = np.where(rng.random(rows) < 0.05, None, said.astype(object))
    frame["target"] = np.where(rng.random(rows) < 1 / (1 + np.exp(-attitude.sum(axis=1))), "yes", "no")
    return pd.DataFrame(frame)


OTHER_KINDS = {"money": money, "spikes": spikes, "survey": survey}
