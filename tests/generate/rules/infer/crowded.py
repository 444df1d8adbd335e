"""Invented tables from which rulebooks are inferred, and the book as plain content."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from privsynth.api import inspect
from privsynth.dataset import Dataset
from privsynth.describe import facts_of
from privsynth.generate.rules.infer import infer_book
from privsynth.generate.rules.vocabulary.rulebook import Inferred
from privsynth.plainyaml import parse_yaml
from privsynth.policy import Policy

K = 11


def described(**frames: pd.DataFrame) -> Dataset:
    return inspect(dict(frames), Policy())


def book_of(data: Dataset, k: int = K) -> str:
    rows = {table.name: len(table) for table in data}
    return infer_book(data, facts_of(data), Inferred(rows=rows, k=k, holdout=0.2, seed=1), name="t", file="t.yaml")


def content_of(data: Dataset, table: str = "t", k: int = K) -> dict[str, Any]:
    """One table of the book that is inferred from this data."""
    content = parse_yaml(book_of(data, k), "t.yaml")["tables"][table]
    assert isinstance(content, dict)
    return content


def shop(rows: int = 3_000, seed: int = 0) -> pd.DataFrame:
    """Purchases: an amount that follows the kind, a city with rare names, a few huge prices, two dates in order."""
    rng = np.random.default_rng(seed)
    kind = rng.choice(["bread", "wine", "cheese"], rows, p=[0.6, 0.3, 0.1])
    city = rng.choice(["Ashby", "Corby", "Derby"], rows, p=[0.5, 0.3, 0.2]).astype(object)
    city[:5], kind[5:8], city[5:8] = "Zzyzx", "cheese", "Corby"
    till = np.where(rng.random(rows) < 0.9, np.char.add(city.astype(str), " till"), "the other till").astype(object)
    till[8:12], city[8:12] = "Ashby till", "Derby"
    price = np.round(np.exp(rng.normal(np.where(kind == "wine", 3.0, 1.0), 0.3)), 2)
    price[:3] = [98765.43, 87654.32, 76543.21]
    ordered = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 300, rows), unit="D")
    return pd.DataFrame(
        {
            "order": rng.permutation(np.arange(10_000, 10_000 + rows)),
            "kind": kind,
            "city": city,
            "till": till,
            "price": price,
            "quantity": np.where(rng.random(rows) < 0.5, 0, rng.integers(1, 60, rows)),
            "ordered": ordered,
            "sent": ordered + pd.to_timedelta(rng.integers(0, 6, rows), unit="D"),
        }
    )
