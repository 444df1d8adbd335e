"""What holds in every synthetic row: each is shown to be broken by the bare engine, and kept by the constrained one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privsynth.dataset import Column, Dataset, Kind, Role, Rule, RuleSeenTo, Table
from privsynth.describe import facts_of, learn_statistics
from privsynth.errors import BackendError, PolicyError
from privsynth.generate.model import Model
from privsynth.generate.model.constraints import Constrained
from privsynth.generate.model.constraints.gaps import Gap, gap_of
from privsynth.generate.model.engine import Engine, frame_of
from privsynth.generate.model.saved import files_of, model_of
from privsynth.generate.model.trees.engine import Trees
from privsynth.measure.relations import held
from privsynth.options import ModelOptions
from privsynth.policy import Policy
from privsynth.recipe import TableRecipe
from privsynth.spelling import Spelling
from privsynth.statistics import Fact, Statistics, Taken

CENTS = Spelling(decimals=2)
K = 10


class Independent:
    """An engine that knows nothing between columns: what holds in its rows was put there."""

    notes: Sequence[str] = ()
    recipe = TableRecipe(engine="independent")

    def fit(
        self, table: Table, rng: np.random.Generator, *, given: Sequence[str] = (), units: Any = None
    ) -> Independent:
        self.seen_ = {column.name: table.values(column.name) for column in table.columns if column.name not in given}
        return self

    def sample(self, rows: int, rng: np.random.Generator, given: pd.DataFrame | None = None) -> pd.DataFrame:
        return frame_of({name: values[rng.integers(0, len(values), rows)] for name, values in self.seen_.items()}, rows)


def table(*columns: Column, rules: Sequence[str] = (), **values: Any) -> Table:
    return Table("t", columns, pd.DataFrame(values), rules=tuple(Rule(f"r{at}", rule) for at, rule in enumerate(rules)))


def kept(
    t: Table, make: Any = Independent, facts: Sequence[Fact] = (), rows: int = 500, **options: Any
) -> tuple[pd.DataFrame, Constrained]:
    engine = Constrained(make, k=K, rules=t.rules, facts=facts, **options).fit(t, np.random.default_rng(1))
    return engine.sample(rows, np.random.default_rng(2)), engine


def bare(t: Table, make: Any = Independent, rows: int = 500) -> pd.DataFrame:
    return make().fit(t, np.random.default_rng(1)).sample(rows, np.random.default_rng(2))


def trees() -> Engine:
    return Trees(k=K)


def stays(rng: np.random.Generator, rows: int = 600) -> Table:
    start = np.datetime64("2020-01-01", "us") + rng.integers(0, 1400, rows).astype("timedelta64[D]")
    end = start + rng.integers(0, 30, rows).astype("timedelta64[D]")
    end[rng.random(rows) < 0.1] = np.datetime64("NaT")
    return table(Column("admitted", Kind.DATE), Column("discharged", Kind.DATE), admitted=start, discharged=end)


def bills(rng: np.random.Generator, rows: int = 600) -> Table:
    net, tax = np.round(rng.gamma(3, 100, rows), 2), np.round(rng.gamma(2, 20, rows), 2)
    columns = [Column(name, Kind.NUMBER, spelling=CENTS) for name in ("net", "tax", "total")]
    return table(*columns, rules=["total = net + tax"], net=net, tax=tax, total=np.round(net + tax, 2))


@pytest.mark.parametrize("make", [Independent, trees])
def test_a_declared_sum_is_computed_to_the_cent(rng: np.random.Generator, make: Any) -> None:
    t = bills(rng)
    free = bare(t, make)
    assert (np.abs(free["total"] - free["net"] - free["tax"]) > 0.005).any()
    made, engine = kept(t, make)
    assert (np.round(made["net"] + made["tax"], 2) == made["total"]).all()
    assert engine.constraints_.summary["computed"] == ["total"]
    assert list(made) == ["net", "tax", "total"]


def test_a_definition_that_few_real_rows_keep_is_not_computed_and_the_rows_are_counted(
    rng: np.random.Generator,
) -> None:
    t = bills(rng)
    t.frame.loc[:11, "total"] += 1  # 12 of 600: 2 %
    made, engine = kept(t, trees)
    assert "computed" not in engine.constraints_.summary
    assert engine.notes_ == ("table 't': rule 'r0' is broken by 12 of 600 training rows; synthetic rows keep it.",)
    assert (np.abs(made["total"] - made["net"] - made["tax"]) <= 0.0051).all()


def test_fewer_than_k_real_violations_are_not_counted_out(rng: np.random.Generator) -> None:
    t = bills(rng)
    t.frame.loc[:2, "total"] += 1
    _, engine = kept(t)
    assert engine.notes_ == (
        "table 't': rule 'r0' is broken by fewer than 10 of 600 training rows; synthetic rows keep it.",
    )


@pytest.mark.parametrize("make", [Independent, trees])
def test_a_discovered_order_of_dates_holds_and_missing_ones_stay_missing(rng: np.random.Generator, make: Any) -> None:
    t = stays(rng)
    free = bare(t, make)
    assert (free["admitted"] > free["discharged"]).any()
    facts = facts_of(Dataset((t,)))
    assert [fact.kind for fact in facts] == ["order"]
    made, engine = kept(t, make, facts)
    assert not (made["admitted"] > made["discharged"]).any()
    assert 0.02 < made["discharged"].isna().mean() < 0.2
    assert engine.constraints_.summary == {"learnt as a distance": ["discharged"]}
    assert made["discharged"].dtype == t.frame["discharged"].dtype
    assert made["discharged"].dropna().dt.normalize().eq(made["discharged"].dropna()).all()


amounts = st.floats(0, 1000, allow_nan=False).map(lambda x: round(x, 2)) | st.none()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(amounts, amounts), min_size=40, max_size=80), st.booleans(), st.integers(0, 99))
def test_an_order_holds_in_every_row_whatever_is_missing_and_whoever_breaks_it(
    pairs: list[tuple[Any, Any]], strict: bool, seed: int
) -> None:
    low, high = (np.array([pair[side] for pair in pairs], dtype=np.float64) for side in (0, 1))
    columns = [Column(name, Kind.NUMBER, spelling=CENTS) for name in ("low", "high")]
    t = table(*columns, rules=["low < high" if strict else "high >= low"], low=low, high=high)
    made = (
        Constrained(Independent, k=K, rules=t.rules)
        .fit(t, np.random.default_rng(seed))
        .sample(60, np.random.default_rng(seed))
    )
    assert not (made["low"] > made["high"]).any()
    assert not (strict and (made["low"] == made["high"]).any())


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_what_is_taught_is_given_back(seed: int) -> None:
    """Distances and back are the same rows, whichever of the two is missing."""
    rng = np.random.default_rng(seed)
    low = np.round(rng.gamma(2, 50, 60), 2)
    high = np.round(low + rng.gamma(2, 10, 60), 2)
    low[rng.random(60) < 0.2], high[rng.random(60) < 0.2] = np.nan, np.nan
    columns = [Column(name, Kind.NUMBER, spelling=CENTS) for name in ("low", "high")]
    t = table(*columns, rules=["low <= high"], low=low, high=high)
    _, engine = kept(t)
    taught = engine.constraints_.taught(t, t)
    assert "high" not in taught.frame
    smooth = tuple(replace(step, texture=None) for step in engine.constraints_.steps if isinstance(step, Gap))
    back = replace(engine.constraints_, steps=smooth).restored(
        {name: taught.frame[name].to_numpy() for name in taught.frame}, {}, rng
    )
    np.testing.assert_allclose(back["high"], high, atol=1e-9, equal_nan=True)
    np.testing.assert_array_equal(back["low"], low)


def test_a_small_part_of_a_large_whole_is_learnt_itself_and_a_short_stay_as_its_length(
    rng: np.random.Generator,
) -> None:
    """What strays in the distance from a total of thousands would drown a part of tens."""
    columns = tuple(Column(name, Kind.INTEGER) for name in ("part", "total", "begin", "end"))
    part, begin = np.round(rng.lognormal(3, 1, 600)), np.round(rng.uniform(0, 5_000, 600))
    cells = {"part": part, "total": part + np.round(rng.lognormal(8, 1, 600)), "begin": begin}
    table = Table("t", columns, pd.DataFrame({**cells, "end": begin + np.round(rng.lognormal(2, 0.5, 600))}))
    asked = {"strict": False, "constant": False, "k": 10, "units": None}
    assert gap_of(table, "part", "total", low="part", **asked) is None
    assert gap_of(table, "end", "begin", low="begin", **asked) is not None


def test_a_chain_of_orders_holds(rng: np.random.Generator) -> None:
    a = np.round(rng.gamma(3, 50, 500), 2)
    b = np.round(a + rng.gamma(2, 10, 500), 2)
    c = np.round(b + rng.gamma(2, 10, 500), 2)
    columns = [Column(name, Kind.NUMBER, spelling=CENTS) for name in "cab"]
    made, engine = kept(table(*columns, rules=["a <= b and b <= c and a <= c"], c=c, a=a, b=b))
    assert (made["a"] <= made["b"]).all()
    assert (made["b"] <= made["c"]).all()
    assert len(engine.constraints_.steps) == 2


def test_what_comes_out_stays_between_the_ends_that_may_come_out(rng: np.random.Generator) -> None:
    """A far end plus a long distance would lie beyond what any k people hold."""
    t = stays(rng)
    made, _ = kept(t, facts=facts_of(Dataset((t,))), rows=3000)
    assert made["discharged"].max() < t.frame["discharged"].max()


def study(rng: np.random.Generator, rows: int = 800) -> Table:
    """Whole working days; a quarter of all left at the end of the study, the first of October at 22:20:10.165196."""
    days = rng.integers(0, 1500, rows)
    start = np.datetime64("2001-01-01", "us") + days.astype("timedelta64[D]")
    end = start + rng.integers(400, 3000, rows).astype("timedelta64[D]")
    weekday = (end.astype("datetime64[D]").astype(np.int64) + 3) % 7
    end = end + np.where(weekday >= 5, 7 - weekday, 0).astype("timedelta64[D]")
    end[: rows // 4] = np.datetime64("2013-10-01T22:20:10.165196")
    return table(Column("start", Kind.DATE), Column("end", Kind.DATE), start=start, end=end)


@pytest.mark.parametrize("make", [Independent, trees])
def test_a_date_that_follows_another_keeps_shared_ends_whole_days_and_weekdays(
    rng: np.random.Generator, make: Any
) -> None:
    t = study(rng)
    made, engine = kept(t, make, facts=facts_of(Dataset((t,))), rows=1500)
    assert engine.constraints_.summary["learnt as a distance"] == ["end"]
    end = made["end"]
    is_shared = end == pd.Timestamp("2013-10-01T22:20:10.165196")
    assert is_shared.mean() == pytest.approx(0.25, abs=0.05)
    assert (end[~is_shared] == end[~is_shared].dt.normalize()).all()
    assert (end[~is_shared].dt.weekday >= 5).mean() < 0.01
    assert (made["start"] <= end).all()


def test_a_length_that_many_share_is_kept_rather_than_a_weekday(rng: np.random.Generator) -> None:
    t = study(rng)
    t.frame.loc[:399, "end"] = t.frame["start"][:400]  # half of all on the first day, be it a Sunday
    made, _ = kept(t, facts=facts_of(Dataset((t,))), rows=1500)
    assert (made["start"] == made["end"]).mean() == pytest.approx(0.5, abs=0.05)


def test_a_model_with_texture_draws_the_same_after_it_was_saved(rng: np.random.Generator) -> None:
    data = Dataset((study(rng),))
    statistics = learn_statistics(data, Policy().limits, Taken())
    fitted = Model(ModelOptions(), Policy().limits).fit(data, statistics, np.random.default_rng(1))
    again = model_of(files_of(fitted), Taken())
    one, two = (each.sample(100, np.random.default_rng(3)).root.frame for each in (fitted, again))
    pd.testing.assert_frame_equal(one, two, check_exact=True)


def test_short_lists_of_values_are_not_added_up_but_drawn_again(rng: np.random.Generator) -> None:
    low = rng.integers(1, 5, 400).astype(float)
    high = np.minimum(low + rng.integers(0, 3, 400), 5)
    t = table(Column("low", Kind.INTEGER), Column("high", Kind.INTEGER), rules=["low <= high"], low=low, high=high)
    assert (bare(t)["low"] > bare(t)["high"]).any()
    made, engine = kept(t)
    assert (made["low"] <= made["high"]).all()
    assert set(made["high"]) <= set(high)
    assert not engine.constraints_.steps


def test_equal_columns_and_constant_differences_are_kept(rng: np.random.Generator) -> None:
    year = rng.integers(1950, 2020, 400).astype(float)
    code = rng.choice(np.array(["x", "y", None], dtype=object), 400)
    names = ("year", "next", "code", "again")
    kinds = (Kind.INTEGER, Kind.INTEGER, Kind.CATEGORY, Kind.CATEGORY)
    columns = [Column(name, kind) for name, kind in zip(names, kinds, strict=True)]
    t = table(*columns, year=year, next=year + 1, code=code, again=code.copy())
    facts = facts_of(Dataset((t,)))
    assert {fact.kind for fact in facts} >= {"equal", "constant_difference"}
    free = bare(t)
    assert (free["next"] != free["year"] + 1).any()
    made, _ = kept(t, facts=facts)
    assert (made["next"] == made["year"] + 1).all()
    assert made["again"].equals(made["code"])


def test_levels_that_never_meet_do_not_meet(rng: np.random.Generator) -> None:
    ward = rng.choice(np.array(["birth", "heart", "skin"], dtype=object), 900)
    sex = np.where(ward == "birth", "f", rng.choice(np.array(["f", "m"], dtype=object), 900)).astype(object)
    fact = Fact("combinations", table="t", columns=("ward", "sex"), share=1.0, words="")
    t = table(Column("ward", Kind.CATEGORY), Column("sex", Kind.CATEGORY), ward=ward, sex=sex)
    assert ((bare(t)["ward"] == "birth") & (bare(t)["sex"] == "m")).any()
    made, engine = kept(t, facts=[fact])
    assert not ((made["ward"] == "birth") & (made["sex"] == "m")).any()
    assert engine.notes == []


def test_columns_that_are_never_equal_stay_so_in_every_row(rng: np.random.Generator) -> None:
    home, away = matches(rng)
    t = table(Column("home", Kind.CATEGORY), Column("away", Kind.CATEGORY), home=home, away=away)
    facts = facts_of(Dataset((t,)))
    assert (bare(t)["home"] == bare(t)["away"]).any()
    made, engine = kept(t, facts=facts)
    assert not (made["home"] == made["away"]).any()
    assert engine.constraints_.unequal == (("home", "away"),)
    assert engine.notes == []


def matches(rng: np.random.Generator) -> tuple[Any, Any]:
    """Teams of which none meets itself."""
    home = rng.integers(0, 12, 900)
    away = (home + rng.integers(1, 12, 900)) % 12
    return tuple(np.array([f"team {n}" for n in side], dtype=object) for side in (home, away))


def test_a_dependency_is_looked_up_for_engines_without_look_ups(rng: np.random.Generator) -> None:
    town = rng.choice(np.array(["Arn", "Bex", "Cully"], dtype=object), 600)
    inhabitants = np.array([{"Arn": 100.0, "Bex": 7000.0, "Cully": 1800.0}[name] for name in town])
    t = table(Column("town", Kind.CATEGORY), Column("inhabitants", Kind.INTEGER), town=town, inhabitants=inhabitants)
    facts = facts_of(Dataset((t,)))
    assert [fact.kind for fact in facts] == ["one_to_one"]
    real = set(zip(town, inhabitants, strict=True))
    assert not set(zip(bare(t)["town"], bare(t)["inhabitants"], strict=True)) <= real
    made, _ = kept(t, facts=facts, follows=True)
    assert set(zip(made["town"], made["inhabitants"], strict=True)) <= real
    assert (
        set(zip(*(bare(t, trees)[name] for name in ("town", "inhabitants")), strict=True)) <= real
    )  # the trees' own look-ups


def test_another_rule_is_kept_by_drawing_again(rng: np.random.Generator) -> None:
    age = rng.integers(0, 90, 800).astype(float)
    drives = np.where((age >= 18) & (rng.random(800) < 0.7), "yes", "no").astype(object)
    rules = ["not (drives = 'yes' and age < 18)"]
    t = table(Column("age", Kind.INTEGER), Column("drives", Kind.CATEGORY), rules=rules, age=age, drives=drives)
    assert ((bare(t)["drives"] == "yes") & (bare(t)["age"] < 18)).any()
    made, _ = kept(t)
    assert not ((made["drives"] == "yes") & (made["age"] < 18)).any()


def test_a_rule_that_others_see_to_ends_nothing_here(rng: np.random.Generator) -> None:
    t = table(Column("age", Kind.INTEGER), rules=["age > 4711"], age=rng.integers(0, 90, 200).astype(float))
    made, engine = kept(replace(t, rules=(RuleSeenTo(t.rules[0].name, t.rules[0].expect),)))
    assert (made["age"] < 90).all()
    (counted,) = engine.recipe.kept.values()
    assert (counted.broken, counted.redrawn, counted.repaired) == (0, 0, 0)


def test_a_rule_that_cannot_hold_is_an_error_with_its_name_and_no_value(rng: np.random.Generator) -> None:
    t = table(Column("age", Kind.INTEGER), rules=["age > 4711"], age=rng.integers(0, 90, 200).astype(float))
    with pytest.raises(BackendError, match=r"rule 'r0' is broken by 100\.00% of the synthetic rows") as error:
        kept(t)
    assert "4711" not in str(error.value)


def test_a_blind_engine_keeps_declared_rules_without_a_look_at_the_rows(rng: np.random.Generator) -> None:
    t = bills(rng)
    t.frame["total"] = 0.0  # nobody keeps it, and nobody looks
    made, engine = kept(t, facts=[Fact("order", table="t", columns=("tax", "net"), share=1.0, words="")], blind=True)
    assert (np.round(made["net"] + made["tax"], 2) == made["total"]).all()
    assert engine.notes_ == ()
    assert engine.constraints_.summary == {"rules": ["r0"], "computed": ["total"]}


def test_nothing_to_keep_leaves_the_engine_as_it_is(rng: np.random.Generator) -> None:
    t = bills(rng)
    engine = Constrained(Independent, k=K).fit(t, rng)
    assert isinstance(engine.bare, Independent)


def test_a_given_column_is_never_derived(rng: np.random.Generator) -> None:
    t = stays(rng)
    engine = Constrained(trees, k=K, facts=facts_of(Dataset((t,)))).fit(t, rng, given=["discharged"])
    held = t.frame[["discharged"]].head(300)
    made = engine.sample(300, rng, held)
    assert list(made) == ["admitted"]
    assert not (made["admitted"] > held["discharged"]).any()


def model(t: Table, **options: Any) -> Dataset:
    data = Dataset((t,))
    rng = np.random.default_rng(3)
    statistics = Statistics({"t": {}}, Taken(b"key"), facts_of(data))
    return Model(ModelOptions(**options), Policy().limits).fit(data, statistics, rng).sample(400, rng)


def test_the_model_keeps_declared_and_found_constraints(rng: np.random.Generator) -> None:
    t = bills(rng)
    t.frame.loc[:11, "total"] += 1
    made = model(t)
    frame = made["t"].frame
    assert (np.abs(frame["total"] - frame["net"] - frame["tax"]) <= 0.0051).all()
    assert any("rule 'r0' is broken by 12 of 600 training rows" in note for note in made.notes)


def test_a_rule_about_invented_values_is_refused(rng: np.random.Generator) -> None:
    mail = np.array([f"a{at}@example.test" for at in range(100)], dtype=object)
    t = table(
        Column("mail", Kind.TEXT, role=Role.DIRECT, entity="EMAIL"),
        Column("x", Kind.INTEGER),
        rules=["mail like 'a%'"],
        mail=mail,
        x=rng.integers(0, 9, 100) * 1.0,
    )
    with pytest.raises(PolicyError, match="rule 'r0' speaks of column 'mail' of table 't': its values are invented"):
        model(t)


def prices(rng: np.random.Generator) -> Table:
    """Thirty prices of a list, each of which belongs to one of two branches, and amounts that come once."""
    place = rng.integers(0, 30, 900)
    amount = np.where(rng.random(900) < 0.3, np.round(rng.uniform(100, 900, 900), 2), place * 1.37)
    branch = np.where(amount < 100, place % 2, rng.integers(0, 2, 900))
    columns = Column("amount", Kind.NUMBER, spelling=CENTS), Column("branch", Kind.CATEGORY)
    return table(*columns, amount=amount, branch=pd.Series([f"b{b}" for b in branch], dtype=object))


def test_a_price_that_enough_share_decides_and_amounts_between_stay_free(rng: np.random.Generator) -> None:
    t = prices(rng)
    fact = Fact("shared_dependency", table="t", columns=("amount", "branch"), share=1.0, words="")
    belongs = {round(place * 1.37, 2): f"b{place % 2}" for place in range(30)}
    without, with_fact = bare(t), kept(t, facts=[fact])[0]
    for synthetic, is_kept in ((without, False), (with_fact, True)):
        meant = synthetic["amount"].round(2).map(belongs)
        assert (meant.isna() | (meant == synthetic["branch"])).all() == is_kept
    free = with_fact[with_fact["amount"] >= 100]
    assert set(free["branch"]) == {"b0", "b1"}


def test_levels_that_decide_all_rows_come_before_prices_that_decide_some(rng: np.random.Generator) -> None:
    t = prices(rng)
    code = Column("code", Kind.CATEGORY)
    frame = t.frame.assign(code=["c" + branch for branch in t.frame["branch"]])
    facts = [
        Fact(kind, table="t", columns=(source, "branch"), share=1.0, words="")
        for kind, source in (("shared_dependency", "amount"), ("dependency", "code"))
    ]
    synthetic, engine = kept(replace(t, columns=(*t.columns, code), frame=frame), facts=facts)
    assert [follow.sources for follow in engine.constraints_.follows] == [("code",)]
    assert [follow.source for follow in engine.constraints_.agreed] == ["amount"]
    assert ("c" + synthetic["branch"] == synthetic["code"]).all()


def countries(rng: np.random.Generator, rows: int = 1_200) -> Table:
    at = rng.integers(0, 20, rows)
    country = np.array([f"Land {chr(65 + place)}" for place in at], dtype=object)
    return table(Column("country", Kind.CATEGORY), Column("code", Kind.INTEGER), country=country, code=at * 7.0 + 100)


def strangers(synthetic: pd.DataFrame, real: Table) -> float:
    """Of the rows with both a country and a code, how many have a pair that no real row has."""
    pairs, known = (
        set(zip(*(frame.dropna()[name] for name in ("country", "code")), strict=True))
        for frame in (synthetic, real.frame)
    )
    rows = synthetic.dropna()
    new = pairs - known
    return float(np.mean([pair in new for pair in zip(rows["country"], rows["code"], strict=True)]))


@pytest.mark.parametrize("first", ["country", "code"])
@pytest.mark.parametrize("missing", ["code", "country"])
def test_a_code_that_is_missing_at_random_goes_with_its_country_and_is_missing_as_often(
    rng: np.random.Generator, missing: str, first: str
) -> None:
    t = countries(rng)
    frame = t.frame.assign(**{missing: t.frame[missing].mask(rng.random(len(t)) < 0.2)})
    columns = tuple(sorted(t.columns, key=lambda column: column.name != first))
    t = replace(t, columns=columns, frame=frame[[column.name for column in columns]])
    facts = [fact for fact in facts_of(Dataset((t,))) if fact.kind == "one_to_one"]
    assert [fact.among_known for fact in facts] == [True]
    synthetic, engine = kept(t, facts=facts, rows=2_000)
    assert strangers(bare(t), t) > 0.8
    assert strangers(synthetic, t) == 0
    assert synthetic[missing].isna().mean() == pytest.approx(0.2, abs=0.04)
    assert engine.constraints_.summary == {"follow": [missing]}
    assert held(replace(t, frame=synthetic), facts[0], like=t).share == 1.0  # type: ignore[union-attr]


def test_three_names_of_one_thing_agree_wherever_two_are_known(rng: np.random.Generator) -> None:
    t = countries(rng)
    frame = t.frame.assign(short=[name[-1] for name in t.frame["country"]])
    frame = frame.mask(rng.random(frame.shape) < 0.1)
    t = replace(t, frame=frame, columns=(*t.columns, Column("short", Kind.CATEGORY)))
    facts = [fact for fact in facts_of(Dataset((t,))) if fact.kind == "one_to_one"]
    assert len(facts) == 3
    synthetic = replace(t, frame=kept(t, facts=facts)[0])
    assert {held(synthetic, fact, like=t).share for fact in facts} == {1.0}  # type: ignore[union-attr]
    assert synthetic.frame.isna().mean().max() == pytest.approx(0.1, abs=0.05)


def test_a_code_that_is_wrong_in_few_rows_is_wrong_in_as_few_synthetic_ones(rng: np.random.Generator) -> None:
    t = countries(rng)
    wrong = rng.random(len(t)) < 0.03
    t = replace(t, frame=t.frame.assign(code=t.frame["code"].mask(wrong, rng.integers(0, 20, len(t)) * 7.0 + 100)))
    facts = [fact for fact in facts_of(Dataset((t,))) if fact.kind == "near_dependency"]
    assert {fact.columns for fact in facts} == {("country", "code"), ("code", "country")}
    synthetic, engine = kept(t, facts=facts, rows=2_000)
    shares = [held(each, facts[0], like=t).share for each in (t, replace(t, frame=synthetic))]  # type: ignore[union-attr]
    assert shares[0] - 0.01 < shares[1] < 1
    assert engine.constraints_.summary == {"follow": ["code"]}


def test_what_nearly_follows_draws_the_same_after_it_was_saved(rng: np.random.Generator) -> None:
    t = countries(rng)
    wrong, lacks = rng.random((2, len(t))) < [[0.03], [0.1]]
    codes = t.frame["code"].mask(wrong, 107.0)
    short = pd.Series([name[-1] for name in t.frame["country"]], dtype=object).mask(lacks, None)
    columns = *t.columns, Column("short", Kind.CATEGORY)
    data = Dataset((replace(t, columns=columns, frame=t.frame.assign(code=codes, short=short)),))
    statistics = learn_statistics(data, Policy().limits, Taken())
    fitted = Model(ModelOptions(), Policy().limits).fit(data, statistics, np.random.default_rng(1))
    again = model_of(files_of(fitted), Taken())
    one, two = (each.sample(200, np.random.default_rng(3)).root.frame for each in (fitted, again))
    pd.testing.assert_frame_equal(one, two, check_exact=True)
    known = one.dropna()
    assert (known["short"] == known["country"].str[-1]).all()
    assert one["short"].isna().mean() == pytest.approx(0.1, abs=0.07)


def test_two_codes_of_one_country_that_enough_hold_are_both_there(rng: np.random.Generator) -> None:
    t = countries(rng)
    second = (t.frame["country"] == "Land A") & (rng.random(len(t)) < 0.5)
    t = replace(t, frame=t.frame.assign(code=t.frame["code"].mask(second, 999.0)))
    fact = Fact("near_dependency", table="t", columns=("country", "code"), share=0.97, words="")
    synthetic, _ = kept(t, facts=[fact], rows=2_000)
    assert strangers(synthetic, t) == 0
    of_a = synthetic.loc[synthetic["country"] == "Land A", "code"]
    assert (of_a == 999).mean() == pytest.approx(0.5, abs=0.15)


def test_a_wrong_code_of_fewer_than_k_rows_does_not_come_out(rng: np.random.Generator) -> None:
    t = countries(rng)
    t = replace(t, frame=t.frame.assign(code=t.frame["code"].mask(np.arange(len(t)) < K - 1, 135.0)))
    fact = Fact("dependency", table="t", columns=("country", "code"), share=0.996, words="")
    synthetic, engine = kept(t, facts=[fact], rows=2_000)
    assert engine.constraints_.follows[0].rest == 0.0  # type: ignore[union-attr]
    assert (synthetic["code"] == [(ord(name[-1]) - 65) * 7.0 + 100 for name in synthetic["country"]]).all()
