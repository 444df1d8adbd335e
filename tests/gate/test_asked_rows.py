"""Fidelity of drafts that were asked to be unlike the source: against the real rows that are like what was asked."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from honest import draft, honest, people, source

from privsynth.dataset import Dataset, Table
from privsynth.expressions.aim import like_asked, narrowed
from privsynth.gate.copies import Copies
from privsynth.gate.fidelity import Fidelity
from privsynth.gate.pii import PersonalData
from privsynth.measure.fidelity.whole import fidelity_of
from privsynth.policy import Policy
from privsynth.report.fidelity import fidelity_values, headline
from privsynth.report.losses import not_judged
from privsynth.verdict import Finding, Verdict

TRAIN, HOLDOUT = people(2400, 1), people(800, 2)
FREE = Policy(backend="model")


def asked(**backend: object) -> Policy:
    return Policy(backend={"kind": "model", **backend})


def judged(made: Table, policy: Policy, holdout: Table | None = HOLDOUT) -> list[Finding]:
    return Fidelity(policy).measure(draft(made), source(TRAIN, holdout))


def like(where: str | None = None, shares: dict[str, dict[str, float]] | None = None) -> Table:
    """What an honest generator makes under the condition."""
    made = honest(6000, 3)
    return replace(narrowed(Dataset((made,)), where, shares or {}, np.random.default_rng(0)).root)


def test_a_draft_of_a_group_is_held_against_the_group() -> None:
    old = like("age > 55")
    assert judged(old, FREE)[1].measured < 0.9  # against all rows it would look bad
    found = judged(old, asked(where="age > 55"))
    assert found[1].measured > 0.95
    assert "among the real rows that are like what was asked for" in found[1].note


def test_a_draft_that_ignores_the_condition_scores_badly() -> None:
    honest_one, ignoring = (
        judged(made, asked(where="age > 55"))[1].measured for made in (like("age > 55"), honest(600, 3))
    )
    assert ignoring < honest_one - 0.1


def test_a_rebalanced_draft_is_held_against_rebalanced_rows() -> None:
    shares = {"sex": {"f": 0.9}}
    made = like(None, shares)
    right, wrong = judged(made, asked(shares=shares))[1].measured, judged(made, FREE)[1].measured
    assert right > 0.97
    assert right > wrong + 0.02


def people_above(count: int) -> str:
    """A condition that so many of the real people meet, or a few more."""
    ages = np.sort(TRAIN.frame["age"].to_numpy(dtype=float))[::-1]
    return f"age >= {ages[count]:.0f}"


def test_a_small_group_is_compared_with_its_two_halves_as_a_small_table_is() -> None:
    where = people_above(60)
    found = judged(like(where), asked(where=where), None)
    assert {"relative", "columns"} <= {finding.key for finding in found}
    assert any(finding.judges for finding in found)


def test_too_few_real_people_are_a_warning_and_no_figure_of_them_is_made() -> None:
    policy, real, made = asked(where=people_above(20)), source(TRAIN, None), draft(like("age > 55"))
    (found,) = Fidelity(policy).measure(made, real)
    assert found.measured is None
    assert found.passed
    assert "fewer than 50 real people" in found.note
    (warning,) = not_judged([Verdict("fidelity", "", (found,))])
    assert "was not judged" in warning
    (result,) = fidelity_of(made, real, policy)
    assert (result.relative, result.columns, result.kept, result.rows_real) == (None, (), (), 0)
    assert "was not judged" in headline(fidelity_values([result]))


def test_few_held_out_rows_are_replaced_by_half_of_the_training_rows() -> None:
    policy = asked(where="age > 55")
    few = like_asked(source(TRAIN, people(120, 2)), policy)
    assert few.holdout.is_empty
    assert "one half of the source" in judged(like("age > 55"), policy, people(120, 2))[1].note


def test_nothing_asked_changes_nothing() -> None:
    real = source(TRAIN, HOLDOUT)
    assert like_asked(real, FREE) is real


def test_copies_of_the_group_are_seen_and_honest_rows_of_it_pass() -> None:
    policy, real = asked(where="age > 55"), source(TRAIN, HOLDOUT)
    old = like("age > 55")
    stolen = narrowed(Dataset((TRAIN,)), "age > 55", {}, np.random.default_rng(0)).root
    copied = replace(
        old,
        frame=old.frame.iloc[: len(stolen)].assign(
            **{name: stolen.frame[name].to_numpy()[: len(old)] for name in ("age", "town", "income")}
        ),
    )
    copied = replace(
        copied,
        frame=copied.frame.assign(
            **{n: stolen.frame[n].to_numpy() for n in ("sex", "job", "member", "debt", "joined")}
        ),
    )
    assert all(finding.passed for finding in Copies(policy).measure(draft(old), real))
    assert not all(finding.passed for finding in Copies(policy).measure(draft(copied), real))
    assert all(finding.passed for finding in PersonalData(policy).measure(draft(old), real))
