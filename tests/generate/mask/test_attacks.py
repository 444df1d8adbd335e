"""Attacks on what masking gives out, by somebody who has the output, an auxiliary file and time, but not the key."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from command import privsynth
from shop import profile_of, shop, texts

from privsynth.dataset import Column, Dataset, Kind, Role, Table
from privsynth.generate.mask import Mask
from privsynth.generate.mask.memory import Memory
from privsynth.keyring import Keyring
from privsynth.mask_steps import Null, Token
from privsynth.measure.attacks.tracing import trace
from privsynth.options import MaskOptions
from privsynth.people.words import words_of
from privsynth.policy import Policy

KEY = bytes(range(7, 39))
LIMITS = Policy().limits
DEFAULT = MaskOptions()


def masked(data: Dataset, options: MaskOptions = DEFAULT, limits=LIMITS, memory: Memory | None = None) -> Dataset:
    return (
        Mask(options, limits, memory)
        .fit(data, profile_of(data), np.random.default_rng(1))
        .sample(None, np.random.default_rng(2))
    )


def in_old_order(table: Table) -> pd.DataFrame:
    return table.frame.iloc[np.argsort(table.origin)].reset_index(drop=True)


def patients(rows: int, *, digits: int = 5) -> Dataset:
    """A key of five digits: its whole domain can be written down."""
    rng = np.random.default_rng(3)
    numbers = rng.permutation(10**digits)[:rows]
    frame = pd.DataFrame(
        {
            "patient": texts([f"{n:0{digits}d}" for n in numbers]),
            "city": texts(rng.choice(["A", "B", "C"], rows, p=[0.9, 0.05, 0.05])),
            "n": np.arange(rows) * 1.0,
        }
    )
    columns = (
        Column("patient", Kind.TEXT, role=Role.IDENTIFIER),
        Column("city", Kind.CATEGORY, step=Token()),
        Column("n", Kind.INTEGER),
    )
    return Dataset((Table("patients", columns, frame),))


def guesses(value: str, column: str) -> set[str]:
    """What an attacker computes from a guess: plain and badly keyed hashes, whole and cut, in the usual spellings."""
    found = set()
    for text in (value, f"{column}\x1f{value}", f"{column}{value}", f"{value}{column}"):
        data = text.encode()
        sums = [hashlib.new(name, data).digest() for name in ("md5", "sha1", "sha256", "sha512")]
        sums += [hmac.digest(key, data, "sha256") for key in (b"", b"key", b"secret", column.encode(), bytes(32))]
        for digest in sums:
            number = int.from_bytes(digest, "big")
            found |= {
                digest.hex(),
                base64.b32encode(digest[:16]).decode().rstrip("="),
                base64.b64encode(digest).decode(),
                f"{number % 10**5:05d}",
            }
    return found


@pytest.mark.parametrize("shape", ["same", "opaque"])
def test_a_dictionary_of_the_whole_domain_finds_nothing_without_the_key(shape: str) -> None:
    data = patients(300)
    column = replace(data.root["patient"], step=Token(shape=shape))
    data = data.replace_tables(data.root.with_columns(column))
    made = in_old_order(masked(data).root)["patient"]
    domain = [f"{n:05d}" for n in range(0, 100_000, 50)] + list(data.root.frame["patient"])
    hits = sum(
        token in guesses(value, "patient") for value, token in zip(data.root.frame["patient"], made, strict=True)
    )
    assert (
        hits <= 2
    )  # five digits of a hash meet a token of five digits once in 100,000 tries; 36 are made for each of 300
    assert not {token for token in made if len(token) > 8} & set().union(
        *(guesses(value, "patient") for value in domain[:200])
    )


def test_another_key_turns_nothing_back() -> None:
    """The attacker has the tool: he tokenises the whole domain under keys of his own, and matches."""
    data = patients(400, digits=7)
    tokens = in_old_order(masked(data, memory=Memory(Keyring(KEY, "ours"))).root)["patient"]
    for guess in range(5):
        theirs = in_old_order(masked(data, memory=Memory(Keyring(bytes([guess]) * 32, "theirs"))).root)["patient"]
        assert (theirs == tokens).sum() == 0


def test_a_value_that_most_rows_hold_is_warned_of_and_a_rare_one_is_not() -> None:
    notes = " ".join(masked(patients(400)).notes)
    assert "column city: one value holds 9" in notes
    assert "column patient: one value" not in notes


@pytest.mark.parametrize("profile", ["internal", "hipaa-expert", "gdpr-strict"])
def test_an_auxiliary_file_finds_fewer_people_than_the_profile_allows(profile: str) -> None:
    """He knows everybody's quasi-identifiers, and points at the nearest row."""
    limits = Policy(profile=profile).limits
    data = shop(1_500)
    made = masked(data, limits=limits)
    names = [column.name for column in data.root.of_role(Role.QUASI)]
    found = trace(data.root, made["customers"], names, np.arange(len(data.root)), np.random.default_rng(1))
    assert found.share <= limits.tracing_max


def test_the_format_of_a_token_tells_nothing_of_the_value_behind_it() -> None:
    """Place by place the digits of token and value agree as often as chance has it."""
    data = patients(3_000, digits=7)
    made = in_old_order(masked(data).root)["patient"]
    real = data.root.frame["patient"]
    assert all(token.isdigit() and len(token) == 7 for token in made)
    agree = [np.mean([a[at] == b[at] for a, b in zip(real, made, strict=True)]) for at in range(7)]
    assert max(agree) < 0.13
    assert min(agree) > 0.07
    order = pd.Series(made).astype(int).rank().corr(pd.Series(real).astype(int).rank())
    assert abs(order) < 0.06


def test_an_invented_person_does_not_tell_what_was_made_coarser() -> None:
    """The name would give away the sex, and the telephone's area the town, that the row no longer tells."""
    data = shop(400)
    sex = replace(data.root["sex"], role=Role.PLAIN)
    coarse = data.replace_tables(data.root.with_columns(replace(sex, step=Null())))
    made = in_old_order(masked(coarse)["customers"])
    words = words_of("en_US")
    women = np.isin(made["first"].to_numpy(dtype=object), list(set(words.female) - set(words.male)))
    truly = (data.root.frame["sex"] == "F").to_numpy()
    assert abs(women[truly].mean() - women[~truly].mean()) < 0.2


def test_the_key_is_in_no_byte_that_is_written_or_said(tmp_path: Path) -> None:
    key = tmp_path / "KEY"
    key.touch(mode=0o600)
    key.write_bytes(KEY)
    table = tmp_path / "people.csv"
    data = shop(300)["customers"]
    pd.DataFrame({name: data.text(name) for name in ("customer_id", "email", "town", "born")}).to_csv(
        table, index=False
    )
    words = ("mask", str(table), "--out", "out", "--key-file", str(key), "--state", "state")
    ran = privsynth(*words, folder=tmp_path)
    assert ran.returncode == 0, ran.stderr
    written = [file.read_bytes() for file in tmp_path.rglob("*") if file.is_file() and file != key]
    assert len(written) >= 7
    derived = [Keyring(KEY, "x").key(domain) for domain in ("customer_id", "people.customer_id", "entity/customer_id")]
    everything = (*written, ran.stdout.encode(), ran.stderr.encode())
    for secret in (KEY, *derived):
        spelt = [
            secret,
            secret.hex().encode(),
            secret.hex().upper().encode(),
            base64.b64encode(secret),
            base64.urlsafe_b64encode(secret),
            base64.b32encode(secret),
        ]
        for form in spelt:
            assert not any(form in content or form[:24] in content for content in everything)
    assert str(key).encode() not in b"".join(written)
