"""Can one person be picked out?"""

from __future__ import annotations

from collections.abc import Iterator

from privsynth.dataset import Table
from privsynth.gate.evidence.scope import (
    ATTACKS,
    RiskLimits,
    attacked_tables,
    learnt_columns,
    no_source,
    nobody_attacked,
    not_applicable,
    risk_findings,
)
from privsynth.measure.attacks.singling_out import singling_out
from privsynth.policy import Policy
from privsynth.release import Draft
from privsynth.seeds import Seeds
from privsynth.source import Source
from privsynth.verdict import Finding

REMEDY = "more people must stand behind each value that is drawn; or the columns with the rarest values must go"

# finding -> the name of its random numbers: another name would give other figures
STREAMS = {"one_column": "singling out by one column", "three_columns": "singling out by three columns"}


class SinglingOut:
    """ "There is exactly one person aged 81 with three children and this diagnosis" - and there is, in the real table.

    The first of the three criteria of the Article 29 Working Party (Opinion 05/2014), attacked as Anonymeter does:
    descriptions that fit one synthetic row, of one column or of three, are tried on training rows and on as many
    held-out rows. The risk is what the attack wins beyond the control.
    """

    name = "singling_out"

    def __init__(self, policy: Policy) -> None:
        self.backend, self.limits = policy.backend.kind, policy.limits

    def measure(self, draft: Draft, source: Source) -> list[Finding]:
        if source.is_empty:
            return [no_source()]
        if (aside := not_applicable(self.backend, "singling out")) is not None:
            return [aside]
        found = [finding for tables in attacked_tables(draft, source) for finding in self._judged(*tables)]
        return found or [nobody_attacked("singling out", draft)]

    def _judged(self, train: Table, holdout: Table, made: Table) -> Iterator[Finding]:
        names, limits = learnt_columns(train, made), self.limits
        held = {
            False: RiskLimits(limits, "anon_risk", lower="anon_lower_uni", upper="anon_upper_uni"),
            True: RiskLimits(limits, "anon_risk", lower="anon_lower_multi"),
        }
        for key, stream in STREAMS.items():
            several = key == "three_columns"
            rng = Seeds(0).stream("gate", self.name, train.name, stream)
            attacked, described = singling_out(
                train, holdout, made, names, attacks=min(ATTACKS, len(holdout)), rng=rng, several=several
            )
            note = f"the synthetic table gave {described:,} descriptions of one row each"
            yield from risk_findings(
                key,
                f"singling out by {'three columns' if several else 'one column'}",
                attacked,
                held[several],
                table=train.name,
                where=names,
                note=note,
                remedy=REMEDY,
                tests=len(held),
            )
