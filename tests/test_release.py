"""Only a full list of passed verdicts about exactly this draft makes a release."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from datetime import date
from typing import get_args

import pytest
from builders import draft, passing, reports

from privsynth.errors import ExitCode
from privsynth.options import WaivableGate, Waiver
from privsynth.release import Refusal, Release, Reports, decide, digest, published_names
from privsynth.verdict import GATES, Finding, Status, Verdict, outcome_of, waivers_used

Change = Callable[[list[Verdict]], list[Verdict]]


def swap(name: str, **changes: object) -> Change:
    return lambda verdicts: [dataclasses.replace(v, **changes) if v.gate == name else v for v in verdicts]  # type: ignore[arg-type]


def test_releases_what_passed_every_gate() -> None:
    outcome = decide(draft(), reports(), passing(draft(), reports()))
    assert isinstance(outcome, Release)
    assert outcome.exit_code is ExitCode.RELEASED
    assert dict(outcome.files) == {"t.csv": b"n\n0\n1\n"}


WRONG: dict[str, Change] = {
    "no verdict at all": lambda verdicts: [],
    "a failed finding": swap("pii", findings=(Finding("names", 1.0, what="names", limit=0.0),)),
    "a measurement that is NaN": swap("pii", findings=(Finding("names", math.nan, what="names", limit=0.0),)),
    "a measurement that is infinite": swap("pii", findings=(Finding("names", math.inf, what="names", limit=0.0),)),
    "a measurement that is infinitely good": swap(
        "fidelity", findings=(Finding("score", math.inf, what="score", limit=0.5, good="high"),)
    ),
    "a measurement that is missing": swap("pii", findings=(Finding("names", None, what="names", limit=0.0),)),
    "a gate that measured nothing": swap("copies", findings=()),
    "a gate that errored": swap("copies", error="MemoryError"),
    "a verdict about another draft": swap("schema", subject="0" * 64),
    "a verdict about other reports": swap("artefacts", subject=draft().digest),
    "a renamed gate": swap("tracing", gate="tracing2"),
    "a gate twice": lambda verdicts: [*verdicts, verdicts[0]],
    "a gate too many": lambda verdicts: [*verdicts, dataclasses.replace(verdicts[0], gate="other")],
    **{f"no verdict of {name}": lambda verdicts, name=name: [v for v in verdicts if v.gate != name] for name in GATES},  # type: ignore[misc]
}


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_refuses(wrong: str) -> None:
    outcome = decide(draft(), reports(), WRONG[wrong](passing(draft(), reports())))
    assert isinstance(outcome, Refusal)
    assert outcome.exit_code is ExitCode.BLOCKED
    assert outcome.reasons
    assert not hasattr(outcome, "files")


def test_refuses_a_draft_whose_bytes_changed_after_the_gates() -> None:
    made = draft()
    verdicts = passing(made, reports())
    made.files["t.csv"] = b"n\n0\n9\n"  # type: ignore[index]
    assert isinstance(decide(made, reports(), verdicts), Refusal)


def test_says_unfaithful_only_if_nothing_but_the_fidelity_floor_was_missed() -> None:
    missed = swap("fidelity", findings=(Finding("score", 0.1, what="score", limit=0.7, good="high"),))
    only = decide(draft(), reports(), missed(passing(draft(), reports())))
    both = decide(
        draft(),
        reports(),
        swap("pii", findings=(Finding("names", 1.0, what="names", limit=0.0),))(missed(passing(draft(), reports()))),
    )
    broken = decide(draft(), reports(), swap("fidelity", error="ValueError")(passing(draft(), reports())))
    assert [o.exit_code for o in (only, both, broken)] == [ExitCode.UNFAITHFUL, ExitCode.BLOCKED, ExitCode.BLOCKED]


@pytest.mark.parametrize(
    "make",
    [lambda: Release(draft().dataset, {}, reports(), (), object()), lambda: Refusal(reports(), (), (), seal=object())],
)
def test_nobody_else_makes_an_outcome(make: Callable[[], object]) -> None:
    with pytest.raises(TypeError, match="only decide"):
        make()


def test_what_is_done_to_the_rows_of_a_release_does_not_stay() -> None:
    made = draft()
    outcome = decide(made, reports(), passing(made, reports()))
    assert isinstance(outcome, Release)
    judged = outcome.dataset.root.frame.copy()
    outcome.dataset.root.frame["n"] = 9
    outcome.dataset.root.frame["n"].to_numpy()[0] = 9
    made.dataset.root.frame["n"] = 9
    assert outcome.dataset.root.frame.equals(judged)


def copied(verdicts: list[Verdict]) -> list[Verdict]:
    return swap(
        "copies",
        findings=(Finding("copies", 0.5, what="copies", limit=0.1), Finding("reported", None, what="reported")),
    )(verdicts)


COPIES = Waiver(gate="copies", reason="r", person="p", expires=date(2999, 12, 31))
OTHERS = [
    Waiver(gate=gate, reason="r", person="p", expires=date(2999, 12, 31)) for gate in get_args(WaivableGate)
]  # every waiver that there can be


def test_a_named_person_may_answer_for_a_measured_failure() -> None:
    outcome = decide(draft(), reports(), copied(passing(draft(), reports())), [COPIES])
    assert isinstance(outcome, Release)
    assert outcome.exit_code is ExitCode.RELEASED
    assert outcome.status == "released-with-waiver"
    assert outcome.waivers == (COPIES,)
    assert dict(outcome.published) == {"t.waiver.csv": b"n\n0\n1\n"}


def test_a_waiver_that_is_not_needed_marks_nothing() -> None:
    outcome = decide(draft(), reports(), passing(draft(), reports()), OTHERS)
    assert isinstance(outcome, Release)
    assert outcome.status == "released"
    assert outcome.waivers == ()
    assert list(outcome.published) == ["t.csv"]


def test_a_waiver_for_another_gate_covers_nothing() -> None:
    outcome = decide(draft(), reports(), copied(passing(draft(), reports())), [w for w in OTHERS if w.gate != "copies"])
    assert isinstance(outcome, Refusal)
    assert outcome.status == "refused"


UNWAIVABLE: dict[str, Change] = {
    **WRONG,
    "evidence that is missing": swap(
        "copies",
        findings=(Finding("held_out_entities", 5, what="held-out people", limit=200, good="high", evidence=True),),
    ),
    "copies, and evidence that is missing": swap(
        "copies",
        findings=(
            Finding("x", 0.5, what="x", limit=0.1),
            Finding("held_out_entities", 5, what="held-out people", limit=200, good="high", evidence=True),
        ),
    ),
    "a failure beside a figure that is missing": swap(
        "copies",
        findings=(Finding("copies", 0.5, what="copies", limit=0.1), Finding("near", None, what="near", limit=0.1)),
    ),
    "a failure of a gate that broke": swap(
        "copies", findings=(Finding("copies", 0.5, what="copies", limit=0.1),), error="TimeOut"
    ),
    **{
        f"a failure of {name}": swap(name, findings=(Finding("x", 1.0, what="x", limit=0.0),))
        for name in ("schema", "pii", "claim", "budget", "fidelity", "artefacts")
    },
}


@pytest.mark.parametrize("wrong", UNWAIVABLE, ids=str)
def test_refuses_whatever_anybody_would_answer_for(wrong: str) -> None:
    outcome = decide(draft(), reports(), UNWAIVABLE[wrong](passing(draft(), reports())), OTHERS)
    assert isinstance(outcome, Refusal)


def test_a_waiver_does_not_cover_a_second_failure() -> None:
    both = swap("pii", findings=(Finding("names", 1.0, what="names", limit=0.0),))(copied(passing(draft(), reports())))
    assert isinstance(decide(draft(), reports(), both, OTHERS), Refusal)
    assert waivers_used(both, OTHERS) == ()


def test_the_words_of_reports_and_decision_agree() -> None:
    good = passing(draft(), reports())
    assert outcome_of(good) == "released"
    assert outcome_of(copied(good)) == "refused"
    assert outcome_of(copied(good), [COPIES]) == "released-with-waiver"
    assert outcome_of([]) == "refused"


@pytest.mark.parametrize(
    ("name", "marked"), [("a.csv", "a.waiver.csv"), ("a.b.parquet", "a.b.waiver.parquet"), ("a", "a.waiver")]
)
def test_a_waiver_stands_before_the_ending_of_a_name(name: str, marked: str) -> None:
    assert published_names({name: b""}, [COPIES]) == {marked: b""}
    assert published_names({name: b""}, []) == {name: b""}


def test_a_digest_covers_names_contents_and_their_border() -> None:
    same = [digest({"a": b"1", "b": b"2"}), digest({"b": b"2", "a": b"1"})]
    others = [digest({"a": b"12", "b": b""}), digest({"a": b"2", "b": b"1"}), digest({"c": b"1", "b": b"2"})]
    assert len(set(same)) == 1
    assert len({*same, *others}) == 4
    assert Reports({}).digest == digest({})


@pytest.mark.parametrize(
    ("finding", "passed"),
    [
        (Finding("x", 1.0, what="x", limit=1.0), True),
        (Finding("x", 1.01, what="x", limit=1.0), False),
        (Finding("x", 1.0, what="x", limit=1.0, good="high"), True),
        (Finding("x", 0.99, what="x", limit=1.0, good="high"), False),
        (Finding("x", math.nan, what="x", limit=None), True),
        (Finding("x", -math.inf, what="x", limit=1.0), False),
    ],
)
def test_a_finding_passes_on_the_good_side_of_its_limit(finding: Finding, passed: bool) -> None:
    assert finding.passed is passed


def test_a_verdict_fails_by_one_finding_and_errs_without_any() -> None:
    good, bad = Finding("x", 0.0, what="x", limit=1.0), Finding("y", 2.0, what="y", limit=1.0)
    assert Verdict("g", "s", (good,)).status is Status.PASSED
    assert Verdict("g", "s", (good, bad)).status is Status.FAILED
    assert Verdict("g", "s", (good, bad)).failures == (bad,)
    assert Verdict("g", "s", ()).status is Status.ERRORED
    assert Verdict("g", "s", (good,), error="ValueError").status is Status.ERRORED
