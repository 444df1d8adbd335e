"""What is learnt, and from what: nothing that other columns determine anyway."""

from __future__ import annotations

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Kind, Role, Table
from privsynth.measure.fidelity import compare
from privsynth.measure.fidelity.kept import Kept
from privsynth.measure.fidelity.sides import sides_of
from privsynth.measure.fidelity.use import use_kept
from privsynth.statistics import Fact

ROLES = {"total": Role.PLAIN, "part": Role.PLAIN, "rest": Role.PLAIN, "age": Role.QUASI, "noise": Role.PLAIN}
SUM = Fact(
    "arithmetic", table="t", columns=("total", "part", "rest"), share=1.0, words="", expect="total == part + rest"
)


def table(seed: int) -> Table:
    """A part and a rest that make a total; the part says something of the age."""
    rng = np.random.default_rng(seed)
    part, rest = rng.normal(size=(2, 500))
    frame = pd.DataFrame(
        {
            "total": part + rest,
            "part": part,
            "rest": rest,
            "age": part + rng.normal(size=500) / 2,
            "noise": rng.normal(size=500),
        }
    )
    return Table("t", tuple(Column(name, Kind.NUMBER, role=role) for name, role in ROLES.items()), frame)


def learnt(*facts: Fact, asked: tuple[str, ...] = ()) -> list[Kept]:
    sides = sides_of(table(1), table(2), table(3), np.random.default_rng(0))
    ties = compare(sides.real, sides.synthetic, sides.fresh, np.random.default_rng(0), classify=False).ties
    return list(use_kept(sides, ties, asked, np.random.default_rng(0), facts=facts))


def test_what_is_open_is_learnt_first_and_of_people_before_the_rest() -> None:
    assert learnt(SUM)[0].where == ("age",)


def test_a_part_of_a_sum_is_not_learnt_from_the_others_of_it() -> None:
    """A rest follows from its total and part and from nothing else: without them nothing can be learnt."""
    assert [kept.where for kept in learnt(asked=("rest",))] == [("rest",)]
    assert learnt(SUM, asked=("rest",)) == []
