"""Can one person be picked out?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

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
from privsynth.gate.evidence.sides import Sides
from privsynth.measure.attacks.attack import Attacked, worst_of
from privsynth.measure.attacks.singling_out import singling_out
from privsynth.policy import Policy
from privsynth.release import Draft
from privsynth.seeds import Seeds
from privsynth.source import Source
from privsynth.stages import Watch, unwatched
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
        self.watch: Watch = unwatched
        self.backend, self.limits = policy.backend.kind, policy.limits

    def measure(self, draft: Draft, source: Source) -> list[Finding]:
        if source.is_empty:
            return [no_source()]
        if (aside := not_applicable(self.backend, "singling out")) is not None:
            return [aside]
        found = [finding for tables in attacked_tables(draft, source) for finding in self._judged(tables)]
        return found or [nobody_attacked("singling out", draft)]

    def _judged(self, sides: Sides) -> Iterator[Finding]:
        names, limits = learnt_columns(sides.train, sides.made), self.limits
        held = {
            "one_column": RiskLimits(limits, "anon_risk", lower="anon_lower_uni", upper="anon_upper_uni"),
            "three_columns": RiskLimits(limits, "anon_risk", lower="anon_lower_multi"),
        }
        for done, (key, stream) in enumerate(STREAMS.items()):
            self.watch(done, len(STREAMS))
            rng = Seeds(0).stream("gate", self.name, stream)
            tried, described = _tried(sides, names, rng, several=key == "three_columns")
            yield from risk_findings(
                key,
                f"singling out by {key.replace('_', ' ')}",
                worst_of(tried),
                held[key],
                table=sides.train.name,
                where=names,
                note=f"the synthetic table gave {described:,} descriptions of one row each",
                remedy=REMEDY,
                tests=len(held) * len(tried),
            )


def _tried(sides: Sides, names: list[str], rng: np.random.Generator, *, several: bool) -> tuple[list[Attacked], int]:
    """What the attack wins, and how many descriptions the draft gave. In folds people are unique among all people."""
    described = list[int]()

    def attack(inside: Table, outside: Table, synthetic: Table) -> dict[str, Attacked]:
        attacked, descriptions = singling_out(
            inside,
            outside,
            synthetic,
            names,
            attacks=min(ATTACKS, sides.rows_outside),
            rng=rng,
            several=several,
            among_all=bool(sides.folds),
        )
        described.append(descriptions)
        return {"described": attacked}

    return list(sides.won(attack)["described"]), described[0]
