"""The schema gate, each check on data made to fail it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from conftest import frame
from honest import draft, honest, people, source

from privsynth.dataset import Column, Dataset, Kind, Relation, Role, Table
from privsynth.emit import serialise
from privsynth.gate.schema import Schema
from privsynth.policy import Policy
from privsynth.release import Draft
from privsynth.source import Source
from privsynth.verdict import Finding

TRAIN, HONEST = people(600, 1), honest(500, 3)
MODEL, MASK = Policy(backend="model"), Policy(backend="mask")


def judged(made: Draft, policy: Policy = MODEL, real: Source | None = None) -> list[Finding]:
    return Schema(policy).measure(made, real or source(TRAIN, people(100, 2)))


def failures(found: list[Finding]) -> list[str]:
    return [finding.what for finding in found if not finding.passed]


def spoilt(change: Callable[[pd.DataFrame], pd.DataFrame]) -> Table:
    return replace(HONEST, frame=change(HONEST.frame.copy()))


def test_an_honest_draft_passes() -> None:
    assert failures(judged(draft(HONEST))) == []


def test_a_column_that_nobody_declared_fails() -> None:
    made = Table(
        "people", (*HONEST.columns, Column("index", Kind.INTEGER)), HONEST.frame.assign(index=np.arange(500.0))
    )
    found = judged(draft(made))
    assert failures(found) == ["columns that are missing, extra or out of order"]
    assert found[1].where == ("people.index",)


def test_a_missing_column_and_another_order_fail() -> None:
    fewer = Table("people", HONEST.columns[1:], HONEST.frame.iloc[:, 1:])
    turned = Table("people", HONEST.columns[::-1], HONEST.frame.iloc[:, ::-1])
    for made in (fewer, turned):
        assert "columns that are missing, extra or out of order" in failures(judged(draft(made)))


def test_an_extra_table_and_a_missing_one_fail() -> None:
    more = Dataset((HONEST, replace(HONEST, name="more")))
    assert "tables that are missing, extra or doubled" in failures(judged(Draft(more, serialise(more), 500)))
    other = Dataset((replace(HONEST, name="other"),))
    assert "tables that are missing, extra or doubled" in failures(judged(Draft(other, serialise(other), 500)))


def test_another_number_of_rows_than_asked_fails() -> None:
    assert failures(judged(draft(HONEST, rows=501))) == ["rows more or fewer than asked"]
    assert failures(judged(replace(draft(HONEST), rows=None))) == []


def test_infinite_numbers_and_broken_integers_fail() -> None:
    assert "columns with infinite numbers" in failures(
        judged(draft(spoilt(lambda f: f.assign(income=np.where(f.index == 3, np.inf, f["income"])))))
    )
    assert "integer columns with fractions" in failures(judged(draft(spoilt(lambda f: f.assign(age=f["age"] + 0.5)))))


def test_only_backends_that_keep_people_may_turn_values_into_words() -> None:
    ranges = pd.Series([f"{int(a // 10) * 10}-{int(a // 10) * 10 + 9}" for a in HONEST.frame["age"]], dtype=object)
    made = replace(
        HONEST.with_columns(replace(HONEST["age"], kind=Kind.CATEGORY)), frame=HONEST.frame.assign(age=ranges)
    )
    assert "columns of another kind than declared" in failures(judged(draft(made)))
    linked = replace(made, origin=np.random.default_rng(1).permutation(500))
    assert failures(judged(draft(linked), MASK)) == []


def test_values_that_are_not_of_their_kind_fail() -> None:
    made = replace(HONEST, frame=HONEST.frame.assign(sex=pd.Series([1, 2] * 250, dtype=object)))
    assert "columns whose values are not of their kind" in failures(
        judged(Draft(Dataset((made,)), {"people.csv": b""}, 500))
    )


def test_an_integer_column_of_words_fails() -> None:
    made = replace(HONEST, frame=HONEST.frame.assign(age=pd.Series(["old"] * 500, dtype=object)))
    assert failures(judged(draft(made))) == ["columns whose values are not of their kind"]


def test_a_key_that_repeats_fails() -> None:
    made = spoilt(lambda f: f.assign(key=["K1", "K1", *f["key"][2:]]))
    found = judged(draft(made))
    assert failures(found) == ["rows whose key repeats another row's"]


def family(child_keys: list[str], kind: Kind = Kind.TEXT) -> Dataset:
    parent = Table("parent", (Column("id", Kind.TEXT, role=Role.IDENTIFIER),), frame(id=["a", "b", "c"]))
    child = Table(
        "child",
        (Column("parent_id", kind, role=Role.IDENTIFIER), Column("n", Kind.INTEGER)),
        frame(parent_id=child_keys, n=[1] * len(child_keys)),
    )
    return Dataset((parent, child), (Relation("parent", "id", "child", "parent_id"),))


def of(data: Dataset) -> Source:
    return Source(data, Dataset(()), source(TRAIN, None).statistics)


def test_a_reference_to_no_row_fails_unless_the_source_has_as_many() -> None:
    whole, torn = family(["a", "b", "b", "c"]), family(["a", "b", "b", "x"])
    lost = "rows of child that refer to no row of parent"
    assert failures(judged(Draft(whole, serialise(whole), 3), real=of(whole))) == []
    assert failures(judged(Draft(torn, serialise(torn), 3), real=of(whole))) == [lost]
    assert failures(judged(Draft(torn, serialise(torn), 3), real=of(torn))) == []


def test_a_relation_that_was_lost_fails() -> None:
    whole = family(["a", "b"])
    unrelated = replace(whole, relations=())
    assert "relations of the source that the draft does not know" in failures(
        judged(Draft(unrelated, serialise(unrelated), 3), real=of(whole))
    )


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (lambda raw: raw.replace(b"key,", b"keys,", 1), "columns of the file that are not the table's (people)"),
        (lambda raw: raw[: raw.rindex(b"\n", 0, -1) + 1], "rows of the file more or fewer than the table's (people)"),
        (lambda raw: raw + b"one,more\n", "rows of the file more or fewer than the table's (people)"),
        (lambda raw: raw.replace(b",yes,", b",no,", 1), "cells of the file that are not the table's (people)"),
    ],
)
def test_bytes_that_say_something_else_than_the_table_fail(spoil: Callable[[bytes], bytes], what: str) -> None:
    files = {name: spoil(raw) for name, raw in serialise(Dataset((HONEST,))).items()}
    assert what in failures(judged(Draft(Dataset((HONEST,)), files, 500)))


def test_a_second_file_fails() -> None:
    files = {**serialise(Dataset((HONEST,))), "notes.txt": b"row 1 is ..."}
    assert failures(judged(Draft(Dataset((HONEST,)), files, 500))) == ["files that no table asks for"]
    assert "files that no table asks for" in failures(judged(Draft(Dataset((HONEST,)), {}, 500)))


FORMULAS = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\tx", "\r=1", "＝1"]  # noqa: RUF001 full-width letters are meant


def test_formulas_are_guarded_by_the_writer_and_found_where_they_are_not() -> None:
    made = Table("t", (Column("w", Kind.TEXT),), frame(w=[*FORMULAS, "-12.5", "+1,234", "plain", None]))
    real = Source(Dataset((made,)), Dataset(()), source(TRAIN, None).statistics)
    assert failures(judged(draft(made), real=real)) == []
    raw = ("w\n" + "\n".join(f'"{text}"' for text in made.frame["w"][:-1]) + '\n""\n').encode()
    found = judged(Draft(Dataset((made,)), {"t.csv": raw}, 11), real=real)
    assert failures(found) == ["distinct cells that a spreadsheet would run as a formula (t)"]
    assert found[-1].measured == len(FORMULAS)


ORDER = "rank correlation with the order of the source (people)"


def test_the_order_of_the_source_is_found() -> None:
    assert ORDER in failures(judged(draft(TRAIN)))
    shuffled = TRAIN.take(np.random.default_rng(1).permutation(600))
    assert failures(judged(draft(shuffled))) == []


def test_rows_of_keys_alone_have_no_order_to_compare() -> None:
    def keys(table: Table) -> Table:
        return Table("people", (table["key"],), table.frame[["key"]])

    assert failures(judged(draft(keys(HONEST)), real=source(keys(TRAIN), None))) == []


def test_a_mask_in_the_order_of_the_source_is_found_by_its_link() -> None:
    kept = replace(TRAIN, origin=np.arange(600))
    assert ORDER in failures(judged(draft(kept), MASK))
    turned = replace(TRAIN.take(np.arange(599, -1, -1)), origin=np.arange(599, -1, -1))
    assert ORDER in failures(judged(draft(turned), MASK))
    lying = replace(kept, origin=np.random.default_rng(2).permutation(600))
    assert ORDER in failures(judged(draft(lying), MASK))
    shuffled = np.random.default_rng(1).permutation(600)
    assert failures(judged(draft(replace(TRAIN.take(shuffled), origin=shuffled)), MASK)) == []


def test_without_a_source_the_draft_is_held_to_its_own_declaration() -> None:
    nothing = Dataset(())
    assert (
        failures(
            judged(draft(HONEST), Policy(backend="rules"), Source(nothing, nothing, source(TRAIN, None).statistics))
        )
        == []
    )
