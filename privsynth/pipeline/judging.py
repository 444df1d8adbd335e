"""A table described, and a table from any tool judged. Nothing is made or released."""

from __future__ import annotations

from collections.abc import Sequence

from privsynth.dataset import Dataset
from privsynth.describe import describe, learn_statistics, take_fingerprints
from privsynth.describe.align import aligned
from privsynth.emit import serialise
from privsynth.pipeline.acts import Data, judged_by, read
from privsynth.policy import Policy
from privsynth.release import Draft
from privsynth.source import Source
from privsynth.stages import Stages
from privsynth.verdict import Verdict
from privsynth.ways.elsewhere import from_elsewhere


def inspect(data: Data, policy: Policy) -> Dataset:
    """What each column is, and why we think so."""
    return describe(read(data, policy, Stages()), policy)


def evaluate(
    real: Data, synthetic: Data, holdout: Data, policy: Policy, *, gates: Sequence[str], stages: Stages
) -> list[Verdict]:
    """The verdicts of the named gates on `synthetic`. `holdout`, the control: real rows that its maker never saw."""
    train = inspect(real, policy)
    control = aligned(train, read(holdout, policy, Stages())) if holdout is not None else Dataset(())
    judged = aligned(train, read(synthetic, policy, Stages()))
    fingerprints = take_fingerprints(Dataset((*train.tables, *control.tables)))
    source = Source(train, control, learn_statistics(train, policy.limits, fingerprints, ruled=policy.ruled))
    verdicts = judged_by(gates, Draft(judged, serialise(judged), None), source, policy, stages)
    return [from_elsewhere(verdict) for verdict in verdicts]
