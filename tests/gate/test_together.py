"""The fidelity gate says what ties rows together was lost; it refuses only where a policy sets a limit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from privsynth import Policy, synthesize
from privsynth.report.losses import losses
from privsynth.stages import Stages
from privsynth.verdict import Finding, Verdict


def visits() -> pd.DataFrame:
    """80 people x 6 visits; pressure wanders, sex stays."""
    rng = np.random.default_rng(8)
    who = np.repeat(np.arange(80), 6)
    return pd.DataFrame(
        {
            "patient_id": who + 7_000,
            "visit": np.tile(np.arange(6), 80) + 1,
            "sex": np.array(["f", "m"])[rng.integers(0, 2, 80)][who],
            "pressure": (120 + 9 * rng.normal(size=(80, 6)).cumsum(axis=1).ravel()).round(),
        }
    )


class Told(Stages):
    """Remembers what a screen would warn of."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def warnings(self, warnings: Any) -> None:
        self.said += warnings


def findings(outcome: Any) -> dict[str, Finding]:
    return {finding.key: finding for finding in outcome.verdicts["fidelity"].findings}


def test_a_table_of_visits_says_on_the_screen_and_in_the_reports_what_it_lost() -> None:
    told = Told()
    outcome = synthesize(visits(), {"seed": 1}, stages=told)
    order, steady = (findings(outcome)[key] for key in ("order", "steady"))
    assert order.where == ("pressure",)
    assert order.measured is not None
    assert order.baseline is not None
    assert order.measured < 0.3 < 0.8 < order.baseline
    assert (order.limit, order.passed, steady.limit, steady.passed) == (None, True, None, True)
    assert steady.where == ("sex",)
    lost = [text for text in told.said if "is lost" in text]
    assert len(lost) >= 3
    assert set(lost) <= set(outcome.manifest["notes"])
    assert set(lost) <= set(outcome.report["notes"])


@pytest.mark.parametrize(("limit", "key"), [("order_min", "order"), ("steady_min", "steady")])
def test_a_policy_may_refuse_what_lost_it(limit: str, key: str) -> None:
    outcome = synthesize(visits(), {"seed": 1, "limits": {limit: 0.5}})
    finding = findings(outcome)[key]
    assert (finding.limit, finding.limit_name, finding.passed) == (0.5, limit, False)
    assert not outcome.released
    assert "use backend mask" in finding.remedy


def test_masked_rows_keep_what_ties_them_together() -> None:
    told = Told()
    outcome = synthesize(visits(), {"seed": 1}, backend="mask", stages=told)
    order = findings(outcome)["order"]
    assert order.measured == pytest.approx(1.0, abs=0.1)
    assert not [text for text in told.said if "is lost" in text]


def test_a_table_without_people_or_order_says_nothing_of_them() -> None:
    rng = np.random.default_rng(9)
    frame = pd.DataFrame({"age": rng.integers(18, 90, 400), "answer": rng.integers(1, 6, 400)})
    assert not {"order", "steady"} & set(findings(synthesize(frame, {"seed": 1})))


def finding(measured: float | None, baseline: float | None = 0.9) -> list[Verdict]:
    made = Finding("order", measured, what="order", table="t", baseline=baseline, note="from .93 to .02")
    return [Verdict("fidelity", "x", (made,))]


def test_figures_are_told_only_where_they_may_be() -> None:
    (exact,), (vague,) = (losses(finding(0.1), exact=told) for told in (True, False))
    assert ".93" in exact
    assert not any(char.isdigit() for char in vague)
    assert exact.startswith("t: ")
    assert vague.startswith("t: ")


def test_a_loss_is_what_a_fresh_sample_would_have_kept() -> None:
    assert losses(finding(0.85), exact=True) == []
    assert losses(finding(0.5, baseline=0.5), exact=True) == []
    assert losses(finding(None), exact=True) == []
    assert len(losses(finding(0.85, baseline=None), exact=True)) == 1


def test_the_limits_are_absent_from_every_profile() -> None:
    for profile in ("internal", "hipaa-expert", "gdpr-strict", "public-release"):
        limits = Policy(profile=profile).limits
        assert (limits.order_min, limits.steady_min) == (None, None)
