"""What a rulebook costs: rows a second beside a plain Faker loop and dbldatagen on local Spark, people, whole runs.

    python bench/rules.py                           ours and Faker
    python bench/rules.py --spark V/bin/python      and dbldatagen, where V has pyspark, dbldatagen and jmespath
    python bench/rules.py --run 10000000            a whole run in a process of its own, beside making alone

All are asked for the same ten columns and for text files. The best of several turns counts, taken one after the other,
so that a busy machine slows all of them.
"""

from __future__ import annotations

import argparse
import csv
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from privsynth.dataset import Dataset
from privsynth.emit import serialise
from privsynth.generate.rules import Rules
from privsynth.options import RulesOptions
from privsynth.policy import Policy
from privsynth.statistics import Statistics, Taken

TEN = """version: 1
name: ten
tables:
  events:
    rows: 1000
    columns:
      id: {sequence: {prefix: E, width: 9}}
      key: {uuid: {}}
      shop: {choice: {north: 4, south: 3, east: 2, west: 1}}
      code: {pattern: "[A-Z]{3}-[0-9]{4}"}
      amount: {lognormal: {median: 40, sigma: 0.8, high: 5000}}
      quantity: {poisson: {mean: 3, low: 1}}
      day: {date: {low: 2020-01-01, high: 2025-12-31}}
      score: {normal: {mean: 50, sd: 10, low: 0, high: 100}}
      total: {sql: "round(amount * quantity, 2)"}
      level: {when: total > 200, then: {choice: {gold: 1, silver: 2}}, else: {constant: plain}, missing: 0.02}
    expect: [total >= amount]
"""
PEOPLE = """version: 1
name: people
tables:
  people:
    rows: 1000
    columns:
      id: {sequence: {prefix: P, width: 8}}
      sex: {choice: [F, M]}
      first: {person: {part: first_name, gender: sex}}
      last: {person: last_name}
      email: {person: email}
      phone: {person: phone}
      street: {person: street}
      city: {person: city}
"""
# The same columns; it has no Poisson law, so quantities are uniform, which is cheaper.
SPARK = """
import sys, time, logging
from pyspark.sql import SparkSession
import dbldatagen as dg
rows, turns, folder = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
spark.sparkContext.setLogLevel("ERROR"); logging.disable(logging.WARNING)
def make(rows, path):
    spec = (dg.DataGenerator(spark, name="ten", rows=rows, partitions=2, seedColumnName="_seed")
        .withColumn("id", "string", expr="concat('E', lpad(_seed, 9, '0'))", baseColumn="_seed")
        .withColumn("key", "string", expr="uuid()")
        .withColumn("shop", "string", values=["north", "south", "east", "west"], weights=[4, 3, 2, 1], random=True)
        .withColumn("code", "string", template="AAA-dddd", random=True)
        .withColumn("amount", "double", expr="round(least(5000, 40 * exp(0.8 * randn())), 2)")
        .withColumn("quantity", "int", minValue=1, maxValue=6, random=True)
        .withColumn("day", "date", begin="2020-01-01", end="2025-12-31", random=True)
        .withColumn("score", "double", expr="round(least(100, greatest(0, 50 + 10 * randn())), 2)")
        .withColumn("total", "double", expr="round(amount * quantity, 2)", baseColumn=["amount", "quantity"])
        .withColumn("level", "string", baseColumn="total", expr="case when rand() < 0.02 then null when total <= 200 "
                    "then 'plain' when rand() < 0.333 then 'gold' else 'silver' end"))
    spec.build().write.mode("overwrite").option("header", True).csv(path)
make(1000, folder + "/warm")
for _ in range(turns):
    started = time.perf_counter()
    make(rows, folder + "/rows")
    print("seconds", time.perf_counter() - started, flush=True)
"""


def fitted(text: str, folder: Path) -> Rules:
    path = folder / "book.yaml"
    path.write_text(text, encoding="utf-8")
    nothing = Statistics({}, Taken())
    rules = Rules(RulesOptions(rulebook=path), Policy().limits)
    return rules.fit(Dataset(()), nothing, np.random.default_rng(0))


def ours(rules: Rules, rows: int, folder: Path) -> None:
    """Made and written as text, in parts where a run makes them so."""
    parts = rules.in_parts(rows, np.random.default_rng(1)) or [rules.sample(rows, np.random.default_rng(1))]
    with (folder / "rows.csv").open("wb") as file:
        for part in parts:
            file.writelines(serialise(part).values())


def faker_loop(rows: int, folder: Path) -> None:
    from collections import OrderedDict

    from faker import Faker

    fake, rng = Faker(), np.random.default_rng(1)
    shops = OrderedDict([("north", 0.4), ("south", 0.3), ("east", 0.2), ("west", 0.1)])
    with (folder / "faker.csv").open("w", newline="") as file:
        out = csv.writer(file)
        for number in range(rows):
            amount = round(min(5000.0, 40 * np.exp(0.8 * rng.standard_normal())), 2)
            quantity = max(1, int(rng.poisson(3)))
            total = round(amount * quantity, 2)
            level = fake.random_element(["gold", "silver", "silver"]) if total > 200 else "plain"
            out.writerow(
                [
                    f"E{number:09d}",
                    fake.uuid4(),
                    fake.random_element(shops),
                    fake.bothify("???-####").upper(),
                    amount,
                    quantity,
                    fake.date_between("-6y", "today"),
                    round(min(100.0, max(0.0, rng.normal(50, 10))), 2),
                    total,
                    level,
                ]
            )


def best(work: Callable[[], None], turns: int, clock: Callable[[], float] = time.process_time) -> float:
    """The seconds of the quickest turn: of processor time, which other work on the machine hardly changes."""
    seconds = []
    for _ in range(turns):
        started = clock()
        work()
        seconds.append(clock() - started)
    return min(seconds)


def spark_seconds(python: str, rows: int, turns: int, folder: Path) -> float:
    script = folder / "spark.py"
    script.write_text(SPARK)
    command = [python, str(script), str(rows), str(turns), str(folder)]
    said = subprocess.run(  # noqa: S603  asked for
        command, capture_output=True, text=True, check=True, env=os.environ | {"PYSPARK_PYTHON": python}
    )
    return min(float(line.split()[1]) for line in said.stdout.splitlines() if line.startswith("seconds"))


def compared(folder: Path, rows: int, turns: int, spark: str | None) -> None:
    rules = fitted(TEN, folder)
    ours(rules, 1000, folder)  # imports are not counted
    faker_loop(10, folder)
    mine = rows / best(lambda: ours(rules, rows, folder), turns)
    few = max(1, rows // 50)
    looped = few / best(lambda: faker_loop(few, folder), turns)
    print(f"ten columns, made and written as text: {mine:,.0f} rows a second of processor time, one process")
    print(f"a plain Faker loop: {looped:,.0f}; ours {mine / looped:.0f} times")
    if spark:
        mine = rows / best(lambda: ours(rules, rows, folder), turns, time.perf_counter)
        theirs = rows / spark_seconds(spark, rows, turns, folder)
        print(f"dbldatagen on local Spark, two cores, by the clock: {theirs:,.0f}; ours {mine / theirs:.1f} times")
    folk = fitted(PEOPLE, folder)
    ours(folk, 1000, folder)
    some = rows // 5
    folks = some / best(lambda: ours(folk, some, folder), turns)
    print(f"people of eight columns: {folks:,.0f} rows a second of processor time")


def a_run(folder: Path, rows: int) -> None:
    """A whole run beside making and writing alone, each in a process of its own."""
    making = _measured([sys.executable, __file__, "--make-alone", str(rows)])
    book, out = folder / "ten.yaml", folder / "out"
    book.write_text(TEN)
    command = [sys.executable, "-m", "privsynth", "run", str(book), "--rows", str(rows), "--seed", "1"]
    whole = _measured([*command, "--out", str(out), "--quiet"])
    print(f"{rows:,} rows of ten columns: making and writing {making[0]:.0f} s of processor time, {making[1]:.2f} GB;")
    print(f"the run with all gates and reports {whole[0]:.0f} s, {whole[1]:.2f} GB: {whole[0] / making[0]:.1f} times")


def _measured(command: list[str]) -> tuple[float, float]:
    """Processor seconds and peak gigabytes of a command."""
    process = subprocess.Popen(command)  # noqa: S603  ourselves
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = status
    if status:
        raise SystemExit(f"{command[1]} ended with {status}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 2**20


def make_alone(folder: Path, rows: int) -> None:
    ours(fitted(TEN, folder), rows, folder)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--spark", help="the Python of an environment with pyspark and dbldatagen")
    parser.add_argument("--run", type=int, help="rows of a whole run")
    parser.add_argument("--make-alone", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        if asked.make_alone:
            make_alone(Path(name), asked.make_alone)
        elif asked.run:
            a_run(Path(name), asked.run)
        else:
            compared(Path(name), asked.rows, asked.turns, asked.spark)
