"""Each example of rules/README.md that has to do with time runs as it stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from rulebooks import made

from privsynth.generate.rules.vocabulary.rulebook import PROCESSES

README = (Path(__file__).parents[3] / "rules" / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(  \w+:\n.*?)```", README, re.DOTALL)
PARENTS = """version: 1
name: parents
tables:
  accounts:
    rows: 20
    columns:
      account_id: {sequence: {}}
      segment: {choice: [plus, basic]}
      opened_on: {date: {low: 2024-01-01, high: 2024-12-31}}
      opening_balance: {uniform: {low: 0, high: 1000}}
  branches:
    rows: 2
    columns: {branch: {sequence: {}}, customers: {whole: {low: 50, high: 100}}}
  sensors:
    rows: 3
    columns:
      sensor: {sequence: {}}
      installed_on: {date: {low: 2026-01-01, high: 2026-01-31}}
      normal_temperature: {normal: {mean: 20, sd: 2}}
      drifts_from: {date: {low: 2026-02-01, high: 2026-04-30}}
  beds:
    rows: 5
    columns: {bed: {sequence: {}}}
"""


def of_time() -> list[str]:
    return [
        text
        for text in EXAMPLES
        if any(f"    {word}:\n" in text for word in PROCESSES) or text.startswith("  bookings:")
    ]


def test_there_is_one_of_each_process_and_one_in_order() -> None:
    assert len(of_time()) == len(PROCESSES) + 1
    for word in (*(f"    {word}:\n" for word in PROCESSES), "running:", "before:"):
        assert any(word in text for text in of_time())


@pytest.mark.parametrize("example", of_time(), ids=lambda text: text.split(":")[0].strip())
def test_an_example_runs(tmp_path: Path, example: str) -> None:
    data = made(tmp_path, PARENTS + example)
    frame = data[example.split(":", maxsplit=1)[0].strip()].frame
    assert len(frame) > 20
    assert frame.columns.is_unique
