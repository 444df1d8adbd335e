"""Numbers of people, accounts and devices: check digits are true, and nobody can hold them."""

from __future__ import annotations

from importlib import import_module

import numpy as np
import pandas as pd
import pytest
from invented import invent, inventor_of, seeds, table_of

from privsynth.people.draws import Draws
from privsynth.people.identifiers import ibans
from privsynth.people.makers import reserved_space
from privsynth.pii import is_reserved
from privsynth.pii.checks import card, check_named
from privsynth.pii.reserved import BANK_CODES, TEST_CARDS

DRAWS = Draws(seeds(300))

# Published examples of each country's registry entry; the account in them is nobody's.
EXAMPLES = {
    "AT": "AT611904300234573201",
    "BE": "BE68539007547034",
    "CH": "CH9300762011623852957",
    "CZ": "CZ6508000000192000145399",
    "DE": "DE89370400440532013000",
    "DK": "DK5000400440116243",
    "ES": "ES9121000418450200051332",
    "FI": "FI2112345600000785",
    "FR": "FR1420041010050500013M02606",
    "GB": "GB29NWBK60161331926819",
    "GR": "GR1601101250000000012300695",
    "IE": "IE29AIBK93115212345678",
    "IT": "IT60X0542811101000000123456",
    "NL": "NL91ABNA0417164300",
    "NO": "NO9386011117947",
    "PL": "PL61109010140000071219812874",
    "PT": "PT50000201231234567890154",
    "SE": "SE4550000000058398257466",
    "TR": "TR330006100519786457841326",
    "BR": "BR1800360305000010009795493C1",
    "MT": "MT84MALT011000012345MTLCAST001S",
}


@pytest.mark.parametrize("country", EXAMPLES)
def test_an_iban_is_true_and_its_bank_does_not_exist(country: str) -> None:
    real = EXAMPLES[country]
    made = ibans([real] * 12, "").fill(DRAWS)
    iban = import_module("stdnum.iban")
    assert len(set(made)) > 250
    for value in made:
        assert iban.is_valid(value)  # with the check digits of the account where that country has a module
        assert (value[:2], len(value)) == (country, len(real))
        assert is_reserved("IBAN", value)
    size = BANK_CODES.get(country, 4)
    assert {value[4 : 4 + size] for value in made} == {
        {"BE": "999", "NO": "0001", "BR": "9" * 8}.get(country, made[0][4 : 4 + size])
    }
    assert not is_reserved("IBAN", real)


HOMES = {
    "de_DE": "DE",
    "de_AT": "AT",
    "fr_CH": "CH",
    "nl_BE": "BE",
    "no_NO": "NO",
    "mk_MK": "MK",
    "he_IL": "IL",
    "it_IT": "IT",
    "tr_TR": "TR",
    "uk_UA": "UA",
    "ro_RO": "RO",
    "en_US": "GB",
    "pt_BR": "GB",
}


@pytest.mark.parametrize("locale", HOMES)
def test_without_a_real_one_an_iban_is_of_the_country_of_its_locale_or_british(locale: str) -> None:
    made = ibans([], locale).fill(DRAWS)
    assert {value[:2] for value in made} == {HOMES[locale]}
    assert all(import_module("stdnum.iban").is_valid(value) and is_reserved("IBAN", value) for value in made)
    assert len(set(made)) > 250


@pytest.mark.parametrize(
    ("country", "check"),
    [("PT", lambda n: int(n) % 97 == 1), ("BE", lambda n: int(n[:10]) % 97 in (int(n[10:]), int(n[10:]) - 97))],
)
def test_the_account_within_has_true_check_digits_too(country: str, check: object) -> None:
    assert callable(check)
    assert all(check(value[4:]) for value in ibans([EXAMPLES[country]] * 12, "").fill(DRAWS))


def test_french_accounts_have_a_true_key() -> None:
    letters = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "12345678912345678923456789", strict=True))
    for value in ibans([EXAMPLES["FR"]] * 12, "").fill(DRAWS):
        assert int("".join(letters.get(c, c) for c in value[4:])) % 97 == 0


def test_ibans_keep_their_gaps_and_their_countries() -> None:
    spaced = [" ".join(EXAMPLES[c][at : at + 4] for at in range(0, len(EXAMPLES[c]), 4)) for c in ("DE", "FR")]
    made = ibans(spaced * 30, "").fill(DRAWS)
    assert {value[:2] for value in made} == {"DE", "FR"}
    assert all(all(len(part) == 4 for part in value.split(" ")[:-1]) for value in made)


def test_a_country_of_few_accounts_is_not_told() -> None:
    many = [f"DE{i:02d}3704004405320130{i:02d}" for i in range(10, 60)]
    made = ibans([*many, *(f"FR142004101005050001{i:01d}M02606" for i in range(3))], "").fill(DRAWS)
    assert {value[:2] for value in made} >= {"DE"}


def test_test_cards_come_first_and_more_cards_are_of_an_issuer_that_cannot_be() -> None:
    few = invent(table_of({"card": ["4929 1234 5678 9012"] * 30}, card="CREDIT_CARD"), 30)["card"]
    assert {value.replace(" ", "") for value in few} <= set(TEST_CARDS[16])
    many = invent(table_of({"card": [f"4929{i:012d}" for i in range(300)]}, card="CREDIT_CARD"), 300)["card"]
    assert many.nunique() == 300
    for value in many:
        assert import_module("stdnum.luhn").is_valid(value)
        assert not card(value)  # no issuer has it
        assert is_reserved("CREDIT_CARD", value)


@pytest.mark.parametrize(
    ("entity", "real", "true"),
    [
        ("IMEI", "49-015420-323751-8", check_named("imei")),
        ("US_NPI", "1245319599", check_named("ours.npi")),
        ("DE_TAX_ID", "36 574 261 809", import_module("stdnum.iso7064.mod_11_10").is_valid),
        ("IN_AADHAAR", "2341 2341 2346", import_module("stdnum.verhoeff").is_valid),
        ("UK_NHS", "943 476 5919", check_named("gb.nhs")),
    ],
)
def test_numbers_with_a_free_range_have_true_check_digits_and_lie_in_it(entity: str, real: str, true: object) -> None:
    assert callable(true)
    space = reserved_space(entity, [real] * 12, "en_US")
    assert space is not None
    made = space.fill(DRAWS)
    assert len(set(made)) > 280
    for value in made:
        assert is_reserved(entity, value)
        assert true(value.replace(" ", "").replace("-", ""))
        assert len(value) == len(real)


def test_german_tax_numbers_hold_one_digit_twice_and_leave_one_out() -> None:
    space = reserved_space("DE_TAX_ID", [], "de_DE")
    assert space is not None
    for value in space.fill(DRAWS):
        assert sorted(map(value[:10].count, set(value[:10]))) == [1] * 8 + [2]


def test_finnish_and_norwegian_people_have_true_checks_and_are_of_the_invented_kind() -> None:
    hetu, norway = import_module("stdnum.fi.hetu"), import_module("stdnum.no.fodselsnummer")
    finns, norwegians = (reserved_space(entity, [], "en_US") for entity in ("FI_HETU", "NO_FODSELSNUMMER"))
    assert finns is not None
    assert norwegians is not None
    for value in finns.fill(DRAWS):
        assert hetu.is_valid(value, allow_temporary=True)
        assert not hetu.is_valid(value)
        assert is_reserved("FI_HETU", value)
    for value in norwegians.fill(DRAWS):
        assert (norway.calc_check_digit1(value), norway.calc_check_digit2(value)) == (value[9], value[10])
        assert is_reserved("NO_FODSELSNUMMER", value)


def test_employers_numbers_begin_as_nobodys_do() -> None:
    made = invent(table_of({"ein": [f"12-{i:07d}" for i in range(50)]}, ein="US_EIN"), 50)["ein"]
    assert all(value.startswith("00-") and is_reserved("US_EIN", value) for value in made)


@pytest.mark.parametrize(
    ("entity", "module", "real"),
    [
        ("BR_CPF", "br.cpf", "390.533.447-05"),
        ("PL_PESEL", "pl.pesel", "44051401359"),
        ("NL_BSN", "nl.bsn", "111222333"),
        ("ES_NIF", "es.nif", "54362315K"),
    ],
)
def test_a_number_whose_kind_has_no_free_range_is_false_by_design_and_a_note_says_so(
    entity: str, module: str, real: str
) -> None:
    table = table_of({"number": [real[:3] + f"{i:02d}" + real[5:] for i in range(60)]}, number=entity)
    maker = inventor_of(table)
    made = maker.make_from(pd.DataFrame(), seeds(300))["number"]
    assert not any(import_module(f"stdnum.{module}").is_valid(value) for value in made)
    assert any("wrong by design" in note for note in maker.notes)


def test_identifiers_in_a_numeric_column_stay_whole_numbers() -> None:
    made = invent(table_of({"npi": np.arange(1_245_319_500.0, 1_245_319_560.0)}, npi="US_NPI"), 60)["npi"]
    assert all(is_reserved("US_NPI", f"{value:.0f}") for value in made)
