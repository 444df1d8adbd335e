"""Intervals that may not overlap: proven by SQL over all pairs of one bed."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd
import pytest
from rulebooks import book, fitted, made

from privsynth.errors import BackendError, PolicyError

BEDS = """bed: {sequence: {prefix: B}}
ward: {choice: [short, long]}
opened: {date: {low: 2025-01-01, high: 2025-03-31}, missing: 0.05}"""
STAYS = """  stay:
    belongs_to: {table: t}
    intervals:
      gap: {exponential: {mean: 8}}
      stay: {lognormal: {median: "CASE parent.ward WHEN 'long' THEN 120 ELSE 48 END", sigma: 0.5, low: 1}}
      unit: UNIT
      since: parent.opened
      until: 2025-12-31
    columns:
      id: {sequence: {}}
      bed: {reference: bed}
      admitted: {row: since}
      discharged: {row: until}
      number: {row: number}
"""


def tables(folder: Path, rows: int, unit: str = "hours") -> tuple[pd.DataFrame, pd.DataFrame]:
    data = made(folder, book(BEDS, rows=rows, rest=STAYS.replace("UNIT", unit)))
    return data["t"].frame, data["stay"].frame


@pytest.mark.parametrize(("unit", "beds", "least"), [("hours", 250, 20_000), ("days", 1000, 2_000)])
def test_no_two_stays_of_one_bed_overlap(tmp_path: Path, unit: str, beds: int, least: int) -> None:
    t, stays = tables(tmp_path, beds, unit)
    with duckdb.connect() as base:
        base.register("s", stays)
        base.register("t", t)
        overlaps, outside, number, rows = base.sql(
            """SELECT
                 (SELECT count(*) FROM s a JOIN s b ON a.bed = b.bed AND a.id != b.id
                  AND a.admitted < coalesce(b.discharged, TIMESTAMP '2030-01-01')
                  AND b.admitted < coalesce(a.discharged, TIMESTAMP '2030-01-01')),
                 (SELECT count(*) FROM s JOIN t USING (bed) WHERE admitted < opened OR discharged < admitted
                  OR greatest(admitted, discharged) >= TIMESTAMP '2026-01-01'),
                 (SELECT count(*) FROM (SELECT number, row_number() OVER (PARTITION BY bed ORDER BY id) AS place FROM s)
                  WHERE number != place),
                 (SELECT count(*) FROM s)"""
        ).fetchall()[0]
    assert (overlaps, outside, number) == (0, 0, 0)
    assert rows > least
    last = stays.groupby("bed").tail(1)
    assert stays["discharged"].isna().sum() == last["discharged"].isna().sum() > 0.7 * len(last)
    assert set(stays["bed"]) == set(t.loc[t["opened"].notna(), "bed"])


def test_stays_and_gaps_have_their_laws(tmp_path: Path) -> None:
    t, stays = tables(tmp_path, 250)
    stays = stays.merge(t, on="bed")
    hours = (stays["discharged"] - stays["admitted"]) / pd.Timedelta(hours=1)
    gaps = (stays["admitted"] - stays.groupby("bed")["discharged"].shift()) / pd.Timedelta(hours=1)
    early = stays["admitted"] < pd.Timestamp("2025-11-01")
    assert hours[early & (stays["ward"] == "long")].median() == pytest.approx(120, rel=0.04)
    assert hours[early & (stays["ward"] == "short")].median() == pytest.approx(48, rel=0.04)
    assert gaps[early].mean() == pytest.approx(8, rel=0.04)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("gap: {exponential: {mean: 8}}", "gap: {person: name}", "a law of numbers"),
        ("      until: 2025-12-31\n", "", "this word is missing"),
        ("parent.ward", "ward", "no such column"),
        ("unit: UNIT", "unit: fortnights", "known are seconds, minutes, hours, days"),
    ],
)
def test_mistakes_are_told(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = book(BEDS, rest=STAYS)
    assert old in text
    with pytest.raises(PolicyError, match=message):
        fitted(tmp_path, text.replace(old, new).replace("UNIT", "hours"))


def test_lengths_that_cannot_be_are_refused(tmp_path: Path) -> None:
    text = book(BEDS, rest=STAYS.replace("UNIT", "hours"))
    gap = "gap: {exponential: {mean: 8}}"
    with pytest.raises(BackendError, match=r"book.yaml:13:7: a length of time is missing or below 0, in \d+ rows"):
        made(tmp_path, text.replace(gap, "gap: {normal: {mean: 0, sd: 1}}"))
    stay = text[text.index("      stay: {") : text.index("      unit")]
    with pytest.raises(BackendError, match="take no time at all"):
        made(tmp_path, text.replace(gap, "gap: {constant: 0}").replace(stay, "      stay: {constant: 0}\n"))
