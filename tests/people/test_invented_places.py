"""Town, postcode, region, country, street and telephone number of one invented row fit each other."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from invented import invent, inventor_of, names_in, seeds, table_of
from shop import texts

from privsynth.people import Fabricator
from privsynth.people.phones import AREA_CODES
from privsynth.people.places import atlas, countries, has_places
from privsynth.pii import is_reserved
from privsynth.pii.drama import PLANS
from privsynth.statistics import ColumnStatistics, Taken

# A real town, postcode, region and telephone number of each locale, spelt as people there do.
REAL = {
    "en_US": ("Boston", "02134", "MA", "(617) 664-1234"),
    "en_CA": ("Toronto", "M5V 2T6", "ON", "416-664-1234"),
    "en_GB": ("Leeds", "LS1 4AP", "England", "0113 664 1234"),
    "de_DE": ("Berlin", "10115", "Berlin", "030 6641234"),
    "de_AT": ("Wien", "1010", "Wien", "+43 1 6641234"),
    "de_CH": ("Zürich", "8001", "ZH", "+41 44 664 12 34"),
    "fr_FR": ("Lyon", "69002", "Auvergne-Rhône-Alpes", "04 72 66 41 23"),
    "es_ES": ("Sevilla", "41001", "Andalucía", "+34 954 66 41 23"),
    "it_IT": ("Torino", "10121", "Piemonte", "+39 011 664 1234"),
    "nl_NL": ("Utrecht", "3511 AB", "Utrecht", "+31 30 664 1234"),
    "sv_SE": ("Malmö", "211 34", "Skåne län", "040-664 12 34"),
    "pl_PL": ("Kraków", "30-001", "małopolskie", "+48 12 664 12 34"),
    "pt_BR": ("Recife", "50010-120", "PE", "+55 81 6641 2345"),
    "en_AU": ("Perth", "6000", "WA", "(08) 6641 2345"),
    "en_IN": ("Pune", "411001", "Maharashtra", "+91 20 6641 2345"),
}


def addresses(locale: str, rows: int = 40) -> dict[str, list[str]]:
    town, code, region, number = REAL[locale]
    digits = [f"{number[:-2]}{i:02d}" for i in range(rows)]
    return {"city": [town] * rows, "zip": [code] * rows, "state": [region] * rows, "phone": digits}


def spots(locale: str) -> pd.DataFrame:
    found, (start, count) = atlas(), atlas().locales[locale]
    part = slice(start, start + count)
    return pd.DataFrame(
        {name: getattr(found, name)[part] for name in ("town", "region", "code", "area", "prefix", "tail")}
    )


@pytest.mark.parametrize("locale", REAL)
def test_town_postcode_and_region_of_a_row_belong_together(locale: str) -> None:
    table = table_of(addresses(locale))
    assert inventor_of(table).home == locale
    made, known = invent(table), spots(locale)
    assert made["city"].nunique() > 5
    for town, code, region in zip(made["city"], made["zip"], made["state"], strict=True):
        there = known[(known["town"] == town) & ((known["code"] == region) | (known["region"] == region))]
        assert len(there)
        assert any(code.startswith(prefix) for prefix in there["prefix"])


@pytest.mark.parametrize("locale", REAL)
def test_postcodes_are_spelt_as_in_their_country(locale: str) -> None:
    form = re.sub(r"\d", "9", re.sub(r"[A-Z]", "A", REAL[locale][1]))
    forms = {re.sub(r"\d", "9", re.sub(r"[A-Z]", "A", code)) for code in invent(table_of(addresses(locale)))["zip"]}
    assert forms == {form} if locale != "en_GB" else all(re.fullmatch(r"A{1,2}9{1,2} 9AA", one) for one in forms)


def test_an_american_number_has_an_area_code_of_its_town() -> None:
    made = invent(table_of(addresses("en_US")), 150)
    areas = spots("en_US").groupby("town")["area"].agg(set)
    assert all(number[1:4] in areas[town] for town, number in zip(made["city"], made["phone"], strict=True))
    assert all(is_reserved("PHONE", number) for number in made["phone"])


@pytest.mark.parametrize(
    ("locale", "town", "number"),
    [
        ("en_CA", "Toronto", r"(416|647)-555-01\d\d"),
        ("en_GB", "London", r"0207 946 0\d{3}"),
        ("en_GB", "Leeds", r"0113 496 0\d{3}"),
        ("en_GB", "Belfast", r"0289 649 6\d{3}"),
        ("en_GB", "Cardiff", r"0292 018 0\d{3}"),
        ("en_GB", "Norwich", r"0163 296 0\d{3}"),
        ("de_DE", "Berlin", r"030 23125\d{3}"),
        ("de_DE", "Hamburg", r"040 66969\d{3}"),
        ("de_DE", "München", r"089 99998\d{3}"),
        ("de_DE", "Köln", r"022 14710\d{3}"),
        ("de_DE", "Frankfurt am Main", r"069 90009\d{3}"),
        ("de_DE", "Leipzig", r"017 139200\d\d"),
        ("fr_FR", "Paris", r"01 99 00 \d\d \d\d"),
        ("fr_FR", "Rennes", r"02 61 91 \d\d \d\d"),
        ("fr_FR", "Lille", r"03 53 01 \d\d \d\d"),
        ("fr_FR", "Lyon", r"04 65 71 \d\d \d\d"),
        ("fr_FR", "Toulouse", r"05 36 49 \d\d \d\d"),
        ("en_AU", "Sydney", r"\(02\) (5550|7010) \d{4}"),
        ("en_AU", "Melbourne", r"\(03\) (5550|7010) \d{4}"),
        ("en_AU", "Brisbane", r"\(07\) (5550|7010) \d{4}"),
        ("en_AU", "Perth", r"\(08\) (5550|7010) \d{4}"),
        ("sv_SE", "Stockholm", r"084-650 04 \d\d"),
        ("sv_SE", "Göteborg", r"031-390 06 \d\d"),
        ("sv_SE", "Malmö", r"040-628 04 \d\d"),
    ],
)
def test_a_number_lies_in_the_range_that_is_kept_free_in_its_town(locale: str, town: str, number: str) -> None:
    frame = addresses(locale)
    if locale == "de_DE":
        frame["phone"] = [f"030 {66412000 + i}" for i in range(40)]
    frame["phone"] = frame["phone"][:20] * 2  # people share numbers: no range is used up
    made = invent(table_of(frame), 600)
    there = made.loc[made["city"] == town, "phone"]
    assert len(there)
    assert all(re.fullmatch(number, value) for value in there)
    assert all(is_reserved("PHONE", value) for value in made["phone"])


def test_a_used_up_range_of_a_town_is_left_with_a_note_and_nobody_shares_a_number() -> None:
    table = table_of(addresses("en_US"), kept=["state"])
    maker = inventor_of(table)
    made = maker.make_from(pd.DataFrame({"state": texts(["VT"] * 150)}), seeds(150))
    assert len(set(made["phone"])) == 150
    at_home = sum(number.startswith("(802)") for number in made["phone"])
    assert 95 <= at_home <= 100
    assert any(f"were used up for {150 - at_home} of 150 rows" in note for note in maker.notes)


def test_mobiles_stay_mobiles_and_belong_to_no_town() -> None:
    frame = addresses("en_GB") | {"phone": [f"07911 12{i:04d}" for i in range(40)]}
    made = invent(table_of(frame))
    assert all(re.fullmatch(r"07700 900\d{3}", value) for value in made["phone"])


def test_where_no_numbers_are_kept_free_they_are_undialable_and_a_note_says_so() -> None:
    table = table_of(addresses("es_ES"))
    maker = inventor_of(table)
    made = maker.make_from(pd.DataFrame(), seeds(50))
    assert all(re.fullmatch(r"\+34 000 \d\d \d\d \d\d", value) for value in made["phone"])
    assert any("not tied to a town" in note for note in maker.notes)


def test_a_locale_without_places_keeps_inventing_and_a_note_says_so() -> None:
    frame = names_in("fi_FI") | {"city": [f"Kyla{i}" for i in range(60)], "zip": [f"{i:05d}" for i in range(60)]}
    table = table_of(frame)
    maker = inventor_of(table)
    assert not has_places(maker.home)
    made = maker.make_from(pd.DataFrame(), seeds(30))
    assert all(made["city"])
    assert any("they are not tied to each other" in note for note in maker.notes)


# --- what the row says already ---


def test_an_invented_town_lies_in_the_state_that_is_kept() -> None:
    states = ["CA", "TX", "NY", "WY", "texas", "New York"]
    table = table_of(addresses("en_US") | {"state": ["CA", "TX", "NY", "WY"] * 10}, kept=["state"])
    made = invent(table, 180, pd.DataFrame({"state": texts(states * 30)}))
    where = spots("en_US")
    for state, town, code, number in zip(made["state"], made["city"], made["zip"], made["phone"], strict=True):
        there = where[
            ((where["code"] == state) | (where["region"].str.casefold() == state.casefold())) & (where["town"] == town)
        ]
        assert len(there)
        assert code[:3] in set(there["prefix"])
        assert number[1:4] in set(there["area"])


def test_a_state_that_nobody_knows_leaves_the_country() -> None:
    table = table_of(addresses("en_US"), kept=["state"])
    made = invent(table, 40, pd.DataFrame({"state": texts(["nowhere", None] * 20)}))
    assert set(made["city"]) <= set(spots("en_US")["town"])


def test_a_generalised_postcode_says_where_the_town_lies() -> None:
    table = table_of(addresses("en_US"), kept=["zip"])
    made = invent(table, 300, pd.DataFrame({"zip": texts(["941**", "60601", "7****"] * 100)}))
    assert set(made.loc[made["zip"] == "941**", "city"]) == {"San Francisco"}
    assert set(made.loc[made["zip"] == "60601", "state"]) == {"IL"}


def test_a_kept_town_gives_the_postcode_and_stands_in_the_address() -> None:
    streets = [f"{i} Oak Street, Boston, MA 02134" for i in range(40)]
    table = table_of(addresses("en_US") | {"street": streets}, kept=["city"])
    made = invent(table, 100, pd.DataFrame({"city": texts(["Seattle", "Miami"] * 50)}))
    codes = {"Seattle": "981", "Miami": "331"}
    for city, code, street in zip(made["city"], made["zip"], made["street"], strict=True):
        assert code.startswith(codes[city])
        assert re.search(rf", {city}, (WA|FL) {code}$", street)


def test_a_street_address_names_the_town_and_postcode_of_its_row() -> None:
    german = addresses("de_DE") | {"street": [f"Lindenweg {i}, 10115 Berlin" for i in range(40)]}
    made = invent(table_of(german | names_in("de_DE", 40)))
    assert all(
        street.endswith(f", {code} {city}")
        for street, code, city in zip(made["street"], made["zip"], made["city"], strict=True)
    )


@pytest.mark.parametrize(
    ("country", "locale", "number"),
    [
        ("DE", "de_DE", r"\+49 .*"),
        ("Germany", "de_DE", r"\+49 .*"),
        ("France", "fr_FR", r"\+33 .*"),
        ("gb", "en_GB", r"\+44 .*"),
        ("Australia", "en_AU", r"\+61 .*"),
        ("Sverige", "sv_SE", r"\+46 .*"),
        ("India", "en_IN", r"\+91 000 \d{6}"),
        ("USA", "en_US", r"\+1 .*555.*"),
    ],
)
def test_town_and_number_follow_the_country_of_the_row(country: str, locale: str, number: str) -> None:
    frame = addresses("en_US") | {"phone": [f"+1 617-664-{i:04d}" for i in range(40)], "country": ["US", "DE"] * 20}
    made = invent(table_of(frame, kept=["country"]), 80, pd.DataFrame({"country": texts([country, "US"] * 40)}))
    there = made[made["country"] == country]
    assert set(there["city"]) <= set(spots(locale)["town"])
    assert all(re.fullmatch(number, value) for value in there["phone"])


def test_names_and_streets_follow_the_country_of_the_row() -> None:
    from privsynth.people.words import words_of

    frame = {
        "country": ["US", "Sweden"] * 30,
        "first": names_in("en_US")["first"],
        "last": names_in("en_US")["last"],
        "street": ["1 Oak Street"] * 60,
    }
    made = invent(table_of(frame, kept=["country"]), 200, pd.DataFrame({"country": texts(["Sweden", "Brasil"] * 100)}))
    for country, locale, street in (
        ("Sweden", "sv_SE", r"gatan|vägen|gränd|stigen"),
        ("Brasil", "pt_BR", r"Rua|Avenida|Travessa|Largo"),
    ):
        there, words = made[made["country"] == country], words_of(locale)
        assert set(there["first"]) <= {*words.female, *words.male}
        assert all(re.search(street, value) for value in there["street"])


def test_an_invented_country_is_that_of_the_town_and_the_names() -> None:
    from shop import statistics

    frame = addresses("en_US") | {"country": ["US", "Germany"] * 20}
    table = table_of(frame)
    statistics = statistics(table) | {
        "country": ColumnStatistics(rows=40, missing=0.0, distinct=2, is_unique=False, levels={"US": 20, "Germany": 20})
    }
    made = pd.DataFrame(Fabricator.learn(table, statistics, Taken()).make_from(pd.DataFrame(), seeds(200)))
    for country, locale in (("US", "en_US"), ("Germany", "de_DE")):
        there = made.loc[made["country"] == country, "city"]
        assert len(there) > 50
        assert set(there) <= set(spots(locale)["town"])


def test_postcodes_read_as_numbers_get_their_zeros_back() -> None:
    table = table_of(addresses("en_US") | {"zip": np.arange(2_100.0, 2_140.0)}, kept=["zip"])
    made = invent(table, 40, pd.DataFrame({"zip": [2134.0, 94110.0] * 20}))
    assert set(made["state"]) == {"MA", "CA"}


def test_a_country_of_birth_is_not_where_somebody_lives() -> None:
    table = table_of(
        addresses("en_US") | {"native_country": ["Mexico", "Germany"] * 20},
        kept=["native_country"],
        native_country="COUNTRY",
    )
    assert inventor_of(table).anchors.country is None


def test_the_region_of_an_entity_holds_for_all_its_rows() -> None:
    owner = [f"C{i // 3:05d}" for i in range(90)]
    frame = {
        "who": owner,
        "city": ["Boston"] * 90,
        "zip": ["02134"] * 90,
        "phone": [f"(617) 664-{i // 3:04d}" for i in range(90)],
    }
    made = invent(table_of(frame, person="who"), 90)
    assert (made.groupby("who")[["city", "zip", "phone"]].nunique() == 1).all(axis=None)


# --- the data ---


def test_every_prefix_and_area_code_is_of_digits_and_letters() -> None:
    found = atlas()
    assert all(re.fullmatch(r"\d{1,5}", area) for area in found.area)
    assert all(re.fullmatch(r"[A-Z0-9-]{2,5}", prefix) for prefix in found.prefix)
    assert all(re.fullmatch(r"[ #@-]*", tail) for tail in found.tail)


def test_all_fifty_states_have_towns_within_their_postcodes_and_area_codes() -> None:
    found, (start, count) = atlas(), atlas().locales["en_US"]
    assert len(set(found.code[start : start + count])) == 51  # with the capital's district
    for spot in range(start, start + count):
        whole = found.regions["en_US", found.code[spot].casefold()]
        assert found.span("en_US", None, None, found.prefix[spot][:3])[0] in range(whole[0], whole[0] + whole[1])
        assert found.area[spot] in found.areas[spot]
        assert set(found.areas[spot]) <= set(AREA_CODES)


def test_area_codes_lie_where_the_numbering_plan_has_them() -> None:
    import phonenumbers
    from phonenumbers import geocoder

    found, (start, count) = atlas(), atlas().locales["en_US"]
    for spot in range(start, start + count):
        told = geocoder.description_for_number(phonenumbers.parse(f"+1{found.area[spot]}6641234"), "en")
        assert found.region[spot] in told or told.endswith(f", {found.code[spot]}") or told == "Washington D.C."


def test_each_country_leads_to_one_locale_and_spellings_do_not_matter() -> None:
    assert countries()["deutschland"] == countries()["de"] == "de_DE"
    assert set(PLANS) == {"44", "49", "33", "61", "46"}


def test_a_town_that_two_states_have_is_found_in_the_right_one() -> None:
    found = atlas()
    first = found.span("en_US", "MO", "Springfield", None)[0]
    assert (found.town[first], found.code[first]) == ("Springfield", "MO")
    assert found.code[found.span("en_US", "IL", "springfield", None)[0]] == "IL"


def test_rows_that_say_nothing_differ_from_each_other() -> None:
    made: Any = invent(table_of(addresses("en_US")), 500)
    assert made["state"].nunique() > 35
    assert len(np.unique(made["city"])) > 80
