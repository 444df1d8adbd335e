"""Check digits survive masking: what was valid stays valid, what was not stays invalid."""

from __future__ import annotations

import numpy as np
import pytest
from quick import quick_if

from privsynth.generate.mask.tokens import walks
from privsynth.generate.mask.tokens.check_digits import check_for
from privsynth.generate.mask.tokens.shaped import Tokens
from privsynth.keyring import Keyring
from privsynth.pii.checks import luhn
from privsynth.pii.entities import entities

RING = Keyring(bytes(range(32)), "test")


def drawn(count: int, digits: int, seed: int = 1) -> list[str]:
    rng = np.random.default_rng(seed)
    return ["".join(map(str, row)) for row in rng.integers(0, 10, (count, digits))]


def cards(count: int) -> list[str]:
    return [
        next(text + last for last in "0123456789" if luhn(text + last))
        for text in ("4" + body for body in drawn(count, 14))
    ]


def iban(country: str, account: str) -> str:
    number = int("".join(str(int(c, 36)) for c in f"{account}{country}00"))
    return f"{country}{98 - number % 97:02d}{account}"


def made(values: list[str], entity: str, extra: list[str] | None = None) -> tuple[list[str], Tokens]:
    tokens = Tokens.learn(np.array(values, dtype=object), RING, "d", entity=entity)
    return list(tokens.of(np.array([*values, *(extra or [])], dtype=object))), tokens


@pytest.mark.parametrize("spelling", ["{}", "{0:.4} {0:4.4}"])
def test_valid_cards_become_valid_cards_and_invalid_ones_stay_invalid(spelling: str) -> None:
    valid = cards(2_000)
    if " " in spelling:
        valid = [f"{c[:4]} {c[4:8]} {c[8:12]} {c[12:]}" for c in valid]
    invalid = [c[:-1] + str((int(c[-1]) + 3) % 10) for c in valid[:500]]
    tokens, _ = made(valid, "CREDIT_CARD", invalid)
    holds = entities()["CREDIT_CARD"].holds
    assert all(map(holds, valid))
    assert all(map(holds, tokens[:2_000]))
    assert not any(map(holds, tokens[2_000:]))
    assert len(set(tokens)) == 2_500
    assert {len(token) for token in tokens} == {len(valid[0])}


def test_ibans_keep_country_length_and_check_digits() -> None:
    values = [iban("DE", body) for body in drawn(500, 18)] + [iban("GB", "NWBK" + body) for body in drawn(50, 14)]
    values += [iban("FR", f"{n:013d}M{n:09d}") for n in range(3)]
    wrong = [value[:-1] + str((int(value[-1]) + 1) % 10) for value in values[:100]]
    tokens, _ = made(values, "IBAN", wrong)
    holds = entities()["IBAN"].holds
    assert all(map(holds, values))
    assert all(map(holds, tokens[: len(values)]))
    assert not any(map(holds, tokens[len(values) :]))
    assert all(old[:2] == new[:2] and len(old) == len(new) for old, new in zip(values, tokens, strict=False))
    assert len(set(tokens)) == len(values) + 100


@pytest.mark.parametrize(
    "entity",
    quick_if(
        lambda entity: entity not in ("FI_HETU", "CH_AHV", "PL_PESEL"),
        ["UK_NHS", "PL_PESEL", "NL_BSN", "US_SSN", "IT_PARTITA_IVA", "SG_NRIC", "IMEI", "CH_AHV", "FI_HETU"],
    ),
)
def test_national_numbers_stay_valid(entity: str) -> None:
    kind, rng = entities()[entity], np.random.default_rng(3)
    values = {kind.canary}
    while len(values) < 120:
        text = "".join(str(rng.integers(10)) if c.isdigit() and rng.random() < 0.6 else c for c in kind.canary)
        values |= {text} if kind.holds(text) else set()
    tokens, learnt = made(sorted(values), entity)
    assert all(map(kind.holds, tokens))
    assert len(set(tokens) | values) == 240
    assert learnt.sorter.check is not None


def test_says_where_a_check_could_not_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Place, day and check digit of a Chinese number leave so few valid ones that a walk would not arrive."""
    monkeypatch.setattr(walks, "SPARSE", 300)
    kind = entities()["CN_RIC"]
    day = (np.datetime64("1950-01-01") + np.arange(30)).astype(str)
    bodies = [f"110101{text.replace('-', '')}{n:03d}" for n, text in enumerate(day)]
    values = [next(body + last for last in "0123456789X" if kind.holds(body + last)) for body in bodies]
    tokens, learnt = made(values, "CN_RIC")
    assert learnt.sorter.check is None
    assert (
        learnt.notes[0]
        == "column d: the check digits of CN_RIC could not be kept: tokens of 30 values need not pass the check"
    )
    assert len(set(tokens)) == 30


def test_a_check_that_the_column_does_not_pass_is_not_its_check() -> None:
    _, learnt = made(drawn(500, 16), "CREDIT_CARD")
    assert learnt.sorter.check is None
    assert learnt.notes == ()


def test_only_digits_that_prove_something_are_kept() -> None:
    assert check_for(None) is None
    assert check_for("EMAIL") is None
    assert check_for("DOMAIN") is None
    assert check_for("no such kind") is None
    assert check_for("UK_NHS") is not None


def test_what_a_check_says_vectorised_is_what_it_says_alone() -> None:
    numbers = drawn(3_000, 16, seed=9) + cards(500)
    check = check_for("CREDIT_CARD")
    assert check is not None
    flags = check.flags(np.array([list(text.encode()) for text in numbers], dtype=np.uint8))
    assert [flag == 3 for flag in flags] == [entities()["CREDIT_CARD"].holds(text) for text in numbers]
