"""Does the draft repeat real rows?"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from privsynth.dataset import Table
from privsynth.gate.evidence.scope import held_out_people, keeps_people, learnt_columns, no_source, shared_tables
from privsynth.gate.evidence.sides import Sides, sides_of
from privsynth.measure.attacks.agreement import Lone, agreement
from privsynth.measure.attacks.control import met_outside
from privsynth.measure.attacks.copies import (
    OFTENER,
    SIDE,
    TAU,
    CopyHits,
    Repeated,
    Repeats,
    added,
    almost_equal_hits,
    equal_hits,
    near_hits,
    repeats,
    smallest_visible,
)
from privsynth.measure.attacks.folded import WEIGHT, folded_copies
from privsynth.measure.intervals import wilson
from privsynth.measure.significance import holm, is_significant
from privsynth.options import MaskOptions
from privsynth.policy import Policy
from privsynth.release import Draft
from privsynth.seeds import Seeds
from privsynth.source import Source
from privsynth.stages import Watch, unwatched
from privsynth.verdict import Finding

TESTS = {
    "equal": "rows equal to a training row",
    "agreement": "training people of whom a draft row tells",
    "near": "rows near a training row",
}
# Rows that follow one person each tell of that person by design. How far is the gate tracing's question; here such a
# row may be no copy but for one column.
OF_FOLLOWERS = {
    "equal": TESTS["equal"],
    "almost_equal": "rows equal to a training row but for one column",
    "near": TESTS["near"],
}
REMEDY = (
    "more people must stand behind each value that is drawn; or the column by which the copies are known must go, "
    "or be invented"
)

_Hits = tuple[list[Sequence[CopyHits]], Lone]


class Copies:
    """The generator memorised a customer; the row with the 1.9 M balance in the "synthetic" table is hers, to the cent.

    Held-out people are the control: whoever was not in the training rows cannot have been memorised, so the hold-out
    shows how often chance alone makes rows like theirs. Three tests count the real rows that the draft hits: rows equal
    in all columns; rows that agree, column by column, in what few people share, which columns it ever be; rows near in
    all of them. The share by which training rows are hit more often must not be both above `copy_max` and beyond chance
    at `alpha`, corrected for three tests. Copies of isolated people are the worst: of them one row is enough, if it
    tells more of one than chance tells of anybody.

    Where each row follows one person (clone), rows tell of people by design, and the gate tracing asks how far. Here
    the second test then asks for rows equal but for one column, and of an isolated person no row may be there as it is
    or lie upon one.
    """

    name = "copies"

    def __init__(self, policy: Policy) -> None:
        self.watch: Watch = unwatched
        self.limits = policy.limits
        self.same_people = isinstance(policy.backend, MaskOptions)
        self.follows = keeps_people(policy)
        self.tests = OF_FOLLOWERS if self.follows else TESTS

    def measure(self, draft: Draft, source: Source) -> list[Finding]:
        if source.is_empty:
            return [no_source()]
        if self.same_people:
            return [found for tables in shared_tables(draft, source) for found in self._counted(*tables)]
        found = [found for sides in sides_of(draft, source) for found in self.judged(sides)]
        return [self._control(source), *found]

    def _control(self, source: Source) -> Finding:
        held, known = held_out_people(source), source.train.root.number_of_people
        folds = len(source.folds)
        least = self.limits.folds_min if folds else self.limits.control_min
        return Finding(
            "held_out",
            held,
            what="held-out people",
            limit=least,
            limit_name="folds_min" if folds else "control_min",
            good="high",
            n=known if folds else held + known,
            note=f"people or rows of the first table, each left out of one of {folds} engines: "
            "the control for every comparison"
            if folds
            else "people or rows of the first table that the backend never saw: the control for every comparison",
            remedy=f"insufficient evidence: {least:,} held-out people are needed; {_in_all(held, known, least, folds)}",
            evidence=True,
        )

    def judged(self, sides: Sides) -> list[Finding]:
        """What the tests say of one table, without the question whether there is control enough."""
        return next(self.judged_each(sides, [sides.made]))

    def judged_each(self, sides: Sides, drafts: Iterable[Table]) -> Iterator[list[Finding]]:
        """The same for each of several drafts in the draft's place; with folds they share the work."""
        names = learnt_columns(sides.train, sides.made)
        if not names or not len(sides.made) or not len(sides.train):
            yield from ([_nothing(sides.train.name, names)] for _ in drafts)
        else:
            for made, (hits, lone) in self._hits(sides, names, drafts):
                yield self._told(replace(sides, made=made), names, hits, lone)

    def _told(
        self, sides: Sides, names: Sequence[str], hits: Sequence[Sequence[CopyHits]], lone: Lone
    ) -> list[Finding]:
        corrected = iter(holm([each.pvalue for test in hits for each in test]))
        tests = [[(each, next(corrected)) for each in test] for test in hits]
        found = [self._test(sides.train.name, names, *each) for each in zip(self.tests, tests, strict=True)]
        return [
            *found,
            self._isolated(sides.train.name, names, lone),
            self._repeated(sides, names),
            *self._clean(sides, names),
            self._visible(sides),
        ]

    def _clean(self, sides: Sides, names: Sequence[str]) -> Iterator[Finding]:
        """Whether who was held out is a control at all: his row is not in what was made without him."""
        if not sides.rows_outside:
            return
        rng = Seeds(0).stream("gate", "copies", "control")
        met = met_outside(sides.beside_strangers, names, rng)
        tells = is_significant(met.pvalue, self.limits.alpha)
        yield Finding(
            "control",
            met.excess if tells else 0.0,
            what=f"held-out rows in what was made without them, beyond chance ({sides.train.name})",
            table=sides.train.name,
            limit=self.limits.copy_max,
            limit_name="copy_max",
            where=tuple(names),
            n=met.rows,
            note=f"{met.by_draft:,} of {met.rows:,} rows that its maker never saw are in the draft; as many other "
            f"people have {met.by_others:,} of them{'' if tells else ': no more than chance explains'}",
            remedy="the backend knows people that were held out: it remembers an earlier fit, or was taught on them",
            evidence=True,
        )

    def _hits(self, sides: Sides, names: Sequence[str], drafts: Iterable[Table]) -> Iterator[tuple[Table, _Hits]]:
        """Each test's hits, by the draft and, with folds, by their engines; and those upon isolated people."""
        rng = Seeds(0).stream("gate", "copies")  # by another name of the table the same
        if sides.folds:
            drafts = list(drafts)
            self.watch(1, 3)
            folded = folded_copies(sides.folded, names, drafts, rng)
            yield from zip(
                drafts, (([each.equal, each.agreement, each.near], each.lone) for each in folded), strict=True
            )
            return
        for made in drafts:
            tables = sides.train, sides.holdout, made, names
            agreed = agreement(*tables, rng, follows=self.follows)
            second = almost_equal_hits(*tables) if self.follows else agreed.hits
            self.watch(1, 3)
            yield made, ([[equal_hits(*tables)], [second], [near_hits(*tables, rng)]], agreed.lone)

    def _test(self, table: str, names: Sequence[str], test: str, tried: Sequence[tuple[CopyHits, float]]) -> Finding:
        """The draft's hits; those of the folds' engines where they tell of more."""

        def excess(each: tuple[CopyHits, float]) -> float:
            return max(0.0, each[0].excess) if is_significant(each[1], self.limits.alpha) else 0.0

        worst = max(tried, key=excess)
        hits, pvalue = worst
        beyond_chance = is_significant(pvalue, self.limits.alpha)
        return Finding(
            test,
            excess(worst),
            what=f"{self.tests[test]}, beyond chance ({table})",
            table=table,
            limit=self.limits.copy_max,
            limit_name="copy_max",
            where=tuple(names),
            baseline=hits.chance,
            n=hits.of_train + hits.of_holdout,
            note=f"{hits.train:,} of {hits.of_train:,} training {_whats(test)} and {hits.holdout:,} of "
            f"{hits.of_holdout:,} held-out ones are hit{_by_whom(worst is tried[0], len(tried))}, p = {pvalue:.2g}; "
            f"as a share of the draft the excess is {hits.excess:.3%}"
            f"{'' if beyond_chance else ', which chance explains'}{_how(test)}",
            remedy=REMEDY,
        )

    def _isolated(self, table: str, names: Sequence[str], lone: Lone) -> Finding:
        limit = self.limits.isolated_max
        return Finding(
            "isolated",
            lone.share,
            what=f"isolated training people of whom one draft row tells ({table})",
            table=table,
            limit=limit,
            limit_name="isolated_max",
            where=tuple(names),
            interval=wilson(lone.told, lone.isolated),
            n=lone.isolated,
            note=f"{lone.isolated:,} people are so unlike the others that one copied row would tell of them, beyond "
            f"what chance tells of anybody; of {lone.told:,} the draft does. Weighed in bits: what a row agrees in, "
            "by how few people share it, less what the most similar other person shares; and by distance",
            remedy=REMEDY,
        )

    def _repeated(self, sides: Sides, names: Sequence[str]) -> Finding:
        """One row copied a hundred times is one real row that is hit: so often as it stands there, it counts here."""
        worst = max(self._repeats(sides, names), key=lambda each: each.beyond)
        same = f"the same in all columns but {worst.without}" if worst.without else "the same in all columns"
        return Finding(
            "repeated",
            worst.beyond,
            what=f"draft rows that repeat a few training rows again and again ({sides.train.name})",
            table=sides.train.name,
            limit=self.limits.copy_max,
            limit_name="copy_max",
            where=tuple(name for name in names if name != worst.without),
            baseline=worst.control.share,
            n=len(sides.made),
            note=f"{worst.ours.rows:,} training rows stand in the draft more than {OFTENER:g} times as often as among "
            f"the real rows, and more often than chance explains; the worst of them {worst.ours.most:,} times ({same}; "
            "rows of which two columns or more are drawn anew are not counted together)",
            remedy="rows must be drawn from many people, and not from one again and again",
        )

    def _repeats(self, sides: Sides, names: Sequence[str]) -> list[Repeated]:
        """With folds the control are those who stand outside, in each of them."""
        alpha = self.limits.alpha
        found = repeats(sides.train, sides.holdout, sides.made, names, alpha)
        if not sides.folds:
            return found
        beside = [
            {each.without: each.control for each in repeats(train, strangers, made, names, alpha)}
            for strangers, train, made in sides.beside_strangers
        ]
        return [replace(each, control=added(fold.get(each.without, Repeats()) for fold in beside)) for each in found]

    def visible(self, sides: Sides, *, rows: int) -> float:
        """The least share of copied rows that the tests see in a draft of so many rows."""
        if sides.folds:
            return smallest_visible(rows, WEIGHT / (WEIGHT + sides.draws), self.limits.alpha / (2 * len(TESTS)))
        share = len(sides.train) / max(1, len(sides.train) + sides.rows_outside)
        return smallest_visible(rows, share, self.limits.alpha / len(TESTS))

    def _visible(self, sides: Sides) -> Finding:
        """What these tests cannot see must be said beside what they saw."""
        return Finding(
            "detectable_leak",
            max(self.visible(sides, rows=len(sides.made)), self.limits.copy_max),
            what=f"minimum detectable leak ({sides.train.name})",
            table=sides.train.name,
            n=len(sides.made),
            note="smallest share of verbatim rows that the tests would see in this draft",
        )

    def _counted(self, train: Table, holdout: Table, made: Table) -> list[Finding]:
        note = "rows of the same people: kept columns equal the source by design; the gate tracing decides"
        names = learnt_columns(train, made)
        if not names or not len(made) or not len(train):
            return [_nothing(train.name, names)]
        equal = equal_hits(train, holdout, made, names)
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


def _in_all(held: int, known: int, least: int, folds: int) -> str:
    if folds:
        return f"at least {least:,} people in all"
    need = math.ceil(least * (held + known) / held) if held else 2 * least
    return f"at least {need:,} people in all with this share held out, or a larger share"


def _by_whom(is_draft: bool, tried: int) -> str:
    """With folds two are looked at: the draft, and the engines of the folds, many drafts of each."""
    if tried == 1:
        return ""
    return " by the draft" if is_draft else " by the drafts of the folds"


def _whats(test: str) -> str:
    return "people" if test == "agreement" else "rows"


def _how(test: str) -> str:
    """What this test calls a hit."""
    match test:
        case "near":
            return f"; near is what {TAU:.0%} of the hold-out are, measured on at most {SIDE:,} rows a side"
        case "agreement":
            return "; weighed in bits, and hit is who stands above a threshold that the held-out people set"
        case _:
            return ""
