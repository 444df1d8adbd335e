"""Each column's statement: what was done, what survives, who can turn it back, what can be joined."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pandas as pd
import pytest
from shop import shop

from privsynth.dataset import Column, Dataset, Kind, Role, Table
from privsynth.generate.mask.statements import _statement, changes, statements
from privsynth.generate.mask.work import planned
from privsynth.keyring import Keyring
from privsynth.mask_steps import Blur, Drop, Encrypt, Invent, KAnonymise, Partial, Shift, Step, Substitute, Token
from privsynth.options import MaskOptions

KEPT = Keyring(bytes(range(32)), "0123456789abcdef")
GONE = Keyring.ephemeral()
COLUMN = Column("x", Kind.TEXT, role=Role.IDENTIFIER)


def made(step: type) -> Step:
    return (
        Partial(last=2)
        if step is Partial
        else step.model_construct(do=step.model_fields["do"].default)
        if step.__name__ in ("Generalise", "Relocate")
        else step()
    )  # type: ignore[attr-defined,no-any-return]


@pytest.mark.parametrize("ring", [KEPT, GONE], ids=["kept", "gone"])
@pytest.mark.parametrize("step", [step for step in get_args(Step) if step is not Drop], ids=lambda step: step.__name__)
def test_every_step_says_four_things(step: type, ring: Keyring) -> None:
    assert all(len(part) > 1 for part in _statement(COLUMN, made(step), ring))


@pytest.mark.parametrize(
    "step", [Token(), Token(shape="opaque"), Encrypt(), Substitute(), Invent(), Shift()], ids=lambda step: step.do
)
def test_what_a_kept_key_can_turn_back_or_confirm_is_pseudonymised_and_named_by_the_key(step: Step) -> None:
    _, _, reversible, linkable = _statement(COLUMN, step, KEPT)
    assert "pseudonymised, still personal data" in reversible
    assert "0123456789abcdef" in reversible
    assert step.do == "shift" or "0123456789abcdef" in linkable


@pytest.mark.parametrize("step", [Token(), Substitute(), Invent()], ids=lambda step: step.do)
def test_without_a_kept_key_nothing_is_reversible_or_linkable_beyond_the_run(step: Step) -> None:
    _, _, reversible, linkable = _statement(COLUMN, step, GONE)
    assert reversible == "no: the key was destroyed with the run"
    assert linkable == "inside this run only"


def blurred(values: list[float], people: int = 30) -> dict[str, str]:
    """What is said of a column of numbers that the mask kept."""
    frame = pd.DataFrame({"weight": np.array(values, dtype="float64")})
    table = Table("visits", (Column("weight", Kind.NUMBER, step=Blur()),), frame)
    assert len(frame) == people
    data = Dataset((table,))
    return statements(data, GONE, changes(data, {"visits": table}))["visits"]["weight"]


def test_numbers_that_one_person_alone_has_are_said_to_be_kept_with_their_share() -> None:
    said = blurred([50.0] * 3 + [60.25 + step for step in range(27)])
    assert said["treatment"].endswith("90 % of the values are left with one person alone")
    assert said["survives"] == (
        "yes, between the ends, however few people share it: most of the values are one person's alone"
    )
    assert not any("rare" in sentence for sentence in said.values())
    assert blurred([50.0] * 15 + [60.0] * 15)["treatment"].endswith(
        "; 0 % of the values are left with one person alone"
    )


@pytest.mark.parametrize("step", [Blur(), KAnonymise(), Partial(last=2), Encrypt()], ids=lambda step: step.do)
def test_where_figures_may_not_be_told_the_treatment_is_said_without_one(step: Step) -> None:
    column = Column("x", Kind.NUMBER if step == Blur() else Kind.TEXT, step=step)
    data = Dataset((Table("visits", (column,), pd.DataFrame({"x": np.arange(3.0)})),))
    said = statements(data, KEPT)["visits"]["x"]["in_words"]
    assert len(said) > 10
    assert not any(sign.isdigit() for sign in said)


def test_a_dropped_column_has_no_statement_and_all_others_have_one() -> None:
    data = planned(shop(20), MaskOptions())
    first = data["customers"]
    data = data.replace_tables(first.with_columns(Column("email", Kind.TEXT, role=Role.DIRECT, step=Drop())))
    said = statements(data, KEPT)
    assert set(said["customers"]) == {column.name for column in first.columns} - {"email"}
    assert set(said["orders"]) == {column.name for column in data["orders"].columns}
