"""Tokens of a domain of which more values come than can be remembered: fingerprints of all of them say which are real.

A value whose token is a real value takes its next one, by another permutation, until one is free. Free is what is no
real value, and what no real value has as its first token, or may have taken as an earlier one. So of two values that
could meet the later one gives way: one to one, out of the fingerprints alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np

from privsynth.errors import BackendError
from privsynth.generate.mask.tokens.shaped import Tokens, each_once, real_among
from privsynth.people.settle import ATTEMPTS, Held
from privsynth.statistics import Taken
from privsynth.typing import Array


@dataclass(frozen=True, eq=False)
class StreamedTokens:
    """What each value of one domain becomes; it remembers none."""

    tokens: Tokens
    taken: Taken = field(repr=False)

    @classmethod
    def after(cls, learnt: Tokens, taken: Taken) -> Self:
        """With the shapes that were learnt of a part, and nothing else of it."""
        return cls(replace(learnt, settled={}), taken)

    @property
    def notes(self) -> tuple[str, ...]:
        return self.tokens.notes

    def of(self, values: Array) -> Array:
        """The token of each value; a missing one stays missing."""
        return each_once(values, self._of_all)

    def _of_all(self, values: Array) -> Array:
        held, tokens = real_among(self.taken), self.tokens.at(values, 0)
        out = np.flatnonzero(held(tokens))
        for attempt in range(1, ATTEMPTS + 1):
            if not len(out):
                return tokens
            texts = self.tokens.at(values[out], attempt)
            free = ~held(texts)
            for earlier in range(attempt):
                free[free] = ~self._may_have(texts[free], earlier, held)
            tokens[out[free]] = texts[free]
            out = out[~free]
        if not len(out):
            return tokens
        raise BackendError(
            f"column {self.tokens.domain}: {len(out)} of {len(values)} identifiers found no free token in their shape, "
            "and two may never share one.",
            hint="declare the column as text with more characters, take opaque tokens, or drop it.",
        )

    def _may_have(self, texts: Array, attempt: int, held: Held) -> Array:
        """Whether a real value has, or may have taken, one of these at that attempt.

        At the first attempt each real value does; later those do whose first token was real.
        """
        others = self.tokens.before(texts, attempt)
        taken = held(others)
        if attempt and taken.any():
            taken[taken] = held(self.tokens.at(others[taken], 0))
        return taken
