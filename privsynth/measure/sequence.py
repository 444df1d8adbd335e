"""Do two sequences run alike? Shifted, reversed, cut into blocks, or only roughly: each leaves its own trace.

A place that is met step by step (`steps`) betrays a shift, a reversal, and blocks of any size, however these are dealt
out. A rank correlation betrays an order that holds only roughly. The cross-correlation of whole columns (by FFT, as in
signal processing: at all shifts at once, in both directions) betrays rows of which no single one can be told, such as
those of few levels or of numbers that were moved.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.fft import irfft, rfft

from privsynth.typing import Array

LAGS = 4  # how many rows apart a step is looked for: as many sequences may be dealt out in turn
SHUFFLES = 20
WINDOWS = 8  # into which a sequence is cut, for blocks that went elsewhere
SMALLEST = 64  # rows of a window
AROUND = 10  # places on either side that make the background: what runs smoothly leaves no peak
MOST = 2**15  # rows that are laid beside each other
DEVIATIONS = 6.0  # of the background, between the highest peak and the next


@dataclass(frozen=True)
class Peak:
    """How much the best shift stands out, and what chance allows: as shares of what equal rows would reach."""

    height: float
    limit: float


def steps(places: Array, rng: np.random.Generator) -> tuple[float, float]:
    """The share of rows whose place lies the same way beyond that of the row some rows before; and what chance gives.

    The second is twice the most that so many shuffles of the same places reach.
    """
    shuffled = max(_commonest_step(rng.permutation(places)) for _ in range(SHUFFLES))
    return _commonest_step(places), min(1.0, 2 * shuffled)


def _commonest_step(places: Array) -> float:
    """Over so many rows apart, the largest share of one difference."""
    shares = [0.0]
    for lag in range(1, min(LAGS, len(places) - 1) + 1):
        _, counts = np.unique(places[lag:] - places[:-lag], return_counts=True)
        shares.append(counts.max() / (len(places) - lag))
    return float(max(shares))


def alignment(real: Sequence[Array], made: Sequence[Array], rng: np.random.Generator) -> Peak:
    """The tallest peak of one sequence laid along the other, as a whole and window by window, in both directions.

    Each of the two is several signals: numbers of mean nought, one for each row. What stands out is held against
    shuffles too: where the real rows lie in a few long runs of equal ones, the background is flat but for jumps.
    """
    peak = _tallest(real, made)
    if peak.height <= peak.limit:
        return peak
    turns = (rng.permutation(len(made[0])) for _ in range(SHUFFLES))
    shuffled = max(_tallest(real, [signal[turn] for signal in made]).height for turn in turns)
    return Peak(peak.height, max(peak.limit, 2 * shuffled))


def _tallest(real: Sequence[Array], made: Sequence[Array]) -> Peak:
    rows = min(len(real[0]), len(made[0]), MOST)
    long, short = ([signal[:MOST] for signal in signals] for signals in (real, made))
    spectra = [rfft(signal) for signal in long]
    size = np.sqrt(np.mean([np.mean(signal**2) for signal in long]) * np.mean([np.mean(s**2) for s in short]))
    worst = Peak(0.0, 1.0)
    for window in _windows(rows):
        whole = size * len(short) * (window.stop - window.start)
        for way in (1, -1):
            products = (
                spectrum * np.conj(rfft(signal[window][::way], len(long[0])))
                for spectrum, signal in zip(spectra, short, strict=True)
            )
            together = np.sum(list(products), axis=0)
            laid = irfft(together, len(long[0]))  # the agreement of the window, for each place at which it may begin
            peak = _peak(laid / whole)
            worst = max(worst, peak, key=lambda each: each.height / each.limit)
    return worst


def _windows(rows: int) -> Iterator[slice]:
    yield slice(0, rows)
    size = max(SMALLEST, rows // WINDOWS)
    if size < rows:
        yield from (slice(start, start + size) for start in range(0, rows - size + 1, size))


def _peak(agreement: Array) -> Peak:
    """How far the highest place stands above its surroundings, beyond the next that does."""
    kernel = np.ones(2 * AROUND + 1)
    kernel[AROUND] = 0
    wrapped = np.concatenate([agreement[-AROUND:], agreement, agreement[:AROUND]])
    beyond = agreement - np.convolve(wrapped, kernel / kernel.sum(), mode="valid")
    top = int(beyond.argmax())
    apart = np.abs(np.arange(len(beyond)) - top)
    others = beyond[np.minimum(apart, len(beyond) - apart) > AROUND]
    spread = 1.4826 * float(np.median(np.abs(beyond)))
    next_best = float(others.max(initial=0.0))
    return Peak(max(0.0, float(beyond[top]) - next_best), max(1e-9, DEVIATIONS * spread))
