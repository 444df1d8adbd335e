"""A kind is proposed only where every value comes back as it was written."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privsynth.dataset import Column, Dataset, Kind
from privsynth.emit import serialise
from privsynth.errors import InputError, PolicyError
from privsynth.options import ColumnPolicy
from privsynth.read.kinds import Typed, typed
from privsynth.read.place import Place
from privsynth.read.records import Words
from read.files import Folder

PLACE = Place("f.csv", "x", lambda row: row + 2)


def column_of(*cells: str, name: str = "x", **wish: Any) -> Typed:
    known = list(dict.fromkeys(cell for cell in cells if cell))
    codes = np.array([known.index(cell) if cell else -1 for cell in cells], dtype=np.int32)
    return typed(Words(known, codes), Place("f.csv", name, lambda row: row + 2), ColumnPolicy(**wish) if wish else None)


def written(made: Typed) -> list[str | None]:
    return list(made.column.spelling.write(made.values))


NUMBERS = [
    (Kind.INTEGER, ["1", "-2", "0", "999999999999999"]),
    (Kind.INTEGER, ["1,234", "5,678,901", "12"]),
    (Kind.INTEGER, ["1.234.567", "12"]),
    (Kind.INTEGER, ["1 234", "1 000 000", "7"]),
    (Kind.NUMBER, ["1.5", "2.25", "3"]),
    (Kind.NUMBER, ["1.50", "2.25", "3.00"]),
    (Kind.NUMBER, ["1.0", "2.25", "3.5"]),
    (Kind.NUMBER, ["1,5", "2,25", "3"]),
    (Kind.NUMBER, ["1.234,50", "0,25"]),
    (Kind.NUMBER, ["1,234.50", "0.25"]),
    (Kind.NUMBER, ["6.984126984126984", "0.30000000000000004", "1.0", "-0.1"]),
    (Kind.NUMBER, ["0,123", "4,567"]),
]
TEXT = [
    ["01234", "12345"],
    ["1234567890123456", "1"],
    ["+1", "+46"],
    ["+46701234567", "-2"],
    ["1E400", "2"],
    ["inf", "2"],
    ["1E1", "2E1", "1E2"],
    ["1e5", "12e4"],
    ["1234", "1,234.5"],
    ["12", "x"],
    ["1,234", "5,678"],
    ["1.5", "1,5"],
    ["\uff11", "\uff12"],
    ["1.2.3", "4.5.6"],
    ["(1999)", "(2001)"],
    ["12-", "13-"],
    ["-(1)", "2"],
    ["--1", "2"],
    ["(1", "2)"],
    ["5 kg", "11 lb"],
    ["$5", "5 $"],
    ["5 %", "5"],
    ["Q1", "Q2"],
    ["AB123", "AB124"],
    ["P12", "P3"],
    ["S001", "S002"],
    ["3A", "12B"],
    ["5K", "7K"],
    ["$007", "$008"],
    ["1/2", "3/4"],
]


@pytest.mark.parametrize(("kind", "cells"), NUMBERS)
def test_numbers_come_back_as_they_were(kind: Kind, cells: list[str]) -> None:
    made = column_of(*cells)
    assert (made.column.kind, made.values.dtype, made.notes) == (kind, np.dtype("float64"), ())
    assert written(made) == cells


@pytest.mark.parametrize("cells", TEXT)
def test_what_would_change_stays_text(cells: list[str]) -> None:
    made = column_of(*cells, *cells)
    assert made.column.kind in (Kind.TEXT, Kind.CATEGORY)
    assert written(made) == [*cells, *cells]


def test_a_comma_that_may_mean_two_things_is_noted() -> None:
    assert any("decimals or thousands" in note for note in column_of("1,234", "5,678").notes)


def test_a_second_header_line_is_noted() -> None:
    assert any("another header" in note for note in column_of("kg", "1", "2.5").notes)
    assert any("another header" in note for note in column_of("1", "kg", "2.5").notes)
    assert column_of("1", "kg", "lb").notes == ()


def test_trailing_zeros_are_evened_with_a_note() -> None:
    made = column_of("1.50", "1.5", "2.25")
    assert written(made) == ["1.5", "1.5", "2.25"]
    assert any("trailing zeros" in note for note in made.notes)


def test_negative_zero_is_noted() -> None:
    made = column_of("-0.0", "1.5")
    assert (written(made), made.column.kind) == (["0.0", "1.5"], Kind.NUMBER)
    assert any("negative zeros" in note for note in made.notes)


DATES = [
    ("%Y-%m-%d", ["2020-01-31", "0476-09-04", "9999-12-31"]),
    ("%d.%m.%Y", ["31.01.2020", "01.02.2021"]),
    ("%d/%m/%Y", ["31/01/2020", "01/02/2021"]),
    ("%m/%d/%Y", ["01/31/2020", "02/01/2021"]),
    ("%-m/%-d/%Y", ["1/31/2020", "12/1/2021"]),
    ("%Y-%m-%d %H:%M:%S", ["2020-01-31 23:59:59", "2020-01-01 00:00:00"]),
    ("%Y-%m-%dT%H:%M:%S.%f", ["2020-01-31T23:59:59.000001"]),
    ("%m/%d/%Y %I:%M %p", ["01/31/2020 12:05 AM", "01/30/2020 12:05 PM"]),
    ("%d-%b-%Y", ["31-Jan-2020", "01-Feb-2021"]),
    ("%B %-d, %Y", ["January 31, 2020", "May 1, 2021"]),
    ("%Y-%m", ["2020-01", "2020-12"]),
    ("%b %-d %Y", ["Jan 1 2000", "Feb 10 2001"]),
    ("%b %e %Y", ["Jan  1 2000", "Feb 10 2001"]),
    ("%d%b%Y", ["01JAN2000", "31DEC1999"]),
    ("%d-%b-%Y", ["31-jan-2020"]),
    ("%b %-d, %Y", ["Jan. 1, 2000", "May 1, 2000", "Sept. 3, 2001"]),
    ("%-d. %B %Y", ["1. März 2020", "12. Mai 2021"]),
    ("%-d de %B de %Y", ["3 de enero de 2020"]),
    ("%-d %B %Y", ["1 août 2020", "3 février 2021"]),
    ("%-d%o %B %Y", ["1st March 2020", "22nd June 2021", "11th June 2021"]),
    ("%a, %d %b %Y %H:%M:%S GMT", ["Mon, 03 Jan 2000 10:00:00 GMT"]),
    ("%a %b %e %H:%M:%S %Y", ["Thu Jan  1 00:00:00 1970", "Sat Oct 10 03:04:05 1970"]),
    ("%d/%b/%Y:%H:%M:%S -0700", ["10/Oct/2000:13:55:36 -0700"]),
    ("%m/%Y", ["05/2020", "12/2020"]),
    ("%b %Y", ["May 2020", "Jun 2020"]),
    ("%b-%y", ["JAN-05", "FEB-99"]),
    ("%YM%m", ["2020M05"]),
    ("%G-W%V", ["2020-W05", "2020-W53"]),
    ("%G-W%V-%u", ["2020-W05-3"]),
    ("%YQ%q", ["2020Q1", "2020Q4"]),
    ("Q%q %Y", ["Q1 2020"]),
    ("%d.%m.%y", ["31.01.20", "01.02.99"]),
    ("%Y-%m-%dT%H:%M:%SZ", ["2020-01-01T00:00:00Z"]),
    ("%Y-%m-%d %H:%M:%S+01:00", ["2020-01-01 00:00:00+01:00"]),
    ("%Y-%m-%d %H:%M:%S.%3f", ["2020-01-01 12:00:00.123"]),
    ("%Y-%m-%d %H:%M:%S%.f", ["2020-01-01 12:00:00", "2020-01-01 12:00:00.123456"]),
    ("%Y-%m-%d %H:%M:%S,%3f", ["2020-01-01 12:00:00,123"]),
    ("%Y%m%dT%H%M%SZ", ["20200101T101010Z"]),
    ("%-m/%-d/%Y %-I:%M %p", ["1/13/2020 7:05 a.m.", "1/1/2020 10:05 p.m."]),
    ("%Y年%-m月%-d日", ["2020年5月1日"]),
]
NO_DATES = [
    ["2020-02-30", "2020-02-28"],
    ["2020-01-01", "01/02/2020"],
    ["2020-13-01", "2020-00-01"],
    ["Mon, 04 Jan 2000"],
    ["May-20", "Jun-11"],
    ["2021-W53-1"],
    ["2020Q5"],
]


@pytest.mark.parametrize(("form", "cells"), DATES)
def test_dates_come_back_as_they_were(form: str, cells: list[str]) -> None:
    made = column_of(*cells, "")
    assert (made.column.kind, made.column.spelling.date_format, made.values.dtype) == (
        Kind.DATE,
        form,
        np.dtype("datetime64[us]"),
    )
    assert written(made) == [*cells, None]


@pytest.mark.parametrize("cells", NO_DATES)
def test_odd_dates_stay_text(cells: list[str]) -> None:
    made = column_of(*cells)
    assert made.column.kind is Kind.TEXT
    assert written(made) == cells


def test_dates_of_other_formats_are_counted_and_written_in_one() -> None:
    assert_respelt(
        ["03/09/1982", "03/31/1982", "3/9/1982"],
        ["03/09/1982", "03/31/1982", "03/09/1982"],
        "1 cell with other spellings of dates",
    )
    assert_respelt(
        ["2020", "2020-05", "2020-05-17", "2020-06-01"],
        ["2020-01-01", "2020-05-01", "2020-05-17", "2020-06-01"],
        "2 cells less exact than others",
    )
    assert_respelt(["2020-01-01", "2020-01-02 10:00"], ["2020-01-01 00:00", "2020-01-02 10:00"], "1 cell less exact")
    greenwich = column_of("2020-01-01T10:00:00Z", "2020-01-02T10:00:00+00:00")
    assert not any("zones" in note for note in greenwich.notes)
    summer_and_winter = ["2020-05-17T10:00+02:00", "2020-12-17T10:00+01:00"]
    assert_respelt(summer_and_winter, ["2020-05-17T08:00+00:00", "2020-12-17T09:00+00:00"], "several zones")


def assert_respelt(cells: list[str], expected: list[str], note: str) -> None:
    made = column_of(*cells)
    assert (made.column.kind, written(made)) == (Kind.DATE, expected)
    assert any(note in said for said in made.notes)


def test_years_of_two_digits_lie_in_the_hundred_years_that_hold_them_together() -> None:
    assert column_of("31.12.68", "31.12.69").values.astype("datetime64[Y]").astype(str).tolist() == ["1968", "1969"]
    assert column_of("31.12.20", "31.12.99").values.astype("datetime64[Y]").astype(str).tolist() == ["2020", "1999"]
    assert any("1969 to 2068" in note for note in column_of("31.12.20").notes)
    assert column_of("31.12.50", name="birth date").values.astype("datetime64[Y]").astype(str).tolist() == ["1950"]


def test_a_few_days_that_no_calendar_has_count_as_missing() -> None:
    made = column_of(*["2020-05-17"] * 150, "0000-00-00")
    assert (made.column.kind, int(np.isnat(made.values).sum())) == (Kind.DATE, 1)


def test_a_series_of_first_days_of_months_settles_which_is_the_day() -> None:
    cells = [f"{month}/1/{year}" for year in range(85, 88) for month in range(1, 13)]
    made = column_of(*cells)
    assert (made.column.spelling.date_format, written(made)) == ("%-m/%-d/%y", cells)
    assert column_of(*cells[:12]).column.kind is Kind.TEXT  # twelve days of January would be no wonder


def test_a_month_and_a_year_of_two_digits_are_dates_where_the_name_says_so() -> None:
    assert column_of("1/86", "12/90", name="month").column.spelling.date_format == "%-m/%y"
    assert column_of("1/86", "12/90").column.kind is Kind.TEXT


def test_an_ambiguous_date_says_the_line_that_settles_it() -> None:
    note = " ".join(column_of("1/2/2020", "3/4/2020").notes)
    assert "format: '%-d/%-m/%Y' or format: '%-m/%-d/%Y'" in note
    assert column_of("1/2/2020", "3/4/2020", format="%-m/%-d/%Y").column.kind is Kind.DATE


def test_day_and_month_that_could_change_places_stay_text_with_a_note() -> None:
    made = column_of("01/02/2020", "03/04/2020")
    assert made.column.kind is Kind.TEXT
    assert any("change places" in note for note in made.notes)
    assert column_of("05/05/2020", "06/06/2021").column.kind is Kind.DATE  # either way the same day


def test_other_dates_of_the_table_decide_about_day_and_month(folder: Folder) -> None:
    data = folder.read("a,b\n31/01/2020,01/02/2020\n30/01/2020,03/04/2020\n")
    assert [c.spelling.date_format for c in data.tables[0].columns] == ["%d/%m/%Y", "%d/%m/%Y"]
    assert any("like the other dates" in note for note in data.notes)


def test_digits_are_dates_only_where_the_name_says_so() -> None:
    assert column_of("20240131", "20240229").column.kind is Kind.INTEGER
    assert column_of("20240131", "20240229", name="birthDate").column.kind is Kind.DATE
    assert column_of("20240131", "20249999", name="birthDate").column.kind is Kind.INTEGER


@pytest.mark.parametrize(
    ("kind", "cells"),
    [
        (Kind.BOOLEAN, ["yes", "no", "yes"]),
        (Kind.BOOLEAN, ["True", "False", ""]),
        (Kind.BOOLEAN, ["Y", "N"]),
        (Kind.INTEGER, ["0", "1", "1"]),
        (Kind.CATEGORY, ["yes", "no", "maybe"] * 5),
        (Kind.CATEGORY, ["red"] * 9 + ["blue"]),
        (Kind.CATEGORY, ["", ""]),
        (Kind.TEXT, ["ann", "bob", "eve"]),
    ],
)
def test_kinds_of_text(kind: Kind, cells: list[str]) -> None:
    made = column_of(*cells)
    assert made.column.kind is kind
    assert [cell or None for cell in cells] == written(made)


def test_words_for_missing_count_only_beside_numbers_and_dates() -> None:
    assert np.isnan(column_of("1", "NA", "2").values[1])
    assert np.isnat(column_of("2020-01-01", "NULL").values[1])
    assert written(column_of("Anna", "None", "NA")) == ["Anna", "None", "NA"]
    assert written(column_of("NA", "NA")) == ["NA", "NA"]


def test_the_commonest_word_for_missing_is_kept_and_several_are_noted() -> None:
    made = column_of("1", "NA", "NA", "?", "", "2")
    assert made.column.spelling.null == "NA"
    assert any("3 ways (4 cells)" in note for note in made.notes)
    assert column_of("1", "-").column.spelling.null == "-"
    assert column_of("1", "").column.spelling.null == ""


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text("0123456789.,-+eE '/:AP M", max_size=8), min_size=1, max_size=6))
def test_whatever_is_typed_without_a_note_comes_back(cells: list[str]) -> None:
    made = column_of(*cells)
    null = made.column.spelling.null
    if not made.notes:
        assert [cell if cell is not None else null for cell in written(made)] == cells


FORCED = [
    ({"kind": "integer"}, ["1", "2.5"], 3),
    ({"kind": "integer"}, ["007", "2"], 2),
    ({"kind": "number"}, ["1.5", "x"], 3),
    ({"kind": "date", "format": "%d.%m.%Y"}, ["31.01.2020", "2020-01-01"], 3),
    ({"kind": "date", "format": "%q"}, ["31.01.2020"], None),
    ({"kind": "date"}, ["01/02/2020"], None),
    ({"kind": "date"}, ["x"], None),
    ({"kind": "boolean"}, ["a", "b", "c"], 4),
]


@pytest.mark.parametrize(("wish", "cells", "line"), FORCED)
def test_a_value_that_does_not_fit_the_policy_is_named_by_line_and_column(
    wish: dict[str, str], cells: list[str], line: int | None
) -> None:
    with pytest.raises(InputError) as caught:
        column_of(*cells, **wish)
    assert (caught.value.line, caught.value.column) == (line, "x")
    assert not any(cell in str(caught.value) for cell in cells if len(cell) > 2)


def test_a_kind_of_the_policy_is_kept() -> None:
    assert column_of("1", "2", kind="text").column == Column("x", Kind.TEXT)
    assert column_of("1", "2", kind="category").column.kind is Kind.CATEGORY
    assert column_of("20240131", kind="date").column.spelling.date_format == "%Y%m%d"
    assert column_of("1.2.2020", format="%-d.%-m.%Y").column.kind is Kind.DATE
    assert column_of("1", "", kind="number").column.kind in (Kind.NUMBER, Kind.INTEGER)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"date": {}}, 'table "date" is not in the data; did you mean "data"?'),
        ({"data": {"columns": {"nmae": {"kind": "text"}}}}, 'column "nmae" is not in data; did you mean "name"?'),
        ({"data": {"key": "Name"}}, 'column "Name" is not in data; did you mean "name"?'),
        ({"data": {"person": "Name"}}, 'column "Name" is not in data; did you mean "name"?'),
        ({"data": {"columns": {"zzz": {}}}}, "its columns are: id, name"),
    ],
)
def test_unknown_names_of_the_policy_are_refused(folder: Folder, asked: dict[str, Any], message: str) -> None:
    with pytest.raises(PolicyError) as caught:
        folder.read("id,name\n1,x\n2,y\n", tables=asked)
    assert message in str(caught.value)


def test_unknown_names_in_relations_are_refused(folder: Folder) -> None:
    from privsynth.policy import Policy
    from privsynth.read import read_files

    relation = {"parent": "data", "parent_key": "idd", "child": "data", "child_key": "id"}
    with pytest.raises(PolicyError, match="idd"):
        read_files([folder.put("id,name\n1,x\n")], Policy(relations=[relation]))


def test_every_kind_of_storage_is_as_promised(folder: Folder) -> None:
    data: Dataset = folder.read("n,i,d,t,b\n1.5,1,2020-01-01,x,yes\n,,,,\n2.5,3,2020-01-02,z,no\n")
    assert [str(dtype) for dtype in data.tables[0].frame.dtypes] == [
        "float64",
        "float64",
        "datetime64[us]",
        "object",
        "object",
    ]
    assert data.tables[0].frame["t"].tolist() == ["x", None, "z"]


def test_a_hundredth_of_the_cells_may_be_no_number_and_counts_as_missing() -> None:
    fine = [str(number) for number in range(198)]
    made = column_of("x", *fine, "y")
    assert made.column.kind is Kind.INTEGER
    assert written(made) == [None, *fine, None]
    assert any("2 cells of 200 (lines 2, 201) are no number" in note and "kind: text" in note for note in made.notes)
    assert column_of("x", *fine, "y", "z").column.kind is Kind.TEXT


def test_a_hundredth_of_the_cells_may_be_no_date() -> None:
    days = [f"2020-{month:02}-{day:02}" for month in range(1, 13) for day in range(1, 29)]
    made = column_of(*days, "soon")
    assert (made.column.kind, made.column.spelling.date_format) == (Kind.DATE, "%Y-%m-%d")
    assert written(made) == [*days, None]
    assert any("1 cell of 337 (line 338) is no date" in note for note in made.notes)


def test_a_declared_number_refuses_a_misfit() -> None:
    fine = [str(number) for number in range(198)]
    with pytest.raises(InputError, match="not a number") as caught:
        column_of(*fine, "x", kind="number")
    assert caught.value.line == 200


MORE_NUMBERS = {
    "R": ["1e+05", "20000", "1e-04", "0.5", "123456"],
    "pandas": ["9e-05", "0.1234", "100000.0", "1e+16", "-2.5e-10"],
    "C": ["1e+06", "999999", "1.5e-05", "0.0001"],
    "JavaScript": ["1e-7", "0.000001", "1e+21", "5"],
    "Java": ["9.0E-5", "1.0E7", "12.5", "0.001"],
    "UCI": ["1e-04", "0.0002", "9e-05", "331.78"],
    "one mantissa": ["1.20e-05", "-3.40e+10", "0.00e+00"],
    "a comma and an exponent": ["1,5e-07", "2,25"],
    "tiny": ["1.5e-300", "2.5"],
    "plus": ["+1.5", "-2", "0"],
    "plus before zero": ["+1.5", "-2", "+0"],
    "no zero before the point": [".5", "-.25", "1.5", "3"],
    "no digit behind the point": ["5.", "1.5", "-3."],
    "a blank in front": [" 1", " 22", " -3"],
    "a blank for plus": [" 1.5", "-2.5"],
    "one width": ["  1", " 22", "333", " -4"],
    "one width, blanks behind": ["1  ", "22 ", "333"],
    "brackets": ["(1,234.50)", "20.00"],
    "a currency and brackets": ["$(1,234.50)", "$20.00"],
    "a blank behind the minus": ["- 5", "6"],
    "brackets and a currency": ["($1,234.50)", "$20.00"],
    "a minus behind": ["5.00-", "7.50"],
    "a typographic minus": ["\N{MINUS SIGN}5", "3"],
    "India": ["12,34,567", "1,234", "123", "1,00,00,000"],
    "Switzerland": ["1\N{RIGHT SINGLE QUOTATION MARK}234.5", "5"],
    "dollars": ["$5", "-$1,234.5"],
    "a minus behind the dollar": ["$5.00", "$-3.50"],
    "dollars of a country": ["US$5", "US$7"],
    "euros": ["1.234,50 €", "-3,00 €"],
    "a code": ["CHF 5", "CHF 1'200"],
    "a code behind": ["5 EUR", "-7 EUR"],
    "kronor": ["5 kr", "1 200 kr"],
    "zloty": ["5,00 zł", "12,50 zł"],
    "rupees": ["₹1,00,000", "₹500"],
    "percent": ["12.5%", "-3%"],
    "per mille": ["5 ‰", "7 ‰"],
    "weights": ["70 kg", "81.5 kg"],
    "temperatures": ["36.6 °C", "-5 °C"],
    "areas": ["50 m²", "120 m²"],
    "speeds": ["50 km/h", "120 km/h"],
    "volts": ["5 V", "12 V"],
}


@pytest.mark.parametrize("name", MORE_NUMBERS)
def test_numbers_in_their_dress_come_back_as_they_were(name: str, folder: Folder) -> None:
    cells = MORE_NUMBERS[name]
    made = column_of(*cells)
    assert (made.column.kind.is_numeric, made.notes) == (True, ())
    assert written(made) == cells
    quoted = "".join(f'"{cell}";x\n' for cell in cells)
    assert folder.table(f"v;o\n{quoted}").text("v").tolist() == cells


def test_a_number_has_the_value_that_is_shown() -> None:
    assert column_of("12 %", "7.5 %").values.tolist() == [12, 7.5]
    assert column_of("(1,234.50)", "20.00").values.tolist() == [-1234.5, 20]
    assert column_of("12,34,567", "1,234").values.tolist() == [1234567, 1234]
    assert column_of("9e-05", "1.5").values.tolist() == [0.00009, 1.5]
    assert column_of("1E400", "x", "2", *map(str, range(300))).values[0] != np.inf


@pytest.mark.parametrize(
    ("cells", "again", "note"),
    [
        (["1e5", "2.5E-3", "7"], ["100000", "0.0025", "7"], "2 spellings with an exponent will be written without it"),
        (["+1", "2", "3", "-4"], ["1", "2", "3", "-4"], "1 spelling with other"),
        (["12 kg", "13kg", "14 kg"], ["12 kg", "13 kg", "14 kg"], "1 spelling with other"),
        ([".5", "0.25", "0.75"], ["0.5", "0.25", "0.75"], "1 spelling with other"),
        (["-US$5", "US$7"], ["US$-5", "US$7"], "1 spelling"),
        (["8.3945900000000009", "8.25"], ["8.39459", "8.25"], "more digits than their value needs"),
        (["1e-20", "1E-5", "123456.5"], ["1e-20", "1e-05", "123456.5"], "with an exponent will be written otherwise"),
    ],
)
def test_what_its_writer_would_not_have_spelt_so_is_written_evenly_and_counted(
    cells: list[str], again: list[str], note: str
) -> None:
    made = column_of(*cells)
    assert written(made) == again
    assert any(note in one for one in made.notes)
    assert column_of(*again).values.tolist() == made.values.tolist()


@pytest.mark.parametrize("cells", [["$1,000", "$250"], ["€1.000", "€250"], ["1.000 €", "-2.500 €"]])
def test_money_has_no_three_decimals(cells: list[str]) -> None:
    made = column_of(*cells)
    assert (made.column.kind, abs(made.values[0]), written(made)) == (Kind.INTEGER, 1000, cells)
    assert any("as money has no three decimals" in note for note in made.notes)


def test_units_that_differ_are_noted() -> None:
    assert any("several units" in note for note in column_of("5 kg", "11 lb", "7 kg").notes)
    assert any("several units" in note for note in column_of("$5", "€7").notes)
    assert column_of("Q1", "Q2").notes == ()


def test_numbers_too_long_for_a_float_are_noted() -> None:
    made = column_of("12345678901234567", "12345678901234568")
    assert made.column.kind is Kind.TEXT
    assert any("more digits than a number keeps" in note for note in made.notes)


def test_two_exponents_in_many_cells_leave_the_column_numbers() -> None:
    made = column_of(*(str(20_000 + number) for number in range(2_000)), "1e+05", "3e+05")
    assert (made.column.kind, made.notes) == (Kind.INTEGER, ())
    assert written(made)[-2:] == ["1e+05", "3e+05"]


def test_one_weight_with_an_exponent_among_many_is_a_number() -> None:
    weights = [str(100_000 + 7 * number) for number in range(3_000)]
    made = column_of(*weights, "1e+06")
    assert (made.column.kind, written(made)) == (Kind.INTEGER, [*weights, "1e+06"])


def test_scrambled_amounts_are_missing_and_the_others_numbers() -> None:
    amounts = [str(50 * (number % 400)) for number in range(3_000)]
    made = column_of(*amounts[:1_500], "2a0#0", "x1!", *amounts[1_500:])
    assert made.column.kind is Kind.INTEGER
    assert made.column.misfits
    assert np.isnan(made.values).sum() == 2
    assert any("2 cells of 3,002 (lines 1502, 1503) are no number" in note for note in made.notes)


def test_one_word_that_many_cells_share_is_the_spelling_of_a_missing_value() -> None:
    cells = [*map(str, range(60)), *["90+"] * 20]
    made = column_of(*cells)
    assert (made.column.kind, made.column.spelling.null, made.column.misfits) == (Kind.INTEGER, "90+", False)
    assert any("20 cells of 80 (lines 62, 63, 64, ...) hold the one word" in note for note in made.notes)
    assert column_of(*cells, kind="integer").column.spelling.null == "90+"


@pytest.mark.parametrize(
    ("cells", "note"),
    [
        ([*map(str, range(60)), *["90+"] * 19], "19 cells"),
        ([*map(str, range(60)), *["90+"] * 20, ""], "20 cells (lines 62, 63, 64, ...) hold the one word"),
        ([*map(str, range(60)), *["90+"] * 20, ""], "beside 1 empty cell, it would be lost"),
        ([*map(str, range(60)), *["90+"] * 20, "unknown", "?"], "beside 2 cells with a word for it, it would be lost"),
        ([*map(str, range(60)), *["90+"] * 20, "?", ""], "beside 1 empty cell and 1 cell with a word for it"),
        ([*map(str, range(60)), *["90+"] * 20, *["low"] * 20], ""),
        ([*map(str, range(60)), *["=1+1"] * 20], "20 cells"),
        (["1", "2", *["3+"] * 30], ""),
    ],
)
def test_a_word_that_could_be_somebodys_or_a_level_stays_text(cells: list[str], note: str) -> None:
    made = column_of(*cells)
    assert not made.column.kind.is_numeric
    assert made.notes == () if not note else any(note in one for one in made.notes)


@pytest.mark.parametrize("odd", ["01234", "12345678901234567890"])
def test_a_code_among_whole_numbers_keeps_the_column_text(odd: str) -> None:
    made = column_of(*[str(number % 50 + 10_000) for number in range(500)], odd)
    assert made.column.kind is Kind.CATEGORY
    assert any("as codes are" in note or "more digits" in note for note in made.notes)


def test_a_key_with_an_odd_value_stays_text() -> None:
    made = column_of(*map(str, range(1_000, 1_500)), "C1200")
    assert made.column.kind is Kind.TEXT
    assert any("as keys do" in note for note in made.notes)
    assert column_of(*map(str, range(1_000, 1_500)), "tba").column.kind is Kind.INTEGER


@pytest.mark.parametrize("name", ["customer_id", "customerId", "shop code", "KEY"])
def test_a_reference_to_such_a_key_stays_text_too(name: str) -> None:
    cells = [str(number % 50 + 1_000) for number in range(500)]
    made = column_of(*cells, "C1200", name=name)
    assert made.column.kind is Kind.CATEGORY
    assert any("name is one of codes" in note for note in made.notes)
    assert column_of(*cells, "C1200", name="paid").column.kind is Kind.INTEGER


def test_where_the_policy_says_so_what_does_not_fit_a_declared_kind_is_missing() -> None:
    made = column_of("1", "x", "2", "y", "3", kind="number", misfits="missing")
    assert made.values[[0, 2, 4]].tolist() == [1, 2, 3]
    assert np.isnan(made.values[[1, 3]]).all()
    assert any("2 cells of 5 (lines 3, 5)" in note for note in made.notes)
    dated = column_of("2020-01-01", "soon", "2020-01-03", format="%Y-%m-%d", misfits="missing")
    assert np.isnat(dated.values).tolist() == [False, True, False]


def test_misfits_need_a_kind_that_they_do_not_fit() -> None:
    with pytest.raises(ValueError, match="say which"):
        ColumnPolicy(misfits="missing")
    with pytest.raises(ValueError, match="say which"):
        ColumnPolicy(misfits="missing", kind="text")


SPREADSHEET = ["n.a.", "#DIV/0!", "#REF!", "#VALUE!", "NaN", "unknown", "Unknown", "N/A", "*", "\N{EN DASH}"]


@pytest.mark.parametrize("word", SPREADSHEET)
def test_what_spreadsheets_and_people_write_for_nothing_is_missing(word: str) -> None:
    made = column_of("1.5", word, "2.5")
    assert np.isnan(made.values[1])
    assert made.column.spelling.null == word


LOOKS = ["#", "$#", "# kg", "#%", "€ #", "# EUR", " #", "US$#"]
NEGATIVE = {"$#": "-$#", "US$#": "US$-#"}


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_column_spelt_by_one_writer_comes_back_word_for_word(data: st.DataObject) -> None:
    look = data.draw(st.sampled_from(LOOKS))
    decimals = data.draw(st.integers(0, 4))
    marks = data.draw(st.sampled_from([(".", ""), (".", ","), (",", "."), (",", "")]))
    numbers = data.draw(st.lists(st.integers(-(10**10), 10**10), min_size=1, max_size=8))
    lead = " " if look.startswith(" ") else ""
    spellings = []
    for number in numbers:
        digits = f"{abs(number) / 10**decimals:,.{decimals}f}".translate(str.maketrans({",": marks[1], ".": marks[0]}))
        form = look if number >= 0 else NEGATIVE.get(look, f"{lead}-{look.lstrip()}")
        spellings.append(form.replace("#", digits))
    made = column_of(*spellings)
    if made.column.kind.is_numeric and not made.notes:
        assert written(made) == spellings
    else:
        assert any("comma" in note or "points were read" in note for note in made.notes)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=8))
def test_what_python_writes_of_floats_comes_back_word_for_word(values: list[float]) -> None:
    made = column_of(*map(repr, values))
    assert made.column.kind.is_numeric
    assert made.values.tolist() == values
    if not any("negative zeros" in note for note in made.notes):
        assert written(made) == [*map(repr, values)]


def test_small_floats_that_pandas_writes_with_an_exponent_are_numbers(folder: Folder) -> None:
    rng = np.random.default_rng(4)
    frame = pd.DataFrame({f"f{at}": np.round(rng.gamma(0.2, 1, 400), 6) for at in range(4)})
    text = frame.to_csv(index=False)
    assert "e-05" in text
    table = folder.table(text)
    assert [column.kind for column in table.columns] == [Kind.NUMBER] * 4
    pd.testing.assert_frame_equal(table.frame, frame)
    assert serialise(Dataset((table,)))["data.csv"].decode() == text


@pytest.mark.parametrize("word", ["n.d.", "N.V.", "tbd", "T.B.D.", "k.A.", "unbekannt", "Inconnu", "?", "-"])
def test_words_for_missing_are_so_among_dates_and_numbers(word: str) -> None:
    dates = column_of("21.2.1988", word, "5.11.1988", "20.7.1988")
    assert (dates.column.kind, dates.column.spelling.null) == (Kind.DATE, word)
    assert column_of("1", "2", word).column.kind is Kind.INTEGER
    assert column_of("low", "high", word).column.kind is not Kind.INTEGER


def test_dates_with_several_words_for_missing_are_dates() -> None:
    made = column_of("21.2.1988", "n.d.", "-", "?", "n.d.", "20.7.1988")
    assert (made.column.kind, made.column.spelling.null) == (Kind.DATE, "n.d.")
    assert any("spelt in 3 ways (4 cells)" in note for note in made.notes)


def test_a_word_that_is_missing_among_numbers_and_kept_in_text_is_said_once(folder: Folder) -> None:
    rows = "1,x,NA,a\nNA,NA,y,b\n3,NA,x,none\n"
    data = folder.read(f"n,one,two,three\n{rows}")
    assert [column.spelling.null for column in data.tables[0].columns] == ["NA", "", "", ""]
    notes = [note for note in data.notes if "means a missing value in other columns" in note]
    assert len(notes) == 1
    assert notes[0].endswith("kept: 'one' (2 cells), 'two' (1 cell)")
    assert list(data.tables[0].text("one")) == ["x", "NA", "NA"]


def test_a_rare_word_of_text_is_no_word_for_missing(folder: Folder) -> None:
    rows = "".join(f"{number},{'NA' if number == 7 else 'DE'}\n" for number in range(200))
    assert not any("other columns" in note for note in folder.read(f"n,country\n{rows}NA,FR\n").notes)


def test_one_odd_cell_does_not_settle_what_a_comma_means() -> None:
    """A hundred words such as 1,234 beside one 1234: a factor of a thousand is not left to that one."""
    words = [f"{1 + at % 9},{100 + 7 * at}" for at in range(100)]
    for odd in ("1234", "1,23"):
        made = column_of(*words, odd)
        assert made.column.kind is Kind.TEXT
        assert any("comma" in note for note in made.notes)


def test_words_that_people_write_for_missing_are_counted() -> None:
    made = column_of("1", "2", "3", "none", "none")
    assert (made.column.kind, made.column.spelling.null) == (Kind.INTEGER, "none")
    assert any("2 cells hold a word for a missing value" in note for note in made.notes)
    assert not column_of("1", "2", "3", "NA").notes


def test_numbers_without_end_are_the_spelling_of_a_missing_value() -> None:
    made = column_of("1.5", "2.5", "3.5", "inf")
    assert (made.column.kind, made.column.spelling.null) == (Kind.NUMBER, "inf")


def test_telephones_in_groups_are_codes() -> None:
    assert column_of(*(f"651 947 {number}" for number in range(600, 630))).column.kind is Kind.TEXT
    assert column_of(*(f"{number} 947 651" for number in range(1, 130))).column.kind is Kind.INTEGER
