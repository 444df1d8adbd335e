"""Whether rows are equal: one number for each cell, so that rows can be compared whole or with one column left out.

A row's key is the sum of its cells' numbers (modulo 2^64): leaving a column out is one subtraction. Two different
rows share a key with a chance of 2^-64.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np
import pandas as pd

from privsynth.dataset import Table
from privsynth.measure.mixing import STEP, mixed
from privsynth.typing import Array


def cell_keys(tables: Sequence[Table], names: Sequence[str]) -> list[Array]:
    """For each table a matrix (rows x names) of cell numbers; equal cells of a column have equal numbers in all tables.

    The first table sets the precision of numbers. Text is compared without case and outer spaces.
    """
    ends = np.cumsum([len(table) for table in tables])[:-1]
    whole = np.zeros((sum(len(table) for table in tables), len(names)), dtype=np.uint64)
    for place, name in enumerate(names):
        codes = _joint_codes(tables, name)
        whole[:, place] = mixed((codes.astype(np.uint64) + np.uint64((place + 1) << 40)) * STEP)
    return np.split(whole, ends)


def equal_rows(real: Array, draft: Array) -> Array:
    """Which rows of `real` are found in `draft`, all columns taken together."""
    return np.isin(real.sum(axis=1, dtype=np.uint64), draft.sum(axis=1, dtype=np.uint64))


def almost_equal_rows(real: Array, draft: Array) -> Array:
    """Which rows of `real` are found in `draft` when one column, whichever, is left out."""
    real_keys, draft_keys = real.sum(axis=1, dtype=np.uint64), draft.sum(axis=1, dtype=np.uint64)
    is_found = np.zeros(len(real), dtype=bool)
    for place in range(real.shape[1]):
        open_rows = np.flatnonzero(~is_found)
        is_found[open_rows] = np.isin(real_keys[open_rows] - real[open_rows, place], draft_keys - draft[:, place])
    return is_found


def by_content(table: Table, names: Sequence[str]) -> Array:
    """The rows in an order that hangs on what they hold, not on how the table or its rows were ordered or called."""
    whole = np.zeros(len(table), dtype=np.uint64)
    for place, name in enumerate(names, 1):
        values = table.values(name)
        if values.dtype.kind == "f":
            values = np.round(values, table[name].spelling.decimals) + 0.0
        elif values.dtype.kind != "M":
            values = plain(table.text(name))
        whole += mixed((pd.util.hash_array(values) + np.uint64(place)) * STEP)
    return np.argsort(whole, kind="stable")


def alone(rows: Array) -> Array:
    """Which rows equal no other."""
    return _once(rows.sum(axis=1, dtype=np.uint64))


def _once(keys: Array) -> Array:
    return ~pd.Series(keys).duplicated(keep=False).to_numpy()


def distinct_rows(table: Array) -> tuple[Array, Array]:
    """Where each different row of numbers stands first, and which of these each row is; a gap is equal to a gap."""
    if not table.size:
        return np.arange(min(1, len(table))), np.zeros(len(table), dtype=np.intp)
    whole = np.ascontiguousarray(table)
    cells = whole.view(np.dtype((np.void, whole.itemsize * whole.shape[1]))).ravel()
    _, first, which = np.unique(cells, return_index=True, return_inverse=True)
    return first, which


def _joint_codes(tables: Sequence[Table], name: str) -> Array:
    """One code for each distinct value over all tables; a missing one is a value too."""
    kinds = {table.values(name).dtype.kind for table in tables}
    if kinds == {"f"}:
        decimals = tables[0][name].spelling.decimals
        parts = [np.round(table.values(name), decimals) + 0.0 for table in tables]
    elif kinds == {"M"}:
        parts = [table.values(name) for table in tables]
    else:
        parts = [plain(table.text(name)) for table in tables]
    codes, _ = pd.factorize(np.concatenate(parts))
    return codes + 1


def plain(words: Array) -> Array:
    """Texts without case and outer spaces, in one form."""
    codes, distinct = pd.factorize(words)
    plain = np.array(
        [unicodedata.normalize("NFC", word).strip().casefold() for word in distinct] + [None], dtype=object
    )
    return plain[codes]
