"""In which share of the rows the facts hold that were found between the columns of the real ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from privsynth.measure.fidelity.kept import EVERY, SURE, Kept, percent
from privsynth.measure.fidelity.met import met_kept
from privsynth.measure.fidelity.sides import ThreeSides
from privsynth.measure.relations import Held, held
from privsynth.statistics import Fact

UNDECIDED = ("combinations", "order", "ordinal")  # facts that leave open which values go together
FEWEST = 30  # rows that tell, below which nothing is said


def relations_kept(sides: ThreeSides, facts: Iterable[Fact]) -> Iterator[Kept]:
    """For each fact about columns that can be compared, and any others of which one decides the other, or nearly."""
    found = list(_facts_kept(sides, facts))
    yield from (kept for _, kept in found)
    settled = (kept for fact, kept in found if kept.fresh >= EVERY and fact.kind not in UNDECIDED)
    yield from met_kept(sides, {frozenset(kept.where) for kept in settled})


def _facts_kept(sides: ThreeSides, facts: Iterable[Fact]) -> Iterator[tuple[Fact, Kept]]:
    """What is decided in nearly every row is asked by its pairs: few fresh rows may hold all of it by luck."""
    for fact in (fact for fact in facts if fact.kind != "near_dependency"):
        if fact.table == sides.real.name and set(fact.columns) <= set(sides.names):
            found = [held(table, fact, like=sides.real) for table in (sides.synthetic, sides.fresh)]
            if found[0] is not None and found[1] is not None and min(each.rows for each in found if each) >= FEWEST:
                yield fact, _kept(fact, found[0], found[1])


def _kept(fact: Fact, synthetic: Held, fresh: Held) -> Kept:
    rows = min(synthetic.rows, fresh.rows)
    chance = max(1 / rows, fresh.share * (1 - fresh.share))
    return Kept(
        aspect="relations",
        where=fact.columns,
        kept=synthetic.share,
        fresh=fresh.share,
        noise=SURE * float(np.sqrt(chance / rows)),
        rows=rows,
        words=f"{fact.words}; here in {percent(synthetic.share)} of the rows",
    )
