"""The record of one run: what was asked, what ran, what was measured, and the digests of all that is written."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from importlib import metadata
from pathlib import PurePath
from typing import Any

from privsynth.content import Content, content_digest
from privsynth.dataset import Dataset, Table
from privsynth.options import CloneOptions, FigureStyle, KeyedOptions, MaskOptions, ModelOptions, RulesOptions
from privsynth.policy import Policy, profile_digest
from privsynth.recipe import FIGURES, UNTOLD, PrivacyClaim, Recipe
from privsynth.source import Exposure, Source
from privsynth.verdict import Finding, Loss, Verdict, blocking, outcome_of, waivers_used
from privsynth.way_out import FIRST, NO_ADVICE, Advice, Attempted, Course, Missed, missed_in

SCHEMA = "privsynth/manifest/1"
REFUSAL = "privsynth/refusal/1"  # of what is written where the manifest may not be
NOT_SHOWN = "what was noted during the run is not part of this edition, because notes hold figures of the real data"
_ASKED = frozenset(
    {name for model in (ModelOptions, CloneOptions, MaskOptions, RulesOptions) for name in model.model_fields}
    | {"k", "rho"}
)


@cache
def _versions() -> dict[str, str]:
    """The installed version of each package we depend on; an engine tells those of the extras that it used."""
    found = {"python": ".".join(str(part) for part in sys.version_info[:3])}
    try:
        found["privsynth"] = metadata.version("privsynth")
        needed = [line for line in metadata.requires("privsynth") or [] if "extra ==" not in line]
    except metadata.PackageNotFoundError:
        return found
    for name in (_bare(line) for line in needed):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return dict(sorted(found.items()))


def versions() -> dict[str, str]:
    return dict(_versions())


def _bare(requirement: str) -> str:
    """The name at the head of a requirement line."""
    length = next((i for i, c in enumerate(requirement) if not (c.isalnum() or c in "-_.")), len(requirement))
    return requirement[:length].lower()


@dataclass(frozen=True)
class Facts:
    """What only the run itself knows. Times, seconds and the run's id go to the manifest and nowhere else."""

    run_id: str
    started: datetime
    finished: datetime
    recipe: Recipe = UNTOLD  # what the backend says it did; never a value
    account: Mapping[str, object] = field(default_factory=dict)  # as much of the recipe as may be told: see `shown`
    notes: tuple[str, ...] = ()
    seed: int | None = None  # None when a key took part: a seed beside a key would weaken it
    seconds: Mapping[str, float] = field(default_factory=dict)  # by stage
    coverage: tuple[Mapping[str, object], ...] = ()  # what the scanner claims to find: entity, how, limits
    versions: Mapping[str, str] = field(default_factory=versions)
    claim: Claimed | None = None  # what is said of differential privacy, if anything
    advice: Advice = NO_ADVICE  # the ways out of a refusal
    course: Course = FIRST  # the runs before this one, where ways out of a refusal were followed
    rows: Mapping[str, int] | None = (
        None  # of each table, where rows came in parts and the dataset at hand is the first of them
    )


@dataclass(frozen=True)
class Claimed:
    """What a mechanism says of its own differential privacy, and what voids it."""

    epsilon: float | None
    delta: float | None
    unit: str  # whom it protects
    voids: tuple[str, ...]  # why nothing may be claimed after all

    @property
    def holds(self) -> bool:
        return not self.voids and None not in (self.epsilon, self.delta) and bool(self.unit)


def claimed(recipe: Recipe) -> Claimed | None:
    """What the tables of a recipe claim together; None where no table speaks of epsilon at all."""
    costs = [table.privacy for table in recipe.tables.values() if table.privacy is not None]
    if not costs:
        return None
    return Claimed(
        _total(cost.epsilon for cost in costs),
        _total(cost.delta for cost in costs),
        "; ".join(dict.fromkeys(cost.unit for cost in costs if cost.unit)),
        tuple(dict.fromkeys(cause for cost in costs for cause in _causes(cost.claim))),
    )


def _causes(claim: PrivacyClaim | None) -> Sequence[str]:
    """Why the claim of one table is withheld; a mechanism that does not stand by its own claim has none."""
    if claim is not None and (claim.withheld_because or claim.made is True):
        return claim.withheld_because
    return ("the mechanism does not stand by its claim",)


def _total(values: Iterable[float | None]) -> float | None:
    """Several tables may hold rows of the same person: what each costs adds up. What is no number makes no sum."""
    numbers = [_number(value) for value in values]
    return None if None in numbers else sum(number for number in numbers if number is not None)


def _number(value: object) -> float | None:
    return finite(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def shown(facts: Facts, policy: Policy) -> Facts:
    """What reports may tell of a run: no epsilon if its claim does not hold, no figure if the profile wants bands."""
    claim = claimed(facts.recipe)
    hidden = FIGURES if claim is not None and not claim.holds else frozenset()
    account = _without(facts.recipe.record(), hidden, exact=policy.figures == "exact")
    return replace(
        facts,
        account=account,
        notes=facts.notes if policy.figures == "exact" or not facts.notes else (NOT_SHOWN,),
        claim=claim,
    )


def _without(values: Mapping[str, object], hidden: frozenset[str], *, exact: bool) -> dict[str, object]:
    """The recipe without what may not be told: figures that nobody asked for were learnt from the data."""
    kept: dict[str, object] = {}
    for name, value in values.items():
        if name in hidden:
            continue
        if isinstance(value, Mapping):
            kept[name] = dict(value) if name == "versions" else _without(value, hidden, exact=exact)
        elif exact or name in _ASKED or name in ("licence", "engine", "backend", "unit") or not _tells_a_figure(value):
            kept[name] = value
    return kept


def _tells_a_figure(value: object) -> bool:
    return value is not None and not isinstance(value, bool) and any(sign.isdigit() for sign in str(value))


@dataclass(frozen=True, eq=False)
class Manifest:
    """The content of manifest.json."""

    content: Mapping[str, Any]

    def to_bytes(self) -> bytes:
        return canonical(self.content)


def manifest_of(
    made: Dataset,
    files: Mapping[str, Content],
    verdicts: Sequence[Verdict],
    source: Source,
    policy: Policy,
    facts: Facts,
    reports: Mapping[str, bytes],
) -> Manifest:
    """The record. For a refusal it holds no digest of the rows: a digest would let a guess at them be confirmed."""
    outcome = outcome_of(verdicts, policy.waivers)
    released = outcome != "refused"
    asked = policy_record(policy)
    return Manifest(
        {
            "schema": SCHEMA,
            "synthetic": not made.is_of_people,
            "generation": 1,
            "outcome": outcome,
            "run_id": facts.run_id,
            "started": _utc(facts.started),
            "finished": _utc(facts.finished),
            "seconds": {stage: round(seconds, 3) for stage, seconds in facts.seconds.items()},
            "seed": facts.seed,
            "path": path_record(facts.course, verdicts, policy),
            "profile": {"name": policy.profile, "sha256": profile_digest(policy.profile)},
            "policy": asked,
            "policy_sha256": sha256(canonical(asked)).hexdigest(),
            "backend": dict(facts.account),
            "tables": [_table_record(table, sizes(made, facts)[table.name]) for table in made],
            "split": {}
            if policy.has_claim
            else {"train": sizes(source.train, facts), "holdout": sizes(source.holdout), **_folds_record(source)},
            "exposure": _exposure_record(source.exposure),
            "differential_privacy": claim_record(facts.claim),
            "figures": policy.figures,
            "verdicts": [verdict_record(replace(verdict, figures=policy.figures)) for verdict in verdicts],
            "waivers": [waiver.model_dump(mode="json") for waiver in waivers_used(verdicts, policy.waivers)],
            "minimum_detectable_leak": None if policy.has_claim else detectable_leak(verdicts),
            "data": file_records(files) if released else [],
            "data_sha256": _judged(verdicts) if released else None,
            "reports": file_records(reports),
            "signature": None,
            "versions": dict(facts.versions),
            "notes": list(facts.notes),
        }
    )


def policy_record(policy: Policy) -> dict[str, Any]:
    """The policy as it ran. Where a key, a ledger or a rulebook lies on somebody's disk is nobody else's business, and
    the seed of rows that follow people is none either.
    """
    record: dict[str, Any] = policy.model_dump(mode="json")
    record["state"] = "given" if policy.state else None
    record["against"] = ["given"] * len(policy.against)
    if isinstance(policy.backend, KeyedOptions):
        record["seed"] = None if policy.seed is None else "given"
    options = record["backend"]
    for name in ("key_file", "key_env", "keyring"):
        if name in options:
            options[name] = "given" if options[name] else None
    book = record.pop("keep_rules")
    if book:
        record["keep_rules"] = PurePath(book).name
    if options.get("rulebook"):
        options["rulebook"] = PurePath(options["rulebook"]).name
    return record


def path_record(course: Course, verdicts: Sequence[Verdict], policy: Policy) -> list[dict[str, Any]]:
    """Each run that led here, this one the last: what was changed, and what was measured beyond a limit then.

    Empty where no way out was followed.
    """
    if not course.path:
        return []
    blocked = blocking(verdicts, policy.waivers)
    here = Attempted(
        settings={}, outcome=outcome_of(verdicts, policy.waivers), missed=missed_in(blocked), way=course.way
    )
    return [_run_record(number, run, policy.figures) for number, run in enumerate((*course.path, here), start=1)]


def _run_record(number: int, run: Attempted, figures: FigureStyle) -> dict[str, Any]:
    way = run.way
    return {
        "run": number,
        "changed": list(way.words) if way else [],
        "why": way.why if way else "",
        "costs": way.costs if way else "",
        "outcome": run.outcome,
        "missed": [missed_record(missed, exact=figures == "exact") for missed in run.missed],
    }


def missed_record(missed: Missed, *, exact: bool = True) -> dict[str, Any]:
    """A figure that stood in the way; where figures may not be told, that it did."""
    named = {"gate": missed.gate, "key": missed.key, "what": missed.what, "table": missed.table}
    figures = {"measured": finite(missed.measured), "used": finite(missed.used)} if exact else {"measured": None}
    return {**named, **figures, "limit": finite(missed.limit) if exact else blunt(missed.limit)}


def _exposure_record(exposure: Exposure | None) -> dict[str, Any] | None:
    """The sums; what was asked before, and what it came to, stays in the ledger."""
    return None if exposure is None else {name: getattr(exposure, name) for name in _SUMS}


_SUMS = ("attempt", "releases", "rows", "epsilon", "delta")


def claim_record(claim: Claimed | None) -> dict[str, Any] | None:
    """A claim that holds, with what it says; one that does not, with the reasons and without a figure."""
    if claim is None:
        return None
    figures = {"epsilon": claim.epsilon, "delta": claim.delta, "unit": claim.unit} if claim.holds else {}
    return {"claimed": claim.holds, **figures, "withheld_because": list(claim.voids)}


def verdict_record(verdict: Verdict) -> dict[str, Any]:
    """One gate's decision, with the figures that may be told, and without its time: equal runs give equal bytes."""
    return {
        "gate": verdict.gate,
        "status": verdict.status.value,
        "word": verdict.word.value,
        "error": verdict.error,
        "findings": [finding_record(finding, verdict.figures) for finding in verdict.findings],
    }


def finding_record(finding: Finding, figures: FigureStyle = "exact") -> dict[str, Any]:
    """One measurement: with its figures, or with the band it lies in, or with the side of the limit alone."""
    exact = figures == "exact"
    return {
        "key": finding.key,
        "table": finding.table,
        "what": finding.what,
        "where": list(finding.where),
        "measured": finite(finding.measured) if exact else None,
        "as_measured": finite(finding.as_measured) if exact else None,
        "interval": [finite(end) for end in finding.interval] if finding.interval and exact else None,
        "baseline": finite(finding.baseline) if exact else None,
        "limit": finite(finding.limit) if exact else blunt(finding.limit),
        "good": finding.good,
        "n": finding.n if exact else None,
        "passed": finding.passed,
        "empty": finding.empty,
        "band": finding.band if figures != "pass_fail" else "",
        "note": finding.note if exact else "",
        "places": [place_record(place) for place in finding.places] if exact else [],
        "remedy": finding.remedy if exact or not finding.passed else "",
    }


def place_record(place: Loss) -> dict[str, Any]:
    """Where something is lost, with its figures."""
    return {
        "where": list(place.where),
        "kept": finite(place.kept),
        "fresh": finite(place.fresh),
        "lost": finite(place.lost),
        "words": place.words,
    }


def blunt(limit: float | None) -> float | None:
    """A limit that was worked out from the number of rows would reveal it: two digits of such a one."""
    if limit is None or not math.isfinite(limit) or limit == float(f"{limit:.4g}"):
        return finite(limit)
    return float(f"{limit:.2g}")


def detectable_leak(verdicts: Sequence[Verdict]) -> float | None:
    """The smallest share of copied rows that the hold-out of this run could have shown, if a gate computed it."""
    findings = (finding for verdict in verdicts for finding in verdict.findings)
    return next((finite(finding.measured) for finding in findings if finding.key == "detectable_leak"), None)


def file_records(files: Mapping[str, Content]) -> list[dict[str, Any]]:
    return [
        {"name": name, "sha256": content_digest(content), "bytes": len(content)}
        for name, content in sorted(files.items())
    ]


def sizes(data: Dataset, facts: Facts | None = None) -> dict[str, int]:
    """The rows of each table: of all parts, where they came in parts."""
    counted = facts.rows if facts is not None and facts.rows is not None else {}
    return {table.name: counted.get(table.name, len(table)) for table in data}


def finite(value: float | None) -> float | None:
    """A number that JSON can hold; what could not be computed is null."""
    return None if value is None or not math.isfinite(value) else float(value)


def canonical(content: Mapping[str, Any]) -> bytes:
    """Sorted keys, ASCII escapes, no NaN, one trailing newline: equal content, equal bytes."""
    return (json.dumps(plain(content), sort_keys=True, indent=1, ensure_ascii=True, allow_nan=False) + "\n").encode(
        "ascii"
    )


def plain(value: Any) -> Any:
    """Mappings, sequences, numbers and text as JSON knows them; anything else is named by its class, never shown."""
    match value:
        case None | bool() | str():
            return str(value) if isinstance(value, str) else value
        case int():
            return int(value)
        case float():
            return finite(value)
        case Mapping():
            return {str(key): plain(inner) for key, inner in value.items()}
        case list() | tuple():
            return [plain(inner) for inner in value]
        case set() | frozenset():
            return sorted((plain(inner) for inner in value), key=str)
        case PurePath():
            return value.name
        case _ if hasattr(value, "item"):
            return plain(value.item())
        case _:
            return type(value).__name__


def _folds_record(source: Source) -> dict[str, Any]:
    """How the control came about where nobody was held out: the people of each fold, and the drafts made without it."""
    if not source.folds:
        return {}
    people = [fold.holdout.root.number_of_people for fold in source.folds]
    return {"folds": {"people": people, "drafts": len(source.folds[0].drafts)}}


def _table_record(table: Table, rows: int) -> dict[str, Any]:
    columns = [
        {
            "name": c.name,
            "kind": c.kind.value,
            "role": c.role.value,
            "entity": c.entity,
            "declared": c.declared,
            "fabricated": c.fabricated,
        }
        for c in table.columns
    ]
    return {"name": table.name, "rows": rows, "entity": table.person, "columns": columns}


def _judged(verdicts: Sequence[Verdict]) -> str | None:
    """The digest of the data that the gates judged, if they agree on it."""
    subjects = {verdict.subject for verdict in verdicts}
    return subjects.pop() if len(subjects) == 1 else None


def _utc(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise ValueError("a time in the manifest must know its zone")
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
