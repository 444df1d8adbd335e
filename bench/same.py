"""Does the program still do what it did? Digests of rows and figures of every backend and engine, to compare two trees.

python bench/same.py KEPT.json [--material FOLDER] [--only NAME ...]

Runs the command line of this tree on the sample data (and, where the folder is given, on real tables) with fixed seeds.
The first call writes KEPT.json; a later one, of a changed tree, compares: which rows, exit codes, findings and
inspected columns differ. The engine dp is not here: its noise has no seed.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

HERE = Path(__file__).parents[1]
SAMPLES, RULES = HERE / "sample_data", HERE / "rules"
CUSTOMERS, PATIENTS, TRANSACTIONS = (SAMPLES / f"{name}.csv" for name in ("customers", "patients", "transactions"))
SEED = ("--seed", "7")
GATES = {"linkage": "tracing"}  # names of before
ROWS = 3_000  # of a real table


def runs(material: Path | None, folder: Path) -> Iterator[tuple[str, list[object]]]:
    """The name of each run, and its words."""
    model = ("--backend", "model")
    yield "model", [CUSTOMERS, *model]
    yield "model, two tables", [CUSTOMERS, TRANSACTIONS, *model]
    yield "model, patients, strict", [PATIENTS, *model, "--profile", "gdpr-strict"]
    yield "model, condition", [CUSTOMERS, *model, "--where", "age > 50", "--rows", "1000"]
    yield "model, parquet", [PATIENTS, *model, "--format", "both"]
    for engine, words in {
        "copula": (),
        "ctgan": ("--set", "backend.epochs=2"),
        "tvae": ("--set", "backend.epochs=2"),
    }.items():
        yield engine, [PATIENTS, *model, "--model-engine", engine, *words]
    yield "auto", [PATIENTS, *model, "--model-engine", "auto", "--set", "backend.seconds=20"]
    for book in sorted(RULES.glob("*.yaml")):
        yield f"rules, {book.stem}", [book, "--backend", "rules", "--rows", "800"]
    yield "clone", [CUSTOMERS, "--backend", "clone"]
    yield "clone, two tables", [CUSTOMERS, TRANSACTIONS, "--backend", "clone", "--rows", "3000"]
    key = folder / "key"
    key.write_bytes(b"K" * 32)
    key.chmod(0o600)
    for name, files in {
        "customers": [CUSTOMERS],
        "patients": [PATIENTS],
        "two tables": [CUSTOMERS, TRANSACTIONS],
    }.items():
        yield f"mask, {name}", [*files, "--backend", "mask", "--set", f"backend.key_file={key}"]
    yield "mask, strict", [PATIENTS, "--backend", "mask", "--profile", "public-release"]
    if material is not None:
        berka = sorted((material / "tables" / "berka").glob("*.csv.gz"))
        yield "berka, model", [*berka, *model]
        yield "berka, clone", [*berka, "--backend", "clone"]
        yield "berka, mask", [*berka, "--backend", "mask", "--set", f"backend.key_file={key}"]
        for name in ("adult", "bank"):
            part = folder / f"{name}.csv"
            with gzip.open(material / "tables" / f"{name}.train.csv.gz", "rt", encoding="utf-8") as file:
                part.write_text("".join(line for _, line in zip(range(ROWS + 1), file, strict=False)), encoding="utf-8")
            yield f"{name}, model", [part, *model]
            yield f"{name}, clone", [part, "--backend", "clone"]
            yield f"{name}, mask", [part, "--backend", "mask", "--set", f"backend.key_file={key}"]


def outcome(words: list[object], folder: Path) -> dict[str, Any]:
    """Exit code, digests of the rows, and every figure of every gate."""
    done = _privsynth("run", *words, "--out", folder / "out", "--state", folder / "state", *SEED, "--json")
    place = folder / ("out" if done.returncode == 0 else "out.refused")
    rows = {
        path.name: sha256(path.read_bytes()).hexdigest()[:16]
        for path in sorted(place.glob("*"))
        if path.suffix in (".csv", ".tsv", ".parquet", ".gz")
    }
    report = place / "report.json"
    figures = (
        _figures(json.loads(report.read_text(encoding="utf-8"))) if report.exists() else {"stdout": done.stdout[:500]}
    )
    return {"exit": done.returncode, "rows": rows, **figures}


def _figures(report: Mapping[str, Any]) -> dict[str, Any]:
    """What each finding measured, in the order of the report: its words may change, its figures may not."""
    return {
        f"gate {GATES.get(verdict['gate'], verdict['gate'])}": [
            [finding.get(name) for name in ("measured", "limit", "baseline", "interval", "n")]
            for finding in verdict["findings"]
        ]
        for verdict in report["gates"]
    }


def seen(path: Path) -> dict[str, Any]:
    """What reading, roles and the scan make of a file."""
    looked, scanned = (_privsynth(verb, path, "--json") for verb in ("inspect", "scan"))
    columns = [
        [column[name] for name in ("column", "kind", "role", "entity", "missing", "distinct", "format")]
        for table in json.loads(looked.stdout)["tables"]
        for column in table["columns"]
    ]
    hits = [
        [hit.get(name) for name in ("column", "entity", "level", "confirmed", "values")]
        for hit in json.loads(scanned.stdout)["hits"]
    ]
    return {"columns": columns, "hits": hits}


def _privsynth(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "privsynth", *map(str, words)]
    return subprocess.run(  # noqa: S603 - our own command
        command, capture_output=True, text=True, check=False, cwd=HERE, env={**os.environ, "PYTHONPATH": str(HERE)}
    )


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for name in after:
        if name not in before:
            yield f"{name}: was not there"
            continue
        for part in dict.fromkeys((*before[name], *after[name])):
            if before[name].get(part) != after[name].get(part):
                yield f"{name}: {part}: {before[name].get(part)} -> {after[name].get(part)}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kept", type=Path)
    parser.add_argument("--material", type=Path, help="folder with the real tables")
    parser.add_argument("--only", nargs="+", help="beginnings of the names of runs")
    asked = parser.parse_args()
    results: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, words) in enumerate(runs(asked.material, Path(folder))):
            if not asked.only or name.startswith(tuple(asked.only)):
                place = Path(folder) / str(number)
                place.mkdir()
                results[name] = outcome(words, place)
                print(name, results[name]["exit"], file=sys.stderr, flush=True)
        if not asked.only:
            results |= {f"seen, {path.stem}": seen(path) for path in (CUSTOMERS, PATIENTS, TRANSACTIONS)}
    if not asked.kept.exists():
        asked.kept.write_text(json.dumps(results, indent=1), encoding="utf-8")
        return 0
    lines = list(differences(json.loads(asked.kept.read_text(encoding="utf-8")), json.loads(json.dumps(results))))
    print("\n".join(lines) or f"{len(results)} runs: the same")
    return bool(lines)


if __name__ == "__main__":
    sys.exit(main())
