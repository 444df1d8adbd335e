"""Roles proposed or declared, and whose rows they are."""

from __future__ import annotations

import pandas as pd
import pytest

from privsynth.dataset import Column, Dataset, Kind, Role, Table
from privsynth.describe.roles import with_roles
from privsynth.errors import PolicyError
from privsynth.people.words import words_of
from privsynth.policy import Policy

TOWNS = (
    *("Bern", "Basel", "Zug", "Chur", "Genoa", "Turin", "Parma", "Pisa", "Bari", "Trento"),
    *("Lyon", "Brest", "Nantes", "Metz", "Reims", "Dijon", "Leeds", "York", "Derby", "Bath"),
    *("Kiel", "Mainz", "Ulm", "Trier", "Essen", "Porto", "Faro", "Braga", "Evora", "Beja"),
)


def visits() -> Dataset:
    frame = pd.DataFrame(
        {
            "visit_id": pd.Series([float(n) for n in range(60)]),
            "patient_id": pd.Series([float(n % 20 + 100) for n in range(60)]),
            "email": pd.Series([f"p{n % 20}@example.com" for n in range(60)], dtype=object),
            "age": pd.Series([float(30 + n % 20) for n in range(60)]),
            "diagnosis": pd.Series(["E11", "I10"] * 30, dtype=object),
            "ward": pd.Series(["a", "b", "c"] * 20, dtype=object),
        }
    )
    kinds = (Kind.INTEGER, Kind.INTEGER, Kind.TEXT, Kind.INTEGER, Kind.CATEGORY, Kind.CATEGORY)
    return Dataset(
        (Table("visits", tuple(Column(name, kind) for name, kind in zip(frame, kinds, strict=True)), frame),)
    )


def roles(policy: Policy) -> dict[str, Role]:
    return {column.name: column.role for column in with_roles(visits(), policy)["visits"].columns}


def test_proposes_a_role_and_a_reason_for_each_column() -> None:
    table = with_roles(visits(), Policy())["visits"]
    assert roles(Policy()) | {"ward": Role.PLAIN} == {
        "visit_id": Role.IDENTIFIER,
        "patient_id": Role.IDENTIFIER,
        "email": Role.DIRECT,
        "age": Role.QUASI,
        "diagnosis": Role.SENSITIVE,
        "ward": Role.PLAIN,
    }
    assert all(column.reason and not column.declared for column in table.columns)
    assert table["email"].entity == "EMAIL"


def test_the_policy_has_the_last_word() -> None:
    policy = Policy(tables={"visits": {"columns": {"ward": {"role": "direct"}, "email": {"role": "plain"}}}})
    table = with_roles(visits(), policy)["visits"]
    assert (table["ward"].role, table["ward"].declared, table["ward"].reason) == (
        Role.DIRECT,
        True,
        "declared in the policy",
    )
    assert (table["email"].role, table["email"].entity) == (Role.PLAIN, None)


def test_a_declared_kind_brings_its_role() -> None:
    policy = Policy(tables={"visits": {"columns": {"ward": {"entity": "LAST_NAME"}}}})
    column = with_roles(visits(), policy)["visits"]["ward"]
    assert (column.role, column.entity, column.declared) == (Role.DIRECT, "LAST_NAME", True)


def test_rows_of_one_person_are_found_by_the_key_that_repeats() -> None:
    assert with_roles(visits(), Policy())["visits"].person == "patient_id"


def test_a_key_that_never_repeats_makes_each_row_its_own_person() -> None:
    data = visits()
    once = data.replace_tables(data["visits"].take(pd.Series(range(20)).to_numpy()))
    assert with_roles(once, Policy())["visits"].person is None


def test_the_declared_person_wins() -> None:
    policy = Policy(tables={"visits": {"person": "email"}})
    assert with_roles(visits(), policy)["visits"].person == "email"


def test_the_data_are_not_touched() -> None:
    data = visits()
    before = data["visits"].frame.copy()
    with_roles(data, Policy())
    pd.testing.assert_frame_equal(data["visits"].frame, before)


def test_a_kind_of_personal_data_that_nobody_knows_is_refused_with_the_nearest() -> None:
    policy = Policy(tables={"t": {"columns": {"a": {"entity": "EMIAL"}}}})
    table = Table("t", (Column("a", Kind.TEXT),), pd.DataFrame({"a": pd.Series(["x", "y"], dtype=object)}))
    with pytest.raises(PolicyError) as refused:
        with_roles(Dataset((table,)), policy)
    assert "EMAIL" in str(refused.value)
    assert "EMIAL" not in refused.value.message


def test_what_only_the_rows_of_one_person_share_is_not_shared() -> None:
    """60 rows of 20 people: each phrase stands in three rows, of one person or of three."""
    data = visits()
    frame = data["visits"].frame
    own = [f"likes it {chr(97 + n % 20)}" for n in range(60)]
    common = [f"likes it {chr(97 + n // 3)}" for n in range(60)]
    columns = (*data["visits"].columns, Column("own", Kind.TEXT), Column("common", Kind.TEXT))
    table = Table("visits", columns, frame.assign(own=pd.Series(own, dtype=object), common=common))
    described = with_roles(Dataset((table,)), Policy(backend={"kind": "mask"}))["visits"]
    assert described.person == "patient_id"
    assert (described["own"].role, described["common"].role) == (Role.DIRECT, Role.PLAIN)


def test_how_many_people_must_share_a_value_is_the_policys() -> None:
    words = [f"likes it {chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(50)] * 4
    frame = pd.DataFrame({"c": pd.Series(words, dtype=object)})
    data = Dataset((Table("t", (Column("c", Kind.TEXT),), frame),))
    masked = {"kind": "mask"}
    assert with_roles(data, Policy(backend=masked))["t"]["c"].role is Role.PLAIN
    assert with_roles(data, Policy(backend=masked, limits={"k_rare": 5}))["t"]["c"].role is Role.DIRECT
    assert with_roles(data, Policy())["t"]["c"].role is Role.DIRECT  # what fewer than ten share is never learnt


def test_labels_of_rows_without_a_name_are_keys_or_direct() -> None:
    """The reader calls the first column c1 if it alone has no name; where all are numbered, nothing is said of it."""
    rest = pd.Series([float(3 * n * n) for n in range(40)])
    states = pd.Series([f"{letter}{end}" for letter in "ABCD" for end in "abcdefghij"], dtype=object)
    assert first_of(rest, Kind.INTEGER, "weight") is Role.IDENTIFIER
    assert first_of(rest, Kind.INTEGER, "c2") is Role.PLAIN
    assert first_of(states, Kind.TEXT, "weight") is Role.DIRECT


def first_of(labels: pd.Series, kind: Kind, other: str) -> Role:
    """The role of a column c1 beside one of this name."""
    frame = pd.DataFrame({"c1": labels, other: [float(n % 7) for n in range(len(labels))]})
    table = Table("t", (Column("c1", kind), Column(other, Kind.INTEGER)), frame)
    return with_roles(Dataset((table,)), Policy())["t"]["c1"].role


def test_names_of_places_that_nearly_nobody_shares_are_invented_and_asked() -> None:
    """120 towns in 120 rows: learnt as a class, the column would be empty. Twelve rows each, they are a class."""
    towns = [f"{first} {last}" for first in TOWNS for last in ("Airport", "Harbour", "Station", "Hill")]
    once, shared = pd.Series(towns, dtype=object), pd.Series(towns[:10] * 12, dtype=object)
    frame = pd.DataFrame({"once": once, "shared": shared})
    table = Table("t", (Column("once", Kind.TEXT), Column("shared", Kind.TEXT)), frame)
    found = with_roles(Dataset((table,)), Policy())["t"]
    assert found["once"].role is Role.DIRECT
    assert found["once"].confidence < 0.75
    assert found["shared"].role in (Role.QUASI, Role.PLAIN)


def pairs(given: list[str], family: list[str]) -> dict[str, str | None]:
    frame = pd.DataFrame({"name1": pd.Series(given, dtype=object), "name2": pd.Series(family, dtype=object)})
    columns = tuple(Column(name, Kind.TEXT) for name in frame)
    return {
        c.name: c.entity for c in with_roles(Dataset((Table("players", columns, frame),)), Policy())["players"].columns
    }


def test_given_names_beside_surnames_are_the_parts_of_one_name() -> None:
    words = words_of("en_US")
    given, family = [*words.male[:40], *words.female[:40]], [*words.last_male[:80]]
    assert pairs(given, family) == {"name1": "FIRST_NAME", "name2": "LAST_NAME"}
    assert pairs(family, given) == {"name1": "LAST_NAME", "name2": "FIRST_NAME"}


def test_two_columns_of_given_names_are_no_parts_of_one_name() -> None:
    words = words_of("en_US")
    given = [*words.male[:40], *words.female[:40]]
    assert set(pairs(given, given[1:] + given[:1]).values()) != {"FIRST_NAME", "LAST_NAME"}
