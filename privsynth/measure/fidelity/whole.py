"""The one comparison of a draft with its source: whoever asks, gate, report or verb, gets the same figures.

The real rows are halved, by person, always in the same way: one half is what the draft is compared with, the other is
the fresh real sample beside it. So nothing depends on which rows a run held out, and a table and what was made of it
are enough to repeat the figures. Only where somebody gives rows that the maker never saw are those the measure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

import numpy as np

from privsynth.dataset import Dataset, Table
from privsynth.expressions.aim import is_steered, like_asked
from privsynth.mask_steps import Keep
from privsynth.measure.fidelity import SMALL, FidelityResult, compare_sides, not_compared
from privsynth.measure.fidelity.again import said_again
from privsynth.measure.fidelity.all_pairs import all_pairs_kept
from privsynth.measure.fidelity.counts import WholeSides, rows_each
from privsynth.measure.fidelity.detection import PLENTY, deviation
from privsynth.measure.fidelity.groups import groups_kept, means_kept, within_groups_kept
from privsynth.measure.fidelity.invented import not_compared_kept
from privsynth.measure.fidelity.kept import SURE, Kept
from privsynth.measure.fidelity.keys import keys_kept, repeats_kept
from privsynth.measure.fidelity.levels import levels_kept
from privsynth.measure.fidelity.marginals import columns_kept, gaps_kept, gaps_together
from privsynth.measure.fidelity.order import OrderResult, compare_order, order_kept
from privsynth.measure.fidelity.relations import relations_kept
from privsynth.measure.fidelity.sides import ThreeSides, halves, sides_of, whole_sides
from privsynth.measure.fidelity.tails import tails_kept
from privsynth.measure.fidelity.texture import texture_kept
from privsynth.measure.fidelity.threes import threes_kept
from privsynth.measure.fidelity.ties import column_ties, fine_ties, gap_ties, pairs_kept, seasons
from privsynth.measure.fidelity.use import use_kept
from privsynth.measure.turns import known_turns
from privsynth.policy import Policy
from privsynth.release import Draft
from privsynth.seeds import Seeds
from privsynth.source import Source

HALVES, GIVEN = "one half of the source, beside the other half", "the hold-out that was given, beside the source"
TOO_FEW = 50  # real people like those that were asked for: fewer are no measure, and nothing is told of them
_KNOWN: WeakKeyDictionary[Draft, tuple[Source, Policy, tuple[FidelityResult, ...]]] = WeakKeyDictionary()


def fidelity_of(draft: Draft, source: Source, policy: Policy) -> tuple[FidelityResult, ...]:
    """All that is measured of each table that has real rows; once for a draft, however many ask."""
    known = _KNOWN.get(draft)
    if known is None or known[0] is not source or known[1] != policy:
        known = source, policy, tuple(_measured(draft, source, policy))
        _KNOWN[draft] = known
    return known[2]


def spared(table: Table, policy: Policy) -> set[str]:
    """Columns that may be lost, or that masking changes because the policy has it so."""
    asked = policy.table(table.name).columns
    lost = {name for name, column in asked.items() if column.may_be_lost}
    return lost | {c.name for c in table.columns if c.step is not None and not isinstance(c.step, Keep)}


def _measured(draft: Draft, source: Source, policy: Policy) -> Iterator[FidelityResult]:
    if source.is_empty:
        return
    laid = _laid_beside(draft.dataset, like_asked(source, policy))
    for table in draft.dataset:
        if table.name in source.train and len(source.train[table.name]):
            yield _Measure(laid, source, policy).result(table.name)


@dataclass(frozen=True, eq=False)
class _Laid:
    """A draft and what it is compared with."""

    parts: WholeSides
    whole: Dataset  # all rows of the real side, where it is a half
    against: str


def _laid_beside(synthetic: Dataset, source: Source) -> _Laid:
    if source.whole is None and source.has_control:
        return _Laid(WholeSides(real=source.holdout, synthetic=synthetic, fresh=source.train), source.train, GIVEN)
    whole = source.train if source.whole is None else source.whole.dataset
    real, fresh = whole.split(0.5, Seeds(0).stream("fidelity", "halves"))
    return _Laid(WholeSides(real=real, synthetic=synthetic, fresh=fresh), whole, HALVES)


@dataclass(frozen=True, eq=False)
class _Measure:
    """All that is looked at of one table, each with a stream of its own."""

    laid: _Laid
    source: Source
    policy: Policy

    def result(self, name: str) -> FidelityResult:
        real, synthetic, fresh = self.laid.parts.tables(name)
        if is_steered(self.policy) and self._are_few(real, fresh):
            return not_compared(synthetic)
        if name in self.source.train.lookups:  # whole on both sides of every split
            real, fresh = halves(real, _stream("lookup"))
        sides, rng = sides_of(real, synthetic, fresh, _stream("sides")), _stream("rows")
        fewest = max(SMALL, self.policy.limits.k_rare)
        result = compare_sides(sides, rng, real, synthetic, others=fresh, fewest=fewest)
        result = replace(result, together=self._together(name), against=self.laid.against)
        whole = whole_sides(real, synthetic, fresh, sides.names, _stream("whole"))
        return replace(result, kept=tuple(self._kept(sides, whole, result)) if sides.names else ())

    def _are_few(self, real: Table, fresh: Table) -> bool:
        """Whether what was asked for left too few people of a table. One that is small by itself is all there is."""
        people = sum(len(np.unique(side.people)) for side in (real, fresh))
        return people < TOO_FEW and len(real) + len(fresh) < len(self.source.train[real.name])

    def _together(self, name: str) -> OrderResult | None:
        """Rows that follow each other are compared whole: in a half of a series each is two steps from the next."""
        synthetic, fresh = self.laid.parts.synthetic[name], self.laid.parts.fresh[name]
        turns = known_turns(self.source.facts, name, self.source.train.person_column(name))
        if turns is None or not len(synthetic):
            return None
        return compare_order(self.laid.whole[name], synthetic, fresh, turns, _stream("order"))

    def _kept(self, sides: ThreeSides, whole: ThreeSides, result: FidelityResult) -> Iterator[Kept]:
        """`whole`: all rows of each side, for what has no need of sides of one size."""
        name = result.table
        yield from columns_kept(sides)
        yield from levels_kept(sides)
        yield from texture_kept(sides)
        yield from not_compared_kept(sides)
        ties = (*result.ties, *fine_ties(sides))
        yield from (*column_ties(ties, "ties", sides.size), *pairs_kept(ties, sides.size))
        held = [column for column in sides.names if column not in spared(self.source.train[name], self.policy)]
        yield from all_pairs_kept(whole, held, _stream("all pairs"))
        yield from said_again(sides, threes_kept(sides, result.ties, _stream("threes")))
        yield from relations_kept(sides, self.source.facts)
        every = self.laid.whole[name], self.laid.parts.synthetic[name]
        yield from keys_kept(*every, self.source.facts, _stream("keys"))
        yield from repeats_kept(*every, sides.names, _stream("repeats"))
        yield from (*said_again(sides, groups_kept(sides)), *within_groups_kept(sides))
        yield from means_kept(whole, self.source.facts)
        yield from tails_kept(whole)
        yield from said_again(sides, (*gaps_kept(sides), *gaps_together(sides), *gap_ties(sides)))
        yield from seasons(sides)
        yield from rows_each(self.laid.whole, self.laid.parts.synthetic, name, _stream("each"))
        yield from order_kept(result.together) if result.together is not None else ()
        targets = self.policy.table(name).targets
        yield from use_kept(sides, result.ties, targets, _stream("use"), facts=self.source.facts)
        yield from _whole_rows(result)


def _stream(use: str) -> np.random.Generator:
    """By another name of the table the same."""
    return Seeds(0).stream("fidelity", use)


def _whole_rows(result: FidelityResult) -> Iterator[Kept]:
    """How far a classifier is from telling every row: 1 is a coin toss, 0 means that it tells all."""
    if result.c2st is not None and result.c2st_reference is not None:
        noise = 2 * SURE * deviation(result.c2st, min(result.rows_told, PLENTY))
        yield Kept(
            aspect="rows",
            where=(),
            kept=min(1.0, 2 * (1 - result.c2st)),
            fresh=min(1.0, 2 * (1 - result.c2st_reference)),
            noise=noise,
            rows=result.rows_told,
            words="a classifier tells whole rows from real ones with an area under the curve of "
            f"{max(0.5, result.c2st - noise / 2):.3f} for sure ({result.c2st:.3f} less what chance may add)",
        )
