"""Rows that stand alone on few columns: minimal sample uniques, as sdcMicro's documentation counts them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from privsynth.measure.classical.groups import combined
from privsynth.typing import Array


@dataclass(frozen=True, eq=False)
class Suda:
    """Special uniques: the small sets of columns that single a row out, and how much that says (Elliot et al. 2002)."""

    scores: Array  # of each row
    contributions: dict[str, float]  # of each column: percent of all scores in which it has a part
    dis: float  # chance that an attacker who finds one match has the right person (Skinner & Elliot 2002)


def suda(frame: pd.DataFrame, *, sampling: float = 0.01, largest: int = 3) -> Suda:
    """Minimal sample uniques up to `largest` columns: sets of columns on which a row is unique, and on no part of them.

    One of size m among M columns weighs the product of (M - i) for i from m to `largest`, as in the original paper and
    in sdcMicro; a row's score is the sum over its minimal uniques.
    """
    names = list(frame.columns)
    codes = (
        np.stack([pd.factorize(frame[name], use_na_sentinel=False)[0] for name in names])
        if names
        else np.zeros((0, len(frame)), dtype=np.int64)
    )
    top = min(largest, len(names))
    scores, parts = np.zeros(len(frame)), np.zeros((len(names), len(frame)))
    explained: list[tuple[set[int], Array]] = []
    for size in range(1, top + 1):
        weight = float(np.prod([len(names) - i for i in range(size, min(top, len(names) - 1) + 1)]))
        uniques = [
            (set(chosen), _minimal(codes, chosen, explained)) for chosen in combinations(range(len(names)), size)
        ]
        for chosen, unique in uniques:
            scores += unique * weight
            parts[sorted(chosen)] += unique * weight
        explained += uniques
    total = float(scores.sum())
    shares = {name: 100 * float(part.sum()) / total if total else 0.0 for name, part in zip(names, parts, strict=True)}
    return Suda(scores, shares, _intrusion(codes, sampling))


def _minimal(codes: Array, chosen: Sequence[int], explained: Sequence[tuple[set[int], Array]]) -> Array:
    """Rows that are unique on these columns and on no part of them."""
    groups = combined(codes[list(chosen)], codes.shape[1])
    unique = np.asarray(np.bincount(groups)[groups] == 1) if len(groups) else np.zeros(0, dtype=bool)
    for smaller, held in explained:
        if smaller < set(chosen):
            unique &= ~held
    return unique


def _intrusion(codes: Array, sampling: float) -> float:
    """From rows unique on all columns and rows in pairs: the chance that a unique match is the right person."""
    groups = combined(codes, codes.shape[1])
    sizes = np.bincount(groups) if len(groups) else np.zeros(0, dtype=np.int64)
    right, wrong = int((sizes == 1).sum()) * sampling, 2 * int((sizes == 2).sum()) * (1 - sampling)
    return right / (right + wrong) if right + wrong else 0.0
