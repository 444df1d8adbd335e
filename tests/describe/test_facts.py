"""Facts between columns: found where they hold, not found where chance explains them, and free of values."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from privsynth.dataset import Column, Dataset, Kind, Role, Table
from privsynth.describe import facts_of, learn_statistics
from privsynth.describe.facts import perhaps_decided
from privsynth.describe.orders import order_of
from privsynth.policy import Policy
from privsynth.spelling import Spelling
from privsynth.statistics import Taken

N = 400
PLACES = np.arange(N)
KINDS: dict[str, Kind] = {"O": Kind.CATEGORY, "f": Kind.INTEGER, "M": Kind.DATE}


def data(**columns: Any) -> Dataset:
    frame = pd.DataFrame(
        {
            name: pd.Series(values) if np.asarray(values).dtype.kind in "fM" else pd.Series(values, dtype=object)
            for name, values in columns.items()
        }
    )
    return Dataset((Table("t", tuple(Column(name, KINDS[frame[name].dtype.kind]) for name in frame), frame),))


def told(dataset: Dataset) -> set[tuple[str, tuple[str, ...]]]:
    return {(fact.kind, fact.columns) for fact in facts_of(dataset)}


def zips(rng: np.random.Generator) -> np.ndarray:
    return rng.integers(0, 40, N)


def test_a_zip_decides_its_city_and_the_city_its_state_and_no_more(rng: np.random.Generator) -> None:
    codes = zips(rng)
    made = data(
        zip=[f"z{c}" for c in codes],
        city=[f"c{c // 4}" for c in codes],
        state=[f"s{c // 16}" for c in codes],
        other=rng.choice(["a", "b"], N),
    )
    assert told(made) == {
        ("dependency", ("zip", "city")),
        ("dependency", ("city", "state")),
        *(f for f in told(made) if f[0] == "combinations"),
    }


def test_a_dependency_may_break_in_a_few_rows_and_says_its_share(rng: np.random.Generator) -> None:
    codes = np.repeat(rng.integers(0, 20, 1_000), 2)
    city = [f"c{c // 2}" for c in codes]
    city[7] = "elsewhere"
    found = next(f for f in facts_of(data(zip=[f"z{c}" for c in codes], city=city)) if f.kind == "dependency")
    assert found.share == pytest.approx(1_999 / 2_000)
    assert "99.95 %" in found.words


def test_nothing_is_found_between_columns_that_know_nothing_of_each_other(rng: np.random.Generator) -> None:
    made = data(
        a=rng.choice(["p", "q"], N),
        b=rng.choice(["u", "v", "w"], N),
        c=rng.integers(0, 9, N).astype(float),
        d=rng.integers(0, 9, N).astype(float),
    )
    assert told(made) == set()


def test_a_column_that_hardly_varies_is_decided_by_nothing(rng: np.random.Generator) -> None:
    assert told(data(a=rng.choice(["p", "q"], N), b=["usual"] * (N - 1) + ["odd"])) == set()


def test_codes_and_names_are_one_to_one_and_copies_are_equal(rng: np.random.Generator) -> None:
    codes = rng.integers(0, 5, N)
    assert told(data(code=[f"k{c}" for c in codes], name=[f"n{c}" for c in codes])) == {
        ("one_to_one", ("code", "name"))
    }
    assert told(data(code=[f"k{c}" for c in codes], again=[f"k{c}" for c in codes])) == {("equal", ("code", "again"))}


def test_a_start_is_never_after_its_end(rng: np.random.Generator) -> None:
    start = np.datetime64("2020-01-01", "us") + rng.integers(0, 900, N).astype("timedelta64[D]")
    end = start + rng.integers(0, 30, N).astype("timedelta64[D]")
    assert ("order", ("start", "end")) in told(data(end=end, start=start))
    end[3] = start[3] - np.timedelta64(1, "D")
    assert told(data(end=end, start=start)) == set()


def test_numbers_of_another_unit_have_no_order(rng: np.random.Generator) -> None:
    low = rng.integers(60, 100, N).astype(float)
    assert ("order", ("low", "high")) in told(data(low=low, high=low + rng.integers(0, 60, N)))
    assert (
        told(data(age=rng.integers(18, 90, N).astype(float), income=rng.integers(20_000, 90_000, N).astype(float)))
        == set()
    )


def test_the_larger_of_two_amounts_is_no_order_where_the_smaller_never_comes_near(rng: np.random.Generator) -> None:
    size = rng.integers(50, 200, N)
    assert (
        told(data(homers=np.round(size * 0.15) + rng.integers(0, 5, N), runs=size * 0.5 + rng.integers(0, 9, N)))
        == set()
    )
    part = np.round(size * rng.random(N) ** 0.2)
    assert ("order", ("part", "size")) in told(data(part=part, size=size.astype(float)))


def test_a_yes_or_no_is_not_below_a_count(rng: np.random.Generator) -> None:
    arm = rng.integers(0, 4, N)
    assert ("order", ("treated", "arm")) not in told(data(treated=(arm > 0).astype(float), arm=arm.astype(float)))


def test_values_that_come_once_prove_nothing(rng: np.random.Generator) -> None:
    once = [f"c{at}" for at in range(N - 60)]
    codes = once + [f"d{at // 2}" for at in range(60)]  # 30 pairs, one of which differs
    wards = [f"w{at}" for at in rng.integers(0, 9, N - 60)] + [f"w{at // 2 % 9}" for at in range(60)]
    assert ("dependency", ("code", "ward")) in told(data(code=codes, ward=wards))
    wards[-1] = "other"
    assert ("dependency", ("code", "ward")) not in told(data(code=codes, ward=wards))


def test_an_amount_with_decimals_decides_nothing_but_a_rate_may(rng: np.random.Generator) -> None:
    year = rng.integers(0, 8, N)
    wage, rate = rng.integers(0, 12, N) + year / 100, (year + 1) * 0.05
    assert led_by(wage, year) == set()
    assert led_by(rate, year) == {("dependency", ("amount", "band"))}


def led_by(amount: np.ndarray, year: np.ndarray) -> set[tuple[str, tuple[str, ...]]]:
    real = data(amount=amount, band=[f"b{y // 2}" for y in year])
    number = Column("amount", Kind.NUMBER, spelling=Spelling(decimals=2))
    return told(real.replace_tables(real.root.with_columns(number, real.root["band"])))


def test_an_amount_decides_a_class_where_many_share_it(rng: np.random.Generator) -> None:
    """60 prices of a list that three branches share; next to them amounts that come once, which prove nothing."""
    price = rng.integers(0, 60, 1_200)
    branch = price % 3
    assert led_by(price * 1.37, branch * 2) == {("shared_dependency", ("amount", "band"))}
    assert led_by(price * 1.37, rng.integers(0, 3, 1_200) * 2) == set()
    assert led_by(rng.permutation(1_200) * 1.37, branch * 2) == set()


def test_an_amount_that_few_people_share_decides_nothing(rng: np.random.Generator) -> None:
    """80 people with 15 rows each and an income of their own, of which the branch is known: that is about persons."""
    who = np.repeat(np.arange(80), 15)
    real = data(amount=who * 1.37, band=[f"b{w % 3}" for w in who], who=[f"p{w}" for w in who])
    columns = (Column("amount", Kind.NUMBER, spelling=Spelling(decimals=2)), *real.root.columns[1:])
    persons = Table("t", columns, real.root.frame, person="who")
    assert ("shared_dependency", ("amount", "band")) not in told(Dataset((persons,)))


def test_what_follows_from_two_facts_that_break_is_told_where_it_never_breaks(rng: np.random.Generator) -> None:
    """One street of another city, in the same state: a street decides its state in every row, the city not quite."""
    street = np.repeat(np.arange(40), 25)
    city = street // 4
    city[0] = 1
    names = {"street": street, "city": city, "state": city // 5}
    made = data(**{name: [f"{name[0]}{code}" for code in codes] for name, codes in names.items()})
    assert ("dependency", ("street", "state")) in told(made)


def test_a_constant_distance_is_told_once(rng: np.random.Generator) -> None:
    year = rng.integers(1990, 2020, N).astype(float)
    assert ("constant_difference", ("year", "next")) in told(data(year=year, next=year + 1))


def test_pairs_that_never_meet_are_told(rng: np.random.Generator) -> None:
    sex = rng.choice(["f", "m"], N)
    ward = np.where(sex == "f", rng.choice(["birth", "heart", "eye"], N), rng.choice(["prostate", "heart", "eye"], N))
    assert ("combinations", ("sex", "ward")) in told(data(sex=sex.astype(object), ward=ward.astype(object)))


@pytest.mark.parametrize(
    ("levels", "name"),
    [
        (["large", "S", "Medium"], "sizes"),
        (["niedrig", "mittel", "hoch"], "degrees"),
        (["Mon", "Sun", "Wed"], "weekdays"),
        (["65+", "18-25", "26-64"], "bands of numbers"),
        (["(10, 20]", "(-0.01, 10]", "(20, 30]"], "bands of numbers"),
        (["$1,000 to $1,999", "Less than $1,000", "$10k+", "$2,000 - $9,999"], "bands of numbers"),
        (["7:25 a.m. to 7:29 a.m.", "12:00 a.m. to 12:04 a.m.", "1:00 p.m. to 1:04 p.m."], "bands of numbers"),
        (["10 to 14 years", "55 years and over", "Under 5 years", "5 to 9 years"], "bands of numbers"),
        ([f"{start}-{start + 4}" for start in range(0, 2000, 5)], "bands of numbers"),
        (["0-39g/day", "120+", "40-79", "80-119"], "bands of numbers"),
        (["15-24", "40-", "25-39"], "bands of numbers"),
        (["Q2", "Q1", "Q4", "Q3"], "numbered steps"),
        (["Strongly agree", "Neutral", "Disagree"], "agreement"),
        (["Masters", "HS-grad", "Bachelors", "11th"], "education"),
    ],
)
def test_knows_the_orders_that_people_use(levels: list[str], name: str) -> None:
    found = order_of(levels)
    assert found is not None
    assert found[0] == name


@pytest.mark.parametrize(
    "levels",
    [
        ["a", "b", "c"],
        ["red", "green", "blue"],
        ["low", "high"],
        ["low", "medium", "blue"],
        ["A12", "A99", "A50"],
        ["555-1234", "556-9999", "570-1111"],
        ["1-0", "2-2", "0-3"],
    ],
)
def test_takes_no_order_for_granted(levels: list[str]) -> None:
    assert order_of(levels) is None


def test_the_order_of_levels_is_from_low_to_high() -> None:
    assert order_of(["hoch", "niedrig", "mittel"]) == ("degrees", ("niedrig", "mittel", "hoch"))
    morning = ["7:25 a.m. to 7:29 a.m.", "12:00 a.m. to 12:04 a.m.", "1:00 p.m. to 1:04 p.m."]
    assert order_of(morning) == ("bands of numbers", (morning[1], morning[0], morning[2]))
    assert order_of(["<18", "65+", "18-40", "41-64"]) == ("bands of numbers", ("<18", "18-40", "41-64", "65+"))


def test_names_of_people_take_no_part_and_no_value_is_in_a_fact(rng: np.random.Generator) -> None:
    codes = rng.integers(0, 9, N)
    made = data(
        mail=[f"Sentinel{c}" for c in codes],
        size=[["S", "M", "L"][c % 3] for c in codes],
        town=[f"Sentinel-town{c}" for c in codes],
    )
    table = made.tables[0]
    facts = facts_of(replace(made, tables=(table.with_columns(replace(table["mail"], role=Role.DIRECT)),)))
    assert {fact.columns for fact in facts} == {("town", "size"), ("size",)}
    assert "Sentinel" not in repr(facts)


def test_the_profile_holds_the_facts_of_the_training_rows(rng: np.random.Generator) -> None:
    codes = zips(rng)
    made = data(zip=[f"z{c}" for c in codes], city=[f"c{c // 4}" for c in codes])
    assert learn_statistics(made, Policy().limits, Taken()).facts == facts_of(made) != ()


def test_nothing_is_said_of_a_handful_of_rows_or_of_no_column() -> None:
    assert facts_of(data(a=["x", "y"] * 5, b=["u", "v"] * 5)) == ()
    assert facts_of(Dataset((Table("t", (), pd.DataFrame(index=range(50))),))) == ()


def with_gaps(values: Any, rows: np.ndarray) -> pd.Series:
    return pd.Series(np.asarray(values, dtype=object)).mask(rows, None)


def decisions(dataset: Dataset) -> dict[tuple[str, ...], tuple[str, float, bool]]:
    kinds = ("dependency", "near_dependency", "one_to_one")
    return {f.columns: (f.kind, f.share, f.among_known) for f in facts_of(dataset) if f.kind in kinds}


def test_missing_cells_speak_neither_for_nor_against_a_dependency(rng: np.random.Generator) -> None:
    codes = zips(rng)
    town, state = [f"c{c}" for c in codes], [f"s{c // 8}" for c in codes]
    lacks = rng.random(N) < 0.3
    assert decisions(data(town=town, state=with_gaps(state, lacks))) == {("town", "state"): ("dependency", 1.0, True)}
    assert decisions(data(town=with_gaps(town, lacks), state=state)) == {("town", "state"): ("dependency", 1.0, True)}
    code = with_gaps([f"k{c}" for c in codes], lacks)
    found = [fact for fact in facts_of(data(town=town, code=code)) if fact.kind == "one_to_one"]
    assert [(fact.columns, fact.share, fact.among_known) for fact in found] == [(("town", "code"), 1.0, True)]
    assert found[0].words.endswith("where both are known")


def test_what_decides_missing_cells_too_holds_in_every_row(rng: np.random.Generator) -> None:
    codes = zips(rng)
    state = with_gaps([f"s{c // 8}" for c in codes], codes < 5)  # five towns of no state
    assert decisions(data(town=[f"c{c}" for c in codes], state=state)) == {
        ("town", "state"): ("dependency", 1.0, False)
    }


def test_a_column_that_is_almost_always_missing_proves_nothing(rng: np.random.Generator) -> None:
    codes = zips(rng)
    state = with_gaps([f"s{c // 8}" for c in codes], np.arange(N) >= 25)
    assert decisions(data(town=[f"c{c}" for c in codes], state=state)) == {}


def test_what_lies_between_and_is_missing_makes_nothing_follow(rng: np.random.Generator) -> None:
    codes = np.r_[zips(rng), zips(rng), zips(rng)]
    columns = {"zip": [f"z{c}" for c in codes], "town": [f"c{c // 4}" for c in codes]}
    state = [f"s{c // 20}" for c in codes]
    lacks = rng.random(3 * N) < 0.2
    whole = decisions(data(**columns, state=with_gaps(state, lacks)))
    assert set(whole) == {("zip", "town"), ("town", "state")}
    columns["town"] = with_gaps(columns["town"], lacks)  # and the zip says of which state those rows are
    assert set(decisions(data(**columns, state=state))) == {("zip", "town"), ("town", "state"), ("zip", "state")}


@pytest.mark.parametrize(("wrong", "kind"), [(0.03, "near_dependency"), (0.2, None)])
def test_what_is_decided_in_nearly_every_row_is_told_as_that(
    rng: np.random.Generator, wrong: float, kind: str | None
) -> None:
    codes = zips(rng)
    odd = np.arange(N) < wrong * N
    state = np.where(odd, rng.integers(0, 5, N), codes // 8).astype(str)
    found = decisions(data(town=[f"c{c}" for c in codes], state=state.astype(object)))
    assert {columns: found[columns][0] for columns in found} == ({} if kind is None else {("town", "state"): kind})
    if kind:
        broken = (state != (codes // 8).astype(str)).sum()
        assert found["town", "state"][1] == pytest.approx(1 - broken / N)


def test_a_near_dependency_is_nothing_that_chance_explains(rng: np.random.Generator) -> None:
    rare = np.where(np.arange(N) < 12, "yes", "no")  # 97 % of every level say no
    assert decisions(data(town=[f"c{c}" for c in zips(rng)], rare=rng.permutation(rare).astype(object))) == {}


def test_two_columns_of_one_domain_that_never_agree_in_a_row_are_told_with_what_chance_would_do(
    rng: np.random.Generator,
) -> None:
    home = rng.integers(0, 10, N)
    away = (home + rng.integers(1, 10, N)) % 10
    made = data(home=[f"team {n}" for n in home], away=[f"team {n}" for n in away])
    words = next(fact.words for fact in facts_of(made) if fact.kind == "unequal")
    assert words.startswith("home and away never hold the same value in one row; of 400 rows chance would make ")
    assert "team" not in words
    numbers = data(left=home.astype(float), right=away.astype(float))
    assert ("unequal", ("left", "right")) in told(numbers)


def test_columns_of_other_domains_and_those_that_agree_once_are_no_pair_that_never_agrees(
    rng: np.random.Generator,
) -> None:
    home = rng.integers(0, 10, N)
    away = (home + rng.integers(1, 10, N)) % 10
    once = away.copy()
    once[3] = home[3]
    names = [f"team {n}" for n in home]
    for other in ([f"team {n}" for n in once], [f"club {n}" for n in away]):
        assert "unequal" not in {kind for kind, _ in told(data(home=names, away=other))}


def test_so_few_rows_that_chance_might_never_have_made_two_equal_tell_nothing(rng: np.random.Generator) -> None:
    home = rng.integers(0, 100, N)
    away = (home + rng.integers(1, 100, N)) % 100
    assert "unequal" not in {kind for kind, _ in told(data(home=[f"t{n}" for n in home], away=[f"t{n}" for n in away]))}


def test_what_is_rare_and_the_same_in_all_rows_of_each_person_is_told_without_being_held_to() -> None:
    who = np.repeat(np.arange(N // 2), 2)
    rare = np.where(who < 3, "yes", "no")
    made = data(who=[f"p{n}" for n in who], rare=rare, other=np.where(PLACES < 3, "yes", "no"))
    people = Dataset((replace(made.root, person="who"),))
    (words,) = perhaps_decided(people)
    assert (
        words == "t: rare is the same in all rows of each who, too, which chance may have done: nothing is held to it"
    )
    assert ("dependency", ("who", "rare")) not in told(people)
    assert perhaps_decided(made) == []
