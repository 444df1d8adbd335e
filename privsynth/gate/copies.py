"""Does the draft repeat real rows?"""

from __future__ import annotations

import math
from collections.abc import Sequence

from privsynth.dataset import Table
from privsynth.gate.evidence.scope import held_out_people, learnt_columns, no_source, shared_tables
from privsynth.measure.attacks.copies import (
    ISOLATED,
    ON_TOP,
    SIDE,
    TAU,
    CopyHits,
    Isolated,
    near_hits,
    smallest_visible,
    whole_row_hits,
)
from privsynth.measure.intervals import wilson
from privsynth.measure.significance import holm, is_significant
from privsynth.options import MaskOptions
from privsynth.policy import Policy
from privsynth.release import Draft
from privsynth.seeds import Seeds
from privsynth.source import Source
from privsynth.verdict import Finding

TESTS = {
    "equal": "rows equal to a training row",
    "almost_equal": "rows equal to a training row but for one column",
    "near": "rows near a training row",
}
REMEDY = (
    "more people must stand behind each value that is drawn; or the column by which the copies are known must go, "
    "or be invented"
)


class Copies:
    """The generator memorised a customer; the row with the 1.9 M balance in the "synthetic" table is hers, to the cent.

    Held-out people are the control: whoever was not in the training rows cannot have been memorised, so the hold-out
    shows how often chance alone makes equal rows. Three tests (all columns, all but one, near) count the real rows that
    the draft hits; the share by which training rows are hit more often must not be both above `copy_max` and beyond
    chance at `alpha`, corrected for three tests. Copies of isolated people are the worst, and are counted by a rule of
    their own: a draft row closer than 7 % of the way to the nearest other real row.
    """

    name = "copies"

    def __init__(self, policy: Policy) -> None:
        self.limits = policy.limits
        self.same_people = isinstance(policy.backend, MaskOptions)

    def measure(self, draft: Draft, source: Source) -> list[Finding]:
        if source.is_empty:
            return [no_source()]
        if self.same_people:
            return [found for tables in shared_tables(draft, source) for found in self._counted(*tables)]
        return [
            self._control(source),
            *(found for tables in shared_tables(draft, source) for found in self.judged(*tables)),
        ]

    def _control(self, source: Source) -> Finding:
        held, known = held_out_people(source), source.train.root.number_of_people
        share = held / max(1, held + known)
        need = math.ceil(self.limits.control_min / share) if share else 2 * self.limits.control_min
        return Finding(
            "held_out",
            held,
            what="held-out people",
            limit=self.limits.control_min,
            limit_name="control_min",
            good="high",
            n=held + known,
            note="people or rows of the first table that the backend never saw: the control for every comparison",
            remedy=f"insufficient evidence: {self.limits.control_min:,} held-out people are needed; "
            f"at least {need:,} people in all with this share held out, or a larger share",
            evidence=True,
        )

    def judged(self, train: Table, holdout: Table, made: Table) -> list[Finding]:
        """What the tests say of one table, without the question whether there is control enough."""
        names = learnt_columns(train, made)
        if not names or not len(made) or not len(train):
            return [_nothing(train.name, names)]
        equal, almost = whole_row_hits(train, holdout, made, names)
        near = near_hits(train, holdout, made, names, Seeds(0).stream("gate", "copies", train.name))
        tests = (equal, almost, near.hits)
        corrected = holm([hits.pvalue for hits in tests])
        found = [self._test(train.name, names, *test) for test in zip(TESTS, tests, corrected, strict=True)]
        return [*found, self._isolated(train.name, names, near.isolated), self._visible(train, holdout, made)]

    def _test(self, table: str, names: Sequence[str], test: str, hits: CopyHits, pvalue: float) -> Finding:
        beyond_chance = is_significant(pvalue, self.limits.alpha)
        return Finding(
            test,
            max(0.0, hits.excess) if beyond_chance else 0.0,
            what=f"{TESTS[test]}, beyond chance ({table})",
            table=table,
            limit=self.limits.copy_max,
            limit_name="copy_max",
            where=tuple(names),
            baseline=hits.chance,
            n=hits.of_train + hits.of_holdout,
            note=f"{hits.train:,} of {hits.of_train:,} training rows and {hits.holdout:,} of {hits.of_holdout:,} "
            f"held-out rows are hit, p = {pvalue:.2g}; as a share of the draft the excess is {hits.excess:.3%}"
            f"{'' if beyond_chance else ', which chance explains'}{_near_note(test)}",
            remedy=REMEDY,
        )

    def _isolated(self, table: str, names: Sequence[str], isolated: Isolated) -> Finding:
        """Where strangers never sit upon isolated rows one hit tells; where they do, only more hits than theirs."""
        tells = isolated.chance == 0 or is_significant(isolated.pvalue, self.limits.alpha)
        limit = self.limits.isolated_max
        held = max(limit, 1 / isolated.rows) if limit and isolated.rows else limit
        return Finding(
            "isolated",
            max(0.0, isolated.share - isolated.chance_share) if tells else 0.0,
            what=f"isolated training rows with a draft row on them ({table})",
            table=table,
            limit=held,
            limit_name="isolated_max" if held == limit else "",
            where=tuple(names),
            baseline=isolated.chance_share,
            interval=wilson(isolated.hits, isolated.rows),
            n=isolated.rows,
            note=f"the {ISOLATED:.0%} of rows farthest from any other; on them: within {ON_TOP} of that distance. "
            f"The draft hits {isolated.hits:,} of {isolated.rows:,}; as many strangers among the real rows would hit "
            f"{isolated.chance_share:.1%}{'' if tells else ', which explains it'}",
            remedy=REMEDY,
        )

    def _visible(self, train: Table, holdout: Table, made: Table) -> Finding:
        """What these tests cannot see must be said beside what they saw."""
        smallest = smallest_visible(
            len(made), len(train) / max(1, len(train) + len(holdout)), self.limits.alpha / len(TESTS)
        )
        return Finding(
            "detectable_leak",
            max(smallest, self.limits.copy_max),
            what=f"minimum detectable leak ({train.name})",
            table=train.name,
            n=len(made),
            note="smallest share of verbatim rows that the tests would see in this draft",
        )

    def _counted(self, train: Table, holdout: Table, made: Table) -> list[Finding]:
        note = "rows of the same people: kept columns equal the source by design; the gate tracing decides"
        names = learnt_columns(train, made)
        if not names or not len(made) or not len(train):
            return [_nothing(train.name, names)]
        equal, _ = whole_row_hits(train, holdout, made, names)
        note = "rows of the same people: by design columns that were kept equal the source; tracing decides"
        return [
            Finding(
                "repeated_rows",
                equal.train / equal.of_train,
                what=f"source rows that the draft repeats in all kept columns ({train.name})",
                table=train.name,
                where=tuple(names),
                n=equal.of_train,
                note=note,
            )
        ]


def _nothing(table: str, names: Sequence[str]) -> Finding:
    why = (
        "there is no row on one side"
        if names
        else "every column holds invented values; the gate pii compares them with the real ones"
    )
    return Finding(
        "rows_to_compare",
        None,
        what=f"rows to compare ({table})",
        table=table,
        note=why,
        empty=True,
    )


def _near_note(test: str) -> str:
    return (
        f"; near is what {TAU:.0%} of the hold-out are, measured on at most {SIDE:,} rows a side"
        if test == "near"
        else ""
    )
