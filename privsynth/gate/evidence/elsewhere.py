"""Real values of rows that are not at hand: a table judged in parts knows its other parts by fingerprints alone."""

from __future__ import annotations

import pandas as pd

from privsynth.dataset import Table
from privsynth.gate.evidence.encrypted import encrypted_columns
from privsynth.gate.evidence.realvalues import names_somebody
from privsynth.gate.evidence.scope import shared_tables
from privsynth.policy import Policy
from privsynth.release import Draft
from privsynth.source import Source
from privsynth.statistics import Taken
from privsynth.verdict import Finding


def real_elsewhere(draft: Draft, source: Source, policy: Policy, remedy: str) -> Finding:
    """How many distinct values that name somebody are real ones of any part. Encrypted ones have their own findings."""
    tables = shared_tables(draft, source)
    hits = {
        name: n
        for t, _, made in tables
        for name, n in _hits(t, made, source.statistics.taken, encrypted_columns(policy, t.name)).items()
    }
    where = tuple(name for name, count in hits.items() if count)
    note = "by keyed fingerprints of the real values of all parts, without regard to case, spaces and marks"
    return Finding(
        "real_elsewhere",
        sum(hits.values()),
        what="real identifying values of other parts in the draft",
        limit=0,
        where=where,
        note=note,
        remedy=remedy,
    )


def _hits(train: Table, made: Table, taken: Taken, encrypted: frozenset[str]) -> dict[str, int]:
    names = [
        column.name
        for column in train.columns
        if column.name in made and column.name not in encrypted and names_somebody(column, train)
    ]
    return {
        name: sum(value in taken for value in pd.unique(pd.Series(made.text(name), dtype=object).dropna()))
        for name in names
    }
