"""How often a row that was made from one person leads back to them: the figure for whoever knows all that was kept."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from privsynth.verdict import Finding, Verdict

TO_DO = "Drop or coarsen what others may know, or name it a quasi-identifier, so that it is held against the limit"
BY_ALL, BY_SOME = "nearest_by_all_columns", "nearest_by_quasi_identifiers"


def traces(
    verdicts: Sequence[Verdict], *, most: float, exact: bool, without: Collection[str] = ()
) -> tuple[list[str], list[str]]:
    """Notes, and as warnings those beyond `most`, what the quasi-identifiers are held to; in words where not `exact`.

    `without`: look-up tables, whose rows are nobody.
    """
    found = [finding for verdict in verdicts if verdict.gate == "tracing" for finding in verdict.findings]
    notes, warnings = list[str](), list[str]()
    for finding in _widest([f for f in found if f.table not in without]):
        said = f"{finding.table}: nearest by all columns: {_lead(finding, exact=exact)}"
        if (finding.measured or 0.0) <= most:
            notes.append(said)
        else:
            warnings.append(f"{said}: who knows all that was kept of a person finds their row. {TO_DO}")
    return notes, warnings


def _lead(finding: Finding, *, exact: bool) -> str:
    if not exact:
        return f"{finding.roughly} lead to the right one"
    share, rows = finding.measured or 0.0, finding.n or 0
    return f"{share * rows:,.0f} of {rows:,} rows lead to the right one ({100 * share:.1f} %)"


def _widest(found: Sequence[Finding]) -> list[Finding]:
    """One for each table: by all columns, or by the quasi-identifiers where nothing else was kept."""
    by_table = {finding.table: finding for key in (BY_SOME, BY_ALL) for finding in found if finding.key == key}
    return list(by_table.values())
