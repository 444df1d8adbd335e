"""Ties that are too weak to be judged one by one, and are all weakened."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from honest import draft, source, with_frame

from privsynth.dataset import Column, Kind, Role, Table
from privsynth.gate.evidence.kept import kept_findings
from privsynth.measure.fidelity import compare
from privsynth.measure.fidelity.all_pairs import all_pairs_kept
from privsynth.measure.fidelity.kept import Kept
from privsynth.measure.fidelity.sides import ThreeSides, sides_of
from privsynth.measure.fidelity.ties import column_ties, pairs_kept
from privsynth.measure.fidelity.whole import fidelity_of
from privsynth.policy import Policy
from privsynth.verdict import Finding

MODEL = Policy(backend="model")
ROWS = 150  # a side
NAMES = tuple(f"c{place}" for place in range(24))
HANGS_ON = np.random.default_rng(0).normal(0, 0.35, (8, len(NAMES)))  # how each hangs on hidden numbers


def table(seed: int, rows: int = ROWS, *, strength: float = 0.7, again: int = 1) -> Table:
    """Numbers and classes of which each two have a weak tie of this strength. `again`: rows of one person."""
    rng = np.random.default_rng(seed)
    common = rng.normal(0, 1, (rows, len(HANGS_ON))) @ HANGS_ON
    numbers = np.sqrt(strength) * common + np.sqrt(1 - strength) * rng.normal(0, 1, (rows, len(NAMES)))
    frame = pd.DataFrame(dict(zip(NAMES, numbers.T, strict=True)))
    classes = pd.cut(frame[NAMES[0]], [-9, -0.5, 0.5, 9], labels=["low", "middling", "high"])
    who = pd.Series([f"p{place}" for place in range(rows)], dtype=object)
    frame = frame.assign(**{NAMES[0]: classes.astype(object), "who": who}).loc[np.repeat(np.arange(rows), again)]
    numbers_of = (Column(name, Kind.NUMBER) for name in NAMES[1:])
    columns = (Column(NAMES[0], Kind.CATEGORY), *numbers_of, Column("who", Kind.TEXT, role=Role.IDENTIFIER))
    return Table("t", columns, frame.reset_index(drop=True), person="who")


def beside(made: Table, real: Table, fresh: Table) -> ThreeSides:
    return sides_of(real, made, fresh, np.random.default_rng(0))


def found(made: Table, seed: int = 1, names: tuple[str, ...] = NAMES) -> list[Kept]:
    sides = beside(made, table(10 * seed + 1), table(10 * seed + 2))
    return list(all_pairs_kept(sides, names, np.random.default_rng(0)))


def test_a_weakening_that_each_pairs_chance_excuses_is_seen_over_all() -> None:
    made = table(3, strength=0.35)
    sides = beside(made, table(11), table(12))
    ties = compare(*sides.tables, np.random.default_rng(0), classify=False).ties
    assert not any(kept.is_lost for kept in (*column_ties(ties, "ties", sides.size), *pairs_kept(ties, sides.size)))
    (kept,) = found(made)
    assert kept.is_lost
    assert 0.35 < kept.kept < 0.75
    assert kept.words.startswith(f"{round(100 * kept.kept)} % of what 24 columns say of each other, over ")


def test_independent_halves_of_the_same_people_lose_nothing() -> None:
    halves = [kept for seed in range(2, 102) for kept in found(table(10 * seed), seed)]
    assert len(halves) == 100
    assert not any(kept.is_lost for kept in halves)
    assert np.mean([kept.kept for kept in halves]) > 0.9


def test_columns_that_say_nothing_of_each_other_are_not_spoken_of() -> None:
    sides = beside(table(3, strength=0.0), table(11, strength=0.0), table(12, strength=0.0))
    assert not list(all_pairs_kept(sides, NAMES, np.random.default_rng(0)))


def test_values_that_are_missing_together_do_not_hide_it() -> None:
    def with_gaps(each: Table) -> Table:
        gone = np.random.default_rng(5).random(len(each)) < 0.25
        return with_frame(each, each.frame.mask(pd.Series(gone)).assign(who=each.frame["who"]))

    sides = beside(*(with_gaps(each) for each in (table(3, strength=0.2), table(11), table(12))))
    (kept,) = all_pairs_kept(sides, NAMES, np.random.default_rng(0))
    assert kept.is_lost
    assert kept.kept < 0.6


def test_rows_of_one_person_are_one_draw() -> None:
    one, four = (
        next(all_pairs_kept(beside(table(3), table(11, again=n), table(12, again=n)), NAMES, np.random.default_rng(0)))
        for n in (1, 4)
    )
    assert four.noise == pytest.approx(one.noise, rel=0.3)


def findings(made: Table, policy: Policy = MODEL) -> dict[str, Finding]:
    (result,) = fidelity_of(draft(made), source(table(1, 2 * ROWS), None), policy)
    return {finding.key: finding for finding in kept_findings(result, policy.limits, (), gated=True)}


def test_where_most_of_it_is_gone_it_blocks_though_no_single_column_does() -> None:
    assert findings(table(3, 2 * ROWS))["all_pairs"].passed
    gone = findings(table(3, 2 * ROWS, strength=0.0))
    assert gone["ties"].passed
    assert not gone["all_pairs"].passed
    assert gone["all_pairs"].limit_name == "ties_min"
    assert set(gone["all_pairs"].where) == set(NAMES)


def test_what_may_be_lost_is_not_asked() -> None:
    allowed = {"tables": {"t": {"columns": {name: {"may_be_lost": True} for name in NAMES[16:]}}}}
    found = findings(table(3, 2 * ROWS, strength=0.0), Policy(backend="model").with_(**allowed))
    assert set(found["all_pairs"].where) == set(NAMES[:16])
