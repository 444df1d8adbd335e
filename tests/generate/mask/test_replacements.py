"""What became of the values of the columns, as it is looked up in texts."""

from __future__ import annotations

import pytest
from masked_people import made_people, real_people, seeds

from privsynth.generate.mask.texts.replacements import CUES, is_called, is_certain, national, replacements_of


def test_values_of_a_row_are_known_by_its_number_and_anywhere() -> None:
    known = replacements_of([(real_people(), made_people(), seeds())])
    assert known.own[5]["c0017"] == known.anywhere["c0017"] == "X-9931"
    assert known.own[5]["adairaquillfeather"] == "Eva Lundgren"
    assert known.anywhere["quillfeatheradaira"] == "Lundgren, Eva"
    assert known.own[5]["aquillfeather"] == "E. Lundgren"
    assert "aquillfeather" not in known.anywhere


def test_a_name_alone_is_known_for_its_own_person_only() -> None:
    known = replacements_of([(real_people(), made_people(), seeds())])
    assert known.called[5] == {"adaira": "Eva", "quillfeather": "Lundgren"}
    assert "adaira" not in known.anywhere
    assert "adaira" not in known.called[6]


def test_telephone_numbers_are_known_with_and_without_their_country() -> None:
    known = replacements_of([(real_people(), made_people(), seeds())])
    assert {known.anywhere[form] for form in ("447911123456", "7911123456", "07911123456")} == {"+44 7700 900123"}
    assert list(national("12025557123")) == [("1", "2025557123")]
    assert list(national("004407911123456")) == [("44", "7911123456")]
    assert "25557123" not in known.anywhere  # of 2025557123, which says nothing of Egypt


def test_columns_that_were_not_invented_are_not_known() -> None:
    assert replacements_of([(real_people(), real_people(), seeds())]).own == {}


def test_the_words_of_a_keys_column_announce_it() -> None:
    assert replacements_of([(real_people(), made_people(), seeds())]).cues == CUES | {"customer", "id"}


@pytest.mark.parametrize(
    ("form", "spelt", "before", "certain"),
    [
        ("123456", ["123456"], "", True),
        ("17", ["17"], "paid", False),
        ("17", ["17"], "customer", True),
        ("c17x", ["C17x"], "", True),
        ("c1", ["C1"], "", False),
        ("boli", ["Bo", "Li"], "", True),
        ("boli", ["bo", "li"], "", False),
        ("adaquill", ["ada", "quill"], "", True),
        ("sunny", ["sunny"], "", False),
        ("quillfeather", ["quillfeather"], "", True),
    ],
)
def test_a_value_is_certain_where_it_is_long_announced_or_a_name(
    form: str, spelt: list[str], before: str, certain: bool
) -> None:
    assert is_certain(form, spelt, before, CUES | {"customer"}) is certain


@pytest.mark.parametrize(
    ("word", "begins", "capitals", "called"),
    [
        ("Adaira", True, True, True),
        ("adaira", False, True, True),
        ("Will", False, True, True),
        ("Will", True, True, False),
        ("will", False, True, False),
        ("WILL", False, False, False),
        ("li", False, True, False),
    ],
)
def test_a_name_alone_is_meant_as_one_by_its_capital_or_because_it_is_no_word(
    word: str, begins: bool, capitals: bool, called: bool
) -> None:
    assert is_called(word, begins=begins, capitals=capitals) is called
