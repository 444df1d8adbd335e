"""The fidelity gate says what ties rows together was lost; it refuses only where a policy sets a limit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from privsynth import Policy, synthesize
from privsynth.report.losses import losses
from privsynth.report.wording import LOST
from privsynth.stages import Stages
from privsynth.verdict import Finding, Loss, Verdict


def visits() -> pd.DataFrame:
    """240 people x 6 visits; pressure wanders, sex stays."""
    rng = np.random.default_rng(8)
    who = np.repeat(np.arange(240), 6)
    return pd.DataFrame(
        {
            "patient_id": who + 7_000,
            "visit": np.tile(np.arange(6), 240) + 1,
            "sex": np.array(["f", "m"])[rng.integers(0, 2, 240)][who],
            "pressure": (120 + 9 * rng.normal(size=(240, 6)).cumsum(axis=1).ravel()).round(),
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
    assert order.measured < 0.9 * order.baseline
    assert (order.limit, order.passed, steady.limit, steady.passed) == (None, True, None, True)
    assert (steady.where, steady.measured) == (("sex",), 1.0)
    lost = [text for text in told.said if "series, growth and gaps" in text]
    assert len(lost) == 1
    assert set(lost) <= set(outcome.manifest["notes"])
    assert set(lost) <= set(outcome.report["notes"])


def test_a_policy_may_refuse_what_lost_it() -> None:
    outcome = synthesize(visits(), {"seed": 1, "limits": {"order_min": 0.95}})
    finding = findings(outcome)["order"]
    assert (finding.limit, finding.limit_name, finding.passed) == (0.95, "order_min", False)
    assert not outcome.released
    assert "use backend mask" in finding.remedy


def test_masked_rows_keep_what_ties_them_together() -> None:
    told = Told()
    outcome = synthesize(visits(), {"seed": 1}, backend="mask", stages=told)
    order = findings(outcome)["order"]
    assert order.measured == pytest.approx(1.0, abs=0.1)
    assert not [text for text in told.said if "series, growth and gaps" in text]


def test_a_table_without_people_or_order_says_nothing_of_them() -> None:
    rng = np.random.default_rng(9)
    frame = pd.DataFrame({"age": rng.integers(18, 90, 400), "answer": rng.integers(1, 6, 400)})
    assert not {"order", "steady"} & set(findings(synthesize(frame, {"seed": 1})))


def verdict(*lost: float) -> list[Verdict]:
    """A finding with places that lost so much."""
    places = [Loss(where=("x",), kept=1 - each, fresh=1.0, lost=each, words=f"x keeps {1 - each:.2f}") for each in lost]
    made = Finding("order", 0.1, what="order", table="t", places=tuple(places))
    return [Verdict("fidelity", "x", (made,))]


def test_figures_are_told_only_where_they_may_be() -> None:
    (exact,), (vague,) = (losses(verdict(0.9), exact=told) for told in (True, False))
    assert exact == "t: what ties its rows together is lost: x keeps 0.10"
    assert not any(char.isdigit() for char in vague)
    assert vague.startswith("t: ")


def test_of_each_loss_the_worst_place_is_told_and_nothing_where_nothing_is_lost() -> None:
    assert losses(verdict(), exact=True) == []
    assert losses(verdict(0.9, 0.5), exact=True) == losses(verdict(0.9), exact=True)


def test_of_many_losses_the_worst_are_told_and_the_others_counted() -> None:
    keys = ("columns", "levels", "texture", "ties", "pairs", "keys", "tails")
    places = [Loss(where=("x",), kept=0.1 * n, fresh=1.0, lost=1 - 0.1 * n, words=f"x {n}") for n in range(7)]
    made = [Finding(key, 0.1, what=key, table="t", places=(place,)) for key, place in zip(keys, places, strict=True)]
    told = losses([Verdict("fidelity", "x", tuple(made))], exact=True)
    assert [line[-3:] for line in told[:5]] == ["x 5", "x 0", "x 1", "x 3", "x 2"]
    more = "what two columns say of each other is lost, " + LOST["tails"][0]
    assert told[5:] == [f"and 2 more kinds of loss, which fidelity.html names: {more}"]


def test_what_misleads_most_is_told_first_though_other_figures_are_larger() -> None:
    """A rule broken in one row of ten, and values that moved by a sixth, are worse than half of the ends cut off."""
    lost = {"tails": 0.5, "relations": 0.1, "columns": 0.17, "rows": 0.4}
    made = [
        Finding(key, 0.1, what=key, table="t", places=(Loss(where=("x",), kept=0.1, fresh=1, lost=by, words=key),))
        for key, by in lost.items()
    ]
    told = losses([Verdict("fidelity", "x", tuple(made))], exact=True)
    assert [line.rsplit(" ", 1)[-1] for line in told] == ["relations", "columns", "tails", "rows"]


def test_the_limits_are_absent_from_every_profile() -> None:
    for profile in ("internal", "hipaa-expert", "gdpr-strict", "public-release"):
        limits = Policy(profile=profile).limits
        assert (limits.order_min, limits.steady_min) == (None, None)
