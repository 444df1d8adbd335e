"""Two people who became one, on rows made to show it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from honest import draft, source

from privsynth.dataset import Column, Dataset, Kind, Role, Table
from privsynth.describe.masking import with_steps
from privsynth.gate.evidence.apart import keys_apart
from privsynth.mask_steps import Invent, Redact, Token
from privsynth.policy import Policy
from privsynth.verdict import Finding

COLUMNS = (Column("patient", Kind.TEXT, role=Role.DIRECT, entity="MRN"), Column("weight", Kind.INTEGER))
REAL = Table(
    "visits",
    COLUMNS,
    pd.DataFrame({"patient": ["P1", "P1", "P2", "P2", "P3"], "weight": [60.0, 61.0, 70.0, 71.0, 80.0]}).astype(
        {"patient": object}
    ),
    person="patient",
)


def judged(*shown: str | None, real: Table = REAL) -> list[Finding]:
    """`shown`: the masked keys of rows 4, 3, 2, 1, 0 of the source."""
    frame = pd.DataFrame({"patient": pd.Series(shown, dtype=object), "weight": REAL.frame["weight"].to_numpy()[::-1]})
    made = replace(REAL, frame=frame, origin=np.arange(5)[::-1])
    return list(keys_apart(draft(made), source(real, None)))


def test_a_key_for_a_key_is_none_too_few() -> None:
    (found,) = judged("C", "B", "B", "A", "A")
    assert (found.measured, found.limit, found.n, found.passed) == (0, 0, 3, True)


def test_two_people_with_one_key_are_found() -> None:
    (found,) = judged("A", "B", "B", "A", "A")
    assert (found.measured, found.passed) == (1, False)
    assert "3 different values before, 2 after; 1 became another's, 0 fell" in found.note
    assert "mask: token" in found.remedy


def test_a_person_with_two_keys_is_found() -> None:
    (found,) = judged("C", "B", "D", "A", "A")
    assert found.measured == 1
    assert "1 fell into more than one" in found.note


def test_rows_without_a_key_are_nobodys() -> None:
    assert judged(None, "B", "B", "A", "A")[0].measured == 0


@pytest.mark.parametrize(("step", "is_judged"), [(Invent(), True), (Token(), True), (Redact(), False)])
def test_a_column_that_the_plan_takes_the_key_out_of_is_no_key(step: Invent | Token | Redact, is_judged: bool) -> None:
    real = REAL.with_columns(replace(REAL["patient"], step=step), REAL["weight"])
    assert bool(judged("*", "*", "*", "*", "*", real=real)) is is_judged


@pytest.mark.parametrize("profile", ["internal", "gdpr-strict"])
def test_the_column_that_says_whose_rows_they_are_is_masked_one_to_one_under_every_profile(profile: str) -> None:
    planned = with_steps(Dataset((REAL,)), Policy.model_validate({"backend": "mask", "profile": profile}))
    assert planned.root["patient"].step == Token()
    written = {"visits": {"columns": {"patient": {"mask": "token"}, "weight": {"mask": "blur"}}}}
    again = Policy.model_validate({"backend": "mask", "profile": profile, "tables": written})
    assert with_steps(Dataset((REAL,)), again).root["patient"].step == Token()
