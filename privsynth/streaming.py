"""A file too large for memory: when it is dealt into parts, its parts, and one verdict from the verdicts on them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from privsynth.dataset import Dataset, Table
from privsynth.options import FigureStyle
from privsynth.policy import Policy
from privsynth.read.parts import HEAD, Layout, beginning, deal, part
from privsynth.read.refusal import counted, shown
from privsynth.read.sources import SourceFile
from privsynth.typing import Array
from privsynth.verdict import Finding, Verdict

CELLS = 200_000  # of a part: masked and judged in less than a gigabyte, with the fingerprints of ten million rows
WHOLE = 2_000_000  # up to which a table is masked as one: groups learnt on all rows are finer than those of a part


@dataclass(frozen=True, eq=False, kw_only=True)
class Parts:
    """The source, dealt out: any number of walks over it, a part at a time."""

    layout: Layout
    like: Table  # what each column of a part must be
    files: Sequence[Path]
    rows: int
    notes: Sequence[str]  # on rows that were left out
    policy: Policy
    misfits: dict[Path, Counter[str]] = field(default_factory=dict)  # of each part walked over, by column

    def __iter__(self) -> Iterator[Table]:
        return (table for table in map(self._part, self.files) if len(table))

    def _part(self, file: Path) -> Table:
        self.misfits[file] = Counter()
        wishes, misfits = self.policy.table(self.layout.table), self.misfits[file]
        return part(file, self.layout, self.like, self.policy.read, wishes=wishes, misfits=misfits)

    def misfit_notes(self) -> list[str]:
        """How many cells of the parts walked over count as missing."""
        columns = sum(self.misfits.values(), Counter[str]())
        return [
            f"{self.layout.label}: column {shown(name)}: {counted(count, 'cell')} of all rows do not fit its kind and "
            "count as missing, as the policy says"
            for name, count in columns.items()
        ]


def deal_parts(
    layout: Layout,
    like: Table,
    policy: Policy,
    folder: Path,
    *,
    cells: int,
    beginning_rows: int,
    rng: np.random.Generator,
) -> Parts:
    """Every row of the file in one of so many parts that each has about `cells` cells."""
    count = _count(layout, beginning_rows, cells)
    dealt = deal(layout, folder, count, policy.read, person=like.person, rng=rng)
    return Parts(layout=layout, like=like, files=dealt.files, rows=dealt.rows, notes=dealt.notes, policy=policy)


def needs_parts(file: SourceFile, path: Path, policy: Policy) -> bool:
    """Whether a file is plain text of more rows than are masked as one table."""
    if path.stat().st_size <= HEAD or path.name.lower().endswith(".gz"):
        return False
    layout, head, _ = beginning(file, path, policy.read, policy.table(file.table))
    return _count(layout, len(head), WHOLE) > 1


def _count(layout: Layout, beginning_rows: int, cells: int) -> int:
    """How many parts, so that each has about so many cells."""
    size = layout.path.stat().st_size
    rows = size / max(min(size, HEAD), 1) * max(beginning_rows, 1)
    return max(1, math.ceil(rows * len(layout.names) / cells))


def without_header(content: bytes) -> bytes:
    """The rows. A header field may hold a line end, inside quotes."""
    quoted = False
    for at, char in enumerate(content):
        if char == 0x22:
            quoted = not quoted
        elif char == 0x0A and not quoted:
            return content[at + 1 :]
    return b""


@dataclass(eq=False)
class KeysOfParts:
    """The keys to which rows of any part refer, as fingerprints of eight bytes."""

    prints: dict[tuple[str, ...], list[Array]] = field(default_factory=dict, repr=False)

    def add(self, part: Dataset) -> None:
        keys: dict[tuple[str, str], list[str]] = {}
        for relation in part.relations:
            keys.setdefault((relation.parent, relation.child), []).append(relation.parent_key)
        for place in {(table, *names) for (table, _), names in keys.items()}:
            table, *names = place
            prints = pd.util.hash_pandas_object(part[table].frame[names], index=False).to_numpy()
            self.prints.setdefault(place, []).append(prints)

    def judged(self, verdict: Verdict) -> Verdict:
        """The verdict on the parts, with what only all of them together show."""
        together = {place: np.concatenate(prints) for place, prints in self.prints.items()}
        doubled = {place: len(prints) - len(np.unique(prints)) for place, prints in together.items()}
        found = Finding(
            "repeated_keys_of_parts",
            sum(doubled.values()),
            what="rows whose key repeats that of a row of any part",
            limit=0,
            where=tuple(f"{table}.{name}" for (table, *names), count in doubled.items() if count for name in names),
            n=sum(map(len, together.values())),
            note=f"{len(doubled)} keys to which other rows refer",
            remedy="the backend is at fault: report it",
        )
        return replace(verdict, findings=(*verdict.findings, found))


def worst_of(verdicts: Sequence[Verdict], subject: str, figures: FigureStyle) -> Verdict:
    """One gate's verdict on all parts: of each finding the worst, and an error if there was one."""
    by_key: dict[tuple[str, str], list[Finding]] = {}
    for verdict in verdicts:
        for finding in verdict.findings:
            by_key.setdefault((finding.table, finding.key), []).append(finding)
    return Verdict(
        verdicts[0].gate,
        subject,
        tuple(_marked(max(findings, key=_badness), len(verdicts)) for findings in by_key.values()),
        "; ".join(dict.fromkeys(verdict.error for verdict in verdicts if verdict.error)),
        sum(verdict.seconds for verdict in verdicts),
        figures=figures,
    )


def _badness(finding: Finding) -> tuple[bool, bool, float]:
    """What failed is worse than what passed, and what could not be measured is the worst of what failed."""
    if finding.measured is None or not math.isfinite(finding.measured):
        return not finding.passed, not finding.passed, -math.inf
    return not finding.passed, False, finding.measured if finding.good == "low" else -finding.measured


def _marked(finding: Finding, parts: int) -> Finding:
    if parts == 1 or finding.empty:
        return finding
    return replace(finding, note="; ".join(filter(None, (finding.note, f"the worst of {parts} parts"))))
