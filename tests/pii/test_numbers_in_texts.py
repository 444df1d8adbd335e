"""Numbers in running texts: whose they are is said by their form and by the words around them."""

from __future__ import annotations

import pytest

from privsynth.pii.texts import scan_text


def found(text: str, *entities: str) -> list[str]:
    return [text[hit.start : hit.end] for hit in scan_text(text, nlp="none") if hit.entity in entities]


@pytest.mark.parametrize(
    ("text", "card"),
    [
        ("Take 3782 822463 10005 please", "3782 822463 10005"),
        ("Take 3056 930902 5904 please", "3056 930902 5904"),
        ("Take 2131-0000-0000-001 please", "2131-0000-0000-001"),
        ("Take 5018 0000 0009 please", "5018 0000 0009"),
        ("Take 4111.1111.1111.1111 please", "4111.1111.1111.1111"),
        ("Take 4111\u20111111\u20111111\u20111111 please", "4111\u20111111\u20111111\u20111111"),
        ("Visa 4111 1111 1111 1111 123, thanks", "4111 1111 1111 1111"),
        ("charge 4111111111111111 12/27", "4111111111111111"),
        ("12 4111 1111 1111 1111", "4111 1111 1111 1111"),
        ("my card 9999 8888 7777 6668 is new", "9999 8888 7777 6668"),
        ("4111 1111 1111 1112 is my card", "4111 1111 1111 1112"),
        ("my card is 411111 1111111111", "411111 1111111111"),
    ],
)
def test_a_card_is_found_as_it_is_printed_or_spoken_of(text: str, card: str) -> None:
    assert found(text, "CREDIT_CARD") == [card]


@pytest.mark.parametrize(
    "text",
    [
        "the code 1234567890123456 was sent",
        "9999 8888 7777 6668 units left the plant",
        "paid by card, order number 9999888877776668",
        "card 1111 1111 1111 1111",
        "the panel 411111 1111111111 is dark",
        "4111 1111 1111 1112 is what the meter shows",
    ],
)
def test_other_long_numbers_are_no_cards(text: str) -> None:
    assert found(text, "CREDIT_CARD") == []


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("Who has +43 647463706433 now?", "+43 647463706433"),
        ("Who has +49(0) 598373440 now?", "+49(0) 598373440"),
        ("Who has +31(0)792 235592 now?", "+31(0)792 235592"),
        ("Who has (+358) 906010478 now?", "(+358) 906010478"),
        ("Tel.+44 20 7946 0321", "+44 20 7946 0321"),
        ("Who has 0441-9005713 now?", "0441-9005713"),
        ("Who has 029 5519821 now?", "029 5519821"),
        ("Who has 00442079460321 now?", "00442079460321"),
        ("Hi, my number is 2025550143 and I wait", "2025550143"),
        ("2025550143 is my new number", "2025550143"),
        ("Please leave a message under 2025550143", "2025550143"),
        ("Get in touch with us at 2025550143.", "2025550143"),
        ("Contact: 2025550143", "2025550143"),
        ("Anna\nP: 2025550143", "2025550143"),
        ("T\u00e9l\u00e9phone: 0199005711", "0199005711"),
        ("My mobile no. is 325.081255", "325.081255"),
        ("202-555-0143, extension 12", "202-555-0143, extension 12"),
    ],
)
def test_a_telephone_number_is_found_in_national_and_foreign_forms(text: str, phone: str) -> None:
    assert found(text, "PHONE") == [phone]


@pytest.mark.parametrize(
    "text",
    [
        "Order 202-555-0143 was shipped",
        "Please call about invoice no. 2025550143",
        "the total is 202 555 143 for the year",
        "we spent $202 555 143 in March",
        "they sold 202 555 143 units",
        "about 10.000.000 in all",
        "nearly 12 345 678 of them",
        "4411 people came and 2025550 called later",
        "since 01/02/2023 14:30 nothing",
        "00000123456789 is how the line begins",
    ],
)
def test_amounts_and_numbers_of_things_are_no_telephones(text: str) -> None:
    assert found(text, "PHONE", "FAX") == []


def test_a_number_that_is_dialled_stays_one_beside_the_keyword_of_another_kind() -> None:
    assert found("The passport office: (+358) 115860070", "PHONE") == ["(+358) 115860070"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The ZIP of our office is 02139", "02139"),
        ("Does the zip code 02139 belong to Ohio?", "02139"),
        ("02139 is my zip code", "02139"),
        ("postal code: 10122283", "10122283"),
        ("Please write to 1050 Vienna", "1050"),
        ("the shop in Berlin, 10115 has closed", "10115"),
        ("Springfield, IL 62704-1234", "62704-1234"),
        ("SE-111 22 Stockholm", "SE-111 22"),
        ("She moved to 02139 in May", "02139"),
        ("We live in the 02139 area", "02139"),
        ("mail: PO Box 12, 02139", "02139"),
    ],
)
def test_a_postcode_is_told_by_a_word_a_town_a_state_or_a_verb_of_dwelling(text: str, code: str) -> None:
    assert found(text, "POSTCODE") == [code]


def test_a_changed_postcode_is_found_before_and_after_the_change() -> None:
    assert found("My zip changed from 10001 to 02139.", "POSTCODE") == ["10001", "02139"]


@pytest.mark.parametrize(
    "text",
    [
        "In Berlin 12000 people marched.",
        "Paris 2024 was great, since 2010 Paris has changed",
        "Room 44110, Berlin, order 44110 Berlin, flight 1234 Berlin",
        "Berlin 44110 tickets sold",
        "my zip code covers 12000 households",
        "it cost 12500 in Oslo",
        "Please zip 4 files and 12000 logs",
        "the code 12345 for Anna",
    ],
)
def test_years_counts_and_numbers_of_things_are_no_postcodes(text: str) -> None:
    assert found(text, "POSTCODE") == []
