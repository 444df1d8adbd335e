"""Columns are judged by name and values together; clean ones stay clean."""

from __future__ import annotations

import numpy as np
import pytest

from privsynth.dataset import Kind, Role
from privsynth.pii.columns import Typing, type_column

PEOPLE = [
    "Anna",
    "Boris",
    "Carla",
    "David",
    "Emma",
    "Felix",
    "Greta",
    "Hugo",
    "Ines",
    "Jonas",
    "Karin",
    "Luis",
    "Marta",
    "Nils",
    "Olga",
    "Pedro",
    "Ruth",
    "Sven",
    "Tanja",
    "Viktor",
    "Wanda",
    "Yusuf",
]
SURNAMES = [
    "Larsen",
    "Moreno",
    "Novak",
    "Okafor",
    "Petrov",
    "Quinn",
    "Rossi",
    "Schmidt",
    "Tanaka",
    "Ivanova",
    "Weber",
    "Young",
    "Zeman",
    "Hansen",
    "Johansson",
    "Nielsen",
    "Murphy",
    "Garcia",
    "Silva",
    "Kowalski",
    "Popescu",
]


def typed(name: str, values: list[str | None], kind: Kind = Kind.TEXT) -> Typing:
    return type_column(name, np.array(values, dtype=object), kind)


def numbers(low: int, high: int, count: int = 300) -> list[str]:
    return [str(n) for n in np.random.default_rng(3).integers(low, high, count)]


@pytest.mark.parametrize(
    ("name", "value", "entity"),
    [
        ("email", "anna{}@example.com", "EMAIL"),
        ("E-Mail-Adresse", "anna{}@example.com", "EMAIL"),
        ("customerEmail", "anna{}@example.com", "EMAIL"),
        ("CORREO_ELECTRONICO", "anna{}@example.com", "EMAIL"),
        ("TelephoneNumber", "(202) 555-01{:02}", "PHONE"),
        ("handynummer", "0151 234567{:02}", "PHONE"),
        ("téléphone", "01 99 00 12 {:02}", "PHONE"),
        ("home_phone_2", "202-555-01{:02}", "PHONE"),
        ("strasse", "Mühlweg {}", "STREET_ADDRESS"),
        ("AddressLine1", "{} Mill Lane", "STREET_ADDRESS"),
        ("username", "quiet_heron{}", "USERNAME"),
        ("ssn", "536-90-43{:02}", "US_SSN"),
        ("passport_no", "12345{:04}", "US_PASSPORT"),
        ("mrn", "004417{:02}", "MRN"),
        ("iban", "GB82WEST12345698765{:03}", None),  # the check digits are wrong: only some pass
        ("ip_address", "192.0.2.{}", "IPV4"),
        ("user_agent", "Mozilla/5.0 (X11; Linux x86_64; rv:{}.0) Gecko", "USER_AGENT"),
        ("birth_number", "7062{:02}", "NATIONAL_ID"),
        ("account_to", "871445{:02}", "BANK_ACCOUNT"),
        ("license_plate", "AB {:03} CD", "LICENSE_PLATE"),
    ],
)
def test_the_name_tells_in_several_languages(name: str, value: str, entity: str | None) -> None:
    found = typed(name, [value.format(n) for n in range(60)])
    assert found.role is Role.DIRECT
    assert entity is None or found.entity == entity


@pytest.mark.parametrize(
    ("name", "values", "entity"),
    [
        ("vorname", PEOPLE, "FIRST_NAME"),
        ("Surname", SURNAMES, "LAST_NAME"),
        ("apellidos", SURNAMES, "LAST_NAME"),
        ("customer_name", [f"{a} {b}" for a, b in zip(PEOPLE, SURNAMES, strict=False)], "PERSON"),
        ("mothers_maiden_name", SURNAMES, "MAIDEN_NAME"),
        ("c1", PEOPLE, "FIRST_NAME"),
        ("c2", SURNAMES, "LAST_NAME"),
        ("c3", [f"{a} {b}" for a, b in zip(PEOPLE, SURNAMES, strict=False)], "PERSON"),
        ("c4", [f"anna{n}@example.com" for n in range(30)], "EMAIL"),
        ("c5", [f"(202) 555-01{n:02}" for n in range(30)], "PHONE"),
        ("c6", [f"{n} Mill Lane" for n in range(30)], "STREET_ADDRESS"),
        (
            "c7",
            [
                "4111111111111111",
                "5555555555554444",
                "378282246310005",
                "6011111111111117",
                "4222222222222",
                "30569309025904",
            ],
            "CREDIT_CARD",
        ),
        ("c8", [f"192.0.2.{n}" for n in range(30)], "IPV4"),
        ("c9", [f"shop{n}.example.com" for n in range(30)], "DOMAIN"),
    ],
)
def test_the_values_tell_whatever_the_name(name: str, values: list[str], entity: str) -> None:
    found = typed(name, list(values))
    assert (found.role, found.entity) == (Role.DIRECT, entity)


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("record_no", numbers(10**9, 10**10), Kind.INTEGER),
        ("c1", numbers(10**9, 10**10), Kind.INTEGER),
        ("created", numbers(1_500_000_000, 1_700_000_000), Kind.INTEGER),
        ("event_ts", numbers(1_500_000_000_000, 1_700_000_000_000), Kind.INTEGER),
        ("policy_no", [f"AC{n}" for n in numbers(10**5, 10**6)], Kind.TEXT),
        ("policy_number", numbers(10**8, 10**9), Kind.INTEGER),
        ("account_balance", [f"{n}.25" for n in numbers(0, 10**6)], Kind.NUMBER),
        ("latitude", [f"{n}.123456" for n in numbers(-60, 70)], Kind.NUMBER),
        ("amount", [f"{n}.99" for n in numbers(1, 900)], Kind.NUMBER),
        ("product_code", [f"QX{n}-B" for n in numbers(1000, 9999)], Kind.TEXT),
        ("product_name", ["Oak Table", "Steel Lamp", "Wool Rug", "Glass Bowl"] * 50, Kind.CATEGORY),
        ("email_verified", ["yes", "no"] * 50, Kind.CATEGORY),
        ("phone_type", ["mobile", "landline"] * 50, Kind.CATEGORY),
        ("contact", ["cellular", "telephone", "unknown"] * 50, Kind.CATEGORY),
        ("default", ["yes", "no"] * 50, Kind.CATEGORY),
        ("num13", numbers(10**12, 10**13), Kind.TEXT),
        ("num11", numbers(10**10, 10**11), Kind.TEXT),
        ("num9", numbers(10**8, 10**9), Kind.TEXT),
        ("order_date", [f"2021-0{1 + n % 9}-{10 + n % 18}" for n in range(200)], Kind.DATE),
    ],
)
def test_clean_columns_are_no_personal_data(name: str, values: list[str], kind: Kind) -> None:
    found = typed(name, list(values), kind)
    assert found.entity is None
    assert found.role is not Role.DIRECT


@pytest.mark.parametrize(
    ("name", "values", "kind", "role", "entity"),
    [
        ("age", numbers(17, 90), Kind.INTEGER, Role.QUASI, "AGE"),
        ("native-country", ["Portugal", "Norway", "Peru"] * 30, Kind.CATEGORY, Role.QUASI, "COUNTRY"),
        ("ZipCode", numbers(10_000, 99_999), Kind.TEXT, Role.QUASI, "POSTCODE"),
        ("geburtsdatum", ["1971-02-03", "1988-11-30"] * 30, Kind.DATE, Role.QUASI, "DATE_OF_BIRTH"),
        ("annual_income", numbers(10_000, 200_000), Kind.INTEGER, Role.SENSITIVE, None),
        ("primary_diagnosis", ["E11.9", "I10", "J45"] * 30, Kind.CATEGORY, Role.SENSITIVE, "DIAGNOSIS"),
        ("religion", ["Quaker", "none"] * 30, Kind.CATEGORY, Role.SENSITIVE, "RELIGION"),
        ("patient_id", numbers(1, 10**6), Kind.INTEGER, Role.IDENTIFIER, None),
        ("GUID", [f"00000000-0000-4000-8000-0000000000{n:02}" for n in range(60)], Kind.TEXT, Role.IDENTIFIER, "UUID"),
        ("row", [str(n) for n in range(1, 101)], Kind.INTEGER, Role.IDENTIFIER, None),
        (
            "remarks",
            [f"The customer called {n} times and wanted a refund." for n in range(60)],
            Kind.TEXT,
            Role.FREE_TEXT,
            None,
        ),
        ("mystery", [f"wuff {chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(60)], Kind.TEXT, Role.DIRECT, None),
        ("segment", ["basic", "plus"] * 30, Kind.CATEGORY, Role.PLAIN, None),
    ],
)
def test_roles(name: str, values: list[str], kind: Kind, role: Role, entity: str | None) -> None:
    found = typed(name, list(values), kind)
    assert (found.role, found.entity) == (role, entity)


def test_dates_that_rise_down_the_file_are_a_series_and_no_births() -> None:
    months = [f"{year}-{month:02d}-01" for year in range(1960, 2000) for month in range(1, 13)]
    assert typed("c1", months, Kind.DATE).entity is None
    assert typed("c1", months[::-1], Kind.DATE).entity is None


def test_dates_spread_over_a_generation_are_births_without_a_name() -> None:
    births = [f"{1940 + 37 * at % 65}-05-17" for at in range(65)]
    assert typed("c1", births, Kind.DATE).entity == "DATE_OF_BIRTH"
    assert (
        typed("c1", [f"{year}-05-17" for year in (1993, 1994, 1995, 1996) for _ in range(20)], Kind.DATE).entity is None
    )


def test_a_checksum_alone_does_not_make_a_few_hits_a_kind() -> None:
    """One in ten random numbers passes Luhn: that is chance, not a card column."""
    cards = ["4111111111111111"] + [f"41111111111{n}" for n in numbers(10_000, 99_999)]
    assert typed("c1", cards).entity != "CREDIT_CARD"


def test_a_person_is_not_typed_by_dictionary_from_a_few_values() -> None:
    assert typed("c1", ["Rose", "Will", "May", "Grant"] * 20, Kind.CATEGORY).entity is None


def test_no_reason_holds_a_value() -> None:
    found = typed("email", [f"sentinel{n}@example.com" for n in range(40)])
    assert "sentinel" not in repr(found)


def test_nothing_is_said_of_an_empty_column() -> None:
    assert typed("email", [None, None]).role is Role.PLAIN


def test_long_numbers_given_to_rows_are_keys_and_times_are_not() -> None:
    rng = np.random.default_rng(4)
    given, times = rng.integers(10**9, 10**10, 500), rng.integers(1_500_000_000, 1_700_000_000, 500)
    assert type_column("c7", np.array([str(n) for n in given], dtype=object), Kind.INTEGER).role is Role.IDENTIFIER
    assert type_column("c7", np.array([str(n) for n in times], dtype=object), Kind.INTEGER).role is Role.PLAIN


def test_a_year_and_a_make_name_nobody() -> None:
    cars = [f"{1990 + n % 30} {make} {n // 7}" for n, make in enumerate(["Volvo", "Audi", "Opel"] * 40)]
    assert type_column("c9", np.array(cars, dtype=object), Kind.TEXT).role is Role.QUASI


def test_codes_of_countries_are_known_without_a_name() -> None:
    codes = [
        "DE",
        "FR",
        "IT",
        "ES",
        "PT",
        "NL",
        "BE",
        "SE",
        "NO",
        "DK",
        "FI",
        "PL",
        "CZ",
        "HU",
        "SI",
        "TR",
        "JP",
        "CN",
        "IS",
        "VN",
        "GB",
        "US",
    ]
    assert type_column("c3", np.array(codes * 5, dtype=object), Kind.CATEGORY).entity == "COUNTRY"


SPANS = [
    f"{hour}:{minute:02} a.m. to {hour}:{minute + 4:02} a.m." for hour in range(1, 13) for minute in range(0, 60, 5)
]


def test_long_strings_that_people_share_are_a_class_however_many_levels_there_are() -> None:
    """144 levels of 25 letters, four rows each: nobody is named by one; each once, they may name somebody."""
    found = typed("JWAP", SPANS * 4)
    assert (found.role, found.entity) == (Role.PLAIN, None)
    assert "100% of the rows hold a value that at least 3 people share" in found.reason
    assert typed("JWAP", SPANS).role is not Role.PLAIN


def test_what_counts_is_the_share_of_rows_on_shared_values() -> None:
    """90 rows of 30 levels, and as many strings of one row as the case says."""
    levels = [f"a level called {chr(97 + n % 26)}{chr(97 + n // 26)} here" for n in range(30)]
    own = [f"only one {chr(97 + n % 26)}{chr(97 + n // 26)} of these" for n in range(30)]
    assert typed("c", levels * 3 + own[:10]).role is Role.PLAIN
    assert typed("c", levels * 3 + own[:11]).role is Role.DIRECT
    assert type_column("c", np.array(levels * 3, dtype=object), Kind.TEXT, fewest=4).role is Role.DIRECT


def test_shared_by_the_rows_of_one_person_is_not_shared() -> None:
    words = np.array([f"wuff {chr(97 + n % 26)}" for n in range(26) for _ in range(3)], dtype=object)
    one_each, three_each = np.arange(78), np.repeat(np.arange(26), 3)
    assert type_column("c", words, Kind.TEXT, people=one_each).role is Role.PLAIN
    assert type_column("c", words, Kind.TEXT, people=three_each).role is Role.DIRECT


def test_names_of_people_stay_direct_however_many_rows_share_them() -> None:
    doctors = [f"{given} {last}" for given in PEOPLE[:20] for last in PEOPLE[-2:]]
    found = typed("c4", doctors * 100)
    assert (found.role, found.entity) == (Role.DIRECT, "PERSON")


AIRPORTS = [
    f"{town} {kind}"
    for town in ("Livingston", "Lincoln", "Jackson", "Franklin", "Clinton", "Madison", "Monroe", "Marion")
    for kind in ("Municipal", "Airport", "County", "Intl", "Field Airport")
]
STATES = [
    "Alabama",
    "Alaska",
    "Arizona",
    "Arkansas",
    "California",
    "Colorado",
    "Connecticut",
    "Delaware",
    "Florida",
    "Georgia",
    "Hawaii",
    "Idaho",
    "Illinois",
    "Indiana",
    "Iowa",
    "Kansas",
    "Kentucky",
    "Louisiana",
    "Maine",
    "Maryland",
    "Michigan",
    "Minnesota",
    "Montana",
    "Nebraska",
    "Nevada",
    "Virginia",
]
TOWNS = [
    "Akron",
    "Albany",
    "Allentown",
    "Atlanta",
    "Augusta",
    "Austin",
    "Boston",
    "Buffalo",
    "Charleston",
    "Chicago",
    "Columbus",
    "Dallas",
    "Dayton",
    "Denver",
    "Houston",
    "Jackson",
    "Lansing",
    "Lincoln",
    "Madison",
    "Memphis",
    "Milwaukee",
    "Newark",
    "Norfolk",
    "Orlando",
    "Philadelphia",
    "Phoenix",
    "Rochester",
]
SONGS = [
    f"{start} {end}"
    for start in ("Walking in", "The Ballad of", "Dreams about", "A Letter to", "Back to")
    for end in ("Jolene", "Georgia", "Angie", "Michelle", "Memphis")
]
FIRMS = [
    f"{name} {what}"
    for name in ("Jones", "Smith", "Baker", "Allen")
    for what in ("Bank", "Airlines", "Motors", "Gas", "Trust")
]
PRODUCTS = [f"{a} Shampoo {n} ml" for a in ("Helena", "Johnson", "Nina", "Ralph") for n in (100, 250, 400, 500, 750)]


@pytest.mark.parametrize("header", ["c1", "name", "Name", "nom"])
@pytest.mark.parametrize(
    "values",
    [AIRPORTS, STATES, TOWNS, SONGS, FIRMS, PRODUCTS],
    ids=["airports", "states", "towns", "songs", "firms", "products"],
)
def test_what_is_named_after_people_is_not_people(header: str, values: list[str]) -> None:
    """Each list is full of given names and surnames; each says in its own way that it is something else."""
    assert typed(header, values).entity not in ("PERSON", "FIRST_NAME", "LAST_NAME")


@pytest.mark.parametrize("header", ["c1", "name"])
def test_people_are_people_under_a_vague_name_and_under_none(header: str) -> None:
    given, last = ["Anna", "Boris", "Carla", "David", "Emma"], ["Kowalski", "Schmidt", "Rossi", "Johansson", "Petrov"]
    assert typed(header, [f"{first} {name}" for first in given for name in last]).entity == "PERSON"


def test_a_name_beside_a_person_needs_no_list_of_names() -> None:
    """Nobody's list holds them; the header says whose names they are."""
    values = [f"{a}{b}" for a in ("Qxor", "Zrub", "Vaht", "Oojk") for b in ("elo", "ima", "upp", "atti", "ogg", "yre")]
    assert typed("customer_name", values).entity == "PERSON"
    assert typed("name", values).entity is None


@pytest.mark.parametrize(
    ("name", "values", "kind", "role"),
    [
        ("centroid_lon", [f"{n / 7:.4f}" for n in range(-300, 300)], Kind.NUMBER, Role.QUASI),
        ("delta_lat", [f"{n / 999:.4f}" for n in range(200)], Kind.NUMBER, Role.PLAIN),
        ("lon", numbers(20_000, 60_000), Kind.INTEGER, Role.PLAIN),
        ("pay_0", [str(n % 5 - 1) for n in range(200)], Kind.INTEGER, Role.PLAIN),
        ("pay_amt6", numbers(0, 100_000), Kind.INTEGER, Role.PLAIN),
        ("pay", numbers(1_000, 9_000), Kind.INTEGER, Role.SENSITIVE),
        ("income_level", ["0-50", "50-100", ">100"] * 40, Kind.CATEGORY, Role.SENSITIVE),
        ("has_income", ["0", "1"] * 40, Kind.INTEGER, Role.PLAIN),
        ("urban", [f"{n / 3:.2f}" for n in range(50)], Kind.NUMBER, Role.PLAIN),
        ("urban", ["yes", "no"] * 50, Kind.BOOLEAN, Role.QUASI),
        ("height", numbers(400, 470), Kind.INTEGER, Role.PLAIN),
        ("height", numbers(150, 200), Kind.INTEGER, Role.QUASI),
        ("cancer", [str(7 * n) for n in range(90)], Kind.INTEGER, Role.PLAIN),
        ("plate", list("abcdefghijklmnop") * 6, Kind.CATEGORY, Role.PLAIN),
        ("cap", numbers(100, 999), Kind.INTEGER, Role.PLAIN),
        ("supervisor", ["low", "high"] * 4, Kind.CATEGORY, Role.PLAIN),
    ],
)
def test_a_role_by_name_needs_values_that_agree(name: str, values: list[str], kind: Kind, role: Role) -> None:
    assert typed(name, list(values), kind).role is role


def test_words_that_mean_something_else_as_often_are_taken_with_a_doubt() -> None:
    for name in ("treatment", "condition", "pay"):
        found = typed(name, ["11", "12", "13", "15"] * 20, Kind.CATEGORY)
        assert found.role is Role.SENSITIVE
        assert found.confidence < 0.75


RANKS = [str(n) for n in np.random.default_rng(1).permutation(100)]


@pytest.mark.parametrize(
    ("name", "values", "kind", "role"),
    [
        ("year", [str(n) for n in range(1900, 1990)], Kind.INTEGER, Role.PLAIN),
        ("c1", [str(n) for n in range(1900, 1990)], Kind.INTEGER, Role.PLAIN),
        ("time", [str(n) for n in range(1, 101)], Kind.INTEGER, Role.PLAIN),
        ("Lottery", RANKS, Kind.INTEGER, Role.PLAIN),
        ("c1", [str(n) for n in range(1, 101)], Kind.INTEGER, Role.IDENTIFIER),
        ("Unnamed: 0", RANKS, Kind.INTEGER, Role.IDENTIFIER),
        ("NO", numbers(1, 150), Kind.INTEGER, Role.PLAIN),
        ("cancer_no", [str(n * n) for n in range(8)], Kind.INTEGER, Role.PLAIN),
        ("code", [str(n) for n in range(500, 700)], Kind.INTEGER, Role.IDENTIFIER),
        ("no", [str(n // 5) for n in range(200)], Kind.INTEGER, Role.IDENTIFIER),
        ("order_no", numbers(1, 150), Kind.INTEGER, Role.IDENTIFIER),
        ("customer_number", numbers(1, 150), Kind.INTEGER, Role.IDENTIFIER),
        ("Delta 15 N", [f"{n / 9:.5f}" for n in range(300)], Kind.NUMBER, Role.PLAIN),
        ("id", [f"{n / 9:.5f}" for n in range(300)], Kind.NUMBER, Role.PLAIN),
    ],
)
def test_a_number_is_a_key_only_if_it_behaves_like_one(name: str, values: list[str], kind: Kind, role: Role) -> None:
    assert typed(name, list(values), kind).role is role


@pytest.mark.parametrize(
    "values",
    [
        ["AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DE", "FL", "GA", "HI", "ID"],
        ["<0.006", "0.012", "0.028", "<0.008", "0.1", "0.25"],
        ["50-54", "55-59", "60-64", "65-69", "70-74"],
        ["1920-21", "1921-22", "1922-23", "1923-24"],
        ["195/60", "205/70", "155/80", "185/65"],
    ],
    ids=["letters", "limits", "ages", "years", "sizes"],
)
def test_too_few_characters_and_mere_numbers_name_nobody(values: list[str]) -> None:
    assert typed("c1", list(values)).role is Role.PLAIN


def test_a_date_that_nobody_read_is_no_key() -> None:
    dates = [f"{1900 + n}/{1 + n % 12}/{1 + n % 28}T00" for n in range(60)]
    assert typed("c1", dates).role is Role.DIRECT


def test_sentences_under_a_name_that_promises_none_are_taken_for_texts_with_a_doubt() -> None:
    values = [f"The book about the {n} doors of the house" for n in range(60)]
    found, named = typed("title of the work", values), typed("remarks", values)
    assert found.role is named.role is Role.FREE_TEXT
    assert found.confidence < 0.75 < named.confidence


def test_a_name_of_nobody_knows_whom_is_not_shared_by_default() -> None:
    """Five rows each of names that no list has; not so where the values say what they are."""
    values = [f"{a}{b}" for a in ("Qxor", "Zrub", "Vaht", "Oojk") for b in ("elo", "ima", "upp", "atti", "ogg", "yre")]
    found = typed("name", values * 5)
    assert (found.role, found.entity) == (Role.DIRECT, None)
    assert found.confidence < 0.75
    assert typed("c1", values * 5).role is Role.PLAIN
    assert typed("name", [f"{value} Hospital" for value in values] * 5).role is Role.PLAIN
    assert typed("name", [f"Ольга {chr(1040 + n)}{chr(1080 + n)}ова" for n in range(25)] * 5).role is Role.DIRECT


def test_a_name_of_two_characters_is_no_abbreviation() -> None:
    given, last = "伟芳娜敏静丽强磊军洋", "王李张刘陈杨黄赵"
    assert typed("c1", [f"{family}{name}" for family in last for name in given]).role is Role.DIRECT


def test_people_written_surname_first_are_people_however_many_rows_share_them() -> None:
    """Eight people in 400 rows, and a value that is no person; places in their region are no people."""
    listed = [f"{last}, {given}" for last, given in zip(SURNAMES, PEOPLE, strict=False)][:8]
    found = typed("on the advice of", [*listed, "Royal decree"] * 45, Kind.CATEGORY)
    assert (found.role, found.entity) == (Role.DIRECT, "PERSON")
    towns = [f"{town}, {state}" for town in ("Jackson", "Lincoln", "Florence") for state in ("Virginia", "Georgia")]
    assert typed("where", towns * 40, Kind.CATEGORY).entity != "PERSON"
    things = ["Lamp, green", "Chair, small", "Table, round", "Shelf, oak", "Box, big", "Bowl, glass"]
    assert typed("what", things * 40, Kind.CATEGORY).role is Role.PLAIN


@pytest.mark.parametrize("name", ["female", "Male", "woman", "is_female", "weiblich"])
def test_a_flag_of_one_sex_is_the_sex(name: str) -> None:
    for values, kind in ((["0", "1"], Kind.INTEGER), (["yes", "no"], Kind.BOOLEAN)):
        found = typed(name, values * 40, kind)
        assert (found.role, found.entity) == (Role.QUASI, "GENDER")


@pytest.mark.parametrize("name", ["male", "female_share", "Females", "female_headed", "male_mortality"])
def test_numbers_of_men_or_women_are_no_sex(name: str) -> None:
    assert typed(name, numbers(0, 90), Kind.INTEGER).role is Role.PLAIN
    assert typed(name, [f"{n / 7:.2f}" for n in range(90)], Kind.NUMBER).role is Role.PLAIN


@pytest.mark.parametrize("name", ["kids", "number_of_kids", "children"])
def test_how_many_children_somebody_has_describes_a_person(name: str) -> None:
    assert typed(name, ["0", "1", "2", "3"] * 30, Kind.INTEGER).role is Role.QUASI


@pytest.mark.parametrize("name", ["dx_date", "date_of_relapse", "death_dt", "date_last_seen"])
def test_days_in_the_course_of_an_illness_describe_a_person(name: str) -> None:
    assert typed(name, [f"2010-01-{day:02}" for day in range(1, 29)] * 3, Kind.DATE).role is Role.QUASI
