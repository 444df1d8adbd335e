"""The gates that attack: clean drafts pass under every profile's limits, planted ones fail, thin evidence blocks.

People's own rows are set aside.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from honest import draft, honest, people, planted, source, with_frame
from quick import quick_if

from privsynth.dataset import Column, Dataset, Kind, Role, Table
from privsynth.gate import Gate, judge
from privsynth.gate.attribute import Attribute
from privsynth.gate.copies import Copies
from privsynth.gate.inference import Inference
from privsynth.gate.linkability import Linkability
from privsynth.gate.membership import Membership
from privsynth.gate.selftest import SelfTest
from privsynth.gate.selftest import planted as laid_beside
from privsynth.gate.singling_out import SinglingOut
from privsynth.measure.attacks.attack import Attacked
from privsynth.policy import Policy
from privsynth.source import Source
from privsynth.statistics import Statistics, Taken
from privsynth.verdict import Finding, Status, Verdict

ROWS = 2000
MODEL = Policy(backend="model")
ATTACKS = (SelfTest, Membership, SinglingOut, Linkability, Inference, Attribute)
PROFILES = ("internal", "hipaa-expert", "gdpr-strict", "public-release")
GUARDS = (Membership, SinglingOut, Linkability)


@pytest.fixture(scope="module")
def real() -> Source:
    return source(people(ROWS, 1), people(ROWS, 2))


def verdict(gate: Gate, made: Table, of: Source) -> Verdict:
    return judge(gate, draft(made), of, seconds=300)


def finding(of: Verdict, start: str) -> Finding:
    return next(each for each in of.findings if each.what.startswith(start))


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("profile", quick_if(lambda profile: profile == "public-release", PROFILES))
def test_an_independent_table_passes(attack: type[Gate], profile: str, real: Source) -> None:
    found = verdict(attack(Policy(backend="model", profile=profile)), honest(ROWS, 3), real)  # type: ignore[call-arg]
    assert found.status is Status.PASSED, [each for each in found.findings if not each.passed]


@pytest.mark.parametrize("attack", [Membership, SinglingOut, Linkability, Inference, Attribute])
def test_a_whole_copy_is_refused(attack: type[Gate], real: Source) -> None:
    assert verdict(attack(MODEL), real.train.root, real).status is Status.FAILED  # type: ignore[call-arg]


def test_a_tenth_of_copied_rows_is_recognised(real: Source) -> None:
    made = planted(honest(ROWS, 3), real.train.root, np.arange(ROWS // 10))
    assert verdict(Membership(MODEL), made, real).status is Status.FAILED


@pytest.mark.parametrize("attack", GUARDS)
def test_without_enough_held_out_people_there_is_no_pass(attack: type[Gate], real: Source) -> None:
    thin = replace(real, holdout=Dataset((real.holdout.root.take(np.arange(20)),)))
    found = verdict(attack(MODEL), honest(ROWS, 3), thin)  # type: ignore[call-arg]
    assert found.status is Status.FAILED
    assert "insufficient evidence" in found.failures[0].remedy


def test_with_few_people_outside_what_cannot_be_ruled_out_is_held_against_a_limit(real: Source) -> None:
    thin = replace(real, holdout=Dataset((real.holdout.root.take(np.arange(300)),)))
    not_ruled_out = finding(
        verdict(Membership(MODEL), honest(ROWS, 3), thin), "people whose recognition cannot be ruled out"
    )
    assert not_ruled_out.limit == pytest.approx(3 * MODEL.limits.mia_all)
    assert not_ruled_out.passed


@pytest.mark.parametrize("attack", ATTACKS)
def test_rows_of_people_are_set_aside_and_said(attack: type[Gate], real: Source) -> None:
    rows = replace(real.train.root, origin=np.arange(ROWS))
    for backend in ("mask", "clone"):
        (only,) = verdict(attack(Policy(backend=backend)), rows, real).findings  # type: ignore[call-arg]
        assert "tracing leads them back instead, against a limit by quasi-identifiers alone" in only.note


@pytest.mark.parametrize("attack", ATTACKS)
def test_without_real_data_nothing_is_claimed(attack: type[Gate]) -> None:
    nothing = Source(Dataset(()), Dataset(()), Statistics({}, Taken()))
    (only,) = verdict(attack(Policy(backend="rules")), honest(50, 3), nothing).findings  # type: ignore[call-arg]
    assert "no real data was given" in only.note


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_draft_without_a_row_tells_nothing(attack: type[Gate], real: Source) -> None:
    empty = honest(ROWS, 3).take(np.arange(0))
    assert verdict(attack(MODEL), empty, real).status is Status.PASSED  # type: ignore[call-arg]


@pytest.mark.parametrize("attack", [Inference, Attribute])
def test_where_nothing_is_sensitive_no_secret_is_said_to_be_safe(attack: type[Gate], real: Source) -> None:
    plain = real.train.root.with_columns(
        *(replace(column, role=Role.PLAIN) for column in real.train.root.of_role(Role.SENSITIVE))
    )
    (only,) = verdict(attack(MODEL), honest(ROWS, 3), replace(real, train=Dataset((plain,)))).findings  # type: ignore[call-arg]
    assert "no column has the role sensitive" in only.note
    assert only.limit is None


def test_a_secret_that_the_draft_learnt_by_heart_is_refused(real: Source) -> None:
    """The rows are new, but each quotes the income of the person of that age and town who was in the source."""
    made = planted(honest(ROWS, 3), real.train.root, np.arange(ROWS), columns=["age", "sex", "town", "income"])
    assert verdict(Attribute(MODEL), made, real).status is Status.FAILED


def test_the_self_test_reports_the_smallest_leak_that_was_seen(real: Source) -> None:
    found = verdict(SelfTest(MODEL), honest(ROWS, 3), real)
    assert finding(found, "smallest planted leak seen by the gate copies").measured <= 0.05  # type: ignore[operator]
    assert finding(found, "smallest planted leak seen by linking").measured <= 0.25  # type: ignore[operator]


def test_a_gate_that_sees_nothing_is_found_out(real: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    blind = [Finding("blind", 0.0, what="blind", limit=1.0)]
    monkeypatch.setattr(Copies, "judged_each", lambda _, __, drafts: (blind for _ in drafts))
    assert verdict(SelfTest(MODEL), honest(ROWS, 3), real).status is Status.ERRORED


@pytest.mark.parametrize("broken", ["linkability", "singling_out"])
def test_an_attack_that_finds_nothing_is_found_out(broken: str, real: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = Attacked(0, 100, control_successes=0, control_attacks=100)
    monkeypatch.setattr(
        f"privsynth.gate.selftest.{broken}", lambda *_, **__: (nothing, 0) if broken == "singling_out" else nothing
    )
    assert verdict(SelfTest(MODEL), honest(ROWS, 3), real).status is Status.ERRORED


def test_planted_rows_lie_beside_the_drafts_own(real: Source) -> None:
    made = honest(ROWS, 3)
    leaky = laid_beside(made, real.train.root, 0.1, np.random.default_rng(0))
    assert len(leaky) == len(made) + ROWS // 10
    assert leaky.frame.iloc[: len(made)].equals(made.frame)


def test_a_table_in_which_nobody_stands_out_is_no_error(real: Source) -> None:
    """Two columns of two levels: no attack can find anybody, and the self-test says so instead of blocking."""
    made, train, holdout = (_plain(table) for table in (honest(ROWS, 3), real.train.root, real.holdout.root))
    found = verdict(SelfTest(MODEL), made, replace(real, train=Dataset((train,)), holdout=Dataset((holdout,))))
    assert found.status is Status.PASSED
    assert finding(found, "smallest planted leak seen by singling out").measured is None
    assert "too few for it to tell" in finding(found, "smallest planted leak seen by singling out").note


def test_a_table_in_which_strangers_rows_are_alike_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some fifty people stand out, and nine of ten held-out rows equal a training row: even a copy looks like luck."""
    rng = np.random.default_rng(0)
    train, holdout, made = (_alike(450, rng) for _ in range(3))
    monkeypatch.setattr(Copies, "judged_each", lambda self, sides, drafts: ([] for _ in drafts))  # sees nothing
    found = verdict(SelfTest(MODEL), made, source(train, holdout))
    copies = finding(found, "smallest planted leak seen by the gate copies")
    assert (found.status, copies.measured, copies.limit) == (Status.PASSED, None, None)
    assert "strangers have too" in copies.note


def test_a_table_that_holds_each_combination_once_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """No stranger's row is a training row, but any draft meets most of both: a copy of them tells of nobody."""
    rng = np.random.default_rng(1)
    every = pd.DataFrame(itertools.product("abcd", repeat=5), columns=list("vwxyz"), dtype=object)
    order = rng.permutation(len(every))
    columns = tuple(Column(name, Kind.CATEGORY) for name in every)
    train, holdout, made = (
        Table("people", columns, every.iloc[rows].reset_index(drop=True))
        for rows in (order[:512], order[512:], rng.integers(0, len(every), 2 * len(every)))
    )
    monkeypatch.setattr(Copies, "judged_each", lambda self, sides, drafts: ([] for _ in drafts))  # sees nothing
    found = verdict(SelfTest(MODEL), made, source(train, holdout))
    copies = finding(found, "smallest planted leak seen by the gate copies")
    assert (found.status, copies.measured, copies.limit) == (Status.PASSED, None, None)


def _alike(rows: int, rng: np.random.Generator) -> Table:
    weights = 0.75 ** np.arange(26)
    frame = {
        name: pd.Series(
            rng.choice(np.array(list("abcdefghijklmnopqrstuvwxyz"), dtype=object), rows, p=weights / weights.sum())
        )
        for name in ("a", "b")
    }
    return Table("people", tuple(Column(name, Kind.CATEGORY) for name in frame), pd.DataFrame(frame, dtype=object))


def _plain(table: Table) -> Table:
    columns = tuple(column for column in table.columns if column.name in ("sex", "member"))
    return with_frame(
        replace(table, columns=columns, frame=table.frame[["sex", "member"]], origin=None),
        table.frame[["sex", "member"]],
    )


@pytest.mark.parametrize("attack", [*ATTACKS, Copies])
def test_each_attack_says_how_far_it_is(attack: type[Gate]) -> None:
    small, heard = source(people(120, 1), people(120, 2)), list[tuple[int, int]]()
    gate = attack(MODEL)  # type: ignore[call-arg]
    judge(gate, draft(honest(120, 3)), small, seconds=300, watch=lambda done, total: heard.append((done, total)))
    assert heard
    assert all(0 <= done < total for done, total in heard)
