"""Another table is read as the real one is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from privsynth.dataset import Column, Dataset, Kind
from privsynth.describe.align import aligned
from privsynth.policy import Policy
from privsynth.read import read_files


def read(folder: Path, name: str, cells: list[str]) -> Dataset:
    path = folder / name
    path.write_text("age,o\n" + "".join(f"{cell},x\n" for cell in cells))
    return read_files([path], Policy())


REAL = [*map(str, range(40, 90)), *["90+"] * 20]


def test_a_word_for_missing_that_few_cells_have_is_missing_as_in_the_real_table(tmp_path: Path) -> None:
    real, other = read(tmp_path, "real.csv", REAL), read(tmp_path, "other.csv", ["41", "90+", "43", "90+", "44"])
    assert other.tables[0]["age"].kind is Kind.TEXT
    table = aligned(real, other).tables[0]
    assert (table["age"].kind, table["age"].spelling.null) == (Kind.INTEGER, "90+")
    np.testing.assert_array_equal(table.values("age"), [41, np.nan, 43, np.nan, 44])


@pytest.mark.parametrize("cells", [["41", "90+", "old"], ["41", "old", "43"]])
def test_any_other_word_makes_a_column_of_another_kind(tmp_path: Path, cells: list[str]) -> None:
    real, other = read(tmp_path, "real.csv", REAL), read(tmp_path, "other.csv", cells)
    column: Column = aligned(real, other).tables[0]["age"]
    assert column.kind is Kind.TEXT
