"""What was made coarser must not come back from a column beside it: towns and their codes, worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from honest import source

from privsynth.dataset import Column, Dataset, Kind, Role, Table
from privsynth.gate.classical import Classical
from privsynth.generate.mask import Mask
from privsynth.mask_steps import Blur, KAnonymise, Keep
from privsynth.measure.given_back import deciders, given_back
from privsynth.options import MaskOptions
from privsynth.policy import Policy
from privsynth.recipe import Recipe
from privsynth.release import Draft

TOWNS = ["Ahorn"] * 40 + ["Brand"] * 40 + ["Calau"] * 2 + ["Dolle"] * 2


def towns(code: type = Blur) -> Table:
    """A code for each town, a number that nearly everybody has alone, and an answer that says nothing."""
    frame = pd.DataFrame({"town": TOWNS}, dtype=object)
    numbers = {"Ahorn": 11.0, "Brand": 25.0, "Calau": 37.0, "Dolle": 42.0}
    frame["code"] = frame["town"].map(numbers).astype(float)
    frame["own"] = np.arange(len(frame)) * 3.0
    frame["answer"] = ["yes", "no"] * (len(frame) // 2)
    columns = (
        Column("town", Kind.CATEGORY, role=Role.QUASI, step=KAnonymise()),
        Column("code", Kind.INTEGER, step=code()),
        Column("own", Kind.INTEGER, step=Blur()),
        Column("answer", Kind.CATEGORY, step=Blur()),
    )
    return Table("people", columns, frame)


def masked(table: Table) -> tuple[Table, Mask]:
    mask = Mask(MaskOptions(k=5), Policy(backend="mask").limits)
    mask.fit(Dataset((table,)), source(table, None).statistics, np.random.default_rng(0))
    return mask.sample(None, np.random.default_rng(0)).root, mask


def test_a_code_of_the_towns_decides_them_and_a_number_of_ones_own_proves_nothing() -> None:
    table, people = towns(), np.arange(len(TOWNS))
    assert deciders(table, people, ["town"], ["code", "own", "answer"]) == ["code"]
    assert deciders(table, np.zeros(len(TOWNS)), ["town"], ["code"]) == []  # the rows of one person


def test_what_says_the_same_as_a_column_in_groups_goes_into_the_groups_with_it() -> None:
    made, mask = masked(towns())
    assert isinstance(made["code"].step, KAnonymise)
    assert not {"37", "42"} & set(made.text("code"))
    assert not list(given_back(towns(), made, np.arange(len(TOWNS))))
    said = mask.recipe.columns["people"]
    assert said["code"]["treatment"].startswith("made coarser")
    assert said["answer"]["treatment"].startswith("kept as it is")
    assert said["answer"]["survives"] == "yes, where enough people share it"


def test_a_code_that_the_policy_keeps_is_refused_by_name() -> None:
    table = towns(Keep)
    made, _ = masked(table)
    (back,) = given_back(table, made, np.arange(len(TOWNS)))
    assert (back.column, back.by, back.rows, back.coarsened) == ("town", "code", 4, 4)
    gate = Classical(Policy(backend="mask"))
    draft = Draft(Dataset((made,)), files={}, recipe=Recipe(backend="mask"))
    found = next(each for each in gate.measure(draft, source(table, None)) if each.key == "given_back")
    assert (found.measured, found.passed, found.where) == (1.0, False, ("code",))
    assert "town was made coarser, and code" in found.note


def test_a_column_that_went_out_otherwise_gives_nothing_back() -> None:
    table = towns(Keep)
    made, _ = masked(table)
    moved = replace(made, frame=made.frame.assign(code=made.frame["code"] + 1.0))
    assert [each.rows for each in given_back(table, moved, np.arange(len(TOWNS)))] == [0]
