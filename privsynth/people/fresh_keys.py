"""Keys that nobody has: a different one for each, in the shape of the real one that it stands for."""

from __future__ import annotations

import numpy as np
import pandas as pd

from privsynth.errors import BackendError
from privsynth.people.draws import Draws
from privsynth.people.settle import grown, holder, settled
from privsynth.people.shapes import learn_own_shapes
from privsynth.statistics import Taken
from privsynth.typing import Array


def shaped_tokens(known: list[str], wanted: Array, seeds: Array, taken: Taken, domain: str, *, number: bool) -> Array:
    """A different token for each entry of `wanted`, in the shape of the real value that it points at, equal to none."""
    if not len(wanted):
        return np.empty(0, dtype=object)
    shape_of, shapes = learn_own_shapes(known, number=number)
    which = shape_of[wanted]
    counts = np.bincount(which, minlength=len(shapes))
    members, real = pd.Index(known, dtype=object), holder(taken)

    def make(rows: Array, attempt: int) -> Array:
        made = np.empty(len(rows), dtype=object)
        for at in np.unique(which[rows]):
            mine = np.flatnonzero(which[rows] == at)
            made[mine] = shapes[at].with_room(grown(int(counts[at]), attempt)).fill(Draws(seeds[rows[mine]], attempt))
        return made

    def held(texts: Array) -> Array:
        return np.asarray((members.get_indexer(pd.Index(texts, dtype=object)) >= 0) | real(texts))

    made, left = settled(make, len(wanted), held=held, unique=True)
    if len(left):
        raise BackendError(
            f"column {domain}: {len(left)} of {len(wanted)} identifiers found no free token in their shape, and two "
            f"may never share one.",
            hint="declare the column as text with more characters, or drop it.",
        )
    return made
