"""Which column tells most of who was learnt from: the attacks again, each time without one column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import pandas as pd

from privsynth.dataset import Table
from privsynth.measure.attacks.agreement import agreement
from privsynth.measure.attacks.copies import equal_hits, near_hits
from privsynth.measure.attacks.linkability import linkability
from privsynth.measure.attacks.membership import caught_at, membership_scores
from privsynth.measure.attacks.singling_out import singling_out
from privsynth.measure.samples import some_of
from privsynth.seeds import Seeds

ROWS = 1_500  # of each side
FEWEST = 50  # held-out rows, below which an attack says nothing
COLUMNS = 12  # tried: those with the most different values, by which people differ most
Attack = Callable[[Table, Table, Table, Sequence[str]], float]


def carriers(gate: str, key: str, tables: tuple[Table, Table, Table], names: Sequence[str]) -> list[str]:
    """The columns by how little of the leak is left without them, the one that carries most first.

    Without a control nothing can be attacked: then by how many different values there are, by which people are known.
    """
    attack = _attack(gate, key)
    rng = Seeds(0).stream("ways", tables[0].name)
    train, holdout, made = (some_of(table, ROWS, rng) for table in tables)
    tried = sorted(names, key=lambda name: -len(pd.unique(train.values(name))))[:COLUMNS]
    if len(holdout) < FEWEST:
        return tried
    left = {name: attack(train, holdout, made, [other for other in names if other != name]) for name in tried}
    return sorted(tried, key=lambda name: (left[name], tried.index(name)))


def _attack(gate: str, key: str) -> Attack:
    match gate, key:
        case "copies", "equal":
            return _equal
        case "copies", "agreement":
            return _agreed
        case "copies", "isolated":
            return _alone
        case "copies", _:
            return _near
        case "singling_out", _:
            return partial(_singled_out, several=key.startswith("three"))
        case "linkability", _:
            return _linked
        case _:
            return _recognised


def _rng() -> np.random.Generator:
    return Seeds(0).stream("ways", "carriers")


def _equal(train: Table, holdout: Table, made: Table, names: Sequence[str]) -> float:
    return equal_hits(train, holdout, made, names).excess


def _agreed(train: Table, holdout: Table, made: Table, names: Sequence[str]) -> float:
    return agreement(train, holdout, made, names, _rng()).hits.excess


def _near(train: Table, holdout: Table, made: Table, names: Sequence[str]) -> float:
    return near_hits(train, holdout, made, names, _rng()).excess


def _alone(train: Table, holdout: Table, made: Table, names: Sequence[str]) -> float:
    return agreement(train, holdout, made, names, _rng()).lone.share


def _recognised(train: Table, holdout: Table, made: Table, names: Sequence[str]) -> float:
    found = caught_at(membership_scores(train, holdout, made, names, _rng()), 0.01, isolated=False)
    return 0.0 if found is None else found.share


def _singled_out(train: Table, holdout: Table, made: Table, names: Sequence[str], *, several: bool) -> float:
    several = several and len(names) >= 3
    return singling_out(train, holdout, made, names, attacks=min(ROWS, len(holdout)), rng=_rng(), several=several)[
        0
    ].risk


def _linked(train: Table, holdout: Table, made: Table, names: Sequence[str]) -> float:
    halves = (names[::2], names[1::2])
    return linkability(train, holdout, made, halves, attacks=len(holdout), rng=_rng()).risk
