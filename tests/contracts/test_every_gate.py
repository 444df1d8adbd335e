"""What every gate must keep to: a clean draft passes, the draft planted for it fails, a stricter limit never helps,
findings hold columns and figures and no value, and what goes wrong blocks."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from honest import draft, honest, most_isolated, people, planted, source, with_frame
from quick import quick_if

from privsynth.dataset import Dataset, Role, Table
from privsynth.gate import Gate, gates_for, judge
from privsynth.options import Limits
from privsynth.policy import Policy
from privsynth.release import Draft
from privsynth.source import Exposure, Source
from privsynth.verdict import GATES, Status, Verdict

TRAIN, HOLDOUT, HONEST = people(2400, 1), people(600, 2), honest(2000, 3)
SOURCE = dataclasses.replace(source(TRAIN, HOLDOUT), exposure=Exposure(attempt=1))
MODEL, MASK = Policy(backend="model"), Policy(backend="mask")
PRIVATE = Policy(
    backend={"kind": "model", "engine": "dp", "epsilon": 1}
)  # and no word of the mechanism about what it claims


def reordered() -> Table:
    return TRAIN.take(np.arange(2000))


def with_real_mail() -> Table:
    frame = HONEST.frame.copy()
    frame["email"] = pd.Series(np.resize(TRAIN.values("email"), len(frame)), dtype=object)
    return with_frame(HONEST, frame)


def with_copies() -> Table:
    return planted(HONEST, TRAIN, np.append(np.arange(60), most_isolated(TRAIN)))


def kept_people() -> Table:
    order = np.random.default_rng(1).permutation(len(TRAIN))
    return dataclasses.replace(TRAIN.take(order), origin=order)


def noise() -> Table:
    words = {name: pd.Series(["hissing"] * len(HONEST), dtype=object) for name in ("sex", "town", "job", "member")}
    return with_frame(HONEST, HONEST.frame.assign(**words, age=200.0, income=-1.0, debt=-1.0))


# gate -> the draft planted for it, and the policy under which it is judged: adding a gate costs one line
PLANTED: dict[str, tuple[Callable[[], Table], Policy]] = {
    "schema": (reordered, MODEL),
    "pii": (with_real_mail, MODEL),
    "copies": (with_copies, MODEL),
    "membership": (lambda: TRAIN.take(np.arange(2000)), MODEL),
    "singling_out": (lambda: TRAIN, MODEL),
    "linkability": (lambda: TRAIN, MODEL),
    "inference": (lambda: TRAIN, MODEL),
    "attribute": (lambda: TRAIN, MODEL),
    "tracing": (kept_people, MASK),
    "classical": (kept_people, MASK),
    "claim": (lambda: HONEST, PRIVATE),
    "budget": (lambda: honest(30_001, 3), MODEL),
    "fidelity": (noise, MODEL),
}
NAMES = [gate.name for gate in gates_for(MODEL)]
# limit -> something stricter than the profile's
STRICTER: dict[str, float] = {
    "k_rare": 20,
    "alpha": 0.05,
    "overlap_other": 0,
    "pii_weak": 0,
    "copy_max": 0,
    "isolated_max": 0,
    "k": 50,
    "risk_max": 0.02,
    "tracing_max": 0,
    "joined_max": 0,
    "control_min": 5000,
    "folds_min": 5000,
    "fidelity_min": 1,
    "column_min": 1,
    "ties_min": 1,
    "relations_min": 1,
    "use_min": 1,
    "auc_max": 0.5,
    "order_min": 1,
    "steady_min": 1,
    "mia_all": 0.01,
    "mia_isolated": 0.01,
    "anon_risk": 0,
    "anon_risk_inference": 0,
    "anon_lower_uni": 0,
    "anon_lower_multi": 0,
    "anon_lower_link": 0,
    "anon_lower_inference": 0,
    "anon_upper_uni": 0,
    "anon_upper_link": 0,
    "attr_max": 0,
    "l_min": 4,
    "average_risk_max": 0.01,
    "population_unique_max": 0,
    "eps_max": 0.1,
    "delta_max": 1e-9,
    "attempts_max": 1,
    "rows_ratio": 0.5,
}


# gate -> the limits of the policy that it applies
GATE_LIMITS = {
    "selftest": (),
    "schema": (),
    "pii": ("pii_weak", "overlap_other", "alpha", "k_rare"),
    "copies": ("copy_max", "isolated_max", "alpha", "control_min", "folds_min"),
    "membership": ("mia_all", "mia_isolated", "alpha"),
    "singling_out": ("anon_risk", "anon_lower_uni", "anon_upper_uni", "anon_lower_multi"),
    "linkability": ("anon_risk", "anon_lower_link", "anon_upper_link"),
    "inference": ("anon_risk_inference", "anon_lower_inference"),
    "attribute": ("attr_max",),
    "tracing": ("tracing_max", "joined_max"),
    "classical": ("k", "risk_max", "average_risk_max", "l_min", "population_unique_max"),
    "claim": ("eps_max", "delta_max"),
    "budget": ("attempts_max", "rows_ratio", "eps_max", "delta_max"),
    "fidelity": (
        "fidelity_min",
        "column_min",
        "ties_min",
        "relations_min",
        "use_min",
        "auc_max",
        "order_min",
        "steady_min",
        "control_min",
    ),
}


def gate_named(name: str, policy: Policy) -> Gate:
    return next(gate for gate in gates_for(policy) if gate.name == name)


def test_there_is_one_gate_for_each_name_on_the_list_in_its_order() -> None:
    assert tuple(NAMES) == GATES[:-1]
    assert GATES[-1] == "artefacts"  # judges the reports, after all others
    assert set(PLANTED) == set(NAMES) - {
        "selftest"
    }  # no draft fails it: what it finds out is an attack that went blind


def test_no_policy_leaves_a_gate_out() -> None:
    for backend in ("auto", "model", "rules", "clone", "mask"):
        assert [gate.name for gate in gates_for(Policy(backend=backend))] == NAMES


@cache
def of_clean(name: str) -> Verdict:
    """What the gate says of the clean draft."""
    return judge(gate_named(name, MODEL), draft(HONEST), SOURCE, seconds=120)


@cache
def of_planted(name: str) -> Verdict:
    """What the gate says of the draft planted for it."""
    return judge(gate_named(name, PLANTED[name][1]), planted_for(name), SOURCE, seconds=120)


@cache
def planted_for(name: str) -> Draft:
    return draft(PLANTED[name][0]())


@pytest.mark.parametrize("name", NAMES)
def test_a_clean_draft_passes(name: str) -> None:
    verdict = of_clean(name)
    assert verdict.error == ""
    assert verdict.status is Status.PASSED, [finding.what for finding in verdict.failures]
    assert verdict.subject == draft(HONEST).digest


@cache
def under_another_name() -> tuple[Draft, Source]:
    train, holdout, made = (dataclasses.replace(table, name="others") for table in (TRAIN, HOLDOUT, HONEST))
    return draft(made), dataclasses.replace(source(train, holdout), exposure=Exposure(attempt=1))


@pytest.mark.parametrize("name", NAMES)
def test_under_another_name_of_the_table_the_figures_are_the_same(name: str) -> None:
    """Or somebody would rename it until the lot falls well."""
    verdict = judge(gate_named(name, MODEL), *under_another_name(), seconds=120)
    assert [each.measured for each in verdict.findings] == [each.measured for each in of_clean(name).findings]


@pytest.mark.parametrize("name", PLANTED)
def test_the_draft_planted_for_it_fails(name: str) -> None:
    assert of_planted(name).status is Status.FAILED


def test_every_limit_has_something_stricter_to_try() -> None:
    assert set(STRICTER) == set(Limits.model_fields)
    assert {limit for limits in GATE_LIMITS.values() for limit in limits} == set(STRICTER)


@pytest.mark.parametrize(
    ("name", "limit"),
    quick_if(
        lambda case: case[1] == GATE_LIMITS[case[0]][0],
        [(name, limit) for name in PLANTED for limit in GATE_LIMITS[name]],
    ),
)
def test_a_stricter_limit_never_turns_a_refusal_into_a_pass(name: str, limit: str) -> None:
    strict = gate_named(name, PLANTED[name][1].with_(limits={limit: STRICTER[limit]}))
    assert judge(strict, planted_for(name), SOURCE, seconds=120).status is Status.FAILED


@pytest.mark.parametrize("name", PLANTED)
def test_findings_hold_names_and_figures_and_no_cell(name: str) -> None:
    policy, verdict = PLANTED[name][1], of_planted(name)
    made = planted_for(name).dataset.root
    known = {*(c.name for c in made.columns), *(f"people.{c.name}" for c in made.columns), "people"}
    said = repr(verdict.findings)
    for finding in verdict.findings:
        assert set(finding.where) <= known
        assert finding.measured is None or math.isfinite(finding.measured)
        assert finding.what
        assert not finding.limit_name or finding.limit == getattr(policy.limits, finding.limit_name)
    assert len({(finding.table, finding.key) for finding in verdict.findings}) == len(verdict.findings)
    cells = [
        cell
        for table in (TRAIN, HOLDOUT, made)
        for column in ("key", "email", "town", "job")
        for cell in table.text(column)[:500]
    ]
    assert not [cell for cell in set(cells) if cell in said]


@pytest.mark.parametrize("name", NAMES)
def test_the_same_draft_gets_the_same_findings_and_stays_as_it_was(name: str) -> None:
    before = HONEST.frame.copy(deep=True)
    assert tuple(gate_named(name, MODEL).measure(draft(HONEST), SOURCE)) == of_clean(name).findings
    pd.testing.assert_frame_equal(HONEST.frame, before)


@pytest.mark.parametrize("name", NAMES)
def test_rows_from_a_rulebook_pass_without_real_data(name: str) -> None:
    nothing = Source(Dataset(()), Dataset(()), SOURCE.statistics)
    assert judge(gate_named(name, Policy(backend="rules")), draft(HONEST), nothing, seconds=120).status is Status.PASSED


@pytest.mark.parametrize("rows", [0, 1])
@pytest.mark.parametrize("name", NAMES)
def test_an_empty_draft_and_a_draft_of_one_row_get_a_verdict(name: str, rows: int) -> None:
    verdict = judge(gate_named(name, MODEL), draft(honest(rows, 3)), SOURCE, seconds=120)
    assert verdict.error == ""
    assert verdict.findings


def test_a_draft_of_other_columns_never_passes_all_gates() -> None:
    frame = HONEST.frame.iloc[:, :3]
    other = draft(with_frame(dataclasses.replace(HONEST, columns=HONEST.columns[:3], frame=frame), frame))
    verdicts = [judge(gate, other, SOURCE, seconds=120) for gate in gates_for(MODEL)]
    assert any(verdict.status is Status.FAILED for verdict in verdicts)
    assert [verdict.gate for verdict in verdicts if verdict.error] == []


@pytest.mark.parametrize("name", NAMES)
def test_all_missing_columns_and_single_categories_are_judged(name: str) -> None:
    def bare(table: Table) -> Table:
        gaps = {c: pd.Series([None] * len(table), dtype=object) for c in ("town", "job")}
        return with_frame(
            table, table.frame.assign(**gaps, debt=np.nan, sex=pd.Series(["f"] * len(table), dtype=object))
        )

    verdict = judge(gate_named(name, MODEL), draft(bare(HONEST)), source(bare(TRAIN), bare(HOLDOUT)), seconds=120)
    assert verdict.status is Status.PASSED, (verdict.error, [finding.what for finding in verdict.failures])


class Broken:
    """A gate in which something goes wrong."""

    name = "copies"

    def __init__(self, wrong: Any) -> None:
        self.wrong = wrong

    def measure(self, draft: Any, source: Source) -> list[Any]:
        return list(self.wrong())


def failing() -> list[Any]:
    raise ValueError("Sentinel-4711 could not be read")


def starving() -> list[Any]:
    raise MemoryError


@pytest.mark.parametrize(("wrong", "error"), [(failing, "ValueError"), (starving, "MemoryError"), (list, "")])
def test_what_goes_wrong_in_a_gate_blocks_and_says_no_value(wrong: Any, error: str) -> None:
    verdict = judge(Broken(wrong), draft(honest(5)), SOURCE, seconds=5)
    assert verdict.status is Status.ERRORED
    assert verdict.error == error
    assert "Sentinel" not in repr(verdict)


def test_a_gate_that_takes_too_long_blocks() -> None:
    from threading import Event

    verdict = judge(Broken(lambda: [Event().wait(2)]), draft(honest(5)), SOURCE, seconds=0)
    assert verdict.status is Status.ERRORED
    assert "TimeOut" in verdict.error


def test_roles_are_those_of_the_source_and_not_of_the_draft() -> None:
    """A backend that calls every column a key takes nothing out of the comparison."""
    liar = TRAIN.with_columns(
        *(dataclasses.replace(column, role=Role.IDENTIFIER, fabricated=True) for column in TRAIN.columns)
    )
    assert judge(gate_named("copies", MODEL), draft(liar), SOURCE, seconds=120).status is Status.FAILED
    assert (
        judge(
            gate_named("tracing", MASK),
            draft(dataclasses.replace(liar, origin=np.arange(len(liar)))),
            SOURCE,
            seconds=120,
        ).status
        is Status.FAILED
    )
