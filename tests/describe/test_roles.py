"""Roles proposed or declared, and whose rows they are."""

from __future__ import annotations

import pandas as pd
import pytest

from privsynth.dataset import Column, Dataset, Kind, Role, Table
from privsynth.describe.roles import with_roles
from privsynth.errors import PolicyError
from privsynth.policy import Policy


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
    described = with_roles(Dataset((table,)), Policy())["visits"]
    assert described.person == "patient_id"
    assert (described["own"].role, described["common"].role) == (Role.DIRECT, Role.PLAIN)


def test_how_many_people_must_share_a_value_is_the_policys() -> None:
    words = [f"likes it {chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(50)] * 4
    frame = pd.DataFrame({"c": pd.Series(words, dtype=object)})
    data = Dataset((Table("t", (Column("c", Kind.TEXT),), frame),))
    assert with_roles(data, Policy())["t"]["c"].role is Role.PLAIN
    assert with_roles(data, Policy(limits={"k_rare": 5}))["t"]["c"].role is Role.DIRECT
