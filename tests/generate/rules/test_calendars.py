"""Holidays, business days and hours, and time zones, held against calendars that are worked out in other ways."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from dateutil.easter import easter as easter_by_dateutil
from pandas.tseries.holiday import USFederalHolidayCalendar
from rulebooks import book, fitted, frame_of, made

from privsynth.errors import BackendError, PolicyError
from privsynth.generate.rules.time.workdays import countries, easter, holidays_of
from privsynth.generate.rules.vocabulary.time import Country

BERLIN = ZoneInfo("Europe/Berlin")


def listed(country: str, year: int) -> str:
    return " ".join(f"{day:%m-%d}" for day in holidays_of(country, year, year).tolist())


def test_easter_is_where_dateutil_has_it() -> None:
    assert all(easter(year) == easter_by_dateutil(year) for year in range(1583, 2600))


@pytest.mark.parametrize(
    ("country", "year", "days"),
    [  # from calendars of these years
        ("DE", 2017, "01-01 04-14 04-17 05-01 05-25 06-05 10-03 10-31 12-25 12-26"),
        ("DE", 2026, "01-01 04-03 04-06 05-01 05-14 05-25 10-03 12-25 12-26"),
        ("AT", 2024, "01-01 01-06 04-01 05-01 05-09 05-20 05-30 08-15 10-26 11-01 12-08 12-25 12-26"),
        ("FR", 2024, "01-01 04-01 05-01 05-08 05-09 05-20 07-14 08-15 11-01 11-11 12-25"),
        ("NL", 2025, "01-01 04-18 04-21 04-26 05-05 05-29 06-09 12-25 12-26"),
        ("GB", 2020, "01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-26 12-28"),
        ("GB", 2021, "01-01 04-02 04-05 05-03 05-31 08-30 12-25 12-26 12-27 12-28"),
        ("GB", 2022, "01-01 01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-25 12-26 12-27"),
    ],
)
def test_holidays_of_years_that_were(country: str, year: int, days: str) -> None:
    assert listed(country, year) == days


def test_federal_holidays_rest_on_the_days_that_pandas_has() -> None:
    ours = holidays_of("US", 1990, 2035)
    theirs = USFederalHolidayCalendar().holidays("1990-01-01", "2035-12-31").to_numpy().astype("datetime64[D]")
    assert set(ours[np.is_busday(ours)].tolist()) == set(theirs.tolist())


def test_the_countries_of_the_book_are_those_of_the_file_and_name_their_law() -> None:
    assert set(get_args(Country)) == set(countries())
    assert all(country["source"] and country["name"] for country in countries().values())


@pytest.mark.parametrize("country", ["DE", "GB", "US"])
def test_business_days_are_all_and_only_those_that_are_open(tmp_path: Path, country: str) -> None:
    frame = frame_of(tmp_path, f"d: {{date: {{low: 2020-01-01, high: 2024-12-31, business: {country}}}}}", 20_000)
    drawn = frame["d"].to_numpy().astype("datetime64[D]")
    days = np.arange(np.datetime64("2020-01-01"), np.datetime64("2025-01-01"))
    is_open = (pd.DatetimeIndex(days).weekday < 5) & ~np.isin(days, holidays_of(country, 2020, 2024))
    assert set(drawn.tolist()) == set(days[is_open].tolist())
    counts = np.unique(drawn, return_counts=True)[1]
    assert counts.std() == pytest.approx(np.sqrt(counts.mean()), rel=0.1)  # each as likely as the other


def test_business_hours_are_minutes_of_open_days_from_row_to_row(tmp_path: Path) -> None:
    columns = """low: {date: {low: 2024-01-01, high: 2024-12-20, time: true}}
at: {date: {low: low, high: low + INTERVAL 5 DAY, time: true, business: DE, hours: [9, 17.5]}, missing: 0.02}
any: {date: {low: low, high: low + INTERVAL 1 DAY, time: true, hours: [22, 24]}}"""
    frame = frame_of(tmp_path, columns, 20_000).dropna()
    minute = frame["at"].dt.hour * 60 + frame["at"].dt.minute
    assert (minute.min(), minute.max()) == (9 * 60, 17 * 60 + 29)
    assert (frame["at"].dt.weekday < 5).all()
    assert not np.isin(frame["at"].to_numpy().astype("datetime64[D]"), holidays_of("DE", 2024, 2024)).any()
    assert ((frame["at"] >= frame["low"]) & (frame["at"] <= frame["low"] + pd.Timedelta(days=5))).all()
    assert set(frame["any"].dt.hour) == {22, 23}
    assert set(frame["any"].dt.weekday) == set(range(7))


def test_unique_business_days_are_counted_before(tmp_path: Path) -> None:
    day = "d: {date: {low: 2024-12-23, high: 2024-12-31, business: DE}, unique: true}"
    assert sorted(frame_of(tmp_path, day, 5)["d"].dt.day) == [23, 24, 27, 30, 31]
    with pytest.raises(PolicyError, match="its rule has 5"):
        frame_of(tmp_path, day, 6)
    minutes = "d: {date: {low: 2024-12-24, high: 2024-12-28, time: true, business: DE, hours: [9, 10]}, unique: true}"
    assert frame_of(tmp_path, minutes, 120)["d"].nunique() == 120


def test_the_nth_business_day_is_counted_as_one_does_by_hand(tmp_path: Path) -> None:
    columns = """d: {date: {low: 2023-01-01, high: 2026-12-31}, missing: 0.05}
n: {whole: {low: -6, high: 6}}
due: {business_day: {after: d, days: n, of: DE}}
paid: {business_day: {after: last_day(d) + INTERVAL 1 DAY, days: -1, of: DE}}"""
    frame = frame_of(tmp_path, columns, 20_000)
    known = frame[frame["d"].notna()]
    free = {day for year in range(2022, 2028) for day in holidays_of("DE", year, year).tolist()}

    def is_open(day: dt.date) -> bool:
        return day.weekday() < 5 and day not in free

    def shifted(day: dt.date, number: int) -> dt.date:
        left = number
        while left or not is_open(day):
            day += dt.timedelta(days=1 if number >= 0 else -1)
            left -= (1 if number > 0 else -1) * is_open(day) if left else 0
        return day

    assert frame["due"].isna().equals(frame["d"].isna())
    pairs = known.drop_duplicates(["d", "n"])
    assert [shifted(d.date(), int(n)) for d, n in zip(pairs["d"], pairs["n"], strict=True)] == list(
        pairs["due"].dt.date
    )
    assert (known["paid"].dt.month == known["d"].dt.month).all()
    assert (known["paid"].dt.day >= 26).all()


ZONES = """at: {date: {low: 2026-01-01, high: 2026-12-31, time: true}, missing: 0.02}
city: {choice: [Europe/Berlin, America/New_York, Australia/Lord_Howe, Asia/Kathmandu]}
here: {local: {time: at, zone: Europe/Berlin}}
there: {local: {time: at, zone_of: city}}
text: {local: {time: at, zone_of: city, offset: true}}
back: {utc: {time: there, zone_of: city}}"""


def test_clocks_show_what_zoneinfo_says(tmp_path: Path) -> None:
    frame = frame_of(tmp_path, ZONES, 20_000)
    known = frame.dropna(subset="at")
    moments = [at.to_pydatetime().replace(tzinfo=dt.UTC) for at in known["at"]]
    there = [at.astimezone(ZoneInfo(city)) for at, city in zip(moments, known["city"], strict=True)]
    assert [at.astimezone(BERLIN).replace(tzinfo=None) for at in moments] == list(known["here"])
    assert [at.replace(tzinfo=None) for at in there] == list(known["there"])
    assert [at.isoformat() for at in there] == known["text"].tolist()
    assert frame["text"].isna().equals(frame["at"].isna())
    again = known["back"] != known["at"]
    assert 0 < again.sum() < 20  # in the hour that is there twice, of which the first is taken
    assert set(known["at"][again] - known["back"][again]) <= {pd.Timedelta(hours=1), pd.Timedelta(minutes=30)}


def test_hours_that_are_left_out_or_there_twice(tmp_path: Path) -> None:
    columns = """n: {sequence: {}}
shown: {sql: "CASE n WHEN 1 THEN DATE '2026-03-29' ELSE DATE '2026-10-25' END + INTERVAL 150 MINUTE"}
moment: {utc: {time: shown, zone: Europe/Berlin}}
then: {local: {time: moment, zone: Europe/Berlin, offset: true}}"""
    frame = frame_of(tmp_path, columns, 2)
    assert frame["moment"].astype(str).tolist() == ["2026-03-29 01:00:00", "2026-10-25 00:30:00"]
    assert frame["then"].tolist() == ["2026-03-29T03:00:00+02:00", "2026-10-25T02:30:00+02:00"]


def test_on_holidays_only_a_part_arrives(tmp_path: Path) -> None:
    text = """version: 1
name: calls
tables:
  calls:
    arrivals: {rate: 60, holidays: {of: AT, weight: 0.25}, since: 2026-01-01, until: 2026-12-31}
    columns: {called: {row: time}}
"""
    days = made(tmp_path, text).root.frame["called"].dt.normalize()
    rests = np.isin(days.to_numpy().astype("datetime64[D]"), holidays_of("AT", 2026, 2026))
    assert len(days) > 20_000
    assert rests.sum() == pytest.approx(60 * 0.25 * 13, rel=0.2)
    assert (~rests).sum() == pytest.approx(60 * 352, rel=0.03)


@pytest.mark.parametrize(
    ("column", "message"),
    [
        ("x: {date: {low: 2024-12-25, high: 2024-12-26, business: DE}}", "book.yaml:7:11: .*no business day"),
        ("x: {date: {low: 2024-12-28, high: 2024-12-29, time: true, weekdays: true}}", "no business hour"),
        ("x: {date: {low: 2024-12-01, high: 2024-12-29, business: XX}}", "known are AT, DE"),
        ("x: {date: {low: 2024-12-01, high: 2024-12-29, hours: [9, 17]}}", "'hours' goes with 'time: true'"),
        ("x: {date: {low: 2024-12-01, high: 2024-12-29, time: true, hours: [17, 9]}}", "two numbers that rise"),
        ("x: {date: {low: 20240101, high: 2024-12-29}}", "book.yaml:7:18: .*a day such as 2024-12-31"),
        ("x: {business_day: {after: y, days: 2, of: DE}}", "no such column"),
        ("x: {business_day: {after: \"'a'\", days: 2, of: DE}}", "a day is expected"),
        ("x: {local: {time: y, zone: Europe/Berlin}}", "no such column"),
        ("x: {local: {time: \"DATE '2024-01-01'\", zone: Europe/Atlantis}}", "book.yaml:7:46: .*no such time zone"),
        ("x: {local: {time: \"DATE '2024-01-01'\", zone: Europe}}", "no such time zone"),
        ("x: {local: {time: \"DATE '2024-01-01'\", zone: ../../etc/passwd}}", "no such time zone"),
        ("x: {local: {time: \"DATE '2024-01-01'\"}}", "either by 'zone'"),
        ("x: {local: {time: \"DATE '2024-01-01'\", zone_of: 1 + 1}}", "names of time zones are expected"),
    ],
)
def test_mistakes_are_told(tmp_path: Path, column: str, message: str) -> None:
    with pytest.raises(PolicyError, match=message):
        fitted(tmp_path, book(column))


def test_zones_that_only_the_rows_know_are_checked_when_they_come(tmp_path: Path) -> None:
    with pytest.raises(BackendError, match="table t, column x: there is no such time zone"):
        frame_of(tmp_path, "y: {constant: Mars}\nx: {local: {time: \"DATE '2024-01-01'\", zone_of: y}}")


@pytest.mark.parametrize(
    ("day", "column", "message"),
    [
        ("9999-12-01", "x: {business_day: {after: d, days: 9999, of: DE}}", "after the year 9999"),
        ("0001-01-03", "x: {business_day: {after: d, days: -9999, of: US}}", "before the year 1"),
        ("2024-01-01", "x: {business_day: {after: d, days: 1.0e+99, of: US}}", "more than 10,000 business days"),
        ("0001-01-01", "x: {local: {time: d, zone: America/New_York}}", "from the year 2"),
        ("9999-12-31", "x: {utc: {time: d, zone: America/New_York}}", "to the year 9998"),
    ],
)
def test_the_ends_of_the_calendar_are_refused(tmp_path: Path, day: str, column: str, message: str) -> None:
    with pytest.raises(BackendError, match=f"column x: .*{message}"):
        frame_of(tmp_path, f"d: {{date: {{low: {day}, high: {day}}}}}\n{column}", 5)


@pytest.mark.parametrize("year", ["0001", "9999"])
def test_business_is_open_in_the_first_year_and_in_the_last(tmp_path: Path, year: str) -> None:
    days = f"d: {{date: {{low: {year}-01-01, high: {year}-12-31, business: US}}}}"
    assert set(frame_of(tmp_path, days, 500)["d"].to_numpy().astype("datetime64[Y]").astype(str)) == {year}
