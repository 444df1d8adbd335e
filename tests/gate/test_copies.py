"""The copy gate: chance is not punished, leaks are, and nothing can be said without control."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from honest import LEARNT, draft, honest, most_isolated, noisy, people, planted, source
from hypothesis import given, settings
from hypothesis import strategies as st

from privsynth.dataset import Dataset, Table
from privsynth.gate.copies import Copies
from privsynth.gate.evidence.sides import FoldSides, Sides
from privsynth.policy import Policy
from privsynth.source import Source
from privsynth.verdict import Finding

TRAIN, HOLDOUT, HONEST = people(2400, 1), people(600, 2), honest(3000, 3)
MODEL = Policy(backend="model")


def judged(made: Table, policy: Policy = MODEL, train: Table = TRAIN, holdout: Table | None = HOLDOUT) -> list[Finding]:
    return Copies(policy).measure(draft(made), source(train, holdout))


def failures(found: list[Finding]) -> list[str]:
    return [finding.what for finding in found if not finding.passed]


def leaks(found: list[Finding]) -> list[str]:
    """What is refused for what it shows, not for too little evidence."""
    return [finding.key for finding in found if not finding.passed and not finding.evidence]


def test_an_honest_draft_passes_and_the_smallest_visible_leak_is_said() -> None:
    found = judged(HONEST)
    assert failures(found) == []
    assert found[-1].what == "minimum detectable leak (people)"
    assert found[-1].measured == pytest.approx(36 / 3000)
    assert found[-1].limit is None


def test_training_rows_are_refused_by_every_test() -> None:
    assert len(failures(judged(TRAIN))) == 4


@pytest.mark.parametrize("share", [0.02, 0.05, 0.2])
def test_verbatim_rows_are_refused_and_the_excess_is_their_share(share: float) -> None:
    found = judged(planted(HONEST, TRAIN, np.arange(round(share * 3000))))
    exact = found[1]
    assert not exact.passed
    assert exact.measured == pytest.approx(share, rel=0.05)
    assert exact.baseline == 0


def test_rows_copied_but_for_one_column_are_refused() -> None:
    but_income = [name for name in LEARNT if name != "income"]
    found = judged(planted(HONEST, TRAIN, np.arange(150), columns=but_income))
    assert found[1].passed
    assert not found[2].passed


def test_noisy_copies_are_refused_where_the_hold_out_is_as_large(rng: np.random.Generator) -> None:
    train, holdout = people(3000, 11), people(3000, 12)
    made = planted(honest(3000, 13), noisy(train, rng), rng.permutation(3000)[:150])
    assert {
        "rows near a training row, beyond chance (people)",
        "training people of whom a draft row tells, beyond chance (people)",
    } <= set(failures(judged(made, train=train, holdout=holdout)))


@pytest.mark.parametrize("profile", ["internal", "hipaa-expert", "gdpr-strict", "public-release"])
def test_one_isolated_row_is_refused_under_every_profile(profile: str) -> None:
    strict = Policy(backend="model", profile=profile)
    spoilt = planted(HONEST, TRAIN, np.array([most_isolated(TRAIN)]))
    assert leaks(judged(HONEST, strict)) == []
    assert leaks(judged(spoilt, strict)) == ["isolated"]


def test_a_clean_table_of_few_distinct_rows_passes() -> None:
    few = ["key", "email", "sex", "job", "member", "town"]

    def narrow(table: Table) -> Table:
        return Table(table.name, tuple(table[name] for name in few), table.frame[few])

    found = judged(
        narrow(honest(1500, 3)),
        MODEL.with_(limits={"isolated_max": 0}),
        narrow(people(1000, 1)),
        narrow(people(400, 2)),
    )
    assert failures(found) == []
    assert (found[1].baseline or 0) > 0.1  # equal rows are common here, and chance


def test_swapping_training_and_held_out_rows_shows_no_leak() -> None:
    spoilt = planted(honest(3000, 3), people(3000, 1), np.arange(600))
    found = judged(spoilt, train=people(3000, 2), holdout=people(3000, 1))
    assert [each.key for each in found if not each.passed] == [
        "control"
    ]  # that people held out are in the draft says that the control is none


@pytest.mark.parametrize("holdout", [None, people(199, 2)])
def test_too_little_control_is_a_failure_that_says_what_is_needed(holdout: Table | None) -> None:
    found = judged(HONEST, holdout=holdout)
    assert found[0].what == "held-out people"
    assert not found[0].passed
    assert "insufficient evidence" in found[0].remedy


def test_held_out_people_are_counted_not_their_rows() -> None:
    def owned(table: Table) -> Table:
        return replace(table, frame=table.frame.assign(key=[f"p{row // 4}" for row in range(len(table))]), person="key")

    found = judged(HONEST, train=owned(TRAIN), holdout=owned(HOLDOUT))
    assert found[0].measured == 150
    assert not found[0].passed


def test_rows_of_a_mask_are_counted_and_left_to_tracing() -> None:
    (found,) = judged(TRAIN, Policy(backend="mask"), holdout=None)
    assert found.measured == 1.0
    assert found.limit is None
    assert "tracing" in found.note


def test_an_empty_mask_is_not_compared() -> None:
    (found,) = judged(honest(0), Policy(backend="mask"), holdout=None)
    assert found.empty


def test_without_real_data_there_is_nothing_to_copy() -> None:
    nothing = Dataset(())
    (found,) = Copies(Policy(backend="rules")).measure(
        draft(HONEST), Source(nothing, nothing, source(TRAIN, None).statistics)
    )
    assert (found.measured, found.empty, found.passed) == (0, True, True)


def test_a_backend_cannot_take_a_column_out_by_calling_it_invented() -> None:
    liar = TRAIN.with_columns(*(replace(column, fabricated=True) for column in TRAIN.columns))
    assert len(failures(judged(liar))) == 4


def test_a_table_of_invented_columns_only_is_said_to_be_left_to_another_gate() -> None:
    def keys(table: Table) -> Table:
        return Table("people", (table["key"],), table.frame[["key"]])

    found = judged(keys(HONEST), train=keys(TRAIN), holdout=keys(HOLDOUT))
    assert found[-1].empty


def test_an_empty_draft_is_not_compared() -> None:
    assert judged(honest(0))[-1].empty


def test_the_same_draft_gets_the_same_findings() -> None:
    assert judged(HONEST) == judged(HONEST)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 200), st.floats(0, 0.005), st.floats(0.001, 0.2))
def test_a_stricter_limit_never_turns_a_refusal_into_a_pass(count: int, copy_max: float, alpha: float) -> None:
    made = planted(SMALL_HONEST, SMALL_TRAIN, np.arange(count))
    loose: dict[str, Any] = {"train": SMALL_TRAIN, "holdout": SMALL_HOLDOUT}
    refused = set(failures(judged(made, **loose)))
    stricter = set(
        failures(
            judged(
                made,
                MODEL.with_(limits={"copy_max": copy_max, "alpha": alpha, "isolated_max": 0, "control_min": 300}),
                **loose,
            )
        )
    )
    assert refused <= stricter


SMALL_TRAIN, SMALL_HOLDOUT, SMALL_HONEST = people(600, 1), people(300, 2), honest(600, 3)


def test_too_few_held_out_people_say_how_many_are_needed() -> None:
    few = judged(HONEST, train=TRAIN.take(np.arange(300)), holdout=HOLDOUT.take(np.arange(100)))[0]
    assert (few.measured, few.limit, few.n, few.passed, few.evidence) == (100, 200, 400, False, True)
    assert "at least 800 people" in few.remedy
    none = judged(HONEST, holdout=None)[0]
    assert (none.measured, none.passed) == (0, False)
    assert "at least 400 people" in none.remedy


def test_neither_a_table_s_name_nor_the_order_of_rows_changes_any_finding() -> None:
    """Who may rename a file would have a leak judged again until a draw of the joins misses it."""
    made = planted(HONEST, TRAIN, np.array([most_isolated(TRAIN)]))
    order = np.random.default_rng(5).permutation
    again = [replace(table.take(order(len(table))), name="other") for table in (made, TRAIN, HOLDOUT)]
    first, second = judged(made), judged(again[0], train=again[1], holdout=again[2])
    assert leaks(first) == ["isolated"]
    assert [(one.key, one.measured, one.n, one.baseline, one.interval) for one in second] == [
        (one.key, one.measured, one.n, one.baseline, one.interval) for one in first
    ]


@pytest.mark.parametrize(("profile", "times"), [("internal", 60), ("public-release", 30)])
def test_one_real_row_copied_again_and_again_is_refused_though_it_is_one_row(profile: str, times: int) -> None:
    """Counted as a real row that is hit it is one of thousands."""
    strict = Policy(backend="model", profile=profile)
    twin = TRAIN.take(np.r_[np.arange(1, len(TRAIN)), 1])  # who is not alone, so that the rule for one row is silent
    found = {one.key: one for one in judged(planted(HONEST, twin, np.zeros(times, dtype=int)), strict, twin)}
    assert not found["repeated"].passed
    assert found["equal"].passed
    clean = {one.key: one for one in judged(HONEST, strict, twin)}
    assert (clean["repeated"].measured, clean["repeated"].passed) == (0.0, True)


def test_with_folds_what_their_engines_repeat_of_people_they_never_saw_is_taken_off() -> None:
    """An engine that makes some rows again and again, of whomever, has copied nobody by it."""
    often, made = np.repeat(np.arange(20), 40), TRAIN.take(np.arange(800))
    clean, again = made, replace(made, frame=made.frame.iloc[often].reset_index(drop=True), origin=None)

    def told(engine_repeats: bool) -> Finding:
        halves = [(TRAIN.take(np.arange(800, 2_400)), made), (made, TRAIN.take(np.arange(800, 2_400)))]
        folds = [
            FoldSides(train, holdout, (planted(HONEST, holdout, often) if engine_repeats else HONEST,))
            for train, holdout in halves
        ]
        sides = Sides(TRAIN, TRAIN.take(np.arange(0)), again, tuple(folds))
        return Copies(MODEL)._repeated(sides, LEARNT)

    assert len(clean) == len(again)
    assert (told(engine_repeats=False).measured or 0) > 0.5
    assert (told(engine_repeats=True).measured or 0) < 0.5 * (told(engine_repeats=False).measured or 0)
