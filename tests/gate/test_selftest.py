"""The self-test's own parts: what it plants, what it makes of what was seen, and that a small table is no error."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from honest import draft, honest, people, source

from privsynth.dataset import Column, Dataset, Kind, Table
from privsynth.gate import selftest
from privsynth.gate.evidence.scope import learnt_columns
from privsynth.gate.evidence.sides import sides_of
from privsynth.gate.selftest import SelfTest, _alone, _told, planted
from privsynth.measure.attacks.attack import Attacked
from privsynth.policy import Policy
from privsynth.source import Source
from privsynth.verdict import Status, Verdict

TRAIN, MADE = people(100, 1), honest(40, 3)
MODEL = Policy(backend="model")


def rng() -> np.random.Generator:
    return np.random.default_rng(1)


@pytest.mark.parametrize(("share", "rows"), [(0.001, 1), (0.05, 5), (0.5, 50)])
def test_a_share_of_the_training_rows_is_laid_beside_the_drafts_own_once_each(share: float, rows: int) -> None:
    leaky = planted(replace(MADE, origin=np.arange(40)), TRAIN, share, rng())
    assert leaky.origin is None
    assert len(leaky) == 40 + rows
    assert leaky.frame.iloc[:40].equals(MADE.frame)
    keys = leaky.frame["key"].iloc[40:]
    assert set(keys) <= set(TRAIN.frame["key"])
    assert keys.is_unique


def test_rows_that_nobody_equals_are_counted() -> None:
    assert _alone(TRAIN, ["key"]) == 100
    assert _alone(TRAIN, ["sex"]) == 0
    assert _alone(TRAIN, ["sex", "key"]) == 100


@pytest.mark.parametrize(("findable", "decides"), [(selftest.TELLING, True), (selftest.TELLING - 1, False)])
def test_an_attack_that_sees_nothing_is_an_error_where_enough_could_be_found(findable: int, decides: bool) -> None:
    blind, seeing = _told("seen", "linking", TRAIN, None, findable), _told("seen", "linking", TRAIN, 0.25, findable)
    assert blind.passed is not decides
    assert blind.limit == (1.0 if decides else None)
    assert ("not even that was seen" in blind.note) is decides
    assert (seeing.measured, seeing.passed, seeing.n) == (0.25, True, 100)


def test_what_could_be_found_is_counted_by_its_name_and_not_as_people() -> None:
    sides = next(sides_of(draft(MADE), source(TRAIN, MADE)))
    told = {found.key: found.note for found in SelfTest(MODEL)._proved(sides, rng())}
    alone = sum(_alone(TRAIN, [name]) for name in learnt_columns(TRAIN, MADE))
    assert alone > len(TRAIN)
    assert told["seen_by_singling_out"].startswith(f"{alone} values, over all columns, that one row alone has, of the ")
    assert told["seen_by_copies"].startswith("100 rows that equal nobody else's of the training rows")
    assert not any("people" in note for note in told.values())


def answers(*codes: int, seed: int, rows: int = 1200) -> Table:
    """Forty questions with two answers each, and a number that each of these few people has for himself."""
    rng = np.random.default_rng(seed)
    asked = {f"q{at}": rng.choice(["yes", "no"], rows) for at in range(40)}
    number = rng.choice(["7", "8", "9"], rows).astype(object)
    number[: len(codes)] = [str(code) for code in codes]
    frame = pd.DataFrame({**asked, "number": number}, dtype=object)
    return Table("people", tuple(Column(name, Kind.CATEGORY) for name in frame), frame)


def test_a_copy_of_a_wide_table_with_few_answers_is_seen_by_what_three_columns_say() -> None:
    """Sixty rare numbers, which strangers have as well: one column tells nothing, three tell all."""
    train, holdout = answers(*range(100, 160), seed=1), answers(*range(100, 160), seed=2)
    made = answers(seed=3)
    found = {each.key: each for each in SelfTest(MODEL).measure(draft(made), source(train, holdout))}
    seen = found["seen_by_singling_out"]
    assert seen.limit == 1.0
    assert seen.passed
    assert "60 values" in seen.note


def test_an_attack_without_power_on_this_table_is_named_and_nothing_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        selftest, "singling_out", lambda *_, **__: (Attacked(0, 10, control_successes=0, control_attacks=10), 0)
    )
    train, holdout = answers(*range(100, 160), seed=1), answers(*range(100, 160), seed=2)
    found = SelfTest(MODEL).measure(draft(answers(seed=3)), source(train, holdout))
    blind = next(each for each in found if each.key == "seen_by_singling_out")
    assert Verdict("selftest", "digest", tuple(found)).status is Status.ERRORED
    assert blind.remedy.startswith("singling out does not see even a full copy of people")
    assert "environment" not in blind.remedy


def test_too_few_rows_are_said_and_left_to_the_other_gates() -> None:
    (only,) = SelfTest(MODEL).measure(draft(MADE), source(people(100, 1), people(49, 2)))
    assert (only.measured, only.limit) == (0, None)
    assert "none has enough rows" in only.note


def test_it_is_done_in_the_table_with_most_held_out_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    def two(small: int, large: int) -> Dataset:
        return Dataset((people(small, 1), replace(people(large, 2), name="large")))

    seen: list[tuple[str, int, int]] = []
    monkeypatch.setattr(
        SelfTest,
        "_proved",
        lambda self, sides, rng: seen.append((sides.train.name, len(sides.train), len(sides.holdout))) or [],
    )
    SelfTest(MODEL).measure(
        replace(draft(MADE), dataset=two(60, 60)), Source(two(80, 90), two(60, 70), source(TRAIN, None).statistics)
    )
    monkeypatch.setattr(selftest, "ROWS", 65)
    SelfTest(MODEL).measure(
        replace(draft(MADE), dataset=two(60, 60)), Source(two(80, 90), two(60, 70), source(TRAIN, None).statistics)
    )
    assert seen == [("large", 90, 70), ("large", 65, 65)]
