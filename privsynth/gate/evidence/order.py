"""Does the order of the draft's rows tell which source row each came from?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from privsynth.dataset import Table
from privsynth.gate.evidence.scope import learnt_columns
from privsynth.measure.distance.cells import cell_keys
from privsynth.seeds import Seeds
from privsynth.typing import Array
from privsynth.verdict import Finding

FEWEST = 20  # rows under which an order says nothing
SHIFTS = 50
REACH = 6.0  # standard deviations: a shuffled table stays within them
LEAST = 0.02
NEARBY = 400  # shifts that are all tried: blocks of so many rows show themselves
REMEDY = "the rows must be shuffled before they are written"


def order_kept(train: Table, made: Table) -> list[Finding]:
    """With the source row of each row: the rank correlation. Without: whether rows at one place agree too well."""
    if len(made) < FEWEST or len(train) < FEWEST:
        return []
    return [_linked(made)] if made.origin is not None else _placed(train, made)


def _linked(made: Table) -> Finding:
    origin = pd.Series(made.origin)
    correlation = abs(float(origin.rank().corr(pd.Series(np.arange(len(origin), dtype=float)))))
    limit = min(1.0, max(0.1, REACH / np.sqrt(len(origin))))
    return Finding(
        "order_correlation",
        correlation,
        what=f"rank correlation with the order of the source ({made.name})",
        table=made.name,
        limit=limit,
        n=len(made),
        remedy=REMEDY,
    )


def _placed(train: Table, made: Table) -> list[Finding]:
    names = learnt_columns(train, made)
    rows = min(len(train), len(made))
    ours, theirs = (cells[:rows] for cells in cell_keys((train, made), names))
    if not names:
        return []
    here, elsewhere = float((ours == theirs).mean()), _shifted(ours, theirs)
    excess = here - float(elsewhere.mean())
    limit = max(LEAST, REACH * float(elsewhere.std()), float(elsewhere.max() - elsewhere.mean()) + LEAST)
    note = f"cells that equal the source's at the same row: {here:.1%}; at shifted rows: {elsewhere.mean():.1%}"
    return [
        Finding(
            "order_agreement",
            max(0.0, excess),
            what=f"agreement with the order of the source ({made.name})",
            table=made.name,
            limit=limit,
            baseline=0.0,
            n=rows,
            note=note,
            remedy=REMEDY,
        )
    ]


def _shifted(ours: Array, theirs: Array) -> Array:
    """The same agreement with one side moved round: what chance gives, and what a table of equal blocks gives.

    Where everybody has forty rows from the same first day, rows agree in the day at every fortieth shift as well.
    """
    rng = Seeds(0).stream("gate", "order")
    moves = np.union1d(rng.integers(1, len(ours), SHIFTS), np.arange(1, min(NEARBY, len(ours))))
    return np.array([(ours == np.roll(theirs, move, axis=0)).mean() for move in moves])
