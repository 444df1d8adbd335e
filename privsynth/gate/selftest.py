"""Would these gates see a leak in this very table?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from math import sqrt
from statistics import fmean

import numpy as np
import pandas as pd

from privsynth.dataset import Table
from privsynth.gate.copies import Copies
from privsynth.gate.evidence.scope import ATTACKS, attacked_tables, learnt_columns, no_source, not_applicable
from privsynth.gate.evidence.sides import Attack, Sides
from privsynth.measure.attacks.attack import Attacked
from privsynth.measure.attacks.linkability import linkability
from privsynth.measure.attacks.singling_out import singling_out
from privsynth.policy import Policy
from privsynth.release import Draft
from privsynth.seeds import Seeds
from privsynth.source import Source
from privsynth.stages import Watch, unwatched
from privsynth.verdict import Finding

ROWS = 5_000  # of the hidden copy, and of each side it is judged against
SHARES = (0.05, 0.1, 0.25, 0.5, 1.0)  # planted one after another until an attack sees them
SOME = 4  # drafts of each fold of which it is told how often strangers are met
LEAST = 0.02  # planted for the gate copies; more where less cannot be seen
ROWS_ALONE = "rows that equal nobody else's"
SINGLE = "values, over all columns, that one row alone has,"
TELLING = 50  # people who could be found by an attack, from which on it must find a full copy of them
CLEAR = 6.0  # standard deviations by which a full copy must exceed what strangers' rows show before it must be seen
REMEDY = (
    "the gates do not work in this environment: do not release; "
    "run the project's tests (pytest tests/leaks) and report the result"
)
BLIND = (
    "{} does not see even a full copy of {}: on this table it says nothing of a draft, so that none of it is released; "
    "another backend, which is judged otherwise, or a table with fewer columns may be; "
    "where no table is seen, the installation is at fault: pytest tests/leaks"
)


class SelfTest:
    """The scanner was upgraded, its list of recognisers came out empty, and for three weeks every table passed.

    A gate that cannot fail proves nothing. In memory only, real training rows are planted in a copy of the draft: the
    tests of the gate copies must refuse it, and singling out and linking must come out above chance. What is planted
    first is small; the smallest share that was seen is reported. An attack that misses even a whole copy of the source,
    in which enough people could be found by it, is an error; of singling out only if both of its forms do. (The scanner
    for personal data proves itself inside its own gate, on hidden values of each kind and planted real ones.)
    """

    name = "selftest"

    def __init__(self, policy: Policy) -> None:
        self.watch: Watch = unwatched
        self.backend, self.limits, self.copies = policy.backend.kind, policy.limits, Copies(policy)

    def measure(self, draft: Draft, source: Source) -> list[Finding]:
        if source.is_empty:
            return [no_source()]
        if (aside := not_applicable(self.backend, "planted leaks")) is not None:
            return [aside]
        sides = max(attacked_tables(draft, source), key=lambda each: each.rows_outside, default=None)
        if sides is None:
            return [
                Finding(
                    "tables",
                    0,
                    what="tables in which a leak could be planted",
                    note="none has enough rows; the gates that need them say so",
                    empty=True,
                )
            ]
        rng = Seeds(0).stream("gate", self.name)
        return list(self._proved(sides.some(ROWS, rng), rng))

    def _proved(self, sides: Sides, rng: np.random.Generator) -> Iterator[Finding]:
        train = sides.train
        names, attacks = learnt_columns(train, sides.made), min(ATTACKS, sides.rows_outside)
        halves = (names[::2], names[1::2])

        def described(inside: Table, outside: Table, leaky: Table, *, several: bool) -> dict[str, Attacked]:
            among_all = bool(sides.folds)
            attacked, _ = singling_out(
                inside, outside, leaky, names, attacks=attacks, rng=rng, several=several, among_all=among_all
            )
            return {"described": attacked}

        def linked(inside: Table, outside: Table, leaky: Table) -> dict[str, Attacked]:
            return {"linked": linkability(inside, outside, leaky, halves, attacks=attacks, rng=rng)}

        yield self._copies(sides, rng)
        self.watch(1, 3)
        alone = sum(_alone(train, [name]) for name in names)
        # one column says little where each has few values: the gate's other descriptions, of three, are tried then
        ways = (partial(described, several=several) for several in (False, True))
        yield _seen("seen_by_singling_out", "singling out", sides, alone, rng, *ways, things=SINGLE)
        self.watch(2, 3)
        if len(names) > 1:
            alone = min(_alone(train, half) for half in halves)
            yield _seen("seen_by_linkability", "linking", sides, alone, rng, linked)

    def _copies(self, sides: Sides, rng: np.random.Generator) -> Finding:
        train, made = sides.train, sides.made
        visible = self.copies.visible(sides, rows=max(len(made), len(train)))
        least = min(1.0, max(LEAST, 2 * visible, 2 * self.limits.copy_max))

        shares = (least, *(more for more in SHARES if more > least))
        leaky = (planted(made, train, share, rng) for share in shares)
        judged = zip(shares, self.copies.judged_each(sides, leaky), strict=True)
        seen = next((share for share, found in judged if any(not finding.passed for finding in found)), None)
        names = learnt_columns(train, made)
        return _told(
            "seen_by_copies",
            "the gate copies",
            train,
            seen,
            _alone(train, names),
            tells=_stands_out(sides, names) >= CLEAR,
        )


def planted(made: Table, train: Table, share: float, rng: np.random.Generator) -> Table:
    """The draft with training rows beside its own: a draft as large as the training rows would hold this share of them.

    A whole copy is nothing but the training rows: beside others they would hide one another.
    """
    if share >= 1:
        return replace(made, frame=train.frame[list(made.frame.columns)].reset_index(drop=True), origin=None)
    rows = np.sort(rng.choice(len(train), max(1, round(share * len(train))), replace=False))
    columns = list(made.frame.columns)
    return replace(made, frame=pd.concat([made.frame, train.frame[columns].iloc[rows]], ignore_index=True), origin=None)


def _seen(
    key: str,
    what: str,
    sides: Sides,
    findable: int,
    rng: np.random.Generator,
    *attacks: Attack[str],
    things: str = ROWS_ALONE,
) -> Finding:
    """The smallest planted share at which the attack is above chance, its interval leaving zero out.

    The attacks are one in several forms: a later one is tried where those before it missed what must be seen.
    """
    for attack in attacks:
        seen = _least_seen(sides, rng, attack)
        if seen is not None or findable < TELLING:
            break
    return _told(key, what, sides.train, seen, findable, things=things, remedy=BLIND.format(what, sides.train.name))


def _least_seen(sides: Sides, rng: np.random.Generator, attack: Attack[str]) -> float | None:
    leaky = (planted(sides.made, sides.train, share, rng) for share in SHARES)
    won = zip(SHARES, sides.won_by(attack, leaky), strict=True)
    return next((share for share, tries in won if any(draft.interval[0] > 0 for draft, *_ in tries.values())), None)


def _told(
    key: str,
    by: str,
    train: Table,
    seen: float | None,
    findable: int,
    *,
    tells: bool = True,
    things: str = ROWS_ALONE,
    remedy: str = REMEDY,
) -> Finding:
    """Where a full copy could be told from chance, it must have been. `things`: what `findable` counts."""
    must = tells and findable >= TELLING
    note = f"{findable:,} {things} of the training rows could be found by it in a full copy"
    if seen is None:
        alike = ": among so many rows that strangers have too, it cannot tell anything of this table"
        note += (
            "; not even that was seen"
            if must
            else alike
            if not tells
            else ": too few for it to tell anything of this table"
        )
    return Finding(
        key,
        seen,
        what=f"smallest planted leak seen by {by} ({train.name})",
        table=train.name,
        limit=1.0 if must else None,
        n=len(train),
        note=note,
        remedy=remedy,
    )


def _alone(table: Table, names: Sequence[str]) -> int:
    """How many rows nobody else is equal to in these columns: counted without any of the code under test."""
    return int((~pd.DataFrame({name: table.text(name) for name in names}).duplicated(keep=False)).sum())


def _stands_out(sides: Sides, names: Sequence[str]) -> float:
    """By how many standard deviations a full copy hits training rows more often than held-out ones.

    Where nearly every stranger's row is somebody's training row too, or is drawn by an engine that never saw it, even
    the training rows look like chance.
    """
    apart = [(fold.holdout, fold.train, fold.drafts) for fold in sides.folds]
    apart = apart or [(sides.holdout, sides.train, (sides.made,))]
    hit = len(sides.train) + sum(
        max(_with_a_twin(outside, inside, names), fmean(_with_a_twin(outside, draft, names) for draft in drafts[:SOME]))
        for outside, inside, drafts in apart
    )
    share = len(sides.train) / max(1, len(sides.train) + sides.rows_outside)
    return (len(sides.train) - share * hit) / sqrt(max(hit * share * (1 - share), 1e-9))


def _with_a_twin(outside: Table, inside: Table, names: Sequence[str]) -> int:
    """How many rows of one table equal a row of the other."""
    sides = [pd.DataFrame({name: table.text(name) for name in names}) for table in (outside, inside)]
    rows = pd.concat(sides, ignore_index=True).groupby(list(names), dropna=False, sort=False).ngroup().to_numpy()
    return int(np.isin(rows[: len(outside)], rows[len(outside) :]).sum())
