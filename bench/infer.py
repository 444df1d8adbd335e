"""Rulebooks inferred from tables beside engines that learn them: what is told, whether it passes, and how alike it is.

    python bench/infer.py --material FOLDER [--only adult bank berka customers patients transactions] [--seed 1]

Each source is judged under the profile gdpr-strict, half of its people held out, with at most 20,000 rows a side. The
book is inferred, run beside its source through all gates, and searched for values and nested pairs that fewer than k
people share. `auc` is what a classifier that tells whole rows from real ones reaches for sure (.5 is a coin toss, the
profile allows .9), `use` the least share of what a model learns from real rows that one taught on these learns: the
worst of all tables. The engines learn the same tables, and are judged by the gate for fidelity alone.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))

from privsynth.api import synthesize
from privsynth.dataset import Dataset
from privsynth.errors import BackendError
from privsynth.pipeline.acts import draw, judged_by, learn, prepare
from privsynth.pipeline.inferring import infer_from
from privsynth.pipeline.judging import inspect
from privsynth.plainyaml import parse_yaml
from privsynth.policy import Policy
from privsynth.stages import Stages
from privsynth.verdict import Finding

ROWS = 20_000
ENGINES = ("trees", "copula")
BERKA = ("account", "card", "client", "disp", "district", "loan", "order")
SAMPLE = Path(__file__).parents[1] / "sample_data"


def sources(material: Path, folder: Path) -> dict[str, list[str]]:
    """The files of each source; the two halves of a table are laid together again."""
    files = {name: [str(SAMPLE / f"{name}.csv")] for name in ("customers", "patients", "transactions")}
    for name in ("adult", "bank"):
        halves = [material / "tables" / f"{name}.{half}.csv.gz" for half in ("train", "holdout")]
        if all(half.exists() for half in halves):
            whole = pd.concat([pd.read_csv(half, dtype=str, keep_default_na=False) for half in halves])
            files[name] = [str(folder / f"{name}.csv")]
            whole.sample(min(2 * ROWS, len(whole)), random_state=1).to_csv(files[name][0], index=False)
    if (material / "tables" / "berka").exists():
        files["berka"] = [str(material / "tables" / "berka" / f"{table}.csv.gz") for table in BERKA]
    return files


def told(way: dict[str, Any], column: str, table: pd.DataFrame, rows: np.ndarray) -> Iterator[tuple[str, Any, int]]:
    """Every value that a way names, and how many of the rows that it speaks of hold it."""
    values = [way["constant"]] if way.get("constant") is not None else [*way.get("choice", ())]
    yield from ((column, value, int((rows & _is(table, column, value)).sum())) for value in values)
    for level, inner in way.get("of", {}).items():
        if way["by"] in table:
            here = rows & _is(table, way["by"], level)
            yield way["by"], level, int(here.sum())
            yield from told(inner, column, table, here)
    for word in ("then", "else"):
        if word in way:
            yield from told(way[word], column, table, rows)
    for inner in way.get("mixture", ()):
        yield from told(inner, column, table, rows)


def _is(table: pd.DataFrame, column: str, value: Any) -> np.ndarray:
    return np.asarray(table[column] == value)


def rare(text: str, data: Dataset, k: int) -> int:
    """How many values and nested pairs the book tells that fewer than k rows hold."""
    found = 0
    for name, words in parse_yaml(text, "book")["tables"].items():
        frame = data[name].frame
        for column, way in words["columns"].items():
            every = np.ones(len(frame), dtype=bool)
            found += sum(count < k for _, _, count in told(way, column, frame, every))
    return found


def figures(findings: Sequence[Finding]) -> str:
    auc = [finding.measured for finding in findings if finding.key == "rows" and finding.measured is not None]
    use = [finding.measured for finding in findings if finding.key == "use" and finding.measured is not None]
    return f"{max(auc, default=np.nan):.3f}  {min(use, default=np.nan):.2f}"


def of_engine(files: list[str], engine: str, seed: int) -> str:
    policy = Policy(profile="gdpr-strict", holdout=0.5, seed=seed, backend={"kind": "model", "engine": engine})
    prepared = prepare(inspect(files, policy), policy, Stages())
    policy = prepared.policy.with_(rows=min(ROWS, len(prepared.source.train.root)))
    prepared = replace(prepared, policy=policy)
    try:
        drawn = draw(prepared, learn(prepared, Stages()), Stages())
    except BackendError:  # an engine of single tables
        return f"{'-':>5}  {'-':>4}"
    (verdict,) = judged_by(("fidelity",), drawn.draft, prepared.source, policy, Stages())
    return figures(verdict.findings)


def of_book(name: str, files: list[str], folder: Path, seed: int) -> str:
    policy, book = Policy(profile="gdpr-strict", holdout=0.5, seed=seed), folder / f"{name}.yaml"
    start = time.perf_counter()
    text = infer_from(files, policy, book).text
    seconds = time.perf_counter() - start
    book.write_text(text, encoding="utf-8")
    data = inspect(files, policy)
    outcome = synthesize(
        files,
        profile="gdpr-strict",
        seed=seed,
        rows=min(ROWS, len(data.root) // 2) if not data.lookups else None,
        state=folder / f"{name}-state",
        backend={"kind": "rules", "rulebook": str(book)},
    )
    bad = [gate for gate, verdict in outcome.verdicts.items() if verdict.word in ("failed", "could not judge")]
    ended = ": ".join(filter(None, (outcome.status, ", ".join(bad))))
    size = f"{len(text.splitlines()):>6,} {rare(text, data, 11):>5} {seconds:>7.1f} s"
    return f"{size}  {ended:<32} {figures(outcome.verdicts['fidelity'].findings)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--material", type=Path, default=Path("material"))
    parser.add_argument("--only", nargs="*", help="names of sources")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as inside:
        folder = Path(inside)
        print(f"{'':<13} {'lines':>6} {'rare':>5} {'inferred':>9}  {'outcome':<32} book: auc, use", end="")
        print("".join(f"   {engine}: auc, use" for engine in ENGINES))
        for name, files in sources(asked.material, folder).items():
            if asked.only and name not in asked.only:
                continue
            print(f"{name:<13} {of_book(name, files, folder, asked.seed)}", end="", flush=True)
            for engine in ENGINES:
                print(f"     {of_engine(files, engine, asked.seed)}", end="", flush=True)
            print()


if __name__ == "__main__":
    main()
