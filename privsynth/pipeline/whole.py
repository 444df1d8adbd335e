"""The whole order for one source, and what is known of it before anything is made."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from privsynth.emit import check_output, folder_beside, private_folder
from privsynth.generate import Backend
from privsynth.pipeline.acts import (
    Data,
    Drawn,
    Prepared,
    certain_refusal,
    draw,
    files_in,
    foreseen,
    learn,
    prepare,
    read,
    release,
    write,
)
from privsynth.pipeline.book import is_book_alone, make_book
from privsynth.pipeline.choices import backend_for, rows_asked, seeds_for, with_ledger
from privsynth.pipeline.folds import cells_drawn, drafts_each, foreseen_folds
from privsynth.pipeline.following import follow
from privsynth.policy import Policy
from privsynth.release import Outcome
from privsynth.stages import Estimate, Stages
from privsynth.verdict import Verdict
from privsynth.way_out import FIRST, Advice, Course


def run(
    data: Data,
    policy: Policy,
    out: Path,
    stages: Stages,
    *,
    backend: Backend | None = None,
    overwrite: bool = False,
    attempt_remedies: bool = False,
) -> tuple[Outcome, list[Path]]:
    """From whatever holds the rows to a folder: a release at `out`, or the reason at `<out>.refused`."""
    check_output(out, overwrite=overwrite, inputs=files_in(data))
    policy = with_ledger(policy, out)
    with ExitStack() as stack:
        if backend is None and not attempt_remedies and is_book_alone(data, policy):
            outcome = make_book(policy, lambda: stack.enter_context(private_folder(folder_beside(out))), stages)
        else:
            outcome = synthesize(data, policy, stages, backend=backend, attempt_remedies=attempt_remedies)
        with stages.unbroken():
            return outcome, write(outcome, out, overwrite=overwrite, inputs=files_in(data), state=policy.state)


def synthesize(
    data: Data, policy: Policy, stages: Stages, *, backend: Backend | None = None, attempt_remedies: bool = False
) -> Outcome:
    """Synthetic rows, released only if every gate passes. Where `data` is None, nothing real is read.

    Runs that follow ways out of a refusal have the seed of the first: nothing but what is changed can help.
    """
    dataset, seeds = read(data, policy, stages), seeds_for(policy)

    def once(asked: Policy, course: Course = FIRST) -> Outcome:
        prepared = replace(prepare(dataset, asked, stages, seeds, is_foreign=backend is not None), course=course)
        make = partial(_made, stages=stages, backend=backend)
        return release(prepared, make, stages, backend=backend)

    return follow(policy, once, stages) if attempt_remedies else once(policy)


def _made(ready: Prepared, stages: Stages, backend: Backend | None) -> Drawn:
    return draw(ready, learn(ready, stages, backend), stages)


GATES_START = 8.0  # seconds, whatever the table
GATES_CELL = 9e-5  # per cell of the draft
GATES_FOLD_ROW = 3e-4  # per row of all drafts of the folds; on eight tables all three right to a factor of two


@dataclass(frozen=True, eq=False, kw_only=True)
class DryRun:
    """What is known of a run before anything is learnt, made or written."""

    prepared: Prepared
    notes: tuple[str, ...]  # on what was read, and on what it was taken for
    rows: int | None  # of the first table, as asked
    estimate: Estimate | None  # of fits, drafts and gates, those of the folds too. None: the backend cannot say
    certain: Sequence[Verdict]  # of a refusal that is certain, whatever is drawn: too few people, or no budget
    advice: Advice  # the ways out of it


def dry_run(data: Data, policy: Policy, out: Path, stages: Stages, *, overwrite: bool = False) -> DryRun:
    """Read, describe and split the source as `run` would. What would be refused is refused here."""
    check_output(out, overwrite=overwrite, inputs=files_in(data))
    policy = with_ledger(policy, out)
    prepared = prepare(read(data, policy, stages), policy, stages)
    policy = prepared.policy
    backend = backend_for(policy.backend, policy.limits, nlp=policy.nlp)
    certain, advice = certain_refusal(prepared)
    return DryRun(
        prepared=prepared,
        notes=prepared.data.notes,
        rows=rows_asked(policy, prepared.data),
        estimate=_of_all(foreseen(backend, prepared.lesson[0]), foreseen_folds(backend, prepared), prepared),
        certain=certain,
        advice=advice,
    )


def _of_all(fit: Estimate | None, folds: Estimate | None, prepared: Prepared) -> Estimate | None:
    """One after another: the times add up, and the memory is that of the larger."""
    if fit is None:
        return None
    parts = [fit] if folds is None else [fit, folds]
    return Estimate(sum(part.seconds for part in parts) + _of_gates(prepared), max(part.bytes for part in parts))


def _of_gates(prepared: Prepared) -> float:
    """The seconds of all gates. With folds copies and the self-test look at every draft of every fold."""
    folds, rows = len(prepared.source.folds), rows_asked(prepared.policy, prepared.data)
    drawn = folds * drafts_each(prepared) * (len(prepared.data.root) if rows is None else rows) if folds else 0
    return GATES_START + GATES_CELL * cells_drawn(prepared) + GATES_FOLD_ROW * drawn
