"""Pairs that no real row has: counted by hand, and found where whatever goes with a level was mixed up."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from privsynth.dataset import Column, Kind, Table
from privsynth.measure.fidelity.kept import Kept
from privsynth.measure.fidelity.met import met_kept
from privsynth.measure.fidelity.relations import relations_kept
from privsynth.measure.fidelity.sides import ThreeSides
from privsynth.spelling import Spelling
from privsynth.statistics import Fact

LANDS = [f"Land {letter}" for letter in "ABCDEFGH"]


def lands(at: np.ndarray, codes: np.ndarray) -> Table:
    frame = pd.DataFrame({"land": pd.Series(np.array(LANDS, dtype=object)[at]), "code": codes.astype(float)})
    return Table("t", (Column("land", Kind.CATEGORY), Column("code", Kind.INTEGER)), frame)


def met(synthetic: Table, real: Table, fresh: Table | None = None) -> dict[tuple[str, ...], Kept]:
    sides = ThreeSides(real, synthetic, real if fresh is None else fresh, ("land", "code"))
    return {kept.where: kept for kept in met_kept(sides, ())}


def test_rows_of_a_pair_that_no_real_row_has_are_counted() -> None:
    at = np.arange(80) % 8
    codes = at.copy()
    codes[:20] = (codes[:20] + 1) % 8  # 20 of 80 rows
    found = met(lands(at, codes), lands(at, at))
    assert {where: kept.kept for where, kept in found.items()} == {("land", "code"): 0.75, ("code", "land"): 0.75}
    assert found["land", "code"].fresh == 1.0
    assert found["land", "code"].at_most < 0.95
    assert "25 % of the rows have two that no real row has together" in found["land", "code"].words


def test_missing_cells_and_levels_that_no_real_row_has_tell_nothing() -> None:
    at = np.arange(80) % 8
    codes = at.astype(float)
    codes[:20] = np.nan
    codes[20:25] = 99.0  # a code of no land: a stranger by the land, of no account by itself
    found = met(lands(at, codes), lands(at, at))
    assert {where: (kept.kept, kept.rows) for where, kept in found.items()} == {
        ("land", "code"): (55 / 60, 60),
        ("code", "land"): (1.0, 55),
    }
    codes[:60] = np.nan
    assert met(lands(at, codes), lands(at, at)) == {}  # 20 rows are too few


def some(rng: np.random.Generator, rows: int, wrong: float) -> Table:
    at = rng.integers(0, 8, rows)
    return lands(at, np.where(rng.random(rows) < wrong, rng.integers(0, 500, rows), at))


@pytest.mark.parametrize("wrong", [0.0, 0.01, 0.04])
def test_fresh_rows_of_the_same_world_are_never_below_the_limit_and_mixed_ones_always(wrong: float) -> None:
    for seed in range(20):
        rng = np.random.default_rng(seed)
        real, draft, fresh = (some(rng, 300, wrong) for _ in range(3))
        honest = met(draft, real, fresh)
        assert ("land", "code") in honest
        assert min(kept.at_most for kept in honest.values()) >= 0.95
        mixed = lands(rng.integers(0, 8, 300), draft.frame["code"].to_numpy())
        assert met(mixed, real, fresh)["land", "code"].at_most < 0.95


def test_what_decides_nothing_is_not_asked(rng: np.random.Generator) -> None:
    real, draft = (lands(rng.integers(0, 8, 300), rng.integers(0, 8, 300)) for _ in range(2))
    assert met(draft, real) == {}


def test_what_is_known_to_be_judged_is_not_asked_again_and_no_amount_of_many_decimals() -> None:
    at = np.arange(80) % 8
    sides = ThreeSides(lands(at, at), lands(at, at), lands(at, at), ("land", "code"))
    assert list(met_kept(sides, {frozenset(("code", "land"))})) == []
    amount = np.repeat(np.arange(100) + 0.25, 3)
    columns: Sequence[Column] = (
        Column("amount", Kind.NUMBER, spelling=Spelling(decimals=2)),
        Column("class", Kind.CATEGORY),
    )
    frame = pd.DataFrame({"amount": amount, "class": pd.Series([f"c{int(a) % 7}" for a in amount], dtype=object)})
    table = Table("t", tuple(columns), frame)
    assert list(met_kept(ThreeSides(table, table, table, ("amount", "class")), ())) == []


def test_what_is_nearly_decided_is_asked_by_its_pairs_alone() -> None:
    at = np.arange(80) % 8
    codes = at.copy()
    codes[:4] = 7
    real, draft = lands(at, codes), lands(at, at)
    fact = Fact("near_dependency", table="t", columns=("land", "code"), share=0.96, words="")
    found = [*relations_kept(ThreeSides(real, draft, draft, ("land", "code")), [fact])]
    assert found
    assert all(kept.is_of_pairs for kept in found)


def weights(at: np.ndarray, amounts: np.ndarray) -> Table:
    frame = pd.DataFrame({"land": pd.Series(np.array(LANDS, dtype=object)[at]), "code": amounts.astype(float)})
    return Table("t", (Column("land", Kind.CATEGORY), Column("code", Kind.INTEGER)), frame)


def test_amounts_are_asked_only_where_many_people_share_one() -> None:
    """A hundred amounts of two people each decide their land, and a draft that meets some of them tells nothing."""
    amounts, at = np.repeat(np.arange(100) * 37, 2), np.repeat(np.arange(100) % 8, 2)
    assert ("code", "land") not in met(weights((at + 1) % 8, amounts), weights(at, amounts))
    often, there = np.tile(amounts, 5), np.tile(at, 5)  # ten people each
    assert met(weights((there + 1) % 8, often), weights(there, often))["code", "land"].kept == 0.0


def test_a_few_pairs_that_never_meet_do_not_settle_which_code_goes_with_a_land() -> None:
    """That some pairs are never there holds in rows that mix up all others."""
    at = np.arange(160) % 8
    usual, mixed = at.copy(), at.copy()
    usual[:2] = (usual[:2] + 1) % 8
    mixed[:60] = (mixed[:60] + 2) % 8
    sides = ThreeSides(lands(at, usual), lands(at, mixed), lands(at, usual), ("land", "code"))
    combinations = Fact(kind="combinations", table="t", columns=("land", "code"), share=1.0, words="some never meet")
    found = [kept for kept in relations_kept(sides, [combinations]) if kept.is_of_pairs]
    assert found
    assert min(kept.at_most for kept in found) < 0.9
