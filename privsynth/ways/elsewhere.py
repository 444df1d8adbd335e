"""What a figure beyond its limit means for a table that another tool has made: there is no option of ours to turn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from privsynth.verdict import Finding, Verdict

MEANS: Mapping[str, str] = {
    "selftest": "these gates do not work here: nothing that they say of the table counts",
    "pii": "values that name real people stand in it: whoever has the table has those; its maker must invent them",
    "copies": "people of the real table are repeated more often than by chance; give the table to nobody as it is",
    "membership": "whoever has the table can tell who is in the real one: its maker learnt single rows",
    "singling_out": "descriptions taken from it fit one real person more often than chance: single rows were learnt",
    "linkability": "two files about the same people can be joined over it: which parts belong together was learnt",
    "inference": "the secret can be read off it for people of the real table better than for others",
    "attribute": "the secret can be told from it for people of the real table better than for others",
    "tracing": "rows lead back to their people: it is pseudonymised at most",
    "classical": "too few people share their quasi-identifiers in it: a join finds them",
    "fidelity": "results found on it differ from those on the real table, most in the columns named here",
}
NO_EVIDENCE = "there is too little to judge by: name real rows that its maker never saw with --holdout, or more of them"


def from_elsewhere(verdict: Verdict) -> Verdict:
    """The same figures; what to do about them is for the tool that made the table."""
    return replace(verdict, findings=tuple(_of(verdict.gate, finding) for finding in verdict.findings))


def _of(gate: str, finding: Finding) -> Finding:
    return replace(finding, remedy=NO_EVIDENCE if finding.evidence else MEANS.get(gate, ""))
