"""What is left to say of a run whose reports repeat a real value: which gate, what kind of value, where, what to do."""

from __future__ import annotations

from collections.abc import Sequence

from privsynth.manifest import REFUSAL, canonical, file_records
from privsynth.policy import Policy
from privsynth.release import Reports
from privsynth.report.pages import notice_page
from privsynth.report.wording import GATES, NOTICE, NOTICE_BARE
from privsynth.verdict import Verdict


def render_notice(verdicts: Sequence[Verdict], last: Verdict, policy: Policy, *, bare: bool = False) -> Reports:
    """Fixed sentences, the words of the verdicts, and (unless `bare`) names of columns and parts of the reports.

    No figure, no note of the run, nothing of the policy but the name of its profile.
    """
    values = {
        "schema": REFUSAL,
        "outcome": "refused",
        "gate": last.gate,
        "profile": policy.profile,
        "sentence": NOTICE_BARE if bare else NOTICE,
        "error": last.error,
        "reasons": [
            {
                "what": finding.what,
                "columns": [] if bare else list(finding.where),
                "kinds": "" if bare else finding.note,
                "remedy": "" if bare else finding.remedy,
            }
            for finding in last.failures
        ],
        "gates": [
            {"gate": verdict.gate, "title": GATES.get(verdict.gate, ("",))[0], "word": verdict.word.value}
            for verdict in [*verdicts, last]
        ],
    }
    page = {"refusal.html": notice_page(values)}
    return Reports({**page, "refusal.json": canonical({**values, "reports": file_records(page)})})
