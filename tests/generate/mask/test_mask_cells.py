"""Each step of one column: what holds for all of them."""

from __future__ import annotations

import pickle
from typing import Any, get_args

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from masked_rows import column, learnt, renamed, seeds_of

from privsynth.dataset import Kind, Role
from privsynth.mask_steps import (
    Blur,
    Bucket,
    Drop,
    Encrypt,
    Generalise,
    Invent,
    KAnonymise,
    Keep,
    Microaggregate,
    Noise,
    Null,
    Partial,
    Redact,
    Relocate,
    Rewrite,
    Scrub,
    Shift,
    Shuffle,
    Step,
    Substitute,
    Token,
    TopBottom,
)

NUMBERS, DATES, WORDS = (Kind.NUMBER, Kind.INTEGER, Kind.TIME, Kind.DURATION), (Kind.DATE,), (Kind.TEXT, Kind.CATEGORY)
STEPS: list[tuple[Step, tuple[Kind, ...]]] = [
    *((step, (*NUMBERS, *DATES, *WORDS)) for step in (Keep(), Blur(), Null(), Redact(), Partial(last=1), Shuffle())),
    *((step, (*NUMBERS, *DATES)) for step in (TopBottom(), Microaggregate(size=3))),
    *((step, NUMBERS) for step in (Noise(), Bucket(count=3), Bucket(edges=[0, 10]), Generalise(width=5))),
    *((step, DATES) for step in (Shift(days=9), Generalise(to="quarter"))),
    *((step, WORDS) for step in (Generalise(prefix=1), Generalise(hierarchy={"a": ["b"]}), Scrub())),
]
CASES = [(step, kind) for step, kinds in STEPS for kind in kinds]
ELSEWHERE = (Drop, Token, Encrypt, Substitute, Invent, KAnonymise, Rewrite)
OF_TWO_COLUMNS = (Relocate,)  # test_relocate.py


def values_of(kind: Kind, numbers: list[int | None]) -> list[Any]:
    if kind.is_numeric:
        return list(numbers)
    if kind is Kind.DATE:
        return [None if n is None else str(np.datetime64("2020-01-01") + n) for n in numbers]
    return [None if n is None else f"w{n}" for n in numbers]


@pytest.mark.parametrize(("step", "kind"), CASES, ids=lambda part: getattr(part, "do", str(part)))
@settings(max_examples=20)
@given(
    numbers=st.lists(st.one_of(st.none(), st.integers(-20, 20)), max_size=15),
    others=st.lists(st.one_of(st.none(), st.integers(-99, 99)), max_size=5),
)
def test_missing_stays_missing_and_rows_that_were_not_seen_are_masked_too(
    step: Step, kind: Kind, numbers: list[int | None], others: list[int | None]
) -> None:
    table = column(kind, values_of(kind, numbers), role=Role.FREE_TEXT if isinstance(step, Scrub) else Role.PLAIN)
    fitted = learnt(table, step)
    assert fitted.column.name == "x"
    for rows, count in ((table, len(numbers)), (renamed(table, column(kind, values_of(kind, others))), len(others))):
        made, again = (fitted.apply(rows, seeds_of(range(count))) for _ in range(2))
        assert made.dtype.kind == (
            "f" if fitted.column.kind.is_numeric else "M" if fitted.column.kind is Kind.DATE else "O"
        )
        assert pd.isna(made)[pd.isna(rows.values("x"))].all()
        assert [str(v) for v in made] == [str(v) for v in again]
        assert all(v is None or isinstance(v, str) for v in made if made.dtype.kind == "O")


@pytest.mark.parametrize(("step", "kind"), CASES, ids=lambda part: getattr(part, "do", str(part)))
def test_what_was_learnt_can_be_kept_and_brought_back(step: Step, kind: Kind) -> None:
    table = column(kind, values_of(kind, [1, 2, 2, 3, 9, None]))
    fitted = learnt(table, step)
    back = pickle.loads(pickle.dumps(fitted))  # noqa: S301  our own bytes, of this test
    assert [str(v) for v in back.apply(table, seeds_of(range(6)))] == [
        str(v) for v in fitted.apply(table, seeds_of(range(6)))
    ]


@pytest.mark.parametrize("step", ELSEWHERE)
def test_steps_of_several_columns_are_learnt_elsewhere(step: type[Step]) -> None:
    with pytest.raises(ValueError, match="needs more than its own column"):
        learnt(column(Kind.TEXT, ["a"]), step())


def test_every_step_is_here_or_elsewhere() -> None:
    assert {type(step) for step, _ in STEPS} | {*ELSEWHERE, *OF_TWO_COLUMNS} == set(get_args(Step))
