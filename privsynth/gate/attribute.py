"""Are the secrets of the people in the source told better than those of others?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from statistics import fmean

import numpy as np

from privsynth.dataset import Table
from privsynth.gate.evidence.scope import (
    attacked_tables,
    no_secrets,
    no_source,
    not_applicable,
    secrets_by_knowledge,
)
from privsynth.gate.evidence.sides import Sides
from privsynth.measure.attacks.attack import Attacked
from privsynth.measure.attacks.disclosure import (
    Combinations,
    combinations,
    disclosed,
    guessing,
    knowledge,
    largest_excess,
)
from privsynth.policy import Policy
from privsynth.release import Draft
from privsynth.seeds import Seeds
from privsynth.source import Source
from privsynth.stages import Watch, unwatched
from privsynth.verdict import Finding

REMEDY = "more people must stand behind each value that is drawn; or the sensitive column must go"


class Attribute:
    """A model trained on the release predicts salaries: of people in the source far better than of their neighbours.

    For each sensitive column three attackers (boosted trees, the nearest row, votes weighted by what is rare) read it
    off the draft, for training rows and for held-out rows. What both are told alike is knowledge about the population;
    the excess is about the people. It counts where chance does not explain it. Beside it, reported: DiSCO and repU
    (Raab et al. 2024), with the hold-out's own figures.
    """

    name = "attribute"

    def __init__(self, policy: Policy) -> None:
        self.watch: Watch = unwatched
        self.backend, self.limits = policy.backend.kind, policy.limits

    def measure(self, draft: Draft, source: Source) -> list[Finding]:
        if source.is_empty:
            return [no_source()]
        if (aside := not_applicable(self.backend, "attribute disclosure")) is not None:
            return [aside]
        found = [finding for tables in attacked_tables(draft, source) for finding in self._judged(tables)]
        return found or [no_secrets(source, "no secret was guessed")]

    def _judged(self, sides: Sides) -> Iterator[Finding]:
        secrets = secrets_by_knowledge(sides.train, sides.made)
        tests = sum(map(len, secrets.values()))
        for columns, names in secrets.items():
            rng = Seeds(0).stream("gate", self.name)  # the same people, whatever is asked of them
            won = sides.won(partial(_guessed, columns, names, tests, rng, self.watch))
            ours = combinations(sides.train, sides.made, columns)
            theirs = [combinations(people, drawn, columns) for people, drawn in sides.outside]
            for secret in names:
                tried = [(model, each) for (told, model), tries in won.items() if told == secret for each in tries]
                yield self._excess(tried, sides.train.name, columns, secret, tests)
                yield from _reported(ours, theirs, columns, secret)

    def _excess(
        self,
        tried: Sequence[tuple[str, Attacked]],
        table: str,
        columns: Sequence[str],
        secret: str,
        secrets: int,
    ) -> Finding:
        what = f"guessing {secret} of people in the source, better than of others ({table})"
        found = largest_excess(tried, secrets=secrets)
        if found is None:
            return Finding(
                f"guessing.{secret}",
                0.0,
                what=what,
                table=table,
                limit=self.limits.attr_max,
                limit_name="attr_max",
                where=tuple(columns),
                note="the draft holds a single value of it: there is nothing to learn",
            )
        tells = found.bounds(self.limits.alpha)[0] > 0
        right = f"{found.train:.1%} of {found.of_train:,} right"
        note = f"{found.model}: {right}, of held-out people {found.control:.1%} of {found.of_control:,}"
        return Finding(
            f"guessing.{secret}",
            max(0.0, found.value) if tells else 0.0,
            what=what,
            table=table,
            limit=self.limits.attr_max,
            limit_name="attr_max",
            where=tuple(columns),
            baseline=found.control,
            interval=found.interval,
            n=found.of_train,
            note=note if tells else f"{note}; chance explains the difference",
            remedy=REMEDY,
        )


def _guessed(
    columns: Sequence[str],
    secrets: Sequence[str],
    tests: int,
    rng: np.random.Generator,
    watch: Watch,
    inside: Table,
    outside: Table,
    synthetic: Table,
) -> dict[tuple[str, str], Attacked]:
    """What each model wins of each secret: what is known is made ready once."""
    known = knowledge(inside, outside, synthetic, columns, rng)
    won = dict[tuple[str, str], Attacked]()
    for done, secret in enumerate(secrets):
        watch(done, len(secrets))
        stream = Seeds(0).stream("gate", Attribute.name, secret)
        told = guessing(known, sensitive=secret, rng=stream, secrets=tests)
        won |= {(secret, model): each for model, each in told.items()}
    return won


def _reported(
    ours: Combinations | None, theirs: Sequence[Combinations | None], columns: Sequence[str], secret: str
) -> Iterator[Finding]:
    """Descriptive figures of the draft and, as their chance level, of a draft against people it never saw."""
    known = [each for each in theirs if each is not None]
    if ours is None or not known:
        return
    told, outside, table = disclosed(ours, secret), [disclosed(each, secret) for each in known], ours.real.name
    of = partial(Finding, table=table, where=tuple(columns), n=len(ours.real))
    yield of(
        f"disclosive.{secret}",
        told.disco,
        what=f"disclosive rows, DiSCO, of {secret} ({table})",
        baseline=fmean(each.disco for each in outside),
        note=f"real rows whose known columns stand in the draft with a single {secret}, which is theirs; "
        f"guessing by frequency alone is right for {told.chance:.1%}",
    )
    yield of(
        f"replicated_uniques.{secret}",
        told.rep_u,
        what=f"replicated uniques, repU, beside {secret} ({table})",
        baseline=fmean(each.rep_u for each in outside),
        note="unique in the source on the known columns, and unique in the draft",
    )
