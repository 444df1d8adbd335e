"""A table described, and a table from any tool judged. Nothing is made or released."""

from __future__ import annotations

from collections.abc import Sequence

from privsynth.dataset import Dataset
from privsynth.describe import describe, learn_statistics, take_fingerprints
from privsynth.describe.align import aligned
from privsynth.emit import serialise
from privsynth.pipeline.acts import Data, judged_by, read
from privsynth.pipeline.earlier import named_releases, refuse_unreadable
from privsynth.policy import Policy
from privsynth.recipe import ELSEWHERE
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
    refuse_unreadable(policy.against)
    train = inspect(real, policy)
    control = aligned(train, _other(holdout, train, policy)) if holdout is not None else Dataset(())
    judged = aligned(train, _other(synthetic, train, policy))
    fingerprints = take_fingerprints(Dataset((*train.tables, *control.tables)))
    statistics = learn_statistics(train, policy.limits, fingerprints, ruled=policy.ruled)
    source = Source(train, control, statistics, earlier=tuple(named_releases(policy)))
    verdicts = judged_by(gates, Draft(judged, serialise(judged), None, ELSEWHERE), source, policy, stages)
    return [from_elsewhere(verdict) for verdict in verdicts]


def _other(data: Data, train: Dataset, policy: Policy) -> Dataset:
    """Another table read as the policy says of the real one, whatever its own file is called."""
    if len(train.tables) > 1 or not policy.tables:
        return read(data, policy, Stages())
    plain = read(data, policy.with_(tables={}), Stages())
    wished = policy.tables.get(train.root.name)
    if wished is None or len(plain.tables) > 1 or data == "-":  # what is piped in can be read once
        return plain
    return read(data, policy.with_(tables={plain.root.name: wished}), Stages())
