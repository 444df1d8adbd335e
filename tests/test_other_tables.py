"""What a policy says of the real table holds for another one that is judged beside it, whatever its file is called."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from privsynth.errors import PolicyError
from privsynth.pipeline.judging import evaluate
from privsynth.policy import Policy
from privsynth.stages import Stages

ROWS = 1_000


@pytest.fixture
def halves(tmp_path: Path) -> tuple[Path, Path]:
    rng = np.random.default_rng(2)
    size = rng.integers(1, 9, 2 * ROWS)
    group = np.where(rng.random(2 * ROWS) < 0.1, "c", np.where(size > 4, "a", "b"))
    whole = pd.DataFrame({"code": [f"0{at}" for at in size], "size": size, "group": group})
    paths = tmp_path / "real.csv", tmp_path / "made elsewhere.csv"
    for path, half in zip(paths, (whole[:ROWS], whole[ROWS:]), strict=True):
        half.to_csv(path, index=False)
    return paths


def judged(halves: tuple[Path, Path], **tables: object) -> list[str]:
    policy = Policy.model_validate({"tables": tables})
    verdicts = evaluate(*map(str, halves), None, policy, gates=("fidelity",), stages=Stages())
    return [
        name for verdict in verdicts for finding in verdict.findings if finding.key == "use" for name in finding.where
    ]


def test_targets_and_kinds_of_the_real_table_are_those_of_the_other(halves: tuple[Path, Path]) -> None:
    assert judged(halves, real={"targets": ["group"], "columns": {"size": {"kind": "text"}}}) == ["group"]


def test_a_table_that_is_neither_is_refused(halves: tuple[Path, Path]) -> None:
    with pytest.raises(PolicyError, match="not in the data"):
        judged(halves, another={"targets": ["group"]})
