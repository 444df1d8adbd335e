"""Series: level, trend, seasons and noise, worked out again by numpy and pandas."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rulebooks import book, fitted, made

from privsynth.errors import BackendError, PolicyError

SENSORS = """sensor: {sequence: {}}
normal: {uniform: {low: 10, high: 30}}
installed: {date: {low: 2026-01-01, high: 2026-01-20}}"""

END = pd.Timestamp("2031-03-02")


def words(series: str, every: str = "15 minutes", since: str = "parent.installed", until: str = "2026-01-31") -> str:
    return f"""  reading:
    belongs_to: {{table: t}}
    series: {{every: {every}, since: {since}, until: {until}, level: parent.normal{series}}}
    columns:
      sensor: {{reference: sensor}}
      at: {{row: time}}
      value: {{row: value, decimals: 6}}
      number: {{row: number}}
"""


def readings(folder: Path, series: str = "", rows: int = 12, **words_: str) -> pd.DataFrame:
    data = made(folder, book(SENSORS, rows=rows, rest=words(series, **words_)))
    return data["reading"].frame.merge(data["t"].frame, on="sensor")


def test_moments_are_even_from_each_sensors_beginning_to_the_last_day(tmp_path: Path) -> None:
    frame = readings(tmp_path, rows=15)
    assert len(frame) > 20_000
    for _, rows in frame.groupby("sensor"):
        wanted = pd.date_range(rows["installed"].iloc[0], "2026-02-01", freq="15min", inclusive="left")
        assert (rows["at"].to_numpy() == wanted.to_numpy()).all()
        assert (rows["number"].to_numpy() == np.arange(1, len(rows) + 1)).all()


def test_without_noise_a_value_is_level_trend_and_seasons(tmp_path: Path) -> None:
    season = """, trend: 0.5, season: [{period: day, size: 3, peak: 0.6}, {period: 12 hours, size: sensor_size},
      {period: week, size: 2, shape: [0, 0, 0, 0, 0, 1, 1]}]""".replace("sensor_size", "parent.normal / 10")
    frame = readings(tmp_path, season)
    at, normal = frame["at"], frame["normal"]
    days = (at - frame["installed"]) / pd.Timedelta(days=1)
    day = (at - at.dt.normalize()) / pd.Timedelta(days=1)
    week = at.dt.weekday + day
    weekend = np.interp(week, range(8), [0, 0, 0, 0, 0, 1, 1, 0])
    wave = 3 * np.cos(2 * np.pi * (day - 0.6)) + normal / 10 * np.cos(2 * np.pi * (2 * day - 0.5))
    assert np.abs(frame["value"] - (normal + 0.5 * days + wave + 2 * weekend)).max() < 1e-5


def test_noise_has_its_deviation_and_its_memory_in_each_run(tmp_path: Path) -> None:
    frame = readings(tmp_path, ", noise: {sd: 2, memory: 0.8}", rows=400, every="6 hours", since="2026-01-01")
    noise = (frame["value"] - frame["normal"]).to_numpy().reshape(400, -1)
    assert noise.shape == (400, 124)
    assert noise.std() == pytest.approx(2, rel=0.03)
    assert noise[:, 0].std() == pytest.approx(2, rel=0.1)  # from the first value on
    assert np.corrcoef(noise[:, 1:].ravel(), noise[:, :-1].ravel())[0, 1] == pytest.approx(0.8, abs=0.02)
    assert abs(np.corrcoef(noise[1:, 0], noise[:-1, -1])[0, 1]) < 0.15  # nothing of the sensor before
    assert abs(np.corrcoef(noise[:, 1:].ravel() - 0.8 * noise[:, :-1].ravel(), noise[:, :-1].ravel())[0, 1]) < 0.02


def test_a_price_walks_at_random_and_stays_above_nothing(tmp_path: Path) -> None:
    relative = ", relative: true, noise: {sd: 0.3, memory: 1}"
    frame = readings(tmp_path, relative, rows=200, every="day", since="2026-01-01", until="2026-04-30")
    logs = np.log(frame["value"] / frame["normal"]).to_numpy().reshape(200, -1)
    assert logs.shape == (200, 120)
    assert (frame["value"] > 0).all()
    assert np.abs(logs[:, 0]).max() < 1e-5
    assert np.diff(logs, axis=1).std() == pytest.approx(0.3, rel=0.03)


@pytest.mark.parametrize(
    ("every", "offset"),
    [
        ("month", pd.DateOffset(months=1)),
        ("quarter", pd.DateOffset(months=3)),
        ("2 years", pd.DateOffset(years=2)),
        ("week", pd.DateOffset(days=7)),
        ("3 days", pd.DateOffset(days=3)),
    ],
)
def test_months_end_with_their_last_day(tmp_path: Path, every: str, offset: pd.DateOffset) -> None:
    frame = readings(tmp_path, rows=40, every=every, until="2031-03-01", since="parent.installed + INTERVAL 11 DAY")
    for _, rows in frame.groupby("sensor"):
        first = rows["installed"].iloc[0] + pd.Timedelta(days=11)
        wanted = itertools.takewhile(lambda at: at < END, (first + at * offset for at in itertools.count()))
        assert list(rows["at"]) == list(wanted)
    assert frame["at"].eq(frame["at"].dt.normalize()).all()


def test_a_new_sensor_table_changes_no_other_and_the_same_seed_gives_the_same(tmp_path: Path) -> None:
    one, two = (readings(tmp_path, ", noise: {sd: 2, memory: 0.8}") for _ in range(2))
    assert one.equals(two)
    assert (
        made(tmp_path, book(SENSORS, rows=12))
        .root.frame["normal"]
        .equals(one.drop_duplicates("sensor")["normal"].reset_index(drop=True))
    )


@pytest.mark.parametrize(
    ("series", "every", "message"),
    [
        ("", "fortnight", "book.yaml:12:14: .*a period is written 15 minutes"),
        ("", "0 days", "a period is written"),
        (", noise: {sd: -1}", "day", "below 0"),
        (", noise: {sd: 1, memory: 2}", "day", "a number of at most 1"),
        (", season: [{period: day, size: 1, peak: 0.1, shape: [1, 2]}]", "day", "either a 'peak' or a 'shape'"),
        (", season: [{period: day, size: value}]", "day", "no such column"),
        (", trend: parent.day", "day", "no such column"),
    ],
)
def test_mistakes_are_told_with_their_place(tmp_path: Path, series: str, every: str, message: str) -> None:
    with pytest.raises(PolicyError, match=message):
        fitted(tmp_path, book(SENSORS, rest=words(series, every=every)))


def test_a_series_beyond_memory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BackendError, match=r"book.yaml:12:5: [\d,]+ rows are expected"):
        readings(tmp_path, every="second", since="2000-01-01")


def test_a_series_without_a_level_moves_around_0(tmp_path: Path) -> None:
    season = ", season: [{period: day, size: 3}]"
    text = book(SENSORS, rows=3, rest=words(season).replace(", level: parent.normal", ""))
    value = made(tmp_path, text)["reading"].frame["value"]
    assert (value.min(), value.max()) == (-3, 3)


def test_shares_of_no_level_are_refused_with_what_to_say(tmp_path: Path) -> None:
    for level in ("", ", level: 0"):
        text = book(SENSORS, rest=words(", relative: true").replace(", level: parent.normal", level))
        with pytest.raises(
            PolicyError, match=r"book\.yaml:12:5: tables\.reading\.series: .*say one, such as  level: 100"
        ):
            fitted(tmp_path, text)
