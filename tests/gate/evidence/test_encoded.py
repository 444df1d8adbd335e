"""Real values behind a hash or base64 are found however these are written; what is of no real value is not."""

from __future__ import annotations

import hashlib
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable

import pandas as pd
import pytest

from privsynth.dataset import Column, Kind, Role, Table
from privsynth.gate.evidence.encoded import encoded_hits
from privsynth.gate.evidence.overlap import Named
from privsynth.spelling.normal import normal

REAL = ["Anna.Long@Example.org", "bruno.brook@example.org", "carla??>>@example.org"]


def column(values: list[str | None], kind: Kind = Kind.TEXT) -> Table:
    return Table(
        "t",
        (Column("mail", kind, role=Role.DIRECT, entity="EMAIL"),),
        pd.DataFrame({"mail": pd.Series(values, dtype=object)}),
    )


def hits(*made: str | None, kind: Kind = Kind.TEXT) -> int:
    return encoded_hits(column(list(made), kind), Named.of(column(list(REAL)), column([])), REAL).get("mail", 0)


def raw(name: str, value: str) -> bytes:
    return hashlib.new(name, value.encode(), usedforsecurity=False).digest()


WAYS: dict[str, Callable[[str], str]] = {
    **{f"{name} in hex": lambda value, name=name: raw(name, value).hex() for name in ("md5", "sha1", "sha256")},  # type: ignore[misc]
    **{
        f"{name} in capitals": lambda value, name=name: raw(name, value).hex().upper()
        for name in ("md5", "sha1", "sha256")
    },  # type: ignore[misc]
    **{
        f"{name} in base64": lambda value, name=name: b64encode(raw(name, value)).decode()
        for name in ("md5", "sha1", "sha256")
    },  # type: ignore[misc]
    **{
        f"{name} in base64 without filling": lambda value, name=name: b64encode(raw(name, value)).decode().rstrip("=")
        for name in ("md5", "sha1", "sha256")
    },  # type: ignore[misc]
    **{
        f"{name} in base64 for addresses": lambda value, name=name: urlsafe_b64encode(raw(name, value)).decode()
        for name in ("md5", "sha1", "sha256")
    },  # type: ignore[misc]
    "base64": lambda value: b64encode(value.encode()).decode(),
    "base64 without filling": lambda value: b64encode(value.encode()).decode().rstrip("="),
    "base64 for addresses": lambda value: urlsafe_b64encode(value.encode()).decode(),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("real", REAL)
def test_a_code_of_a_real_value_is_found(way: str, real: str) -> None:
    code = WAYS[way](real)
    assert hits(code) == 1
    assert hits("x", None, f" {code} ", code, kind=Kind.CATEGORY) == 2 or hits(code, kind=Kind.CATEGORY) == 1


@pytest.mark.parametrize("spelt", [str.lower, str.upper, normal])
def test_a_hash_of_another_spelling_is_found(spelt: Callable[[str], str]) -> None:
    assert hits(raw("sha256", spelt(REAL[0])).hex()) == 1


@pytest.mark.parametrize("way", WAYS)
def test_a_code_of_an_invented_value_is_none(way: str) -> None:
    assert hits(WAYS[way]("nobody@example.com"), "abcdefgh", "deadbeef" * 4, "====") == 0


def test_each_distinct_code_counts_once_and_numbers_hold_none() -> None:
    codes = [raw("md5", value).hex() for value in REAL]
    assert hits(*codes, *codes) == 3
    assert encoded_hits(column([], Kind.TEXT), Named.of(column(list(REAL)), column([])), REAL) == {}
