"""Can it be told who was in the source?"""

from __future__ import annotations

from collections.abc import Iterator

from privsynth.gate.evidence.scope import attacked_tables, learnt_columns, no_source, nobody_attacked, not_applicable
from privsynth.gate.evidence.sides import Sides
from privsynth.measure.attacks.folded_membership import folded_scores
from privsynth.measure.attacks.membership import ISOLATED, Caught, Scores, auc, caught_at, membership_scores
from privsynth.measure.significance import is_significant
from privsynth.policy import Policy
from privsynth.release import Draft
from privsynth.seeds import Seeds
from privsynth.source import Source
from privsynth.stages import Watch, unwatched
from privsynth.verdict import Finding

FALSE_ALARMS = 0.01
FEWER = 0.001
SURE = 500  # people outside, from which on the bound itself says enough
THIN = 3  # with fewer, what cannot be ruled out may be no more than so many times the limit
FINE = 2_000  # held-out people from which on one false alarm in a thousand can be counted
REMEDY = "more people must stand behind each value that is drawn; or fewer rows or columns must come out"


class Membership:
    """The attacker holds a town's register. Of each inhabitant he asks: was she in the study? Then she is ill.

    He knows every column of her, and other people's rows. Six attacks score training rows and held-out rows that the
    attacker does not know; the best one counts, by the share of training rows that it catches while accusing 1 % of the
    others. What is held against the limit is the lower bound of that share, corrected for the number of attacks, and
    only where chance does not explain it. The same again for the people most unlike the others, who are at most risk.
    """

    name = "membership"

    def __init__(self, policy: Policy) -> None:
        self.watch: Watch = unwatched
        self.backend, self.limits = policy.backend.kind, policy.limits

    def measure(self, draft: Draft, source: Source) -> list[Finding]:
        if source.is_empty:
            return [no_source()]
        if (aside := not_applicable(self.backend, "membership")) is not None:
            return [aside]
        found = [finding for tables in attacked_tables(draft, source) for finding in self._judged(tables)]
        return found or [nobody_attacked("membership", draft)]

    def _judged(self, sides: Sides) -> Iterator[Finding]:
        train, names = sides.train, learnt_columns(sides.train, sides.made)
        rng = Seeds(0).stream("gate", self.name)
        scores = (
            folded_scores(sides.folded, names, rng)
            if sides.folds
            else membership_scores(train, sides.holdout, sides.made, names, rng, watch=self.watch)
        )
        yield from self._caught(
            "recognised", "people recognised as members", train.name, scores, self.limits.mia_all, isolated=False
        )
        yield from self._caught(
            "isolated_recognised",
            f"isolated people recognised as members, the {ISOLATED:.0%} most unlike others",
            train.name,
            scores,
            self.limits.mia_isolated,
            isolated=True,
        )
        if sides.rows_outside >= FINE and (few := caught_at(scores, FEWER, isolated=False)) is not None:
            note = f"at {FEWER:.1%} false alarms, by the attack {few.attack}; reported only"
            yield Finding(
                "few_false_alarms",
                few.share,
                what=f"people recognised as members at {FEWER:.1%} false alarms ({train.name})",
                table=train.name,
                baseline=FEWER,
                n=few.members,
                note=note,
            )
        areas = {name: auc(scores.members[name], scores.others[name]) for name in scores.members}
        best = max(areas, key=lambda name: areas[name])
        note = (
            f"over the whole range, by the attack {best}; .5 is a coin toss. "
            "A warning sign, not proof: ten copied rows in a hundred move it to .55"
        )
        yield Finding(
            "area",
            areas[best],
            what=f"area under the curve of the best membership attack ({train.name})",
            table=train.name,
            baseline=0.5,
            n=len(scores.members[best]),
            note=note,
        )

    def _caught(
        self, key: str, what: str, table: str, scores: Scores, limit: float, *, isolated: bool
    ) -> Iterator[Finding]:
        found = caught_at(scores, FALSE_ALARMS, isolated=isolated)
        if found is None:
            yield Finding(
                key,
                None,
                what=f"{what} ({table})",
                table=table,
                note="too few such people on one side",
                empty=True,
            )
            return
        proven = found.lower if is_significant(found.pvalue, self.limits.alpha) else 0.0
        note = (
            f"the attack {found.attack} catches {found.share:.2%} of {found.members:,} "
            f"at {FALSE_ALARMS:.0%} false alarms among {_others(found)}, p = {found.pvalue:.2g}; "
            f"the lower bound decides{'' if proven else ', and chance explains it'}"
        )
        yield Finding(
            key,
            proven,
            what=f"{what}, proven share ({table})",
            table=table,
            limit=limit,
            limit_name="mia_isolated" if isolated else "mia_all",
            baseline=FALSE_ALARMS,
            interval=(found.lower, found.upper),
            n=found.members,
            note=note,
            remedy=REMEDY,
        )
        if found.people_outside < SURE and not isolated:
            yield self._not_ruled_out(table, found, limit)

    def _not_ruled_out(self, table: str, found: Caught, limit: float) -> Finding:
        return Finding(
            "not_ruled_out",
            found.upper,
            what=f"people whose recognition cannot be ruled out ({table})",
            table=table,
            limit=min(1.0, THIN * limit),
            n=found.people_outside,
            note=f"the upper bound: with fewer than {SURE} people held out, it must stay below {THIN} times the limit",
            remedy="insufficient evidence: more rows",
            evidence=True,
        )


def _others(found: Caught) -> str:
    """Whom the attack may accuse wrongly; with folds each of them stands beside several drafts."""
    people = f"{found.people_outside:,}"
    return (
        people if found.draws == 1 else f"{people}, each beside {found.draws} drafts of an engine that never saw them"
    )
