"""What the engines of sdv are, and what they take: seconds and bytes, from rows, width and columns alone.

ctgan, tvae and copulagan spread a category out into one input per level, and a number into one input per mode of its
distribution: the sum is the width. The constants were measured with sdv 2.0 on one core of a server processor, over
widths from 137 to 3985; treat a figure as right within a factor of two.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from privsynth.dataset import Table

MOST_LEVELS = 500  # a category with more is cut to its most frequent ones and a bucket of the rest
MODES = 11  # inputs of a number: ten modes at most, and the place within one
BATCH = 500  # rows that a network sees at one time
USUAL = 15  # columns, where nobody says

BEFORE = 6.0  # seconds until the libraries are there
BEGIN = 1.5  # seconds until a fit has begun
PER_WEIGHT = 7e-8  # seconds per batch for each weight of the networks
LOADED = 500_000_000  # bytes of torch and sdv themselves
PER_CELL = 28  # bytes of a row's input: three copies of eight bytes for a moment, and one of four
PER_COLUMN = 150  # bytes of a row's column, where nothing is spread out
KEPT = 16  # bytes for each weight: its value, its gradient and two moments


def width_of(table: Table) -> int:
    """How wide the networks' input is at most, guessed without coding the columns."""
    return sum(_inputs(table, column.name) for column in table.columns)


def _inputs(table: Table, name: str) -> int:
    if table.values(name).dtype.kind in "fM":
        return 2 * MODES
    return min(int(table.frame[name].nunique(dropna=False)), MOST_LEVELS)


def _gan_weights(width: int) -> int:
    """The size of sdv's networks by default. Every input is fed past all hidden layers to every output: a square."""
    judge = 10 * 2 * width * 256  # ten rows at a time, each with what was asked for
    return judge + width * (128 + width + 512) + 2 * 256 * width + 200_000


def _vae_weights(width: int) -> int:
    return 256 * width + 65_536


@dataclass(frozen=True, kw_only=True)
class SdvModel:
    """One of sdv's synthesizers."""

    synthesizer: str  # sdv's name of the class
    prepare: float  # seconds per row and column
    step: float = 0.0  # seconds per batch, however small the networks
    weights: Callable[[int], int] | None = None  # the size of its networks by the width of a row; None: it has none

    @property
    def trains(self) -> bool:
        return self.weights is not None


MODELS: Mapping[str, SdvModel] = {
    "copula": SdvModel(synthesizer="GaussianCopulaSynthesizer", prepare=1.8e-5),
    "ctgan": SdvModel(synthesizer="CTGANSynthesizer", prepare=1.8e-5, step=0.02, weights=_gan_weights),
    "tvae": SdvModel(synthesizer="TVAESynthesizer", prepare=1.8e-5, step=0.011, weights=_vae_weights),
    "copulagan": SdvModel(synthesizer="CopulaGANSynthesizer", prepare=2.3e-5, step=0.02, weights=_gan_weights),
}


def seconds_for(name: str, rows: int, width: int, epochs: int = 1, *, columns: int = USUAL) -> float:
    """CPU seconds of one fit: 1.5 + prepare * rows * columns [+ epochs * batches * (step + 7e-8 * weights)]."""
    model = MODELS[name]
    prepared = BEGIN + model.prepare * rows * columns
    if model.weights is None:
        return prepared
    return prepared + epochs * max(1, rows // BATCH) * (model.step + PER_WEIGHT * model.weights(width))


def bytes_for(name: str, rows: int, width: int, *, columns: int = USUAL) -> int:
    """Memory at the highest point of a fit: the spread-out rows, the networks, and what one batch leaves on its way."""
    weights = MODELS[name].weights
    if weights is None:
        return LOADED + rows * columns * PER_COLUMN
    return LOADED + rows * (width * PER_CELL + columns * PER_COLUMN) + KEPT * weights(width) + 32 * BATCH * width
