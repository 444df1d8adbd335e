"""Tokens in the shape of their values: a value is numbered within its form, and a keyed permutation swaps the numbers.

The permutation is FF1 over the bits of the number, taken again until it falls into the form (cycle-walking), under a
key of the domain and with the form as tweak. So the map is one to one, follows from key and value, and needs no memory.
Forms of more than 2^62 texts are drawn from by HMAC instead: a million values share none but once in 10^7 columns, and
that would be seen when learning.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import KW_ONLY, dataclass, field, replace
from typing import Self

import numpy as np
import pandas as pd

from privsynth.errors import BackendError
from privsynth.generate.mask.tokens.check_digits import check_for
from privsynth.generate.mask.tokens.forms import TokenForm
from privsynth.generate.mask.tokens.packed import packed
from privsynth.generate.mask.tokens.sorter import Sorter
from privsynth.generate.mask.tokens.walks import Endless, Walker
from privsynth.groups.rare import counted
from privsynth.keyring import Keyring
from privsynth.keyring.ff1 import LEAST_DOMAIN
from privsynth.people.settle import ATTEMPTS, holder
from privsynth.statistics import Taken
from privsynth.typing import Array

Parts = list[tuple[Array, int, Array]]  # rows, which box of their form, and their bytes
Sorted = tuple[dict[TokenForm, Parts], Array]

SAMPLE = 32_768  # values by which it is decided whether many are equal
MANY = 0.8  # share of different values in the sample beyond which looking for equal ones costs more than it saves
TRIED = 50  # values on which a check is tried
DEAREST = 5_000_000  # calls of Python that keeping a check may cost


@dataclass(frozen=True, eq=False)
class Tokens:
    """What each value of one domain becomes. Learnt from the known values; others are treated alike."""

    domain: str
    key: bytes = field(repr=False)
    sorter: Sorter = field(repr=False)
    _: KW_ONLY
    settled: Mapping[str, str] = field(default_factory=dict, repr=False)  # the few whose token would be a real value
    notes: tuple[str, ...] = ()

    @property
    def walker(self) -> Walker:
        return Walker(self.key, self.sorter)

    @classmethod
    def learn(
        cls,
        known: Array,
        ring: Keyring,
        domain: str,
        *,
        taken: Taken = Taken(),  # noqa: B008 - frozen
        number: bool = False,
        entity: str | None = None,
        times: float = 1.0,
    ) -> Self:
        """From the different known values; none of them, and nothing that is taken, will be a token.

        Room is left for so many `times` as many.
        """
        known = np.asarray(known, dtype=object)
        parts, odd = packed(known)
        sorter = Sorter.learn(parts, check_for(entity), number=number, column=domain, times=times)
        tokens = cls(domain, ring.key(f"{domain}\x1fshaped"), sorter)
        tokens = tokens._without_hopeless_check(known, entity)
        forms = tokens._sorted(known, (parts, odd))
        tokens, moved = tokens._settle(known, forms, taken)
        return replace(tokens, notes=(*tokens.notes, *tokens._notes_on(forms, moved)))

    def of(self, values: Array) -> Array:
        """The token of each value; a missing one stays missing."""
        return each_once(values, self._of_all)

    def _of_all(self, values: Array) -> Array:
        tokens = self._raw(values, self._sorted(values))
        if self.settled:
            others = np.flatnonzero(pd.Index(list(self.settled)).get_indexer(pd.Index(values, dtype=object)) >= 0)
            tokens[others] = [self.settled[value] for value in values[others]]
        return tokens

    def _raw(self, values: Array, sorted_: Sorted, attempt: int = 0) -> Array:
        tokens = np.empty(len(values), dtype=object)
        forms, odd = sorted_
        for form, parts in forms.items():
            for rows, texts in self._tokens_of(form, parts, values, attempt):
                tokens[rows] = texts
        if len(odd):
            tokens[odd] = self.walker.drawn(self.sorter.odd, values[odd], attempt)
        return tokens

    def _sorted(self, values: Array, among: tuple[list[tuple[Array, Array]], Array] | None = None) -> Sorted:
        """The rows of each form; and those that have none."""
        forms: defaultdict[TokenForm, Parts] = defaultdict(list)
        parts, odd = among or packed(values)
        for rows, matrix in parts:
            for at, form, box in self.sorter.groups(matrix):
                if form == self.sorter.odd:
                    odd = np.concatenate([odd, rows[at]])
                else:
                    forms[form].append((rows[at], box, matrix if len(at) == len(matrix) else matrix[at]))
        return forms, odd

    def _tokens_of(self, form: TokenForm, parts: Parts, values: Array, attempt: int) -> Iterable[tuple[Array, Array]]:
        for rows, box, matrix in parts:
            if form.is_drawn:
                yield rows, self.walker.drawn(form, values[rows], attempt)
            else:
                numbers = form.boxes[box].rank(matrix) + np.uint64(form.starts[box])
                yield rows, self.walker.spelt(form, self.walker.walked(form, numbers, attempt))

    def _without_hopeless_check(self, known: Array, entity: str | None) -> Self:
        """A check that hardly any text of the form passes, or that would take hours, is given up, and that is said."""
        check = self.sorter.check
        if check is None:
            return self
        try:
            turns = self._turns(known)
        except Endless:
            turns = np.inf
        if turns * len(known) <= (DEAREST if check.is_slow else np.inf):
            return self
        note = (
            f"column {self.domain}: the check digits of {entity} could not be kept: "
            f"tokens of {counted(len(known), 'values')} need not pass the check"
        )
        return replace(self, sorter=self.sorter.without_check(), notes=(*self.notes, note))

    def _turns(self, known: Array) -> float:
        """How often a few values must be walked until they arrive, on average."""
        tried = known[:: max(1, len(known) // TRIED)][:TRIED]
        total, forms = 0, self._sorted(known)[0]
        if any(form.size < LEAST_DOMAIN for form in forms):
            raise Endless
        for form, parts in self._sorted(tried)[0].items():
            for _, box, matrix in parts:
                first = np.arange(len(matrix), dtype=np.uint64) if form.is_drawn else form.boxes[box].rank(matrix)
                total += self.walker.turns_of(form, first)
        return total / max(1, len(tried))

    def at(self, values: Array, attempt: int) -> Array:
        """The tokens of these values at one attempt, each with a permutation of its own; they may be real values."""
        return self._raw(values, self._sorted(values), attempt)

    def before(self, texts: Array, attempt: int = 0) -> Array:
        """The values whose tokens of that attempt these are; None where tokens are drawn."""
        found = np.full(len(texts), None, dtype=object)
        for form, parts in self._sorted(texts)[0].items():
            if not form.is_drawn:
                for rows, box, matrix in parts:
                    numbers = form.boxes[box].rank(matrix) + np.uint64(form.starts[box])
                    found[rows] = self.walker.spelt(form, self.walker.walked(form, numbers, attempt, back=True))
        return found

    def _settle(self, known: Array, sorted_: Sorted, taken: Taken) -> tuple[Self, int]:
        """Another token for each known value whose own is a real value or somebody else's. How many those were.

        The value that would have had the other token gets the one that was given up, so that the map stays one to one;
        it must be no known value.
        """
        made, real = self._real(known, sorted_)
        used, found = set[str](), dict[str, str]()
        out = np.flatnonzero(real | holder(taken)(made))
        moved = len(out)
        held = _holder(known if moved else known[:0], taken)
        tokens = pd.Index(made if moved and self._has_drawn(sorted_) else [], dtype=object)
        for attempt in range(1, ATTEMPTS + 1):
            if not len(out):
                return replace(self, settled=found), moved
            texts, before = self._other(known[out], attempt)
            free = (
                ~held(texts)
                & ~held(before)
                & ~_repeated(texts)
                & (tokens.get_indexer(pd.Index(texts, dtype=object)) < 0)
            )
            free &= np.array([text not in used for text in texts], dtype=bool)
            for row, text, old in zip(out[free], texts[free], before[free], strict=True):
                found[known[row]] = text
                if old is not None:
                    found[old] = made[row]
            used |= set(texts[free])
            out = out[~free]
        if not len(out):
            return replace(self, settled=found), moved
        raise BackendError(
            f"column {self.domain}: {len(out)} of {len(known)} identifiers found no free token in their shape, "
            "and two may never share one.",
            hint="declare the column as text with more characters, take opaque tokens, or drop it.",
        )

    def _real(self, known: Array, sorted_: Sorted) -> tuple[Array, Array]:
        """The tokens, and which of them are real values or somebody else's.

        In a permuted form the numbers show it, and none of them is there twice.
        """
        made, real = np.empty(len(known), dtype=object), np.zeros(len(known), dtype=bool)
        forms, odd = sorted_
        drawn = [odd] if len(odd) else []
        for form, parts in forms.items():
            if form.is_drawn:
                drawn += [rows for rows, _, _ in parts]
                continue
            rows = np.concatenate([part[0] for part in parts])
            numbers = np.concatenate(
                [form.boxes[box].rank(matrix) + np.uint64(form.starts[box]) for _, box, matrix in parts]
            )
            images = self.walker.walked(form, numbers)
            made[rows], real[rows] = self.walker.spelt(form, images), pd.Series(images).isin(numbers)
        if drawn:
            rows = np.concatenate(drawn)
            made[rows] = self._raw(known[rows], self._sorted(known[rows]))
            real[rows] = pd.Series(made[rows], dtype=object).isin(known) | _repeated(made)[rows]
        return made, real

    def _has_drawn(self, sorted_: Sorted) -> bool:
        return bool(len(sorted_[1])) or any(form.is_drawn for form in sorted_[0])

    def _other(self, values: Array, attempt: int) -> tuple[Array, Array]:
        """Another token for each value, and the value whose token that would be; None where tokens are drawn."""
        found = self._sorted(values)
        made, before = self._raw(values, found, attempt), np.full(len(values), None, dtype=object)
        for form, parts in found[0].items():
            if form.is_drawn:
                continue
            for rows, _, _ in parts:
                texts = made[rows]
                for at, matrix in packed(texts)[0]:
                    box = next(place for place, each in enumerate(form.boxes) if len(each.places) == matrix.shape[1])
                    numbers = form.boxes[box].rank(matrix) + np.uint64(form.starts[box])
                    before[rows[at]] = self.walker.spelt(form, self.walker.walked(form, numbers, back=True))
        return made, before

    def _notes_on(self, sorted_: Sorted, moved: int) -> Iterator[str]:
        forms, odd = sorted_
        short = sum(len(rows) for form, parts in forms.items() if len(form.boxes) > 1 for rows, _, _ in parts)
        if short:
            values = counted(short, "values")
            yield f"column {self.domain}: {values} are too short for tokens of their length; theirs have other lengths"
        if len(odd):
            values, length = counted(len(odd), "values"), len(self.sorter.odd.boxes[0].places)
            yield (
                f"column {self.domain}: {values} have no shape that a token could keep; theirs have {length} characters"
            )
        if moved:
            yield (
                f"column {self.domain}: {counted(moved, 'values')} would have become real ones and got other tokens, "
                "perhaps not those of other files"
            )


def each_once(values: Array, make: Callable[[Array], Array]) -> Array:
    """`make` of each value that is there; of equal ones only once, where many are equal."""
    values = np.asarray(values, dtype=object)
    sample = values[:: max(1, len(values) // SAMPLE)]
    if len(values) <= SAMPLE or len(pd.unique(sample)) < MANY * len(sample):
        codes, known = pd.factorize(values)
        return np.asarray(np.append(make(np.asarray(known, dtype=object)), [None])[codes], dtype=object)
    missing = pd.isna(values)
    if not missing.any():
        return make(values)
    made = np.full(len(values), None, dtype=object)
    made[~missing] = make(values[~missing])
    return made


def _holder(known: Array, taken: Taken) -> Callable[[Array], Array]:
    """Asks which texts are real values; what is missing is nobody's."""
    members, theirs = pd.Index(known, dtype=object), holder(taken)

    def held(texts: Array) -> Array:
        there = np.flatnonzero(~pd.isna(texts))
        found = np.zeros(len(texts), dtype=bool)
        found[there] = (members.get_indexer(pd.Index(texts[there], dtype=object)) >= 0) | theirs(texts[there])
        return found

    return held


def real_among(taken: Taken) -> Callable[[Array], Array]:
    """Asks which texts are taken."""
    return _holder(np.empty(0, dtype=object), taken)


def _repeated(texts: Array) -> Array:
    return np.asarray(pd.Series(texts, dtype=object).duplicated())
