"""How often an honest draft is refused: default runs of the same files with many seeds.

    python bench/honest.py FILE|FOLDER... [--seeds 10] [--rows N]

A folder is one source of several tables. Each run has a ledger of its own, so that no run counts the ones before it.
What is refused is told with its gate and what was measured; `--rows` takes the first rows of each file only, to be
quick.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from zoo_runs import command, failed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", type=Path, nargs="+")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--rows", type=int, help="rows of each file that are taken; all when absent")
    asked = parser.parse_args()
    runs = refused = 0
    for source in asked.sources:
        start = time.process_time()
        refusals = list(refused_seeds(source, asked.seeds, asked.rows))
        runs, refused = runs + asked.seeds, refused + len(refusals)
        spent = (time.process_time() - start) / asked.seeds
        print(f"{source.name}: {len(refusals)} of {asked.seeds} refused, {spent:.1f} s a run", flush=True)
        for refusal in refusals:
            print(f"  {refusal}")
    print(f"{refused} of {runs} runs refused: {refused / runs:.1%}")


def refused_seeds(source: Path, seeds: int, rows: int | None) -> Iterator[str]:
    """What stood against each run that did not end in a release."""
    files = sorted(path for path in source.iterdir() if ".csv" in path.name) if source.is_dir() else [source]
    for seed in range(1, seeds + 1):
        with tempfile.TemporaryDirectory() as folder:
            taken = [str(first(path, rows, Path(folder))) for path in files]
            places = ["--out", f"{folder}/out", "--state", f"{folder}/state"]
            code, said, _ = command(["run", *taken, *places, "--seed", str(seed), "--json"])
        if code:
            result = json.loads(said)
            yield f"seed {seed}: exit {code} {(result.get('error') or {}).get('message', '')} {failed(result)}"


def first(path: Path, rows: int | None, folder: Path) -> Path:
    """A copy of the file, or of its first rows."""
    if rows is None:
        return Path(shutil.copy(path, folder))
    copy = folder / path.name.removesuffix(".gz")
    pd.read_csv(path, dtype=str, keep_default_na=False, nrows=rows).to_csv(copy, index=False)
    return copy


if __name__ == "__main__":
    main()
