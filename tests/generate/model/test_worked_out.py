"""Arithmetic that was found in the source holds in as many of the synthetic rows, whatever the engine."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from privsynth.dataset import Column, Dataset, Kind, Table
from privsynth.describe import describe, facts_of, learn_statistics
from privsynth.describe.plan import plan_text
from privsynth.generate.model import Model
from privsynth.generate.model.constraints import Constrained
from privsynth.generate.model.engine import Engine, frame_of
from privsynth.generate.model.saved import files_of, model_of
from privsynth.generate.model.trees.engine import Trees
from privsynth.measure.relations import held
from privsynth.options import ModelOptions
from privsynth.policy import Policy
from privsynth.recipe import TableRecipe
from privsynth.spelling import Spelling
from privsynth.statistics import Taken

K, N = 10, 600


class Shuffled:
    """An engine that gives each column back in another order."""

    notes: Sequence[str] = ()
    recipe = TableRecipe(engine="shuffled")

    def fit(self, table: Table, rng: np.random.Generator, *, given: Sequence[str] = (), units: Any = None) -> Shuffled:
        self.seen_ = {column.name: table.values(column.name) for column in table.columns if column.name not in given}
        return self

    def sample(self, rows: int, rng: np.random.Generator, given: pd.DataFrame | None = None) -> pd.DataFrame:
        return frame_of({name: values[rng.integers(0, len(values), rows)] for name, values in self.seen_.items()}, rows)


class Highest(Shuffled):
    """An engine that gives the highest number of each column."""

    def sample(self, rows: int, rng: np.random.Generator, given: pd.DataFrame | None = None) -> pd.DataFrame:
        return frame_of({name: np.full(rows, values.max()) for name, values in self.seen_.items()}, rows)


def trees() -> Engine:
    return Trees(k=K)


def table(decimals: int = 0, **columns: Any) -> Table:
    frame = pd.DataFrame(
        {
            name: pd.Series(values, dtype=None if np.asarray(values).dtype.kind == "O" else float)
            for name, values in columns.items()
        }
    )
    spelling, kind = Spelling(decimals=decimals), Kind.NUMBER if decimals else Kind.INTEGER
    described = (
        Column(name, Kind.CATEGORY) if frame[name].dtype == object else Column(name, kind, spelling=spelling)
        for name in frame
    )
    return Table("t", tuple(described), frame)


def drawn(t: Table, make: Any = Shuffled, **options: Any) -> tuple[Table, Constrained]:
    facts = facts_of(Dataset((t,)))
    engine = Constrained(make, k=K, facts=facts, **options).fit(t, np.random.default_rng(1))
    return Table("t", t.columns, engine.sample(N, np.random.default_rng(2))), engine


def shares(made: Table, real: Table) -> dict[str, float]:
    facts = (fact for fact in facts_of(Dataset((real,))) if fact.kind == "arithmetic")
    return {fact.expect: each.share for fact in facts if (each := held(made, fact, like=real)) is not None}


def loans(rng: np.random.Generator) -> Table:
    payments, duration = rng.integers(500, 9_000, N), rng.choice([12, 24, 36, 48, 60], N)
    return table(amount=payments * duration, duration=duration, payments=payments)


@pytest.mark.parametrize("make", [Shuffled, trees])
def test_payments_times_duration_are_the_amount_in_every_row(rng: np.random.Generator, make: Any) -> None:
    real = loans(rng)
    alone = make().fit(real, np.random.default_rng(1)).sample(N, np.random.default_rng(2))
    assert shares(Table("t", real.columns, alone), real)["amount = duration * payments"] < 0.1
    made, engine = drawn(real, make)
    assert shares(made, real) == {"amount = duration * payments": 1.0}
    assert engine.recipe.details["constraints"]["computed"] == ["amount"]  # type: ignore[index]
    assert any("worked out from other columns in every synthetic row" in note for note in engine.notes)


def test_what_is_computed_stays_between_the_ends_that_it_could_show_itself(rng: np.random.Generator) -> None:
    height, weight = rng.normal(170, 10, N).round(1), rng.normal(75, 12, N).round(1)
    real = table(1, height=height, weight=weight, bmi=(weight / (height / 100) ** 2).round(1))
    made, _ = drawn(real)
    assert shares(made, real) == {"bmi = weight * 10000 / (height * height)": 1.0}
    low, high = np.sort(real.values("bmi"))[[K - 1, -K]]
    assert made.values("bmi").min() >= low
    assert made.values("bmi").max() <= high


def test_rows_that_no_draw_brings_between_the_ends_are_counted(rng: np.random.Generator) -> None:
    """Parts that are always far from each other, drawn by an engine that does not know it."""
    a, is_high = rng.integers(0, 500, N), np.arange(N) < N // 2
    a = a + 10_000 * is_high
    b = 10_000 * ~is_high + rng.integers(0, 500, N)
    real = table(a=a, b=b, total=a + b)
    made, engine = drawn(real)
    assert made.values("total").max() < 11_000  # either sum of two high ones is drawn again
    stubborn, engine = drawn(real, Highest)
    beyond = int((stubborn.values("total") > 11_000).sum())
    assert beyond == N
    assert (
        f"table 't': {beyond} synthetic rows break what real rows keep: "
        "total lies between the ends that enough people reach."
    ) in engine.notes


@pytest.mark.parametrize("make", [Shuffled, trees])
def test_a_total_with_corrections_holds_in_as_many_rows(rng: np.random.Generator, make: Any) -> None:
    a, b = (rng.gamma(2, 100, N).round(2) for _ in range(2))
    total = (a + b).round(2)
    total[::25] += 7
    real = table(2, a=a, b=b, total=total)
    made, engine = drawn(real, make)
    assert shares(real, real) == {"total = a + b": 0.96}
    assert shares(made, real)["total = a + b"] == pytest.approx(0.96, abs=0.025)
    assert engine.recipe.details["constraints"]["computed in most rows"] == ["total"]  # type: ignore[index]


def test_fewer_than_k_odd_rows_are_nobodys_to_learn(rng: np.random.Generator) -> None:
    a, b = (rng.gamma(2, 100, N).round(2) for _ in range(2))
    total = (a + b).round(2)
    total[: K - 1] += 7
    real = table(2, a=a, b=b, total=total)
    assert shares(drawn(real)[0], real) == {"total = a + b": 1.0}


def test_a_sum_that_is_missing_though_its_parts_are_known_stays_missing_as_often(rng: np.random.Generator) -> None:
    a, b = (rng.gamma(2, 100, N).round(2) for _ in range(2))
    total = (a + b).round(2)
    total[rng.random(N) < 0.3] = np.nan
    b[rng.random(N) < 0.1] = np.nan
    real = table(2, a=a, b=b, total=total)
    made, _ = drawn(real)
    assert shares(made, real) == {"total = a + b": 1.0}
    assert np.isnan(made.values("total")).mean() == pytest.approx(np.isnan(total).mean(), abs=0.06)


def test_what_is_computed_is_computed_from_and_one_total_may_have_two_sets_of_parts(rng: np.random.Generator) -> None:
    count, price = rng.integers(1, 20, N), rng.gamma(2, 20, N).round(2) + 5
    net = (count * price).round(2)
    part = (net * rng.random(N)).round(2)
    real = table(2, net=net, price=price, part=part, rest=(net - part).round(2), gross=(net * 1.19).round(2), n=count)
    real = real.with_columns(Column("n", Kind.INTEGER))
    made, _ = drawn(real)
    assert shares(made, real) == {"net = price * n": 1.0, "gross = net * 1.19": 1.0, "net = part + rest": 1.0}


def test_a_price_follows_its_product_and_the_sum_follows_the_price(rng: np.random.Generator) -> None:
    product, count = rng.integers(0, 12, N), rng.integers(1, 30, N)
    price = 100 + 7 * product
    real = table(product=np.array([f"p{p}" for p in product], dtype=object), price=price, n=count, sum=count * price)
    made, _ = drawn(real)
    assert shares(made, real) == {"sum = price * n": 1.0}
    facts = [
        fact for fact in facts_of(Dataset((real,))) if fact.columns in (("product", "price"), ("price", "product"))
    ]
    assert [held(made, fact, like=real).share for fact in facts] == [1.0]  # type: ignore[union-attr]


def test_given_columns_are_left_and_blind_engines_look_at_nothing(rng: np.random.Generator) -> None:
    real = loans(rng)
    _, engine = drawn(real, blind=True)
    assert "constraints" not in engine.recipe.details or not engine.constraints_.steps
    facts = facts_of(Dataset((real,)))
    engine = Constrained(Shuffled, k=K, facts=facts).fit(real, np.random.default_rng(1), given=("amount",))
    assert [step.column for step in engine.constraints_.steps] == []


def test_a_time_of_day_is_never_a_sum_that_could_end_after_midnight(rng: np.random.Generator) -> None:
    begin, minutes = rng.integers(360, 1_200, N), rng.integers(1, 240, N)
    clock = [Column(name, Kind.TIME, spelling=Spelling(clock="%H:%M")) for name in ("begin", "end")]
    real = table(begin=begin, end=begin + minutes, minutes=minutes).with_columns(*clock)
    made, engine = drawn(real)
    assert engine.recipe.details["constraints"]["computed"] == ["minutes"]  # type: ignore[index]
    assert made.values("end").max() < 1_440
    assert list(shares(made, real).values()) == [1.0]


def visits(rng: np.random.Generator) -> Dataset:
    """A person's height stays, the weight changes from visit to visit."""
    person = np.repeat(np.arange(200), 3)
    height = rng.normal(170, 10, 200).round()[person]
    weight = (rng.normal(75, 12, 200)[person] + rng.normal(0, 3, 600)).round(1)
    frame = pd.DataFrame(
        {
            "patient_id": [f"P{p:05}" for p in person],
            "height_cm": height.astype(int),
            "weight_kg": weight,
            "bmi": (weight / (height / 100) ** 2).round(1),
        }
    )
    from privsynth.read import read_files

    return frame, read_files  # type: ignore[return-value]


def test_a_quotient_of_what_a_person_keeps_and_what_changes(rng: np.random.Generator, tmp_path: Path) -> None:
    frame, read_files = visits(rng)  # type: ignore[misc]
    frame.to_csv(tmp_path / "visits.csv", index=False)
    data = describe(read_files([tmp_path / "visits.csv"], Policy()), Policy())
    assert data.root.person == "patient_id"
    made = model(data).sample(None, np.random.default_rng(2)).root
    assert shares(made, data.root) == {"bmi = weight_kg * 10000 / (height_cm * height_cm)": 1.0}


def model(data: Dataset, *, ruled: Sequence[str] = ()) -> Model:
    statistics = learn_statistics(data, Policy().limits, Taken(), ruled=ruled)
    return Model(ModelOptions(), Policy().limits).fit(data, statistics, np.random.default_rng(1))


def test_a_saved_model_computes_the_same(rng: np.random.Generator) -> None:
    a, b = (rng.gamma(2, 100, N).round(2) for _ in range(2))
    total = (a + b).round(2)
    total[::20] += 7
    data = Dataset((table(2, a=a, b=b, total=total, twice=(2 * a).round(2)),))
    fitted = model(data)
    again = model_of(files_of(fitted), Taken())
    one, two = (each.sample(100, np.random.default_rng(3)).root.frame for each in (fitted, again))
    pd.testing.assert_frame_equal(one, two, check_exact=True)


def test_a_table_whose_arithmetic_is_declared_keeps_only_its_rules(rng: np.random.Generator) -> None:
    real = loans(rng)
    data = Dataset((real,))
    assert shares(model(data).sample(None, np.random.default_rng(2)).root, real) == {
        "amount = duration * payments": 1.0
    }
    free = model(data, ruled=["t"]).sample(None, np.random.default_rng(2)).root
    assert shares(free, real)["amount = duration * payments"] < 0.1


def test_the_plan_proposes_rules_that_load_when_they_are_wanted(rng: np.random.Generator) -> None:
    data = Dataset((loans(rng),))
    text = plan_text(data, facts_of(data), Policy())
    assert yaml.safe_load(text)["tables"]["t"].keys() == {"columns"}
    wanted = [
        re.sub("^    # (arithmetic|rules|  -)", r"    \1", line) for line in text.splitlines() if "# person" not in line
    ]
    policy = Policy(**yaml.safe_load(io.StringIO("\n".join(wanted))))
    assert [(rule.name, rule.expect) for rule in policy.tables["t"].rules] == [
        ("amount", "amount = duration * payments")
    ]
    assert policy.ruled == {"t"}
