"""The neighbouring-table game: all that was released must not tell, better than is claimed, if one person was there.

The same game must catch a broken copy of the mechanism, whose noise is four times too small for what it claims.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from privsynth.dataset import Column, Domain, Kind, Table
from privsynth.generate.model.dp import noise
from privsynth.generate.model.dp.cost import Cost
from privsynth.generate.model.dp.engine import Private
from privsynth.measure.attacks.membership import clopper_pearson
from privsynth.options import ModelOptions
from privsynth.policy import Policy

pytestmark = pytest.mark.skipif(
    not __import__("importlib.util").util.find_spec("opendp"), reason="the extra 'dp' is not installed"
)

CLAIM = Cost(2.0, 0.01)  # a large delta: an audit of some hundred runs says nothing about a small one
RUNS = 120
BROKEN = 16.0  # times the budget is a quarter of the noise


def seen(there: bool, rho: float) -> float:
    """How much the release holds where only the target would be: the attacker's best statistic, with unit noise."""
    codes = {name: np.append(np.zeros(20, dtype=np.int64), [1] * there) for name in ("a", "b")}
    told = noise.count_with_noise(
        codes,
        {"a": 2, "b": 2},
        rho=rho,
        contributions=1,
        mechanism="pairs",
        group=lambda _: {"a": np.arange(2), "b": np.arange(2)},
    )
    tables = [*told.singles.values(), *told.pairs.values()]
    precision = sum(1 / table.sigma**2 for table in tables)
    return float(sum(table.counts.flat[-1] / table.sigma**2 for table in tables) / np.sqrt(precision))


def proven(rho: float) -> float:
    """The epsilon that so many runs with and without the target prove, wrong in at most one of twenty audits.

    The threshold is fixed beforehand.
    """
    present, absent = (np.array([seen(there, rho) for _ in range(RUNS)]) for there in (True, False))
    at = 2.0
    low, _ = clopper_pearson(int((present > at).sum()), RUNS, 0.0005)
    _, high = clopper_pearson(int((absent > at).sum()), RUNS, 0.025)
    return float(np.log(max(low - CLAIM.delta, 1e-12) / high))


@pytest.mark.slow
def test_the_claim_withstands_the_game() -> None:
    assert proven(noise.rho_of(CLAIM)) <= CLAIM.epsilon


@pytest.mark.slow
def test_a_quarter_of_the_noise_is_caught() -> None:
    assert proven(BROKEN * noise.rho_of(CLAIM)) > CLAIM.epsilon


def test_ten_runs_show_the_target_only_where_there_is_hardly_any_noise() -> None:
    rho = noise.rho_of(CLAIM)
    assert _apart(rho) < 3.5
    assert _apart(BROKEN**2 * rho) > 6


def _apart(rho: float) -> float:
    """How far the attacker's figures with the target lie from those without, in the noise's own unit."""
    return float(np.mean([seen(True, rho) - seen(False, rho) for _ in range(10)]))


def test_the_largest_value_moves_no_bound_of_what_comes_out(rng: np.random.Generator) -> None:
    column = Column("income", Kind.INTEGER, domain=Domain(cuts=(0.0, 1_000.0, 5_000.0, 10_000.0)))
    for largest in (9_000.0, 9e9):
        table = Table("t", (column,), pd.DataFrame({"income": [*rng.integers(0, 5_000, 500).astype(float), largest]}))
        engine = Private(ModelOptions(engine="dp", epsilon=4.0), limits=Policy().limits).fit(table, rng)
        made = engine.sample(20_000, rng)["income"]
        assert made.dropna().between(0, 10_000).all()
        assert [len(counts) for counts in engine.fine_.values()] == [4]
        assert engine.declared_["income"].cuts.tolist() == [0, 1_000, 5_000, 10_000]
