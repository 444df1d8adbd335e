"""Arrivals: their number, their hours and their bursts, counted by numpy and SQL that know nothing of the rulebook."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from rulebooks import book, fitted, made

from privsynth.errors import BackendError, PolicyError

BRANCHES = """branch: {sequence: {}}
customers: {choice: [100, 300]}
opened: {date: {low: 2025-12-01, high: 2026-02-28}, missing: 0.1}"""
HOURS = [0, 0, 0, 0, 0, 0, 1, 3, 8, 9, 9, 7, 5, 6, 8, 8, 7, 5, 3, 1, 0, 0, 0, 0]
WEEKDAYS = [6, 5, 5, 5, 4, 1, 0]
CALLS = f"""  calls:
    belongs_to: {{table: t}}
    arrivals:
      rate: RATE
      hours: {HOURS}
      weekdays: {WEEKDAYS}
      BURSTS
      since: SINCE
      until: 2026-03-31
    columns:
      id: {{sequence: {{}}}}
      branch: {{reference: branch}}
      at: {{row: time, format: "%Y-%m-%d %H:%M:%S"}}
      number: {{row: number}}
"""


def words(rate: str = "parent.customers / 20", bursts: str = "", since: str = "2026-01-01") -> str:
    return CALLS.replace("RATE", rate).replace("      BURSTS\n", bursts).replace("SINCE", since)


def tables(folder: Path, rows: int = 25, **words_: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    data = made(folder, book(BRANCHES, rows=rows, rest=words(**words_)))
    return data["t"].frame, data["calls"].frame


def test_there_are_as_many_as_the_rate_says_in_each_hour_and_on_each_weekday(tmp_path: Path) -> None:
    t, calls = tables(tmp_path)
    calls = calls.merge(t, on="branch")
    assert len(calls) > 20_000
    hours, days = (
        np.bincount(part, minlength=size) / len(calls)
        for part, size in ((calls["at"].dt.hour, 24), (calls["at"].dt.weekday, 7))
    )
    assert np.abs(hours - np.array(HOURS) / sum(HOURS)).max() < 0.01
    assert hours[np.array(HOURS) == 0].sum() == 0
    assert days[6] == 0
    calendar = np.bincount(pd.date_range("2026-01-01", "2026-03-31").weekday, minlength=7) * WEEKDAYS
    assert np.abs(days - calendar / calendar.sum()).max() < 0.01
    even_days = calendar.sum() / (sum(WEEKDAYS) / 7)
    for customers, branches in t.groupby("customers")["branch"]:
        many = calls["branch"].isin(branches).sum()
        expected = customers / 20 * even_days * len(branches)
        assert abs(many - expected) < 4 * np.sqrt(expected)


def test_rows_of_a_parent_stand_together_in_order_within_the_window(tmp_path: Path) -> None:
    _, calls = tables(tmp_path)
    with duckdb.connect() as base:
        base.register("c", calls)
        wrong = base.sql(
            """SELECT count(*) FILTER ("at" < earlier), count(*) FILTER (number != place), count(*) FILTER (
                 "at" < TIMESTAMP '2026-01-01' OR "at" >= TIMESTAMP '2026-04-01') FROM (
                 SELECT *, lag("at") OVER w AS earlier, row_number() OVER w AS place FROM c
                 WINDOW w AS (PARTITION BY branch ORDER BY id))"""
        ).fetchall()[0]
    assert wrong == (0, 0, 0)
    assert calls["branch"].is_monotonic_increasing
    assert (calls["at"].dt.normalize() == pd.Timestamp("2026-03-31")).any()  # the last day is included
    assert calls["at"].dt.second.nunique() == 60


def test_numbers_scatter_as_chance_does_and_bursts_make_them_scatter_more(tmp_path: Path) -> None:
    def scatter(calls: pd.DataFrame) -> float:
        mondays = calls[calls["at"].dt.weekday == 0]
        counts = mondays.groupby(["branch", mondays["at"].dt.date]).size().unstack(fill_value=0).to_numpy()
        return float((counts.var(axis=1) / counts.mean(axis=1)).mean())

    _, plain = tables(tmp_path, rate='"12"')
    _, calls = tables(
        tmp_path,
        rate='"12"',
        bursts="      bursts: {rate: 0.5, size: {poisson: {mean: 20}}, minutes: 30}\n",
    )
    assert scatter(plain) == pytest.approx(1, abs=0.15)
    assert scatter(calls) > 3
    assert len(calls) - len(plain) == pytest.approx(25 * 90 * 0.5 * 20, rel=0.1)


def test_bursts_are_marked_and_short(tmp_path: Path) -> None:
    bursts = "      bursts: {rate: 0.02, size: {constant: 50}, minutes: parent.customers / 10}\n"
    text = book(BRANCHES, rows=25, rest=words(rate="1", bursts=bursts) + "      burst: {row: burst}\n")
    data = made(tmp_path, text)
    calls = data["calls"].frame.merge(data["t"].frame, on="branch")
    inside = calls[calls["burst"] == "true"]
    gap = inside.groupby("branch")["at"].diff()
    burst = (gap.isna() | (gap > pd.Timedelta(hours=1))).cumsum()
    length = inside.groupby(burst)["at"].agg(lambda times: times.max() - times.min())
    assert (length <= pd.to_timedelta(inside.groupby(burst)["customers"].first() / 10, unit="min")).mean() > 0.9
    assert (inside.groupby(burst).size() % 50 == 0).mean() > 0.9
    assert set(calls["burst"]) == {"true", "false"}


def test_each_parent_may_have_a_window_of_its_own(tmp_path: Path) -> None:
    t, calls = tables(tmp_path, since="parent.opened")
    calls = calls.merge(t, on="branch")
    assert (calls["at"] >= calls["opened"]).all()
    assert set(t.loc[t["opened"].isna(), "branch"]).isdisjoint(calls["branch"])


def test_without_weights_and_parent_all_hours_are_alike(tmp_path: Path) -> None:
    alone = """version: 1
name: hits
tables:
  hits:
    arrivals: {rate: 2000, since: 2026-01-01, until: 2026-01-10}
    columns: {at: {row: time}}
"""
    at = made(tmp_path, alone).root.frame["at"]
    assert len(at) == pytest.approx(20_000, rel=0.03)
    assert at.is_monotonic_increasing
    assert np.abs(np.bincount(at.dt.hour) / len(at) - 1 / 24).max() < 0.006


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("rate: parent.customers / 20", "rate: -1", "book.yaml:13:7: .*below 0"),
        ("rate: parent.customers / 20", "rate: parent.many", "no such column"),
        ("weekdays: [6, 5, 5, 5, 4, 1, 0]", "weekdays: [1, 1]", "at least 7 items"),
        ("weekdays: [6, 5, 5, 5, 4, 1, 0]", "weekdays: [0, 0, 0, 0, 0, 0, 0]", "one must be above 0"),
        ("until: 2026-03-31", "until: 2025-03-31", "this is before 'since'"),
        ("{row: number}", "{row: burst}", "it is given time, number"),
        ("    columns:\n      id", "    rows: 5\n    columns:\n      id", "arrivals say how many"),
    ],
)
def test_mistakes_are_told_with_their_place(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = book(BRANCHES, rest=words())
    assert old in text
    with pytest.raises(PolicyError, match=message):
        fitted(tmp_path, text.replace(old, new))


def test_more_than_memory_holds_is_refused_before_the_first_of_them(tmp_path: Path) -> None:
    with pytest.raises(BackendError, match=r"book.yaml:12:5: [\d,]+ rows are expected"):
        tables(tmp_path, rate="1.0e+9")
    with pytest.raises(BackendError, match=r"missing or below 0, in \d+ rows"):
        tables(tmp_path, rate="parent.customers - 200")
