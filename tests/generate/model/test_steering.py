"""Rows that were asked for: a condition that every row meets, shares met to the row, refusals that tell of no few."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from privsynth.dataset import Column, Dataset, Kind, Relation, Role, Rule, Table
from privsynth.errors import BackendError, PolicyError, PrivsynthError
from privsynth.expressions.aim import effective, narrowed, raked
from privsynth.generate.model import Model
from privsynth.generate.model.conditions import Steered, Wish, sought
from privsynth.generate.model.trees.engine import Trees
from privsynth.options import ModelOptions
from privsynth.policy import Policy
from privsynth.statistics import Statistics, Taken

K = 10


def people(rng: np.random.Generator, rows: int = 2000, person: bool = False) -> Table:
    """Men earn well twice as often; the old live in the south; one in a hundred is a diver."""
    sex = rng.choice(np.array(["f", "m"], dtype=object), rows)
    pay = np.where(rng.random(rows) < np.where(sex == "m", 0.4, 0.2), "high", "low").astype(object)
    age = rng.integers(18, 90, rows).astype(float)
    region = np.where((age > 60) ^ (rng.random(rows) < 0.1), "south", "north").astype(object)
    job = np.where(np.arange(rows) % 100 == 0, "diver", "clerk").astype(object)
    job[:3] = "hermit"
    mail = np.array([f"a{at}@example.test" for at in range(rows)], dtype=object)
    columns = [Column(name, Kind.CATEGORY) for name in ("sex", "pay", "region", "job")]
    columns += [Column("age", Kind.INTEGER), Column("mail", Kind.TEXT, role=Role.DIRECT, entity="EMAIL")]
    frame = pd.DataFrame({"sex": sex, "pay": pay, "region": region, "job": job, "age": age, "mail": mail})
    return Table("people", tuple(columns), frame, person="mail" if person else None)


def made(t: Table | Dataset, rows: int = 1000, **options: Any) -> Dataset:
    data = t if isinstance(t, Dataset) else Dataset((t,))
    rng = np.random.default_rng(3)
    statistics = Statistics({table.name: {} for table in data}, Taken(b"key"))
    return Model(ModelOptions(**options), Policy().limits).fit(data, statistics, rng).sample(rows, rng)


def frame_of(data: Dataset) -> pd.DataFrame:
    return data["people"].frame if "people" in data else data.tables[0].frame


def test_free_rows_do_not_meet_the_condition_and_asked_ones_do(rng: np.random.Generator) -> None:
    t = people(rng)
    where = "age > 80 and job = 'clerk'"
    assert not (made(t).root.frame["age"] > 80).all()
    frame = made(t, where=where).root.frame
    assert len(frame) == 1000
    assert (frame["age"] > 80).all()
    assert (frame["job"] == "clerk").all()


def test_the_rest_follows_the_condition(rng: np.random.Generator) -> None:
    """The old live in the south: nine in ten."""
    t = people(rng)
    old, young = (made(t, where=where).root.frame["region"].eq("south").mean() for where in ("age > 70", "age < 50"))
    assert old > 0.8
    assert young < 0.2


def test_a_condition_on_missing_values(rng: np.random.Generator) -> None:
    t = people(rng)
    t.frame.loc[::3, "age"] = np.nan
    assert made(t, where="age is null").root.frame["age"].isna().all()


def test_fewer_than_k_people_are_refused_without_their_number(rng: np.random.Generator) -> None:
    with pytest.raises(PolicyError, match="met by fewer than 10 people") as error:
        made(people(rng), where="job = 'hermit'")
    assert "hermit" not in str(error.value)
    assert "3" not in str(error.value)


def test_people_are_counted_and_not_rows(rng: np.random.Generator) -> None:
    t = people(rng)
    t.frame.loc[t.frame["job"] == "diver", "mail"] = "one@example.test"
    with pytest.raises(PolicyError, match="fewer than 10 people"):
        made(replace(t, person="mail"), where="job = 'diver'")


@pytest.mark.parametrize(
    ("where", "words"),
    [
        (
            "mail like 'a%'",
            "speaks of column 'mail' of table 'people': its values are invented, because its role is direct",
        ),
        ("agee > 60", "there is no such column"),
        ("age", "true or false"),
        ("1 = 1", "names no column"),
        ("age > 60; drop table x", "one SQL expression"),
    ],
)
def test_conditions_that_cannot_be_asked_are_refused(rng: np.random.Generator, where: str, words: str) -> None:
    with pytest.raises(PolicyError, match=words):
        made(people(rng, 200), where=where)


def test_one_share_is_met_to_the_row(rng: np.random.Generator) -> None:
    t = people(rng)
    frame = made(t, shares={"pay": {"high": 0.5}}).root.frame
    assert (frame["pay"] == "high").sum() == 500
    shares = frame.groupby("pay")["sex"].value_counts(normalize=True).unstack()
    assert shares.loc["high", "m"] > shares.loc["low", "m"] + 0.1  # the rest follows the column that was raised


def test_shares_of_two_columns_are_met_together_and_other_levels_keep_theirs(rng: np.random.Generator) -> None:
    t = people(rng)
    t.frame["region"] = np.where(rng.random(len(t)) < 0.25, "west", t.frame["region"]).astype(object)
    frame = made(t, shares={"pay": {"high": 0.5}, "region": {"north": 0.1}}).root.frame
    assert abs((frame["pay"] == "high").mean() - 0.5) < 0.003
    assert abs((frame["region"] == "north").mean() - 0.1) < 0.003
    own = t.frame["region"].value_counts()
    ratio = (frame["region"] == "south").sum() / (frame["region"] == "west").sum()
    assert abs(ratio - own["south"] / own["west"]) < 0.35


def test_shares_inside_a_condition(rng: np.random.Generator) -> None:
    frame = made(people(rng), where="age > 60", shares={"sex": {"f": 0.9}}).root.frame
    assert (frame["age"] > 60).all()
    assert (frame["sex"] == "f").sum() == 900


def test_what_stands_behind_a_raised_group_is_said_in_round_numbers(rng: np.random.Generator) -> None:
    t = people(rng)
    notes = " ".join(made(t, shares={"job": {"diver": 0.5}}).notes)
    assert (
        "column 'job': raised to the shares asked for; no more than about 19 training people "
        "stand behind what was raised." in notes
    )
    weights = np.where(t.frame["job"] == "diver", 0.5 / 19, 0.5 / 1981)
    assert effective(weights) == pytest.approx(4 / (1 / 19 + 1 / 1981))  # two groups of half the weight each
    assert "say as much as about 75 rows" in notes
    assert "diver" not in notes


def test_a_rare_level_and_one_that_nobody_has_get_the_same_answer(rng: np.random.Generator) -> None:
    t = people(rng)
    told = []
    for level in ("hermit", "herald"):
        with pytest.raises(PolicyError) as error:
            made(t, shares={"job": {level: 0.2}})
        told.append(str(error.value))
    assert told[0] == told[1]
    assert "fewer than 10 people, or by none" in told[0]
    assert "2 levels" in told[0]


def test_shares_that_leave_no_room_are_refused(rng: np.random.Generator) -> None:
    with pytest.raises(BackendError, match="sum to less than 1"):
        made(people(rng), shares={"sex": {"f": 0.4, "m": 0.4}})
    with pytest.raises(PolicyError, match="there is no column 'sexx'"):
        made(people(rng), shares={"sexx": {"f": 0.4}})


def test_shares_that_exclude_each_other_are_refused(rng: np.random.Generator) -> None:
    t = people(rng)
    t.frame["gender"] = t.frame["sex"]
    both = replace(t, columns=(*t.columns, Column("gender", Kind.CATEGORY)))
    with pytest.raises(BackendError, match="cannot all be met together"):
        made(both, shares={"sex": {"f": 0.2}, "gender": {"f": 0.8}})


def test_children_follow_the_parents_that_were_asked_for(rng: np.random.Generator) -> None:
    t = people(rng, 600)
    keys = np.array([f"P{at:04d}" for at in range(600)], dtype=object)
    parents = Table(
        "people",
        (Column("id", Kind.CATEGORY, role=Role.IDENTIFIER), *t.columns),
        t.frame.assign(id=keys)[["id", *t.frame]],
    )
    at = np.repeat(np.arange(600), rng.integers(0, 4, 600))
    where = np.where(t.frame["region"].to_numpy()[at] == "south", "sea", "hill").astype(object)
    trips = Table(
        "trips",
        (Column("person", Kind.CATEGORY), Column("to", Kind.CATEGORY)),
        pd.DataFrame({"person": keys[at], "to": where}),
    )
    data = Dataset((parents, trips), (Relation("people", "id", "trips", "person"),))
    new = made(data, 400, where="region = 'south'")
    assert (new["people"].frame["region"] == "south").all()
    assert (new["trips"].frame["to"] == "sea").mean() > 0.95
    assert set(new["trips"].frame["person"]) <= set(new["people"].frame["id"])


def test_a_condition_on_a_computed_column_is_asked_through_what_defines_it(rng: np.random.Generator) -> None:
    net, tax = np.round(rng.gamma(3, 100, 900), 0), np.round(rng.gamma(2, 20, 900), 0)
    columns = tuple(Column(name, Kind.INTEGER) for name in ("net", "tax", "total"))
    t = Table(
        "people",
        columns,
        pd.DataFrame({"net": net, "tax": tax, "total": net + tax}),
        rules=(Rule("sum", "total = net + tax"),),
    )
    frame = made(t, where="total > 600").root.frame
    assert (frame["total"] > 600).all()
    assert (frame["net"] + frame["tax"] == frame["total"]).all()


def search(t: Table, wish: Wish, rows: int = 300, holds: bool = False, blind: bool = False) -> pd.DataFrame:
    t = Table(t.name, t.columns[:5], t.frame.iloc[:, :5])
    engine = Steered(lambda: Trees(k=K), wish, k=K, holds=holds, blind=blind).fit(t, np.random.default_rng(0))
    return engine.sample(rows, np.random.default_rng(1))


def test_engines_that_hold_nothing_are_searched(rng: np.random.Generator) -> None:
    frame = search(people(rng), Wish("age > 80", {"sex": {"f": 0.8}}))
    assert len(frame) == 300
    assert (frame["age"] > 80).all()
    assert (frame["sex"] == "f").sum() == 240


def test_a_blind_search_looks_at_no_real_row(rng: np.random.Generator) -> None:
    t = people(rng)
    with pytest.raises(BackendError, match="0 of the 300 rows asked for were found among"):
        search(t, Wish("job = 'hermit'"), blind=True)  # seeing engines are refused for want of k people
    assert (search(t, Wish("job = 'diver'"), blind=True)["job"] == "diver").all()


def test_a_search_that_runs_dry_says_how_many_are_missing() -> None:
    column, calls = Column("x", Kind.INTEGER), [0]

    def nine_and_no_more(rows: int, rng: np.random.Generator) -> pd.DataFrame:
        calls[0] += rows > 0
        return pd.DataFrame({"x": np.where((np.arange(rows) < 9) & (calls[0] == 1), 4711.0, 0.0)})

    with pytest.raises(
        BackendError, match=r"only 9 of the 50 rows asked for were found among [0-9,]+ drawn ones: 41 are missing"
    ) as error:
        sought(nine_and_no_more, 50, [column], Wish("x = 4711"), np.random.default_rng(0))
    assert "4711" not in str(error.value)


def test_the_same_seed_makes_the_same_rows(rng: np.random.Generator) -> None:
    t = people(rng, 600)
    one, two = (made(t, 200, where="age > 50", shares={"sex": {"f": 0.3}}).root.frame for _ in range(2))
    pd.testing.assert_frame_equal(one, two)


def test_no_rows_asked_none_made(rng: np.random.Generator) -> None:
    assert len(made(people(rng, 300), 0, where="age > 50").root) == 0


def test_raking_by_hand() -> None:
    """4 rows: a a b b by x y x y. a 3/4, x 1/2: independent, so each cell is the product."""
    weights, missed = raked([np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])], {"l": {"a": 0.75}, "r": {"x": 0.5}}, 4)
    assert missed < 1e-6
    np.testing.assert_allclose(weights / weights.sum(), [0.375, 0.375, 0.125, 0.125])


def test_real_rows_are_narrowed_and_thinned_and_never_doubled(rng: np.random.Generator) -> None:
    t = people(rng)
    data = narrowed(Dataset((t,)), "age > 40", {"pay": {"high": 0.5}}, rng)
    frame = frame_of(data)
    assert (frame["age"] > 40).all()
    assert abs((frame["pay"] == "high").mean() - 0.5) < 0.05
    assert frame["mail"].is_unique
    high = int(((t.frame["age"] > 40) & (t.frame["pay"] == "high")).sum())
    assert (frame["pay"] == "high").sum() == high  # the scarce ones are all kept


def test_nothing_typed_is_repeated(rng: np.random.Generator) -> None:
    asked: Sequence[dict[str, Any]] = (
        {"where": "job = 'zebedee'"},
        {"shares": {"job": {"zebedee": 0.5}}},
        {"where": "job = zebedee"},
    )
    for options in asked:
        with pytest.raises(PrivsynthError) as error:
            made(people(rng, 300), **options)
        assert "zebedee" not in str(error.value)
