"""Real values of rows that are not at hand: where a table is judged in parts, the other parts are known by fingerprints alone."""

from __future__ import annotations

import pandas as pd

from privsynth.dataset import Source, Table, Taken
from privsynth.gate.realvalues import names_somebody
from privsynth.gate.scope import shared_tables
from privsynth.release import Draft
from privsynth.verdict import Finding


def real_elsewhere(draft: Draft, source: Source, remedy: str) -> Finding:
    """How many distinct values of columns that name somebody are real ones of any part."""
    hits = {name: count for train, _, made in shared_tables(draft, source) for name, count in _hits(train, made, source.profile.taken).items()}
    where = tuple(name for name, count in hits.items() if count)
    note = "by keyed fingerprints of the real values of all parts, without regard to case, spaces and marks"
    return Finding("real identifying values of other parts in the draft", sum(hits.values()), limit=0, where=where, note=note, remedy=remedy)


def _hits(train: Table, made: Table, taken: Taken) -> dict[str, int]:
    names = [column.name for column in train.columns if column.name in made and names_somebody(column, train)]
    return {name: sum(value in taken for value in pd.unique(pd.Series(made.text(name), dtype=object).dropna())) for name in names}
