"""Does a description that fits one synthetic row fit exactly one real person? (Giomi et al. 2023; Cohen & Nissim 2020)

A description is a conjunction of tests: a value, a value or more, a value or less, nothing there. The attacker takes
those that fit one row of the synthetic table and hopes that they fit one person of the source. As many held-out people
show how often that happens to people whom the generator never saw.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from privsynth.dataset import Table
from privsynth.measure.attacks.attack import Attacked
from privsynth.measure.distance.points import as_number
from privsynth.typing import Array

EQUAL, AT_LEAST, AT_MOST = 0, 1, 2
MISSING = -1
DRAWS = 5  # samples of the larger side, of which the middle one counts
TRIES = 150  # descriptions tried for each one asked for
SIEVE = 1_000  # synthetic rows that sort out most descriptions that fit many
AT_A_TIME = 10_000  # tries drawn at once
WIDTH = 3  # tests in a description of several columns

Test = tuple[int, int, int]  # column, operator, code


@dataclass(frozen=True, eq=False)
class Coded:
    """A table without repeated rows, as codes that keep the order of numbers: columns x rows."""

    codes: Array
    is_number: tuple[bool, ...]

    def __len__(self) -> int:
        return int(self.codes.shape[1])

    def take(self, rows: Array) -> Coded:
        return Coded(np.ascontiguousarray(self.codes[:, rows]), self.is_number)

    def count(self, description: Sequence[Test]) -> int:
        """How many rows it fits."""
        fits = _fits(self.codes, *description[0])
        for test in description[1:]:
            fits &= _fits(self.codes, *test)
        return int(np.count_nonzero(fits))


def singling_out(
    train: Table,
    control: Table,
    synthetic: Table,
    names: Sequence[str],
    *,
    attacks: int,
    rng: np.random.Generator,
    several: bool,
) -> tuple[Attacked, int]:
    """The attack with descriptions of one column, or of several; and how many descriptions the synthetic table gave."""
    train_codes, control_codes, synthetic_codes = _code((train, control, synthetic), names)
    descriptions = _of_several(synthetic_codes, attacks, rng) if several else _of_one(synthetic_codes, attacks, rng)
    size = min(len(train_codes), len(control_codes))
    won, lost = (_successes(side, size, descriptions, rng) for side in (train_codes, control_codes))
    attacked = Attacked(won, attacks, control_successes=lost, control_attacks=attacks)
    return attacked, len(descriptions)


def _code(tables: Sequence[Table], names: Sequence[str]) -> list[Coded]:
    numeric = tuple(all(table.values(name).dtype.kind in "fM" for table in tables) for name in names)
    columns = [
        _codes([_values(table, name, number) for table in tables]) for name, number in zip(names, numeric, strict=True)
    ]
    sizes = [len(table) for table in tables]
    frame = pd.DataFrame(np.stack(columns, axis=1) if columns else np.zeros((sum(sizes), 0), dtype=np.int32))
    ends = np.cumsum([0, *sizes])
    parts = [frame.iloc[first:last].drop_duplicates().to_numpy() for first, last in pairwise(ends)]
    return [Coded(np.ascontiguousarray(part.T), numeric) for part in parts]


def _values(table: Table, name: str, number: bool) -> Array:
    return as_number(table.values(name)) if number else table.text(name)


def _codes(parts: Sequence[Array]) -> Array:
    every = np.concatenate(parts)
    return np.asarray(pd.factorize(every, sort=every.dtype.kind == "f")[0]).astype(np.int32)


def _fits(codes: Array, column: int, operator: int, code: int) -> Array:
    values = codes[column]
    if operator == EQUAL:
        return np.asarray(values == code)
    return np.asarray(values >= code if operator == AT_LEAST else (values <= code) & (values != MISSING))


def _of_one(synthetic: Coded, attacks: int, rng: np.random.Generator) -> list[tuple[Test, ...]]:
    """Every value that one row holds, and the ends of every number that one row holds."""
    tests = [
        test
        for column in range(len(synthetic.codes))
        for test in _single_tests(synthetic.codes[column], synthetic.is_number[column], column)
    ]
    picked = rng.permutation(len(tests))[:attacks]
    return [(tests[at],) for at in picked]


def _single_tests(values: Array, is_number: bool, column: int) -> Iterator[Test]:
    codes, counts = np.unique(values, return_counts=True)
    once = codes[counts == 1]
    yield from ((column, EQUAL, int(code)) for code in once)
    present = codes[codes != MISSING]
    if is_number and len(present):
        yield from (
            (column, operator, int(end))
            for operator, end in ((AT_MOST, present[0]), (AT_LEAST, present[-1]))
            if end in once
        )


def _of_several(synthetic: Coded, attacks: int, rng: np.random.Generator) -> list[tuple[Test, ...]]:
    """What is said of random rows in random columns, numbers by their outer side, where it fits no other row."""
    width, size = min(WIDTH, len(synthetic.codes)), len(synthetic)
    if not width or not size:
        return []
    middles = [
        float(np.median(values[values != MISSING])) if (values != MISSING).any() else 0.0 for values in synthetic.codes
    ]
    descriptions: dict[tuple[Test, ...], None] = {}
    sieve = synthetic.take(np.sort(rng.permutation(size)[:SIEVE]))
    for row, columns in _draws(size, len(synthetic.codes), width, TRIES * attacks, rng):
        description = tuple(_outer_test(synthetic, column, row, middles) for column in columns)
        if description not in descriptions and sieve.count(description) <= 1 and synthetic.count(description) == 1:
            descriptions[description] = None
            if len(descriptions) == attacks:
                break
    return list(descriptions)


def _draws(
    rows: int, columns: int, width: int, tries: int, rng: np.random.Generator
) -> Iterator[tuple[int, list[int]]]:
    """Random rows, each with some random columns in their order."""
    for start in range(0, tries, AT_A_TIME):
        count = min(AT_A_TIME, tries - start)
        chosen = np.sort(np.argpartition(rng.random((count, columns)), width - 1, axis=1)[:, :width], axis=1)
        yield from zip(rng.integers(rows, size=count).tolist(), chosen.tolist(), strict=True)


def _outer_test(synthetic: Coded, column: int, row: int, middles: Sequence[float]) -> Test:
    code = int(synthetic.codes[column, row])
    if code == MISSING or not synthetic.is_number[column]:
        return column, EQUAL, code
    return column, AT_LEAST if code > middles[column] else AT_MOST, code


def _successes(side: Coded, size: int, descriptions: Sequence[tuple[Test, ...]], rng: np.random.Generator) -> float:
    """How many descriptions fit exactly one of `size` people; of a larger side the middle one of several samples."""
    draws = (
        [np.arange(size)]
        if len(side) == size
        else [np.sort(rng.choice(len(side), size, replace=False)) for _ in range(DRAWS)]
    )
    counts = []
    for drawn in draws:
        people = side.take(drawn)
        counts.append(sum(people.count(description) == 1 for description in descriptions))
    return float(np.median(counts))
