"""The private engine against the real OpenDP: skipped where it is not installed. Its attack is in test_dp_audit.py."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import PackageNotFoundError
from typing import Any

import numpy as np
import pandas as pd
import pytest

from privsynth.dataset import Column, Domain, Kind, Table
from privsynth.errors import BackendError, MissingExtra, PolicyError
from privsynth.generate.model.dp import engine as dp
from privsynth.generate.model.dp import noise
from privsynth.generate.model.dp.cost import Cost, cost_of
from privsynth.generate.model.dp.domains import DeclaredColumn, declared_columns
from privsynth.generate.model.dp.engine import Private, bounded
from privsynth.generate.model.dp.merge import groups_of, most_groups
from privsynth.generate.model.dp.rows import rows_like, spread
from privsynth.generate.model.dp.tables import Noisy, cleaned, combined, joined, proper, total_of
from privsynth.options import DELTA, ModelOptions
from privsynth.policy import Policy
from privsynth.spelling import Spelling

needs_opendp = pytest.mark.skipif(
    not __import__("importlib.util").util.find_spec("opendp"), reason="the extra 'dp' is not installed"
)
LIMITS = Policy().limits

LEVEL = Column("level", Kind.CATEGORY, domain=Domain(levels=("a", "b", "c")))
AMOUNT = Column("amount", Kind.NUMBER, spelling=Spelling(decimals=1), domain=Domain(cuts=(0.0, 10.0, 20.0, 40.0)))
COUNT = Column("count", Kind.INTEGER, domain=Domain(cuts=(0.0, 1.0, 5.0, 9.0)))
DAY = Column("day", Kind.DATE, domain=Domain(cuts=(0.0, 10.0, 20.0)))


def small(rng: np.random.Generator, rows: int = 3000) -> Table:
    """A level that decides the amount, some of both missing, and two columns beside them."""
    level = rng.choice(np.array(["a", "b", None], dtype=object), rows, p=[0.5, 0.4, 0.1])
    amount = np.where(
        level == "a", rng.integers(0, 100, rows) / 10, np.where(level == "b", rng.integers(200, 400, rows) / 10, np.nan)
    )
    day = np.datetime64("1970-01-01", "us") + rng.integers(0, 20, rows) * np.timedelta64(86_400_000_000, "us")
    frame = pd.DataFrame(
        {"level": level, "amount": amount, "count": rng.integers(0, 9, rows).astype(float), "day": day}
    )
    return Table("t", (LEVEL, AMOUNT, COUNT, DAY), frame)


def asked(**options: Any) -> ModelOptions:
    return ModelOptions(engine="dp", **{"epsilon": 4.0, **options})


@pytest.fixture(scope="module")
def fitted() -> Private:
    pytest.importorskip("opendp", reason="the extra 'dp' is not installed")
    return Private(asked(), limits=LIMITS).fit(small(np.random.default_rng(1)), np.random.default_rng(2))


@needs_opendp
def test_types_missing_values_and_declared_ends_survive(fitted: Private, rng: np.random.Generator) -> None:
    made = fitted.sample(4000, rng)
    assert list(made.dtypes) == list(small(rng, 5).frame.dtypes)
    assert set(made["level"].dropna()) <= {"a", "b", "c"}
    assert 0.05 < made["level"].isna().mean() < 0.15
    assert made["amount"].dropna().between(0, 40).all()
    assert (made["amount"].dropna() * 10 % 1).round(6).isin([0, 1]).all()
    assert made["count"].dropna().isin(range(10)).all()
    assert made["day"].dropna().between("1970-01-01", "1970-01-21").all()
    assert (made["day"].dropna() == made["day"].dropna().dt.normalize()).all()


@needs_opendp
def test_what_hangs_together_still_does(fitted: Private, rng: np.random.Generator) -> None:
    made = fitted.sample(3000, rng)
    assert (made["amount"][made["level"] == "a"] < 10).mean() > 0.9
    assert (made["amount"][made["level"] == "b"] >= 20).mean() > 0.9


@needs_opendp
@pytest.mark.parametrize("rows", [0, 1, 7, 9000])
def test_as_many_rows_as_asked(fitted: Private, rng: np.random.Generator, rows: int) -> None:
    assert len(fitted.sample(rows, rng)) == rows


@needs_opendp
def test_numbers_lie_inside_their_bins(fitted: Private, rng: np.random.Generator) -> None:
    made = fitted.sample(3000, rng)["amount"].dropna()
    assert made.nunique() > 100
    assert not made.isin([0.0, 10.0, 20.0, 40.0]).mean() > 0.05


@needs_opendp
def test_the_count_of_rows_is_noisy_and_near(fitted: Private) -> None:
    assert abs(fitted.rows - 3000) < 200


@needs_opendp
def test_the_recipe_says_what_was_spent_and_holds_no_seed(fitted: Private) -> None:
    recipe = fitted.recipe.record()
    assert (recipe["engine"], recipe["mechanism"], recipe["epsilon"], recipe["delta"], recipe["unit"]) == (
        "dp",
        "pairs",
        4.0,
        DELTA,
        "one row",
    )
    assert 0 < float(recipe["rho"]) < 4  # type: ignore[arg-type]
    assert str(recipe["seed"]).startswith("none")
    claim = dict(recipe["claim"])  # type: ignore[call-overload]
    assert claim["made"] is True
    assert "contrib" in claim["vetting"]


@needs_opendp
def test_two_fits_of_the_same_rows_and_seed_differ() -> None:
    one, two = (
        Private(asked(), limits=LIMITS).fit(small(np.random.default_rng(1), 300), np.random.default_rng(2))
        for _ in range(2)
    )
    assert not np.array_equal(one.fine_["amount"], two.fine_["amount"])


@needs_opendp
@pytest.mark.parametrize("mechanism", ["mst", pytest.param("aim", marks=pytest.mark.slow)])
def test_opendps_own_choices_of_tables_work_too(mechanism: str, rng: np.random.Generator) -> None:
    table = small(rng)
    columns = table.columns[:3]
    table = Table("t", columns, table.frame[[c.name for c in columns]])
    engine = Private(asked(mechanism=mechanism, epsilon=8.0), limits=LIMITS).fit(table, rng)
    made = engine.sample(2000, rng)
    assert (made["amount"][made["level"] == "a"] < 10).mean() > 0.9
    assert engine.recipe.record()["mechanism"] == mechanism


@needs_opendp
@pytest.mark.parametrize("rows", [0, 1, 3])
def test_tiny_tables_survive(rows: int, rng: np.random.Generator) -> None:
    assert len(Private(asked(), limits=LIMITS).fit(small(rng, rows), rng).sample(20, rng)) == 20


@needs_opendp
def test_one_column_alone(rng: np.random.Generator) -> None:
    table = Table("t", (LEVEL,), small(rng).frame[["level"]])
    made = Private(asked(), limits=LIMITS).fit(table, rng).sample(1000, rng)
    assert abs((made["level"] == "a").mean() - 0.5) < 0.1


@needs_opendp
def test_the_accountant_refuses_to_spend_more_than_there_is() -> None:
    with noise._opendp() as opendp:
        accountant = noise._accountant(opendp, {"c0": np.zeros(10, dtype=np.int64)}, 0.1, 1)
        noise._ask(accountant, 0.1, {"c0": 2}, noise._given([("c0",)]))
    with pytest.raises(BackendError), noise._opendp():
        noise._ask(accountant, 0.01, {"c0": 2}, noise._given([("c0",)]))


@needs_opendp
def test_noise_is_as_large_as_the_budget_and_the_contributions_ask() -> None:
    codes = {"a": np.zeros(10, dtype=np.int64)}
    for contributions in (1, 3):
        told = noise.count_with_noise(
            codes, {"a": 2}, rho=0.02, contributions=contributions, mechanism="pairs", group=dict
        )
        assert told.singles["a"].sigma == pytest.approx(contributions * 5.0, rel=1e-6)  # sensitivity / sqrt(2 rho)


@needs_opendp
def test_rho_is_what_the_definition_of_the_conversion_allows() -> None:
    """Canonne, Kamath and Steinke 2020: delta is at most exp((a-1)(a rho - eps)) / (a-1) (1 - 1/a)^a for all alpha."""
    rho = noise.rho_of(Cost(1.0, 1e-6))
    alpha = np.linspace(1.01, 300, 100_000)
    log = (alpha - 1) * (alpha * rho - 1.0) - np.log(alpha - 1) + alpha * np.log1p(-1 / alpha)
    assert float(np.exp(log.min())) == pytest.approx(1e-6, rel=0.02)


@needs_opendp
def test_a_foreign_error_comes_without_its_words() -> None:
    with pytest.raises(BackendError) as caught, noise._opendp():
        raise RuntimeError("secret cell")
    assert "secret" not in str(caught.value)


def test_opendp_that_is_not_there_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(noise, "version", nothing)
    with pytest.raises(MissingExtra, match="'dp'"):
        Private(asked(), limits=LIMITS)
    monkeypatch.setattr(noise, "version", lambda _: "0.12.0")
    with pytest.raises(MissingExtra, match=r"0\.16"):
        Private(asked(), limits=LIMITS)


def test_the_cost_is_known_without_opendp() -> None:
    code = (
        "import sys; from privsynth.generate.model.dp.cost import cost_of; "
        "print('opendp' in sys.modules or 'jax' in sys.modules)"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
        == "False"
    )


def test_the_cost_is_what_was_asked() -> None:
    assert cost_of(asked(epsilon=1.0, delta=1e-7)) == Cost(1.0, 1e-7)
    assert cost_of(asked(epsilon=1.0)) == Cost(1.0, DELTA)


@pytest.mark.parametrize(
    "options", [{"epsilon": LIMITS.eps_max * 1.01}, {"delta": LIMITS.delta_max * 2}, {"delta": 0.0}]
)
def test_more_than_the_limits_allow_is_refused(options: dict[str, float]) -> None:
    with pytest.raises(PolicyError):
        Private(asked(**options), limits=LIMITS)


@needs_opendp
def test_a_delta_near_one_person_is_refused(rng: np.random.Generator) -> None:
    lax = LIMITS.model_copy(update={"delta_max": 0.5})
    with pytest.raises(PolicyError, match=r"1/\(10 n\)"):
        Private(asked(delta=0.01), limits=lax).fit(small(rng, 100), rng)


@needs_opendp
def test_children_and_parents_are_refused_with_the_way_out(rng: np.random.Generator) -> None:
    with pytest.raises(BackendError, match="single tables"):
        Private(asked(), limits=LIMITS).fit(small(rng, 10), rng, given=["level"])


def test_undeclared_columns_are_refused_together_with_the_lines_to_write(rng: np.random.Generator) -> None:
    frame = small(rng, 5).frame
    table = Table(
        "t", (Column("level", Kind.CATEGORY), Column("amount", Kind.NUMBER), COUNT, Column("day", Kind.DATE)), frame
    )
    with pytest.raises(PolicyError) as caught:
        declared_columns(table)
    assert "'level', 'amount', 'day'" in caught.value.message
    assert '"level": { domain: { levels: [ONE, ANOTHER] } }' in caught.value.hint
    assert '"count"' not in caught.value.hint


def test_too_many_columns_are_refused(rng: np.random.Generator) -> None:
    names = [f"x{at}" for at in range(dp.MOST_COLUMNS["aim"] + 1)]
    table = Table(
        "t",
        tuple(Column(n, Kind.INTEGER, domain=Domain(cuts=(0.0, 1.0))) for n in names),
        pd.DataFrame({n: [0.0] for n in names}),
    )
    with pytest.raises(PolicyError, match="at most"):
        dp._refuse_wide(table, dp.MOST_COLUMNS["aim"], "aim")


def test_the_same_words_whatever_the_rows_hold(fitted: Private, rng: np.random.Generator) -> None:
    strange = small(rng, 300)
    strange = Table("t", strange.columns, strange.frame.assign(amount=1e9))
    assert Private(asked(), limits=LIMITS).fit(strange, rng).notes == fitted.notes


@needs_opendp
def test_each_person_gives_at_most_so_many_rows(rng: np.random.Generator) -> None:
    units = np.repeat(np.arange(50), 20)
    kept = bounded(units, 3)
    assert (np.bincount(units[kept]) == 3).all()
    assert not np.array_equal(kept, bounded(units, 3))
    engine = Private(asked(contributions=3), limits=LIMITS).fit(small(rng, 1000), rng, units=units)
    assert engine.rows < 500
    assert engine.recipe.record()["unit"] == "one person, at most 3 rows of theirs"


def axis(column: Column) -> DeclaredColumn:
    return declared_columns(Table("t", (column,), pd.DataFrame({column.name: pd.Series([], dtype=object)})))[0]


def test_values_and_their_codes() -> None:
    assert axis(COUNT).encode(np.array([0, 1, 4, 5, 9, 100, -3, np.nan])).tolist() == [0, 1, 1, 2, 2, 2, 0, 3]
    assert axis(LEVEL).encode(np.array(["a", "c", "other", None], dtype=object)).tolist() == [0, 2, 3, 3]
    days = np.array(["1970-01-01", "1970-01-11", "2020-01-01", "NaT"], dtype="datetime64[us]")
    assert axis(DAY).encode(days).tolist() == [0, 1, 1, 2]


def test_levels_of_numbers_and_dates_come_back() -> None:
    number = axis(Column("n", Kind.NUMBER, domain=Domain(levels=("1.5", "2.0"))))
    assert number.encode(np.array([1.5, 2.0, 3.0])).tolist() == [0, 1, 2]
    assert number.decode(np.array([1, 0]), np.random.default_rng(0)).tolist() == [2.0, 1.5]
    date = axis(Column("d", Kind.DATE, domain=Domain(levels=("2020-01-01", "2020-02-01"))))
    assert date.decode(np.array([1]), np.random.default_rng(0))[0] == np.datetime64("2020-02-01", "us")


@pytest.mark.parametrize("column", [COUNT, AMOUNT, DAY])
def test_what_is_drawn_in_a_bin_has_the_code_of_that_bin(column: Column, rng: np.random.Generator) -> None:
    codes = np.repeat(np.arange(axis(column).size + 1), 50)
    assert np.array_equal(axis(column).encode(axis(column).decode(codes, rng)), codes)


def test_dates_are_no_finer_than_their_format(rng: np.random.Generator) -> None:
    months = axis(
        Column("d", Kind.DATE, spelling=Spelling(date_format="%Y-%m"), domain=Domain(cuts=(0.0, 400.0)))
    ).decode(np.zeros(50, dtype=np.int64), rng)
    assert (pd.Series(months).dt.day == 1).all()
    hours = axis(
        Column("d", Kind.DATE, spelling=Spelling(date_format="%Y-%m-%d %H:%M"), domain=Domain(cuts=(0.0, 4.0)))
    ).decode(np.zeros(50, dtype=np.int64), rng)
    assert pd.Series(hours).dt.hour.nunique() > 3
    assert (pd.Series(hours).dt.second == 0).all()


def test_small_bins_are_merged_with_their_neighbours_and_small_levels_with_one_another() -> None:
    counts = np.array([50.0, 5, 5, 50, 1, 0])  # the last is what is missing
    assert groups_of(counts, 10, ordered=True).tolist() == [0, 1, 1, 2, 2, 0] or groups_of(
        counts, 10, ordered=True
    ).tolist() == [0, 1, 1, 1, 1, 0]
    assert groups_of(counts, 10, ordered=False).tolist() == [0, 2, 2, 1, 2, 0]
    assert groups_of(np.array([50.0, 50, 30]), 10, ordered=True).tolist() == [0, 1, 2]
    assert most_groups(1) > most_groups(1000) >= 8


def test_counts_become_proper() -> None:
    assert proper(np.array([6.0, 4.0, -2.0]), 10.0).tolist() == [6.0, 4.0, 0.0]
    assert proper(np.array([5.0, 5.0]), 12.0).tolist() == [6.0, 6.0]
    assert (
        cleaned(Noisy(np.array([10.0, 5.0, 2.0]), 1.0), 15.0)[-1] == 0
    )  # two deviations of noise: no missing value is sure
    assert cleaned(Noisy(np.array([10.0, 5.0, 4.0]), 1.0), 19.0)[-1] == 4
    assert total_of([Noisy(np.array([1.0, 3.0]), 1.0), Noisy(np.array([6.0, 2.0]), 1.0)]) == 6.0
    told, variance = combined([(np.array([0.0]), 1.0), (np.array([4.0]), 3.0)])
    assert (told[0], variance[0]) == (1.0, 0.75)


def test_noise_alone_is_taken_for_independence_and_a_bond_is_not(rng: np.random.Generator) -> None:
    sides = np.full(10, 1000.0)
    noisy = rng.normal(0, 20, (10, 10))
    assert joined(Noisy(np.full((10, 10), 100.0) + noisy, 20.0), sides, sides) is None
    bound = np.eye(10) * 1000
    table = joined(Noisy(bound + noisy, 20.0), sides, sides)
    assert table is not None
    assert np.abs(table - bound).sum() / 2 / 10_000 < 0.06
    assert np.abs(table.sum(axis=0) - sides).max() < 1


def test_rows_agree_with_all_tables(rng: np.random.Generator) -> None:
    true = rng.dirichlet(np.ones(27)).reshape(3, 3, 3) * 9000
    margins = {"a": true.sum((1, 2)), "b": true.sum((0, 2)), "c": true.sum((0, 1))}
    tables = {("a", "b"): true.sum(2), ("b", "c"): true.sum(0), ("a", "c"): true.sum(1)}
    rows = rows_like(margins, tables, 9000, rng)
    for (left, right), table in tables.items():
        held = np.bincount(rows[left] * 3 + rows[right], minlength=9).reshape(3, 3)
        assert np.abs(held - table).sum() / 2 / 9000 < 0.02


def test_codes_come_as_often_as_their_shares_say(rng: np.random.Generator) -> None:
    assert np.bincount(spread(np.array([1.0, 3.0]), 8, rng)).tolist() == [2, 6]
    assert len(spread(np.zeros(3), 5, rng)) == 5


@needs_opendp
def test_opendp_is_left_as_it_was() -> None:
    from opendp.extras.mbi import _aim, _mst

    before = (_aim.binary_search_chain, _mst.binary_search_chain, _mst.prior)
    with noise._scales_worked_out():
        assert _mst.prior is not before[2]
    assert (_aim.binary_search_chain, _mst.binary_search_chain, _mst.prior) == before
