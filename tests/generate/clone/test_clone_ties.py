"""What holds between columns in every source row holds in every clone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from shop import profile_of, texts

from privsynth.dataset import Column, Dataset, Kind, Role, Table
from privsynth.describe.facts import facts_of
from privsynth.generate.clone import Clone
from privsynth.generate.clone.following import Away, Beyond, Decided, Deciding, OnItsSide, Same, WorkedOut
from privsynth.generate.clone.numbers import scale_of
from privsynth.generate.clone.ties import ties_of
from privsynth.measure.relations import held
from privsynth.options import CloneOptions
from privsynth.policy import Policy
from privsynth.spelling import Spelling
from privsynth.statistics import Fact
from privsynth.typing import Array

LIMITS = Policy(backend={"kind": "clone"}).limits
CENTS = Spelling(decimals=2)
STATE = {"York": "N", "Hull": "N", "Bath": "S", "Ware": "S", "Rhyl": "W"}


def rng() -> np.random.Generator:
    return np.random.default_rng(1)


def numbers(*values: float) -> Array:
    return np.array(values, dtype=float)


def words(*values: str | None) -> Array:
    return np.array(values, dtype=object)


def moments(*values: str) -> Array:
    return np.array(values, dtype="datetime64[us]")


ROWS = np.zeros(3, dtype=np.int64)


def shipments(rows: int = 600) -> Table:
    """A sum, a product, a date difference, an order, a copy, a constant, a city in its state, two that decide one."""
    draw = np.random.default_rng(5)
    city = draw.choice([*STATE], rows)
    net, tax = np.round(draw.gamma(3, 40, rows), 2), np.round(draw.gamma(2, 9, rows), 2)
    items, price = draw.integers(1, 60, rows).astype(float), np.round(draw.gamma(4, 5, rows) + 0.5, 2)
    sent = np.datetime64("2019-01-01", "us") + draw.integers(0, 1_500, rows).astype("timedelta64[D]")
    days = draw.integers(1, 90, rows)
    low = np.round(draw.normal(60, 12, rows))
    size, way = draw.choice(["S", "M", "L"], rows), draw.choice(["road", "rail", "air"], rows)
    frame = pd.DataFrame(
        {
            "city": texts(city),
            "state": texts(STATE[name] for name in city),
            "net": net,
            "tax": tax,
            "gross": np.round(net + tax, 2),
            "items": items,
            "price": price,
            "amount": np.round(items * price, 2),
            "sent": sent,
            "came": sent + days.astype("timedelta64[D]"),
            "days": days.astype(float),
            "low": low,
            "high": low + draw.integers(0, 60, rows),
            "later": low + 7,
            "size": texts(size),
            "way": texts(way),
            "box": texts(
                "abc"[("SML".index(s) + ["road", "rail", "air"].index(w)) % 3] for s, w in zip(size, way, strict=True)
            ),
            "again": texts(way),
        }
    )
    kinds = {
        "sent": Kind.DATE,
        "came": Kind.DATE,
        **dict.fromkeys(("net", "tax", "gross", "price", "amount"), Kind.NUMBER),
    }
    whole = dict.fromkeys(("items", "days", "low", "high", "later"), Kind.INTEGER)
    quasi = {"city", "state"}
    columns = tuple(
        Column(
            name,
            kind := (kinds | whole).get(name, Kind.CATEGORY),
            role=Role.QUASI if name in quasi else Role.PLAIN,
            spelling=CENTS if kind is Kind.NUMBER else Spelling(),
        )
        for name in frame
    )
    return Table("shipments", columns, frame)


def cloned(table: Table, facts: tuple[Fact, ...], seed: int = 2, rows: int | None = None) -> Dataset:
    data = Dataset((table,))
    statistics = replace(profile_of(data), facts=facts)
    fitted = Clone(CloneOptions(), LIMITS).fit(data, statistics, rng())
    return fitted.sample(rows, np.random.default_rng(seed))


def broken(clones: Table, source: Table, facts: tuple[Fact, ...]) -> dict[str, float]:
    shares = {fact.words: held(clones, fact, like=source) for fact in facts if fact.share == 1.0}
    return {words: share.share for words, share in shares.items() if share is not None and share.share < 1.0}


def test_what_holds_in_every_source_row_holds_in_every_clone() -> None:
    table = shipments()
    facts = tuple(fact for fact in facts_of(Dataset((table,))) if fact.kind != "combinations")
    kinds = {fact.kind for fact in facts if fact.share == 1.0}
    assert kinds >= {"arithmetic", "order", "constant_difference", "equal", "dependency", "joint"}
    result = cloned(table, facts, rows=900)
    assert broken(result.root, table, facts) == {}
    assert not any("break what all source rows keep" in note for note in result.notes)


def test_without_facts_the_clones_break_them() -> None:
    table = shipments()
    facts = facts_of(Dataset((table,)))
    assert len(broken(cloned(table, ()).root, table, facts)) > 4


def test_columns_that_follow_stay_about_where_they_were() -> None:
    table = shipments()
    result = cloned(table, facts_of(Dataset((table,)))).root
    for name in ("net", "gross", "amount", "days", "low", "high", "later"):
        before, after = (np.median(each.values(name)) for each in (table, result))
        assert after == pytest.approx(before, rel=0.1)
    shares = [pd.Series(each.values("box")).value_counts(normalize=True) for each in (table, result)]
    assert (shares[0] - shares[1]).abs().max() < 0.05


def test_each_combination_of_quasi_identifiers_still_stands_for_k_people() -> None:
    table = shipments()
    result = cloned(table, facts_of(Dataset((table,)))).root
    frame = result.frame[["city", "state"]].assign(origin=result.origin)
    assert frame.groupby(["city", "state"])["origin"].nunique().min() >= LIMITS.k


@pytest.mark.parametrize("quasi", ["city", "state"])
def test_a_city_lies_in_its_state_whichever_of_them_is_common_to_a_cell(quasi: str) -> None:
    table = shipments()
    others = [replace(table[n], role=Role.QUASI if n == quasi else Role.PLAIN) for n in ("city", "state")]
    table = table.with_columns(*others)
    facts = facts_of(Dataset((table,)))
    assert "city decides state in every row" in {fact.words for fact in facts}
    result = cloned(table, facts).root
    assert [STATE[city] for city in result.values("city")] == list(result.values("state"))
    assert set(result.values("city")) == set(STATE)


def test_what_cannot_follow_is_counted_in_a_note() -> None:
    table = shipments()
    table = table.with_columns(replace(table["gross"], role=Role.QUASI), replace(table["net"], role=Role.QUASI))
    sums = [f for f in facts_of(Dataset((table,))) if f.kind == "arithmetic" and "gross" in f.columns]
    result = cloned(table, tuple(sums))
    assert broken(result.root, table, tuple(sums)) == {}  # the tax is worked out: it is nobody's quasi-identifier
    products = [f for f in facts_of(Dataset((table,))) if f.kind == "arithmetic" and f.columns[0] == "amount"]
    table = table.with_columns(replace(table["amount"], role=Role.QUASI))
    result = cloned(table, tuple(products))
    assert any("of the clones break what all source rows keep: amount is" in note for note in result.notes)


# --- each by itself ---


def test_a_copy_and_a_constant_distance() -> None:
    assert list(Same("b", "a").follow({"a": words("x", "y", None)}, ROWS, rng())) == ["x", "y", None]
    step = Beyond(column="b", base="a", decimals=1, distance=0.2)
    followed = step.follow({"a": numbers(0.1, np.nan, 3), "b": numbers(9, 9, np.nan)}, ROWS, rng())
    assert list(followed[:2]) == [0.3, 9]
    assert np.isnan(followed[2])


@pytest.mark.parametrize(("may_lack", "may_have", "expected"), [(False, False, "3 3 -"), (True, True, "3 - 7")])
def test_a_worked_out_number_is_missing_as_in_the_source(may_lack: bool, may_have: bool, expected: str) -> None:
    step = WorkedOut(
        column="t",
        expression="a + b",
        kinds={"a": Kind.NUMBER, "b": Kind.NUMBER},
        decimals=0,
        may_lack=may_lack,
        may_have=may_have,
    )
    clones = {"a": numbers(1, 1, np.nan), "b": numbers(2, 2, 2), "t": numbers(9, np.nan, 7)}
    followed = step.follow(clones, ROWS, rng())
    assert " ".join("-" if np.isnan(value) else f"{value:.0f}" for value in followed) == expected


def test_a_number_never_lies_on_the_wrong_side_of_another() -> None:
    low, high = numbers(*range(1, 101)), numbers(*range(1, 101)) + 30
    own = scale_of(high, 0, 3)
    gap = scale_of(np.linspace(0, 60, 100).round(), 0, 3)
    assert own is not None
    assert gap is not None
    step = Away(column="h", base="l", sign=1, decimals=0, own=own, distances=high - low, scale=gap, noise=0.5)
    at = np.arange(100)
    followed = step.follow({"l": low, "h": high}, at, rng())
    within = followed < own.high  # what is drawn in at the end is brought up by the next step
    assert (followed[within] >= low[within]).all()
    side = OnItsSide(column="h", base="l", sign=1, unit="")
    assert list(side.follow({"l": numbers(1, 5, np.nan), "h": numbers(3, 3, 3)}, ROWS, rng())) == [3, 5, 3]


def test_a_date_is_brought_to_the_first_that_its_column_can_write() -> None:
    up, down = (OnItsSide(column="c", base="b", sign=sign, unit="M") for sign in (1, -1))
    base, here = moments("2020-05-17", "2020-01-01"), {"c": moments("2020-05-01", "2020-02-01")}
    assert list(up.follow({"b": base, **here}, ROWS, rng())) == list(moments("2020-06-01", "2020-02-01"))
    assert list(down.follow({"b": base, **here}, ROWS, rng())) == list(moments("2020-05-01", "2020-01-01"))


def test_levels_are_looked_up_and_numbers_by_the_nearest() -> None:
    step = Decided(column="s", needs=("c",), deciding=(words("York", "Bath", None),), values=words("N", "S", "?"))
    clones = {"c": words("Bath", None, "Oslo"), "s": words("N", "N", "X")}
    assert list(step.follow(clones, ROWS, rng())) == ["S", "?", "X"]
    step = Decided(column="b", needs=("age",), deciding=(numbers(20, 40, 60),), values=words("y", "m", "o"))
    ages = {"age": numbers(29, 31, 99), "b": words(*"xxx")}
    assert list(step.follow(ages, ROWS, rng())) == ["y", "m", "o"]


def test_two_decide_a_third_and_what_is_not_there_agrees() -> None:
    step = Decided(
        column="t", needs=("a", "b"), deciding=(words("1", "2"), words("x", "x")), values=words("one", "two")
    )
    clones = {"a": words("2", "3", "3"), "b": words("x", "x", "x"), "t": words("?", "p", "q")}
    assert list(step.follow(clones, ROWS, rng())) == ["two", "p", "p"]


def test_what_decides_a_quasi_identifier_is_drawn_again_where_they_disagree() -> None:
    step = Deciding(column="c", decides="s", levels=words("York", "Hull", "Bath"), decided=words("N", "N", "S"))
    clones = {"c": words("York", "York", "Bath"), "s": words("N", "S", "Z")}
    assert list(step.follow(clones, ROWS, rng())) == ["York", "Bath", "Bath"]


def test_nothing_follows_in_a_circle() -> None:
    names = ("a", "b", "c")
    table = Table("t", tuple(Column(n, Kind.NUMBER) for n in names), pd.DataFrame({n: numbers(1, 2, 3) for n in names}))
    facts = [
        Fact("equal", table="t", columns=pair, share=1.0, words="") for pair in (("a", "b"), ("b", "c"), ("c", "a"))
    ]
    ties = ties_of(table, facts, {}, set(), k_rare=1, noise=0.5)
    assert [(tie.column, tie.needs) for tie in ties] == [("b", ("a",)), ("c", ("b",))]


def test_a_level_that_too_few_hold_is_not_looked_up() -> None:
    city = words(*["York"] * 40, *["Bath"] * 40, "Oslo")
    table = Table(
        "t",
        (Column("c", Kind.CATEGORY), Column("s", Kind.CATEGORY)),
        pd.DataFrame({"c": texts(city), "s": texts({"York": "N", "Bath": "S", "Oslo": "alone"}[c] for c in city)}),
    )
    fact = Fact("dependency", table="t", columns=("c", "s"), share=1.0, words="c decides s in every row")
    for seed in range(5):
        assert "alone" not in set(cloned(table, (fact,), seed=seed).root.values("s"))


def test_columns_that_are_never_equal_are_so_in_no_clone() -> None:
    draw = np.random.default_rng(3)
    home = draw.integers(0, 8, 800)
    away = (home + draw.integers(1, 8, 800)) % 8
    frame = pd.DataFrame({name: texts([f"team {n}" for n in side]) for name, side in (("home", home), ("away", away))})
    table = Table("matches", (Column("home", Kind.CATEGORY), Column("away", Kind.CATEGORY)), frame)
    facts = tuple(fact for fact in facts_of(Dataset((table,))) if fact.kind == "unequal")
    free, kept = (cloned(table, those).root.frame for those in ((), facts))
    assert (free["home"] == free["away"]).any()
    assert not (kept["home"] == kept["away"]).any()
    assert kept["away"].notna().all()
