"""Masking a file too large for memory, in parts of whole people: each is masked and judged as a whole table would be.

beginning -> kinds, roles, the plan        deal -> parts, at random, whole people each
fingerprints of all parts                  what nobody may be given again
each part: mask, all gates, append         the first part that is refused ends the run
the worst of each finding -> report -> decide
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np

from privsynth.content import Stored, blocks, unnamed
from privsynth.dataset import Dataset
from privsynth.describe import describe, learn_statistics
from privsynth.describe.fingerprints import fingerprints_of_parts
from privsynth.emit import in_form, serialise
from privsynth.errors import PolicyError
from privsynth.generate.mask import Mask
from privsynth.generate.mask.memory import Memory
from privsynth.lineage.attempts import attempt
from privsynth.options import MaskOptions
from privsynth.pipeline.acts import Drawn, Prepared, decided, judged_by, known_before, recipe_of
from privsynth.pipeline.bound import bindings_for, bound, kept_in_words
from privsynth.pipeline.choices import seed_notes, seeds_for, settle
from privsynth.pipeline.earlier import refuse_unreadable
from privsynth.pipeline.evidence import NOTHING, overspent, unjudged
from privsynth.policy import Policy
from privsynth.read.parts import beginning
from privsynth.read.sources import SourceFile
from privsynth.recipe import RuleKept, added_up
from privsynth.release import Draft, Outcome
from privsynth.source import Exposure, Source
from privsynth.stages import Stages
from privsynth.statistics import Taken
from privsynth.streaming import CELLS, Parts, deal_parts, without_header, worst_of
from privsynth.verdict import GATES, Verdict, blocking

GATES_OF_ROWS = tuple(name for name in GATES if name != "artefacts")


def mask_in_parts(
    file: SourceFile, path: Path, policy: Policy, folder: Path, stages: Stages, *, cells: int = CELLS
) -> Outcome:
    """Mask a file of any length, and release it only if every gate passes on every part.

    `folder` is private, and is removed with the run.
    """
    refuse_unreadable(policy.against)
    started, seeds = datetime.now(UTC), seeds_for(policy)
    with stages.stage("read") as stage:
        layout, head, notes = beginning(file, path, policy.read, policy.table(file.table))
        policy = settle(policy, Dataset((head,)))
        described = describe(Dataset((head,)), policy)
        rng = seeds.chance("parts")
        parts = deal_parts(layout, described.root, policy, folder, cells=cells, beginning_rows=len(head), rng=rng)
        stage.say(f"{layout.table} {parts.rows:,} rows x {len(layout.names)} columns, in {len(parts.files)} parts")
    notes = [*notes, *seed_notes(policy), *parts.notes, *described.notes, *_notes_on(parts, len(head))]
    stages.notes(notes)
    with stages.stage("describe") as stage:
        taken = fingerprints_of_parts(parts)
        person = described.root.person
        whose = f"rows are dealt and judged by {person}" if person else "each row was taken for one person"
        stage.say(f"{len(taken.prints):,} identifying values that nobody may be given; {whose}")
    stages.notes(parts.misfit_notes())
    first = Dataset((next(iter(parts)),), notes=(*notes, *parts.misfit_notes()))
    bindings, unbound = bindings_for(policy, first)
    stages.notes(unbound)
    first = first.with_notes(*unbound)
    with attempt(first, policy, parts=partial(iter, parts)) as begun:
        source = _source(first, policy, taken, rows=parts.rows, exposure=begun.exposure)
        source = replace(source, bindings=bindings)
        prepared = Prepared(started=started, seeds=seeds, policy=policy, data=first, source=source)
        prepared = known_before(prepared, begun, stages)
        if over := overspent(prepared, begun.exposure):
            return begun.close(decided(prepared, Drawn(NOTHING, 0), unjudged(prepared, None, over), stages))
        return begun.close(_mask_and_decide(prepared, parts, folder / "rows", stages))


def _notes_on(parts: Parts, beginning_rows: int) -> list[str]:
    promise = (
        f"{parts.layout.label}: kinds, roles and steps were decided by its first {beginning_rows:,} rows, "
        f"and hold for all {parts.rows:,}, or the run stops"
    )
    dealt = (
        f"the rows were dealt at random, whole people each, into {len(parts.files)} parts; "
        "each was masked with what was learnt on the first, and judged by itself"
    )
    return [promise, dealt] if len(parts.files) > 1 else [promise]


def _source(data: Dataset, policy: Policy, taken: Taken, *, rows: int | None, exposure: Exposure | None) -> Source:
    """Rows of which none are held out: of the other parts the fingerprints are known, and how many rows there are."""
    nobody = replace(data, tables=tuple(table.take(np.empty(0, dtype=np.int64)) for table in data))
    return Source(data, nobody, learn_statistics(data, policy.limits, taken), exposure=exposure, of_rows=rows)


def _mask_and_decide(prepared: Prepared, parts: Parts, out: Path, stages: Stages) -> Outcome:
    """Every part masked, judged and appended to one file; then one decision on all."""
    with stages.stage("mask") as stage:
        first, judged = _mask_each(prepared, parts, out, stages)
        stage.say(f"{parts.rows:,} rows, {len(judged)} of {len(parts.files)} parts judged")
    stages.notes(kept_in_words(first.recipe.kept))
    recipe = replace(
        first.recipe, details={**first.recipe.details, "key_overwritten": True}
    )  # with the memory of what was learnt
    whole = replace(first, files={name: Stored(out) for name in first.files}, recipe=recipe)
    figures = prepared.policy.figures
    verdicts = [worst_of(verdicts, whole.digest, figures) for verdicts in zip(*judged, strict=True)]
    for verdict in verdicts:
        with stages.stage(f"gate {verdict.gate}") as stage:
            stage.judge(verdict)
    return decided(prepared, Drawn(whole, 0), verdicts, stages, rows={parts.layout.table: parts.rows})


def _mask_each(prepared: Prepared, parts: Parts, out: Path, stages: Stages) -> tuple[Draft, list[list[Verdict]]]:
    """The first part's draft, and the verdicts on each part up to the first that stands in the way of a release."""
    policy, whole = prepared.policy, prepared.source
    options = policy.backend
    if not isinstance(options, MaskOptions) or not parts.rows:
        raise PolicyError("only backend mask works in parts, and only where there are rows.", hint="use privsynth run")
    memory = _memory(options, parts)
    drafts, judged, kept = list[Draft](), list[list[Verdict]](), list[Sequence[RuleKept]]()
    with os.fdopen(unnamed(out), "wb", closefd=False) as file:
        for number, table in enumerate(parts):
            data = Dataset((table,))
            source = _source(data, policy, whole.statistics.taken, rows=whole.of_rows, exposure=whole.exposure)
            source = replace(
                source, earlier=whole.earlier, earlier_unseen=whole.earlier_unseen, bindings=whole.bindings
            )
            draft = _draft(Mask(options, policy.limits, memory, nlp=policy.nlp), source, prepared, number)
            kept.append(draft.recipe.kept)
            judged.append(judged_by(GATES_OF_ROWS, draft, source, policy, Stages()))
            file.write(_rows_of(draft, with_header=not number))
            drafts = drafts or [draft]
            stages.progress(number + 1, len(parts.files))
            if blocking(judged[-1], policy.waivers):
                break
    memory.destroy()
    recipe = replace(drafts[0].recipe, kept=tuple(map(added_up, zip(*kept, strict=True))))
    return replace(drafts[0], recipe=recipe), judged


def _memory(options: MaskOptions, parts: Parts) -> Memory:
    if len(parts.files) == 1:
        return Memory.for_options(options)
    return Memory.for_options(options, rows_expected=parts.rows, parts=parts)


def _draft(mask: Mask, source: Source, prepared: Prepared, number: int) -> Draft:
    rng = prepared.seeds.chance("sample", number)
    fitted = bound(mask, prepared.policy, source.bindings).fit(source.train, source.statistics, rng)
    sampled = in_form(fitted.sample(None, rng), source.train, "csv")
    notes = () if number else (*prepared.data.notes, *sampled.notes)
    return Draft(replace(sampled, notes=notes), serialise(sampled), None, recipe_of(fitted))


def _rows_of(draft: Draft, *, with_header: bool) -> bytes:
    content = b"".join(block for content in draft.files.values() for block in blocks(content))
    return content if with_header else without_header(content)
