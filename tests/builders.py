"""Small drafts and verdicts for tests of what comes after them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from privsynth.content import digest
from privsynth.dataset import Column, Dataset, Kind, Table
from privsynth.gate import Gate, gates_for
from privsynth.manifest import SCHEMA, canonical, file_records
from privsynth.policy import Policy
from privsynth.release import Draft, Reports
from privsynth.source import Source
from privsynth.verdict import GATES, Finding, Verdict


def one_table(rows: int = 2) -> Dataset:
    frame = pd.DataFrame({"n": pd.Series(range(rows), dtype="float64")})
    return Dataset((Table("t", (Column("n", Kind.INTEGER),), frame),))


def draft() -> Draft:
    return Draft(one_table(), {"t.csv": b"n\n0\n1\n"}, 2)


def reports() -> Reports:
    return Reports(record_of({"t.csv": b"n\n0\n1\n", "report.json": b"{}"}, kept=["report.json"]))


def record_of(files: Mapping[str, bytes], *, kept: Sequence[str] | None = None) -> dict[str, bytes]:
    """The files (or those that are kept) with a manifest of ours that speaks of all of them."""
    data = {name: content for name, content in files.items() if name.endswith(".csv")}
    told = {"schema": SCHEMA, "outcome": "released", "data_sha256": digest(data)}
    manifest = canonical({**told, "data": file_records(files), "reports": []})
    return {**{name: files[name] for name in (files if kept is None else kept)}, "manifest.json": manifest}


def passing(of: Draft, paper: Reports) -> list[Verdict]:
    """A full list of passed verdicts about exactly this draft and these reports."""
    good = (Finding("fine", 0.0, what="fine", limit=1.0),)
    return [Verdict(name, paper.digest if name == "artefacts" else of.digest, good) for name in GATES]


@dataclass(frozen=True)
class Content:
    """A gate that has nothing to object."""

    name: str

    def measure(self, draft: Draft, source: Source) -> list[Finding]:
        return [Finding("nothing", 0, what="nothing", limit=0)]


def counting_gates(policy: Policy) -> tuple[Gate, ...]:
    """All gates but those that count are content."""
    return tuple(gate if gate.name in ("claim", "budget") else Content(gate.name) for gate in gates_for(policy))
