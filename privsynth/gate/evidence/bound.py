"""Do the made rows keep the rulebook that binds them? Asked of the rows alone, after whatever was repaired in them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from privsynth.bindings import Bound
from privsynth.checks.answer import Answer, answer
from privsynth.checks.bound import demand_of, filed_with
from privsynth.dataset import Dataset
from privsynth.errors import PolicyError
from privsynth.policy import Policy
from privsynth.release import Draft
from privsynth.source import Source
from privsynth.verdict import Finding

ALWAYS = "every made row keeps it; a missing value breaks nothing"
MASKED = "a masked row may break it where its source row does"
REMEDY = "correct the rulebook, give the rule a rate, or leave it out"


def bound_kept(draft: Draft, source: Source, policy: Policy) -> Iterator[Finding]:
    """One finding for each rule. Rows that are masked may break what their own source row breaks, and no more."""
    for number, binding in enumerate(source.bindings, 1):
        key = f"bound.{number}"
        try:
            found = _asked(binding, draft.dataset, source)
        except PolicyError:
            what = f"rows that break {binding.told}"
            note = "not measured: a column that it speaks of was made coarser or replaced"
            yield Finding(key, None, what=what, table=binding.table, note=note)
            continue
        if policy.backend.kind == "mask":
            yield _followed(key, binding, found, draft.dataset, source)
        else:
            yield _held(key, binding, found)


def _asked(binding: Bound, data: Dataset, source: Source) -> Answer:
    return answer(demand_of(binding, data, source.train), filed_with(data, source.bindings))


def _held(key: str, binding: Bound, found: Answer) -> Finding:
    """What always holds by the rows that break it; a share by what chance leaves of it."""
    is_soft = found.demand.allowed > 0
    measured = found.interval[0] if is_soft else found.broken
    return Finding(
        key,
        None if found.unjudged else measured,
        what=f"{'share of rows' if is_soft else 'rows'} that break {binding.told}",
        table=binding.table,
        limit=found.demand.allowed,
        where=found.demand.columns,
        interval=found.interval if is_soft else None,
        n=found.rows,
        note=found.unjudged or ALWAYS,
        remedy=REMEDY,
    )


def _followed(key: str, binding: Bound, found: Answer, made: Dataset, source: Source) -> Finding:
    origin = made[binding.table].origin
    demand, real = demand_of(binding, made), source.train
    broken = demand.broken(filed_with(made, source.bindings))
    if origin is not None:
        own = demand_of(binding, real).broken(filed_with(real, source.bindings))
        broken &= ~own[origin]
    return Finding(
        key,
        int(np.sum(broken)),
        what=f"rows that break {binding.told}, and whose source rows keep it",
        table=binding.table,
        limit=0,
        where=found.demand.columns,
        n=found.rows,
        note=MASKED,
        remedy=REMEDY,
    )
