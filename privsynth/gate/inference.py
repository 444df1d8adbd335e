"""Can a secret be read off the draft?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from privsynth.dataset import Table
from privsynth.gate.evidence.scope import (
    RiskLimits,
    attacked_tables,
    no_secrets,
    no_source,
    not_applicable,
    risk_findings,
    secrets_by_knowledge,
)
from privsynth.gate.evidence.sides import Sides
from privsynth.measure.attacks.attack import Attacked, worst_of
from privsynth.measure.attacks.inference import look_up
from privsynth.measure.samples import some_of
from privsynth.policy import Policy
from privsynth.release import Draft
from privsynth.seeds import Seeds
from privsynth.source import Source
from privsynth.stages import Watch, unwatched
from privsynth.verdict import Finding

ATTACKED = 5_000  # people a side: what is won beyond the control is small, and takes many to see
FEWEST = 2_000  # where each secret is looked up by other columns and the people are shared out
MADE = 50_000
REMEDY = "more people must stand behind each value that is drawn; or the sensitive column must go"


class Inference:
    """He knows her age, street and work, finds the row that is most like her, and reads the diagnosis in it.

    The third criterion of WP29 05/2014, attacked as Anonymeter does: each sensitive column is guessed from the nearest
    synthetic row by the quasi-identifiers (by all other columns where there are none). What is learnt of the population
    is learnt of held-out people too; the risk is what is won beyond them.
    """

    name = "inference"

    def __init__(self, policy: Policy) -> None:
        self.watch: Watch = unwatched
        self.backend, self.limits = policy.backend.kind, policy.limits

    def measure(self, draft: Draft, source: Source) -> list[Finding]:
        if source.is_empty:
            return [no_source()]
        if (aside := not_applicable(self.backend, "inference")) is not None:
            return [aside]
        found = [finding for tables in attacked_tables(draft, source) for finding in self._judged(tables)]
        return found or [no_secrets(source, "no inference was tried")]

    def _judged(self, sides: Sides) -> Iterator[Finding]:
        secrets = secrets_by_knowledge(sides.train, sides.made)
        tests = sum(map(len, secrets.values()))
        for done, (known, names) in enumerate(secrets.items()):
            self.watch(done, len(secrets))
            rng = Seeds(0).stream("gate", self.name)  # the same people, whatever is asked of them
            attacks = max(FEWEST, ATTACKED // len(secrets))
            for secret, tried in sides.won(partial(_read, names, known, attacks, rng)).items():
                yield from self._told(secret, known, tried, sides.train.name, tests)

    def _told(
        self, secret: str, known: Sequence[str], tried: Sequence[Attacked], table: str, tests: int
    ) -> Iterator[Finding]:
        attacked = worst_of(tried)
        by_frequency = f"guessing by frequency alone is right {tried[0].guesses or 0:,.0f} times"
        yield from risk_findings(
            f"inferring.{secret}",
            f"inferring {secret}",
            attacked,
            RiskLimits(self.limits, "anon_risk_inference", lower="anon_lower_inference"),
            table=table,
            where=known,
            note=f"guessed from {len(known)} columns; {by_frequency}",
            remedy=REMEDY,
            tests=tests * len(tried),
        )


def _read(
    secrets: Sequence[str],
    known: Sequence[str],
    attacks: int,
    rng: np.random.Generator,
    inside: Table,
    outside: Table,
    synthetic: Table,
) -> dict[str, Attacked]:
    """Everybody is looked up once, and each secret read."""
    some = some_of(synthetic, MADE, rng)
    found = look_up(inside, outside, some, known_columns=known, attacks=attacks, rng=rng)
    return {secret: found.reads(secret) for secret in secrets}
