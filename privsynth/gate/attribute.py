"""Are the secrets of the people in the source told better than those of others?"""

from __future__ import annotations

from collections.abc import Iterator

from privsynth.dataset import Role, Table
from privsynth.gate.evidence.scope import (
    attacked_tables,
    known_columns,
    learnt_columns,
    no_secrets,
    no_source,
    not_applicable,
)
from privsynth.measure.attacks.disclosure import attribute_excess, disclosed
from privsynth.policy import Policy
from privsynth.release import Draft
from privsynth.seeds import Seeds
from privsynth.source import Source
from privsynth.verdict import Finding

REMEDY = "a larger leaf (--set backend.min_leaf=...), or leave the sensitive column out"


class Attribute:
    """A model trained on the release predicts salaries: of people in the source far better than of their neighbours.

    For each sensitive column two models (boosted trees and the nearest row) learn it from the draft and guess it for
    training rows and for held-out rows. What both are told alike is knowledge about the population; the excess is about
    the people. It counts where chance does not explain it. Beside it, reported: DiSCO and repU (Raab et al. 2024),
    with the hold-out's own figures.
    """

    name = "attribute"

    def __init__(self, policy: Policy) -> None:
        self.backend, self.limits = policy.backend.kind, policy.limits

    def measure(self, draft: Draft, source: Source) -> list[Finding]:
        if source.is_empty:
            return [no_source()]
        if (aside := not_applicable(self.backend, "attribute disclosure")) is not None:
            return [aside]
        found = [finding for tables in attacked_tables(draft, source) for finding in self._judged(*tables)]
        return found or [no_secrets(source, "no secret was guessed")]

    def _judged(self, train: Table, holdout: Table, made: Table) -> Iterator[Finding]:
        learnt = learnt_columns(train, made)
        secrets = [
            column.name
            for column in train.of_role(Role.SENSITIVE)
            if column.name in learnt and known_columns(train, made, column.name)
        ]
        for secret in secrets:
            known = known_columns(train, made, secret)
            yield self._excess(train, holdout, made, known, secret, len(secrets))
            yield from _reported(train, holdout, made, known, secret)

    def _excess(
        self, train: Table, holdout: Table, made: Table, known: list[str], secret: str, secrets: int
    ) -> Finding:
        what = f"guessing {secret} of people in the source, better than of others ({train.name})"
        found = attribute_excess(
            train,
            holdout,
            made,
            known_columns=known,
            sensitive=secret,
            rng=Seeds(0).stream("gate", self.name, train.name, secret),
            secrets=secrets,
        )
        if found is None:
            return Finding(
                f"guessing.{secret}",
                0.0,
                what=what,
                table=train.name,
                limit=self.limits.attr_max,
                limit_name="attr_max",
                where=tuple(known),
                note="the draft holds a single value of it: there is nothing to learn",
            )
        tells = found.bounds(self.limits.alpha)[0] > 0
        right = f"{found.train:.1%} of {found.of_train:,} right"
        note = f"{found.model}: {right}, of held-out people {found.control:.1%} of {found.of_control:,}"
        return Finding(
            f"guessing.{secret}",
            max(0.0, found.value) if tells else 0.0,
            what=what,
            table=train.name,
            limit=self.limits.attr_max,
            limit_name="attr_max",
            where=tuple(known),
            baseline=found.control,
            interval=found.interval,
            n=found.of_train,
            note=note if tells else f"{note}; chance explains the difference",
            remedy=REMEDY,
        )


def _reported(train: Table, holdout: Table, made: Table, known: list[str], secret: str) -> Iterator[Finding]:
    """Descriptive figures of the draft and, as their chance level, of a draft against people it never saw."""
    ours, theirs = disclosed(train, made, known, secret), disclosed(holdout, made, known, secret)
    if ours is None or theirs is None:
        return
    note = (
        f"real rows whose known columns stand in the draft with a single {secret}, which is theirs; "
        f"guessing by frequency alone is right for {ours.chance:.1%}"
    )
    yield Finding(
        f"disclosive.{secret}",
        ours.disco,
        what=f"disclosive rows, DiSCO, of {secret} ({train.name})",
        table=train.name,
        baseline=theirs.disco,
        where=tuple(known),
        n=len(train),
        note=note,
    )
    note = "unique in the source on the known columns, and unique in the draft"
    yield Finding(
        f"replicated_uniques.{secret}",
        ours.rep_u,
        what=f"replicated uniques, repU, beside {secret} ({train.name})",
        table=train.name,
        baseline=theirs.rep_u,
        where=tuple(known),
        n=len(train),
        note=note,
    )
