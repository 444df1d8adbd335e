"""DraftHits in folds, by hand: what the draft and the engines hit, beside what nobody's engine was shown."""

from __future__ import annotations

import numpy as np
import pytest
from honest import people

from privsynth.measure.attacks.folded import WEIGHT, DraftHits, Folded, compared, left_out_pvalue


def hits(draft: list[int], folds: list[list[int]], own: list[int]) -> DraftHits:
    """One draw of each fold's engine: a row of `folds` for each real row."""
    return DraftHits(np.array(draft, bool), np.array(folds, bool)[:, :, None], np.array(own), np.arange(len(own)))


def test_whoever_is_hit_by_all_engines_but_his_own_is_left_out_by_chance_once_in_so_many_folds() -> None:
    assert left_out_pvalue(hits([0, 0], [[0, 1], [1, 0]], [0, 1])) == pytest.approx(1 / 4)
    assert left_out_pvalue(hits([0], [[0, 1, 1, 0]], [0])) == pytest.approx(1 / 2)


def test_who_is_hit_by_every_engine_or_by_none_tells_nothing() -> None:
    assert left_out_pvalue(hits([1, 1], [[1, 1], [0, 0]], [0, 1])) == 1


def test_many_drafts_of_one_engine_that_repeats_itself_count_as_one() -> None:
    once = hits([0, 0], [[0, 1], [1, 0]], [0, 1])
    often = DraftHits(once.draft, np.repeat(once.folds, 50, axis=2), once.own, once.people)
    assert left_out_pvalue(often) == pytest.approx(1 / 4)


def test_strangers_are_allowed_for_so_many_times() -> None:
    """Of 4 rows the draft hits 3; own engines hit 1, the other ones 2. There are twice as many real rows as drawn."""
    draft, engines = compared(hits([1, 1, 1, 0], [[1, 0], [0, 1], [1, 0], [0, 0]], [0, 0, 1, 1]), 2.0, 4)
    assert (draft.train, draft.of_train, draft.holdout, draft.of_holdout) == (3, 4, 1, 4)
    assert draft.excess == pytest.approx((3 / 4 - WEIGHT / 4) * 2)
    assert (engines.train, engines.of_train, engines.holdout, engines.of_holdout) == (2, 4, 1, 4)
    assert engines.excess == pytest.approx((2 / 4 - WEIGHT / 4) * 2 / 2)
    assert engines.scale == 1


def test_three_rows_that_no_stranger_hits_are_beyond_chance_beside_as_many_drafts_as_are_drawn() -> None:
    from privsynth.describe.split import DRAWS, FOLDS

    draft, own = np.arange(160) < 3, np.arange(160) % FOLDS
    found, _ = compared(DraftHits(draft, np.zeros((160, FOLDS, DRAWS), bool), own, np.arange(160)), 1.0, 160)
    assert found.pvalue * 6 < 0.001  # three tests, of the draft and of the engines
    assert found.excess == pytest.approx(3 / 160)


def test_of_too_many_rows_each_fold_keeps_its_share_and_few_stay_whole() -> None:
    folds, draft = [people(60, 1), people(30, 2)], people(90, 3)
    sides = Folded(folds, draft, [[people(90, 4)], [people(5, 5)]])
    few = sides.some(30, np.random.default_rng(0))
    assert [len(fold) for fold in few.outside] == [20, 10]
    assert [len(table) for table in (few.draft, *few.strangers)] == [30, 30, 5]
    assert len(few.own) == len(few.real) == len(few.people) == 30
    whole = sides.some(90, np.random.default_rng(0))
    assert [len(fold) for fold in whole.outside] == [60, 30]
