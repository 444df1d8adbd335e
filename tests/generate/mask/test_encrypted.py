"""Encrypted values come back with the key, keep their format, and are refused where they could be guessed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privsynth.errors import BackendError, PolicyError
from privsynth.generate.mask.tokens.encrypted import Encrypted
from privsynth.keyring import Keyring
from privsynth.keyring.ff1 import FF1

RING = Keyring(bytes(range(32)), "test")


def column(values: list[str | None]) -> np.ndarray:
    return np.array([*values, None], dtype=object)[:-1]


def learnt(values: list[str], ring: Keyring = RING, *, number: bool = False) -> Encrypted:
    return Encrypted.learn(column(list(values)), ring, "d", number=number)


def test_digits_are_ff1_of_radix_10() -> None:
    made = learnt(["0123-456789"]).of(column(["0123-456789"]))[0]
    scheme = FF1(RING.key("d\x1fencrypted"), 10, b"d")
    digits = "".join(map(str, scheme.encrypt(np.array([[int(c) for c in "0123456789"]]))[0]))
    assert made == f"{digits[:4]}-{digits[4:]}"


def test_missing_stays_missing_and_equal_stays_equal() -> None:
    tokens = learnt(["1234567"])
    made = tokens.of(column(["1234567", None, "1234567"]))
    assert made[0] == made[2] != "1234567"
    assert made[1] is None
    assert list(tokens.undo(made)) == ["1234567", None, "1234567"]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.from_regex(r"[A-Za-z0-9]{7}[-./ ]{0,2}[A-Z0-9]{0,20}", fullmatch=True), min_size=1, max_size=20, unique=True
    )
)
def test_every_value_comes_back_and_none_is_shared(values: list[str]) -> None:
    scheme = learnt(values)
    made = scheme.of(column(list(values)))
    assert list(scheme.undo(made)) == values
    assert len(set(made)) == len(values)
    for value, other in zip(values, made, strict=True):
        assert [c for c in value if not c.isalnum()] == [c for c in other if not c.isalnum()]
        assert [any(f(c) for c in value) for f in (str.isdigit, str.isupper, str.islower)] == [
            any(f(c) for c in other) for f in (str.isdigit, str.isupper, str.islower)
        ]


def test_numbers_never_begin_with_zero() -> None:
    values = [str(n) for n in range(1_000_000, 1_003_000)]
    scheme = learnt(values, number=True)
    made = scheme.of(column(list(values)))
    assert all(len(text) == 7 and text[0] != "0" for text in made)
    assert list(scheme.undo(made)) == values


@pytest.mark.parametrize("values", [["12345"], ["AB1"], ["----"], [""], ["Иванов-1234567"], ["9" * 65]])
def test_refuses_what_could_be_guessed(values: list[str]) -> None:
    with pytest.raises(BackendError, match=r"column d: 1 of 2 values cannot be encrypted") as error:
        learnt([*values, "1234567"])
    assert not values[0] or values[0] not in str(error.value)


@pytest.mark.parametrize("value", ["1.5555555", "-1234567", "0123456", "1234567890123456"])
def test_refuses_numbers_that_would_not_come_back(value: str) -> None:
    with pytest.raises(BackendError, match="1 of 1"):
        learnt([value], number=True)


def test_what_was_not_seen_when_learning_is_refused_too() -> None:
    with pytest.raises(BackendError, match="1 of 1"):
        learnt(["1234567"]).of(column(["12345"]))


def test_refuses_a_key_that_will_be_destroyed() -> None:
    with pytest.raises(PolicyError, match="needs a kept key"):
        learnt(["1234567"], Keyring.ephemeral())


def test_the_key_is_in_no_representation() -> None:
    scheme = learnt(["1234567"])
    assert scheme.key.hex() not in repr(scheme)
    assert repr(scheme.key) not in repr(scheme)
