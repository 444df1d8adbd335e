"""Identifiers become tokens: one to one, in the same shape, joined where they were joined."""

from __future__ import annotations

import base64
import re

import numpy as np
import pandas as pd
import pytest
from shop import shop, taken_of, texts

from privsynth.dataset import Column, Dataset, Kind, Place, Relation, Role, Table
from privsynth.errors import BackendError, PolicyError
from privsynth.generate.mask.memory import Memory
from privsynth.generate.mask.tokens import Opaque
from privsynth.generate.mask.tokens.domains import Tokeniser, domains_of
from privsynth.generate.mask.work import planned
from privsynth.keyring import Keyring
from privsynth.options import MaskOptions
from privsynth.people.fresh_keys import shaped_tokens
from privsynth.relations import key_domains
from privsynth.statistics import Taken

RING = Keyring(bytes(range(32)), "test")
NOBODY = Taken()
OTHER = Keyring(bytes(range(1, 33)), "other")


def tokens_of(values: list[str], ring: Keyring = RING, taken: Taken = NOBODY, *, number: bool = False) -> list[str]:
    return list(shaped_tokens(values, np.arange(len(values)), ring.seeds("d", values), taken, "d", number=number))


def token_maps(data: Dataset, ring: Keyring, taken: Taken) -> dict[Place, Tokeniser]:
    """What turns the values of each key column into tokens."""
    memory, found = Memory(ring), dict[Place, Tokeniser]()
    for domain in domains_of(planned(data, MaskOptions()), ring):
        found |= dict.fromkeys(domain.places, domain.learnt(ring, taken, memory))
    return found


def tokenised(table: Table, name: str, how: Tokeniser) -> np.ndarray:
    made = how.of(table.key_text(name))
    return made.astype(float) if table[name].kind.is_numeric else made


def test_columns_that_refer_to_each_other_are_one_domain() -> None:
    domains = key_domains(shop(20))
    assert domains["orders", "customer_id"] == domains["customers", "customer_id"]
    assert domains["orders", "order_id"] != domains["orders", "customer_id"]


def test_joins_hold_and_nobody_keeps_a_key() -> None:
    data = shop(200)
    maps = token_maps(data, RING, taken_of(data))
    parents = tokenised(data["customers"], "customer_id", maps["customers", "customer_id"])
    children = tokenised(data["orders"], "customer_id", maps["orders", "customer_id"])
    assert list(children) == [token for token in parents for _ in range(3)]
    assert not set(parents) & set(data["customers"].frame["customer_id"])


def test_length_case_and_marks_stay() -> None:
    values = [f"AB-{i:04d}/x" for i in range(50)]
    assert all(re.fullmatch(r"AB-\d{4}/x", token) for token in tokens_of(values))


def test_each_value_keeps_its_own_shape() -> None:
    values = [f"A{i:03d}" for i in range(100, 150)] + [f"{i:05d}" for i in range(100, 150)]
    made = tokens_of(values)
    assert all(re.fullmatch(r"A\d{3}", token) for token in made[:50])
    assert all(re.fullmatch(r"\d{5}", token) for token in made[50:])


def test_different_values_never_share_a_token() -> None:
    values = [f"{i:09d}" for i in range(50_000)]
    made = tokens_of(values)
    assert len(set(made)) == 50_000
    assert not set(made) & set(values)


def test_tokens_depend_on_the_key_and_not_on_the_company() -> None:
    values = [f"{i:08d}" for i in range(1_000)]
    made = tokens_of(values)
    assert made == tokens_of(values)
    assert not set(zip(values, made, strict=True)) & set(zip(values, tokens_of(values, OTHER), strict=True))


def test_guessing_without_the_key_finds_nothing() -> None:
    """A dictionary of the whole domain, tokenised under another key, meets the true pairs no more than chance does."""
    values = [f"{i:05d}" for i in range(10_000)]
    true, guessed = (
        dict(zip(values, tokens_of(values), strict=True)),
        dict(zip(values, tokens_of(values, OTHER), strict=True)),
    )
    assert sum(true[value] == guessed[value] for value in values) <= 5


def test_digits_of_tokens_are_even() -> None:
    from scipy.stats import chisquare

    made = tokens_of([f"{i:012d}" for i in range(123_456_000_000, 123_456_002_000)])
    counts = np.bincount([int(token[-1]) for token in made], minlength=10)
    assert chisquare(counts).pvalue > 0.001


def test_refuses_where_two_values_would_share_a_token() -> None:
    with pytest.raises(BackendError, match=r"column d: .* found no free token") as error:
        tokens_of(list("abcdefghijklmnopqrstuvwxyz"))
    assert "drop it" in error.value.hint


def test_whole_numbers_stay_whole_numbers_and_meet_their_text_twin() -> None:
    parent = Table(
        "p",
        (Column("id", Kind.INTEGER, role=Role.IDENTIFIER),),
        pd.DataFrame({"id": np.arange(1_000, 1_100, dtype=float)}),
    )
    child = Table("c", (Column("p", Kind.TEXT),), pd.DataFrame({"p": texts(str(i) for i in range(1_000, 1_100))}))
    data = Dataset((parent, child), (Relation("p", "id", "c", "p"),))
    maps = token_maps(data, RING, Taken())
    ids = tokenised(parent, "id", maps["p", "id"])
    assert ids.dtype == np.float64
    assert [f"{value:.0f}" for value in ids] == list(tokenised(child, "p", maps["c", "p"]))


def test_missing_keys_stay_missing() -> None:
    table = Table(
        "t", (Column("id", Kind.TEXT, role=Role.IDENTIFIER),), pd.DataFrame({"id": texts(["a1", None, "b2"])})
    )
    maps = token_maps(Dataset((table,)), RING, Taken())
    assert tokenised(table, "id", maps["t", "id"])[1] is None


def test_opaque_tokens_hold_128_bits_and_repeat_with_their_value() -> None:
    made = Opaque.learn(RING, "t.c").of(np.array(["x", None, "x", "y"], dtype=object))
    assert made[0] == made[2] != made[3]
    assert made[1] is None
    assert re.fullmatch(r"[A-Z2-7]{26}", made[0])


def test_a_policy_may_name_a_domain_for_all_that_is_tied_together() -> None:
    data = shop(20)
    named = key_domains(data, {("orders", "customer_id"): "people", ("customers", "email"): "mail"})
    assert named["customers", "customer_id"] == named["orders", "customer_id"] == "people"
    assert named["customers", "email"] == "mail"
    assert named["orders", "order_id"] == "orders.order_id"
    with pytest.raises(PolicyError, match="another domain"):
        key_domains(data, {("orders", "customer_id"): "people", ("customers", "customer_id"): "clients"})


def test_opaque_tokens_are_base32_of_the_hash() -> None:
    values = [str(n) for n in range(40)] + ["e\u0301"]
    expected = [base64.b32encode(token[:16]).decode().rstrip("=") for token in RING.tokens("t.c", values)]
    assert list(Opaque.learn(RING, "t.c").of(texts(values))) == expected
    assert len(Opaque.learn(RING, "t.c").of(texts([]))) == 0


def test_berka_can_be_joined_as_before(material) -> None:
    folder = material / "tables" / "berka"
    keys = {
        "account": ["account_id"],
        "client": ["client_id"],
        "disp": ["disp_id", "client_id", "account_id"],
        "card": ["card_id", "disp_id"],
    }
    keys |= {"loan": ["loan_id", "account_id"], "order": ["order_id", "account_id"]}
    frames = {
        name: pd.read_csv(
            folder / f"{name}.csv.gz", dtype=str, keep_default_na=False, sep=None, engine="python"
        ).astype(object)
        for name in keys
    }
    tables = [
        Table(
            n, tuple(Column(c, Kind.TEXT, role=Role.IDENTIFIER if c in keys[n] else Role.PLAIN) for c in f.columns), f
        )
        for n, f in frames.items()
    ]
    ties = [
        ("client", "client_id", "disp"),
        ("disp", "disp_id", "card"),
        *(("account", "account_id", child) for child in ("disp", "loan", "order")),
    ]
    data = Dataset(tuple(tables), tuple(Relation(parent, key, child, key) for parent, key, child in ties))
    maps = token_maps(data, RING, Taken())
    made = {(t.name, c): tokenised(t, c, maps[t.name, c]) for t in data for c in keys[t.name]}
    for parent, key, child in ties:
        before = pd.Index(frames[parent][key]).get_indexer(pd.Index(frames[child][key]))
        after = pd.Index(made[parent, key]).get_indexer(pd.Index(made[child, key]))
        assert (before == after).all()
        assert not set(made[parent, key]) & set(frames[parent][key])
