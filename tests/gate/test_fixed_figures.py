"""The figures that the gates are built on: who changes one changes what a pass means, and does it here too."""

from __future__ import annotations

import pytest

from privsynth.gate import artefacts, classical, fidelity, inference, linkability, membership, selftest
from privsynth.gate.evidence import (
    digested,
    disguised,
    halves,
    order,
    overlap,
    phrases,
    realvalues,
    scope,
    sought,
    written,
)
from privsynth.measure import sequence
from privsynth.pii import canonical, density, digests, disguises, handles, wanted

FIGURES = [
    (artefacts, {"SHINGLE": 5, "ENCODED": 8}),
    (classical, {"SPECIAL_ROWS": 5_000, "SPECIAL_COLUMNS": 8}),
    (digested, {"CHANCE": 1e-3, "TOGETHER": 3_000_000}),
    (disguised, {"CHANCE": 1e-3, "NAMES": 20}),
    (halves, {"PART": 2}),
    (fidelity, {"TOO_FEW": 50}),
    (inference, {"ATTACKED": 5_000, "MADE": 50_000}),
    (linkability, {"SPLITS": 3, "MADE": 50_000}),
    (membership, {"FALSE_ALARMS": 0.01, "FEWER": 0.001, "SURE": 500, "THIN": 3, "FINE": 2_000}),
    (order, {"FEWEST": 20, "REACH": 6.0, "LEAST": 0.02, "SORTED": 0.9}),
    (sequence, {"LAGS": 4, "WINDOWS": 8, "SMALLEST": 64, "MOST": 2**15, "DEVIATIONS": 6.0}),
    (overlap, {"SIGNIFICANT_DIGITS": 6}),
    (phrases, {"SHINGLE": 5, "LEAST": 6}),
    (realvalues, {"SHORT": 6}),
    (scope, {"ATTACKS": 2_000, "FEWEST": 50}),
    (selftest, {"ROWS": 5_000, "SHARES": (0.05, 0.1, 0.25, 0.5, 1.0), "LEAST": 0.02}),
    (sought, {"RARE": 11, "SHORTEST": 4, "DIGITS": 6, "LONG": 9}),
    (canonical, {"NATIONAL": range(7, 13), "INTERNATIONAL": 11}),
    (digests, {"SHORTEST": 8, "LEAST_DIGITS": 7, "NEAR": 256}),
    (disguises, {"DEPTH": 2}),
    (wanted, {"HEAD": 8, "MOVED": 8, "LEAST": 6, "MOST_RUNS": 40, "LONGEST_PHONE": 17}),
    (density, {"ENOUGH": 20, "CLOSE": 0.2}),
    (handles, {"LEAST": 8}),
    (written, {"LARGEST_CELL": 2**30}),
]


@pytest.mark.parametrize(
    ("module", "figures"), FIGURES, ids=[module.__name__.rpartition(".")[2] for module, _ in FIGURES]
)
def test_the_figures_stand(module: object, figures: dict[str, object]) -> None:
    assert {name: getattr(module, name) for name in figures} == figures
