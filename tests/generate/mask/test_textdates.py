"""Dates inside of texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privsynth.generate.mask.texts.dates import has_day, moved_date, puts_day_first


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        ("2021-02-27", "2021-03-01"),
        ("2021/2/27", "2021/3/1"),
        ("2021-02-27T10:11:12Z", "2021-03-01T10:11:12Z"),
        ("27.02.2021", "01.03.2021"),
        ("3.4.2021", "5.4.2021"),
        ("27/02/2021", "01/03/2021"),
        ("02/27/2021 10:30", "03/01/2021 10:30"),
        ("27 February 2021", "1 March 2021"),
        ("27th of Feb 2021", "1st of Mar 2021"),
        ("the 1st of May, 2021", "the 3rd of May, 2021"),
        ("Feb. 27, 2021", "Mar. 1, 2021"),
        ("FEBRUARY 27TH, 2021", "MARCH 1st, 2021"),
        ("Saturday, 27 Feb 2021 at 9:30", "Monday, 1 Mar 2021 at 9:30"),
        ("Sat 27 February 2021", "Mon 1 March 2021"),
        ("May 30, 2021", "June 1, 2021"),
    ],
)
def test_a_certain_day_moves_in_its_own_form(text: str, moved: str) -> None:
    assert moved_date(text, 2) == moved


@pytest.mark.parametrize(
    "text",
    [
        "03/04/2021",
        "03-03-2021",
        "27.02.21",
        "12 May",
        "May 2021",
        "Friday",
        "2021-02-30",
        "27 février 2021",
        "",
        "9999-12-31",
    ],
)
def test_a_day_that_is_not_certain_is_not_guessed(text: str) -> None:
    assert moved_date(text, 2) is None


@given(st.dates(), st.integers(-182, 182).filter(bool))
def test_what_is_moved_back_is_as_it_was(day: object, days: int) -> None:
    for form in ("%Y-%m-%d", "%d.%m.%Y", "%d %B %Y", "%B %d, %Y"):
        text = f"{day:{form}}"
        moved = moved_date(text, days) if text[-4:].isdigit() and text[:4] != text[-4:] else None
        assert moved is None or moved_date(moved, -days) in (text, text.replace(" 0", " ").removeprefix("0"), text)


@pytest.mark.parametrize(
    ("text", "tells"),
    [
        ("12 May", True),
        ("May 12th", True),
        ("03/04/2021", True),
        ("May 2021", False),
        ("2021", False),
        ("1990s", False),
        ("Friday", False),
        ("Friday at 10:30 pm", False),
    ],
)
def test_a_day_is_more_than_a_month_or_a_year(text: str, tells: bool) -> None:
    assert has_day(text) is tells


def test_other_dates_show_which_number_is_the_day() -> None:
    assert moved_date("03/04/2021", 2, day_first=True) == "05/04/2021"
    assert moved_date("03/04/2021", 2, day_first=False) == "03/06/2021"
    assert moved_date("27/02/2021", 2, day_first=False) == "01/03/2021"  # it says so itself
    assert puts_day_first(["on 27/02/2021 and 03/04/2021"] * 5) is True
    assert puts_day_first(["on 02/27/2021"] * 5) is False
    assert puts_day_first(["on 02/27/2021"] * 4) is None
    assert puts_day_first(["on 02/27/2021"] * 5 + ["27/02/2021"]) is None
    assert puts_day_first(["03/04/2021"] * 9) is None
