"""Rare levels and what stands in for them, worked out by hand on a few rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from test_constraints import Independent

from privsynth.dataset import Column, Kind, Table
from privsynth.describe import facts_of
from privsynth.generate.model.constraints import Constrained
from privsynth.generate.model.constraints.branches import alike, branches_of
from privsynth.generate.model.constraints.derived import roundest
from privsynth.generate.model.constraints.stand_ins import decisions, with_stand_ins
from privsynth.generate.model.trees.engine import Trees
from privsynth.people.nearby import Neighbourhood
from privsynth.statistics import Fact


def decides(*names: str, share: float = 1.0) -> Fact:
    return Fact("dependency", table="t", columns=names, share=share, words="")


def words(name: str, entity: str | None = None) -> Column:
    return Column(name, Kind.CATEGORY, entity=entity)


def table(*columns: Column, **values: Any) -> Table:
    return Table("t", columns, pd.DataFrame({name: pd.Series(v, dtype=object) for name, v in values.items()}))


def replaced(t: Table, *facts: Fact, k: int = 2, units: Any = None) -> tuple[dict[str, list[Any]], list[str]]:
    after, done = with_stand_ins(t, facts, (), k=k, units=units)
    return {name: list(after.values(name)) for name in after.frame}, [each.note for each in done]


MAKE, MODEL = list("aaaaabbb"), ["a1", "a1", "a1", "ax", "ay", "b1", "b2", "b3"]


def test_one_of_the_same_group_stands_in_and_the_group_itself_where_none_is_common() -> None:
    after, notes = replaced(table(words("model"), words("make"), model=MODEL, make=MAKE), decides("model", "make"))
    assert after == {"make": MAKE, "model": ["a1"] * 5 + ["b"] * 3}
    assert notes == [
        "column 'model': 5 rare levels (5 rows) were replaced: 2 by ones of the same 'make', 3 by what 'make' says."
    ]


def test_a_row_of_a_common_level_takes_in_two_others_at_most() -> None:
    make, model = ["a"] * 9, ["x", "x", *"1234567"]
    after, _ = replaced(
        table(words("model"), words("make"), model=[*model, "z", "z"], make=[*make, "b", "b"]), decides("model", "make")
    )
    assert after["model"] == ["x", "x", *["a"] * 7, "z", "z"]


def test_what_is_coarser_is_not_said_where_it_is_a_level_that_few_hold() -> None:
    model = ["z", "z", "b", "b2", "b3"]
    after, notes = replaced(
        table(words("model"), words("make"), model=model, make=list("zzbbb")), decides("model", "make")
    )
    assert after["model"] == model
    assert notes == []


def test_ten_rows_of_one_person_are_no_ten() -> None:
    t = table(words("model"), words("make"), model=["a1", "a1", "a2", "a2", "a3"], make=["a"] * 4 + ["a"])
    t = table(words("model"), words("make"), model=[*t.values("model"), "b"], make=[*t.values("make"), "b"])
    units = np.array([0, 0, 1, 2, 3, 4])
    after, _ = replaced(t, decides("model", "make"), units=units)
    assert after["model"] == ["a2"] * 5 + ["b"]


def test_a_chain_holds_in_every_row_and_the_coarser_is_settled_first() -> None:
    region = list("NNNNNNSSSS")
    state = ["n1"] * 5 + ["n2"] + ["s1"] * 4
    town = ["t", "t", "u", "u", "v", "w", "x", "x", "x", "y"]
    t = table(words("town"), words("state"), words("region"), town=town, state=state, region=region)
    after, _ = replaced(t, decides("town", "state"), decides("state", "region"))
    assert after["region"] == region
    assert after["state"] == ["n1"] * 6 + ["s1"] * 4
    assert Counter(after["town"]) == {"t": 3, "u": 3, "x": 4}
    for finer, coarser in (("town", "state"), ("state", "region")):
        assert len(set(zip(after[finer], after[coarser], strict=True))) == len(set(after[finer]))


def test_two_names_of_one_thing_are_replaced_together() -> None:
    code, name, kind = list("1112234"), ["one"] * 3 + ["two"] * 2 + ["three", "four"], list("aaabbaa")
    t = table(words("code"), words("name"), words("kind"), code=code, name=name, kind=kind)
    facts = Fact("one_to_one", table="t", columns=("code", "name"), share=1.0, words=""), decides("code", "kind")
    after, _ = replaced(t, *facts)
    assert set(zip(after["code"], after["name"], after["kind"], strict=True)) == {
        ("1", "one", "a"),
        ("2", "two", "b"),
    }


def test_where_two_columns_are_decided_that_do_not_meet_the_row_moves_with_its_stand_in() -> None:
    item = ["p"] * 3 + ["q"] * 3 + ["r"]
    colour, size = ["red"] * 3 + ["blue"] * 3 + ["red"], ["S"] * 3 + ["L"] * 3 + ["L"]
    t = table(words("item"), words("colour"), words("size"), item=item, colour=colour, size=size)
    after, _ = replaced(t, decides("item", "colour"), decides("item", "size"))
    assert set(zip(after["item"], after["colour"], after["size"], strict=True)) == {
        ("p", "red", "S"),
        ("q", "blue", "L"),
    }


def test_codes_are_replaced_by_their_first_part_or_by_one_of_the_same_beginning() -> None:
    code = ["E11.1"] * 3 + ["E11.2", "E12.1", "E12.2", "E12.3", "F10.0", "F10.0", "F10.1"]
    t = table(words("code"), words("chapter"), code=code, chapter=[c[0] for c in code])
    after, notes = replaced(t, decides("code", "chapter"))
    assert after["code"] == ["E11.1"] * 4 + ["E12"] * 3 + ["F10.0"] * 3
    assert notes == [
        "column 'code': 5 rare levels (5 rows) were replaced: 2 by ones of the same beginning, 3 by their first part."
    ]


def test_towns_are_invented_in_their_state() -> None:
    town = ["Ober", "Nieder", "Unter", "Boston", "Boston"]
    t = table(words("town", "CITY"), words("state", "REGION"), town=town, state=["MA"] * 3 + ["ME"] * 2)
    after, notes = replaced(t, decides("town", "state"))
    assert len(set(after["town"][:3])) == 1
    assert after["town"][0] not in town
    assert after["town"][3:] == ["Boston", "Boston"]
    assert "3 by invented ones that fit 'state'" in notes[0]


def test_nothing_that_decides_nothing_and_branches_nowhere_is_replaced() -> None:
    t = table(words("name"), name=["x", "x", "y", None])
    assert with_stand_ins(t, (), (), k=2, units=None) == (t, [])


def test_a_column_that_is_given_is_left_as_it_is() -> None:
    t = table(words("model"), words("make"), model=MODEL, make=MAKE)
    assert with_stand_ins(t, [decides("model", "make")], ["model"], k=2, units=None)[1] == []


@pytest.mark.parametrize("values", [[], [None, None, None], ["x"], ["\x00", "=1+1", "a" * 5_000]])
def test_odd_columns_are_survived(values: list[Any]) -> None:
    t = table(words("one"), words("two"), one=values, two=values)
    after, _ = replaced(t, decides("one", "two"))
    assert len(after["one"]) == len(values)


def test_what_a_column_decides_includes_what_that_decides() -> None:
    found = decisions([decides("town", "county"), decides("county", "state")], ["town", "county", "state"])
    assert found == {"town": ["county", "state"], "county": ["state"]}


@pytest.mark.parametrize(
    ("levels", "beginnings"),
    [
        (["a/b/c", "a/b/d", "a/e/f", "a/e/g", "h/i/j", "h/i/k"], [["a/b", "a/e", "h/i"], ["a", "h"]]),
        (["7371", "7372", "7379", "8011", "8021", "8031"], [["73", "80"], ["7", "8"]][:1]),
        (["30-39", "40-49", "50-59", "60-69"], []),
        (["Smith, John", "Smith, Jane", "Jones, Jim"], []),
    ],
)
def test_beginnings_that_branch(levels: list[str], beginnings: list[list[str]]) -> None:
    found = [sorted(branch.texts) for branch in branches_of(levels)]
    assert [texts for texts in found if len(texts) > 1][: len(beginnings)] == beginnings
    assert beginnings or not found


def test_codes_that_are_invented_begin_and_look_like_the_others() -> None:
    found = alike(["021-A7", "021-B9"], 5, {"021-A7", "021-B9"})
    assert len(found) == 5
    assert all(text.startswith("021-") and text[4].isupper() and text[5].isdigit() for text in found)


def test_postcodes_are_invented_only_where_the_town_is_known() -> None:
    postcode = Column("zip", Kind.TEXT, entity="POSTCODE")
    place = Neighbourhood(columns={"CITY": "town", "REGION": "state"}, locale="en_US")
    assert all(code.startswith("021") for code in place.invented(postcode, {"town": "Boston", "state": "MA"}, 5, ()))
    assert place.invented(postcode, {"town": "Nirgendwo", "state": "MA"}, 5, ()) == []


def test_what_holds_in_every_row_holds_in_every_row_drawn(rng: np.random.Generator) -> None:
    town = rng.zipf(1.6, 3_000) % 400
    t = table(
        *(words(name) for name in ("town", "county", "state")),
        town=[f"t{chr(97 + v % 26)}{chr(97 + v // 26)}" for v in town],
        county=[f"c{chr(97 + v % 60 % 26)}{chr(97 + v % 60 // 26)}" for v in town],
        state=[f"s{chr(97 + v % 60 % 6)}" for v in town],
    )
    facts = [fact for fact in facts_of_one(t) if fact.kind == "dependency"]
    assert {fact.columns for fact in facts} == {("town", "county"), ("county", "state")}
    engine = Constrained(lambda: Trees(k=10), k=10, facts=facts).fit(t, rng)
    drawn = engine.sample(3_000, rng)
    real = {name: set(zip(t.values("county"), t.values("state"), strict=True)) for name in ("pairs",)}["pairs"]
    assert set(zip(drawn["county"], drawn["state"], strict=True)) <= real
    assert (drawn.groupby("town")["county"].nunique() == 1).all()
    counts = pd.Series(t.values("town")).value_counts()
    assert not set(drawn["town"]) & set(counts.index[counts < 10])
    assert any("rare levels" in note for note in engine.notes)


def facts_of_one(t: Table) -> tuple[Fact, ...]:
    from privsynth.dataset import Dataset

    return facts_of(Dataset((t,)))


@pytest.mark.parametrize(
    ("low", "high", "cut"),
    [(49_873.0, 50_012.0, 50_000.0), (29.0, 30.0, 30.0), (0.26, 0.31, 0.3), (-12.5, -7.0, -10.0), (0.0, 0.004, 0.004)],
)
def test_a_band_begins_at_a_round_number(low: float, high: float, cut: float) -> None:
    assert roundest(low, high) == pytest.approx(cut)


def test_a_band_of_dates_begins_with_a_year_where_it_can() -> None:
    low, high = np.datetime64("2019-12-30", "us"), np.datetime64("2020-01-02", "us")
    assert roundest(low, high) == np.datetime64("2020-01-01")


def test_bands_of_a_number_hold_whatever_the_engine_draws(rng: np.random.Generator) -> None:
    age = rng.integers(18, 90, 2_000).astype(float)
    band = np.array([f"{int(a) // 10}0s" for a in age], dtype=object)
    t = Table("t", (Column("age", Kind.INTEGER), words("band")), pd.DataFrame({"age": age, "band": band}))
    engine = Constrained(lambda: Trees(k=10), k=10, facts=[decides("age", "band")]).fit(t, rng)
    drawn = engine.sample(2_000, rng)
    assert (drawn["band"] == [f"{int(a) // 10}0s" for a in drawn["age"]]).all()


@pytest.mark.parametrize("name", ["item", "box"])
def test_two_columns_that_decide_a_third_agree_in_every_row(rng: np.random.Generator, name: str) -> None:
    colour = rng.integers(0, 3, 3_000)
    values = {
        "item": [f"i{v}{w}" for v, w in zip(colour, rng.integers(0, 4, 3_000), strict=True)],
        "box": [f"b{v}{w}" for v, w in zip(colour, rng.integers(0, 4, 3_000), strict=True)],
        "colour": [f"c{v}" for v in colour],
    }
    t = table(*(words(each) for each in values), **values)
    facts = [decides("item", "colour"), decides("box", "colour")]
    for make in (lambda: Trees(k=10), Independent):
        drawn = Constrained(make, k=10, facts=facts).fit(t, rng).sample(1_000, rng)
        assert (drawn["colour"].str[1] == drawn[name].str[1]).all()


def test_numbers_that_were_given_out_are_no_branches(rng: np.random.Generator) -> None:
    code = [f"{v:04d}" for v in rng.integers(0, 2_000, 6_000)]
    town = [f"t{v}" for v in rng.integers(0, 1_500, 6_000)]
    t = table(words("code"), words("town"), words("sex"), code=code, town=town, sex=list(rng.choice(["f", "m"], 6_000)))
    assert with_stand_ins(t, (), (), k=5, units=None)[1] == []
    told = table(words("code"), words("sex"), code=code, sex=["f" if c < "1000" else "m" for c in code])
    (note,) = (each.note for each in with_stand_ins(told, (), (), k=5, units=None)[1])
    assert "by ones of the same beginning" in note


KIN = ["a1"] * 4 + ["ax"] * 3 + ["b1"] * 4 + ["bx"] * 3


def test_a_level_belongs_to_what_its_known_cells_say_and_missing_ones_stay_missing() -> None:
    make = [*"aa", None, "a", None, "a", "a", *"bbbb", "b", None, None]
    fact = replace(decides("model", "make"), among_known=True)
    after, _ = replaced(table(words("model"), words("make"), model=KIN, make=make), fact, k=4)
    assert after == {"model": ["a1"] * 7 + ["b1"] * 7, "make": make}


def test_a_level_belongs_to_what_it_mostly_goes_with_and_its_rows_stay_together() -> None:
    make = [*"aaaa", *"baa", *"bbbb", *"bba"]
    near = Fact("near_dependency", table="t", columns=("model", "make"), share=0.9, words="")
    after, _ = replaced(table(words("model"), words("make"), model=KIN, make=make), near, k=4)
    assert after == {"model": ["a1"] * 7 + ["b1"] * 7, "make": ["a"] * 7 + ["b"] * 7}
