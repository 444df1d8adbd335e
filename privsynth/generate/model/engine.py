"""What learns one table and draws rows of it. Engines see learnable columns only: never a key, a name or free text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, Self, runtime_checkable

import numpy as np
import pandas as pd

from privsynth.dataset import Table
from privsynth.errors import InputError
from privsynth.options import Limits, ModelOptions
from privsynth.recipe import TableRecipe
from privsynth.stages import Estimate, Watch, unwatched
from privsynth.typing import Array


def frame_of(columns: Mapping[str, Array], rows: int) -> pd.DataFrame:
    """A frame whose columns keep the type they have: text stays an object column under every pandas."""
    index = pd.RangeIndex(rows)
    held = {name: pd.Series(values, index=index, dtype=values.dtype) for name, values in columns.items()}
    return pd.DataFrame(held, index=index, copy=False)  # one block for all would copy each column once more


class Engine(Protocol):
    """Learns the columns of `table`. Those named in `given` are never made: they are handed in at the draw.

    `units` numbers the person of each row, where ten rows of one person shall count once.
    """

    def fit(
        self, table: Table, rng: np.random.Generator, *, given: Sequence[str] = (), units: Array | None = None
    ) -> Self: ...

    def sample(self, rows: int, rng: np.random.Generator, given: pd.DataFrame | None = None) -> pd.DataFrame: ...

    @property
    def notes(self) -> Sequence[str]:
        """What a person should know of what was learnt: columns and counts, never a value."""

    @property
    def recipe(self) -> TableRecipe:
        """Engine, parameters, versions, licence: for the manifest."""


def check_engine(thing: object) -> None:
    """Refuse what a file has in the place of an engine and is none."""
    if not all(callable(getattr(thing, verb, None)) for verb in ("fit", "sample")):
        raise InputError(
            "the model file holds an engine that this version does not know.", hint="fit it again with this version"
        )


@dataclass(frozen=True, kw_only=True)
class EngineRequest:
    """What an engine is made for."""

    options: ModelOptions
    k: int  # how many must hold a value that comes out
    limits: Limits
    watch: Watch = unwatched


@dataclass(frozen=True)
class Size:
    """What an engine's time depends on: rows, columns, and how wide sdv would spread a row out."""

    rows: int
    columns: int
    width: int = 0

    def of(self, rows: int) -> Size:
        return replace(self, rows=rows)


class EngineHome(Protocol):
    """The module that an engine's record names."""

    def make(self, request: EngineRequest) -> Engine: ...

    def foresee(self, size: Size, options: ModelOptions) -> Estimate | None:
        """What one fit and a draw of as many rows will take; None where nobody has measured it."""


@runtime_checkable
class Counting(Protocol):
    """An engine that says itself how many rows there are, because the exact number may not be told (dp)."""

    @property
    def rows(self) -> int | None: ...


def rows_counted(engine: Engine | None) -> int | None:
    """What the engine says of the number of rows; None where the exact number is nobody's secret."""
    return engine.rows if isinstance(engine, Counting) else None
