"""Can two files about the same people be joined over the draft?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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
    quasi_identifiers,
    risk_findings,
)
from privsynth.gate.evidence.sides import Sides
from privsynth.measure.attacks.attack import Attacked, worst_of
from privsynth.measure.attacks.linkability import linkability
from privsynth.measure.samples import some_of
from privsynth.policy import Policy
from privsynth.release import Draft
from privsynth.seeds import Seeds
from privsynth.source import Source
from privsynth.stages import Watch, unwatched
from privsynth.verdict import Finding

SPLITS = 3
DISTANCES = 2**24  # where fewer need be looked at, more people are attacked: the bounds grow narrower
MADE = 50_000  # most synthetic rows in which neighbours are looked for
REMEDY = "more people must stand behind each value that is drawn; or fewer columns must come out"


class Linkability:
    """A clinic and an insurer each hold part of her record. The released table has both, and tells them which is hers.

    The second criterion of WP29 05/2014, attacked as Anonymeter does: a person's columns are split in two, and the
    attack succeeds where the synthetic row nearest to one part is also the nearest to the other. Several random splits,
    and the split into quasi-identifiers and the rest; the worst one counts, beyond what held-out people show.
    """

    name = "linkability"

    def __init__(self, policy: Policy) -> None:
        self.watch: Watch = unwatched
        self.backend, self.limits = policy.backend.kind, policy.limits

    def measure(self, draft: Draft, source: Source) -> list[Finding]:
        if source.is_empty:
            return [no_source()]
        if (aside := not_applicable(self.backend, "linking")) is not None:
            return [aside]
        found = [finding for tables in attacked_tables(draft, source) for finding in self._judged(tables)]
        return found or [nobody_attacked("linking", draft)]

    def _judged(self, sides: Sides) -> Iterator[Finding]:
        train, made = sides.train, sides.made
        names, rng = learnt_columns(train, made), Seeds(0).stream("gate", self.name)
        if len(names) < 2:
            yield Finding(
                "linking",
                None,
                what=f"linking two parts of a record ({train.name})",
                table=train.name,
                note="there is only one column to know people by",
                empty=True,
            )
            return
        splits = [*_random_splits(names, rng), *_declared_split(names, quasi_identifiers(train, made))]

        def attack(inside: Table, outside: Table, synthetic: Table) -> dict[str, Attacked]:
            some = some_of(synthetic, MADE, rng)
            attacks = min(len(outside) or len(inside), max(ATTACKS, DISTANCES // max(1, len(some))))
            won = {}
            for number, split in enumerate(splits):
                self.watch(number, len(splits))
                won[f"split {number}"] = linkability(inside, outside, some, split, attacks=attacks, rng=rng)
            return won

        tried = [each for tries in sides.won(attack).values() for each in tries]
        note = f"the worst of {len(splits)} splits of the columns"
        held = RiskLimits(self.limits, "anon_risk", lower="anon_lower_link", upper="anon_upper_link")
        what = "linking two parts of a record"
        yield from risk_findings(
            "linking",
            what,
            worst_of(tried),
            held,
            table=train.name,
            where=names,
            note=note,
            remedy=REMEDY,
            tests=len(tried),
        )


def _random_splits(names: Sequence[str], rng: np.random.Generator) -> Iterator[tuple[list[str], list[str]]]:
    for _ in range(SPLITS):
        order = rng.permutation(len(names))
        half = len(names) // 2
        yield [names[at] for at in sorted(order[:half])], [names[at] for at in sorted(order[half:])]


def _declared_split(names: Sequence[str], quasi: Sequence[str]) -> Iterator[tuple[list[str], list[str]]]:
    rest = [name for name in names if name not in quasi]
    if quasi and rest:
        yield list(quasi), rest
