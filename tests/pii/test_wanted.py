"""A real value is found in each plain form, whole and inside a text of any length, and a stranger's in none."""

from __future__ import annotations

import codecs
import gzip
import zlib
from base64 import b32encode, b64encode, urlsafe_b64encode
from collections.abc import Callable

import pytest

from privsynth.pii.canonical import forms_of, letters, name_forms, numbers, runs, whole_name
from privsynth.pii.density import Density
from privsynth.pii.disguises import decoded, undisguised
from privsynth.pii.wanted import Sight, Tried, Wanted

MAIL = "Anna.Long+shop@Example.org"
REAL = Wanted(
    frozenset({*forms_of(MAIL), *forms_of("K-0012345"), *numbers("+44 20 7946 0958"), "de89370400440532013000"}),
    frozenset(name_forms("Ada Quill") | name_forms("Maria van der Berg")),
)


def moved_on(text: str, places: int) -> str:
    return "".join(chr((ord(c) - 97 + places) % 26 + 97) if "a" <= c <= "z" else c for c in text)


def sights(text: str) -> set[Sight]:
    found = REAL.sights(text, Tried())
    assert bool(found) <= bool(REAL.suspects([text])[0])  # the quick look misses nothing
    return found


PLAIN: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "capitals": str.upper,
    "full width": lambda v: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in v),
    "accents": lambda v: v.replace("a", "\u00e1").replace("o", "\u00f6"),
    "Cyrillic letters": lambda v: v.translate(str.maketrans("aeopcxy", "\u0430\u0435\u043e\u0440\u0441\u0445\u0443")),
    "invisible signs": "\u200b".join,
    "spaces": " ".join,
    "mailto": lambda v: f"mailto:{v}",
    "a letter before": lambda v: f"x {v}",
    "a word on each side": lambda v: f"mail {v} now",
    "marks": lambda v: f"<<{v}>>;",
    "a long text": lambda v: "lorem ipsum dolor " * 40 + v + " sit amet" * 40,
}
DISGUISED: dict[str, Callable[[str], str]] = {
    "percent": lambda v: v.replace("@", "%40").replace(".", "%2E"),
    "percent twice": lambda v: v.replace("@", "%2540"),
    "decimal entities": lambda v: "".join(f"&#{ord(c)};" for c in v),
    "named entities": lambda v: v.replace("@", "&commat;").replace(".", "&period;"),
    "escapes of JSON": lambda v: "".join(f"\\u{ord(c):04x}" for c in v),
    "quoted printable": lambda v: "".join(f"={ord(c):02X}" for c in v),
    "quoted printable in small letters": lambda v: "".join(f"={ord(c):02x}" for c in v),
    "escapes in braces": lambda v: v.replace("@", "\\u{40}").replace(".", "\\u{2e}"),
    "letters of tags": lambda v: "".join(chr(0xE0000 + ord(c)) for c in v),
    "letters of tags behind a word, in base64": lambda v: "ok" + DISGUISED["letters of tags"](DISGUISED["base64"](v)),
    "base64 far behind": lambda v: "no answer. " * 450 + b64encode(v.encode()).decode(),
    "a long text in base64": lambda v: b64encode(("no answer. " * 900 + v).encode()).decode(),
    "percent far behind": lambda v: "no answer. " * 450 + v.replace("@", "%40"),
    "hex with dashes": lambda v: v.encode().hex("-"),
    "hex in lines": lambda v: v.encode().hex("\n"),
    "hex with 0X": lambda v: f"0X{v.encode().hex()}",
    "hex with 0x before each byte": lambda v: " ".join(f"0x{byte:02x}" for byte in v.encode()),
    "another tag": lambda v: v.replace("@", "+news@", 1),
    "in brackets": lambda v: v.replace("@", " (at) ").replace(".", " [dot] "),
    "in words": lambda v: v.replace("@", " at ").replace(".", " dot "),
    "in words with underscores": lambda v: v.replace("@", "_at_").replace(".", "_dot_"),
    "in words with dashes": lambda v: v.replace("@", "-at-").replace(".", "-dot-"),
    "one mark in a word": lambda v: v.replace("@", "_at_"),
    "in words with dots": lambda v: v.replace("@", ".at."),
    "octal escapes": lambda v: "".join(f"\\{ord(c):03o}" for c in v),
    "octal escapes with a nought": lambda v: "".join(f"\\0{ord(c):03o}" for c in v),
    "noughts and ones": lambda v: " ".join(f"{byte:08b}" for byte in v.encode()),
    "noughts and ones in a row": lambda v: "".join(f"{byte:08b}" for byte in v.encode()),
    "decimal bytes": lambda v: " ".join(str(byte) for byte in v.encode()),
    "decimal bytes with commas, in brackets": lambda v: str(list(v.encode())),
    "hex of UTF-16": lambda v: v.encode("utf-16-le").hex(),
    "hex of UTF-16 with its mark": lambda v: v.encode("utf-16").hex(),
    "base64 of UTF-16": lambda v: b64encode(v.encode("utf-16-be")).decode(),
    "base64 of zlib": lambda v: b64encode(zlib.compress(v.encode())).decode(),
    "hex of gzip": lambda v: gzip.compress(v.encode()).hex(),
    "base64 of what begins like zlib": lambda v: b64encode(f"x {v}".encode()).decode(),
    "letters one on": lambda v: moved_on(v, 1),
    "letters five back, in base64": lambda v: b64encode(moved_on(v, 21).encode()).decode(),
    "letters three on, backwards": lambda v: moved_on(v, 3)[::-1],
    "backwards": lambda v: v[::-1],
    "rot13": lambda v: codecs.encode(v, "rot13"),
    "base64": lambda v: b64encode(v.encode()).decode(),
    "base64 without filling, in a link": lambda v: f"/u/{urlsafe_b64encode(v.encode()).decode().rstrip('=')}?x=1",
    "base64 twice": lambda v: b64encode(b64encode(v.encode())).decode(),
    "backwards in base64": lambda v: b64encode(v[::-1].encode()).decode(),
    "base32": lambda v: b32encode(v.encode()).decode(),
    "base32 in small letters": lambda v: b32encode(v.encode()).decode().lower().rstrip("="),
    "hex": lambda v: v.encode().hex(),
    "hex with spaces": lambda v: v.encode().hex(" "),
    "hex of base64": lambda v: b64encode(v.encode()).hex(),
}


@pytest.mark.parametrize("way", {**PLAIN, **DISGUISED})
def test_an_address_is_found_in_each_form_and_a_strangers_is_not(way: str) -> None:
    dress = {**PLAIN, **DISGUISED}[way]
    found = sights(dress("anna.long@example.org"))
    assert {sight.form for sight in found} == {"annalongexampleorg"}
    assert any(sight.is_disguised for sight in found) == (way in DISGUISED)
    assert sights(dress("anne.lang@example.com")) == set()


def test_a_tag_on_the_real_side_is_no_disguise() -> None:
    assert {sight.form for sight in sights("anna.long+shop@example.org")} == {
        "annalongshopexampleorg",
        "annalongexampleorg",
    }
    assert {sight.form for sight in sights("anna.long+other@example.org")} == {"annalongexampleorg"}


@pytest.mark.parametrize(
    "text",
    [
        *("Ada Quill", "QUILL, Ada", "Quill Ada", "Ada B. Quill", "Dr. Ada Quill", "Mr Ada B. Quill"),
        *("call Ada Quill at once", "call Ada B. Quill at once", "ada_quill", "llQuiA adA"[::-1], "lliuQ adA"),
        *("van der Berg, Maria", "Maria van der Berg", "Berg, Maria", "Maria Berg"),
    ],
)
def test_a_whole_name_is_found_in_either_order(text: str) -> None:
    assert bool(sights(text)) == (text != "llQuiA adA"[::-1])


@pytest.mark.parametrize(
    "text",
    [
        "Ada Quiller",
        "Ada Long Quill",
        "Adam Quill",
        "Ada",
        "Quill",
        "Maria Bergen",
        "A. Quill",
        "AdaQuill",
        "ada.quill@else.example",
        "https://ada.quill.example",
    ],
)
def test_another_name_is_none(text: str) -> None:
    assert sights(text) == set()


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("K0012345", "k0012345"),
        ("key k-0012345!", "k0012345"),
        ("tel:+442079460958", "2079460958"),
        ("020 7946 0958", "2079460958"),
        ("ring 0044 (0)20 7946 0958 today", "2079460958"),
        ("DE89 3704 0044 0532 0130 00", "de89370400440532013000"),
        ("iban:DE89-3704-0044-0532-0130-00.", "de89370400440532013000"),
    ],
)
def test_keys_and_numbers_are_found_however_they_are_grouped(text: str, form: str) -> None:
    assert form in {sight.form for sight in sights(text)}


@pytest.mark.parametrize("text", ["K0012346", "XK0012345", "K00123456", "207946095", "2079460959", "4420794609589", ""])
def test_a_longer_shorter_or_other_number_is_none(text: str) -> None:
    assert sights(text) == set()


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("long@example.org", True),
        ("mail long@example.org, please", True),
        ("mailto:long@example.org", True),
        ("ada.long@example.org", False),
        ("Ada_Long@example.org", False),
        ("ada.long@example.org or long@example.com", False),
        ("ada.l7@example.org", True),
    ],
)
def test_an_address_that_ends_like_a_real_one_is_a_namesakes(text: str, is_found: bool) -> None:
    real = Wanted(frozenset({*forms_of("long@example.org"), *forms_of("l7@example.org")}))
    assert bool(real.sights(text, Tried())) is is_found


def test_numbers_that_were_looked_up_are_counted_once_a_cell() -> None:
    tried = Tried()
    REAL.sights("9998887776 and 9998887776", tried)
    assert (tried.every[10, False], tried.near[10, False]) == (2, 2)  # it, and backwards; few wanted ones lie anywhere


def test_numbers_meet_by_chance_by_how_many_are_wanted_and_by_their_neighbours() -> None:
    spread = Density(count=1_000, low=0, high=10**9 - 1, digits=9)
    assert spread.expected(every=1_000, near=1_000, hits=0) == pytest.approx(0.002, rel=0.01)
    sort = Density(count=1_000, low=0, high=9_999, digits=9)  # one in ten of those between
    assert sort.expected(every=901, near=901, hits=1) == pytest.approx(100.0, rel=0.01)
    assert sort.expected(every=1, near=1, hits=1) == pytest.approx(1e-6)
    given_out = Density(count=9_000, low=1, high=9_000, digits=9)
    assert given_out.expected(every=50, near=50, hits=50) == pytest.approx(50.0, rel=0.01)


def test_few_numbers_say_nothing_of_how_far_they_spread() -> None:
    assert Density.of([123456789], 9) == Density(1, 0, 10**9 - 1, 9)
    assert Density.of(list(range(100, 120)), 9) == Density(20, 100, 119, 9)


def test_nothing_is_found_where_nothing_is_wanted() -> None:
    nothing = Wanted(frozenset())
    assert nothing.sights("anna.long@example.org", Tried()) == set()
    assert not nothing.suspects(["anna.long@example.org", ""]).any()


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("\u0410\u043d\u043d\u0430", letters("Ahha")),
        ("STRASSE 5", letters("Stra\u00dfe 5")),
        ("\u0661\u0662\u0663", "123"),
        ("--", "--"),
        ("\u00d8stergaard", "ostergaard"),
    ],
)
def test_letters_of_all_scripts_and_digits_of_all_scripts_have_one_form(text: str, form: str) -> None:
    assert letters(text) == form


def test_runs_end_where_letters_meet_digits_and_where_marks_stand() -> None:
    assert runs("user_12ab, \u00c9t\u00e9\nX") == ["user", "12", "ab", "ete", "x"]


def test_a_name_has_one_form_for_both_orders() -> None:
    assert whole_name("Quill, Dr Ada B.") == whole_name("ADA QUILL") == "adaquill"
    assert whole_name("Ada") == "ada"
    assert whole_name("B.") == ""
    assert name_forms("Ada") == set()


@pytest.mark.parametrize(
    "text", ["", "&", "%", "=", "\\u", "\\uZZZZ", "%ZZ", "&#;", "&#99999999;", "\ud800", "=" * 50, "A" * 9_000]
)
def test_hostile_texts_are_read(text: str) -> None:
    assert text not in undisguised(text)
    assert isinstance(decoded(text), set)
    sights(text)
