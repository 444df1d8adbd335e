"""Tokens in the shape of their values: one to one, the same in every file, and worth nothing without the key."""

from __future__ import annotations

import base64
import pickle
import re
import uuid
from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privsynth.errors import BackendError
from privsynth.generate.mask.tokens.shaped import Tokens
from privsynth.keyring import Keyring
from privsynth.statistics import Taken

MASTER = bytes(range(32))
RING, OTHER = Keyring(MASTER, "test"), Keyring(bytes(range(1, 33)), "other")


def column(values: Iterable[str | None]) -> np.ndarray:
    return np.array([*values, None], dtype=object)[:-1]


def learnt(values: Iterable[str], ring: Keyring = RING, taken: Taken = Taken(), *, number: bool = False) -> Tokens:  # noqa: B008 - frozen
    return Tokens.learn(column(values), ring, "d", taken=taken, number=number)


def made(values: Iterable[str], ring: Keyring = RING, *, number: bool = False) -> list[str]:
    values = list(values)
    return list(learnt(values, ring, number=number).of(column(values)))


@pytest.mark.parametrize("count", [20_000, pytest.param(1_000_000, marks=pytest.mark.slow)])
def test_many_keys_share_no_token_and_none_is_real(count: int) -> None:
    values = column(f"{n:010d}" for n in range(7_000_000_000, 7_000_000_000 + count))
    tokens = learnt(values).of(values)
    assert len(set(tokens)) == count
    assert not set(tokens) & set(values)


@pytest.mark.parametrize("space", [10_000, pytest.param(1_000_000, marks=pytest.mark.slow)])
def test_the_map_is_one_to_one_over_values_that_were_never_seen(space: int) -> None:
    """A third of the space is real and must be kept clear of, which moves many tokens: still no two values meet."""
    known, every = column(map(str, range(1, space // 3))), column(map(str, range(space)))
    tokens = learnt(known, number=True)
    found = tokens.of(every)
    assert len(set(found)) == space
    assert not set(tokens.of(known)) & set(known)
    assert any("would have become real ones" in note for note in tokens.notes)


def test_tokens_agree_over_files_with_other_values_in_another_order() -> None:
    first, second = [f"K{n:09d}" for n in range(500, 2_500)], [f"K{n:09d}" for n in reversed(range(1_500, 6_000))]
    one, two = dict(zip(first, made(first), strict=True)), dict(zip(second, made(second), strict=True))
    assert {v: one[v] for v in first[1_000:]} == {v: two[v] for v in first[1_000:]}
    again = learnt(first).of(column([second[-1], None, first[0]]))
    assert list(again) == [two[second[-1]], None, one[first[0]]]


def test_short_numbers_agree_over_files_too() -> None:
    few, many = [str(n) for n in range(1, 500)], [str(n) for n in range(1, 200_000)]
    one, two = made(few, number=True), made(many, number=True)[:499]
    assert (
        sum(a == b for a, b in zip(one, two, strict=True)) > 0.7 * 499
    )  # the others would have met one of the 200,000 real numbers


def test_equal_values_have_equal_tokens_however_often_they_stand() -> None:
    values = [f"A{n:07d}" for n in range(50)]
    rows = column(values * 2_000 + [None])
    found = learnt(values).of(rows)
    assert len(set(found[:-1])) == 50
    assert list(found[:50]) == made(values)
    assert found[-1] is None


@pytest.mark.parametrize(
    ("values", "shape"),
    [
        ([f"CUST-{n:08d}" for n in range(300)], r"CUST-\d{8}"),
        (
            [f"INV-2023-{n:04d}" for n in range(300)] + [f"CRN-2023-{n:04d}" for n in range(300)],
            r"(INV|CRN)-\d{4}-\d{4}",
        ),
        (
            [f"{chr(65 + n % 26)}{chr(65 + n // 26)}-{n:03d}-{chr(97 + n % 26)}x" for n in range(300)],
            r"[A-Z]{2}-\d{3}-[a-z]{2}",
        ),
        ([f"{n:04d}-{n:04d}/{n:02d}" for n in range(100)], r"\d{4}-\d{4}/\d\d"),
        (
            [str(uuid.UUID(int=n * 2**90 + n * 7**40)) for n in range(1, 300)],
            r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        ),
        ([f"{n * 7919 % 2**24:06X}" for n in range(400)], r"[0-9A-F]{6}"),
        ([f"{n:07d}" for n in range(100)], r"\d{7}"),
        ([f"{n}" for n in range(1_234_567, 1_235_000)], r"[1-9]\d{6}"),
    ],
)
def test_length_case_and_marks_stay(values: list[str], shape: str) -> None:
    found = made(values)
    assert all(re.fullmatch(shape, token) for token in found)
    assert len(set(found)) == len(values)


def test_chance_is_not_taken_for_format() -> None:
    """Where digits and letters stand in a random number names it: a token that kept them could be matched keyless."""
    values = [str(uuid.UUID(int=n * 2**90 + n * 7**40)) for n in range(1, 300)]
    patterns = [re.sub("[a-f]", "a", re.sub(r"\d", "9", text)) for text in values]
    found = [re.sub("[a-f]", "a", re.sub(r"\d", "9", text)) for text in made(values)]
    assert sum(a == b for a, b in zip(patterns, found, strict=True)) == 0
    alone = made(["3f2a9c1e5b7d4e8f"])[0]
    assert re.fullmatch("[0-9a-f]{16}", alone)


def test_what_has_too_few_texts_becomes_longer_and_that_is_said() -> None:
    tokens = learnt([f"{n:02d}" for n in range(60)])
    found = tokens.of(column(f"{n:02d}" for n in range(60)))
    assert len(set(found)) == 60
    assert all(text.isdigit() and len(text) <= 6 for text in found)
    assert tokens.notes[0] == "column d: 60 values are too short for tokens of their length; theirs have other lengths"
    assert len(set(made(list("abcdefghijklmnopqrstuvwxyz")))) == 26


def test_whole_numbers_stay_whole_numbers() -> None:
    values = [str(n) for n in (*range(12), *range(900, 1_100), 10**7, 10**9 + 1, 10**14)]
    found = made(values, number=True)
    assert all(re.fullmatch(r"0|[1-9]\d{0,14}", token) for token in found)
    assert [len(token) for token in found[-3:]] == [8, 10, 15]
    assert len({float(token) for token in found}) == len(values)


def test_numbers_that_no_shape_can_keep_become_whole_numbers() -> None:
    tokens = learnt(["1.5", "-3", "1e+22", "12345678901234567"], number=True)
    found = tokens.of(column(["1.5", "-3", "1e+22", "12345678901234567"]))
    assert all(re.fullmatch(r"[1-9]\d{14}", token) for token in found)
    assert "fewer than 11 values have no shape" in tokens.notes[0]


TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=70)  # reading refuses NUL


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS, unique=True, max_size=30), st.lists(TEXTS, max_size=10))
def test_any_text_has_a_token_of_its_own(values: list[str], more: list[str]) -> None:
    tokens = learnt(values)
    every = list(dict.fromkeys([*values, *more]))
    found = list(tokens.of(column(every)))
    assert all(found)
    assert len(set(found)) == len(every) or any(not value.isascii() for value in more)
    assert not set(tokens.of(column(values))) & set(values)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.from_regex(r"[A-C]{0,2}[0-9]{0,4}[ab]?-?[0-9a-f]{0,3}", fullmatch=True), unique=True, max_size=60),
    st.randoms(),
)
def test_values_of_many_shapes_never_meet(values: list[str], chance: object) -> None:
    known = values[::2]
    assert len(set(learnt(known).of(column(values)))) == len(values)


def test_two_keys_give_no_equal_token() -> None:
    values = [f"{n:012d}" for n in range(5_000)]
    assert not set(zip(values, made(values), strict=True)) & set(zip(values, made(values, OTHER), strict=True))


def test_a_dictionary_of_the_whole_domain_finds_nothing_without_the_key() -> None:
    """The attacker has every number that there is, our program, and any key but ours."""
    values = [f"AC{n:05d}" for n in range(5_000)]
    true = made(values)
    for byte in range(3):
        guessed = dict(zip(made(values, Keyring(bytes([byte] * 32), "guess")), values, strict=True))
        assert sum(guessed.get(token) == value for token, value in zip(true, values, strict=True)) <= 1


def test_order_of_values_does_not_show_in_tokens() -> None:
    from scipy.stats import spearmanr

    values = [f"{n:09d}" for n in range(100_000_000, 100_005_000)]
    assert spearmanr(np.arange(5_000), [int(token) for token in made(values)]).pvalue > 0.001


def test_digits_of_tokens_are_even() -> None:
    from scipy.stats import chisquare

    digits = np.array(
        [list(token) for token in made([f"{n:012d}" for n in range(123_456_000_000, 123_456_005_000)])], dtype=np.int64
    )
    for place in range(1, 12):
        assert chisquare(np.bincount(digits[:, place], minlength=10)).pvalue > 0.0001


def test_what_is_taken_is_avoided() -> None:
    values = [f"{n:07d}" for n in range(1_000)]
    first = made(values)
    key = b"k" * 16
    blank = Taken(key)
    taken = Taken(key, frozenset(map(blank.fingerprint, first[:50])))
    second = learnt(values, taken=taken).of(column(values))
    assert not set(second) & set(first[:50])
    assert list(second[50:]) == first[50:]
    assert len(set(second)) == 1_000


def test_refuses_where_nothing_is_free() -> None:
    class Everything(frozenset[bytes]):
        def __contains__(self, value: object) -> bool:
            return True

    with pytest.raises(BackendError, match=r"column d: 20 of 20 identifiers found no free token") as error:
        learnt([f"{n:07d}" for n in range(20)], taken=Taken(b"k", Everything([b"x"])))
    assert "0000001" not in str(error.value)


def test_neither_key_nor_value_is_shown_or_kept_beyond_need() -> None:
    values = [f"SECRET-{n:07d}" for n in range(100)]
    tokens = learnt(values)
    kept, told = pickle.dumps(tokens), repr(tokens) + "".join(tokens.notes)
    assert list(pickle.loads(kept).of(column(values))) == made(values)  # noqa: S301 - our own bytes
    for form in (MASTER, MASTER.hex().encode(), base64.b64encode(MASTER)):
        assert form not in kept
        assert form not in told.encode()
    assert tokens.key.hex() not in told
    assert repr(tokens.key) not in told
    assert not any(value.encode() in kept or value in told for value in values)


def test_missing_stays_missing_and_nothing_stays_nothing() -> None:
    tokens = learnt(["a1", "b2"])
    assert list(tokens.of(column([None, "a1", None]))) == [None, tokens.of(column(["a1"]))[0], None]
    assert len(tokens.of(column([]))) == 0
    assert list(learnt([]).of(column([None]))) == [None]
