"""Does a description that fits one synthetic row fit exactly one real person? (Giomi et al. 2023; Cohen & Nissim 2020)

A description is a conjunction of tests: a value, a value or more, a value or less, nothing there. The attacker takes
those that fit one row of the synthetic table and hopes that they fit one person of the source. As many held-out people
show how often that happens to people whom the generator never saw.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import comb

import numpy as np
import pandas as pd

from privsynth.dataset import Table
from privsynth.measure.attacks.attack import Attacked, repetition
from privsynth.measure.distance.points import as_number
from privsynth.typing import Array

MISSING, LEAST, MOST = -1, 0, 2**31 - 1  # codes of values lie from `LEAST` to `MOST`
DRAWS = 5  # samples of the larger side, of which the middle one counts
TRIES = 150  # descriptions tried for each one asked for
SIEVES = (50, 1_000)  # synthetic rows that one after the other sort out most descriptions that fit many
AT_A_TIME = 10_000  # tries drawn at once
BLOCK = 2**18  # tries x rows looked at together
WIDTH = 3  # tests in a description of several columns

Test = tuple[int, int, int]  # column, and the first and the last code that fits


@dataclass(frozen=True, eq=False)
class Coded:
    """A table without repeated rows, as codes that keep the order of numbers: columns x rows."""

    codes: Array
    is_number: tuple[bool, ...]

    def __len__(self) -> int:
        return int(self.codes.shape[1])

    def take(self, rows: Array) -> Coded:
        return Coded(np.ascontiguousarray(self.codes[:, rows]), self.is_number)

    def fitting(self, description: Sequence[Test]) -> Array:
        """The rows that it fits."""
        fits = _fits(self.codes, *description[0])
        for test in description[1:]:
            fits &= _fits(self.codes, *test)
        return np.flatnonzero(fits)


def singling_out(
    train: Table,
    control: Table,
    synthetic: Table,
    names: Sequence[str],
    *,
    attacks: int,
    rng: np.random.Generator,
    several: bool,
    among_all: bool = False,
) -> tuple[Attacked, int]:
    """The attack with descriptions of one column, or of several; and how many descriptions the synthetic table gave.

    A description must fit one of the people of its side, as many on each; or, `among_all`, one of all people, who then
    falls on the side that the person is on. A small side would hardly hold the one whom a description fits.
    """
    train_codes, control_codes, synthetic_codes = _code((train, control, synthetic), names)
    descriptions = _of_several(synthetic_codes, attacks, rng) if several else _of_one(synthetic_codes, attacks, rng)
    if among_all:
        return _among_all(train_codes, control_codes, descriptions, attacks), len(descriptions)
    size = min(len(train_codes), len(control_codes))
    found, strangers = (_found(side, size, descriptions, rng) for side in (train_codes, control_codes))
    return _attacked(found, attacks, strangers, attacks), len(descriptions)


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


def _fits(codes: Array, column: int, first: int, last: int) -> Array:
    values = codes[column]
    return np.asarray(values == first if first == last else (values >= first) & (values <= last))


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
    yield from ((column, int(code), int(code)) for code in once)
    present = codes[codes != MISSING]
    if is_number and len(present):
        if present[0] in once:
            yield column, LEAST, int(present[0])
        if present[-1] in once:
            yield column, int(present[-1]), MOST


def _of_several(synthetic: Coded, attacks: int, rng: np.random.Generator) -> list[tuple[Test, ...]]:
    """What is said of random rows in random columns, numbers by their outer side, where it fits no other row."""
    width, size = min(WIDTH, len(synthetic.codes)), len(synthetic)
    if not width or not size:
        return []
    middles = np.array(
        [np.median(values[values != MISSING]) if (values != MISSING).any() else 0.0 for values in synthetic.codes]
    )
    descriptions: dict[tuple[Test, ...], None] = {}
    shuffled = rng.permutation(size)
    sieves = [synthetic.take(shuffled[:rows]) for rows in SIEVES]
    for rows, columns in _draws(size, len(synthetic.codes), width, TRIES * attacks, rng):
        for description in _sifted(_outer_tests(synthetic, rows, columns, middles), sieves):
            if description not in descriptions and len(synthetic.fitting(description)) == 1:
                descriptions[description] = None
                if len(descriptions) == attacks:
                    return list(descriptions)
    return list(descriptions)


def _draws(rows: int, columns: int, width: int, tries: int, rng: np.random.Generator) -> Iterator[tuple[Array, Array]]:
    """Random rows, each with some random columns in their order; many at once. Where they are few, none comes twice."""
    most, seen = rows * comb(columns, width), np.zeros(0, dtype=np.intp)
    places = columns ** np.arange(width)
    for start in range(0, tries, AT_A_TIME):
        if len(seen) == most:
            return
        count = min(AT_A_TIME, tries - start)
        chosen = np.sort(np.argpartition(rng.random((count, columns)), width - 1, axis=1)[:, :width], axis=1)
        drawn = rng.integers(rows, size=count)
        if most <= tries:
            keys = drawn * columns**width + chosen @ places
            fresh = np.sort(np.unique(keys, return_index=True)[1])
            fresh = fresh[~np.isin(keys[fresh], seen)]
            drawn, chosen, seen = drawn[fresh], chosen[fresh], np.concatenate([seen, keys[fresh]])
        yield drawn, chosen


def _outer_tests(synthetic: Coded, rows: Array, columns: Array, middles: Array) -> Array:
    """What is said of each row in its columns: tries x tests x (column, first, last)."""
    codes = synthetic.codes[columns, rows[:, None]].astype(np.int64)
    open_ended = np.array(synthetic.is_number)[columns] & (codes != MISSING)
    above = codes > middles[columns]
    first = np.where(open_ended & ~above, LEAST, codes)
    last = np.where(open_ended & above, MOST, codes)
    return np.stack([columns, first, last], axis=2)


def _sifted(tries: Array, sieves: Sequence[Coded]) -> Iterator[tuple[Test, ...]]:
    """The tries that fit at most one row of each sieve."""
    for sieve in sieves:
        tries = tries[_counts(tries, sieve) <= 1]
    yield from (tuple(map(tuple, each)) for each in tries.tolist())


def _counts(tries: Array, sieve: Coded) -> Array:
    """How many rows of the sieve each try fits."""
    counts, step = np.empty(len(tries), dtype=np.intp), max(1, BLOCK // len(sieve))
    for start in range(0, len(tries), step):
        some = tries[start : start + step]
        fits = np.ones((len(some), len(sieve)), dtype=bool)
        for column, first, last in some.transpose(1, 2, 0):
            values = sieve.codes[column]
            fits &= (values >= first[:, None]) & (values <= last[:, None])
        counts[start : start + step] = np.count_nonzero(fits, axis=1)
    return counts


def _among_all(train: Coded, control: Coded, descriptions: Sequence[tuple[Test, ...]], attacks: int) -> Attacked:
    """Each side has its share of the attacks, as it has its share of the people."""
    fitting = [(train.fitting(each), control.fitting(each)) for each in descriptions]
    found = Counter(int(inside[0]) for inside, outside in fitting if len(inside) == 1 and not len(outside))
    strangers = Counter(int(outside[0]) for inside, outside in fitting if len(outside) == 1 and not len(inside))
    of_control = round(attacks * len(control) / max(1, len(train) + len(control)))
    return _attacked(found, attacks - of_control, strangers, of_control)


def _attacked(found: Counter[int], attacks: int, strangers: Counter[int], of_control: int) -> Attacked:
    """How often people were found, and how often it was the same person."""
    return Attacked(
        found.total(),
        attacks,
        control_successes=strangers.total(),
        control_attacks=of_control,
        again=repetition(found.values()),
        control_again=repetition(strangers.values()),
    )


def _found(side: Coded, size: int, descriptions: Sequence[tuple[Test, ...]], rng: np.random.Generator) -> Counter[int]:
    """Whom of `size` people descriptions fit alone, how often; of a larger side the middle one of several samples."""
    draws = (
        [np.arange(size)]
        if len(side) == size
        else [np.sort(rng.choice(len(side), size, replace=False)) for _ in range(DRAWS)]
    )
    found = []
    for drawn in draws:
        people = side.take(drawn)
        fitting = (people.fitting(description) for description in descriptions)
        found.append(Counter(int(rows[0]) for rows in fitting if len(rows) == 1))
    return sorted(found, key=Counter.total)[len(found) // 2]
