"""What the gate makes of what its models found: only an excess beyond chance counts, beside the control."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from honest import draft, honest, people, source

from privsynth.dataset import Role, Table
from privsynth.gate import attribute
from privsynth.gate.attribute import Attribute
from privsynth.measure.attacks.disclosure import Disclosed, Excess, combinations
from privsynth.policy import Policy
from privsynth.verdict import Finding

REAL = source(people(60, 1), people(60, 2))
MADE = honest(60, 3)


def told(
    monkeypatch: pytest.MonkeyPatch,
    excess: Excess | None,
    *,
    made: Table = MADE,
    known: tuple[Disclosed | None, Disclosed | None] = (None, None),
) -> list[Finding]:
    """The findings where the models found this, and the counts were these on both sides."""
    counted, told = iter(known), iter(known)
    monkeypatch.setattr(attribute, "largest_excess", lambda *_, **__: excess)
    monkeypatch.setattr(attribute, "guessing", lambda *_, **__: {})
    monkeypatch.setattr(attribute, "combinations", lambda *of: combinations(*of) if next(counted) else None)
    monkeypatch.setattr(attribute, "disclosed", lambda *_: next(told))
    return Attribute(Policy(backend="model")).measure(draft(made), REAL)


def test_an_excess_beyond_chance_is_held_against_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    (found,) = told(monkeypatch, Excess(model="trees", train=0.8, control=0.5, of_train=1_000, of_control=900))
    assert found.measured == pytest.approx(0.3)
    assert (found.limit, found.baseline, found.n, found.passed) == (0.1, 0.5, 1_000, False)
    assert found.interval is not None
    assert found.interval[0] > 0.2
    assert found.where == ("age", "sex", "town")
    assert "chance" not in found.note


@pytest.mark.parametrize("train", [0.52, 0.50, 0.2])
def test_what_chance_explains_is_no_excess(train: float, monkeypatch: pytest.MonkeyPatch) -> None:
    (found,) = told(monkeypatch, Excess(model="trees", train=train, control=0.5, of_train=50, of_control=50))
    assert (found.measured, found.passed) == (0.0, True)
    assert "chance explains" in found.note


def test_a_single_value_teaches_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    (found,) = told(monkeypatch, None)
    assert (found.measured, found.limit, found.passed) == (0.0, 0.1, True)
    assert "nothing to learn" in found.note


def test_what_is_described_is_reported_beside_the_hold_out(monkeypatch: pytest.MonkeyPatch) -> None:
    found = told(monkeypatch, None, known=(Disclosed(0.4, 0.3, 0.2), Disclosed(0.35, 0.3, 0.1)))
    assert [(each.measured, each.baseline, each.limit, each.n) for each in found[1:]] == [
        (0.4, 0.35, None, 60),
        (0.2, 0.1, None, 60),
    ]


@pytest.mark.parametrize("known", [(None, Disclosed(0.35, 0.3, 0.1)), (Disclosed(0.4, 0.3, 0.2), None)])
def test_without_a_control_nothing_is_described(
    known: tuple[Disclosed | None, Disclosed | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(told(monkeypatch, None, known=known)) == 1


def test_a_secret_that_the_draft_lacks_is_not_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    bare = replace(
        MADE, columns=tuple(c for c in MADE.columns if c.name != "income"), frame=MADE.frame.drop(columns="income")
    )
    (found,) = told(
        monkeypatch, Excess(model="trees", train=0.8, control=0.5, of_train=1_000, of_control=900), made=bare
    )
    assert (found.what, found.measured, found.limit) == ("no sensitive column could be attacked", 1, None)
    assert found.empty
    assert "no sensitive column is in the draft" in found.note


def test_a_secret_beside_which_nothing_is_known_is_not_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    def alone(table: Table) -> Table:
        return Table(table.name, (table["income"],), pd.DataFrame({"income": table.frame["income"]}))

    monkeypatch.setattr(
        attribute,
        "largest_excess",
        lambda *_, **__: Excess(model="trees", train=0.8, control=0.5, of_train=1_000, of_control=900),
    )
    (found,) = Attribute(Policy(backend="model")).measure(
        draft(alone(MADE)), source(alone(people(60, 1)), alone(people(60, 2)))
    )
    assert found.what == "no sensitive column could be attacked"


def test_each_secret_is_guessed_and_the_proof_is_asked_for_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    two = [table.with_columns(replace(table["debt"], role=Role.SENSITIVE)) for table in (people(60, 1), people(60, 2))]
    asked: list[int] = []

    def excess(*_: object, secrets: int, **__: object) -> None:
        asked.append(secrets)

    monkeypatch.setattr(attribute, "largest_excess", excess)
    monkeypatch.setattr(attribute, "combinations", lambda *_: None)
    found = Attribute(Policy(backend="model")).measure(draft(MADE), source(*two))
    assert [each.what.split()[1] for each in found] == ["income", "debt"]
    assert asked == [2, 2]
    assert np.all([each.limit == 0.1 for each in found])
