"""Makes drafts. A backend learns from the training rows alone and returns rows that nobody has judged yet."""

from __future__ import annotations

from typing import Protocol, Self, runtime_checkable

import numpy as np

from privsynth.dataset import Dataset
from privsynth.recipe import Recipe
from privsynth.stages import Estimate
from privsynth.statistics import Statistics


class Backend(Protocol):
    """Anything that learns and draws. An instance can be passed to `synthesize`; no registry is needed."""

    def fit(self, dataset: Dataset, statistics: Statistics, rng: np.random.Generator) -> Self: ...

    def sample(self, rows: int | None, rng: np.random.Generator) -> Dataset: ...


@runtime_checkable
class Described(Protocol):
    """A backend that can say what it is, for the manifest: engine, parameters, licence. Never a value."""

    @property
    def recipe(self) -> Recipe: ...


@runtime_checkable
class Foreseeing(Protocol):
    """A backend that can say beforehand what its fit will take, and refuses what will not fit."""

    def foresee(self, dataset: Dataset) -> Estimate | None: ...


@runtime_checkable
class Closing(Protocol):
    """A backend that holds something which must not outlive its one draw, such as a key."""

    def close(self) -> None: ...
