"""Codes that say in their beginning where they belong: E11.9 below E11, 7372 below 73, tools/saws below tools."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from string import ascii_lowercase, ascii_uppercase, digits

import numpy as np
import pandas as pd

from privsynth.dataset import Table
from privsynth.seeds import seed_of
from privsynth.typing import Array

NEARLY_ALL = 0.9  # share of the levels that are written alike
BRANCHING = 0.5  # levels of a beginning for each level, at most: else it tells nothing that the level does not
SURE = 1e-4  # chance of beginnings that tell as much of another column, from which on down they are branches
TELLING = 0.05  # share of the rows on the commonest level, and on others, from which on a category is asked
ASKED = 12  # other columns that are asked
TRIES = 20  # times as many codes are drawn as are needed
_PARTED = re.compile(r"(?=.*\d)[0-9A-Za-z]{1,10}(?:[./:_ -][0-9A-Za-z]{1,10})+\Z|[^\W\d].*?\s*[/>|\\].*\Z")
_WHOLE = re.compile(r"[A-Za-z]{0,3}\d{2,12}[A-Za-z]{0,2}\Z")
_MARK = re.compile(r"\s*[./:_>|\\ -]+\s*")

Cut = Callable[[str], str]


@dataclass(frozen=True, eq=False)
class Branch:
    """One beginning of each level, as a number and as a text; -1 for a level that has none."""

    codes: Array
    texts: Sequence[str]
    is_part: bool  # whether it ends where a part of the code ends, so that it stands for itself


def branches_of(levels: Sequence[str | None]) -> list[Branch]:
    """The beginnings by which levels hang together, the longest first; none where they are not written like codes."""
    known = [level for level in levels if level is not None]
    parted = _share(_PARTED, known)
    if len(known) < 3 or parted + _share(_WHOLE, known) < NEARLY_ALL:
        return []
    depth = max(len(_MARK.findall(level)) for level in known) if parted >= BRANCHING else 0
    longest = max(len(_first(level)) for level in known)
    cuts: list[tuple[Cut, bool]] = [(_parts(left), True) for left in range(depth, 0, -1)]
    cuts += [(_letters(left), False) for left in range(longest - 1, 0, -1)]
    found = (_branch(levels, cut, is_part=is_part) for cut, is_part in cuts)
    return list(_different(branch for branch in found if 2 <= len(branch.texts) <= BRANCHING * len(known)))


def _share(form: re.Pattern[str], levels: Sequence[str]) -> float:
    return sum(bool(form.match(level)) for level in levels) / max(len(levels), 1)


def _first(level: str) -> str:
    return _MARK.split(level, maxsplit=1)[0]


def _parts(left: int) -> Cut:
    """The first parts of a code; one of fewer parts is its own beginning."""

    def cut(level: str) -> str:
        marks = list(_MARK.finditer(level))
        return level if len(marks) < left else level[: marks[left - 1].start()]

    return cut


def _letters(left: int) -> Cut:
    return lambda level: _first(level)[:left]


def _branch(levels: Sequence[str | None], cut: Cut, *, is_part: bool) -> Branch:
    texts = np.array([None if level is None else cut(level) for level in levels], dtype=object)
    codes, distinct = pd.factorize(texts)
    return Branch(codes, [str(text) for text in distinct], is_part)


def _different(branches: Iterator[Branch]) -> Iterator[Branch]:
    """Without those that divide the levels as the one before does."""
    before = -1
    for branch in branches:
        if len(branch.texts) != before:
            yield branch
        before = len(branch.texts)


def tells(branches: Sequence[Branch], levels: Array, table: Table, name: str) -> bool:
    """Whether beginnings tell more of other columns than the levels would by chance: a branch, and no mere counting."""
    others = [column for column in table.columns if column.name != name][: ASKED if branches else 0]
    scores = [_score(table.values(column.name)) for column in others]
    return any(_chance(branch, levels, score) < SURE / len(scores) for branch in branches for score in scores)


def _score(values: Array) -> Array:
    """One number for each row: its rank, or whether it holds the commonest level; nought where too few rows tell."""
    if values.dtype.kind in "fM":
        return pd.Series(values).rank(pct=True).fillna(0.5).to_numpy()
    codes = pd.factorize(values, use_na_sentinel=False)[0]
    commonest = codes == np.bincount(codes, minlength=1).argmax()
    return np.asarray(commonest & (TELLING <= commonest.mean() <= 1 - TELLING), dtype=np.float64)


def _chance(branch: Branch, levels: Array, score: Array) -> float:
    """Of means of levels that differ between branches as much as they do (analysis of variance, weighted by rows)."""
    from scipy.special import fdtrc

    rows = np.bincount(levels, minlength=len(branch.codes)).astype(float)
    used = (rows > 0) & (branch.codes >= 0)
    means = np.bincount(levels, weights=score, minlength=len(rows))[used] / rows[used]
    weights, groups = rows[used], branch.codes[used]
    size = int(groups.max(initial=0)) + 1
    per_group = np.bincount(groups, weights=weights, minlength=size)
    middle = np.bincount(groups, weights=weights * means, minlength=size) / np.maximum(per_group, 1)
    between = float((per_group * (middle - np.average(means, weights=weights)) ** 2).sum())
    within = float((weights * (means - middle[groups]) ** 2).sum())
    free = int((per_group > 0).sum()) - 1, len(means) - int((per_group > 0).sum())
    if min(free) < 1 or between <= 0:
        return 1.0
    return float(fdtrc(*free, between / free[0] / max(within / free[1], 1e-300)))


def alike(known: Sequence[str], most: int, taken: Collection[str]) -> list[str]:
    """Codes that begin as all of these do and go on with characters of the same kind, as long as one of them is."""
    begin = _shared(min(known), max(known))
    rng = np.random.default_rng(seed_of(0, *sorted(known)))
    found: dict[str, None] = {}
    for at in rng.integers(0, len(known), TRIES * most):
        found[_refilled(known[at], begin, rng)] = None
    return [text for text in found if text not in taken][:most]


def _shared(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    differ = (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    return next(differ, min(len(one), len(other)))


def _refilled(text: str, begin: int, rng: np.random.Generator) -> str:
    return text[:begin] + "".join(_another(letter, rng) for letter in text[begin:])


def _another(letter: str, rng: np.random.Generator) -> str:
    kind = next((kind for kind in (digits, ascii_uppercase, ascii_lowercase) if letter in kind), letter)
    return kind[rng.integers(0, len(kind))]
