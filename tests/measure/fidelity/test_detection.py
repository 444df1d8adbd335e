"""A classifier between real and synthetic rows."""

from __future__ import annotations

import numpy as np
from honest import LEARNT, honest, people, with_frame

from privsynth.measure.fidelity.detection import detection_auc


def test_rows_of_one_process_cannot_be_told_apart_and_shifted_ones_can(rng: np.random.Generator) -> None:
    made = honest(800, 2)
    same = detection_auc(people(800, 1), made, LEARNT, rng)
    frame = made.frame.copy()
    frame["income"] *= 3
    apart = detection_auc(people(800, 1), with_frame(made, frame), LEARNT, rng)
    assert same is not None
    assert apart is not None
    assert abs(same - 0.5) < 0.06
    assert apart > 0.75


def test_too_few_rows_give_no_answer(rng: np.random.Generator) -> None:
    assert detection_auc(people(49, 1), honest(500, 2), LEARNT, rng) is None
    assert detection_auc(people(100, 1), honest(500, 2), [], rng) is None
