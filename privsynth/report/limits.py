"""The limits that were applied: what each means, how strict it is here, and where the figure comes from."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Any

from privsynth.options import Limits
from privsynth.policy import Policy, profile_limits
from privsynth.verdict import Finding

_LINE = re.compile(r"^\s+(?P<name>\w+):\s*\S+\s+#\s*(?P<source>.+?)\s*$", re.MULTILINE)
NONE_ALLOWED = "rule of the gate: none is allowed"
BY_GATE = "set by the gate, see the note"


@cache
def limit_sources(profile: str) -> dict[str, str]:
    """Where each figure of a profile comes from: the comment beside it in the profile's file, its only home."""
    text = (files("privsynth") / "profiles" / f"{profile}.yaml").read_text(encoding="utf-8")
    return {line["name"]: line["source"] for line in _LINE.finditer(text)}


def limit_rows(policy: Policy) -> list[dict[str, Any]]:
    """Every limit of the policy, beside the one that the profile asks for."""
    sources, profile = limit_sources(policy.profile), profile_limits(policy.profile)
    return [
        {
            "name": name,
            "value": getattr(policy.limits, name),
            "profile_value": profile[name],
            "tightened": getattr(policy.limits, name) != profile[name],
            "meaning": field.description,
            "source": sources.get(name, "not stated"),
        }
        for name, field in Limits.model_fields.items()
    ]


def limit_of(finding: Finding, policy: Policy) -> tuple[str | None, str]:
    """The name of the limit that a finding was held against, and where its figure comes from."""
    if finding.limit is None:
        return None, ""
    if not finding.limit_name:
        return None, BY_GATE if finding.limit else NONE_ALLOWED
    source = limit_sources(policy.profile).get(finding.limit_name, "not stated")
    own = getattr(policy.limits, finding.limit_name)
    if own != profile_limits(policy.profile)[finding.limit_name]:
        return finding.limit_name, f"tightened by the policy; the profile's figure: {source}"
    if finding.limit_name == "k" and finding.limit != own:
        return "k", f"more than the profile's {own}, as risk_max or the plan of the mask asks"
    return finding.limit_name, source
