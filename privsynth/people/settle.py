"""Draw again until a value is nobody's, and, where asked, until no two rows share one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import blake2b
from string import digits

import numpy as np
import pandas as pd

from privsynth.spelling.normal import normal
from privsynth.statistics import Taken
from privsynth.typing import Array

Make = Callable[[Array, int], Array]  # (rows, attempt) -> values of these rows
Held = Callable[[Array], Array]  # values -> which of them are somebody's

ATTEMPTS = 64  # a space at least half free is used up by fewer than one row in 10^19


def settled(
    make: Make, rows: int, *, held: Held, unique: bool = False, attempts: int = ATTEMPTS
) -> tuple[Array, Array]:
    """The values, and the rows that no attempt could settle. Only the rows that are wrong are drawn again."""
    values, open_rows = np.empty(rows, dtype=object), np.arange(rows)
    for attempt in range(attempts):
        values[open_rows] = make(open_rows, attempt)
        bad = np.zeros(rows, dtype=bool)
        bad[open_rows] = held(values[open_rows])
        if unique:
            bad |= _repeats(values, open_rows)
        open_rows = np.flatnonzero(bad)
        if not len(open_rows):
            break
    return values, open_rows


def grown(rows: int, attempt: int) -> int:
    """The room to ask for: more with each quarter of the attempts; shapes that grew may have grown into each other."""
    return rows << (3 * (attempt // (ATTEMPTS // 4)))


def _repeats(values: Array, latest: Array) -> Array:
    """Later holders of a value that another row holds. A row settled before keeps its value against a newcomer."""
    order = np.concatenate([np.setdiff1d(np.arange(len(values)), latest, assume_unique=True), latest])
    repeated = np.zeros(len(values), dtype=bool)
    repeated[order] = pd.Series(values[order], dtype=object).duplicated().to_numpy()
    return repeated


def holder(taken: Taken) -> Held:
    """Asks for whole columns what `Taken` says of one value."""

    def held(values: Array) -> Array:
        if not taken.prints:
            return np.zeros(len(values), dtype=bool)
        codes, distinct = pd.factorize(pd.Series(values, dtype=object))
        begun, prints = blake2b(key=taken.key, digest_size=12), taken.prints
        return np.array([_printed(begun.copy(), value) in prints for value in distinct] + [False], dtype=bool)[codes]

    return held


def _printed(begun: blake2b, value: str) -> bytes:
    """The fingerprint of a value, as `Taken` has it; what the key alone decides was worked out before."""
    begun.update(normal(value).encode("utf-8", "surrogatepass"))
    return begun.digest()


def pair_holder(taken: Taken, titles: Sequence[str] = ()) -> Callable[[Array, Array], Array]:
    """Whether given name and surname together are somebody's, in either order, also behind one of these titles."""

    def held(first: Array, last: Array) -> Array:
        if not taken.prints:
            return np.zeros(len(first), dtype=bool)
        firsts, lasts = _normal(first), _normal(last)
        real = [_print(taken, a + b) or _print(taken, b + a) for a, b in zip(firsts, lasts, strict=True)]
        if titles:
            real = [
                is_real or any(_print(taken, title + name) for title in titles for name in (a + b, b + a))
                for is_real, a, b in zip(real, firsts, lasts, strict=True)
            ]
        return np.array(real, dtype=bool)

    return held


def _normal(names: Array) -> Array:
    codes, distinct = pd.factorize(names)
    return np.array([normal(name) for name in distinct] + [""], dtype=object)[codes]


def _print(taken: Taken, folded: str) -> bool:
    """As `in taken` for a text that is in its one form already."""
    return blake2b(folded.encode("utf-8", "surrogatepass"), key=taken.key, digest_size=12).digest() in taken.prints


def passing(held: Held, check: str) -> Held:
    """Also those that pass a check of `pii`: a true check digit could make a number somebody's."""
    from privsynth.pii.checks import check_named

    passes = check_named(check)
    return lambda values: held(values) | np.array([passes(value) for value in values], dtype=bool)


TAIL = 9  # last digits of a telephone number that are the same with and without country code


def phone_holder(taken: Taken) -> Held:
    """A telephone number is somebody's also under another country code or first digit: its end would meet it."""
    seen: dict[str, bool] = {}
    heads = ("", *digits, *(f"1{digit}" for digit in digits[2:]))

    def one(text: str) -> bool:
        number = "".join(c for c in text if c in digits)
        tail = number[-TAIL:]
        if tail not in seen:
            seen[tail] = any(head + tail in taken for head in heads)
        return seen[tail] or text in taken

    def held(values: Array) -> Array:
        return np.array([bool(taken.prints) and one(value) for value in values], dtype=bool)

    return held
