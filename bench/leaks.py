"""Planted leaks: how often each is refused, beside what is demanded, and what nearest-record figures say of the same.

    python bench/leaks.py [--tables adult bank contacts ...] [--seeds 10] [--rows 3000] [--plants WORD ...]
                          [--material FOLDER] [--keep FILE.jsonl]
    python bench/leaks.py --beside [--tables adult] [--seeds 10]    share and AUC of nearest records beside our gates
    python bench/leaks.py --redrawn [--tables adult bank]           how many cells of a copy may be drawn anew
    python bench/leaks.py --speed [--size 100000] [--columns 20]    each gate's CPU and memory on a large invented table

Training rows, hold-out and draft have `--rows` rows each; the draft is an independent sample before anything is planted
in it. A plant is judged by the gates that are meant for it: a leak that they refuse is refused, whatever the others
say. Clean drafts are calibrate.py's business. Prints markdown.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[1]))

import plants
from honest import honest, with_contacts

from bench.calibrate import MATERIAL, PROFILES, drawn, measured_once, policy, verdicts
from bench.populations import ROWS, described, kinds, source_of
from bench.tables import invented
from privsynth.dataset import Table
from privsynth.gate import gates_for, judge
from privsynth.gate.evidence.scope import learnt_columns
from privsynth.measure.attacks.agreement import Agreement, agreement
from privsynth.measure.attacks.membership import auc, caught_at, membership_scores
from privsynth.measure.distance.points import nearest, place
from privsynth.source import Source
from privsynth.verdict import Status

STRICT = ("hipaa-expert", "gdpr-strict", "public-release")
STRICTEST = ("gdpr-strict", "public-release")
PEOPLE = ("contacts",)
CELLS = 10_000  # among which one real address is looked for


@dataclass(frozen=True)
class Demand:
    """A plant, who must refuse it how often, and which gates are meant for it, the quickest first."""

    label: str
    said: str
    plant: plants.Plant
    share: float
    profiles: Sequence[str]
    gates: Sequence[str] = ("copies",)
    tables: Sequence[str] | None = None  # where its columns are; any table if None
    crowd: bool = False  # planted among CELLS rows


def _values() -> Iterator[Demand]:
    """Real values in columns that should hold invented ones."""
    pii = {
        "gates": ("pii",),
        "tables": PEOPLE,
        "profiles": (PROFILES[0], PROFILES[-1]),
    }  # the loosest and the strictest
    yield Demand("L5", "whole names copied, rows shuffled", plants.column("first_name", "last_name"), 1.0, **pii)  # type: ignore[arg-type]
    yield Demand("L5", "addresses copied, rows shuffled", plants.column("email"), 1.0, **pii)  # type: ignore[arg-type]
    for name in ("email", "ssn"):
        yield Demand("L6", f"1 real {name} among {CELLS:,}", plants.one_value(name), 1.0, crowd=True, **pii)  # type: ignore[arg-type]
    spellings = {
        "email": (plants.capitals, plants.wide, plants.hidden_signs, plants.trailing),
        "phone": (plants.dotted, plants.bare, plants.abroad),
        "ssn": (plants.bare, plants.dotted, plants.wide),
    }
    for name, spelt in spellings.items():
        for way in spelt:
            said = f"1 real {name}, {way.__name__.replace('_', ' ')}"
            yield Demand("L7", said, plants.one_value(name, spelt=way), 0.95, **pii)  # type: ignore[arg-type]
    for name in ("email", "phone", "ssn"):
        yield Demand(
            "L8", f"1 real {name} inside a sentence", plants.one_value(name, "note", plants.in_a_sentence), 0.95, **pii
        )  # type: ignore[arg-type]
    ways = {"SHA-256": plants.hashed("sha256"), "MD5": plants.hashed("md5"), "base64": plants.in_base64}
    for said, way in ways.items():
        for name in ("email", "ssn"):
            yield Demand("L10", f"{said} of 1 real {name}", plants.one_value(name, "key", way), 1.0, **pii)  # type: ignore[arg-type]


def _disguised() -> Iterator[Demand]:
    """One real value that anybody can take the disguise off."""
    pii = {"gates": ("pii",), "tables": PEOPLE, "profiles": LOOSEST}
    for way, spelt in plants.SPELLINGS.items():
        yield Demand("L17", f"1 real email, {way}", plants.one_value("email", "town", spelt), 1.0, **pii)  # type: ignore[arg-type]
    for way, written in plants.NAMED.items():
        name = plants.one_person("first_name", "last_name", into="town", spelt=written)
        yield Demand("L17", f"1 real name, {way}", name, 1.0, **pii)  # type: ignore[arg-type]
    two = plants.one_person("email", "ssn", into="town", spelt=lambda *both: plants.hashed("sha256")("|".join(both)))
    others = {
        "names whose parts change places": plants.exchanged("first_name", "last_name"),
        "2 values of 1 person hashed together": two,
        "1 real ssn without its dashes": plants.one_value("ssn", "town", plants.undashed),
        "1 real key without its dash": plants.one_value("key", None, plants.undashed),
        "halves of ssn in two columns": plants.in_halves("ssn", "town", "job"),
    }
    for said, plant in others.items():
        yield Demand("L17", said, plant, 1.0, **pii)  # type: ignore[arg-type]


LOOSEST, OPEN = PROFILES[:1], PROFILES[-1:]


def _changed() -> Iterator[Demand]:
    """Copies of which something was changed: 2 % of them under the loosest profile, 1 % under the strictest, 5 % under
    all."""
    ways: tuple[tuple[str, Callable[[float], plants.Plant]], ...] = (
        ("2 columns redrawn", lambda share: plants.redrawn(share, 2)),
        ("3 columns redrawn", lambda share: plants.redrawn(share, 3)),
        ("3 numbers moved by 1", lambda share: plants.moved(share, 1)),
        ("3 numbers moved by 1 to 5", lambda share: plants.moved(share, 5)),
        ("2 columns swapped", plants.swapped),
        ("1 column x 1,000", lambda share: plants.rescaled(share, 1_000)),
        ("1 column x 2.54", lambda share: plants.rescaled(share, 2.54)),
        ("1 column + 1,000", lambda share: plants.rescaled(share, 1, 1_000)),
    )
    for said, way in ways:
        for share, profiles in ((0.05, PROFILES), (0.02, LOOSEST), (0.01, OPEN)):
            yield Demand("L16", f"{share:.0%} copied, {said}", way(share), 0.95, profiles)
    yield Demand("L16", "5 % copied, numbers with noise of .1 sd", plants.noised(0.05), 0.8, PROFILES)
    yield Demand("L16", "1 isolated row with 2 % of noise", plants.one_isolated_noisy, 0.5, PROFILES)


DEMANDS = (
    Demand("L1", "1 isolated row", plants.one_isolated, 1.0, PROFILES),
    Demand("L2", "0.5 % verbatim", plants.verbatim(0.005), 1.0, STRICTEST),
    Demand("L2'", "1 % verbatim", plants.verbatim(0.01), 1.0, PROFILES),
    Demand("L2'", "2 % verbatim", plants.verbatim(0.02), 1.0, PROFILES),
    Demand("L3", "2 % noisy copies", plants.nearly(0.02), 0.8, STRICT, ("copies", "linkability", "membership")),
    Demand("L3", "5 % noisy copies", plants.nearly(0.05), 1.0, PROFILES, ("copies", "linkability", "membership")),
    Demand("L4", "whole source, rows shuffled", plants.everybody, 1.0, PROFILES),
    Demand("L4", "whole source, columns shuffled and renamed", plants.everybody_renamed, 1.0, PROFILES, ("schema",)),
    Demand("L9", "the row with the farthest number", plants.richest, 0.9, STRICT),
    Demand(
        "L11", "secret learnt by heart", plants.learnt_by_heart, 0.9, PROFILES, ("attribute", "inference", "copies")
    ),
    *_changed(),
    *_values(),
    *_disguised(),
)

Record = dict[str, Any]


def run(
    demands: Sequence[Demand], tables: Sequence[str], seeds: int, rows: int, material: Path | None, keep: Path | None
) -> list[Record]:
    found: list[Record] = (
        [json.loads(line) for line in keep.read_text().splitlines()] if keep is not None and keep.exists() else []
    )
    known, made = {(each["said"], each["table"], each["seed"]) for each in found}, kinds(material)
    for seed in range(seeds):
        for table in tables:
            wanted = [
                each
                for each in demands
                if (each.tables is None or table in each.tables) and (each.said, table, seed) not in known
            ]
            if not wanted:
                continue
            started, parts = time.process_time(), made[table](seed, rows)
            source, judged = source_of(*parts[:2]), list[Record]()
            for demand in wanted:
                judged += _refusals(demand, table, seed, source, _crowd(seed) if demand.crowd else parts[2])
            found += judged
            if keep is not None:
                with keep.open("a") as file:
                    file.writelines(json.dumps(each) + "\n" for each in judged)
            print(f"{table}, seed {seed}: {time.process_time() - started:.0f} s of CPU", file=sys.stderr, flush=True)
    return [each for each in found if each["table"] in tables and each["seed"] < seeds]


def _crowd(seed: int) -> Table:
    return with_contacts(honest(CELLS, 10 * seed + 3), 10 * seed + 3)


def _refusals(demand: Demand, table: str, seed: int, source: Source, made: Table) -> Iterator[Record]:
    rng = np.random.default_rng([seed, 4])
    draft = drawn(demand.plant(source.train.root, made, rng))
    with measured_once():
        for profile in demand.profiles:
            yield {
                "label": demand.label,
                "said": demand.said,
                "table": table,
                "seed": seed,
                "profile": profile,
                "by": _refuser(demand, profile, draft, source),
            }


def _refuser(demand: Demand, profile: str, draft: Any, source: Source) -> str:
    """The first of the gates that refuses; an error would refuse too, but shows no leak."""
    for gate in demand.gates:
        (verdict,) = verdicts(draft, source, profile, (gate,))
        if verdict.status is Status.FAILED and any(not failure.evidence for failure in verdict.failures):
            return gate
    return ""


def as_markdown(records: Sequence[Record], demands: Sequence[Demand]) -> str:
    lines = [
        "| | plant | table | demanded | " + " | ".join(PROFILES) + " |",
        "|---|---|---|--:|" + "--:|" * len(PROFILES),
    ]
    for demand in demands:
        for table in dict.fromkeys(each["table"] for each in records if each["said"] == demand.said):
            mine = [each for each in records if each["said"] == demand.said and each["table"] == table]
            cells = [_rate([each for each in mine if each["profile"] == profile]) for profile in PROFILES]
            lines.append(f"| {demand.label} | {demand.said} | {table} | {demand.share:.0%} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _rate(records: Sequence[Record]) -> str:
    return f"{sum(bool(each['by']) for each in records) / len(records):.0%}" if records else "-"


BESIDE: tuple[tuple[str, plants.Plant | None], ...] = (
    ("none", None),
    *(
        (f"{share:.1%} verbatim".replace(".0%", "%"), plants.verbatim(share))
        for share in (0.005, 0.01, 0.02, 0.05, 0.1)
    ),
    *((f"{share:.0%} noisy", plants.nearly(share)) for share in (0.02, 0.05, 0.1)),
)
GUARDS = ("copies", "membership", "linkability")


def beside(tables: Sequence[str], seeds: int, rows: int, material: Path | None) -> Iterator[str]:
    """Rows nearer to training rows than to the hold-out, and the AUC of nearness, beside our figures and verdicts."""
    yield (
        "| leak | nearest-record share | beyond 2 s.e. | its AUC | TPR at 1 % |"
        f" {' | '.join(f'refused: {name}' for name in PROFILES)} |"
    )
    yield "|---|--:|--:|--:|--:|" + "--:|" * len(PROFILES)
    made = kinds(material)
    cases = [(seed, made[table](seed, rows)) for table in tables for seed in range(seeds)]
    for said, plant in BESIDE:
        figures = np.array([_beside(plant, seed, parts) for seed, parts in cases]).mean(axis=0)
        yield (
            f"| {said} | {figures[0]:.3f} | {figures[1]:.0%} | {figures[2]:.3f} | {figures[3]:.3f} |"
            f" {' | '.join(f'{each:.0%}' for each in figures[4:])} |"
        )
        print(said, file=sys.stderr, flush=True)


def _beside(plant: plants.Plant | None, seed: int, parts: tuple[Table, Table, Table]) -> list[float]:
    rng, (train, holdout, fresh) = np.random.default_rng([seed, 4]), parts
    leaky = plant(train, fresh, rng) if plant else fresh
    source, draft, names = source_of(train, holdout), drawn(leaky), learnt_columns(train, leaky)
    share, area = nearest_record(train, holdout, leaky, names)
    caught = caught_at(membership_scores(train, holdout, leaky, names, rng), 0.01, isolated=False)
    with measured_once():
        refused = [
            any(verdict.status is not Status.PASSED for verdict in verdicts(draft, source, profile, GUARDS))
            for profile in PROFILES
        ]
    return [
        share,
        float(share > 0.5 + 1 / np.sqrt(len(leaky))),
        area,
        caught.share if caught else 0.0,
        *map(float, refused),
    ]


CELLS_REDRAWN = (0, 2, 3, 4, 5, 6, 8, 10)
ISOLATED, COPIED = 0.05, 20  # the share of people that lie farthest from anybody; of whom so many are copied


def redrawn(tables: Sequence[str], rows: int, material: Path | None) -> Iterator[str]:
    """Of how many copied isolated people the gate copies tells, and what chance 2 % of anybody's rows leave."""
    yield f"| table | cells redrawn in each row | isolated people told of {COPIED} | chance of 2 % of the rows |"
    yield "|---|--:|--:|--:|"
    for table in tables:
        train, holdout, made = kinds(material)[table](0, rows)
        names, gaps = learnt_columns(train, made), plants._gaps(train, made)
        far = np.flatnonzero((gaps > np.quantile(gaps, 1 - ISOLATED)) & (gaps > 0))
        people = np.random.default_rng(1).choice(far, COPIED, replace=False)
        for cells in CELLS_REDRAWN:
            rng = np.random.default_rng([cells, 3])
            at = rng.permutation(len(made))[:COPIED]
            leaky = plants.copied(made, train, people, names, at=at)
            anew = rng.random((COPIED, len(names))).argsort(axis=1) < cells
            drawn_anew = {name: (anew[:, place], made.values(name)) for place, name in enumerate(names)}
            alone = _agreed(train, holdout, plants._changed(leaky, at, drawn_anew, rng), names).lone
            many = _agreed(train, holdout, plants.redrawn(0.02, cells)(train, made, rng), names).hits if cells else None
            yield (
                f"| {table} | {cells} | {alone.told} | {many.pvalue:.1e} |"
                if many
                else f"| {table} | 0 | {alone.told} | |"
            )


def _agreed(train: Table, holdout: Table, leaky: Table, names: Sequence[str]) -> Agreement:
    return agreement(train, holdout, leaky, names, np.random.default_rng(0))


def nearest_record(train: Table, holdout: Table, draft: Table, names: Sequence[str]) -> tuple[float, float]:
    """The share of draft rows nearest to a training row, ties by half; and how well nearness tells training rows."""
    train_points, holdout_points, draft_points = place((train, holdout, draft), names)
    near, far = nearest(draft_points, train_points), nearest(draft_points, holdout_points)
    share = float((near < far).mean() + (near == far).mean() / 2)
    return share, auc(-nearest(train_points, draft_points), -nearest(holdout_points, draft_points))


def speed(size: int, columns: int, profile: str) -> Iterator[str]:
    """Half of the rows train, half are held out, and the draft is as large as both."""
    rng = np.random.default_rng(0)
    frame = invented(2 * size, rng)
    for at in range(len(frame.columns), columns):
        frame[f"more {at}"] = (
            rng.choice(list("abcdefgh"), 2 * size) if at % 2 else np.round(rng.gamma(2, 50, 2 * size), 1)
        )
    table = described(frame[list(frame.columns)[:columns]], "work", "savings")
    train, holdout, made = (
        table.take(np.arange(*ends)) for ends in ((0, size * 4 // 5), (size * 4 // 5, size), (size, 2 * size))
    )
    yield from timed(source_of(train, holdout), made, profile)


def timed(source: Source, table: Table, profile: str) -> Iterator[str]:
    judged = drawn(table)
    yield (
        f"| gate | seconds of CPU, {len(source.train.root) + len(source.holdout.root):,} x {len(table.columns)} |"
        " peak of memory, MB | |"
    )
    yield "|---|--:|--:|---|"
    total = 0.0
    for gate in gates_for(policy(profile)):
        started = time.process_time()
        verdict = judge(gate, judged, source, seconds=3600)
        spent = time.process_time() - started
        total += spent
        yield f"| {gate.name} | {spent:.1f} | {_peak():.0f} | {verdict.status.value}{verdict.error} |"
    yield f"| all | {total:.1f} | {_peak():.0f} | |"


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--material", type=Path, default=MATERIAL, help="folder with the real tables; without it only invented ones"
    )
    parser.add_argument("--tables", nargs="+")
    parser.add_argument("--plants", nargs="+", help="only plants whose label or description holds one of these words")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--keep", type=Path, help="file of what was judged before, and is judged now")
    parser.add_argument("--beside", action="store_true")
    parser.add_argument("--redrawn", action="store_true")
    parser.add_argument("--speed", action="store_true")
    parser.add_argument("--size", type=int, default=100_000)
    parser.add_argument("--columns", type=int, default=20)
    parser.add_argument("--profile", choices=PROFILES, default="gdpr-strict")
    asked = parser.parse_args()
    material = asked.material if asked.material.is_dir() else None
    tables = asked.tables or (["adult", "bank", "contacts"] if material else ["contacts", "money", "work"])
    if asked.speed:
        lines: Iterator[str] = speed(asked.size, asked.columns, asked.profile)
    elif asked.redrawn:
        lines = redrawn(asked.tables or ["adult", "bank"], asked.rows, material)
    elif asked.beside:
        lines = beside(tables[:1] if asked.tables is None else tables, asked.seeds, asked.rows, material)
    else:
        demands = [
            each
            for each in DEMANDS
            if not asked.plants or any(word in f"{each.label} {each.said}" for word in asked.plants)
        ]
        lines = iter([as_markdown(run(demands, tables, asked.seeds, asked.rows, material, asked.keep), demands)])
    for line in lines:
        print(line, flush=True)


if __name__ == "__main__":
    main()
