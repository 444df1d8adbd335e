"""A draft of invented people passes; each way of leaving a real one in it fails, for the reason that fits."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from quick import slow

from privsynth.dataset import Column, Dataset, Kind, Role, Table
from privsynth.describe.roles import with_roles
from privsynth.gate import judge
from privsynth.gate import pii as module
from privsynth.gate.pii import BlindScannerError, PersonalData
from privsynth.policy import Policy
from privsynth.release import Draft
from privsynth.source import Source
from privsynth.statistics import Statistics, Taken
from privsynth.verdict import Finding, Status, Verdict

FIRST = [
    *("Anna", "Boris", "Carla", "David", "Emma", "Felix", "Greta", "Hugo", "Ines", "Jonas"),
    *("Karin", "Luis", "Marta", "Nils", "Olga", "Pedro", "Ruth", "Sven", "Tanja", "Viktor"),
]
LAST = [
    *("Larsen", "Moreno", "Novak", "Okafor", "Petrov", "Quinn", "Rossi", "Schmidt", "Tanaka", "Weber"),
    *("Young", "Zeman", "Hansen", "Nielsen", "Murphy", "Garcia", "Silva", "Kowalski", "Popescu", "Ivanova"),
]
KINDS = {
    "customer_id": Kind.TEXT,
    "age": Kind.INTEGER,
    "balance": Kind.NUMBER,
    "city": Kind.CATEGORY,
    "notes": Kind.TEXT,
}
WORDS = [
    "order",
    "parcel",
    "refund",
    "delay",
    "invoice",
    "colour",
    "repair",
    "window",
    "garden",
    "letter",
    "ticket",
    "basket",
    "lamp",
    "table",
]
INVENTED = ("customer_id", "first_name", "last_name", "email", "phone", "street", "notes")


def people(rows: int, seed: int, prefix: str, domain: str) -> Table:
    """Invented rows; `prefix` and `domain` keep the tables of one test apart from each other."""
    rng = np.random.default_rng(seed)
    first, last, at = rng.choice(FIRST, rows), rng.choice(LAST, rows), np.arange(rows)
    low = {"A": 0, "B": 10_000, "C": 20_000}[prefix]
    text = {
        "customer_id": [f"{prefix}{n:07d}" for n in at],
        "first_name": first.tolist(),
        "last_name": [
            f"{prefix.lower()}{chr(97 + n % 26)}{name}".title() for n, name in zip(at, last.tolist(), strict=True)
        ],
        "email": [f"{f}.{prefix}{n}@{domain}".lower() for f, n in zip(first.tolist(), at, strict=True)],
        "phone": [
            f"({202 + n % 700}) 555-{(low + n) % 10_000:04d}" if prefix == "A" else f"+44 7700 {900_000 + low + n}"
            for n in at
        ],
        "street": [f"{low + n + 1} {WORDS[n % 14].title()} Lane" for n in at],
    }
    frame = pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in text.items()})
    frame["age"] = rng.integers(18, 90, rows).astype("float64")
    frame["balance"] = (rng.random(rows) * 10**7).round(2)
    frame["city"] = pd.Series(rng.choice(["Lyon", "Porto", "Graz"], rows).tolist(), dtype=object)
    said = [word[::-1] for word in WORDS] if prefix == "B" else WORDS  # sentences that only the real people write
    frame["notes"] = pd.Series(
        [" ".join([prefix, *rng.choice(said, 9).tolist(), str(low + n)]) for n in at], dtype=object
    )
    columns = tuple(Column(name, KINDS.get(name, Kind.TEXT)) for name in frame)
    return Table(
        "people",
        tuple(replace(c, spelling=replace(c.spelling, decimals=2)) if c.name == "balance" else c for c in columns),
        frame,
    )


@pytest.fixture(scope="module")
def source() -> Source:
    everybody = with_roles(Dataset((people(1200, 1, "A", "mail.com"),)), Policy())["people"]
    train, holdout = everybody.take(np.arange(800)), everybody.take(np.arange(800, 1200))
    return Source(Dataset((train,)), Dataset((holdout,)), Statistics({}, Taken()))


@pytest.fixture
def invented(source: Source) -> Table:
    made = people(600, 2, "B", "example.com")
    columns = [
        replace(c, spelling=made[c.name].spelling, fabricated=c.name in INVENTED)
        for c in source.train["people"].columns
    ]
    return replace(made, columns=tuple(columns))


def verdict(made: Table, source: Source, policy: Policy | None = None) -> Verdict:
    return judge(PersonalData(policy or Policy()), Draft(Dataset((made,)), {"people.csv": b""}), source, seconds=300)


def failed(found: Verdict) -> list[tuple[str, tuple[str, ...]]]:
    return [(finding.what, finding.where) for finding in found.failures]


def with_values(made: Table, name: str, values: list[str] | np.ndarray, rows: slice = slice(None)) -> Table:  # type: ignore[type-arg]
    frame = made.frame.copy()
    column = frame[name].to_numpy().copy()
    column[rows] = values
    frame[name] = column
    return replace(made, frame=frame)


def real(source: Source, name: str, count: int) -> list[str]:
    return source.train["people"].frame[name].tolist()[:count]


def test_invented_people_pass(invented: Table, source: Source) -> None:
    found = verdict(invented, source)
    assert (found.status, failed(found)) == (Status.PASSED, [])


def test_a_column_left_as_it_was_fails(invented: Table, source: Source) -> None:
    found = verdict(with_values(invented, "email", real(source, "email", 600)), source)
    assert ("real identifying values in the draft", ("email",)) in failed(found)


def test_one_real_address_among_all_invented_ones_fails(invented: Table, source: Source) -> None:
    found = verdict(with_values(invented, "email", real(source, "email", 1), slice(0, 1)), source)
    (finding,) = found.failures
    assert (finding.measured, finding.limit, finding.where) == (1, 0, ("email",))


def test_a_held_out_address_fails_too(invented: Table, source: Source) -> None:
    held = source.holdout["people"].frame["email"].iloc[0]
    assert verdict(with_values(invented, "email", [held], slice(0, 1)), source).status is Status.FAILED


@pytest.mark.parametrize(
    ("name", "disguise"),
    [
        ("email", str.upper),
        slow("email", lambda value: f" {value} "),
        slow("email", "\u200b".join),
        slow("email", lambda value: value.replace("@", "\uff20")),
        ("email", lambda value: "".join(chr(ord(c) + 0xFEE0) if c.isalnum() else c for c in value)),
        slow("phone", lambda value: "".join(c for c in value if c.isdigit())),
        (
            "phone",
            lambda value: "+1-" + "-".join("".join(c for c in value if c.isdigit())[at : at + 5] for at in (0, 5)),
        ),
        slow("customer_id", str.lower),
        slow("customer_id", lambda value: f"{value[:3]}-{value[3:]}"),
    ],
)
def test_a_disguise_does_not_help(name: str, disguise: Callable[[str], str], invented: Table, source: Source) -> None:
    found = verdict(with_values(invented, name, [disguise(real(source, name, 1)[0])], slice(0, 1)), source)
    assert [where for what, where in failed(found) if what == "real identifying values in the draft"] == [(name,)]


def test_a_real_address_in_another_column_fails(invented: Table, source: Source) -> None:
    found = verdict(with_values(invented, "city", real(source, "email", 1), slice(0, 1)), source)
    assert ("real identifying values in the draft", ("city",)) in failed(found)


@pytest.mark.parametrize(
    "code",
    [
        slow(lambda v: hashlib.md5(v).hexdigest()),  # noqa: S324
        slow(lambda v: hashlib.sha1(v).hexdigest().upper()),  # noqa: S324
        lambda v: hashlib.sha256(v).hexdigest(),
    ],
)
def test_a_hash_of_a_real_value_fails(code: Callable[[bytes], str], invented: Table, source: Source) -> None:
    found = verdict(with_values(invented, "city", [code(real(source, "email", 1)[0].encode())], slice(0, 1)), source)
    assert ("real identifying values behind a digest", ("city",)) in failed(found)


def test_base64_of_a_real_value_fails(invented: Table, source: Source) -> None:
    raw = real(source, "email", 1)[0].encode()
    for code in (b64encode(raw).decode(), b64encode(hashlib.sha256(raw).digest()).decode()):
        assert verdict(with_values(invented, "street", [code], slice(0, 1)), source).status is Status.FAILED


def test_a_real_sentence_fails(invented: Table, source: Source) -> None:
    said = " ".join(real(source, "notes", 1)[0].split()[:8])
    found = verdict(with_values(invented, "notes", [f"He wrote: {said.upper()}!"], slice(0, 1)), source)
    assert ("real sentences, or real names and numbers inside texts", ("notes",)) in failed(found)


@pytest.mark.parametrize("name", ["email", slow("phone"), slow("street"), slow("customer_id")])
def test_a_real_value_inside_of_a_sentence_fails(name: str, invented: Table, source: Source) -> None:
    found = verdict(
        with_values(invented, "notes", [f"Please ask {real(source, name, 1)[0]} about the parcel"], slice(0, 1)), source
    )
    assert ("real sentences, or real names and numbers inside texts", ("notes",)) in failed(found)


def test_a_real_whole_name_inside_of_a_sentence_fails(invented: Table, source: Source) -> None:
    first, last = real(source, "first_name", 1)[0], real(source, "last_name", 1)[0]
    assert (
        verdict(
            with_values(invented, "notes", [f"Please ask {first} {last} about the parcel"], slice(0, 1)), source
        ).status
        is Status.FAILED
    )


def test_real_whole_names_fail_by_their_number(invented: Table, source: Source) -> None:
    made = with_values(invented, "first_name", real(source, "first_name", 60), slice(0, 60))
    made = with_values(made, "last_name", real(source, "last_name", 60), slice(0, 60))
    found = verdict(made, source)
    assert "share of whole names that are real people's, beyond chance" in [what for what, _ in failed(found)]


def test_names_shared_with_both_sides_alike_are_chance(invented: Table, source: Source) -> None:
    frame = source.train["people"].frame
    held = source.holdout["people"].frame
    names = [*frame["last_name"][:10], *held["last_name"][:5]]
    firsts = [*frame["first_name"][:10], *held["first_name"][:5]]
    made = with_values(with_values(invented, "last_name", names, slice(0, 15)), "first_name", firsts, slice(0, 15))
    assert verdict(made, source).status is Status.PASSED


def test_real_long_numbers_fail(invented: Table, source: Source) -> None:
    made = with_values(
        invented, "balance", np.array(source.train["people"].frame["balance"].tolist()[:60]), slice(0, 60)
    )
    found = verdict(made, source)
    assert [(what, where) for what, where in failed(found)] == [
        ("share of rare real numbers, beyond chance", ("balance",))
    ]


def test_personal_data_in_a_column_that_was_learnt_fails(invented: Table, source: Source) -> None:
    """Nobody's address, but nobody invented it either: the model made it up from somebody's."""
    found = verdict(with_values(invented, "city", ["somebody@mail.com"], slice(0, 1)), source)
    assert ("columns with personal data that was not invented", ("city",)) in failed(found)


def test_names_in_the_levels_of_a_category_are_no_people(invented: Table, source: Source) -> None:
    levels = (["Ford Focus in dark blue", "Wagon of the second hand"] * 300)[:600]
    made = replace(with_values(invented, "city", levels), columns=invented.columns)
    assert "columns with personal data that was not invented" not in [what for what, _ in failed(verdict(made, source))]


def test_words_with_a_name_in_them_are_a_class_where_three_rows_share_each(invented: Table, source: Source) -> None:
    """What the typing of columns calls shared, the gate calls a level; a string of one row is none."""
    what = "columns with personal data that was not invented"
    shared = np.array([f"called Ms Anna Berg on line {n % 200}" for n in range(600)], dtype=object)
    alone = np.array([f"called Ms Anna Berg on line {n}" for n in range(600)], dtype=object)
    for levels, fails in ((shared, False), (alone, True)):
        made = replace(with_values(invented, "city", levels), columns=invented.columns)
        made = made.with_columns(replace(made["city"], fabricated=False, entity=None, role=Role.PLAIN))
        assert (what in [name for name, _ in failed(verdict(made, source))]) == fails


def test_a_column_that_is_not_marked_as_invented_fails(invented: Table, source: Source) -> None:
    made = invented.with_columns(replace(invented["email"], fabricated=False))
    assert ("columns with personal data that was not invented", ("email",)) in failed(verdict(made, source))


def test_mask_keeps_numbers_on_purpose_and_names_never(invented: Table, source: Source) -> None:
    policy = Policy(backend="mask")
    kept = with_values(invented, "balance", np.array(source.train["people"].frame["balance"].tolist()[:600]))
    assert verdict(kept, source, policy).status is Status.PASSED
    assert (
        verdict(with_values(kept, "email", real(source, "email", 1), slice(0, 1)), source, policy).status
        is Status.FAILED
    )


def test_without_a_source_only_the_scan_runs(invented: Table) -> None:
    empty = Source(Dataset(()), Dataset(()), Statistics({}, Taken()))
    fiction = [f"+44 7700 900{number:03d}" for number in range(600)]
    invented = with_values(invented, "phone", fiction)
    found = verdict(invented, empty)
    assert found.status is Status.PASSED
    assert "nothing was compared" in found.findings[-1].note
    assert verdict(with_values(invented, "phone", ["+44 7700 123456"], slice(0, 1)), empty).status is Status.FAILED
    open_column = invented.with_columns(replace(invented["email"], fabricated=False))
    assert verdict(open_column, empty).status is Status.FAILED


def test_without_a_holdout_each_real_number_counts(invented: Table, source: Source) -> None:
    alone = replace(source, holdout=Dataset(()))
    made = with_values(
        invented, "balance", np.array(source.train["people"].frame["balance"].tolist()[:60]), slice(0, 60)
    )
    assert verdict(made, alone).status is Status.FAILED


def test_a_missed_canary_is_an_error(invented: Table, source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "missed_canaries", lambda: ["EMAIL"])
    found = verdict(invented, source)
    assert (found.status, found.error) == (Status.ERRORED, BlindScannerError.__name__)


def test_a_comparison_that_sees_nothing_is_an_error(
    invented: Table, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module.Named, "hits", lambda *_: 0)
    assert verdict(invented, source).status is Status.ERRORED


def test_a_stricter_limit_never_lets_more_pass(invented: Table, source: Source) -> None:
    made = with_values(
        invented, "balance", np.array(source.train["people"].frame["balance"].tolist()[:60]), slice(0, 60)
    )
    loose, strict = (verdict(made, source, Policy(limits={"overlap_other": limit})) for limit in (0.01, 0.0))
    assert len(strict.failures) >= len(loose.failures)


def test_no_finding_holds_a_value(invented: Table, source: Source) -> None:
    made = with_values(
        with_values(invented, "email", real(source, "email", 600)), "city", real(source, "street", 1), slice(0, 1)
    )
    said = repr(verdict(made, source).findings)
    assert not any(value in said for name in ("email", "street") for value in real(source, name, 600))


def test_every_failure_says_what_to_do(invented: Table, source: Source) -> None:
    failures = verdict(with_values(invented, "email", real(source, "email", 600)), source).failures
    assert all(isinstance(finding, Finding) and finding.remedy and finding.where for finding in failures)


def test_the_roles_of_the_source_are_those_of_the_story(source: Source) -> None:
    roles = {column.name: column.role for column in source.train["people"].columns}
    assert roles["customer_id"] is Role.IDENTIFIER
    assert roles["notes"] is Role.FREE_TEXT
    assert roles["email"] is roles["phone"] is roles["street"] is roles["last_name"] is Role.DIRECT


def excess(column: str, share: float) -> SimpleNamespace:
    return SimpleNamespace(column=column, share=share, hits_train=3, hits_holdout=0, n=10)


def test_of_columns_beyond_chance_only_those_beyond_the_limit_are_named() -> None:
    gate = PersonalData(Policy())
    found = gate._excess(
        "rare_words",
        [(excess("low", 0.001), 0.0), (excess("high", 0.5), 0.0), (excess("chance", 0.9), 0.5)],
        gated=True,
        has_control=True,
    )  # type: ignore[list-item]
    assert (found.measured, found.where) == (0.5, ("high",))


@pytest.mark.parametrize(
    ("by_column", "known_as", "declared", "role", "settled"),
    [
        (False, "CITY", False, Role.PLAIN, False),  # values, not the whole column, look like names
        (True, "CITY", False, Role.PLAIN, True),  # all real values said something else
        (True, "LAST_NAME", False, Role.PLAIN, False),
        (True, "LAST_NAME", True, Role.PLAIN, True),  # the user's word
        (True, "LAST_NAME", True, Role.DIRECT, False),
    ],
)
def test_a_likeness_of_a_whole_column_is_settled_by_what_is_known_of_the_real_one(
    by_column: bool, known_as: str, declared: bool, role: Role, settled: bool, source: Source
) -> None:
    real = source.train["people"]
    known = replace(source, train=Dataset((real.with_columns(replace(real["city"], entity=known_as)),)))
    hit, column = (
        SimpleNamespace(entity="LAST_NAME", by_column=by_column, column="city"),
        Column("city", Kind.CATEGORY, role=role, declared=declared),
    )
    assert module._settled(hit, column, known, "people") is settled  # type: ignore[arg-type]


def test_what_nobody_knows_settles_nothing(source: Source) -> None:
    hit, column = SimpleNamespace(entity="LAST_NAME", by_column=True, column="city"), Column("city", Kind.CATEGORY)
    assert not module._settled(hit, column, source, "another table")  # type: ignore[arg-type]
