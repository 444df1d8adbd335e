"""Counting what lies on both sides of every cut, against counting it row by row."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privsynth.groups import alone
from privsynth.groups.alone import Protection, Runs, Secret
from privsynth.measure.classical.diversity import apart

Drawn = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def drawn(seed: int, rows: int) -> Drawn:
    """Parts (each has a row), codes, people and secrets."""
    rng = np.random.default_rng(seed)
    part = np.unique(rng.integers(0, 4, rows), return_inverse=True)[1]
    return part, rng.integers(0, 6, rows), rng.integers(0, max(rows // 2, 1), rows), rng.integers(0, 5, rows)


def test_a_run_for_each_bin_of_each_part() -> None:
    runs = Runs.of(np.array([0, 1, 0, 1, 1]), np.array([2, 0, 2, 5, 0]), 6, 2)
    assert list(zip(runs.part, runs.code, runs.count, strict=True)) == [(0, 2, 2), (1, 0, 2), (1, 5, 1)]
    assert list(runs.at) == [0, 1, 0, 2, 1]
    assert [list(sums) for sums in runs.sums(runs.count)] == [[2, 2, 3], [2, 3, 3]]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 9_999), st.integers(1, 60), st.booleans())
def test_people_beside_a_cut_are_those_with_a_row_there(seed: int, rows: int, looked_up: bool) -> None:
    part, code, people, _ = drawn(seed, rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alone, "LOOKED_UP", alone.LOOKED_UP if looked_up else 0)
        runs = Runs.of(part, code, 6, int(part.max()) + 1)
        left, right = Protection.of(people, 2).sorted_by(part).people_beside(runs)
    for at in range(len(runs.keys)):
        here = part == runs.part[at]
        assert left[at] == len(np.unique(people[here & (code <= runs.code[at])]))
        assert right[at] == len(np.unique(people[here & (code > runs.code[at])]))


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 9_999),
    st.integers(1, 60),
    st.integers(1, 3),
    st.floats(0.05, 0.9),
    st.booleans(),
    st.sampled_from([1, 30, 2**22]),
)
def test_a_side_stands_alone_by_people_by_l_and_by_t(
    seed: int,
    rows: int,
    l: int,  # noqa: E741
    t: float,
    ordered: bool,
    block: int,
) -> None:
    part, code, people, codes = drawn(seed, rows)
    codes = np.unique(codes, return_inverse=True)[1]
    crowd = Protection.of(people, 2, [Secret.of(codes, ordered=ordered)], l, t)
    spread = np.bincount(codes) / rows
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alone, "BLOCK", block)
        behind, runs = crowd.sorted_by(part), Runs.of(part, code, 6, int(part.max()) + 1)
        sides = behind.may_stand(runs, behind.people_beside(runs))
    for at in range(len(runs.keys)):
        here = part == runs.part[at]
        for side, rows_of in zip(sides, (here & (code <= runs.code[at]), here & (code > runs.code[at])), strict=True):
            mine = codes[rows_of]
            far = (
                apart((np.bincount(mine, minlength=len(spread)) / max(len(mine), 1) - spread)[None, :], ordered)[0]
                if len(mine)
                else 1.0
            )
            assert side[at] == (len(np.unique(people[rows_of])) >= 2 and len(np.unique(mine)) >= l and far <= t + 1e-12)


def test_many_ordered_secrets_are_put_together_as_the_gate_does() -> None:
    secret = Secret.of(np.arange(3_000), ordered=True)
    assert len(secret.spread) == 1_000
    assert len(Secret.of(np.arange(3_000), ordered=False).spread) == 3_000
