"""Does a row lead back to the person it came from?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from privsynth.dataset import Source, Table, entity_codes
from privsynth.gate.scope import keeps_people, learnt_columns, no_source, quasi_identifiers, shared_tables
from privsynth.measure.groups import GroupRisk, group_risk
from privsynth.measure.intervals import wilson
from privsynth.measure.link import ATTACKS, Linked, link
from privsynth.policy import Policy
from privsynth.release import Draft
from privsynth.seeds import Seeds
from privsynth.verdict import Finding

Array = np.ndarray[Any, Any]
REMEDY = "generalise the quasi-identifiers further (--set limits.k=... raises the group size), drop a column, or use backend model"


class Linkage:
    """The voter list has name, birth year and postcode; the masked file has birth year and postcode. A join does the rest.

    Two views. Groups: how many people share each row's quasi-identifiers (k, largest and average risk, people at risk).
    Attack: somebody who knows the real values of everybody points at the nearest real row; how often is it the right
    one? Rows of `mask` and `clone` are made from one person each: there both views decide. Rows of a model or a rulebook
    are nobody's, so that groups say little: there they are reported.
    """

    name = "linkage"

    def __init__(self, policy: Policy) -> None:
        self.limits = policy.limits
        self.decides = keeps_people(policy)
        self.backend = policy.backend.kind

    def measure(self, draft: Draft, source: Source) -> list[Finding]:
        if source.is_empty:
            return [no_source()]
        return [found for train, _, made in shared_tables(draft, source) for found in self._judged(train, made)]

    def _judged(self, train: Table, made: Table) -> list[Finding]:
        if self.decides and len(made) and made.origin is None:
            raise ValueError(f"backend {self.backend} must say which source row each row was made from")
        people = _people(train)
        names = quasi_identifiers(train, made)
        found = self._groups(train.name, names, made, people)
        if made.origin is not None and len(made) and len(train):
            found += self._attacks(train, made, names, people)
        return found

    def _groups(self, table: str, names: Sequence[str], made: Table, people: Array) -> list[Finding]:
        behind = people[made.origin] if made.origin is not None else None
        risk = group_risk(made, names, self.limits.risk_max, behind) if names else None
        if risk is None:
            why = "no row has one left" if names else "no column has the role quasi"
            return [Finding(f"smallest group on the quasi-identifiers ({table})", None, where=tuple(names), note=f"no group was formed: {why}")]
        return [
            self._smallest(table, names, risk),
            self._figure("largest re-identification risk", table, names, risk.largest_risk, risk, self.limits.risk_max),
            self._figure("average re-identification risk", table, names, risk.average_risk, risk, self.limits.risk_max),
            self._figure(f"people whose risk exceeds {self.limits.risk_max:g}", table, names, risk.share_at_risk, risk, 0.0),
        ]

    def _smallest(self, table: str, names: Sequence[str], risk: GroupRisk) -> Finding:
        note = f"{risk.groups:,} groups; {risk.blanked:,} rows have no quasi-identifier left and are in no group"
        if not self.decides:
            note += "; reported only: rows of this backend are nobody's"
        limit = self.limits.k if self.decides else None
        return Finding(
            f"smallest group on the quasi-identifiers ({table})",
            risk.smallest,
            limit=limit,
            good="high",
            where=tuple(names),
            n=risk.people,
            note=note,
            remedy=REMEDY,
        )

    def _figure(self, what: str, table: str, names: Sequence[str], measured: float, risk: GroupRisk, limit: float) -> Finding:
        return Finding(f"{what} ({table})", measured, limit=limit if self.decides else None, where=tuple(names), n=risk.people, remedy=REMEDY)

    def _attacks(self, train: Table, made: Table, names: Sequence[str], people: Array) -> list[Finding]:
        rng = Seeds(0).stream("gate", "linkage", train.name)
        kept = learnt_columns(train, made)
        limit = self.limits.linkage_max if self.decides else None
        found = []
        if names:
            found.append(_linked("quasi-identifiers", train.name, names, link(train, made, names, people, rng), limit))
        if kept and set(kept) != set(names):
            found.append(_linked("all kept columns", train.name, kept, link(train, made, kept, people, rng), None))
        return found


def _people(table: Table) -> Array:
    return np.arange(len(table)) if table.entity is None else entity_codes(table.frame[table.entity])


def _linked(what: str, table: str, names: Sequence[str], linked: Linked, limit: float | None) -> Finding:
    note = f"{linked.successes:,.1f} of {linked.attacks:,} attacked rows (at most {ATTACKS:,} are drawn) lead to the right one of {linked.people:,} people"
    if limit is None:
        note += "; reported only: whoever knows all of these values already learns nothing more from the row but that it is there"
    return Finding(
        f"rows whose source is the nearest by {what} ({table})",
        linked.share,
        limit=limit,
        where=tuple(names),
        baseline=linked.guess,
        interval=wilson(linked.successes, linked.attacks),
        n=linked.attacks,
        note=note,
        remedy=REMEDY,
    )
