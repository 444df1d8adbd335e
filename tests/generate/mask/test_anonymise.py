"""k, l and t over all quasi-identifiers together, learnt once and applied to any rows."""

from __future__ import annotations

import pickle
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privsynth.dataset import Column, Kind, Role, Table
from privsynth.errors import PolicyError
from privsynth.generate.mask.steps.anonymise import Anonymiser, Demands, learn_anonymiser
from privsynth.measure.classical.diversity import diversity
from privsynth.measure.classical.groups import group_risk, groups_of

KINDS = {
    "age": Kind.INTEGER,
    "pay": Kind.NUMBER,
    "born": Kind.DATE,
    "town": Kind.CATEGORY,
    "grade": Kind.ORDINAL,
    "code": Kind.TEXT,
}


def table_of(**columns: list[Any]) -> Table:
    kinds = {name: KINDS.get(name, Kind.CATEGORY) for name in columns}
    dtypes = {
        name: "float64" if kind.is_numeric else "datetime64[us]" if kind is Kind.DATE else object
        for name, kind in kinds.items()
    }
    made = tuple(
        Column(name, kind, role=Role.QUASI, entity="POSTCODE" if name == "code" else None)
        for name, kind in kinds.items()
    )
    return Table(
        "t", made, pd.DataFrame({name: pd.Series(values, dtype=dtypes[name]) for name, values in columns.items()})
    )


def learn(table: Table, names: list[str], people: Any = None, **asked: Any) -> Anonymiser:
    beside = {name: asked.pop(name) for name in ("secrets", "hierarchies") if name in asked}
    demands = Demands(**({"k": 2, "k_rare": 1} | asked))
    return learn_anonymiser(table, names, demands, people=np.arange(len(table)) if people is None else people, **beside)


def masked(table: Table, made: Anonymiser) -> Table:
    words = {name: pd.Series(values, dtype=object) for name, values in made.apply(table).items()}
    return replace(
        table, columns=tuple(made.columns.get(c.name, c) for c in table.columns), frame=table.frame.assign(**words)
    )


# --- worked out by hand ---


def test_six_people_in_two_towns() -> None:
    """k = 3 cuts between the towns and no further: ages are blank, towns told."""
    table = table_of(age=[20.0, 30.0, 40.0, 20.0, 30.0, 40.0], town=list("AAABBB"))
    made = learn(table, ["age", "town"], k=3)
    words = made.apply(table)
    assert list(words["age"]) == ["*"] * 6
    assert list(words["town"]) == list("AAABBB")
    assert made.lost == 0.5
    assert made.suppressed == 0
    assert made.columns["age"].kind is Kind.CATEGORY


def test_two_different_secrets_in_each_cell() -> None:
    """By k = 2 ages would be four pairs. The pair of 30 shares one secret, so l = 2 joins it with another."""
    table = table_of(age=[20.0, 20.0, 30.0, 30.0, 40.0, 40.0, 50.0, 50.0], ill=["a", "b", "a", "a", "a", "b", "b", "c"])
    alone = learn(table, ["age"])
    assert list(alone.apply(table)["age"]) == ["20", "20", "30", "30", "40", "40", "50", "50"]
    together = learn(table, ["age"], l=2, secrets=["ill"])
    assert set(together.apply(table)["age"]) in ({"30 or less", "40", "50"}, {"20", "30 to 40", "50"})
    assert "at least 2 different values" in together.notes[1]


def test_no_cell_farther_than_t_from_the_table() -> None:
    """Half a, half b: a town of a alone lies 0.5 from the table.

    So t = 0.4 keeps the towns of one secret together, and t = 0.5 does not.
    """
    table = table_of(town=["A", "A", "B", "B", "C", "C", "C", "C"], ill=["a", "a", "b", "b", "a", "b", "a", "b"])
    assert set(learn(table, ["town"], t=0.5, secrets=["ill"]).apply(table)["town"]) == {"A", "B", "C"}
    assert set(learn(table, ["town"], t=0.4, secrets=["ill"]).apply(table)["town"]) == {"A|B", "C"}


def test_numbers_are_near_each_other_for_t() -> None:
    """Incomes 1, 2, 3 twice. A cell of {1, 2} against thirds: cumulated differences 1/6 and 1/3, over two steps 1/4.

    (Li et al. 2007.)

    As mere levels it were 1/3.
    """
    table = table_of(town=["A", "A", "B", "B", "A", "B"], pay=[1.0, 2.0, 1.0, 2.0, 3.0, 3.0])
    groups = np.array([0, 0, 1, 1, 1, 1])
    found = diversity(groups, table.values("pay").astype(int) - 1, ordered=True)
    assert found is not None
    assert found.closeness == pytest.approx(0.25)
    split = table_of(town=["A", "A", "B", "B", "B", "B"], pay=[1.0, 2.0, 1.0, 2.0, 3.0, 3.0])
    assert set(learn(split, ["town"], t=0.25, secrets=["pay"]).apply(split)["town"]) == {"A", "B"}
    assert set(learn(split, ["town"], t=0.24, secrets=["pay"]).apply(split)["town"]) == {"*"}


def test_one_stranger_among_many_is_blanked_where_the_cap_allows_it() -> None:
    """One A in C's town widens its cell for all twenty: gone, they keep their town. Nobody may go at 0."""
    table = table_of(town=["A", *["C"] * 39])
    kept, gone = learn(table, ["town"], k=20), learn(table, ["town"], k=20, suppress_max=0.05)
    assert set(kept.apply(table)["town"]) == {"*"}
    assert list(gone.apply(table)["town"]) == ["*", *["C"] * 39]
    assert (kept.lost, gone.lost) == (1.0, 1 / 40)
    assert gone.suppressed == 1
    assert "fewer than 11 rows" in gone.notes[0]


def test_nobody_is_blanked_beyond_the_cap() -> None:
    """Two strangers among fifty: 3 % are one person, so both stay; 4 % are two."""
    table = table_of(town=["A", "A", *["C"] * 48])
    assert [learn(table, ["town"], k=20, suppress_max=cap).suppressed for cap in (0.03, 0.04)] == [0, 2]
    assert [learn(table, ["town"], np.arange(50) // 2, k=20, suppress_max=cap).suppressed for cap in (0.03, 0.04)] == [
        0,
        2,
    ]


def test_a_person_of_many_rows_counts_once() -> None:
    table, people = table_of(age=[1.0] * 20 + [2.0] * 20), np.repeat([0, 1, 2, 3], 10)
    assert set(learn(table, ["age"], people, k=3).apply(table)["age"]) == {"*"}
    assert set(learn(table, ["age"], people, k=2).apply(table)["age"]) == {"1", "2"}


def test_declared_words_are_used() -> None:
    table = table_of(town=["A", "B", "C", "D"])
    made = learn(table, ["town"], hierarchies={"town": [{"north": ["A", "B"], "south": ["C", "D"]}]})
    assert list(made.apply(table)["town"]) == ["north", "north", "south", "south"]


# --- rows that were not learnt from ---


def test_rows_that_fit_no_cell_are_blank() -> None:
    table = table_of(town=list("AABBCC"), age=[20.0, 21.0, 40.0, 41.0, 60.0, 61.0])
    made = learn(table, ["town", "age"])
    new = table_of(town=["A", "Z", "B", "A"], age=[20.5, 20.0, 40.0, 60.0])
    words = made.apply(new)
    assert list(words["town"]) == ["A", "*", "B", "*"]
    assert list(words["age"]) == ["21 or less", "*", "40 to 41", "*"]


def test_cells_of_a_sample_are_widened_by_the_rows_to_come() -> None:
    """30 lies between two cells of the sample, on the upper side of the cut; of town Z nothing can be said."""
    sample = table_of(town=list("AABBCC"), age=[20.0, 21.0, 40.0, 45.0, 60.0, 61.0])
    made = learn(sample, ["town", "age"])
    new = table_of(town=["B", "B", "Z"], age=[30.0, 44.0, 20.0])
    assert [made.measured(new)[1], made.widened(new).measured(new)[1]] == [2, 1]
    words = made.widened(new).apply(new)
    assert list(words["town"]) == ["B", "B", "*"]
    assert list(words["age"]) == ["21 to 45", "21 to 45", "*"]
    assert list(made.apply(sample)["age"])[2:4] == ["40 to 45", "40 to 45"]


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 6), st.integers(12, 60), st.integers(0, 10_000))
def test_widened_cells_have_room_for_all_whose_levels_are_known(k: int, rows: int, seed: int) -> None:
    table = people_at_random(np.random.default_rng(seed), 4 * rows)
    names = ["age", "pay", "born", "code"]
    narrow = learn(table.take(np.arange(rows)), names, k=k)
    wide = narrow
    for start in range(0, 4 * rows, rows):
        wide = wide.widened(table.take(np.arange(start, start + rows)))
    risk = group_risk(masked(table, wide), names, 1.0)
    assert risk is None or risk.smallest >= k
    assert wide.measured(table)[1] <= narrow.measured(table)[1]
    there = ~np.isnan(table.values("age")) & np.isin(table.values("code"), table.values("code")[:rows])
    assert wide.measured(table.take(there))[1] == 0 or len(narrow.axes[0].place) < 3


def test_what_was_learnt_holds_no_row_and_can_be_sent_elsewhere() -> None:
    table = people_at_random(np.random.default_rng(1), 60)
    made = learn(table, list(table.frame.columns), k=3)
    assert all(not len(axis.codes) for axis in made.axes)
    assert not len(made.cells.of_row)
    again = pickle.loads(pickle.dumps(made))  # noqa: S301  our own, just made
    for name, words in made.apply(table).items():
        assert list(again.apply(table)[name]) == list(words)


# --- what cannot be had ---


def test_fewer_people_than_k_are_refused_or_all_blank() -> None:
    table = table_of(age=[1.0, 2.0, 3.0])
    with pytest.raises(PolicyError, match="k cannot be reached"):
        learn(table, ["age"], k=4, suppress_max=0.5)
    made = learn(table, ["age"], k=4, suppress_max=1.0)
    assert list(made.apply(table)["age"]) == ["*"] * 3
    assert made.suppressed == 3


def test_an_l_that_the_table_does_not_have_is_refused() -> None:
    table = table_of(age=[1.0, 2.0], ill=["a", "b"])
    with pytest.raises(PolicyError, match="holds 2 different values: l = 3 cannot be reached"):
        learn(table, ["age"], l=3, secrets=["ill"])


@pytest.mark.parametrize("asked", [{"secrets": ["none"]}, {"hierarchies": {"ill": [{"x": ["a"]}]}}])
def test_columns_that_are_not_there_are_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(PolicyError):
        learn(table_of(age=[1.0, 2.0], ill=["a", "b"]), ["age"], **asked)


def test_nothing_is_made_of_nothing() -> None:
    table = table_of(age=[], town=[])
    made = learn(table, ["age", "town"])
    assert [len(words) for words in made.apply(table).values()] == [0, 0]
    assert learn(table_of(age=[1.0, 2.0]), []).apply(table) == {}


# --- what holds of every table ---


def people_at_random(rng: np.random.Generator, rows: int) -> Table:
    """Numbers few and many, dates, words, postcodes, missing values, a column of one value and one of none."""
    there = rng.random(rows) < 0.85
    town = [str(rng.choice(list("ABCDE"), p=[0.4, 0.3, 0.15, 0.1, 0.05])) if here else None for here in there]
    return table_of(
        age=list(np.where(rng.random(rows) < 0.1, np.nan, rng.integers(0, 30, rows))),
        pay=list(np.round(rng.lognormal(8, 1, rows), 2)),
        born=list(np.datetime64("1990-01-01", "us") + rng.integers(0, 4_000, rows).astype("timedelta64[D]")),
        town=town,
        grade=[str(value) for value in rng.integers(1, 6, rows)],
        code=[f"{value:05d}" for value in rng.integers(10_000, 10_400, rows)],
        same=["x"] * rows,
        none=[None] * rows,
    )


@settings(max_examples=60, deadline=None)
@given(
    st.integers(2, 9),
    st.integers(1, 120),
    st.integers(0, 10_000),
    st.sampled_from([0.0, 0.05, 0.3]),
    st.integers(1, 4),
    st.integers(1, 8),
)
def test_every_group_is_of_k_people_and_no_more_than_the_cap_are_blank(
    k: int, rows: int, seed: int, cap: float, k_rare: int, wide: int
) -> None:
    rng = np.random.default_rng(seed)
    table, people = people_at_random(rng, rows), rng.integers(0, rows, rows)
    names = list(rng.permutation(list(table.frame.columns))[:wide])
    if len(set(people)) < k:
        return
    groups = {"town": [{"one": ["A", "B"], "two": ["C", "D", "E"]}]} if "town" in names and seed % 2 else {}
    made = learn(table, names, people, k=k, suppress_max=cap, k_rare=k_rare, hierarchies=groups)
    out = masked(table, made)
    risk = group_risk(out, names, 1.0, people)
    assert risk is None or risk.smallest >= k
    blank = made.cell_of(table) < 0
    assert blank.sum() == made.suppressed
    assert len(np.unique(people[blank])) <= cap * len(np.unique(people)) + 1e-9
    assert 0 <= made.lost <= 1


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 10_000),
    st.integers(20, 150),
    st.integers(1, 3),
    st.sampled_from([None, 0.2, 0.5]),
    st.sampled_from([0.0, 0.1]),
)
def test_the_gates_own_figures_keep_to_l_and_t(seed: int, rows: int, l: int, t: float | None, cap: float) -> None:  # noqa: E741
    rng = np.random.default_rng(seed)
    table = people_at_random(rng, rows)
    names, secrets = ["age", "town", "code"], ["pay", "grade"]
    out = masked(table, learn(table, names, k=3, l=l, t=t, secrets=secrets, suppress_max=cap))
    groups, blank = groups_of(out, names)
    for name in secrets:
        ordered = name == "pay"
        codes = pd.factorize(out.values(name), sort=ordered, use_na_sentinel=False)[0]
        found = diversity(groups[~blank], codes[~blank], ordered=ordered)
        assert found is None or found.distinct >= l
        assert found is None or t is None or found.closeness <= t + 1e-9


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 6), st.integers(12, 80), st.integers(0, 10_000))
def test_learnt_from_a_sample_the_groups_of_all_rows_are_of_k_people(k: int, rows: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    table, people = people_at_random(rng, 3 * rows), rng.permutation(3 * rows) // 2
    sample = np.arange(rows)
    names = ["age", "pay", "born", "town", "code", "grade"]
    made = learn(table.take(sample), names, people[sample], k=k, suppress_max=0.1)
    risk = group_risk(masked(table, made), names, 1.0, people)
    assert risk is None or risk.smallest >= k


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(10, 60))
def test_every_word_is_true_of_its_row(seed: int, rows: int) -> None:
    """Learnt from one half: a word names the value, or a range around it, or nothing."""
    rng = np.random.default_rng(seed)
    table = people_at_random(rng, 2 * rows)
    made = learn(table.take(np.arange(rows)), ["age", "town"], k=2)
    words = (made.widened(table) if seed % 2 else made).apply(table)
    for age, word in zip(table.values("age"), words["age"], strict=True):
        assert word == "*" or _true_of(age, word)
    for town, word in zip(table.values("town"), words["town"], strict=True):
        named = None if word is None else word.removesuffix("/missing").split("|")
        assert (
            word == "*"
            or (named is None and town is None)
            or (named is not None and (town in named or "+" in word or (town is None and "missing" in word)))
        )


@pytest.mark.parametrize("spread", [3.0, 300.0])
def test_every_range_between_round_edges_is_true_of_its_row(spread: float) -> None:
    pay = np.round(np.random.default_rng(2).normal(1_000, spread * 40, 3_000))
    table = table_of(pay=list(pay))
    words = learn(table, ["pay"], k=5, k_rare=5).apply(table)["pay"]
    assert len(set(words)) > 30
    for value, word in zip(pay, words, strict=True):
        said = word.strip("()")
        low, _, high = said.removeprefix("under ").removesuffix(" or more").partition(" to <")
        assert value < float(low) if said.startswith("under") else float(low) <= value < float(high or "inf")


def _true_of(age: float, word: str | None) -> bool:
    if np.isnan(age):
        return word is None or word.endswith("/missing")
    if word is None:
        return False
    said = word.removesuffix("/missing")
    if said.endswith(" or less"):
        return age <= float(said[:-8])
    if said.endswith(" or more"):
        return age >= float(said[:-8])
    low, _, high = said.partition(" to ")
    return float(low) <= age <= float(high or low)
