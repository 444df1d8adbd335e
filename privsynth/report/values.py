"""Everything that the reports say, as plain values: the pages show them, and report.json holds the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any, cast

from privsynth.manifest import Facts, canonical, claim_record, file_records, path_record, plain, policy_record, sizes
from privsynth.measure.fidelity import FidelityResult
from privsynth.policy import Policy, profile_digest
from privsynth.release import Draft, published_names
from privsynth.report import wording
from privsynth.report.decision import decision, first_numbers, gate_rows, with_ways
from privsynth.report.fidelity import fidelity_numbers, fidelity_values, headline, worst_things
from privsynth.report.inventory import Statements, inventory
from privsynth.report.kept import rules_kept
from privsynth.report.limits import limit_rows
from privsynth.report.method import backend_kind, control, method, relations, scope
from privsynth.report.traces import traces
from privsynth.source import Source
from privsynth.verdict import Verdict, waivers_used

SCHEMA = "privsynth/report/1"
JOINED = "joined_with_release_"  # of a finding: with which earlier release
EDITIONS = {"exact": "internal", "bands": "shareable", "pass_fail": "public"}


def report_values(
    draft: Draft,
    verdicts: Sequence[Verdict],
    source: Source,
    policy: Policy,
    facts: Facts,
    fidelity: Sequence[FidelityResult],
) -> dict[str, Any]:
    """The content of report.json."""
    gates, real, used = gate_rows(verdicts, policy), not source.is_empty, waivers_used(verdicts, policy.waivers)
    decided = with_ways(decision(gates, used, real=real), facts.advice)
    rows = sum(sizes(draft.dataset, facts).values())
    columns = inventory(
        draft.dataset,
        source,
        facts.recipe,
        cast("Statements", facts.account.get("columns", {})),
        backend=backend_kind(policy, facts),
        verdicts=verdicts,
        figures=None if policy.has_claim else policy.figures,
    )
    how = method(policy, facts)
    alone = not real and not how["is_inferred"]  # a rulebook, behind which no real rows stand
    if facts.recipe.kept:
        how["rules_kept"] = rules_kept(facts.recipe.kept, exact=policy.figures == "exact")
    content = {
        "schema": SCHEMA,
        "edition": EDITIONS[policy.figures],
        "figures": wording.FIGURES[policy.figures],
        "waivers": [waiver.model_dump(mode="json") for waiver in used],
        "exposure": exposure(source, policy, alone=alone),
        "differential_privacy": claim_record(facts.claim),
        "synthetic": not draft.dataset.is_of_people,
        "generation": 1,
        "verdict": decided,
        "path": path_record(facts.course, verdicts, policy),
        "numbers": first_numbers(
            gates,
            () if policy.has_claim else verdicts,
            rows,
            real=real,
            of_people=how["rows_are_people"],
            looked_up=how["looked_up"],
            is_inferred=how["is_inferred"],
        ),
        "profile": profile_values(policy, _minded(verdicts, source, policy), alone=alone),
        "policy": {"sha256": sha256(canonical(policy_record(policy))).hexdigest(), "limits": limit_rows(policy)},
        "real_data_read": real,
        "tables": scope(draft.dataset, source, facts, hidden=policy.has_claim),
        "relations": relations(draft.dataset),
        "columns": _told(columns, policy),
        "method": {**how, "control": control(source, hidden=policy.has_claim)},
        "attackers": [{"story": story, "gate": gate} for story, gate in wording.ATTACKERS],
        "gates": gates,
        "scanner": scanner(facts, policy),
        "fidelity": fidelity_section(fidelity, alone=alone) if policy.figures == "exact" else _fidelity_in_bands(),
        "not_tested": [{"what": what, "why": why} for what, why in untested(verdicts, alone=alone)],
        "residual": [text for text in (*wording.RESIDUAL_ALWAYS, how["residual"]) if text],
        "conditions": _said(wording.CONDITIONS[policy.profile], alone=alone),
        "notes": list(facts.notes),
        "files": file_records(published_names(draft.files, used)) if decided["outcome"] != "refused" else [],
        "versions": dict(facts.versions),
    }
    return dict(plain(content))


def untested(verdicts: Sequence[Verdict], *, alone: bool) -> list[tuple[str, str]]:
    """What no gate looked at, in this run or in any; a rulebook alone has nothing that could be copied or add up."""
    if alone:
        return [*unmeasured(verdicts), *wording.NOT_TESTED]
    joined = any(finding.key.startswith(JOINED) for verdict in verdicts for finding in verdict.findings)
    several = wording.SEVERAL_JOINED if joined else wording.SEVERAL
    return [*unmeasured(verdicts), several, wording.HIDDEN, *wording.NOT_TESTED]


def unmeasured(verdicts: Sequence[Verdict]) -> list[tuple[str, str]]:
    """Gates that measured nothing here, and why: no real data, rows that are people's own, no sensitive column."""
    judges = [verdict for verdict in verdicts if verdict.gate != "claim"]  # who claims nothing leaves nothing untested
    silent = [
        verdict
        for verdict in judges
        if not verdict.error and all(finding.limit is None and not finding.measured for finding in verdict.findings)
    ]
    return [
        (wording.GATES.get(verdict.gate, (verdict.gate,))[0], verdict.findings[0].note)
        for verdict in silent
        if verdict.findings
    ]


def _minded(verdicts: Sequence[Verdict], source: Source, policy: Policy) -> list[str]:
    """What whoever hands the rows on must know first: that they lead back to their people, in this edition's words."""
    exact, most = policy.figures == "exact", policy.limits.tracing_max
    return traces(verdicts, most=most, exact=exact, without=source.train.lookups)[1]


def _said(sentences: Iterable[str], *, alone: bool) -> list[str]:
    """Sentences about a profile, of the source or of the rulebook that stands in its place."""
    words = wording.RULEBOOK_ALONE if alone else wording.WITH_SOURCE
    return [sentence.format(**words) for sentence in sentences]


def profile_values(policy: Policy, minded: Sequence[str], *, alone: bool) -> dict[str, Any]:
    """The named profile, and in plain words what passing it does and does not say; first what is to be minded."""
    name = policy.profile
    may = wording.PROFILE_MAY[name]
    return {
        "name": name,
        "sha256": profile_digest(name),
        "short": _said([wording.PROFILE_SHORT[name]], alone=alone)[0],
        "may": [
            {"word": word, "text": text}
            for word, text in (
                *(("Mind", f"{text}.") for text in minded),
                *zip((word for word, _ in may), _said((text for _, text in may), alone=alone), strict=True),
            )
        ],
        "means": _said(wording.PROFILE_MEANS[name], alone=alone),
        "does_not_mean": _said(wording.PROFILE_DOES_NOT_MEAN[name], alone=alone),
        "recipients": _said([wording.PROFILE_RECIPIENTS[name]], alone=alone)[0],
        "safe_harbor": wording.SAFE_HARBOR.get(name, ()),
    }


def exposure(source: Source, policy: Policy, *, alone: bool) -> dict[str, Any]:
    """What the ledger knows of this source, this run's attempt included and its rows not; the limits beside it."""
    known, limits = source.exposure, policy.limits
    unknown = wording.LEDGER_NEEDLESS if alone else wording.LEDGER_ABSENT
    return {
        "counted": known is not None,
        "sentence": unknown if known is None else wording.LEDGER_COUNTS,
        "attempt": known.attempt if known else None,
        "attempts_max": limits.attempts_max,
        "releases_before": known.releases if known else None,
        "rows_before": known.rows if known else None,
        "rows_ratio": limits.rows_ratio,
        "epsilon": known.epsilon if known and policy.has_claim else None,
    }


def _told(rows: list[dict[str, Any]], policy: Policy) -> list[dict[str, Any]]:
    """Why a column has its role may be a share of its values: said only in the edition with exact figures."""
    return (
        rows
        if policy.figures == "exact"
        else [{**row, "reason": "", "confidence": round(row["confidence"], 1)} for row in rows]
    )


def _fidelity_in_bands() -> dict[str, Any]:
    """Nothing but where to look: bars, distances and ties are exact figures of the real rows."""
    return {**fidelity_section(()), "headline": wording.FIDELITY_IN_BANDS, "numbers": []}


def fidelity_section(results: Sequence[FidelityResult], *, alone: bool = False) -> dict[str, Any]:
    """Fidelity of all tables, with its headline."""
    tables, untold = fidelity_values(results), (wording.NO_FIDELITY,) if alone else wording.NOT_TESTED_FIDELITY
    return {
        "headline": headline(tables),
        "numbers": fidelity_numbers(tables),
        "worst": worst_things(tables),
        "tables": tables,
        "not_tested": [{"what": what, "why": why} for what, why in untold],
    }


def scanner(facts: Facts, policy: Policy) -> dict[str, Any]:
    """What the scanner claims to find, and what it cannot see: from the run, else from the scanner itself."""
    from privsynth.pii import coverage, not_detectable
    from privsynth.pii.analyzer import mode
    from privsynth.pii.searched import BEYOND, searched

    claimed = facts.coverage or tuple(vars(row) for row in coverage())
    reader = mode(policy.nlp)
    return {
        "reader": f"{reader.name} {reader.version}".strip(),
        "claims": [_coverage_row(row) for row in claimed],
        "blind_to": list(not_detectable()),
        "searched": [{"form": line.form, "how": line.how} for line in searched()],
        "not_searched": list(BEYOND),
    }


def _coverage_row(row: Mapping[str, object]) -> dict[str, str]:
    """One kind of personal data: how it is found, how well that was measured, where it ends."""
    known = {
        str(key): " ".join(str(value).split()) for key, value in row.items() if value is not None and key != "role"
    }
    first = {name: known.pop(name, "") for name in ("entity", "how", "limits")}
    return {**first, "measured": "; ".join(f"{name}: {value}" for name, value in sorted(known.items()))}
