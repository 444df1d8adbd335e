"""Estimates against what was measured on Adult's training half and on a wide table, within a factor of two."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from privsynth.dataset import Column, Kind, Table
from privsynth.generate.model.choose import memory
from privsynth.generate.model.choose.memory import memory_left
from privsynth.generate.model.sdv.cost import MODES, MOST_LEVELS, bytes_for, seconds_for, width_of

MEASURED = [  # engine, rows, width, columns, seconds of one epoch's fit, megabytes
    ("copula", 24421, 184, 15, 7.97, 537),
    ("tvae", 24421, 184, 15, 8.97, 614),
    ("ctgan", 24421, 184, 15, 12.55, 619),
    ("copulagan", 24421, 184, 15, 13.86, 624),
    ("tvae", 8000, 3985, 10, 4.34, 1270),
    ("ctgan", 8000, 3985, 10, 63.99, 2003),
]


@pytest.mark.parametrize(("name", "rows", "width", "columns", "seconds", "megabytes"), MEASURED)
def test_estimates_are_right_within_a_factor_of_two(
    name: str, rows: int, width: int, columns: int, seconds: float, megabytes: int
) -> None:
    assert 0.5 < seconds_for(name, rows, width, columns=columns) / seconds < 2
    assert 0.5 < bytes_for(name, rows, width, columns=columns) / (megabytes * 2**20) < 2


def test_more_of_anything_costs_more() -> None:
    assert (
        seconds_for("ctgan", 10_000, 100, 300)
        > seconds_for("ctgan", 10_000, 100, 10)
        > seconds_for("ctgan", 1_000, 100, 10)
    )
    assert bytes_for("tvae", 10_000, 1_000) > bytes_for("tvae", 10_000, 100) > bytes_for("tvae", 1_000, 100)
    assert seconds_for("copula", 1_000, 10, 300) == seconds_for("copula", 1_000, 10)


def test_width_counts_levels_up_to_the_bucket_and_numbers_as_modes() -> None:
    values = {
        "few": np.array(["a", None] * 400, dtype=object),
        "many": np.array([f"m{i}" for i in range(800)], dtype=object),
        "x": np.arange(800.0),
    }
    columns = tuple(Column(name, Kind.NUMBER if name == "x" else Kind.CATEGORY) for name in values)
    assert width_of(Table("t", columns, pd.DataFrame(values))) == 2 + MOST_LEVELS + 2 * MODES


def test_the_container_may_leave_less_than_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "GROUP", tmp_path)
    before = memory_left()
    for name, text in {
        "memory.max": "1000\n",
        "memory.current": "700\n",
        "memory.stat": "anon 500\ninactive_file 100\n",
    }.items():
        (tmp_path / name).write_text(text)
    assert memory_left() == 400
    (tmp_path / "memory.max").write_text("max\n")
    assert before is None or memory_left() != 400
