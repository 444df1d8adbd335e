"""Can a secret be read off the draft?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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
from privsynth.measure.attacks.inference import LookUp, look_up
from privsynth.measure.samples import some_of
from privsynth.policy import Policy
from privsynth.release import Draft
from privsynth.seeds import Seeds
from privsynth.source import Source
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
        self.backend, self.limits = policy.backend.kind, policy.limits

    def measure(self, draft: Draft, source: Source) -> list[Finding]:
        if source.is_empty:
            return [no_source()]
        if (aside := not_applicable(self.backend, "inference")) is not None:
            return [aside]
        found = [finding for tables in attacked_tables(draft, source) for finding in self._judged(*tables)]
        return found or [no_secrets(source, "no inference was tried")]

    def _judged(self, train: Table, holdout: Table, made: Table) -> Iterator[Finding]:
        secrets = secrets_by_knowledge(train, made)
        tests = sum(map(len, secrets.values()))
        for known, names in secrets.items():
            rng = Seeds(0).stream("gate", self.name, train.name)  # the same people, whatever is asked of them
            found = look_up(
                train,
                holdout,
                some_of(made, MADE, rng),
                known_columns=known,
                attacks=max(FEWEST, ATTACKED // len(secrets)),
                rng=rng,
            )
            for secret in names:
                yield from self._read(secret, known, found, train.name, tests)

    def _read(self, secret: str, known: Sequence[str], found: LookUp, table: str, tests: int) -> Iterator[Finding]:
        attacked = found.reads(secret)
        by_frequency = f"guessing by frequency alone is right {attacked.guesses or 0:,.0f} times"
        yield from risk_findings(
            f"inferring.{secret}",
            f"inferring {secret}",
            attacked,
            RiskLimits(self.limits, "anon_risk_inference", lower="anon_lower_inference"),
            table=table,
            where=known,
            note=f"guessed from {len(known)} columns; {by_frequency}",
            remedy=REMEDY,
            tests=tests,
        )
