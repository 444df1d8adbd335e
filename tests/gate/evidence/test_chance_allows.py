"""What is held against a limit as chance allows is told beside what was measured."""

from __future__ import annotations

import pytest

from privsynth.cli.screen import finding_line
from privsynth.gate.evidence.kept import kept_findings
from privsynth.measure.fidelity import FidelityResult
from privsynth.measure.fidelity.kept import Kept
from privsynth.policy import Policy
from privsynth.verdict import Finding

LIMITS = Policy().limits


def use(kept: float, noise: float) -> Kept:
    """How much of what a model learns is left, and how much chance may take."""
    words = f"does {100 * kept:.0f} % of it"
    return Kept(aspect="use", where=("grade",), kept=kept, fresh=1.0, noise=noise, rows=90, words=words)


def found(*kept: Kept) -> dict[str, Finding]:
    result = FidelityResult(
        table="visits",
        score=1.0,
        reference=1.0,
        columns=(),
        pairs=(),
        pairs_in_all=0,
        c2st=None,
        c2st_reference=None,
        rows_real=180,
        rows_synthetic=90,
        rows_compared=90,
        left_out=(),
        kept=kept,
    )
    return {finding.key: finding for finding in kept_findings(result, LIMITS, (), gated=True)}


def test_the_figure_that_is_held_against_a_limit_stands_beside_the_one_that_was_measured() -> None:
    held = found(use(0.02, 0.72))["use"]
    assert (held.measured, held.as_measured, held.passed) == (pytest.approx(0.74), pytest.approx(0.02), True)
    assert "0.74  as chance allows, 0.02 measured  limit at least 0.5" in finding_line(held)
    assert "0.02" not in finding_line(held, "bands")


def test_a_figure_to_which_chance_adds_nothing_is_the_one_that_was_measured() -> None:
    held = found(use(1.0, 0.4))["use"]
    assert (held.measured, held.as_measured) == (1.0, None)
    assert "measured" not in finding_line(held)


@pytest.mark.parametrize(("noise", "could_be_chance", "passes"), [(0.73, 73, 100), (0.2, 20, 70)])
def test_the_largest_loss_that_is_said_to_pass_passes_and_a_larger_one_does_not(
    noise: float, could_be_chance: int, passes: int
) -> None:
    """The limit is one half: what it allows comes on top of what chance could hide."""
    assert f"what a model learns {could_be_chance} % and {passes} %" in found(use(0.9, noise))["chance"].note
    assert found(use(1 - passes / 100 + 0.001, noise))["use"].passed
    assert passes == 100 or not found(use(1 - passes / 100 - 0.001, noise))["use"].passed
