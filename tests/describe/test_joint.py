"""Two categories that decide a third together, on columns worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from privsynth.dataset import Column, Dataset, Kind, Table
from privsynth.describe import facts_of
from privsynth.describe.joint import joint_of
from privsynth.generate.model.constraints.derived import follows_both_of
from privsynth.measure.relations import held
from privsynth.statistics import Fact


def shop(rng: np.random.Generator, rows: int = 1_200) -> Table:
    brand, size = rng.integers(0, 5, rows), rng.integers(0, 4, rows)
    values = {
        "brand": [f"b{at}" for at in brand],
        "size": [f"s{at}" for at in size],
        "tariff": [f"t{at}" for at in (brand * size) % 3],
        "colour": [f"c{at}" for at in rng.integers(0, 3, rows)],
    }
    frame = pd.DataFrame({name: pd.Series(texts, dtype=object) for name, texts in values.items()})
    return Table("shop", tuple(Column(name, Kind.CATEGORY) for name in values), frame)


def joint(table: Table) -> list[Fact]:
    return [fact for fact in facts_of(Dataset((table,))) if fact.kind == "joint"]


def test_what_two_decide_together_is_found_and_nothing_else(rng: np.random.Generator) -> None:
    (fact,) = joint(shop(rng))
    assert fact.columns == ("size", "brand", "tariff")
    assert fact.words == "size and brand together decide tariff in every row"


def test_one_row_that_breaks_it_ends_it(rng: np.random.Generator) -> None:
    table = shop(rng)
    frame = table.frame.copy()
    frame.loc[7, "tariff"] = next(t for t in ("t0", "t1") if t != frame.loc[7, "tariff"])
    assert joint(Table("shop", table.columns, frame)) == []


def test_what_one_decides_alone_is_no_joint_fact(rng: np.random.Generator) -> None:
    codes = np.stack([rng.integers(0, 4, 900), rng.integers(0, 4, 900)], axis=1)
    codes = np.column_stack([codes, codes[:, 0] % 2])
    assert list(joint_of(codes, [0, 1, 2], {(0, 2)})) == []
    assert list(joint_of(codes, [0, 1, 2], {(1, 2)})) == []


@pytest.mark.parametrize("rows", [0, 1, 40])
def test_few_rows_show_nothing(rng: np.random.Generator, rows: int) -> None:
    assert list(joint_of(rng.integers(0, 3, (rows, 3)), [0, 1, 2], ())) == []


def pairs(one: str, two: str, third: str) -> Table:
    columns = tuple(Column(name, Kind.CATEGORY) for name in ("one", "two", "third"))
    frame = pd.DataFrame({"one": list(one), "two": list(two), "third": list(third)}, dtype=object)
    return Table("t", columns, frame)


def test_only_combinations_that_enough_hold_are_kept_and_others_agree_among_themselves() -> None:
    table = pairs("aaabc", "xxyxx", "pqqrs")
    assert follows_both_of(table, ("one", "two"), "third", 2, None) is None
    follows = follows_both_of(pairs("aaaab", "xxxyx", "pppqr"), ("one", "two"), "third", 2, None)
    assert follows is not None
    assert [*follows.levels[0], *follows.levels[1], *follows.values] == ["a", "x", "p"]
    drawn = {"one": list("abb"), "two": list("xxx"), "third": list("zzy")}
    restored = follows.restored({name: np.array(texts, dtype=object) for name, texts in drawn.items()})
    assert restored.tolist() == ["p", "z", "z"]


def test_a_joint_fact_is_measured_by_what_goes_with_both() -> None:
    fact = Fact("joint", table="t", columns=("one", "two", "third"), share=1.0, words="")
    like = pairs("aabb", "xyxy", "pqqp")
    found = held(pairs("aabb", "xyxy", "pqqq"), fact, like=like)
    assert found is not None
    assert (found.share, found.rows) == (0.75, 4)
