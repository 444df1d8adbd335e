"""Was this person in the source? The attacks of `membership`, where each person stood outside of one fold's engine.

Everybody is scored beside the draft, whose maker saw everybody, and beside the drafts of the engine that did not see
his fold. The attacker knows the rows of all other folds, the same in both. With so few people the threshold at 1 %
false alarms would rest on one or two of them; so it is read off the scores beside all these drafts: whom an attack
accuses in one draft of a hundred is a false alarm in a hundredth, and the threshold rests on dozens of them. Members
are few, but they are all there are: what the attack catches is counted and not drawn.

The classifier of `membership` is left out: trained on the draft against the rows of other folds it learns which fold
these lack, and so finds all the people of a fold together and not one of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from privsynth.measure.attacks.folded import Folded, to_others
from privsynth.measure.attacks.membership import ISOLATED, SIDE, Scores, density, loneliness
from privsynth.measure.distance.cells import cell_keys, distinct_rows
from privsynth.measure.distance.points import Points, nearest_and_within, place
from privsynth.typing import Array

Pair = tuple[Array, Array]  # scores beside the draft (rows), and beside drafts that never saw the person (draws x rows)


def folded_scores(sides: Folded, names: Sequence[str], rng: np.random.Generator) -> Scores:
    """Scores of everybody beside the draft, and beside what was drawn without him.

    Few people with many rows each would take minutes: as without folds, a part has `SIDE` rows at most.
    """
    sides = sides.some(SIDE, rng)
    people, draft, *drawn = place((sides.real, sides.draft, *sides.strangers), names)
    own, draws = sides.own, len(drawn) // len(sides.outside)
    strangers = to_others(people, own)
    radius = float(np.median(strangers))
    folds = [
        _Scored(
            people.take(own == fold),
            people.take(own != fold),
            [draft, *drawn[fold * draws : (fold + 1) * draws]],
            strangers[own == fold],
        ).scores(radius)
        for fold in range(len(sides.outside))
    ]
    scores = {
        name: [np.concatenate([fold[name][side] for fold in folds], axis=-1) for side in (0, 1)] for name in folds[0]
    }
    lonely = np.concatenate([loneliness([people.take(own == f)], people.take(own != f))[0] for f in range(len(folds))])
    far = lonely >= np.quantile(lonely, 1 - ISOLATED)
    return Scores(
        {name: beside[0] for name, beside in scores.items()},
        {name: beside[1].ravel() for name, beside in scores.items()},
        far,
        np.tile(far, draws),
        draws=draws,
        alike=distinct_rows(cell_keys((sides.real,), names)[0])[1],
    )


@dataclass(frozen=True, eq=False)
class _Scored:
    """The people of one fold, all others, and the drafts they are scored beside: the draft first."""

    people: Points
    others: Points
    drafts: Sequence[Points]
    strangers: Array  # how far each is from the nearest of the others

    def scores(self, radius: float) -> dict[str, Pair]:
        found = [nearest_and_within(self.people, draft, radius) for draft in self.drafts]
        near, far = np.stack([apart for apart, _ in found]), self.strangers
        beside = {
            "nearest": -near,
            "calibrated": -near / np.maximum(far, 1e-9),
            "difference": far - near,
            "density": np.stack([density([self.people], draft, self.others)[0] for draft in self.drafts]),
            "neighbours": np.stack([within for _, within in found]),
        }
        return {name: (scores[0], scores[1:]) for name, scores in beside.items()}
