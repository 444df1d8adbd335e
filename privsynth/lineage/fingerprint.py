"""What makes a source the same source: its content, however it was saved."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

import numpy as np
import pandas as pd

from privsynth.dataset import Dataset, Table
from privsynth.measure.mixing import STEP, mixed
from privsynth.typing import Array

MISSING = STEP  # any number that no value is likely to have


def fingerprint(data: Dataset, key: bytes) -> str:
    """The keyed fingerprint of a source. Neither order (tables, rows, columns) nor file names and format count.

    It is keyed because a plain digest would let anybody confirm a guess at a small table.
    """
    return _sealed([_content(_names(table), _rows(table)) for table in data], key)


def fingerprint_of_parts(parts: Iterable[Table], key: bytes) -> tuple[str, int]:
    """The same fingerprint of one table whose rows come in parts, in whatever order, and how many rows there are."""
    names, rows = b"", [np.empty(0, dtype=np.uint64)]
    for table in parts:
        names = _names(table)
        rows.append(_rows(table))
    whole = np.concatenate(rows)
    return _sealed([_content(names, whole)], key), len(whole)


def _sealed(tables: list[bytes], key: bytes) -> str:
    return hmac.new(
        key, b"\x1f".join(sorted(hmac.digest(key, table, "sha256") for table in tables)), sha256
    ).hexdigest()


def _content(names: bytes, rows: Array) -> bytes:
    return names + b"\x1e" + np.sort(rows).tobytes()


def _names(table: Table) -> bytes:
    return "\x1f".join(sorted(_plain(column.name) for column in table.columns)).encode("utf-8", "surrogatepass")


def _rows(table: Table) -> Array:
    """One number for each row. Columns are told apart by name and added up, so that their order does not count."""
    rows = np.zeros(len(table), dtype=np.uint64)
    for column in table.columns:
        rows += mixed(_values(table.values(column.name)) ^ _word(column.name))
    return rows


def _values(values: Array) -> Array:
    """A number for each cell, from each distinct value."""
    codes, distinct = pd.factorize(values)
    return np.append(_distinct(np.asarray(distinct)), MISSING)[codes]


def _distinct(distinct: Array) -> Array:
    if distinct.dtype.kind == "M":
        return _hashed(distinct.astype("datetime64[us]").astype(np.int64))
    if distinct.dtype.kind in "biuf":
        return _hashed(distinct.astype(np.float64) + 0.0)  # minus zero is zero
    return _words(pd.Series(distinct, dtype=object).astype(str).str.strip())


def _words(texts: pd.Series[Any]) -> Array:
    """A text that is a number counts as that number: one file has digits where another has integers."""
    numbers = pd.to_numeric(texts, errors="coerce").to_numpy(dtype=np.float64)
    words = pd.util.hash_array(texts.to_numpy(dtype=object), categorize=False)
    return np.asarray(np.where(np.isnan(numbers), words, _hashed(numbers + 0.0)), dtype=np.uint64)


def _hashed(numbers: Array) -> Array:
    return np.asarray(pd.util.hash_array(numbers, categorize=False), dtype=np.uint64)


def _word(name: str) -> np.uint64:
    return np.uint64(int.from_bytes(sha256(_plain(name).encode("utf-8", "surrogatepass")).digest()[:8], "big"))


def _plain(name: str) -> str:
    return name.strip().casefold()
