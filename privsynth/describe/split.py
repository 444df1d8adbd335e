"""How the people are divided: how many are held back, or, where they are too few for that, into how many folds."""

from __future__ import annotations

from dataclasses import dataclass

from privsynth.dataset import Dataset
from privsynth.options import MaskOptions
from privsynth.policy import Policy

LEAK = 0.01  # the share of copied rows that the hold-out must be able to show
TESTS = 3  # the copy tests that share one allowance for false alarms
LEAST, MOST, LARGEST = 0.2, 0.5, 50_000
# With nearly half of the people held out, what twenty of all people share is left to about ten who are learnt from: the
# edge of k. Folds cost time instead, where fits are quick.
DEAR = 0.45

# Each engine then sees seven of eight people: nearly what the draft's maker sees, whose levels and leaves they all
# share but for some at the edge of k. More folds cost as many more fits, and come no nearer to the point.
FOLDS = 8
# Three rows that the draft hits, and none of so many drafts of engines that never saw them, are more than chance
# explains. One draft beside another would need a dozen.
DRAWS = 36
FEWEST_DRAWS = 4
ROWS = 150_000  # of all these drafts together: of a thousand rows eighteen drafts each show four copied ones


@dataclass(frozen=True)
class Division:
    """Where the control comes from: a share of the people, or folds."""

    share: float = 0.0
    folds: int = 0


def division(data: Dataset, policy: Policy, *, is_quick: bool = False) -> Division:
    """Hold people out where at most half of them are enough; else use folds, unless the user asked for a hold-out.

    Folds too where the hold-out would be dear and fits are quick. Epsilon would be spent again by each fold: the
    engine dp has none.
    """
    share, people, limits = holdout_share(data, policy), data.root.number_of_people if data.tables else 0, policy.limits
    too_few = share > 0 and round(share * people) < limits.control_min
    too_dear = is_quick and share > DEAR and people >= limits.folds_min
    if (too_few or too_dear) and policy.holdout is None and not policy.has_claim:
        return Division(folds=FOLDS)
    return Division(share)


def draws(rows: int) -> int:
    """How many drafts of so many rows the engine of each fold draws."""
    return max(FEWEST_DRAWS, min(DRAWS, ROWS // max(1, FOLDS * rows)))


def holdout_share(data: Dataset, policy: Policy) -> float:
    """The share of people to hold back.

    A copied row hits the training part and never the hold-out, so m copies have probability (1 - share)^m under
    chance; a leak of 1 % is seen if that falls below the allowance of one test. Small tables therefore give up to half
    of their rows: the model learns from less, but the statement means something. Masking changes rows in place: all
    stay.
    """
    if data.is_empty or isinstance(policy.backend, MaskOptions):
        return 0.0
    if policy.holdout is not None:
        return policy.holdout
    count = data.root.number_of_people
    seen = 1 - (policy.limits.alpha / TESTS) ** (1 / max(1.0, LEAK * count))
    share = max(LEAST, seen, policy.limits.control_min / max(1, count))
    return float(min(share, MOST, max(LARGEST / max(1, count), 1e-9)))
