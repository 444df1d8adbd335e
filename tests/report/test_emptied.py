"""A column that lost its values is named before the rows are used."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from privsynth.dataset import Column, Dataset, Kind, Table
from privsynth.mask_steps import Null
from privsynth.report.emptied import emptied


def table(**columns: list[str | None]) -> Dataset:
    frame = pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in columns.items()})
    return Dataset((Table("t", tuple(Column(name, Kind.TEXT) for name in frame), frame),))


def test_a_column_without_values_is_named_if_the_source_had_them() -> None:
    source = table(a=["wuff"] * 20, b=[None] * 20, c=["wuff"] * 20, d=["wuff"] * 4 + [None] * 16)
    draft = table(a=[None] * 20, b=[None] * 20, c=["miau"] * 2 + [None] * 18, d=[None] * 20)
    (sentence,) = emptied(draft, source)
    assert sentence.startswith("t: column a came out empty, or nearly so")
    assert "wuff" not in sentence


def test_several_are_one_sentence_and_none_is_none() -> None:
    source, draft = table(a=["wuff"] * 20, b=["wuff"] * 20), table(a=[None] * 20, b=[None] * 20)
    (sentence,) = emptied(draft, source)
    assert "columns a, b came out empty" in sentence
    assert emptied(source, source) == []
    assert emptied(draft, draft) == []


def test_a_draft_without_rows_or_with_few_lost_nothing() -> None:
    source = table(a=["wuff"] * 20)
    assert emptied(table(a=[]), source) == []
    assert emptied(table(a=[None] * 9), source) == []


def test_what_was_to_be_emptied_is_no_loss() -> None:
    (asked,) = table(a=["wuff"] * 20)
    source = Dataset((asked.with_columns(replace(asked["a"], step=Null())),))
    assert emptied(table(a=[None] * 20), source) == []
