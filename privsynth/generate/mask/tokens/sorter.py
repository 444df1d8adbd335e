"""To which form each value belongs, and what of that must be learnt from many values.

Learnt are four things, each of which another file of the same column will show too: which letters in front stay, which
texts are chance (hexadecimal numbers) rather than format, whether numbers have zeros in front, and how much room short
ones need. Nothing is kept that fewer than `COMMON` values share.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil

import numpy as np

from privsynth.errors import BackendError
from privsynth.generate.mask.tokens.check_digits import MOST_OF, VALID, Check
from privsynth.generate.mask.tokens.forms import (
    ANY,
    CLASSES,
    NINE,
    ODD,
    ODD_NUMBER,
    Box,
    RunFormat,
    TokenForm,
    is_mixed,
    joined,
    mix_of,
    mixed_form,
    prefix_length,
    run_format_of,
    skeleton,
)
from privsynth.generate.mask.tokens.packed import LONGEST, alike, numbered
from privsynth.keyring.ff1 import LEAST_DOMAIN
from privsynth.people.shapes import COMMON, MOST_DIGITS, MOST_SHAPES
from privsynth.typing import Array

Group = tuple[Array, TokenForm, int]  # rows of a matrix, their form, and which of its boxes

PREFIX_SHARE = 0.05  # rarer beginnings are as good as any other letters
STRICT = 100  # values of one pattern that must pass a check before the places are narrowed to what they show
ROOMY = 100  # texts for each known value that must be left then
NARROW = 0.5  # a place that shows at most this share of its characters has a meaning (a month, a century)


@dataclass(frozen=True)
class Room:
    """The longest run too short for a form of its own; shorter ones share its form, unless it stands `alone`."""

    run: int
    alone: bool = False


@dataclass(frozen=True, kw_only=True)
class Sorter:
    """What was learnt. Unknown values are sorted by themselves."""

    number: bool = False
    zeros: bool = False  # numbers are filled up with zeros in front, which then belong to them
    chance: Mapping[bytes, int] = field(
        default_factory=dict, repr=False
    )  # skeletons without a format, and their alphabet
    prefixes: Mapping[RunFormat, tuple[bytes, ...]] = field(default_factory=dict, repr=False)
    rooms: Mapping[RunFormat, Room] = field(default_factory=dict, repr=False)
    check: Check | None = None
    narrow: Mapping[Box, Box] = field(
        default_factory=dict, repr=False
    )  # with a check: what may stand where, if it is less than all

    @classmethod
    def learn(
        cls, parts: Sequence[tuple[Array, Array]], check: Check | None, *, number: bool, column: str, times: float = 1.0
    ) -> Sorter:
        """From the known values, packed; room is left for so many times as many."""
        matrices = [matrix for _, matrix in parts]
        zeros = not number and any(bool(((m[:, 0] == 48) & _all_digits(m)).any()) for m in matrices if m.shape[1] > 1)
        first = cls(number=number, zeros=zeros, chance={} if number else _chance(matrices))
        second = replace(first, prefixes=first._prefixes(matrices))
        found = replace(second, rooms=second._rooms(matrices, column, times))
        return found._with_check(matrices, check) if check is not None and found._pass(matrices, check) else found

    def _with_check(self, matrices: Sequence[Array], check: Check) -> Sorter:
        found = replace(self, check=check)
        return (
            replace(found, narrow=dict(pair for matrix in matrices for pair in found._narrow(matrix)))
            if check.is_slow
            else found
        )

    def without_check(self) -> Sorter:
        return replace(self, check=None, narrow={})

    @property
    def odd(self) -> TokenForm:
        return ODD_NUMBER if self.number else ODD

    def groups(self, matrix: Array) -> list[Group]:
        """The forms of these texts of one length."""
        classes = CLASSES[matrix]
        chance = self._is_chance(classes)
        found = [
            (rows, *self._form(family, run)) if family else (rows, self.odd, 0)
            for rows, family, run in self._families(matrix, classes, ~chance)
        ]
        found += [(rows, form, 0) for rows, form in self._mixed(matrix, classes, chance)]
        return (
            found
            if self.check is None
            else [part for group in found for part in self._by_check(self.check, matrix, *group)]
        )

    def is_of(self, form: TokenForm, matrix: Array) -> Array:
        """Which of these texts are of that form."""
        found = np.zeros(len(matrix), dtype=bool)
        for rows, other, _ in self.groups(matrix):
            found[rows] = other == form
        return found

    def _families(self, matrix: Array, classes: Array, asked: Array) -> list[tuple[Array, RunFormat | None, int]]:
        """Texts with a format: rows, family, and the length of the run; no family where there is nothing to permute."""
        rows, found = np.flatnonzero(asked), list[tuple[Array, RunFormat | None, int]]()
        for pattern, at in alike(classes if len(rows) == len(classes) else classes[rows]):
            found += self._of_pattern(pattern, rows[at], matrix)
        return found

    def _of_pattern(self, pattern: bytes, rows: Array, matrix: Array) -> list[tuple[Array, RunFormat | None, int]]:
        digits_only = not pattern.strip(bytes([NINE]))
        if self.number and (not digits_only or len(pattern) > MOST_DIGITS):
            return [(rows, None, 0)]
        if not any(c in b"9Aa" for c in pattern):
            return [(rows, None, 0)]
        if digits_only and not self.zeros:
            zero = (matrix[rows, 0] == 48) & (len(pattern) > 1)
            parts: list[tuple[Array, RunFormat | None, int]] = [
                (rows[~zero], *run_format_of(pattern, None, whole=True)),
                (rows[zero], None, 0),
            ]
            return [part for part in parts if len(part[0])]
        base, run = run_format_of(pattern, None, whole=False)
        width = prefix_length(pattern)
        if not width or not (self._keeps_prefix or (self.check is None and base in self.prefixes)):
            return [(rows, base, run)]
        return [(rows[at], self._with_prefix(base, start), run) for start, at in alike(matrix[rows, :width])]

    @property
    def _keeps_prefix(self) -> bool:
        return self.check is not None and self.check.keeps_prefix

    def _with_prefix(self, base: RunFormat, start: bytes) -> RunFormat:
        kept = self._keeps_prefix or start in self.prefixes.get(base, ())
        return replace(base, prefix=start, head=base.head[len(start) :]) if kept else base

    def _form(self, family: RunFormat, run: int) -> tuple[TokenForm, int]:
        closed = family not in self.prefixes
        if self.check is not None:
            return TokenForm((family.box(run),), closed), 0
        room = self.rooms.get(family) or Room(_least_run(family))
        if run > room.run or (room.alone and run == room.run):
            return TokenForm((family.box(run),), closed), 0
        return (self.odd, 0) if room.alone else (replace(family.form(room.run), closed=closed), run - 1)

    def _is_chance(self, classes: Array) -> Array:
        if self.number or self._keeps_prefix:
            return np.zeros(len(classes), dtype=bool)
        if (classes == classes[0]).all():
            found = (is_mixed(classes[:1]) & (self.check is None)) | (skeleton(classes[:1]).tobytes() in self.chance)
            return np.repeat(found, len(classes))
        found = is_mixed(classes) & (self.check is None)
        if self.chance:
            for pattern, rows in alike(skeleton(classes)):
                found[rows] |= pattern in self.chance
        return found

    def _mixed(self, matrix: Array, classes: Array, asked: Array) -> list[tuple[Array, TokenForm]]:
        """Texts without a format: any character of their alphabet in any place, marks where they were."""
        rows = np.flatnonzero(asked)
        found: list[tuple[Array, TokenForm]] = []
        for pattern, at in alike(skeleton(classes[rows])):
            mixes = mix_of(matrix[rows[at]], classes[rows[at]])
            if pattern in self.chance:
                learnt = self.chance[pattern]
                mixes = np.where((mixes & ~np.uint8(learnt)) == 0, learnt, 7)
            for mix in np.unique(mixes):
                form = mixed_form(pattern, int(mix), closed=pattern in self.chance and self.chance[pattern] == mix)
                found.append((rows[at[mixes == mix]], form if form.size >= LEAST_DOMAIN else self.odd))
        return found

    def _by_check(self, check: Check, matrix: Array, rows: Array, form: TokenForm, box: int) -> list[Group]:
        if form == self.odd:
            return [(rows, form, box)]
        flags = check.flags(matrix[rows])
        parts = [(rows[flags == flag], _on_side(form, check, int(flag)), box) for flag in np.unique(flags)]
        return [part for group in parts for part in self._by_place(matrix, *group)]

    def _by_place(self, matrix: Array, rows: Array, form: TokenForm, box: int) -> list[Group]:
        """Values that pass a check stay within what such values show."""
        less = self.narrow.get(form.boxes[0]) if form.flags > 1 else None
        if less is None:
            return [(rows, form, box)]
        inside = less.holds(matrix[rows])
        parts = [(rows[inside], replace(form, boxes=(less,)), box), (rows[~inside], form, box)]
        return [part for part in parts if len(part[0])]

    def _narrow(self, matrix: Array) -> list[tuple[Box, Box]]:
        found = []
        for rows, form, _ in self.groups(matrix):
            if form.flags > 1 and len(rows) >= STRICT:
                shown = [np.unique(column).tobytes() for column in matrix[rows].T]
                pairs = zip(form.boxes[0].places, shown, strict=True)
                less = Box(tuple(few if len(few) <= NARROW * len(every) else every for every, few in pairs))
                found += [(form.boxes[0], less)] if less.size >= max(LEAST_DOMAIN, ROOMY * len(rows)) else []
        return found

    def _pass(self, matrices: Sequence[Array], check: Check) -> bool:
        passed = sum(
            int(((check.flags(matrix[rows]) & VALID) > 0).sum())
            for matrix in matrices
            for _, rows in alike(CLASSES[matrix])
        )
        return passed >= MOST_OF * max(1, sum(map(len, matrices)))

    def _prefixes(self, matrices: Sequence[Array]) -> dict[RunFormat, tuple[bytes, ...]]:
        counts: defaultdict[RunFormat, Counter[bytes]] = defaultdict(Counter)
        for matrix in matrices:
            classes = CLASSES[matrix]
            for rows, family, _ in self._families(matrix, classes, ~self._is_chance(classes)):
                width = prefix_length(classes[rows[0]].tobytes())
                if family and width:
                    counts[family].update({start: len(at) for start, at in alike(matrix[rows, :width])})
        kept = {
            f: tuple(sorted(start for start, n in c.items() if n >= max(COMMON, PREFIX_SHARE * c.total())))
            for f, c in counts.items()
        }
        return {family: starts for family, starts in kept.items() if starts}

    def _rooms(self, matrices: Sequence[Array], column: str, times: float) -> dict[RunFormat, Room]:
        counts: defaultdict[RunFormat, Counter[int]] = defaultdict(Counter)
        for matrix in matrices:
            classes = CLASSES[matrix]
            for rows, family, run in self._families(matrix, classes, ~self._is_chance(classes)):
                if family:
                    counts[family][run] += ceil(len(rows) * times)
        return {family: _room(family, known, column) for family, known in counts.items()}


def _on_side(form: TokenForm, check: Check, flag: int) -> TokenForm:
    """The part of a form of which the check says the same."""
    boxes = tuple(map(check.held, form.boxes)) if flag & VALID else form.boxes
    return TokenForm(boxes, closed=False, flags=1 + flag)


def _chance(matrices: Sequence[Array]) -> dict[bytes, int]:
    """Skeletons whose characters follow too many patterns for a format, and the alphabet that all have in common."""
    found: dict[bytes, int] = {}
    for matrix in matrices:
        classes = CLASSES[matrix]
        for pattern, rows in alike(skeleton(classes)):
            if ANY in pattern and len(rows) > MOST_SHAPES and int(numbered(classes[rows]).max()) >= MOST_SHAPES:
                found[pattern] = joined(mix_of(matrix[rows], classes[rows]))
    return found


def _all_digits(matrix: Array) -> Array:
    return np.asarray((CLASSES[matrix] == NINE).all(axis=1))


def _least_run(family: RunFormat) -> int:
    """The run up to which there are too few values for a form of their own."""
    run, total = 0, 0
    while total < LEAST_DOMAIN:
        run += 1
        total += family.room(run)
    return run


def _room(family: RunFormat, known: Mapping[int, int], column: str) -> Room:
    """At least half of each form must stay free of known values."""
    least = _least_run(family)
    run = max(
        [least, *(length for length, count in known.items() if 2 * count > family.room(length) and length > least)]
    )
    if set(known) & set(range(1, run + 1)) == {run} and family.room(run) >= max(LEAST_DOMAIN, 2 * known[run]):
        return Room(run, alone=True)
    longest = MOST_DIGITS if family.whole else LONGEST
    while sum(family.room(length) for length in range(1, run + 1)) < 2 * sum(
        count for length, count in known.items() if length <= run
    ):
        run += 1
    if run > longest:
        raise BackendError(
            f"column {column}: its values leave no room for tokens of their shape.",
            hint="take shape: opaque, or drop the column",
        )
    return Room(run)
