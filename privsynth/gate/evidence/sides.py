"""The sides of one table: what the draft holds, the people its maker saw, and people whom a maker did not see.

Either some people were held back, and the draft's own maker never saw them. Or there are too few for that: then the
draft's maker saw all of them, and each person stands outside once, of an engine fitted like the draft's on all other
folds. An attack is the same in both; what differs is which successes stand beside which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from privsynth.dataset import Dataset, Table
from privsynth.measure.attacks.attack import Attacked
from privsynth.measure.attacks.folded import Folded
from privsynth.measure.samples import some_of
from privsynth.release import Draft
from privsynth.source import Source, SourceFold

What = TypeVar("What")  # what an attack is called
# given people that a maker saw, people that it did not see, and what it made
Attack = Callable[[Table, Table, Table], Mapping[What, Attacked]]


@dataclass(frozen=True, eq=False)
class FoldSides:
    """One fold of a table: the rows an engine saw, those it did not, and what it drew, several times."""

    train: Table
    holdout: Table
    drafts: tuple[Table, ...]


@dataclass(frozen=True, eq=False)
class Sides:
    """One table of a draft beside the real rows. With folds, `train` is everybody and `holdout` has no row."""

    train: Table
    holdout: Table
    made: Table
    folds: tuple[FoldSides, ...] = ()

    @property
    def rows_outside(self) -> int:
        return len(self.holdout) + sum(len(fold.holdout) for fold in self.folds)

    @property
    def people_outside(self) -> int:
        return self.holdout.number_of_people + sum(fold.holdout.number_of_people for fold in self.folds)

    @property
    def draws(self) -> int:
        """How many drafts the engine of each fold drew."""
        return len(self.folds[0].drafts) if self.folds else 1

    @property
    def folded(self) -> Folded:
        """All real rows fold after fold, and all that was drawn: for attacks that look at everything at once."""
        return Folded([fold.holdout for fold in self.folds], self.made, [fold.drafts for fold in self.folds])

    @property
    def outside(self) -> Iterator[tuple[Table, Table]]:
        """Rows beside what was drawn by an engine that never saw them."""
        if not self.folds:
            yield self.holdout, self.made
        yield from ((fold.holdout, fold.drafts[0]) for fold in self.folds)

    @property
    def beside_strangers(self) -> Iterator[tuple[Table, Table, Table]]:
        """The same with the people whom that engine saw: people outside, people inside, what was drawn."""
        if not self.folds:
            yield self.holdout, self.train, self.made
        yield from ((fold.holdout, fold.train, draft) for fold in self.folds for draft in fold.drafts[:1])

    def some(self, most: int, rng: np.random.Generator) -> Sides:
        """The same sides with at most so many rows each."""
        train, holdout, made = (some_of(table, most, rng) for table in (self.train, self.holdout, self.made))
        folds = [
            FoldSides(
                some_of(fold.train, most, rng),
                some_of(fold.holdout, most, rng),
                tuple(some_of(draft, most, rng) for draft in fold.drafts),
            )
            for fold in self.folds
        ]
        return Sides(train, holdout, made, tuple(folds))

    def won(self, attack: Attack[What]) -> dict[What, tuple[Attacked, ...]]:
        """What each attack wins, by its name.

        With folds each is looked at twice against the same control, the people of all folds as their own fold's engine
        leaves them: the draft, which may have leaked by bad luck, and the other folds' engines, which show what such an
        engine does to the people it sees. The draft is attacked without a control of its own.
        """
        return next(self.won_by(attack, [self.made]))

    def won_by(self, attack: Attack[What], drafts: Iterable[Table]) -> Iterator[dict[What, tuple[Attacked, ...]]]:
        """The same for each of several drafts in the draft's place; the engines of the folds are attacked once."""
        nobody, folds = self.train.take(np.arange(0)), list[Mapping[What, Attacked]]()
        for made in drafts:
            if self.folds:
                draft = attack(self.train, nobody, made)
                folds = folds or [attack(fold.train, fold.holdout, fold.drafts[0]) for fold in self.folds]
                yield {name: _beside(draft[name], [fold[name] for fold in folds if name in fold]) for name in draft}
            else:
                yield {name: (each,) for name, each in attack(self.train, self.holdout, made).items()}


def _beside(draft: Attacked, folds: Sequence[Attacked]) -> tuple[Attacked, Attacked]:
    lost, of_control = sum(fold.control_successes for fold in folds), sum(fold.control_attacks for fold in folds)
    won, attacks = sum(fold.successes for fold in folds), sum(fold.attacks for fold in folds)
    engines = Attacked(
        won,
        attacks,
        control_successes=lost,
        control_attacks=of_control,
        again=sum(fold.again * fold.successes for fold in folds) / won if won else 1.0,
        control_again=sum(fold.control_again * fold.control_successes for fold in folds) / lost if lost else 1.0,
    )
    beside = replace(
        engines, successes=draft.successes, attacks=draft.attacks, again=draft.again, guesses=draft.guesses
    )
    return beside, engines


def sides_of(draft: Draft, source: Source) -> Iterator[Sides]:
    """The sides of each table of the draft that has real rows. Look-up tables are everybody's: whole on both."""
    for name in draft.dataset.names:
        if name in source.train:
            made, train = _owned(draft.dataset, name), _owned(source.train, name)
            holdout = source.holdout if name in source.holdout else source.train
            if not source.folds or name in source.train.lookups:
                nobody = name not in source.holdout and not source.folds
                yield Sides(train, train.take(np.arange(0)) if nobody else _owned(holdout, name), made)
            else:
                yield Sides(train, train.take(np.arange(0)), made, tuple(_fold(fold, name) for fold in source.folds))


def _fold(fold: SourceFold, name: str) -> FoldSides:
    return FoldSides(
        _owned(fold.train, name), _owned(fold.holdout, name), tuple(_owned(drawn, name) for drawn in fold.drafts)
    )


def _owned(data: Dataset, name: str) -> Table:
    """The table, saying whose its rows are: those below one row of its parent are one person's."""
    table, person = data[name], data.person_column(name)
    return table if table.person == person or person is None else replace(table, person=person)
