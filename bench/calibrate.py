"""How often clean tables are blocked, by which gate, and how near to each limit clean figures come.

    python bench/calibrate.py [--tables adult bank ...] [--profiles internal ...] [--seeds 10] [--rows 3000]
                              [--drafts honest trees] [--material FOLDER]
                              [--keep FILE.jsonl]

An honest draft is an independent sample of the population that the training rows came from; `trees` are drafts of the
default engine, fitted with the profile's own limits. A table too small for a profile is told apart as insufficient
evidence: that is no false alarm. With --keep each judged draft is written down, and one that is there already is not
judged again. Prints markdown; the committed table is calibration.md.
"""

from __future__ import annotations

import argparse
import importlib
import json
import math
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.populations import ROWS, kinds, source_of
from privsynth.dataset import Dataset, Table
from privsynth.emit import serialise
from privsynth.gate import gates_for, judge
from privsynth.generate.model import Model
from privsynth.measure.attacks.disclosure import Combinations, Knowledge
from privsynth.options import ModelOptions
from privsynth.policy import Policy
from privsynth.release import Draft
from privsynth.source import Source
from privsynth.verdict import Status, Verdict

PROFILES = ("internal", "hipaa-expert", "gdpr-strict", "public-release")
MATERIAL = Path(__file__).parents[2] / "shared" / "material"
# Measurements that no profile's limits enter: made once for a draft, and read by all profiles.
MEASURED = (
    ("privsynth.gate.membership", "membership_scores"),
    ("privsynth.gate.singling_out", "singling_out"),
    ("privsynth.gate.linkability", "linkability"),
    ("privsynth.gate.inference", "look_up"),
    ("privsynth.gate.attribute", "knowledge"),
    ("privsynth.gate.attribute", "guessing"),
    ("privsynth.gate.attribute", "combinations"),
    ("privsynth.gate.attribute", "disclosed"),
    ("privsynth.gate.copies", "equal_hits"),
    ("privsynth.gate.copies", "agreement"),
    ("privsynth.gate.copies", "near_hits"),
    ("privsynth.gate.selftest", "_seen"),
    ("privsynth.gate.classical", "_special"),
    ("privsynth.gate.classical", "_matches"),
    ("privsynth.gate.pii", "scan_table"),
)


@contextmanager
def measured_once() -> Iterator[None]:
    """Inside, each measurement of the same tables is made once; generators do not tell calls apart, gates seed them."""
    places = [(importlib.import_module(module), name) for module, name in MEASURED]
    kept = [(module, name, getattr(module, name)) for module, name in places]
    for module, name, function in kept:
        setattr(module, name, _remembering(function))
    try:
        yield
    finally:
        for module, name, function in kept:
            setattr(module, name, function)


def _remembering(function: Callable[..., Any]) -> Callable[..., Any]:
    results: dict[tuple[Any, ...], tuple[Any, Any]] = {}

    def remembered(*args: Any, **named: Any) -> Any:
        key = tuple(_mark(value) for value in (*args, *named.values()))
        if key not in results:
            results[key] = (function(*args, **named), args)  # arguments are held, so that no other object gets their id
        return results[key][0]

    return remembered


def _mark(value: Any) -> Any:
    if isinstance(value, Table | Knowledge | Combinations):
        return id(value)
    return "" if callable(value) or isinstance(value, np.random.Generator) else repr(value)


@cache
def policy(profile: str) -> Policy:
    return Policy(backend="model", profile=profile)


def verdicts(draft: Draft, source: Source, profile: str, gates: Sequence[str] = ()) -> list[Verdict]:
    return [
        judge(gate, draft, source, seconds=3600)
        for gate in gates_for(policy(profile))
        if not gates or gate.name in gates
    ]


def drawn(table: Table) -> Draft:
    data = Dataset((table,))
    return Draft(data, serialise(data), len(table))


def learnt(source: Source, profile: str, seed: int) -> Draft:
    """A draft of the default engine under the profile's own limits."""
    fitted = Model(ModelOptions(), policy(profile).limits).fit(
        source.train, source.statistics, np.random.default_rng([seed, 1])
    )
    data = fitted.sample(len(source.train.root), np.random.default_rng([seed, 2]))
    return Draft(data, serialise(data), len(data.root))


Record = dict[str, Any]  # one draft under one profile: draft, table, seed, profile, and what each gate said
KEYS = ("draft", "table", "seed", "profile")


def run(
    tables: Sequence[str],
    profiles: Sequence[str],
    seeds: int,
    rows: int,
    drafts: Sequence[str],
    material: Path | None,
    keep: Path | None,
) -> list[Record]:
    found, made = _kept(keep), kinds(material)
    known = {tuple(record[key] for key in KEYS) for record in found}
    for seed in range(seeds):
        for table in tables:
            wanted = [kind for kind in drafts if any((kind, table, seed, profile) not in known for profile in profiles)]
            if not wanted:
                continue
            started = time.process_time()
            train, holdout, fresh = made[table](seed, rows)
            source = source_of(train, holdout)
            for kind in wanted:
                judged = [
                    {
                        "draft": kind,
                        "table": table,
                        "seed": seed,
                        "profile": profile,
                        "gates": [_said(verdict) for verdict in each],
                    }
                    for profile, each in _judged(kind, source, fresh, profiles, seed)
                ]
                found += judged
                _keep(keep, judged)
            print(f"{table}, seed {seed}: {time.process_time() - started:.0f} s of CPU", file=sys.stderr, flush=True)
    return [
        record
        for record in found
        if record["table"] in tables
        and record["profile"] in profiles
        and record["draft"] in drafts
        and record["seed"] < seeds
    ]


def _kept(keep: Path | None) -> list[Record]:
    return [json.loads(line) for line in keep.read_text().splitlines()] if keep is not None and keep.exists() else []


def _keep(keep: Path | None, judged: Sequence[Record]) -> None:
    if keep is not None:
        with keep.open("a") as file:
            file.writelines(json.dumps(record) + "\n" for record in judged)


def _judged(
    kind: str, source: Source, fresh: Table, profiles: Sequence[str], seed: int
) -> Iterator[tuple[str, list[Verdict]]]:
    """One honest draft for all profiles, or one of the engine for each smallest cell that the profiles ask for."""
    made: dict[int, Draft] = {}
    with measured_once():
        for profile in profiles:
            cell = policy(profile).limits.k_rare if kind == "trees" else 0
            if cell not in made:
                made[cell] = learnt(source, profile, seed) if kind == "trees" else drawn(fresh)
            yield profile, verdicts(made[cell], source, profile)


def _said(verdict: Verdict) -> Record:
    """The verdict without a place or a value: figures, and which of them failed."""
    figures = [
        {
            "what": general(each.what),
            "is": each.measured,
            "limit": each.limit,
            "good": each.good,
            "thin": each.evidence,
            "ok": each.passed,
            "note": each.note,
        }
        for each in verdict.findings
        if each.limit is not None
    ]
    return {
        "gate": verdict.gate,
        "passed": verdict.status is Status.PASSED,
        "error": verdict.error,
        "seconds": verdict.seconds,
        "figures": figures,
    }


def general(finding: str) -> str:
    """A finding's name without the names of table and column, so that tables can be put together."""
    return re.sub(r"^(inferring|guessing) .*?(?=, | of people|$)", r"\1 the secret", re.sub(r" \(\w+\)", "", finding))


def wrong(record: Record) -> list[str]:
    """The gates that block the draft; none where there is too little evidence anyway."""
    if any(each["thin"] and not each["ok"] for said in record["gates"] for each in said["figures"]):
        return []
    return [
        said["gate"]
        for said in record["gates"]
        if said["error"] or any(not each["ok"] and not each["thin"] for each in said["figures"])
    ]


def is_thin(record: Record) -> bool:
    return not wrong(record) and not all(said["passed"] for said in record["gates"])


def as_markdown(records: Sequence[Record], profiles: Sequence[str]) -> str:
    return "\n".join([*_blocks(records, profiles), "", *_largest(records, profiles), "", *_times(records)])


def _blocks(records: Sequence[Record], profiles: Sequence[str]) -> Iterator[str]:
    yield "### Clean drafts blocked\n"
    yield f"| draft | table | {' | '.join(profiles)} |"
    yield f"|---|---|{'---|' * len(profiles)}"
    for kind in dict.fromkeys(record["draft"] for record in records):
        mine = [record for record in records if record["draft"] == kind]
        for table in dict.fromkeys(record["table"] for record in mine):
            cells = [
                _cell([each for each in mine if each["table"] == table and each["profile"] == profile])
                for profile in profiles
            ]
            yield f"| {kind} | {table} | {' | '.join(cells)} |"
        totals = [_total([each for each in mine if each["profile"] == profile]) for profile in profiles]
        yield f"| **{kind}** | all | {' | '.join(totals)} |"


def _cell(records: Sequence[Record]) -> str:
    by, thin = Counter(gate for record in records for gate in wrong(record)), sum(map(is_thin, records))
    gates = ", ".join(f"{gate} {count}" for gate, count in by.items())
    share = f"{sum(map(bool, map(wrong, records)))}/{len(records)}"
    return share + (f" ({gates})" if gates else "") + (f"; too few rows {thin}" if thin else "")


def _total(records: Sequence[Record]) -> str:
    blocked = sum(bool(wrong(record)) for record in records)
    return f"{blocked}/{len(records)} = {blocked / max(1, len(records)):.1%}"


def _largest(records: Sequence[Record], profiles: Sequence[str]) -> Iterator[str]:
    """Counts of which one is too many are left out where none was seen."""
    yield "### The clean figure nearest to each limit, with the limit behind the stroke\n"
    yield f"| gate: finding | {' | '.join(profiles)} |"
    yield f"|---|{'---|' * len(profiles)}"
    figures: dict[str, dict[str, list[Record]]] = {}
    for record in records:
        for gate in record["gates"]:
            for each in gate["figures"]:
                if (
                    each["is"] is not None
                    and not each["thin"]
                    and (each["limit"] or each["is"] or gate["gate"] in ("copies", "pii"))
                ):
                    figures.setdefault(f"{gate['gate']}: {each['what']}", {}).setdefault(record["profile"], []).append(
                        each
                    )
    for finding, by in figures.items():
        yield f"| {finding} | {' | '.join(_worst(by.get(profile, [])) for profile in profiles)} |"


def _worst(figures: Sequence[Record]) -> str:
    """The one nearest to its limit, or farthest beyond it; a limit can differ between tables."""
    if not figures:
        return "-"
    worst = max(
        figures, key=lambda each: each["is"] - each["limit"] if each["good"] == "low" else each["limit"] - each["is"]
    )
    return f"{worst['is']:.4g} / {worst['limit']:.4g}" if math.isfinite(worst["is"]) else "nan"


def _times(records: Sequence[Record]) -> Iterator[str]:
    longest: dict[str, float] = {}
    for record in records:
        for gate in record["gates"]:
            longest[gate["gate"]] = max(longest.get(gate["gate"], 0.0), gate["seconds"])
    yield "Longest time of each gate in seconds (wall clock, whatever else the machine did): " + ", ".join(
        f"{gate} {s:.1f}" for gate, s in longest.items()
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--material", type=Path, default=MATERIAL, help="folder with the real tables; without it only invented ones"
    )
    parser.add_argument("--tables", nargs="+")
    parser.add_argument("--profiles", nargs="+", choices=PROFILES, default=PROFILES)
    parser.add_argument("--drafts", nargs="+", choices=["honest", "trees"], default=["honest", "trees"])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--rows", type=int, default=ROWS, help="of training rows, hold-out and draft each")
    parser.add_argument("--keep", type=Path, help="file of what was judged before, and is judged now")
    asked = parser.parse_args()
    material = asked.material if asked.material.is_dir() else None
    tables = asked.tables or list(kinds(material))
    print(
        as_markdown(
            run(tables, asked.profiles, asked.seeds, asked.rows, asked.drafts, material, asked.keep), asked.profiles
        )
    )


if __name__ == "__main__":
    main()
