"""The control of a small table: engines fitted like the draft's, each without a fold of the people, and what they draw.

The same people, policy and seed always give the same folds and drafts, whatever the draft's own draw was.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING

from privsynth.dataset import Dataset
from privsynth.describe import learn_statistics
from privsynth.describe.split import draws
from privsynth.emit import in_form
from privsynth.errors import PolicyError
from privsynth.generate import Backend, Closing, Foreseeing
from privsynth.left_out import lesson
from privsynth.pipeline.bound import bound
from privsynth.pipeline.choices import backend_for, rows_asked
from privsynth.policy import Policy
from privsynth.source import Source, SourceFold
from privsynth.stages import Estimate, Stages

if TYPE_CHECKING:
    from privsynth.pipeline.acts import Prepared

OF_COLUMN, OF_CELL = 5e-3, 1.3e-6  # seconds of one draft; on six tables right to a factor of three
Fresh = Callable[[], Backend]  # gives a backend that has seen nothing yet


def fresh_backends(policy: Policy, backend: Backend | None) -> Fresh:
    """Backends as the policy asks; or copies of one that was passed, which must not have been fitted yet."""
    if backend is None:
        return lambda: backend_for(policy.backend, policy.limits, nlp=policy.nlp)
    unfitted = _copied(backend)
    return lambda: _copied(unfitted)


def with_drafts(prepared: Prepared, fresh: Fresh, stages: Stages) -> Prepared:
    """The source with what the engine of each fold drew. As it is where people were held out."""
    source = prepared.source
    if not source.folds:
        return prepared
    with stages.stage("folds") as stage:
        if (estimate := foreseen_folds(fresh(), prepared)) is not None:
            stages.expect(estimate)
        folds = []
        for number, fold in enumerate(source.folds):
            stages.progress(number, len(source.folds))
            folds.append(replace(fold, drafts=_drafts(prepared, fold, number, fresh())))
        stage.say(folds_in_words(folds))
    return replace(prepared, source=replace(source, folds=tuple(folds)))


def _drafts(prepared: Prepared, fold: SourceFold, number: int, backend: Backend) -> tuple[Dataset, ...]:
    """What an engine draws that learnt from all others, with statistics of their rows alone."""
    policy, seeds = prepared.policy, prepared.seeds
    statistics = learn_statistics(fold.train, policy.limits, prepared.source.statistics.taken, ruled=policy.ruled)
    seen = lesson(Source(fold.train, fold.holdout, statistics))
    fitted = bound(backend, policy, prepared.source.bindings).fit(*seen, seeds.chance("fold", number, "fit"))
    rows = rows_asked(policy, prepared.data)
    sampled = [
        fitted.sample(rows, seeds.chance("fold", number, "sample", draw)) for draw in range(drafts_each(prepared))
    ]
    if isinstance(fitted, Closing):
        fitted.close()
    return tuple(in_form(each, prepared.data, policy.write.format) for each in sampled)


def drafts_each(prepared: Prepared) -> int:
    """How many drafts the engine of each fold draws."""
    rows = rows_asked(prepared.policy, prepared.data)
    return draws(len(prepared.data.root) if rows is None else rows)


def foreseen_folds(backend: Backend, prepared: Prepared) -> Estimate | None:
    """What the fits without a fold each, and their drafts, will take, if the backend can say; None without folds."""
    folds = prepared.source.folds
    estimate = backend.foresee(folds[0].train) if folds and isinstance(backend, Foreseeing) else None
    if estimate is None:
        return None
    columns = sum(len(table.columns) for table in prepared.data)
    draft = OF_COLUMN * columns + OF_CELL * cells_drawn(prepared)
    return replace(estimate, seconds=len(folds) * (estimate.seconds + drafts_each(prepared) * draft))


def cells_drawn(prepared: Prepared) -> float:
    """The cells of one draft, as far as they follow from the rows asked for."""
    data, rows = prepared.data, rows_asked(prepared.policy, prepared.data)
    there = sum(len(table) * len(table.columns) for table in data)
    return there if rows is None else there * rows / max(1, len(data.root))


def folds_in_words(folds: list[SourceFold]) -> str:
    people = [fold.holdout.root.number_of_people for fold in folds]
    least, most = min(people), max(people)
    size = f"{least:,}" if least == most else f"{least:,} or {most:,}"
    return f"{len(folds)} times without {size} of {sum(people):,} people, {len(folds[0].drafts)} drafts each"


def _copied(backend: Backend) -> Backend:
    try:
        return deepcopy(backend)
    except Exception as error:  # noqa: BLE001 whatever a foreign object raises when it is copied
        raise PolicyError(
            "the table is so small that the backend must be fitted once for each fold of the people, "
            f"and the backend that was passed cannot be copied ({type(error).__name__}).",
            hint="give it a __deepcopy__ that returns a fresh one, or give more rows",
        ) from None
