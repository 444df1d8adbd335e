"""Encrypted values meet real ones by chance, and are judged by what chance gives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.stats import poisson

from privsynth.dataset import Column, Dataset, Kind, Role, Table
from privsynth.gate.evidence.encrypted import _space, beyond_chance
from privsynth.policy import Policy

POLICY = Policy(backend="mask", tables={"t": {"columns": {"key": {"mask": "encrypt"}, "n": {"mask": "keep"}}}})
ROWS = 2_000


def table(keys: list[str]) -> Table:
    frame = pd.DataFrame({"key": pd.Series(keys, dtype=object), "n": np.arange(len(keys)) * 1.0})
    return Table("t", (Column("key", Kind.TEXT, role=Role.IDENTIFIER), Column("n", Kind.INTEGER)), frame)


def keys(seed: int, rows: int = ROWS) -> list[str]:
    return [f"{n:06d}" for n in np.random.default_rng(seed).permutation(10**6)[:rows]]


def findings(real: list[str], made: list[str]) -> list[bool]:
    draft = replace(table(made), origin=np.arange(len(made)))
    return [finding.passed for finding in beyond_chance(table(real), draft, POLICY)]


def test_what_a_random_permutation_gives_passes() -> None:
    assert all(findings(keys(seed), keys(seed + 100)) == [True, True] for seed in range(20))


def test_real_values_in_another_order_are_found() -> None:
    real = keys(1)
    assert findings(real, real[1:] + real[:1]) == [False, True]
    assert findings(real, keys(101)[:-40] + real[:40]) == [False, True]


def test_values_that_stayed_are_found() -> None:
    real = keys(1)
    assert findings(real, real[:8] + keys(101)[8:]) == [True, False]


def test_how_many_may_stay_is_what_chance_gives_by_hand() -> None:
    """50 of the 100 values of two digits: each stays itself with a chance of 1 %, .5 of them on average."""
    real = [f"{n:02d}" for n in range(50)]
    draft = replace(table(real[1:] + real[:1]), origin=np.arange(50))
    _, unchanged = beyond_chance(table(real), draft, POLICY)
    alpha = POLICY.limits.alpha
    allowed = next(most for most in range(50) if poisson.sf(most, 0.5) < alpha)
    assert unchanged.limit == allowed
    assert allowed != next(most for most in range(50) if poisson.sf(most, 1.0) < alpha)


def test_the_space_of_a_shape_is_that_of_its_letters_and_digits() -> None:
    assert _space("9\x1fxx-xx") == 10**4
    assert _space("9A\x1fxxx") == 36**3


def test_only_encrypted_columns_are_spared_the_search_for_real_values() -> None:
    from privsynth.gate.pii import PersonalData
    from privsynth.release import Draft
    from privsynth.source import Source
    from privsynth.statistics import Statistics, Taken

    real = table(keys(1))
    made = replace(table(keys(1)[1:] + keys(1)[:1]), origin=np.arange(ROWS))
    source = Source(Dataset((real,)), Dataset(()), Statistics({"t": {}}, Taken()))
    for policy, what in (
        (POLICY, "encrypted values that are real ones of key (t)"),
        (Policy(backend="mask"), "real identifying values in the draft"),
    ):
        found = PersonalData(policy).measure(Draft(Dataset((made,)), {}, None), source)
        assert what in [finding.what for finding in found if not finding.passed]
