"""The steps that look at one column alone: which one was asked for, learnt from the rows."""

from __future__ import annotations

from typing import Any

from privsynth.dataset import Table
from privsynth.errors import PolicyError
from privsynth.generate.mask.steps.coarse import learn_bucket, learn_generalise
from privsynth.generate.mask.steps.dates import learn_shift
from privsynth.generate.mask.steps.erase import learn_null, learn_partial, learn_redact
from privsynth.generate.mask.steps.fitted import Fitted
from privsynth.generate.mask.steps.kinds import at
from privsynth.generate.mask.steps.nearest import learn_microaggregate
from privsynth.generate.mask.steps.stay import learn_blur, learn_keep
from privsynth.generate.mask.steps.stir import learn_noise, learn_shuffle
from privsynth.generate.mask.steps.topbottom import learn_top_bottom
from privsynth.generate.mask.texts import learn_scrub
from privsynth.generate.mask.texts.known import Known
from privsynth.mask_steps import (
    Blur,
    Bucket,
    Generalise,
    Keep,
    Microaggregate,
    Noise,
    Null,
    Partial,
    Redact,
    Scrub,
    Shift,
    Shuffle,
    Step,
    TopBottom,
)
from privsynth.pii.analyzer import AUTO
from privsynth.typing import Array


def learn_step(  # noqa: C901  one case for each step
    table: Table,
    name: str,
    step: Step,
    *,
    k: int,
    k_rare: int,
    people: Array,
    place: str = "",
    known: Known = Known(),  # noqa: B008  frozen and empty
    shift: Shift = Shift(),  # noqa: B008  frozen
    nlp: str = AUTO,
) -> Fitted:
    """`people`: the number of the person of each row. `known`, `shift` and `nlp` are for texts alone."""
    common: Any = {"k": k, "k_rare": k_rare, "people": people, "place": place}
    match step:
        case Keep():
            return learn_keep(table, name, step, **common)
        case Blur():
            return learn_blur(table, name, step, **common)
        case Null():
            return learn_null(table, name, step, **common)
        case Redact():
            return learn_redact(table, name, step, **common)
        case Partial():
            return learn_partial(table, name, step, **common)
        case Generalise():
            return learn_generalise(table, name, step, **common)
        case TopBottom():
            return learn_top_bottom(table, name, step, **common)
        case Bucket():
            return learn_bucket(table, name, step, **common)
        case Noise():
            return learn_noise(table, name, step, **common)
        case Microaggregate():
            return learn_microaggregate(table, name, step, **common)
        case Shuffle():
            return learn_shuffle(table, name, step, **common)
        case Shift():
            return learn_shift(table, name, step, **common)
        case Scrub():
            return learn_scrub(table, name, step, **common, known=known, shift=shift, nlp=nlp)
        case _:
            raise PolicyError(
                f"{place}{at(table, name)}: the step {step.do} is not one that works on a column by itself.",
                hint="report it: the plan asked the wrong room.",
            )
