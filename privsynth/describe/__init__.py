"""Learns what there is to know before rows are made: roles and keys of all rows, statistics of the training rows."""

from __future__ import annotations

from privsynth.dataset import Dataset
from privsynth.describe.facts import facts_of, unlooked
from privsynth.describe.fingerprints import take_fingerprints
from privsynth.describe.statistics import learn_statistics
from privsynth.policy import Policy
from privsynth.policy_names import refuse_unknown_names


def describe(dataset: Dataset, policy: Policy) -> Dataset:
    """The same rows, with the role of each column and the keys between the tables. No statistic is kept."""
    from privsynth.describe.dropping import dropped_notes, refuse_dropping, with_dropped
    from privsynth.describe.masking import with_steps
    from privsynth.describe.questions import questions
    from privsynth.describe.relations import with_relations
    from privsynth.describe.roles import with_roles
    from privsynth.describe.rules import with_rules
    from privsynth.pii.header import refuse_named_headers

    if dataset.is_empty:
        refuse_dropping(policy)
        return dataset
    refuse_unknown_names(dataset, policy)
    typed = with_roles(dataset, policy)
    refuse_named_headers(typed)
    ruled = with_rules(typed, policy)
    related = with_dropped(with_relations(ruled, policy.relations), policy)
    described = with_steps(related, policy)
    return described.with_notes(*dropped_notes(described), *questions(described, policy), *unlooked(described))


__all__ = ["describe", "facts_of", "learn_statistics", "take_fingerprints"]
