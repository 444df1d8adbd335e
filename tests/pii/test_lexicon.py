"""Names of columns, taken apart and read."""

from __future__ import annotations

import pytest

from privsynth.dataset import Role
from privsynth.pii.lexicon import read_name, words_of


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("TelephoneNumber", ["telephone", "number"]),
        ("CCNumber", ["cc", "number"]),
        ("e-mail", ["e", "mail"]),
        ("Prénom", ["prenom"]),
        ("address_line1", ["address", "line"]),
        ("ZIPCode", ["zip", "code"]),
        ("  ", []),
    ],
)
def test_words(name: str, words: list[str]) -> None:
    assert words_of(name) == words


@pytest.mark.parametrize(
    ("name", "entity"),
    [
        ("customer_email", "EMAIL"),
        ("FirstName", "FIRST_NAME"),
        ("dateOfBirth", "DATE_OF_BIRTH"),
        ("phonenumber", "PHONE"),
        ("mothersMaiden", "MAIDEN_NAME"),
    ],
)
def test_the_longest_phrase_counts(name: str, entity: str) -> None:
    assert entity in read_name(name).entities


@pytest.mark.parametrize(
    "name",
    [
        "product_name",
        "file_name",
        "email_opt_in",
        "phone_type",
        "policy_number",
        "account_balance",
        "state_machine",
        "card_type",
        "first_purchase",
    ],
)
def test_other_words_turn_the_meaning(name: str) -> None:
    says = read_name(name)
    assert not says.entities or says.is_negated


@pytest.mark.parametrize("name", ["patient_id", "customerId", "order_key", "id", "uuid"])
def test_names_of_keys(name: str) -> None:
    assert read_name(name).is_key


def test_sensitive_and_describing_words() -> None:
    assert read_name("annual_income").role is Role.SENSITIVE
    assert read_name("household_size").role is Role.QUASI
    assert read_name("colour").role is None
