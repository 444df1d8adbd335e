"""Columns that are drawn together: none of them can be made, or drawn again, without the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

from privsynth.generate.rules.making.rows import Rows
from privsynth.typing import Array


class Together(Protocol):
    """A group of columns of one table."""

    @property
    def columns(self) -> tuple[str, ...]: ...

    @property
    def is_one(self) -> bool:
        """Whether one draw gives them all, so that none can be drawn again without the others."""

    def draw(
        self, rows: Rows, alone: Callable[[str], Array], streams: Callable[[str], np.random.Generator]
    ) -> dict[str, Array]:
        """The values of all its columns; `alone` draws one of them as if it stood for itself."""
