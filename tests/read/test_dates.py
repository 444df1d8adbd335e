"""What is written in a format is read in that format, whatever the names, paddings, fractions and zones."""

from __future__ import annotations

import datetime as dt
import io
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privsynth.read.dates import dates, under
from privsynth.spelling.dates import Names, floored, spelt, unit_of
from privsynth.spelling.fields import can_match
from privsynth.spelling.months import MONTH_NUMBER, MONTH_TABLES, WEEKDAY_TABLES, is_full

FULL = [name for name in MONTH_TABLES if is_full(name)]
CUT = [name for name in MONTH_TABLES if not is_full(name)]
PLAIN = [
    "%Y-%m-%d", "%-d.%-m.%Y", "%m/%d/%Y", "%Y/%-m/%-d", "%Y-%m", "%m/%Y", "%YM%m", "%YQ%q", "Q%q %Y", "%G-W%V",
    "%G-W%V-%u", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M:%S.%3f",
    "%Y-%m-%dT%H:%M:%S%-.f", "%Y-%m-%d %H:%M:%S,%3f", "%-m/%-d/%Y %-I:%M %p", "%Y%m%dT%H%M%S", "%Y-%m-%d %H:%M:%S%:z",
]  # fmt: skip
NAMED = ["%-d {} %Y", "%d-{}-%Y", "{} %-d, %Y", "{} %Y", "%-d. {} %Y", "%Y {} %d", "%d{}%Y", "{} %e %Y"]
MOMENTS = st.lists(
    st.datetimes(dt.datetime(1, 1, 8), dt.datetime(9999, 12, 31)), min_size=1, max_size=8  # noqa: DTZ001  files hold none
)  # fmt: skip


def comes_back(words: list[str], form: str) -> None:
    reading = under(words, form, "x")
    assert reading.fits.all()
    assert not reading.respelt.any()
    assert spelt(reading.values, form, reading.names).tolist() == words
    for found in dates(words, "x"):
        again = spelt(found.values, found.format, found.names)
        assert ((again == np.array(words, dtype=object)) | found.respelt).all()


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(PLAIN), MOMENTS)
def test_what_is_written_in_a_format_is_read_in_it(form: str, moments: list[dt.datetime]) -> None:
    written = floored(np.array(moments, dtype="datetime64[us]"), unit_of(form))
    words = spelt(written, form, Names()).tolist()
    comes_back(words, form)
    if "%3f" not in form:
        assert (under(words, form, "x").values == written).all()


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(NAMED), st.sampled_from([*FULL, *CUT]), st.sampled_from(["title", "lower", "upper"]), MOMENTS)
def test_names_of_every_language_are_read(form: str, table: str, case: str, moments: list[dt.datetime]) -> None:
    directive = form.format("%B" if is_full(table) else "%b")
    words = spelt(np.array(moments, dtype="datetime64[us]"), directive, Names(table, "", case)).tolist()
    comes_back(words, directive)
    if "." not in table:  # a point behind a name may belong to the format
        assert [str(found.values[0])[:7] for found in dates(words, "x")] == [f"{moments[0]:%Y-%m}".zfill(7)]


def test_no_name_means_two_months_and_every_table_is_whole() -> None:
    assert all(len(table) == 12 for table in MONTH_TABLES.values())
    assert all(len(table) == 7 for table in WEEKDAY_TABLES.values())
    assert all(MONTH_NUMBER[word] == at for table in MONTH_TABLES.values() for at, word in enumerate(table, start=1))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text("0123456789-/.: TZ+QWMJanFebMärz,'%\0\n", max_size=24), min_size=1, max_size=5))
def test_hostile_words_come_back_or_are_none(words: list[str]) -> None:
    known = list(dict.fromkeys(words))
    for reading in dates(known, "date"):
        again = spelt(reading.values, reading.format, reading.names)
        assert ((again == np.array(known, dtype=object)) | reading.respelt).all()


@pytest.mark.parametrize(
    "form", ["%Y", "%d.%m.", "%H:%M", "%Y-%m-%d %Y", "%Y-%I", "%q", "", "%", "%Y-%Q", "%G", "%Y-%m-%d %H %I %p %p"]
)
def test_a_format_that_names_no_day_month_or_quarter_once_is_none(form: str) -> None:
    assert not can_match(form)


def test_what_leaves_the_calendar_by_its_zone_or_week_is_no_date() -> None:
    for words in (["9999-12-31T23:00:00-05:00", "2020-01-01T00:00:00+01:00"], ["9999-W52-7", "2020-W01-1"]):
        (reading,) = dates(words, "d", np.ones(2))
        assert reading.fits.tolist() == [False, True]


PANDAS = [
    (["2020-01-01", "2020-01-02"], "%Y-%m-%d"),
    (["2020-01-01 10:00", "2020-01-02"], "%Y-%m-%d %H:%M:%S"),
    (["2020-01-01 10:00:00.5", "2020-01-02"], "%Y-%m-%d %H:%M:%S.%3f"),
    (["2020-01-01 10:00+00:00"], "%Y-%m-%d %H:%M:%S+00:00"),
]


@pytest.mark.parametrize(("moments", "form"), PANDAS)
def test_what_pandas_writes_is_read(moments: list[str], form: str) -> None:
    file = io.StringIO()
    pd.DataFrame({"d": pd.to_datetime(pd.Series(moments), format="ISO8601")}).to_csv(file, index=False)
    words = file.getvalue().split("\n")[1:-1]
    (reading,) = dates(words, "d")
    assert (reading.format, reading.respelt.any()) == (form, np.False_)


def test_what_pandas_makes_text_of_has_fractions_only_where_there_are_any() -> None:
    words = (
        pd.Series(pd.to_datetime(["2020-01-01 10:00:00", "2020-01-02 11:00:00.123456"], format="ISO8601"))
        .map(str)
        .tolist()
    )
    (reading,) = dates(words, "d")
    assert reading.format == "%Y-%m-%d %H:%M:%S%.f"
    assert spelt(reading.values, reading.format, reading.names).tolist() == words


def test_one_microsecond_among_many_seconds_is_not_lost() -> None:
    words = [f"2020-01-01 10:{minute:02d}:00" for minute in range(60)] + ["2020-01-01 11:00:00.000001"]
    (reading,) = dates(words, "d")
    assert reading.fits.all()
    assert not reading.respelt.any()


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%d.%m.%Y %H:%M", "%-d %B %Y"])
def test_a_hundred_thousand_distinct_words_take_no_second(form: str) -> None:
    days = np.datetime64("1900-01-01", "us") + np.arange(100_000) * np.timedelta64(86_400_000_000, "us")
    words = spelt(days, form, Names()).tolist()
    start = time.process_time()
    (reading,) = dates(words, "d")
    assert time.process_time() - start < 2.0  # about 0.2 on a quiet machine
    assert reading.fits.all()


@pytest.mark.parametrize(
    "words",
    [
        [f"{year}-{(year + 1) % 100:02}" for year in range(2001, 2011)],
        ["2015/3", "2015/12", "2016/1", "2016/4"],
        ["23:59:59", "23:59:60", "00:00:01"],
    ],
)
def test_pairs_of_years_numbers_of_cases_and_clocks_are_no_dates(words: list[str]) -> None:
    assert dates(words, "x") == []


def test_days_come_first_before_points() -> None:
    assert [reading.format for reading in dates(["5.1.2020", "7.2.2020"], "x")] == ["%-d.%-m.%Y"]
