"""The plan of masking: proposed from roles, taken from the policy, and refused where it does not fit the data."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from shop import shop

from privsynth.dataset import Column, Dataset, Kind, Role, Table
from privsynth.describe.masking import step_words, with_steps
from privsynth.errors import PolicyError
from privsynth.mask_steps import Blur, Invent, KAnonymise, Null, Partial, Rewrite, Shift, Token
from privsynth.policy import Policy


def planned(data: Dataset, tables: dict[str, Any] | None = None, backend: Any = "mask", **policy: Any) -> Dataset:
    return with_steps(data, Policy(tables=tables or {}, backend=backend, **policy))


def one_table() -> Dataset:
    frame = pd.DataFrame(
        {
            "id": ["a1", "b2"],
            "mail": ["x", "y"],
            "seen": pd.to_datetime(["2020-01-01", "2020-01-02"]).astype("datetime64[us]"),
            "n": [1.0, 2.0],
        }
    )
    columns = (
        Column("id", Kind.TEXT, role=Role.IDENTIFIER),
        Column("mail", Kind.TEXT, role=Role.DIRECT),
        Column("seen", Kind.DATE),
        Column("n", Kind.INTEGER),
    )
    return Dataset((Table("t", columns, frame.astype({"id": object, "mail": object})),))


def plan(**columns: Any) -> dict[str, Any]:
    return {"t": {"columns": {name: {"mask": step} for name, step in columns.items()}}}


def test_roles_propose_the_steps() -> None:
    data = planned(shop(20))
    steps = {column.name: type(column.step) for column in data["customers"].columns}
    assert steps["customer_id"] is Token
    assert steps["email"] is Invent
    assert steps["sex"] is steps["town"] is steps["born"] is KAnonymise
    assert steps["remark"] is Rewrite
    assert steps["joined"] is Shift
    assert steps["segment"] is steps["income"] is Blur
    assert data["orders"]["customer_id"].step == Token()


def test_direct_tokens_are_proposed_where_the_options_say_so() -> None:
    data = planned(one_table(), backend={"kind": "mask", "direct": "token"})
    assert data.root["mail"].step == Token(shape="opaque")


def test_what_the_policy_says_is_taken() -> None:
    data = planned(
        one_table(), plan(id="token", mail={"do": "partial", "last": 3}, seen={"do": "shift", "weekday": True}, n=None)
    )
    assert [column.step for column in data.root.columns] == [Token(), Partial(last=3), Shift(weekday=True), Null()]


def test_a_column_that_the_plan_does_not_name_stops_the_run_by_name_and_count() -> None:
    with pytest.raises(PolicyError, match="does not name 2 of the 4 columns of t: seen, n"):
        planned(one_table(), plan(id="token", mail="drop"))


def test_a_whole_table_that_the_plan_does_not_name_stops_the_run() -> None:
    data = one_table()
    other = replace(data.root, name="u")
    with pytest.raises(PolicyError, match="columns of u: id, mail, seen, n"):
        planned(Dataset((*data.tables, other)), plan(id="token", mail="drop", seen="shift", n="keep"))


def test_a_column_that_is_listed_without_a_step_has_been_seen_and_gets_that_of_its_role() -> None:
    wishes = plan(id="token", mail="drop", seen="shift")
    wishes["t"]["columns"]["n"] = {"role": "plain"}
    assert planned(one_table(), wishes).root["n"].step == Blur()


def test_unlisted_columns_may_be_proposed_where_somebody_asks_for_that() -> None:
    data = planned(one_table(), plan(mail="drop"), backend={"kind": "mask", "unlisted": "propose"})
    assert data.root["id"].step == Token()


def test_a_policy_without_steps_is_no_plan() -> None:
    assert planned(one_table(), {"t": {"columns": {"n": {"role": "plain"}}}}).root["mail"].step == Invent()


def test_another_backend_says_that_it_does_not_use_the_plan() -> None:
    data = planned(one_table(), plan(mail="drop"), backend="model")
    assert data.root["mail"].step is None
    assert any("steps of masking for 1 columns" in note for note in data.notes)


@pytest.mark.parametrize(
    ("column", "step", "why"),
    [
        ("n", "shift", "shift moves dates"),
        ("seen", "token", "not possible for a date"),
        ("seen", "rewrite", "for sentences"),
        ("mail", "encrypt", "needs a key that is kept"),
        ("n", {"do": "shuffle", "within": ["nobody"]}, "no such other column"),
        ("n", {"do": "shuffle", "within": ["n"]}, "no such other column"),
    ],
)
def test_steps_that_do_not_fit_a_column_are_refused(column: str, step: Any, why: str) -> None:
    wishes = plan(id="token", mail="drop", seen="shift", n="keep") | {}
    wishes["t"]["columns"][column] = {"mask": step}
    with pytest.raises(PolicyError, match=why) as caught:
        planned(one_table(), wishes)
    assert caught.value.column == column


def test_a_key_between_tables_keeps_its_joins() -> None:
    listed: dict[str, Any] = {table.name: {"columns": {c.name: {} for c in table.columns}} for table in shop(20)}
    listed["orders"]["columns"]["customer_id"] = {"mask": "redact"}
    with pytest.raises(PolicyError, match="would break the joins"):
        planned(shop(20), listed)
    listed["orders"]["columns"]["customer_id"] = {"mask": {"do": "token", "shape": "opaque"}}
    with pytest.raises(PolicyError, match="both need the same step"):
        planned(shop(20), listed)
    listed["customers"]["columns"]["customer_id"] = {"mask": {"do": "token", "shape": "opaque"}}
    assert planned(shop(20), listed)["orders"]["customer_id"].step == Token(shape="opaque")


@pytest.mark.parametrize("step", ["token", "substitute"])
def test_strict_profiles_allow_nothing_that_keeps_people_equal(step: str) -> None:
    wishes = plan(id="token", mail=step, seen="shift", n="keep")
    with pytest.raises(PolicyError, match="keeps equal values of people equal"):
        planned(one_table(), wishes, profile="gdpr-strict")
    assert planned(one_table(), wishes).root["mail"].step is not None


def test_groups_of_k_make_a_column_a_quasi_identifier() -> None:
    data = planned(one_table(), plan(id="token", mail="drop", seen="shift", n="k_anonymise"))
    assert data.root["n"].role is Role.QUASI


def test_a_step_is_spelt_as_the_policy_reads_it() -> None:
    assert step_words(Token()) == "token"
    assert step_words(Partial(last=4)) == "{ do: partial, last: 4 }"
    from privsynth.plainyaml import parse_yaml

    read = parse_yaml(f"mask: {step_words(Partial(first=1, mark='#'))}", "test")
    again = planned(one_table(), plan(id="token", mail=read["mask"], seen="shift", n="keep"))
    assert again.root["mail"].step == Partial(first=1, mark="#")
    assert np.array_equal(again.root.frame["n"], one_table().root.frame["n"])
