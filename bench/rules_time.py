"""How fast rows in time are made from a rulebook: about a million of each kind, in one process.

    python bench/rules_time.py

Each book is invented here. What is printed is processor time of making the rows, parents included, without reading
the book, gates, reports and files.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np

from privsynth.dataset import Dataset
from privsynth.generate.rules import Rules
from privsynth.options import RulesOptions
from privsynth.policy import Policy
from privsynth.statistics import Statistics, Taken

PARENT = """version: 1
name: bench
tables:
  t:
    rows: {parents}
    columns:
      k: {{sequence: {{}}}}
      d: {{date: {{low: 2024-01-01, high: 2024-12-31}}}}
"""
CHILD = """  c:
    belongs_to: {belongs}
    {words}
    columns:
      k: {{reference: k}}
"""
MOVES = "moves: {a: {b: 1}, b: {a: 0.8, c: 0.1, d: 0.1}, c: {b: 1}}"
STAYS = "stay: {a: {exponential: {mean: 30}}, b: {lognormal: {median: 40, sigma: 1}}, c: {constant: 5}}"
WINDOW = "since: parent.d, until: 2026-12-31"
HOURS = "[0, 0, 0, 0, 0, 0, 1, 3, 8, 9, 9, 7, 5, 6, 8, 8, 7, 5, 3, 1, 0, 0, 0, 0]"
STAYED = "gap: {exponential: {mean: 8}}, stay: {lognormal: {median: 70, sigma: 0.7}}, unit: hours"
SERIES = "every: 15 minutes, since: 2026-01-01, until: 2026-04-15, level: 20"
PROCESSES = {
    "states": (100_000, f"states: {{start: a, {MOVES}, {STAYS}, {WINDOW}}}", ("state", "since", "until")),
    "arrivals": (1_000, f"arrivals: {{rate: 1.5, hours: {HOURS}, {WINDOW}}}", ("time",)),
    "series": (
        100,
        f"series: {{{SERIES}, season: [{{period: day, size: 3}}], noise: {{sd: 1, memory: 0.9}}}}",
        ("time", "value"),
    ),
    "intervals": (5_000, f"intervals: {{{STAYED}, {WINDOW}}}", ("since", "until")),
}
BALANCES = """      x: {date: {low: parent.d, high: 2026-12-31, business: DE}}
      a: {normal: {mean: 0, sd: 100}}
      b: {running: {sum: a}}
      c: {before: {column: b, first: 0}}
"""
CALENDAR = """      e: {date: {low: d, high: 2026-12-31, time: true, business: DE, hours: [9, 17]}}
      f: {business_day: {after: d, days: 2, of: DE}}
      g: {local: {time: e, zone: Europe/Berlin}}
"""


def books() -> dict[str, str]:
    """A book for each kind of rows."""
    made = {}
    for name, (parents, words, parts) in PROCESSES.items():
        columns = "".join(f"      {part}: {{row: {part}}}\n" for part in parts)
        made[name] = PARENT.format(parents=parents) + CHILD.format(belongs="{table: t}", words=words) + columns
    ordered = CHILD.format(belongs="{table: t, count: {constant: 20}}", words="in_order: x")
    made["balances"] = PARENT.format(parents=50_000) + ordered + BALANCES
    made["calendar"] = PARENT.format(parents=1_000_000) + CALENDAR
    return made


def main() -> None:
    for name, text in books().items():
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "book.yaml"
            path.write_text(text, encoding="utf-8")
            nothing = Statistics({}, Taken())
            rules = Rules(RulesOptions(rulebook=path), Policy().limits).fit(
                Dataset(()), nothing, np.random.default_rng(0)
            )
        begin = time.process_time()
        table = rules.sample(None, np.random.default_rng(1)).tables[-1]
        seconds = time.process_time() - begin
        speed = f"{seconds:5.2f} s  {len(table) / seconds:>10,.0f} rows/s"
        print(f"{name:10} {len(table):>9,} rows x {len(table.columns)}  {speed}")


if __name__ == "__main__":
    main()
