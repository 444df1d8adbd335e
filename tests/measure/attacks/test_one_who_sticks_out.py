"""Whoever sticks out in one column is described a hundred times over, and is still one person."""

import numpy as np
import pandas as pd
import pytest

from privsynth.dataset import Column, Kind, Table
from privsynth.measure.attacks.singling_out import singling_out

NAMES = list("abcdefghijkl")


def people(rows: int, seed: int, *, giants: int) -> Table:
    frame = pd.DataFrame(np.random.default_rng(seed).integers(0, 4, (rows, len(NAMES))).astype(float), columns=NAMES)
    frame.loc[: giants - 1, :] = 3.0
    frame.loc[: giants - 1, "a"] = 100.0
    return Table("people", tuple(Column(name, Kind.NUMBER) for name in NAMES), frame)


@pytest.mark.parametrize("among_all", [False, True])
def test_many_descriptions_of_one_person_are_told_from_those_of_many(among_all: bool) -> None:
    def repetition(giants: int) -> float:
        return singling_out(
            people(300, 1, giants=giants),
            people(300, 2, giants=0),
            people(300, 3, giants=1),
            NAMES,
            attacks=200,
            rng=np.random.default_rng(0),
            several=True,
            among_all=among_all,
        )[0].again

    assert repetition(0) == pytest.approx(1.0, abs=0.5)
    assert repetition(1) > 10
