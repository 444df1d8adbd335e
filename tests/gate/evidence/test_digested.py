"""Real values behind a digest are found however it is written or cut; what is of no real value is not."""

from __future__ import annotations

import hashlib
from base64 import b32encode, b64encode, urlsafe_b64encode
from collections.abc import Callable
from uuid import UUID

import numpy as np
import pandas as pd
import pytest

from privsynth.dataset import Column, Kind, Role, Table
from privsynth.gate.evidence.digested import digest_hits
from privsynth.pii.digests import ALGORITHMS, BETWEEN, OF_TWO, digests_in

REAL = ["Anna.Long@Example.org", "bruno.brook@example.org", "carla??>>@example.org"]


def column(values: list[str | None], kind: Kind = Kind.TEXT) -> Table:
    return Table(
        "t",
        (Column("mail", kind, role=Role.DIRECT, entity="EMAIL"),),
        pd.DataFrame({"mail": pd.Series(values, dtype=object)}),
    )


def hits(*cells: str | None, kind: Kind = Kind.TEXT) -> int:
    return digest_hits(column(list(cells), kind), (column(list(REAL)), column([]))).get("mail", 0)


def raw(name: str, value: str) -> bytes:
    return hashlib.new(name, value.encode(), usedforsecurity=False).digest()


def hexed(name: str, value: str) -> str:
    return raw(name, value).hex()


WRITTEN: dict[str, Callable[[bytes], str]] = {
    "hex": bytes.hex,
    "capitals": lambda digest: digest.hex().upper(),
    "base64": lambda digest: b64encode(digest).decode(),
    "base64 without filling": lambda digest: b64encode(digest).decode().rstrip("="),
    "base64 for addresses": lambda digest: urlsafe_b64encode(digest).decode(),
    "base32": lambda digest: b32encode(digest).decode(),
    "the first 16 digits": lambda digest: digest.hex()[:16],
    "the last 16 digits": lambda digest: digest.hex()[-16:],
    "a scheme": lambda digest: f"sha256:{digest.hex()}",
    "a user": lambda digest: f"user_{digest.hex()[:16]}",
    "colons": lambda digest: digest.hex(":"),
    "a word before that ends in a hex digit": lambda digest: f"id{digest.hex()}",
    "hex digits on both sides": lambda digest: f"v1{digest.hex()}e",
    "a cut one with a hex digit behind": lambda digest: f"{digest.hex()[:16]}a",
    "a cut end with hex digits before": lambda digest: f"00c{digest.hex()[-16:]}",
    "far in a long run": lambda digest: "a0" * 400 + digest.hex() + "0b" * 20,
    "a sentence": lambda digest: f"known as {digest.hex()[:20]}, they say",
}


@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize("name", ALGORITHMS)
def test_a_digest_of_a_real_value_is_found(written: str, name: str) -> None:
    assert hits(WRITTEN[written](raw(name, REAL[0])), "x", None) == 1
    assert hits(WRITTEN[written](raw(name, "nobody@example.com")), "abcdefgh", "deadbeef" * 4) == 0


@pytest.mark.parametrize("spelt", [REAL[0].lower(), REAL[0].upper(), REAL[0], "annalongexampleorg"])
def test_a_digest_of_another_spelling_is_found(spelt: str) -> None:
    assert hits(hexed("sha256", spelt)) == 1


@pytest.mark.parametrize("spelt", ["+442079460958", "442079460958", "2079460958", "+44 20 7946 0958\n"])
def test_a_digest_of_a_telephone_number_is_found_as_it_is_dialled(spelt: str) -> None:
    real = column(["+44 20 7946 0958"])
    assert digest_hits(column([hexed("md5", spelt)]), (real, column([]))) == {"mail": 1}
    assert digest_hits(column([hexed("md5", "+442079460959")]), (real, column([]))) == {"mail": 0}


@pytest.mark.parametrize("spelt", ["Quill, Ada", "quill, ada", "AdaQuill", "Ada Quill\n"])
def test_a_digest_of_a_whole_name_is_found_as_people_are_listed(spelt: str) -> None:
    drawn = people(["Cy"], ["Stone"], ["N-1"], [hexed("sha1", spelt)])
    assert digest_hits(drawn, (TWO, TWO.take(np.arange(0)))) == {"says": 1}


def test_digits_that_all_runs_share_are_one_hit() -> None:
    """Numbers of documents begin with the same digits; that those meet a digest once is no thousand hits."""
    shared = hexed("md5", REAL[0])[:8]
    runs = [f"5f{shared}{n:014x}" for n in range(1, 2_000)]
    assert hits(*runs) == 0


def test_glued_digits_of_strangers_are_nobodys() -> None:
    real = [f"person{n}@shop.example" for n in range(2_000)]
    strangers = [f"e{hexed('sha256', f'other{n}@shop.example')[:20]}d" for n in range(2_000)]
    assert digest_hits(column(strangers), (column(real), column([]))) == {"mail": 0}


def test_a_picture_of_an_address_is_found() -> None:
    assert hits(f"https://www.gravatar.com/avatar/{hexed('md5', REAL[0].lower())}?s=80&d=retro") == 1


def test_a_digest_written_as_a_uuid_is_found() -> None:
    assert hits(str(UUID(hexed("md5", REAL[1])))) == 1


def test_each_distinct_digest_counts_once_in_texts_and_categories() -> None:
    codes = [hexed("md5", value) for value in REAL]
    assert hits(*codes, *codes) == 3
    assert hits(*codes, kind=Kind.CATEGORY) == 3
    assert digest_hits(column([], Kind.TEXT), (column(list(REAL)), column([]))) == {}


def people(first: list[str], last: list[str], key: list[str], says: list[str | None]) -> Table:
    columns = (
        Column("first", Kind.CATEGORY, role=Role.DIRECT, entity="FIRST_NAME"),
        Column("last", Kind.CATEGORY, role=Role.DIRECT, entity="LAST_NAME"),
        Column("key", Kind.TEXT, role=Role.IDENTIFIER),
        Column("says", Kind.CATEGORY),
    )
    cells = {"first": first, "last": last, "key": key, "says": says}
    return Table("t", columns, pd.DataFrame({name: pd.Series(each, dtype=object) for name, each in cells.items()}))


TWO = people(["Ada", "Bo"], ["Quill", "Marsh"], ["K-1", "K-2"], ["x", "y"])


@pytest.mark.parametrize("between", BETWEEN)
@pytest.mark.parametrize("name", OF_TWO)
def test_two_values_of_a_person_together_are_found_in_both_orders(between: str, name: str) -> None:
    codes = [hexed(name, between.join(pair)) for pair in (("Ada", "Quill"), ("K-2", "Bo"), ("quill", "k-1"))]
    strangers = hexed(name, between.join(("Ada", "Marsh")))  # of two people
    drawn = people(["Cy"] * 4, ["Stone"] * 4, ["N-1"] * 4, [*codes, strangers])
    assert digest_hits(drawn, (TWO, TWO.take(np.arange(0)))) == {"says": 3}


def test_short_digests_count_where_they_are_more_than_chance_gives() -> None:
    """Eight digits of 2,000 cells meet 2,000 people's by chance about once in a thousand tables."""
    real = [f"person{n}@shop.example" for n in range(2_000)]
    strangers = [f"other{n}@shop.example" for n in range(2_000)]

    def of(values: list[str]) -> dict[str, int]:
        cut = column([hexed("sha256", value)[:8] for value in values])
        return digest_hits(cut, (column(real), column([])))

    assert of(strangers) == {"mail": 0}
    assert of([*strangers[:1_980], *real[:20]])["mail"] >= 19  # one in fifty has no letter in it
    assert of([*strangers[:1_999], *real[:1]])["mail"] in (0, 1)


@pytest.mark.parametrize(
    "text", ["", "springfield", "12345678", "20201231", "deadbeaf" * 2, "town 7", "K-0012345", "Anna Long", "a1b2c3"]
)
def test_words_numbers_and_short_codes_are_no_digests(text: str) -> None:
    assert digests_in(text) == set()
