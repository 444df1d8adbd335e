"""The plan says what would be taken anyway, so loading it changes nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import yaml

from privsynth.describe import describe
from privsynth.describe.plan import plan_text
from privsynth.policy import Policy
from privsynth.read import read_files


def test_a_column_with_misfits_is_planned_as_one_and_reads_the_same(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("n,w\n" + "".join(f"{at % 150},{'90+' if at % 5 else at}\n" for at in range(300)) + "x,1\n")
    data = read_files([path], Policy())
    text = plan_text(describe(data, Policy()), (), Policy())
    assert [line.count("misfits: missing") for line in text.splitlines() if line.startswith("      ")] == [1, 0]
    again = read_files([path], Policy(**yaml.safe_load(text)))
    for name in ("n", "w"):
        np.testing.assert_array_equal(again.tables[0].values(name), data.tables[0].values(name))
        assert again.tables[0][name].spelling == data.tables[0][name].spelling
