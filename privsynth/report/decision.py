"""The decision in words: what was decided, why, and the three numbers that a reader should see first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from privsynth.manifest import detectable_leak, finding_record
from privsynth.options import Waiver
from privsynth.policy import Policy
from privsynth.report.figures import count, figure, share
from privsynth.report.limits import limit_of
from privsynth.report.traces import BY_ALL
from privsynth.report.wording import ARTEFACTS_LINE, GATES, WAIVED
from privsynth.verdict import GATES as GATE_ORDER
from privsynth.verdict import Finding, Status, StatusWord, Verdict, waived
from privsynth.way_out import Advice, WayOut

COPIED = ("equal", "agreement", "near")  # the tests of the gate copies for copied rows
UNDECIDED = (StatusWord.REPORTED, StatusWord.NOTHING)  # the words of a gate that held nothing against a limit


def gate_rows(verdicts: Sequence[Verdict], policy: Policy) -> list[dict[str, Any]]:
    """Each gate of the list with its findings, in the order of the list; then any other."""
    given = {verdict.gate: verdict for verdict in verdicts}
    names = [*(name for name in GATE_ORDER if name != "artefacts"), *(name for name in given if name not in GATE_ORDER)]
    return [_gate_row(name, given.get(name), policy) for name in names] + [_artefacts_row()]


def _gate_row(name: str, verdict: Verdict | None, policy: Policy) -> dict[str, Any]:
    title, question = GATES.get(name, (name, ""))
    findings = [_finding_row(finding, policy) for finding in verdict.findings] if verdict else []
    status = verdict.status if verdict else Status.ERRORED
    word = verdict.word if verdict else StatusWord.NOT_JUDGED
    error = (verdict.error if verdict else "gave no verdict") or ("measured nothing" if not findings else "")
    return {
        "gate": name,
        "title": title,
        "question": question,
        "status": status.value,
        "word": word.value,
        "decides": word not in UNDECIDED,
        "error": error if status is Status.ERRORED else "",
        "waived": bool(verdict and waived(verdict, policy.waivers)),
        "band": _band(verdict, policy),
        "findings": sorted(findings, key=lambda row: (row["passed"], row["limit"] is None)),
    }


def _artefacts_row() -> dict[str, Any]:
    title, question = GATES["artefacts"]
    return {
        "gate": "artefacts",
        "title": title,
        "question": question,
        "status": "later",
        "word": "judged last",
        "decides": True,
        "error": ARTEFACTS_LINE,
        "waived": False,
        "band": "",
        "findings": [],
    }


def _finding_row(finding: Finding, policy: Policy) -> dict[str, Any]:
    record = finding_record(finding, policy.figures)
    name, source = limit_of(finding, policy)
    return {
        **record,
        "limit_name": name,
        "limit_source": source,
        "said": _said(finding, policy),
        "is_measured": finding.is_measured,
    }


def _said(finding: Finding, policy: Policy) -> str:
    """The measurement as this edition spells it."""
    if policy.figures == "exact" or not finding.is_measured:
        return figure(finding.measured)
    told = policy.figures == "bands" or finding.limit is None
    return (finding.band if told else "") or "not shown"


def _band(verdict: Verdict | None, policy: Policy) -> str:
    """The band of a gate's worst measurement, where measurements themselves are not shown."""
    if verdict is None or policy.figures != "pass_fail":
        return ""
    held = [finding for finding in verdict.findings if finding.used is not None]
    return max(held, key=lambda finding: finding.used or 0.0).band if held else ""


def decision(gates: Sequence[dict[str, Any]], waivers: Sequence[Waiver] = (), *, real: bool) -> dict[str, Any]:
    """Released or blocked, in words that name the gate, the measurement and its limit."""
    judged = [gate for gate in gates if gate["status"] != "later"]
    blocking = [gate for gate in judged if gate["status"] != Status.PASSED.value and not gate["waived"]]
    if not blocking and waivers:
        reasons = [reason for gate in judged if gate["waived"] for reason in _reasons(gate)]
        return {
            "outcome": "released-with-waiver",
            "word": "Released with waiver",
            "sentence": WAIVED,
            "reasons": reasons,
            "remedies": [],
        }
    if not blocking:
        return {"outcome": "released", "word": "Released", "sentence": _released(judged), "reasons": [], "remedies": []}
    names = " and ".join(
        [", ".join(g["gate"] for g in blocking[:-1]), blocking[-1]["gate"]]
        if len(blocking) > 1
        else [blocking[0]["gate"]]
    )
    gate = "gates" if len(blocking) > 1 else "gate"
    sentence = f"Blocked by the {gate} {names}. No row was written{', and the rows are not kept' if real else ''}."
    reasons = [reason for gate in blocking for reason in _reasons(gate)]
    remedies = list(dict.fromkeys(reason["remedy"] for reason in reasons if reason["remedy"]))
    return {"outcome": "refused", "word": "Blocked", "sentence": sentence, "reasons": reasons, "remedies": remedies}


def with_ways(decided: dict[str, Any], advice: Advice) -> dict[str, Any]:
    """The decision with the ways out of it: what a gate says of itself gives way to what was worked out from all."""
    sentences = [_way_in_words(way) for way in advice.ways]
    said = [*advice.by_hand, *filter(None, [advice.nothing_left]), *sentences]
    ways = [way_record(way) for way in advice.ways]
    return {**decided, "ways": ways, "nothing_left": advice.nothing_left, "remedies": said or decided["remedies"]}


def way_record(way: WayOut) -> dict[str, Any]:
    """A way out as machines read it: the flags to add, why, and what it costs."""
    return {
        "kind": way.kind,
        "changed": list(way.words),
        "why": way.why,
        "costs": way.costs,
        "other_backend": way.leaves,
    }


def _way_in_words(way: WayOut) -> str:
    return f"The same command with {' '.join(way.words)}, because {way.why}. At the cost: {way.costs}."


def _released(judged: Sequence[dict[str, Any]]) -> str:
    held = [sum(finding["limit"] is not None for finding in gate["findings"]) for gate in judged]
    measurements, gates = count(sum(held), "measurement"), count(sum(map(bool, held)), "gate")
    others = [
        _others(judged, StatusWord.REPORTED, "only reported"),
        _others(judged, StatusWord.NOTHING, "had nothing to judge"),
    ]
    return (
        "; ".join(
            filter(
                None, (f"No gate blocked: {gates} compared {measurements} with a limit, and none is beyond it", *others)
            )
        )
        + "."
    )


def _others(judged: Sequence[dict[str, Any]], word: StatusWord, did: str) -> str:
    names = [gate["gate"] for gate in judged if gate["word"] == word.value]
    return f"{' and '.join(filter(None, (', '.join(names[:-1]), names[-1])))} {did}" if names else ""


def _reasons(gate: dict[str, Any]) -> list[dict[str, Any]]:
    failed = [finding for finding in gate["findings"] if not finding["passed"]]
    reasons = [
        {
            "gate": gate["gate"],
            "sentence": _why(finding),
            "where": finding["where"],
            "note": finding["note"],
            "remedy": finding["remedy"],
        }
        for finding in failed
    ]
    if gate["status"] == Status.ERRORED.value and gate["error"]:
        sentence = f"The gate could not judge ({gate['error']}). A gate that cannot judge blocks."
        reasons.insert(0, {"gate": gate["gate"], "sentence": sentence, "where": [], "note": "", "remedy": ""})
    return reasons


def _why(finding: dict[str, Any]) -> str:
    side = "at most" if finding["good"] == "low" else "at least"
    shown = _held(finding) if finding["measured"] is not None else "beyond its limit"
    measured = shown if finding["is_measured"] else "could not be measured"
    return f"{finding['what']}: {measured}, allowed is {side} {figure(finding['limit'])}."


def _held(finding: dict[str, Any]) -> str:
    if finding["as_measured"] is None:
        return f"measured {finding['said']}"
    return f"measured {figure(finding['as_measured'])}, as chance allows {finding['said']}"


def first_numbers(
    gates: Sequence[dict[str, Any]],
    verdicts: Sequence[Verdict],
    rows: int,
    *,
    real: bool,
    of_people: bool,
    looked_up: Sequence[str] = (),
    is_inferred: bool = False,
) -> list[dict[str, str]]:
    """Three numbers for the first screen of the compliance report, each with what it means."""
    held = [finding for gate in gates for finding in gate["findings"] if finding["limit"] is not None]
    beyond = sum(not finding["passed"] for finding in held)
    numbers = [
        {
            "value": f"{beyond} of {len(held)}",
            "label": "measurements beyond their limit",
            "meaning": "Each gate holds what it measures against a limit. One beyond its limit blocks the release.",
        }
    ]
    numbers += _privacy_numbers(gates, verdicts) if real and verdicts else []
    numbers.append(
        {
            "value": f"{rows:,}",
            "label": "rows judged" if of_people else "synthetic rows judged",
            "meaning": "Rows of all tables together, exactly as they would be written.",
        }
    )
    if looked_up and not is_inferred:
        numbers.insert(
            0,
            {
                "value": f"{len(looked_up)}",
                "label": "look-up files read",
                "meaning": "The rows were made from a rulebook and the look-up files that it names, whose values stand "
                "as they are. Whether those are real, their author knows; nothing was compared with them.",
            },
        )
    elif not real:
        numbers.insert(
            0,
            {
                "value": "0",
                "label": "real rows compared with" if is_inferred else "real rows read",
                "meaning": "The rows were made from a rulebook that was inferred from real rows. These were not given: "
                "nothing was compared."
                if is_inferred
                else "The rows were made from a rulebook. This run read no real data, so there is nothing to compare; "
                "what the rulebook was made of, its author knows.",
            },
        )
    return numbers[:3]


def _privacy_numbers(gates: Sequence[dict[str, Any]], verdicts: Sequence[Verdict]) -> list[dict[str, str]]:
    """Who can be found again, how small the groups are, what was copied, and what leak could have been seen."""
    numbers, leak = [], detectable_leak(verdicts)
    copied = max(_measured(gates, "copies", *COPIED), default=None)
    group = min(_measured(gates, "classical", "smallest_group"), default=None)
    linked = _led_back(gates, verdicts)
    if linked:
        meaning = (
            "Rows that somebody who knows every kept column can lead back to their person. Not held against a limit."
        )
        numbers.append({"value": linked, "label": "found by one who knows all", "meaning": meaning})
    if group is not None:
        meaning = "Rows that share all their quasi-identifiers. A row that is alone in its group can be singled out."
        numbers.append({"value": figure(group), "label": "rows in the smallest group", "meaning": meaning})
    if copied is not None:
        meaning = "The largest of the tests of the gate copies, as a share. What chance alone would give is taken off."
        numbers.append({"value": share(copied), "label": "copies beyond chance", "meaning": meaning})
    if leak is not None:
        meaning = "Smallest share of copied rows that this run could tell from chance. It would not see a smaller leak."
        numbers.append({"value": share(leak), "label": "minimum detectable leak", "meaning": meaning})
    return numbers


def _led_back(gates: Sequence[dict[str, Any]], verdicts: Sequence[Verdict]) -> str:
    """How many rows of the worst table lead back by all columns: the share, or words where figures are not told."""
    found = [f for v in verdicts if v.gate == "tracing" for f in v.findings if f.key == BY_ALL and f.is_measured]
    if not found:
        return ""
    table = max(found, key=lambda finding: finding.measured or 0.0).table
    rows = [row for gate in gates if gate["gate"] == "tracing" for row in gate["findings"]]
    worst = next(row for row in rows if (row["key"], row["table"]) == (BY_ALL, table))
    return str(worst["said"]) if worst["measured"] is None else share(worst["measured"])


def _measured(gates: Sequence[dict[str, Any]], gate: str, *keys: str) -> list[float]:
    """A gate's figures of these keys, as far as they may be shown: of those with a limit."""
    findings = [finding for row in gates if row["gate"] == gate for finding in row["findings"]]
    return [
        finding["measured"]
        for finding in findings
        if finding["key"] in keys and finding["measured"] is not None and finding["limit"] is not None
    ]
