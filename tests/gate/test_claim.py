"""Nobody claims differential privacy who did not pay for it, and nothing is claimed that something voids."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from privsynth.dataset import Column, Dataset, Kind, Table
from privsynth.gate import judge
from privsynth.gate.claim import Claim
from privsynth.manifest import Facts, claim_record, claimed
from privsynth.policy import Policy
from privsynth.recipe import PrivacyClaim, PrivacyCost, Recipe, TableRecipe
from privsynth.release import Draft
from privsynth.source import Source
from privsynth.statistics import Statistics, Taken
from privsynth.verdict import Finding, Status, Verdict

PRIVATE: dict[str, Any] = {"backend": {"kind": "model", "engine": "dp", "epsilon": 1}}


def table(rows: int) -> Table:
    return Table("t", (Column("n", Kind.INTEGER),), pd.DataFrame({"n": np.arange(rows, dtype="float64")}))


def recipe(*tables: str, **changes: Any) -> Recipe:
    told = {"epsilon": 1.0, "delta": 1e-9, "unit": "one row", "claim": PrivacyClaim(made=True), **changes}
    learnt = TableRecipe(engine="dp", privacy=PrivacyCost(details={"rho": 0.01}, **told))
    return Recipe(backend="model", tables=dict.fromkeys(tables or ("t",), learnt))


def judged(said: Recipe, *, rows: int = 100, **asked: Any) -> Verdict:
    source = Source(Dataset((table(rows),)), Dataset(()), Statistics({}, Taken()))
    return judge(Claim(Policy(**asked)), Draft(Dataset((table(5),)), {}, 5, said), source, seconds=60)


def finding(verdict: Verdict, words: str) -> Finding:
    return next(found for found in verdict.findings if words in found.what)


def test_who_claims_nothing_passes() -> None:
    verdict = judged(Recipe(backend="model"))
    assert verdict.status is Status.PASSED
    assert verdict.findings[0].note == "no claim of differential privacy is made"


def test_a_claim_that_keeps_to_all_passes() -> None:
    verdict = judged(recipe(), **PRIVATE)
    assert verdict.status is Status.PASSED, verdict.failures
    assert claimed(recipe()).holds  # type: ignore[union-attr]


@pytest.mark.parametrize("missing", ["epsilon", "delta", "unit"])
def test_a_mechanism_that_does_not_say_what_it_owes_fails(missing: str) -> None:
    verdict = judged(recipe(**{missing: "" if missing == "unit" else None}), **PRIVATE)
    assert verdict.status is Status.FAILED
    assert missing in finding(verdict, "owes").note or missing == "epsilon"


def test_an_engine_that_was_asked_for_privacy_and_says_nothing_fails() -> None:
    assert judged(Recipe(backend="model"), **PRIVATE).status is Status.FAILED


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"epsilon": 9.0}, "epsilon of the mechanism"),
        ({"epsilon": 1.01}, "beyond what was asked"),
        ({"delta": 1.1e-5}, "delta"),
    ],
)
def test_more_than_may_be_spent_fails(changes: dict[str, Any], words: str) -> None:
    verdict = judged(recipe(**changes), **PRIVATE)
    assert verdict.status is Status.FAILED
    assert any(words in failure.what for failure in verdict.failures)


def test_delta_is_bounded_by_the_number_of_people_too() -> None:
    assert judged(recipe(delta=9e-6), rows=10_000, **PRIVATE).status is Status.PASSED
    assert judged(recipe(delta=9e-6), rows=20_000, **PRIVATE).status is Status.FAILED


def test_no_limit_tells_how_many_people_there_are() -> None:
    found = judged(recipe(delta=9e-6), rows=20_000, **PRIVATE).findings
    assert {each.limit for each in found if "delta" in each.what} == {1e-5, 1}


def test_a_backend_of_ones_own_cannot_claim_what_was_not_asked_and_charged() -> None:
    verdict = judged(recipe())
    assert verdict.status is Status.FAILED
    assert any("charged" in failure.what for failure in verdict.failures)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "1", True])
def test_a_figure_that_is_none_does_not_pass(value: object) -> None:
    assert judged(recipe(epsilon=value), **PRIVATE).status is not Status.PASSED


def test_a_fixed_seed_with_a_claim_fails() -> None:
    assert any("seed" in failure.what for failure in judged(recipe(), seed=3).failures)


@pytest.mark.parametrize(
    "claim",
    [
        PrivacyClaim(made=False, withheld_because=("bounds were read from the rows",)),
        PrivacyClaim(made=True, withheld_because=("bounds were read from the rows",)),
        PrivacyClaim(made=False),
        None,
        PrivacyClaim(made="yes"),  # type: ignore[arg-type]
    ],
)
def test_what_voids_a_claim_withholds_it_and_does_not_block(claim: PrivacyClaim | None) -> None:
    verdict = judged(recipe(claim=claim), **PRIVATE)
    assert verdict.status is Status.PASSED
    assert finding(verdict, "void").measured == 1
    said = claimed(recipe(claim=claim))
    assert said is not None
    assert not said.holds
    assert "epsilon" not in (claim_record(said) or {})


def test_the_tables_of_one_person_add_up() -> None:
    two = recipe("t", "u")
    said = claimed(two)
    assert said is not None
    assert (said.epsilon, said.delta) == (2.0, 2e-9)
    assert judged(two, **PRIVATE).status is Status.FAILED  # one table was charged


def test_a_withheld_claim_leaves_no_epsilon_in_what_is_shown() -> None:
    from datetime import UTC, datetime

    from privsynth.manifest import shown

    now = datetime.now(UTC)
    kept = shown(Facts("r", now, now, recipe()), Policy(**PRIVATE)).account
    void = shown(
        Facts("r", now, now, recipe(claim=PrivacyClaim(made=False, withheld_because=("x",)))), Policy(**PRIVATE)
    ).account
    assert {"epsilon", "delta", "rho"} <= set(kept["tables"]["t"])  # type: ignore[index]
    assert not {"epsilon", "delta", "rho"} & set(void["tables"]["t"])  # type: ignore[index]


def test_no_claim_can_be_told_where_the_gate_does_not_look() -> None:
    with pytest.raises(ValueError, match="PrivacyCost"):
        Recipe(backend="own", details={"epsilon": 1.0})
    with pytest.raises(ValueError, match="PrivacyCost"):
        TableRecipe(engine="own", parameters={"rho": 0.5})
