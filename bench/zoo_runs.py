"""Default runs on the tables of the zoo: what is released, what is refused and why, and what a release destroyed.

See `python bench/zoo.py --help`. Each table is written by pandas and run as anybody would run it, with a seed and with
`--attempt-remedies`; where that ends in a refusal, the first way that it names is pasted. A release is compared with
its source by bench/destroyed.py.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
import shlex
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd
from destroyed import destroyed, told_apart

Seen = dict[str, Any]

FEWEST = 150  # rows of the tables that count
MOST_CELLS = 1_500_000
UNREAD = 5  # the exit code of what could not be read
READING = re.compile(r"the reading that fits best: (--[a-z-]+)")
APART = 0.9  # area under the curve of the classifier above which a table is destroyed


def run_table(name: str, frame: pd.DataFrame, seed: int) -> Seen:
    """One table, run as it comes and, where it is refused, with what the refusal advises."""
    line: Seen = {"table": name, "rows": len(frame), "columns": len(frame.columns)}
    start = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "table.csv"
        frame.to_csv(source, index=False)
        code, result = run(source, seed, "--attempt-remedies")
        asked = READING.findall((result.get("error") or {}).get("hint", "")) if code == UNREAD else []
        if asked:
            code, result = run(source, seed, asked[0], "--attempt-remedies")
        line |= outcome(code, result, "".join(asked[:1]))
        line["seconds"] = round(time.process_time() - start, 1)
        if code and result.get("ways"):
            line |= elsewhere(result["ways"][0])
        if line["outcome"] in ("released", "released after a remedy"):
            line |= looked_at(source, Path(folder) / "out", "".join(asked[:1]))
    return line


def outcome(code: int, result: Seen, reading: str) -> Seen:
    """How it ended, what stood against the first run, and what was changed in the last."""
    path, error = result.get("path") or [], result.get("error") or {}
    first = path[0]["missed"] if path else failed(result)
    words = {0: "released after a remedy" if reading or len(path) > 1 else "released", 3: "refused", 4: "refused"}
    return {
        "outcome": words.get(code, f"error {code}"),
        "first": [[one["gate"], one["measured"], one["limit"]] for one in first],
        "failed": failed(result) if code else [],
        "runs": [reading] * bool(reading)
        + [f"{' '.join(run['changed']) or 'as asked'}: {run['outcome']}" for run in path],
        "words": [error[key] for key in ("message", "hint") if error.get(key)],
        "nothing_left": result.get("nothing_left") or "",
    }


def elsewhere(way: Seen) -> Seen:
    """The command of the way that the refusal names first, pasted."""
    code, _, _ = command(shlex.split(way["command"])[1:])
    words = " ".join(way["changed"])
    return {"way": words, "outcome": f"released by {words}"} if code == 0 else {"way": f"{words}: exit {code}"}


def failed(result: Seen) -> list[Seen]:
    """The findings that stood against a release."""
    told = ("key", "measured", "limit", "where", "remedy")
    return [
        {"gate": verdict["gate"], **{key: finding[key] for key in told}}
        for verdict in result.get("verdicts", [])
        for finding in verdict["findings"]
        if not finding["passed"]
    ]


def run(source: Path, seed: int, *flags: str) -> tuple[int, Seen]:
    """The exit code and the object that is printed."""
    folder = source.parent
    places = ["--out", str(folder / "out"), "--state", str(folder / "state"), "--allow-overwrite"]
    code, said, _ = command(["run", str(source), *places, "--seed", str(seed), *flags, "--json"])
    return code, json.loads(said) if said.startswith("{") else {"error": {"message": said[-300:]}}


def command(arguments: list[str]) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of the command line, without a new process for each table."""
    from privsynth.cli import _run

    out, error = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sys.argv = ["privsynth", *arguments]  # what a way out is told beside
        code = _run(arguments)
    return int(code), out.getvalue(), error.getvalue()


def looked_at(file: Path, out: Path, reading: str) -> Seen:
    """What the release destroyed. The manifest says which columns were invented on purpose."""
    header: Any = "infer" if "--no-header" not in reading else None
    source, draft = pd.read_csv(file, low_memory=False, header=header), pd.read_csv(out / file.name, low_memory=False)
    source.columns = draft.columns if header is None else source.columns
    manifest = json.loads((out / "manifest.json").read_text())
    columns = {column["name"]: column for table in manifest["tables"] for column in table["columns"]}
    invented = {name for name in source if name in columns and columns[name]["fabricated"]}
    dropped = set(manifest["policy"]["drop"])  # as a remedy; whatever else is absent is destroyed
    numbers = {name for name in source if is_numbered(source[name])}
    person = person_of(source, [name for name in columns if columns[name]["role"] == "identifier"])
    apart = told_apart(source, draft, invented | dropped | numbers, person)
    lost = destroyed(source, draft, invented | dropped | numbers, person)
    if apart is not None and apart > APART:
        lost["rows"] = f"told apart with {apart}"
    return {
        "destroyed": lost,
        "auc": apart,
        "invented": sorted(invented - numbers),
        "person": person,
        "backend": manifest["backend"]["backend"],
        "notes": manifest["notes"],
    }


def is_numbered(values: pd.Series[Any]) -> bool:
    """The row numbers that R and pandas write."""
    return any(values.equals(pd.Series(range(start, start + len(values)))) for start in (0, 1))


def person_of(source: pd.DataFrame, identifiers: list[str]) -> str:
    """The identifier by which rows belong together, if there is one."""
    repeated = [name for name in identifiers if name in source and source[name].nunique() <= 0.9 * len(source)]
    return min(repeated, key=lambda name: source[name].nunique(), default="")


def run_all(
    tables: Iterable[tuple[str, pd.DataFrame | None]], state: Path, *, seed: int, most: int | None, least: int
) -> list[Seen]:
    """Runs of the tables that the state file does not know, at most so many, each kept as it ends."""
    known = {line["table"]: line for line in map(json.loads, state.read_text().splitlines())} if state.exists() else {}
    runs = (
        run_table(name, frame, seed)
        for name, frame in tables
        if name not in known and frame is not None and counts(frame, least)
    )
    with state.open("a", encoding="utf-8") as file:
        for line in islice(runs, most):
            known[line["table"]] = line
            file.write(json.dumps(line) + "\n")
            file.flush()
    return list(known.values())


def counts(frame: pd.DataFrame, least: int) -> bool:
    return len(frame) >= least and 0 < frame.size <= MOST_CELLS


def tell(lines: list[Seen]) -> str:
    released = [line for line in lines if line["outcome"].startswith("released")]
    spoilt = [line for line in released if line.get("destroyed")]
    shares = ", ".join(f"{count} {word} ({count / len(lines):.1%})" for word, count in count(lines, "outcome"))
    gates = Counter(gate for line in lines if line not in released for gate in refused_by(line))
    return "\n".join(
        [
            f"{len(lines)} tables of {FEWEST} rows and more: {shares}",
            f"still refused by: {dict(gates.most_common())}",
            f"released with something destroyed: {len(spoilt)}",
            *(f"  {line['table']}: {line['destroyed']}" for line in spoilt),
            *(
                f"  {line['table']}: {line['outcome']} {refused_by(line) or line['words']}"
                for line in lines
                if line not in released
            ),
        ]
    )


def count(lines: list[Seen], key: str) -> list[tuple[str, int]]:
    return Counter(line[key] for line in lines).most_common()


def refused_by(line: Seen) -> list[str]:
    """The gates that stood against the first run."""
    return sorted({gate for gate, _, _ in line["first"]})


def keep(lines: list[Seen], path: Path) -> None:
    """The outcomes as CSV, one line a table."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(
            ["table", "rows", "columns", "outcome", "first_refused_by", "way", "destroyed", "auc", "seconds"]
        )
        for line in sorted(lines, key=lambda line: line["table"]):
            writer.writerow(
                [
                    *(line[key] for key in ("table", "rows", "columns", "outcome")),
                    " ".join(refused_by(line)),
                    line.get("way") or " / ".join(line["runs"]),
                    "; ".join(f"{what}: {how}" for what, how in line.get("destroyed", {}).items()),
                    line.get("auc"),
                    line["seconds"],
                ]
            )
