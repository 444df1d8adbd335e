"""Names of columns and tables that are somebody's are refused, and are not repeated."""

from __future__ import annotations

import pytest
from conftest import frame

from privsynth.dataset import Column, Dataset, Kind, Role, Table
from privsynth.errors import InputError
from privsynth.pii.header import refuse_named_headers


def people(extra: str = "score", name: str = "people") -> Dataset:
    columns = (
        Column("first", Kind.CATEGORY, role=Role.DIRECT, entity="FIRST_NAME"),
        Column("last", Kind.CATEGORY, role=Role.DIRECT, entity="LAST_NAME"),
        Column("login", Kind.TEXT, role=Role.DIRECT, entity="USERNAME"),
        Column("code", Kind.TEXT, role=Role.DIRECT),
        Column(extra, Kind.NUMBER),
    )
    cells = {
        "first": ["Ada", "Bo"],
        "last": ["Quill", "Marsh"],
        "login": ["aquill77", "bm"],
        "code": ["Hydrogenium", "x"],
    }
    return Dataset((Table(name, columns, frame(**cells, **{extra: [1.0, 2.0]})),))


@pytest.mark.parametrize(
    "name",
    [
        *("ada.quill@shop.example", "DE89 3704 0044 0532 0130 00", "4111-1111-1111-1111"),
        *("Ada Quill", "quill_ada", "QUILL, Ada", "AQuill77"),
    ],
)
def test_a_column_named_by_somebodys_value_is_refused_by_its_place(name: str) -> None:
    with pytest.raises(InputError, match=r"the name of column 5 is ") as caught:
        refuse_named_headers(people(name))
    assert name not in str(caught.value) + str(caught.value.hint)


def test_a_table_named_by_somebodys_value_is_refused_by_its_number() -> None:
    with pytest.raises(InputError, match=r"the name of table 1 is ") as caught:
        refuse_named_headers(people(name="ada.quill@shop.example"))
    assert "ada" not in str(caught.value)


@pytest.mark.parametrize(
    "name",
    [
        *("e-mail", "Ada", "bm", "Hydrogenium", "x1", "2020-01-01", "1234567890", "www", "10.0", "Bo Quill", "a/b"),
        *("customer_id", "word_freq_857", "Unnamed: 0", "St. Louis", "John Deere", "price.pw", "state.name"),
    ],
)
def test_words_numbers_days_and_codes_name_columns(name: str) -> None:
    refuse_named_headers(people(name))
