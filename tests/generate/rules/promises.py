"""What a shipped rulebook promises, asked of the files that it makes in SQL of its own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from rulebooks import NOTHING, answer

from privsynth.dataset import Dataset
from privsynth.generate.rules import Rules
from privsynth.options import RulesOptions
from privsynth.policy import Policy

RULES = Path(__file__).parents[3] / "rules"
Promises = Mapping[str, tuple[str, str]]  # what is promised: the rows `t` that it is about, and when one breaks it


def shipped(name: str, rows: int, seed: int = 1) -> Dataset:
    """The tables of a shipped rulebook, with so many rows in the first."""
    options = RulesOptions(rulebook=RULES / f"{name}.yaml")
    rules = Rules(options, Policy().limits).fit(Dataset(()), NOTHING, np.random.default_rng(0))
    return rules.sample(rows, np.random.default_rng(seed))


def unkept(folder: Path, data: Dataset, promises: Promises, head: str = "") -> dict[str, str]:
    """The promises that some row breaks, or that are about no row and so say nothing."""
    counts = [
        f"SELECT {number} AS number, count(*), count(*) FILTER (WHERE {broken}) FROM {rows} t"  # noqa: S608 - the words of a test
        for number, (rows, broken) in enumerate(promises.values())
    ]
    found = answer(folder, data, f"{head} {' UNION ALL '.join(counts)} ORDER BY number")
    return {
        promise: f"{broken} of {rows} rows"
        for promise, (_, rows, broken) in zip(promises, found, strict=True)
        if broken or not rows
    }
