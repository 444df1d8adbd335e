"""Verdicts become reports: two pages for people, one file for machines, and the manifest. For refusals too."""

from __future__ import annotations

from collections.abc import Sequence

from privsynth.manifest import Facts, canonical, manifest_of, shown
from privsynth.measure.fidelity import FidelityResult
from privsynth.policy import Policy
from privsynth.release import Draft, Reports, published_names
from privsynth.report.fidelity import measure
from privsynth.report.pages import compliance_page, fidelity_page, fidelity_page_alone
from privsynth.report.result import result_object as result_object
from privsynth.report.result import schemas as schemas
from privsynth.report.values import fidelity_section, report_values
from privsynth.source import Source
from privsynth.verdict import Verdict, waivers_used


def render_reports(
    draft: Draft,
    verdicts: Sequence[Verdict],
    source: Source,
    policy: Policy,
    facts: Facts,
    *,
    fidelity: Sequence[FidelityResult] | None = None,
) -> Reports:
    """Reports and manifest as bytes. Equal draft, verdicts, policy and seed give equal bytes in all but manifest.json.

    The page calls the run released if all verdicts so far are passed; the gate over these reports has the last word,
    and if it says no they are not handed out. `fidelity` is measured here unless it is given.
    """
    facts, files = shown(facts, policy), published_names(draft.files, waivers_used(verdicts, policy.waivers))
    exact = policy.figures == "exact"
    measured = () if not exact else measure(draft, source, policy) if fidelity is None else tuple(fidelity)
    values = report_values(draft, verdicts, source, policy, facts, measured)
    pages = {
        "compliance.html": compliance_page(values),
        "fidelity.html": fidelity_page(values),
        "report.json": canonical(values),
    }
    manifest = manifest_of(draft.dataset, files, verdicts, source, policy, facts, pages)
    return Reports({**pages, "manifest.json": manifest.to_bytes()})


def render_fidelity(
    results: Sequence[FidelityResult], *, notes: Sequence[str] = (), versions: dict[str, str] | None = None
) -> bytes:
    """The fidelity report alone, for a table that any tool has made."""
    return fidelity_page_alone(fidelity_section(results), notes=notes, versions=versions or {})
