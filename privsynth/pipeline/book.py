"""A rulebook of more rows than fit in memory, made in parts: each is judged as a whole table would be, and appended.

the book, checked             each part: make, all gates, append; the first part that is refused ends the run
the keys of all parts         the worst of each finding -> report -> decide
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import BinaryIO

from privsynth.content import Stored, blocks, unnamed
from privsynth.dataset import Dataset
from privsynth.emit import in_form, serialise
from privsynth.gate import Gate, gates_for, timed
from privsynth.generate.rules import Rules
from privsynth.generate.rules.making.parts import RowsInParts
from privsynth.lineage.attempts import attempt
from privsynth.options import RulesOptions
from privsynth.pipeline.acts import (
    Data,
    Drawn,
    Prepared,
    decided,
    draw,
    known_before,
    learn,
    prepare,
    read,
    recipe_of,
    release,
)
from privsynth.pipeline.choices import seeds_for
from privsynth.pipeline.parts import GATES_OF_ROWS
from privsynth.policy import Policy
from privsynth.recipe import Recipe
from privsynth.release import Draft, Outcome
from privsynth.stages import Stages
from privsynth.streaming import KeysOfParts, without_header, worst_of
from privsynth.verdict import Verdict, blocking


def is_book_alone(data: Data, policy: Policy) -> bool:
    """Whether nothing but a rulebook is read, and text is written: rows in types cannot be appended."""
    return data is None and isinstance(policy.backend, RulesOptions) and policy.write.format != "parquet"


def make_book(policy: Policy, room: Callable[[], Path], stages: Stages) -> Outcome:
    """The tables of a rulebook, released only if every gate passes on all rows.

    `room` gives a private folder, where the rows are too many for memory.
    """
    seeds = seeds_for(policy)
    prepared = prepare(read(None, policy, stages), policy, stages, seeds)
    rules = learn(prepared, stages)
    parts = rules.in_parts(policy.rows, seeds.chance("sample")) if isinstance(rules, Rules) else None
    if parts is None:
        return release(prepared, lambda ready: draw(ready, rules, stages), stages)
    with attempt(prepared.data, prepared.policy) as begun:
        prepared = known_before(prepared, begun, stages)
        return begun.close(_make_and_decide(prepared, parts, recipe_of(rules), _Files(room()), stages))


def _make_and_decide(prepared: Prepared, parts: RowsInParts, recipe: Recipe, files: _Files, stages: Stages) -> Outcome:
    """Every part made, judged and appended; then one decision on all."""
    policy, keys = prepared.policy, KeysOfParts()
    gates = [gate for gate in gates_for(policy) if gate.name in GATES_OF_ROWS]
    drafts, judged = list[Draft](), list[list[Verdict]]()
    with stages.stage("generate") as stage:
        for number, made in enumerate(parts, start=1):
            draft = _draft(made, prepared, recipe)
            judged.append([_judged(gate, draft, prepared) for gate in gates])
            keys.add(made)
            files.append(draft)
            drafts = drafts or [draft]
            stages.progress(number, len(parts))
            if blocking(judged[-1], policy.waivers):
                break
        stage.say(f"{files.rows_in_words}, {len(judged)} of {len(parts)} parts judged")
    whole = _whole(drafts[0], files, policy, len(parts))
    verdicts = [worst_of(verdicts, whole.digest, policy.figures) for verdicts in zip(*judged, strict=True)]
    verdicts = [keys.judged(verdict) if verdict.gate == "schema" else verdict for verdict in verdicts]
    for verdict in verdicts:
        with stages.stage(f"gate {verdict.gate}") as shown:
            shown.judge(verdict)
    return decided(prepared, Drawn(whole, prepared.seeds.seed), verdicts, stages, rows=files.rows)


def _judged(gate: Gate, part: Draft, prepared: Prepared) -> Verdict:
    """A gate's verdict on one part, which has no digest of its own: the verdict on all parts has that of the file."""
    return timed(gate.name, "", partial(gate.measure, part, prepared.source), prepared.policy.gate_seconds)


def _draft(made: Dataset, prepared: Prepared, recipe: Recipe) -> Draft:
    formed = in_form(made, prepared.data, prepared.policy.write.format)
    return Draft(formed, serialise(formed), len(formed.root), recipe)


def _whole(first: Draft, files: _Files, policy: Policy, parts: int) -> Draft:
    note = (
        f"the rows were made in {parts:,} parts, each by the seed and its number, with all that hangs on it; "
        "each was judged by itself, and their keys together"
    )
    recipe = replace(first.recipe, details={**first.recipe.details, "parts": parts})
    return Draft(first.dataset.with_notes(note), files.stored, policy.rows, recipe)


@dataclass(eq=False)
class _Files:
    """The files of the run in its private folder, to which the rows of each part are appended."""

    folder: Path
    open_: dict[str, BinaryIO] = field(default_factory=dict, repr=False)
    rows: Counter[str] = field(default_factory=Counter)  # by table

    def append(self, draft: Draft) -> None:
        self.rows.update({table.name: len(table) for table in draft.dataset})
        for name, content in draft.files.items():
            rows = b"".join(blocks(content))
            if name in self.open_:
                rows = without_header(rows)
            else:
                self.open_[name] = os.fdopen(unnamed(self.folder / name), "wb", closefd=False)
            self.open_[name].write(rows)
            self.open_[name].flush()

    @property
    def stored(self) -> dict[str, Stored]:
        return {name: Stored(self.folder / name) for name in self.open_}

    @property
    def rows_in_words(self) -> str:
        return ", ".join(f"{table} {rows:,} rows" for table, rows in self.rows.items())
