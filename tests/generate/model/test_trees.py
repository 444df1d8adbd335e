from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from behind import rows_behind

from privsynth.dataset import Column, Kind, Table
from privsynth.generate.model.trees.engine import Trees, _folds
from privsynth.generate.model.trees.kept import forests_of
from privsynth.generate.model.trees.nested import NestedTarget
from privsynth.spelling import Spelling

KINDS = {"f": Kind.NUMBER, "M": Kind.DATE, "O": Kind.CATEGORY}


def table(decimals: int = 2, **values: Any) -> Table:
    frame = pd.DataFrame({name: np.asarray(v) for name, v in values.items()})
    columns = tuple(Column(n, KINDS[frame[n].dtype.kind], spelling=Spelling(decimals=decimals)) for n in frame)
    return Table("t", columns, frame)


def people(rows: int, rng: np.random.Generator) -> Table:
    city = rng.choice(np.array(["north", "south", "west", None], dtype=object), rows, p=[0.5, 0.3, 0.15, 0.05])
    income = np.round(np.exp(rng.normal(7 + (city == "north"), 0.4)), 2)
    rent = np.where(rng.random(rows) < 0.3, 0.0, np.round(income * rng.normal(0.3, 0.02, rows), 2))
    saved = np.where(rng.random(rows) < 0.2, np.nan, np.round(income * 2, 0))
    since = np.datetime64("2010-01-01", "us") + rng.integers(0, 4000, rows) * np.timedelta64(86_400_000_000, "us")
    return table(city=city, income=income, rent=rent, saved=saved, since=since)


def draw(source: Table, rows: int | None = None, seed: int = 0, **options: Any) -> pd.DataFrame:
    trees = Trees(k=10, **options).fit(source, np.random.default_rng(seed))
    return trees.sample(len(source) if rows is None else rows, np.random.default_rng(seed + 1))


def test_keeps_shares_means_and_relations(rng: np.random.Generator) -> None:
    source = people(4000, rng)
    made = draw(source)
    real = source.frame
    assert (made["city"] == "north").mean() == pytest.approx((real["city"] == "north").mean(), abs=0.03)
    assert made["city"].isna().mean() == pytest.approx(0.05, abs=0.02)
    assert (made["rent"] == 0).mean() == pytest.approx(0.3, abs=0.03)
    assert made["saved"].isna().mean() == pytest.approx(0.2, abs=0.03)
    assert np.log(made["income"]).mean() == pytest.approx(np.log(real["income"]).mean(), abs=0.03)
    paid = made[made["rent"] > 0]
    assert (paid["rent"] / paid["income"]).std() < 0.06
    pd.testing.assert_series_equal(
        made.groupby("city")["income"].median(), real.groupby("city")["income"].median(), rtol=0.1
    )


def test_storage_and_spelling_are_those_of_the_source(rng: np.random.Generator) -> None:
    source = people(800, rng)
    made = draw(source)
    assert list(made.dtypes) == list(source.frame.dtypes)
    np.testing.assert_array_equal(made["income"], made["income"].round(2))
    assert (made["since"] == made["since"].dt.normalize()).all()


def test_same_generator_same_rows_and_another_gives_others(rng: np.random.Generator) -> None:
    source = people(500, rng)
    pd.testing.assert_frame_equal(draw(source), draw(source))
    assert not draw(source).equals(draw(source, seed=5))


def test_sampling_twice_from_one_fit_gives_the_same_rows(rng: np.random.Generator) -> None:
    trees = Trees(k=10).fit(people(500, rng), rng)
    pd.testing.assert_frame_equal(
        trees.sample(50, np.random.default_rng(3)), trees.sample(50, np.random.default_rng(3))
    )


def test_neither_rare_levels_nor_extremes_come_out(rng: np.random.Generator) -> None:
    amounts = np.round(rng.normal(100, 20, 1000), 2)
    amounts[:2] = -5000.0, 9000.0
    names = rng.choice(np.array(["a", "b"], dtype=object), 1000)
    names[:9] = "rare"
    made = draw(table(amount=amounts, name=names), rows=20_000)
    ordered = np.sort(amounts)
    assert made["amount"].between(ordered[10], ordered[-11]).all()
    assert set(made["name"]) == {"a", "b"}


def test_an_equal_column_stays_equal_where_it_was(rng: np.random.Generator) -> None:
    before = np.round(rng.gamma(2, 1000, 3000), 2)
    after = np.where(rng.random(3000) < 0.4, before, np.round(before * rng.normal(1, 0.1, 3000), 2))
    made = draw(table(before=before, after=after))
    assert (made["before"] == made["after"]).mean() == pytest.approx(0.4, abs=0.04)


def test_a_tight_relation_between_numbers_stays_tight(rng: np.random.Generator) -> None:
    gross = np.round(rng.gamma(2, 1000, 3000), 2)
    made = draw(table(gross=gross, net=np.round(gross * 0.8 + rng.normal(0, 5, 3000), 2)))
    assert made.corr("spearman").iloc[0, 1] > 0.99


def test_a_combination_that_never_was_is_not_made(rng: np.random.Generator) -> None:
    city = rng.choice(np.array(["Lyon", "Paris", "Graz", "Wien"], dtype=object), 800)
    country = np.where(np.isin(city, ["Lyon", "Paris"]), "FR", "AT").astype(object)
    made = draw(table(country=country, city=city))
    assert set(zip(made["country"], made["city"], strict=True)) == set(zip(country, city, strict=True))


def test_a_larger_leaf_is_obeyed(rng: np.random.Generator) -> None:
    trees = Trees(k=10, min_leaf=300).fit(people(2000, rng), rng)
    forests = [forest for step in trees.targets_.values() for forest in forests_of(step)]
    leaves = [fold.leaves for forest in forests for fold in forest.folds if fold.tree is not None]
    assert min(rows_behind(part).min() for part in leaves) >= 300


def test_a_larger_leaf_ends_the_nesting_of_small_levels(rng: np.random.Generator) -> None:
    city = rng.choice(np.array([f"city {i}" for i in range(30)], dtype=object), 2000)
    country = np.array([name[-1] for name in city], dtype=object)
    plain = Trees(k=10).fit(table(country=country, city=city), rng)
    careful = Trees(k=10, min_leaf=300).fit(table(country=country, city=city), rng)
    assert [isinstance(trees.targets_["city"], NestedTarget) for trees in (plain, careful)] == [True, False]


def test_all_rows_of_a_unit_are_in_one_fold(rng: np.random.Generator) -> None:
    units = rng.integers(0, 90, 1000)
    folds = _folds(1000, units, rng)
    assert len(set(zip(units, folds, strict=True))) == 90
    assert abs((folds == 0).mean() - 0.5) < 0.1


def test_given_columns_are_followed_and_not_made(rng: np.random.Generator) -> None:
    side = rng.choice(np.array(["l", "r"], dtype=object), 1000)
    source = table(side=side, x=np.where(side == "l", 1.0, 100.0) + rng.random(1000))
    trees = Trees(k=10).fit(source, rng, given=["side"])
    made = trees.sample(4, rng, pd.DataFrame({"side": np.array(["l", "r", "r", "l"], dtype=object)}))
    assert list(made) == ["x"]
    assert (made["x"] > 50).tolist() == [False, True, True, False]


def test_notes_say_how_much_was_replaced_and_never_a_value(rng: np.random.Generator) -> None:
    names = np.array(["common"] * 50 + ["secret"] * 3, dtype=object)
    trees = Trees(k=10).fit(table(name=names), rng)
    assert trees.notes == ["column 'name': 1 rare levels (3 rows) were replaced by common ones."]


@pytest.mark.parametrize(
    "source",
    [
        table(a=np.zeros(0), b=np.array([], dtype=object)),
        table(a=np.array([1.5]), b=np.array(["x"], dtype=object)),
        table(a=np.full(30, np.nan), b=np.full(30, None, dtype=object)),
        table(a=np.full(30, 7.0), b=np.full(30, "x", dtype=object)),
        table(a=np.arange(40.0), b=np.array([f"u{i}" for i in range(40)], dtype=object)),
        table(a=np.full(40, np.datetime64("NaT", "us"))),
        table(a=np.array(["2020-01-01"] * 40, dtype="datetime64[us]")),
        table(a=np.array(["1700-01-01", "2400-01-01"] * 40, dtype="datetime64[us]")),
        table(a=np.arange(60.0) + 2.0**53),
    ],
    ids=["no row", "one row", "all missing", "constant", "unique", "no date", "one date", "far dates", "huge numbers"],
)
def test_survives(source: Table) -> None:
    for rows in (0, 1, 25):
        made = draw(source, rows=rows)
        assert list(made.dtypes) == list(source.frame.dtypes)
        assert len(made) == rows


def test_survives_hundreds_of_columns(rng: np.random.Generator) -> None:
    values = {f"n{i}": np.round(rng.normal(size=60), 3) for i in range(150)} | {
        f"c{i}": rng.choice(np.array(["a", "b"], dtype=object), 60) for i in range(150)
    }
    assert draw(table(decimals=3, **values)).shape == (60, 300)


def test_survives_a_category_of_thousands_of_levels(rng: np.random.Generator) -> None:
    levels = np.array([f"level {i}" for i in range(3000)], dtype=object)[rng.zipf(1.3, 6000) % 3000]
    made = draw(table(level=levels, x=rng.random(6000)))
    common = pd.Series(levels).value_counts()
    assert set(made["level"]) <= set(common[common >= 10].index)
