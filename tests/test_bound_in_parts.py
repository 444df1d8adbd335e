"""A file that is masked in parts, under a rulebook: the counts of all parts stand together."""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path

import pytest
from builders import Content

from privsynth.emit import private_folder
from privsynth.gate import gates_for
from privsynth.pipeline import acts
from privsynth.pipeline.parts import mask_in_parts
from privsynth.policy import Policy
from privsynth.read.sources import SourceFile
from privsynth.release import Release
from privsynth.stages import Stages

BOOK = """
version: 1
name: visits
tables:
  visits:
    rows: 10
    columns:
      cost: {whole: {low: 0, high: 100}}
    expect:
      - cost >= 40
"""
ROWS = 3_000


def test_each_part_keeps_what_its_source_rows_keep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("privsynth.read.parts.HEAD", 2**13)
    monkeypatch.setattr("privsynth.streaming.HEAD", 2**13)
    real = ("schema", "claim", "budget")
    monkeypatch.setattr(
        acts,
        "gates_for",
        lambda policy: tuple(gate if gate.name in real else Content(gate.name) for gate in gates_for(policy)),
    )
    chance, file = random.Random(2), tmp_path / "visits.csv"  # noqa: S311 - no secret
    costs = [chance.randrange(30, 100) for _ in range(ROWS)]
    with file.open("w", newline="") as out:
        csv.writer(out).writerows([["patient", "cost"], *([f"P{at:06d}", cost] for at, cost in enumerate(costs))])
    (tmp_path / "book.yaml").write_text(BOOK)
    policy = Policy(
        backend={"kind": "mask", "unlisted": "propose"},
        keep_rules=tmp_path / "book.yaml",
        tables={"visits": {"columns": {"cost": {"role": "plain", "mask": {"do": "noise"}}}}},
    )
    with private_folder(tmp_path) as folder:
        outcome = mask_in_parts(SourceFile(file.name, "visits", file), file, policy, folder, Stages(), cells=2_000)
    assert isinstance(outcome, Release)
    (told,) = json.loads(outcome.reports.files["report.json"])["method"]["rules_kept"]
    assert told["rows"] == ROWS
    assert told["excused"] == sum(cost < 40 for cost in costs)
    assert told["repaired"] > 0
