"""The steps that look at one column alone: which one was asked for, learnt from the rows."""

from __future__ import annotations

from typing import assert_never

from privsynth.generate.mask.steps.coarse import learn_bucket, learn_generalise
from privsynth.generate.mask.steps.dates import learn_shift
from privsynth.generate.mask.steps.erase import learn_null, learn_partial, learn_redact
from privsynth.generate.mask.steps.fitted import Fitted
from privsynth.generate.mask.steps.lesson import Lesson
from privsynth.generate.mask.steps.nearest import learn_microaggregate
from privsynth.generate.mask.steps.relocate import learn_relocate
from privsynth.generate.mask.steps.stay import learn_blur, learn_keep
from privsynth.generate.mask.steps.stir import learn_noise, learn_shuffle
from privsynth.generate.mask.steps.topbottom import learn_top_bottom
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


def learn_step(step: Step, lesson: Lesson) -> Fitted:  # noqa: C901  one case for each step
    """The step, ready to be applied to any rows of the table."""
    match step:
        case Keep():
            return learn_keep(lesson)
        case Blur():
            return learn_blur(lesson)
        case Null():
            return learn_null(lesson)
        case Redact():
            return learn_redact(step, lesson)
        case Partial():
            return learn_partial(step, lesson)
        case Generalise():
            return learn_generalise(step, lesson)
        case TopBottom():
            return learn_top_bottom(step, lesson)
        case Bucket():
            return learn_bucket(step, lesson)
        case Noise():
            return learn_noise(step, lesson)
        case Relocate():
            return learn_relocate(step, lesson)
        case Microaggregate():
            return learn_microaggregate(step, lesson)
        case Shuffle():
            return learn_shuffle(step, lesson)
        case Shift():
            return learn_shift(step, lesson)
        case Token() | Encrypt() | Substitute() | Invent() | Rewrite() | KAnonymise() | Scrub() | Drop():
            raise ValueError(f"{step.do} needs more than its own column: `Work` does it")
        case _:
            assert_never(step)
