"""How many people to hold back: as few as still show a leak worth seeing."""

from __future__ import annotations

from privsynth.dataset import Dataset
from privsynth.options import MaskOptions
from privsynth.policy import Policy

LEAK = 0.01  # the share of copied rows that the hold-out must be able to show
TESTS = 3  # the copy tests that share one allowance for false alarms
LEAST, MOST, LARGEST = 0.2, 0.5, 50_000


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
