"""Of two tables that differ in what fewer than k people hold, the same book is inferred.

What these few hold is far from all that others do. Numbers that all people make together (weights, means, edges near
quantiles) may move a little, ends of a range by less than twice the range (they hang on the k-th and the 2k-th value),
and nothing else may: no word, no comment, no branch, no law, no format.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from crowded import K, book_of, described

from privsynth.plainyaml import parse_yaml

Frames = dict[str, pd.DataFrame]
Shares = dict[tuple[str, str], float]
Change = Callable[[Frames], Frames]
FEW = slice(3, 3 + K - 1)
NUMBER = re.compile(r"\d+(?:\.\d+)?")
NEAR = 0.12  # of the larger of two numbers
FEW_OFF = 0.02  # of the rows that a table of shares has elsewhere


def clinic(rows: int, seed: int) -> Frames:
    """Visits of patients, each in a row. Most fees are zeros, others begin at 13; what follows them is in steps."""
    rng = np.random.default_rng(seed)
    fee = np.where(rng.random(rows) < 0.7, 0, np.round(rng.uniform(13, 40, rows), 1))
    came = pd.Timestamp("2023-01-02") + pd.to_timedelta(7 * rng.integers(0, 104, rows) + rng.integers(0, 5, rows), "D")
    ward = rng.choice(["eye", "heart", "skin"], rows, p=[0.5, 0.3, 0.2])
    frame = pd.DataFrame(
        {
            "case": [f"AB{number:05d}" for number in rng.permutation(rows) + 20_000],
            "number": rng.permutation(rows) + 20_000,
            "ward": ward,
            "fee": fee,
            "effort": rng.integers(0, 4, rows) + 10 * (fee > 0),
            "dose": np.round(np.exp(rng.normal(4, 0.4, rows)), 1),
            "weight": np.round(rng.normal(np.where(ward == "eye", 40, 90), 5), 1),
            "pulse": np.round(np.where(rng.random(rows) < 0.5, rng.normal(60, 4, rows), rng.normal(120, 6, rows)), 1),
            "score": rng.integers(1, 6, rows),
            "came": came,
            "left": came + pd.to_timedelta(rng.integers(0, 6, rows), "D"),
            "note": np.where(rng.random(rows) < 0.3, None, "seen").astype(object),
        }
    )
    return {"visits": frame}


def library(rows: int, seed: int) -> Frames:
    """Readers of some branches, and what each has borrowed."""
    rng = np.random.default_rng(seed)
    branches = pd.DataFrame({"branch_id": np.arange(20) + 1, "room": [f"room {at % 4}" for at in range(20)]})
    readers = pd.DataFrame(
        {
            "reader_id": np.arange(rows) + 1_000,
            "branch_id": rng.integers(1, 21, rows),
            "age": np.clip(np.round(rng.normal(45, 8, rows)), 20, 70).astype(int),
        }
    )
    many = rng.integers(1, 5, rows)
    loans = pd.DataFrame(
        {
            "loan_id": np.arange(many.sum()) + 10_000,
            "reader_id": np.repeat(readers["reader_id"].to_numpy(), many),
            "days": np.round(np.exp(rng.normal(4, 0.4, many.sum())), 1),
        }
    )
    return {"branches": branches, "readers": readers, "loans": loans}


def held(table: str, column: str, value: Any) -> Change:
    """The same frames, with this value in a column for so many rows as are too few; or with the value of each."""

    def change(frames: Frames) -> Frames:
        frame = frames[table].copy()
        is_whole = frame[column].dtype.kind == "i"
        values = frame[column].astype(str if is_whole and isinstance(value, str) else object)
        values.iloc[FEW] = [value(at) if callable(value) else value for at in range(K - 1)]
        frame[column] = values.astype("Int64") if is_whole and value is None else values.infer_objects()
        return {**frames, table: frame}

    return change


VISITS = {
    "a high extreme": held("visits", "dose", 98_765.4),
    "different high extremes": held("visits", "dose", lambda at: 50_000.3 + 977 * at),
    "numbers below zero": held("visits", "dose", -345.6),
    "a zero among numbers above it": held("visits", "dose", 0.0),
    "decimals": held("visits", "dose", 81.123456),
    "decimals of whole numbers": held("visits", "score", "2.75"),
    "an empty stretch": held("visits", "fee", 7),
    "the middle of two humps": held("visits", "pulse", 91.5),
    "a rare level": held("visits", "ward", "leprosy"),
    "different rare levels": held("visits", "ward", lambda at: f"rare {at}"),
    "a rare whole number": held("visits", "score", 9),
    "longer keys": held("visits", "case", lambda at: f"AB0000000{at:03d}"),
    "keys of another form": held("visits", "case", lambda at: f"0f8fad5b-d9cb-469f-a165-7086772895{at:02d}"),
    "keys without the letters": held("visits", "case", lambda at: f"{at:07d}"),
    "missing keys": held("visits", "case", None),
    "larger numbers as keys": held("visits", "number", lambda at: 98_765_432_100 + at),
    "the same key": held("visits", "number", 20_001),
    "weekends": held("visits", "came", pd.Timestamp("2023-01-01")),
    "times of day": held("visits", "left", pd.Timestamp("2024-12-30 12:34:56.123")),
    "long gaps": held("visits", "left", pd.Timestamp("2031-07-06")),
    "early days": held("visits", "came", pd.Timestamp("1931-02-03")),
    "missing words": held("visits", "ward", None),
    "missing numbers": held("visits", "score", None),
    "missing days": held("visits", "left", None),
}
LOANS = {
    "missing references": held("readers", "branch_id", None),
    "longer keys of a parent": held("loans", "loan_id", lambda at: 7_654_321_000 + at),
    "extremes below a parent": held("loans", "days", 31_415.0),
    "old parents": held("readers", "age", 117),
}


def other(one: str, two: str) -> list[str]:
    """Where the second book says something else than the first."""
    first, second = (parse_yaml(text, "t.yaml") for text in (one, two))
    untold = [
        {(table, name): share for table, of in book["inferred"].pop("untold").items() for name, share in of.items()}
        for book in (first, second)
    ]
    comments = [[line.strip() for line in text.splitlines() if line.lstrip().startswith("#")] for text in (one, two)]
    return [
        *_other(first, second, ""),
        *_other(*comments, "comment"),
        *_other_untold(*untold, first["inferred"]["rows"]),
    ]


def _other_untold(one: Shares, two: Shares, rows: dict[str, int]) -> Iterator[str]:
    """What is not told is as many as k people are; a few more may make it more than k."""
    for table, column in one.keys() | two.keys():
        few = K / rows[table]
        shares = [each.get((table, column), few) for each in (one, two)]
        if abs(shares[0] - shares[1]) > 1.5 * few:  # they are rounded upwards
            yield f"untold in {table}.{column}: {shares}"


def _other(one: Any, two: Any, where: str) -> Iterator[str]:
    if isinstance(one, dict) and isinstance(two, dict) and _names(one) == _names(two):
        if "high" in one and not _end_alike(one, two):
            yield f"{where}: {one} | {two}"
        if "edges" in one and _off(one, two) > FEW_OFF:
            yield f"{where}: {one} | {two}"
        for name in one.keys() - {"low", "high", "edges", "weights"}:
            yield from _other(one[name], two[name], f"{where}.{name}")
    elif isinstance(one, list) and isinstance(two, list) and len(one) == len(two):
        for each in zip(one, two, strict=True):
            yield from _other(*each, where)
    elif not _are_near(one, two):
        yield f"{where}: {one} | {two}"


def _names(way: dict[str, Any]) -> set[str]:
    """A book need not say of a range that it begins at zero."""
    return {*way, "low"} if "high" in way else {*way}


def _end_alike(one: dict[str, Any], two: dict[str, Any]) -> bool:
    if not isinstance(one["high"], int | float):
        return all(_are_near(one[end], two[end]) for end in ("low", "high"))
    ends = np.array([[way.get("low", 0), way["high"]] for way in (one, two)])
    return bool(np.abs(ends[1] - ends[0]).max() < 2 * np.ptp(ends[0]))


def _off(one: dict[str, Any], two: dict[str, Any]) -> float:
    """The largest difference between two tables of shares: their inner edges may have moved, and even one be gone."""
    at = [*one["edges"], *two["edges"]]
    shares = [np.cumsum([0, *way["weights"]]) / sum(way["weights"]) for way in (one, two)]
    drawn = [np.interp(at, way["edges"], share) for way, share in zip((one, two), shares, strict=True)]
    return float(np.abs(drawn[0] - drawn[1]).max())


def _are_near(one: Any, two: Any) -> bool:
    if isinstance(one, str) and isinstance(two, str):
        pairs = zip(NUMBER.findall(one), NUMBER.findall(two), strict=False)
        return NUMBER.sub("#", one) == NUMBER.sub("#", two) and all(_are_near(*map(float, each)) for each in pairs)
    if isinstance(one, dt.date) and isinstance(two, dt.date):
        return abs(one - two) <= dt.timedelta(days=31)
    if isinstance(one, int | float) and isinstance(two, int | float):
        return abs(one - two) <= max(1, NEAR * max(abs(one), abs(two)))
    return bool(one == two)


@pytest.fixture(scope="module", params=[0, 1])
def visits(request: pytest.FixtureRequest) -> tuple[Frames, str]:
    frames = clinic(3_000, request.param)
    return frames, book_of(described(**frames))


@pytest.fixture(scope="module", params=[0, 1])
def loans(request: pytest.FixtureRequest) -> tuple[Frames, str]:
    frames = library(1_500, request.param)
    return frames, book_of(described(**frames))


@pytest.mark.parametrize("change", VISITS.values(), ids=VISITS)
def test_what_a_few_patients_hold_is_not_in_the_book(visits: tuple[Frames, str], change: Change) -> None:
    frames, book = visits
    assert other(book, book_of(described(**change(frames)))) == []


def test_no_range_ends_in_a_stretch_where_few_are(visits: tuple[Frames, str]) -> None:
    """Neither in the table of shares, nor in a condition: there a single person would be where the range ends."""
    frames = VISITS["the middle of two humps"](VISITS["an empty stretch"](visits[0]))
    columns = parse_yaml(book_of(described(**frames)), "t.yaml")["tables"]["visits"]["columns"]
    assert not [edge for edge in columns["pulse"]["histogram"]["edges"] if 82 < edge < 98]
    cuts = [float(cut) for cut in re.findall(r"fee <=? ([\d.]+)", str(columns["effort"]))]
    assert 0 in cuts
    assert not [cut for cut in cuts if 0 < cut < 13]


@pytest.mark.parametrize("change", LOANS.values(), ids=LOANS)
def test_what_a_few_readers_hold_is_not_in_the_book(loans: tuple[Frames, str], change: Change) -> None:
    frames, book = loans
    assert other(book, book_of(described(**change(frames)))) == []
