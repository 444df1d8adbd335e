"""The plan says what would be taken anyway, so loading it changes nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
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


WEIGHTS = [*(f"{number}.250" for number in range(1, 12)), "7"]


@pytest.mark.parametrize(
    ("cells", "wish"),
    [
        (["1,234", "5,678"], {"decimal": ","}),
        (["1,234", "5,678"], {"kind": "integer"}),
        (WEIGHTS, {}),
        (WEIGHTS, {"decimal": "."}),
        ([f"{8 + at % 9}.{7 * at % 60:02}" for at in range(25)], {}),
    ],
)
def test_marks_that_could_mean_two_things_are_planned_as_they_were_read(
    tmp_path: Path, cells: list[str], wish: dict[str, str]
) -> None:
    path = tmp_path / "t.csv"
    path.write_text("time;w\n" + "".join(f"{cell};x\n" for cell in cells))
    policy = Policy(tables={"t": {"columns": {"time": wish}}})
    data = read_files([path], policy)
    again = read_files([path], Policy(**yaml.safe_load(plan_text(describe(data, policy), (), policy))))
    assert again.tables[0]["time"].kind is data.tables[0]["time"].kind
    assert list(again.tables[0].text("time")) == list(data.tables[0].text("time"))
    np.testing.assert_array_equal(again.tables[0].values("time"), data.tables[0].values("time"))
