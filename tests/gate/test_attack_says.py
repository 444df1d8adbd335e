"""What the attacking gates make of what their attacks won: which figure meets which limit, what the attack is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from honest import draft, honest, people, source

from privsynth.dataset import Role, Table
from privsynth.gate import inference, linkability, membership, singling_out
from privsynth.measure.attacks.attack import Attacked
from privsynth.measure.attacks.membership import Caught, Scores
from privsynth.policy import Policy
from privsynth.verdict import Finding

MODEL = Policy(backend="model")
PUBLIC = Policy(backend="model", profile="gdpr-strict", state="s")  # has a limit for each end of an interval
REAL = source(people(60, 1), people(55, 2))
MADE = honest(70, 3)
WON, LOST = (
    Attacked(30, 55, control_successes=2, control_attacks=55),
    Attacked(1, 55, control_successes=1, control_attacks=55),
)


def about(found: list[Finding], words: str) -> Finding:
    (one,) = (finding for finding in found if words in finding.what)
    return one


# --- singling out


def singled(
    monkeypatch: pytest.MonkeyPatch, policy: Policy, one: Attacked, three: Attacked
) -> tuple[list[Finding], list[tuple[Any, ...]]]:
    asked: list[tuple[Any, ...]] = []

    def attack(
        train: Table,
        holdout: Table,
        made: Table,
        names: list[str],
        *,
        attacks: int,
        rng: object,
        several: bool,
        **_: object,
    ) -> tuple[Attacked, int]:
        asked.append((tuple(names), attacks, several))
        return (three if several else one), 1_234

    monkeypatch.setattr(singling_out, "singling_out", attack)
    return singling_out.SinglingOut(policy).measure(draft(MADE), REAL), asked


def test_singling_out_by_one_and_by_three_columns_have_limits_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    found, asked = singled(monkeypatch, PUBLIC, WON, WON)
    limits = PUBLIC.limits
    assert [finding.limit for finding in found] == [
        limits.anon_risk,
        limits.anon_lower_uni,
        limits.anon_upper_uni,
        limits.anon_risk,
        limits.anon_lower_multi,
    ]
    assert ["three" in finding.what for finding in found] == [False, False, False, True, True]
    assert not any(finding.passed for finding in found)
    assert [(attacks, several) for _, attacks, several in asked] == [
        (55, False),
        (55, True),
    ]  # no more than there are held-out people
    assert "key" not in asked[0][0]
    assert "1,234 descriptions" in found[0].note


def test_either_way_of_singling_out_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    for one, three, failed in ((WON, LOST, "one column"), (LOST, WON, "three columns")):
        found, _ = singled(monkeypatch, MODEL, one, three)
        assert [finding.what for finding in found if not finding.passed] == [f"singling out by {failed} (people)"]


# --- linkability


def linked(
    monkeypatch: pytest.MonkeyPatch, results: Callable[[int], Attacked], policy: Policy = MODEL, made: Table = MADE
) -> tuple[list[Finding], list[Any]]:
    splits: list[Any] = []

    def attack(
        train: Table, holdout: Table, made: Table, split: tuple[list[str], list[str]], *, attacks: int, rng: object
    ) -> Attacked:
        splits.append((*split, attacks, len(made)))
        return results(len(splits) - 1)

    monkeypatch.setattr(linkability, "linkability", attack)
    return linkability.Linkability(policy).measure(draft(made), REAL), splits


def test_the_worst_split_counts_and_each_splits_all_learnt_columns_in_two(monkeypatch: pytest.MonkeyPatch) -> None:
    learnt = {"age", "sex", "town", "job", "member", "income", "debt", "joined"}
    for worst in range(4):
        found, splits = linked(monkeypatch, lambda at, worst=worst: WON if at == worst else LOST)  # type: ignore[misc]
        assert len(splits) == 4
        assert found[0].measured == pytest.approx(WON.risk)
        assert not found[0].passed
        assert "the worst of 4 splits" in found[0].note
    for one, other, attacks, _ in splits:
        assert set(one) | set(other) == learnt
        assert not set(one) & set(other)
        assert one
        assert other
        assert attacks == 55
    assert [len(one) for one, *_ in splits] == [4, 4, 4, 3]
    assert splits[3][0] == ["age", "sex", "town"]  # the quasi-identifiers, and the rest
    assert len({tuple(one) for one, *_ in splits}) > 2


def test_of_two_equal_risks_the_one_less_ruled_out_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    few, many = (
        Attacked(0, 10, control_successes=5, control_attacks=10),
        Attacked(0, 1_000, control_successes=500, control_attacks=1_000),
    )
    found, _ = linked(monkeypatch, lambda at: few if at == 1 else many)
    assert found[0].n == 10


def test_linking_has_a_limit_for_each_end_of_its_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    found, _ = linked(monkeypatch, lambda at: WON, PUBLIC)
    assert [finding.limit for finding in found] == [
        PUBLIC.limits.anon_risk,
        PUBLIC.limits.anon_lower_link,
        PUBLIC.limits.anon_upper_link,
    ]


def test_a_single_column_cannot_be_split_and_two_can(monkeypatch: pytest.MonkeyPatch) -> None:
    def only(names: list[str]) -> Iterator[Table]:
        for table in (people(60, 1), people(55, 2), MADE):
            yield Table(table.name, tuple(table[name] for name in names), table.frame[names])

    monkeypatch.setattr(linkability, "linkability", lambda *_, **__: LOST)
    train, holdout, made = only(["age"])
    (found,) = linkability.Linkability(MODEL).measure(draft(made), source(train, holdout))
    assert (found.measured, found.limit) == (None, None)
    train, holdout, made = only(["age", "job"])
    assert linkability.Linkability(MODEL).measure(draft(made), source(train, holdout))[0].measured is not None


@pytest.mark.parametrize(("distances", "attacks"), [(70, 10), (70 * 20, 20), (70 * 5_000, 55)])
def test_as_many_people_are_linked_as_can_be_afforded_and_no_fewer_than_usual(
    distances: int, attacks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linkability, "ATTACKS", 10)
    monkeypatch.setattr(linkability, "DISTANCES", distances)
    assert [each for *_, each, _ in linked(monkeypatch, lambda at: LOST)[1]] == [attacks] * 4


def test_of_very_many_made_rows_some_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linkability, "MADE", 69)
    assert [rows for *_, rows in linked(monkeypatch, lambda at: LOST)[1]] == [69] * 4
    monkeypatch.setattr(linkability, "MADE", 70)
    assert [rows for *_, rows in linked(monkeypatch, lambda at: LOST)[1]] == [70] * 4


# --- inference


def inferred(
    monkeypatch: pytest.MonkeyPatch, train: Table, holdout: Table, made: Table, policy: Policy = MODEL
) -> tuple[list[Finding], list[Any]]:
    asked: list[Any] = []

    def attack(
        train: Table, holdout: Table, made: Table, *, known_columns: list[str], attacks: int, rng: object
    ) -> SimpleNamespace:
        def reads(secret: str) -> Attacked:
            asked.append((tuple(known_columns), secret, len(made)))
            return replace(WON, guesses=7.0)

        return SimpleNamespace(reads=reads)

    monkeypatch.setattr(inference, "look_up", attack)
    return inference.Inference(policy).measure(draft(made), source(train, holdout)), asked


def test_each_secret_is_inferred_from_the_quasi_identifiers(monkeypatch: pytest.MonkeyPatch) -> None:
    train, holdout = (
        table.with_columns(replace(table["debt"], role=Role.SENSITIVE)) for table in (people(60, 1), people(55, 2))
    )
    found, asked = inferred(monkeypatch, train, holdout, MADE, PUBLIC)
    assert asked == [(("age", "sex", "town"), "income", 70), (("age", "sex", "town"), "debt", 70)]
    assert [finding.limit for finding in found] == [
        PUBLIC.limits.anon_risk_inference,
        PUBLIC.limits.anon_lower_inference,
    ] * 2
    assert not any(finding.passed for finding in found)
    assert "from 3 columns" in found[0].note
    assert "right 7 times" in found[0].note


def test_a_secret_that_is_not_there_or_beside_which_nothing_is_known_is_not_inferred(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bare = replace(
        MADE, columns=tuple(c for c in MADE.columns if c.name != "income"), frame=MADE.frame.drop(columns="income")
    )
    found, asked = inferred(monkeypatch, people(60, 1), people(55, 2), bare)
    said = "no sensitive column could be attacked"
    assert (found[0].what, found[0].measured, found[0].limit, asked) == (said, 1, None, [])
    alone = [
        Table(table.name, (table["income"],), pd.DataFrame({"income": table.frame["income"]}))
        for table in (people(60, 1), people(55, 2), MADE)
    ]
    found, asked = inferred(monkeypatch, *alone)
    assert (found[0].what, asked) == (said, [])


def test_of_very_many_made_rows_some_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for most, rows in ((69, 69), (70, 70)):
        monkeypatch.setattr(inference, "MADE", most)
        assert [made for *_, made in inferred(monkeypatch, people(60, 1), people(55, 2), MADE)[1]] == [rows]


# --- membership

FOUND = Caught(attack="nearest", share=0.4, lower=0.3, upper=0.5, members=60, others=600, pvalue=1e-9)


def recognised(
    monkeypatch: pytest.MonkeyPatch, all_: Caught | None, isolated: Caught | None = None, *, held_out: int = 55
) -> list[Finding]:
    areas = {"good": (np.array([2.0, 3.0]), np.array([0.0, 1.0])), "bad": (np.array([0.0, 1.0]), np.array([2.0, 3.0]))}
    scores = Scores(
        {name: mine for name, (mine, _) in areas.items()},
        {name: others for name, (_, others) in areas.items()},
        np.ones(2, bool),
        np.ones(2, bool),
    )
    monkeypatch.setattr(membership, "membership_scores", lambda *_, **__: scores)
    monkeypatch.setattr(membership, "caught_at", lambda scores, share, *, isolated: lonely if isolated else all_)
    lonely = isolated
    return membership.Membership(MODEL).measure(draft(MADE), source(people(60, 1), people(held_out, 2)))


def test_the_lower_bound_of_who_is_recognised_decides_for_all_and_for_the_isolated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    everybody, isolated, area = recognised(monkeypatch, FOUND, FOUND)
    assert (everybody.measured, everybody.limit, everybody.passed) == (0.3, MODEL.limits.mia_all, False)
    assert (isolated.measured, isolated.limit, isolated.passed) == (0.3, MODEL.limits.mia_isolated, False)
    assert (everybody.baseline, everybody.interval, everybody.n) == (0.01, (0.3, 0.5), 60)
    assert "chance" not in everybody.note
    assert (area.measured, area.baseline, area.limit, area.n) == (1.0, 0.5, None, 2)
    assert "by the attack good" in area.note


def test_who_is_recognised_by_chance_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    everybody, *_ = recognised(monkeypatch, replace(FOUND, pvalue=MODEL.limits.alpha))
    assert (everybody.measured, everybody.passed) == (0, True)
    assert "chance explains" in everybody.note
    assert recognised(monkeypatch, replace(FOUND, pvalue=MODEL.limits.alpha * 0.99))[0].measured == 0.3
    assert recognised(monkeypatch, replace(FOUND, pvalue=float("nan")))[0].measured == 0.3


@pytest.mark.parametrize(("others", "is_thin"), [(499, True), (500, False)])
def test_with_few_people_outside_the_upper_bound_is_held_against_three_times_the_limit(
    others: int, is_thin: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = recognised(monkeypatch, replace(FOUND, others=others), replace(FOUND, others=30))
    thin = [finding for finding in found if "cannot be ruled out" in finding.what]
    assert len(thin) == is_thin  # and never for the isolated, who are always few
    for finding in thin:
        assert (finding.measured, finding.n, finding.passed, finding.evidence) == (0.5, 499, False, True)
        assert finding.limit == pytest.approx(3 * MODEL.limits.mia_all)


def test_where_too_few_are_isolated_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    isolated = about(recognised(monkeypatch, FOUND), "isolated")
    assert (isolated.measured, isolated.limit) == (None, None)
    assert "too few" in isolated.note


@pytest.mark.parametrize(("held_out", "is_fine"), [(1_999, False), (2_000, True)])
def test_one_false_alarm_in_a_thousand_is_reported_where_it_can_be_counted(
    held_out: int, is_fine: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [finding for finding in recognised(monkeypatch, FOUND, FOUND, held_out=held_out) if "0.1%" in finding.what]
    assert [(finding.measured, finding.baseline, finding.limit, finding.n) for finding in found] == [
        (0.4, 0.001, None, 60)
    ] * is_fine
