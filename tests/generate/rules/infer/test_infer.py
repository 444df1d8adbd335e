"""A rulebook inferred from tables: valid, made of what many people share, and like what it was made from."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from crowded import K, book_of, content_of, described, shop

from privsynth.dataset import Dataset, Kind
from privsynth.describe import facts_of
from privsynth.expressions import compile_condition
from privsynth.generate.rules import Rules
from privsynth.generate.rules.book import parse_rulebook
from privsynth.generate.rules.infer.holders import Holders
from privsynth.generate.rules.infer.laws import law_of
from privsynth.generate.rules.planning.plan import plan_tables
from privsynth.options import RulesOptions
from privsynth.plainyaml import parse_yaml
from privsynth.policy import Policy
from privsynth.statistics import Statistics, Taken

Told = tuple[str, Any, np.ndarray]  # a column, a value that the book names, and the rows of which it says so


def drawn(text: str, folder: Path, rows: int = 5_000) -> Dataset:
    path = folder / "t.yaml"
    path.write_text(text, encoding="utf-8")
    rules = Rules(RulesOptions(rulebook=path), Policy().limits)
    fitted = rules.fit(Dataset(()), Statistics({}, Taken()), np.random.default_rng(0))
    return fitted.sample(rows, np.random.default_rng(0))


def told(way: dict[str, Any], column: str, frame: pd.DataFrame, rows: np.ndarray) -> Iterator[Told]:
    """Every value that a way names for some rows. An `else` may stand in with what holds for the branch above."""
    if way.get("constant") is not None:
        yield column, way["constant"], rows
    yield from ((column, value, rows) for value in way.get("choice", ()))
    for level, inner in way.get("of", {}).items():
        here = rows & (frame[way["by"]] == level).to_numpy()
        yield way["by"], level, rows
        yield from told(inner, column, frame, here)
    if "when" in way:
        kinds = {name: Kind.DATE if frame[name].dtype.kind == "M" else Kind.NUMBER for name in frame}
        rule = compile_condition(way["when"], kinds)
        holds = rule.holds(frame)
        yield from told(way["then"], column, frame, rows & holds)
    if "else" in way:
        left = rows & ~holds if "when" in way["else"] else rows
        yield from told(way["else"], column, frame, left)
    for inner in way.get("mixture", ()):
        yield from told(inner, column, frame, rows)


def columns_told(content: dict[str, Any], frame: pd.DataFrame) -> Iterator[Told]:
    for name, way in content["columns"].items():
        yield from told(way, name, frame, np.ones(len(frame), dtype=bool))


def test_the_book_is_valid_and_the_same_each_time() -> None:
    data = described(t=shop())
    text = book_of(data)
    plan_tables(parse_rulebook(text, "t.yaml"))
    assert text == book_of(data)


def test_no_value_and_no_nested_pair_is_held_by_fewer_than_k_people() -> None:
    frame = shop()
    found = [*columns_told(content_of(described(t=frame)), frame)]
    assert any(not rows.all() for _, _, rows in found), "nothing is nested: the test looks at no pair"
    few = [(column, value) for column, value, rows in found if (rows & (frame[column] == value).to_numpy()).sum() < K]
    assert not few


def test_rare_words_and_extremes_are_nowhere_in_the_text() -> None:
    text = book_of(described(t=shop()))
    numbers = [float(number) for number in re.findall(r"\d+\.?\d*", text)]
    assert "Zzyzx" not in text
    assert not {98765.43, 87654.32, 76543.21} & set(numbers)
    columns = parse_yaml(text, "t.yaml")["tables"]["t"]["columns"]
    assert max(float(number) for number in re.findall(r"\d+\.?\d*", str(columns["price"]))) < 20_000
    assert not set(map(str, shop()["order"])) & set(re.findall(r"\d+", str(columns["order"])))


def test_a_person_with_many_rows_counts_once() -> None:
    rows = pd.DataFrame(
        {
            "customer": np.r_[np.repeat(1, 200), np.repeat(np.arange(2, 400), 2)],
            "bought": np.r_[np.repeat("opals", 200), np.tile(["bread", "wine"], 398)],
        }
    )
    data = described(t=rows)
    data = data.replace_tables(data["t"].__class__(**{**vars_of(data["t"]), "person": "customer"}))
    assert "opals" not in book_of(data)


def test_what_holds_between_the_amounts_of_one_person_alone_is_not_told() -> None:
    rng = np.random.default_rng(0)
    owner = np.r_[np.repeat(1, 200), np.repeat(np.arange(2, 400), 2)]
    low = np.where(owner == 1, np.round(rng.uniform(10, 60, len(owner)), 1), np.nan)
    high = np.round(low + rng.exponential(3, len(owner)), 1)
    data = described(t=pd.DataFrame({"customer": owner, "low": low, "high": high, "twice": 2 * low}))
    data = data.replace_tables(data["t"].__class__(**{**vars_of(data["t"]), "person": "customer"}))
    assert {fact.kind for fact in facts_of(data)} >= {"order", "arithmetic"}
    told = content_of(data)
    assert "expect" not in told
    assert told["columns"]["twice"]["constant"] is None


def vars_of(table: Any) -> dict[str, Any]:
    return {name: getattr(table, name) for name in ("name", "columns", "frame", "person", "form", "rules")}


def test_what_belongs_together_is_drawn_together(tmp_path: Path) -> None:
    made = drawn(book_of(described(t=shop())), tmp_path).tables[0].frame
    prices = made.groupby("kind")["price"].median()
    assert prices["wine"] > 5 * prices["bread"]
    assert made["kind"].value_counts(normalize=True)["bread"] == pytest.approx(0.6, abs=0.03)


def test_the_later_date_is_made_from_the_earlier_one(tmp_path: Path) -> None:
    made = drawn(book_of(described(t=shop())), tmp_path).tables[0].frame
    gaps = (made["sent"] - made["ordered"]).dt.days
    assert gaps.min() == 0
    assert gaps.max() == 5


def test_what_is_worked_out_in_every_row_is_worked_out() -> None:
    frame = shop()
    frame["total"] = np.round(frame["price"] * frame["quantity"], 2)
    assert content_of(described(t=frame))["columns"]["total"]["sql"]


def test_one_column_that_decides_another_still_does(tmp_path: Path) -> None:
    frame = shop()
    frame["shelf"] = frame["kind"].map({"bread": "A", "wine": "B", "cheese": "C"})
    made = drawn(book_of(described(t=frame)), tmp_path).tables[0].frame
    assert made.groupby("kind")["shelf"].nunique().max() == 1


def test_a_column_that_is_missing_where_another_says_so(tmp_path: Path) -> None:
    frame = shop()
    frame["vintage"] = np.where(frame["kind"] == "wine", "old", None)
    made = drawn(book_of(described(t=frame)), tmp_path).tables[0].frame
    assert made["vintage"].notna().groupby(made["kind"]).mean().to_dict() == {"bread": 0, "cheese": 0, "wine": 1}


def test_keys_and_people_are_new(tmp_path: Path) -> None:
    frame = shop(400)
    frame["email"] = [f"{letter}{number}@firm.org" for number, letter in enumerate("abcd" * 100)]
    data = described(t=frame)
    made = drawn(book_of(data), tmp_path).tables[0].frame
    assert not set(made["order"]) & set(frame["order"])
    assert not set(made["email"]) & set(frame["email"])
    assert content_of(data)["columns"]["email"]["person"] == "email"


def test_children_are_as_many_as_their_parents_have(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    tier = rng.choice(["gold", "plain"], 2_000)
    many = rng.poisson(np.where(tier == "gold", 6, 1))
    parents = pd.DataFrame({"customer_id": np.arange(2_000) * 7 + 10_000, "tier": tier})
    children = pd.DataFrame(
        {
            "line": np.arange(many.sum()),
            "customer_id": np.repeat(parents["customer_id"], many),
            "ware": rng.choice(["a", "b"], many.sum()),
        }
    )
    data = described(customers=parents, lines=children)
    made = drawn(book_of(data), tmp_path, rows=2_000)
    counts = (
        made["lines"].frame["customer_id"].value_counts().reindex(made["customers"].frame["customer_id"], fill_value=0)
    )
    by_tier = counts.groupby(made["customers"].frame["tier"].to_numpy()).mean()
    assert by_tier["gold"] == pytest.approx(6, abs=0.5)
    assert by_tier["plain"] == pytest.approx(1, abs=0.3)


@pytest.mark.parametrize(
    ("law", "values"),
    [
        ("normal", lambda rng: rng.normal(100, 15, 5_000)),
        ("lognormal", lambda rng: np.exp(rng.normal(3, 0.6, 5_000))),
        ("exponential", lambda rng: rng.exponential(8, 5_000)),
        ("uniform", lambda rng: rng.random(5_000) * 60),
    ],
)
def test_a_law_that_fits_is_told(law: str, values: Any) -> None:
    numbers = np.round(values(np.random.default_rng(3)), 2)
    fit = law_of(numbers, Holders(np.arange(5_000), K), 2)
    assert fit is not None
    assert law in fit.way
    assert fit.off < 0.04


def test_where_no_law_fits_a_table_of_shares_stands() -> None:
    rng = np.random.default_rng(3)
    numbers = np.round(np.concatenate([rng.normal(10, 1, 2_000), rng.normal(50, 2, 3_000)]), 2)
    fit = law_of(numbers, Holders(np.arange(5_000), K), 2)
    assert fit is not None
    edges, weights = fit.way["histogram"].values()
    assert edges == sorted(edges)
    assert all(len(str(weight).rstrip("0")) <= 2 for weight in weights)


def branches_of(
    way: dict[str, Any], frame: pd.DataFrame, rows: np.ndarray
) -> Iterator[tuple[dict[str, Any], np.ndarray]]:
    """Each way at the end of conditions, and the rows that come to it."""
    if "when" not in way:
        yield way, rows
        return
    holds = compile_condition(way["when"], dict.fromkeys(frame, Kind.NUMBER)).holds(frame)
    yield from branches_of(way["then"], frame, rows & holds)
    yield from branches_of(way["else"], frame, rows & ~holds)


@pytest.mark.parametrize("name", ["sex", "visits"])
def test_a_branch_says_that_all_are_alike_only_where_nearly_all_are(name: str) -> None:
    """In each of eight ranges of weight fewer than k of 36 penguins are of the other sex, or have been seen."""
    rng = np.random.default_rng(0)
    rows = np.arange(288)
    is_rare = rows % 36 < np.where(rows < 144, 9, 18)
    values = {
        "sex": np.where((rows >= 144) ^ (rows % 36 < 9), "male", "female"),
        "visits": np.where(is_rare, rng.integers(1, 40, len(rows)), 0),
    }
    weight = np.sort(rng.integers(2_700, 6_300, len(rows)))
    sizes = {f"size{at}": weight // 20 + rng.integers(0, 3, len(rows)) for at in range(2)}
    frame = pd.DataFrame({"weight": weight, **sizes, name: values[name]})
    way = content_of(described(t=frame))["columns"][name]
    found = [*branches_of(way, frame, np.ones(len(rows), dtype=bool))]
    assert len(found) > 1, "it follows nothing: the test looks at no branch"
    sure = [(frame[name][here] == way["constant"]).mean() for way, here in found if "constant" in way]
    assert min(sure, default=1.0) >= 0.95


def test_neighbouring_branches_with_the_same_way_are_one() -> None:
    rng = np.random.default_rng(0)
    size = np.sort(rng.integers(0, 1_000, 2_000))
    frame = pd.DataFrame({"size": size, "grade": np.where((size > 300) & (size < 650), "B", "A")})
    grade = content_of(described(t=frame))["columns"]["grade"]
    ways = [way for way, _ in branches_of(grade, frame, np.ones(len(frame), dtype=bool))]
    assert all(way != after for way, after in pairwise(ways))
    assert sum("constant" in way for way in ways) >= 3


def test_the_reason_above_a_column_names_the_branch_that_fits_least() -> None:
    """Prices follow the kind; those of wine lie in two heaps, which no law describes."""
    frame = shop()
    heaps = np.where(np.arange(len(frame)) % 2 == 0, 20.0, 60.0) + frame["price"] / 100
    frame["price"] = np.round(frame["price"].mask(frame["kind"] == "wine", heaps), 2)
    text = " ".join(book_of(described(t=frame)).replace("#", "").split())
    above = text[: text.rindex(" price: ")].rpartition("follows ")[2]
    assert above.startswith("kind, which tells ")
    assert "of their rows off, most where kind is " in above


def ranges_of(way: dict[str, Any]) -> Iterator[tuple[dt.date, dt.date]]:
    """The ends of all ranges of days that a way names."""
    if "date" in way:
        yield way["date"]["low"], way["date"]["high"]
    for inner in filter(None, [*way.get("mixture", ()), *way.get("of", {}).values(), way.get("then"), way.get("else")]):
        yield from ranges_of(inner)


@pytest.mark.parametrize(("days", "step"), [(100, 1), (300, 5), (1_000, 10), (3_000, 31), (20_000, 366)])
def test_no_range_of_dates_reaches_beyond_the_days_of_k_people(days: int, step: int) -> None:
    """Also where a branch has so few that the ends of its own dates are guessed at."""
    rng = np.random.default_rng(1)
    when = np.sort(rng.integers(0, days, 1_000))
    day = pd.Timestamp("2012-03-08") + pd.to_timedelta(when, unit="D")
    sky = np.where(rng.random(1_000) < 0.04, "snow", np.where(when > days / 2, "rain", "sun"))
    columns = content_of(described(t=pd.DataFrame({"day": day, "sky": sky})))["columns"]
    told = [*ranges_of(columns["day"])]
    first, last = day[K - 1].date(), day[-K].date()
    assert dt.timedelta(0) <= min(low for low, _ in told) - first < dt.timedelta(step)
    assert dt.timedelta(0) <= last - max(high for _, high in told) < dt.timedelta(step)


def test_no_range_of_days_after_another_date_reaches_beyond_those_of_k_people() -> None:
    rng = np.random.default_rng(1)
    begin = pd.Timestamp("2012-03-08") + pd.to_timedelta(rng.integers(0, 900, 1_000), unit="D")
    gaps = np.sort(rng.integers(40, 500, 1_000))
    frame = pd.DataFrame({"begin": begin, "end": begin + pd.to_timedelta(gaps, unit="D")})
    told = [int(days) for days in re.findall(r"INTERVAL (\d+) DAY", str(content_of(described(t=frame))["columns"]))]
    assert gaps[K - 1] <= min(told) < gaps[K - 1] + 10
    assert gaps[-K] - 10 < max(told) <= gaps[-K]


def test_many_zeros_are_a_part_of_a_mixture() -> None:
    rng = np.random.default_rng(3)
    numbers = np.where(rng.random(5_000) < 0.7, 0, np.round(rng.exponential(300, 5_000)) + 1)
    fit = law_of(numbers, Holders(np.arange(5_000), K), 0)
    assert fit is not None
    assert fit.way["mixture"][0] == {"weight": 7000, "constant": 0} or fit.way["mixture"][0]["constant"] == 0
