"""People, places, firms, streets and days as people write them are found by general rules; other words are not."""

from __future__ import annotations

import pytest

from privsynth.pii import scan_text


def found(text: str) -> set[tuple[str, str]]:
    return {(hit.entity, text[hit.start : hit.end]) for hit in scan_text(text, nlp="none")}


@pytest.mark.parametrize(
    ("text", "street"),
    [
        ("Ship it to Myrvollen 49A, 5003 Bergen.", "Myrvollen 49A, 5003 Bergen"),
        ("The shop on Eitel-Sander-Platz 51 has closed.", "Eitel-Sander-Platz 51"),
        ("Our office is at Lindova ulica 8c, Suite 12.", "Lindova ulica 8c, Suite 12"),
        ("They met at Strada Mihai Albu Nr. 67 Bl. 3 yesterday.", "Strada Mihai Albu Nr. 67 Bl. 3"),
        ("I live at Tannova 5", "Tannova 5"),
        ("Largo do Dr. Soares, 9, Lisboa", "Largo do Dr. Soares, 9, Lisboa"),
        ("Please change my address to 745 Rajan Ganj.", "745 Rajan Ganj"),
        ("It stands at 12 Mill Lane\nSuite 4\nYork", "12 Mill Lane"),
    ],
)
def test_streets_of_many_countries_are_addresses(text: str, street: str) -> None:
    assert ("STREET_ADDRESS", street) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "See Chapter 12, Section 5 of Version 3.",
        "The years 2016-2020 Stony University paid.",
        "On March 12, Monday, we met.",
    ],
)
def test_numbered_things_and_years_are_no_address(text: str) -> None:
    assert not any(entity == "STREET_ADDRESS" for entity, _ in found(text))


def test_what_stands_in_an_address_is_not_reported_twice() -> None:
    assert found("I live at 12 Anna Street, 5003 Bergen") == {("STREET_ADDRESS", "12 Anna Street, 5003 Bergen")}


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("See you on Saturday the 17th.", "Saturday the 17th"),
        ("Signed Sep-16-1990.", "Sep-16-1990"),
        ("It ended 18-Jul-75.", "18-Jul-75"),
        ("We were young in the 1980s.", "1980s"),
        ("It happened in May.", "May"),
        ("Dated 20120602.", "20120602"),
        ("The meeting on 1939 was long.", "1939"),
    ],
)
def test_days_in_many_spellings(text: str, day: str) -> None:
    assert ("DATE", day) in found(text)


@pytest.mark.parametrize("text", ["We may come.", "Order 20129902 has 1800 parts."])
def test_words_and_numbers_are_no_days(text: str) -> None:
    assert not any(entity == "DATE" for entity, _ in found(text))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Tel: 06-74521171", "06-74521171"),
        ("Text +49 644 6320672 now", "+49 644 6320672"),
        ("If urgent dial +14856497834.", "+14856497834"),
    ],
)
def test_telephones_in_two_long_groups(text: str, number: str) -> None:
    assert ("PHONE", number) in found(text)


def test_two_unknown_words_with_capitals_are_a_name() -> None:
    assert ("PERSON", "Zhulvek Orbanitz") in found("The pump broke, so we asked Zhulvek Orbanitz about it.")
    assert not any(entity == "PERSON" for entity, _ in found("We heard of the Zhulvek Orbanitz about the pump."))
    assert not any(entity == "PERSON" for entity, _ in found("Please read the Source Code License first."))


def test_north_of_something_is_a_place() -> None:
    assert ("CITY", "North Valerie") in found("We met at the fair in North Valerie.")


def test_countries_of_several_words_are_one_place() -> None:
    assert ("COUNTRY", "Turks and Caicos Islands") in found("My flight to Turks and Caicos Islands was late.")


@pytest.mark.parametrize("firm", ["Lie & Co", "Kosonen Ikonen Osk", "Marek Dvor s.r.o", "Novak d.d."])
def test_legal_forms_of_many_countries(firm: str) -> None:
    assert any(entity == "ORGANIZATION" for entity, _ in found(f"The merger with {firm} failed."))


@pytest.mark.parametrize(
    "text", ["Press the button twice.", "Nobody has seen it.", "Snow is expected.", "The Committee meets in room 12."]
)
def test_a_capital_at_the_beginning_is_no_name(text: str) -> None:
    assert not any(entity in ("PERSON", "ORGANIZATION") for entity, _ in found(text))


def test_an_iban_needs_its_check_digits_only() -> None:
    assert ("IBAN", "NO1432282628764") in found("Refund to NO1432282628764 please.")
    assert not any(entity == "IBAN" for entity, _ in found("Refund to NO1432282628765 please."))


@pytest.mark.parametrize("text", ["I live in H.No 5", "Ricart S.Coop announced a loss"])
def test_abbreviations_are_no_domains(text: str) -> None:
    assert not any(entity == "DOMAIN" for entity, _ in found(text))
