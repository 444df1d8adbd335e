"""Masking more rows than fit in memory: in parts of whole people, each masked and judged by the code that a whole table goes through.

beginning -> kinds, roles, the plan        deal -> parts, at random, whole people each
fingerprints of all parts                  what nobody may be given again
each part: mask, all gates, append         the first part that is refused ends the run
the worst of each finding -> papers -> decide
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np

from privsynth.content import Stored, blocks
from privsynth.dataset import Dataset, Source, Table, Taken
from privsynth.describe import describe, learn_statistics
from privsynth.describe.fingerprints import fingerprints_of_parts
from privsynth.emit import in_form, serialise
from privsynth.errors import PolicyError
from privsynth.generate.mask import Mask
from privsynth.generate.mask.memory import Memory
from privsynth.lineage.attempts import attempt
from privsynth.options import MaskOptions
from privsynth.pipeline import Drawn, Prepared, judge_table, settle, settled
from privsynth.policy import Policy
from privsynth.read.parts import HEAD, Layout, beginning, deal, part
from privsynth.read.sources import Origin
from privsynth.release import Draft, Outcome
from privsynth.seeds import Seeds
from privsynth.stages import Stages
from privsynth.verdict import GATES, Finding, Verdict, blocking

CELLS = 200_000  # of a part: as many as can be masked and judged in less than a gigabyte, with the fingerprints of ten million rows
WHOLE = 2_000_000  # up to which a table is masked as one: groups learnt on all rows are finer than those of a part
OF_ROWS = tuple(name for name in GATES if name != "artefacts")


@dataclass(frozen=True, eq=False)
class Parts:
    """The source, dealt out: any number of walks over it, a part at a time."""

    layout: Layout
    like: Table
    files: Sequence[Path]
    rows: int
    policy: Policy

    def __iter__(self) -> Iterator[Table]:
        return (table for file in self.files if len(table := part(file, self.layout, self.like, self.policy)))


def mask_in_parts(
    origin: Origin, path: Path, policy: Policy, folder: Path, stages: Stages, *, cells: int = CELLS
) -> Outcome:
    """Mask a file of any length, and release it only if every gate passes on every part. `folder` is private and goes with the run."""
    started, seeds = datetime.now(UTC), Seeds(None)
    with stages.stage("read") as stage:
        parts, notes = _dealt(origin, path, policy, folder, seeds, cells)
        policy = parts.policy
        stage.say(
            f"{parts.layout.table} {parts.rows:,} rows x {len(parts.layout.names)} columns, in {len(parts.files)} parts"
        )
    with stages.stage("describe") as stage:
        taken = fingerprints_of_parts(parts)
        stage.say(f"{len(taken.prints):,} identifying values that nobody may be given")
    first = Dataset((next(iter(parts)),), notes=tuple(notes))
    with attempt(first, policy, parts=partial(iter, parts)) as begun:
        prepared = Prepared(started, seeds, policy, first, _source(first, policy, taken, parts.rows)).counted(
            begun.exposure
        )
        return begun.close(_outcome(prepared, parts, taken, folder, stages))


def _dealt(
    origin: Origin, path: Path, policy: Policy, folder: Path, seeds: Seeds, cells: int
) -> tuple[Parts, list[str]]:
    layout, head, notes = beginning(origin, path, policy)
    policy = settle(policy, Dataset((head,)))
    described = describe(Dataset((head,)), policy)
    like = described.root
    count = _count(path, layout, head, cells)
    made = deal(layout, folder, count, policy, person=like.person, rng=seeds.stream("parts"))
    said = f"{layout.label}: kinds, roles and steps were decided by its first {len(head):,} rows, and hold for all {made.rows:,}, or the run stops"
    dealt = f"the rows were dealt at random, whole people each, into {count} parts; each was masked with what was learnt on the first, and judged by itself"
    return Parts(layout, like, made.files, made.rows, policy), [
        *notes,
        *made.notes,
        *described.notes,
        said,
        *([dealt] if count > 1 else []),
    ]


def needs_parts(origin: Origin, path: Path, policy: Policy) -> bool:
    """Whether a file is plain text of more rows than one part holds."""
    if path.stat().st_size <= HEAD or path.name.lower().endswith(".gz"):
        return False
    layout, head, _ = beginning(origin, path, policy)
    return _count(path, layout, head, WHOLE) > 1


def _count(path: Path, layout: Layout, head: Table, cells: int) -> int:
    """How many parts, so that each has about so many cells."""
    size = path.stat().st_size
    rows = size / max(min(size, HEAD), 1) * max(len(head), 1)
    return max(1, math.ceil(rows * len(layout.names) / cells))


def _source(data: Dataset, policy: Policy, taken: Taken, rows: int) -> Source:
    nobody = replace(data, tables=tuple(table.take(np.empty(0, dtype=np.int64)) for table in data))
    return Source(data, nobody, learn_statistics(data, policy, taken), of_rows=rows)


def _outcome(prepared: Prepared, parts: Parts, taken: Taken, folder: Path, stages: Stages) -> Outcome:
    """Every part masked, judged and appended to one file; then one decision on all."""
    with stages.stage("mask") as stage:
        first, judged = _appended(prepared, parts, taken, folder / "made", stages)
        stage.say(f"{parts.rows:,} rows, {len(judged)} of {len(parts.files)} parts judged")
    recipe = {**first.recipe, "key_overwritten": True}  # with the memory of what was learnt
    whole = replace(first, files={name: Stored(folder / "made") for name in first.files}, recipe=recipe)
    verdicts = [_worst(same, whole, prepared.policy) for same in zip(*judged, strict=True)]
    for verdict in verdicts:
        with stages.stage(f"gate {verdict.gate}") as stage:
            stage.judge(verdict)
    return settled(prepared, Drawn(whole, recipe, 0), verdicts, stages, rows={parts.layout.table: parts.rows})


def _appended(
    prepared: Prepared, parts: Parts, taken: Taken, out: Path, stages: Stages
) -> tuple[Draft, list[Sequence[Verdict]]]:
    """The first part's draft, and the verdicts on each part up to the first that stands in the way of a release."""
    policy, backend = prepared.policy, prepared.policy.backend
    if not isinstance(backend, MaskOptions) or not parts.rows:
        raise PolicyError("only backend mask works in parts, and only where there are rows.", hint="use privsynth run")
    several = len(parts.files) > 1
    memory = Memory.for_options(backend, rows_expected=parts.rows if several else None, parts=parts if several else ())
    drafts, judged = list[Draft](), list[Sequence[Verdict]]()
    with out.open("xb") as file:
        for number, table in enumerate(parts):
            source = replace(_source(Dataset((table,)), policy, taken, parts.rows), exposure=prepared.source.exposure)
            draft = _draft(Mask(backend, policy.limits, memory, nlp=policy.nlp), source, prepared, number)
            judged.append(judge_table(draft, source, policy, OF_ROWS, Stages()))
            content = b"".join(block for content in draft.files.values() for block in blocks(content))
            file.write(_without_header(content) if number else content)
            drafts = drafts or [draft]
            stages.progress(number + 1, len(parts.files))
            if blocking(judged[-1], policy.waivers):
                break
    memory.destroy()
    return drafts[0], judged


def _draft(mask: Mask, source: Source, prepared: Prepared, number: int) -> Draft:
    rng = prepared.seeds.stream("sample", number)
    sampled = in_form(mask.fit(source.train, source.statistics, rng).sample(None, rng), source.train, "csv")
    notes = (*prepared.data.notes, *sampled.notes) if not number else ()
    return Draft(replace(sampled, notes=tuple(notes)), serialise(sampled), None, dict(mask.recipe))


def _without_header(content: bytes) -> bytes:
    """The rows. A header field may hold a line end, inside quotes."""
    quoted = False
    for at, char in enumerate(content):
        if char == 0x22:
            quoted = not quoted
        elif char == 0x0A and not quoted:
            return content[at + 1 :]
    return b""


def _worst(same: Sequence[Verdict], whole: Draft, policy: Policy) -> Verdict:
    """One gate's verdict on all parts: of each finding the worst, and an error if there was one."""
    found: dict[str, list[Finding]] = {}
    for verdict in same:
        for finding in verdict.findings:
            found.setdefault(finding.what, []).append(finding)
    errors = "; ".join(dict.fromkeys(verdict.error for verdict in same if verdict.error))
    worst = tuple(_marked(max(findings, key=_badness), len(same)) for findings in found.values())
    return Verdict(
        same[0].gate, whole.digest, worst, errors, sum(verdict.seconds for verdict in same), figures=policy.figures
    )


def _badness(finding: Finding) -> tuple[bool, float]:
    measured = finding.measured if finding.measured is not None and math.isfinite(finding.measured) else -math.inf
    return not finding.passed, measured if finding.good == "low" else -measured


def _marked(finding: Finding, parts: int) -> Finding:
    return (
        replace(finding, note=f"{finding.note}{'; ' if finding.note else ''}the worst of {parts} parts")
        if parts > 1
        else finding
    )
