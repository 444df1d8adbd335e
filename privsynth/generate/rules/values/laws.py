"""Laws by their distribution function, cut at two limits that may differ by row.

A share between those that lie below the two limits is drawn and looked up in the law's inverse, in the tail that is
nearer, where shares are exact. So a cut law has the shape of the whole one, and nothing piles up at a limit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from privsynth.generate.rules.values.numbers import Values, demand, histogram_share
from privsynth.typing import Array

Parameters = Mapping[str, Any]
Faults = Iterable[tuple[Any, str]]  # where a parameter is good, and what is wrong elsewhere

NEARLY_ALL = 0.999  # shares of counts above are worked out in the upper tail
MOST_RANKS = 1_000_000  # of a law of Zipf
MOST_SHAPES = 1_000  # different ones in one column of Zipf


@dataclass(frozen=True)
class CutLaw:
    """A distribution with the functions of scipy's, from the words of the book, and what its words may be."""

    distribution: Callable[[Parameters], Any] = field(repr=False)
    faults: Callable[[Parameters], Faults] = field(repr=False)
    is_whole: bool = False

    def draw(self, parameters: Parameters, rows: int, rng: np.random.Generator) -> Array:
        given = {word: None if value is None else np.asarray(value, dtype=float) for word, value in parameters.items()}
        _demand_all(self.faults(given), given)
        return between(self.distribution(given), _limits(given), rows, rng, is_whole=self.is_whole)


def between(
    law: Any, limits: tuple[Values, Values], rows: int, rng: np.random.Generator, *, is_whole: bool = False
) -> Array:
    """Values of a distribution between two limits, both included. A missing limit or parameter gives none."""
    low, high = (np.ceil(limits[0]), np.floor(limits[1])) if is_whole else limits
    start = low - 1 if is_whole else low  # what lies up to here is left out
    turned = np.asarray(law.cdf(start) > (NEARLY_ALL if is_whole else 0.5))
    least = np.where(turned, law.sf(high), law.cdf(start))
    most = np.where(turned, law.sf(start), law.cdf(high))
    demand(~(least >= most), "nearly nothing lies between low and high")
    shares = least + (most - least) * _open_shares(rows, rng)
    is_one = np.ndim(least) == np.ndim(most) == 0  # the same law and limits in all rows
    values = _looked_up(law, shares) if is_whole and is_one else law.ppf(shares)
    if turned.any():
        upper = (
            _counted_up(law, np.where(turned, start, 0.0), np.where(turned, shares, 1.0))
            if is_whole
            else law.isf(shares)
        )
        values = np.where(turned, upper, values)
    return np.asarray(np.clip(values, low, high))  # takes back what the inverse lost in its last digits


def _looked_up(law: Any, shares: Array) -> Array:
    """The inverse of one law of counts, out of a table where that is shorter than the rows: scipy's is slow."""
    if not len(shares):
        return shares
    first, last = law.ppf(shares.min()), law.ppf(shares.max())
    if not last - first < len(shares):  # or unknown
        return np.asarray(law.ppf(shares))
    counts = np.arange(first, last + 1)
    return np.asarray(counts[np.minimum(np.searchsorted(law.cdf(counts), shares), len(counts) - 1)])


def _counted_up(law: Any, start: Array, shares: Array) -> Array:
    """The first count above `start` beyond which lies no more than the share: scipy's own loses small shares."""
    below = np.broadcast_to(start, len(shares)).astype(float)
    above, step = below + 1, 1.0
    while (far := law.sf(above) > shares).any():
        below, above, step = np.where(far, above, below), np.where(far, above + step, above), step * 2
    while (above - below > 1).any():
        middle = np.floor((below + above) / 2)
        far = law.sf(middle) > shares
        below, above = np.where(far, middle, below), np.where(far, above, middle)
    return above


def _scipy() -> Any:
    """All its distributions, which take half a second to load: a book of common laws does without."""
    from scipy import stats

    return stats


@dataclass(frozen=True, eq=False)
class _Poisson:
    """The law of counts that nearly every book has."""

    mean: Array

    def cdf(self, counts: Values) -> Array:
        from scipy.special import pdtr

        return np.asarray(pdtr(np.floor(np.maximum(counts, 0)), self.mean) * np.greater_equal(counts, 0))

    def sf(self, counts: Values) -> Array:
        from scipy.special import pdtrc

        return np.where(np.less(counts, 0), 1.0, pdtrc(np.floor(counts), self.mean))

    def ppf(self, shares: Values) -> Array:
        """The first count up to which lies the share."""
        from scipy.special import pdtrik

        near = np.ceil(pdtrik(shares, self.mean))
        before = np.maximum(near - 1, 0)
        return np.where(self.cdf(before) >= shares, before, near)


def zipf(parameters: Parameters, rows: int, rng: np.random.Generator) -> Array:
    """Ranks 1, 2, 3, ..., each the less likely by its rank to the power of the shape."""
    low, high = (np.broadcast_to(limit, rows) for limit in _limits({"low": 1.0, **_known(parameters)}))
    shapes = np.broadcast_to(np.asarray(parameters["shape"], dtype=float), rows)
    _demand_all(
        [
            (shapes >= 0, "shape is below 0"),
            (high <= MOST_RANKS, f"high is above {MOST_RANKS:,}"),
            (np.ceil(low) <= np.floor(high), "no whole number lies between low and high"),
        ],
        {"shape": shapes, "low": low, "high": high},
    )
    different = np.unique(shapes[~np.isnan(shapes)])
    demand(np.asarray(len(different) <= MOST_SHAPES), f"there are more than {MOST_SHAPES} different shapes")
    first, last = np.maximum(np.ceil(low), 1), np.floor(high)
    demand(~(first > last), "low is above high")
    ranks = np.full(rows, np.nan)
    drawn = rng.random(rows)
    for shape in different:
        at = np.flatnonzero((shapes == shape) & ~np.isnan(first + last))
        if len(at):
            ranks[at] = _ranks(float(shape), first[at], last[at], drawn[at])
    return ranks


def _ranks(shape: float, first: Array, last: Array, drawn: Array) -> Array:
    upto = np.concatenate([[0.0], np.cumsum(np.arange(1, int(last.max()) + 1, dtype=float) ** -shape)])
    below, above = upto[first.astype(int) - 1], upto[last.astype(int)]
    ranks = np.searchsorted(upto, below + (above - below) * drawn, side="right")
    return np.asarray(np.clip(ranks, first, last))  # the last digit of a sum may lie beyond its end


def histogram(edges: Array, weights: Array, parameters: Parameters, rows: int, rng: np.random.Generator) -> Array:
    """An empirical table between two limits: the share below a limit is read from the table, a drawn one put back."""
    upto = np.concatenate([[0.0], np.cumsum(weights / weights.sum())])
    low, high = _limits(parameters)
    below, above = (histogram_share(edges, upto, np.clip(limit, edges[0], edges[-1])) for limit in (low, high))
    demand(~(below >= above), "the table has nothing between low and high")
    shares = below + (above - below) * rng.random(rows)
    at = np.clip(np.searchsorted(upto, shares, side="right") - 1, 0, len(weights) - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        inside = (shares - upto[at]) / (upto[at + 1] - upto[at])
    values = edges[at] + (edges[at + 1] - edges[at]) * np.clip(inside, 0.0, 1.0)
    return np.asarray(np.where(np.isnan(shares), np.nan, np.clip(values, low, high)))


def poisson(parameters: Parameters, rows: int, rng: np.random.Generator) -> Array:
    """Uncut, numpy draws it in a fifth of the time that the inverse takes."""
    if parameters["low"] is not None or parameters["high"] is not None:
        return _POISSON.draw(parameters, rows, rng)
    mean = np.broadcast_to(np.asarray(parameters["mean"], dtype=float), rows)
    _demand_all(_POISSON.faults({"mean": mean}), {"mean": mean})
    return np.where(np.isnan(mean), np.nan, rng.poisson(np.nan_to_num(mean)))


def _open_shares(rows: int, rng: np.random.Generator) -> Array:
    """Between 0 and 1, and never one of them: there an inverse may be infinite."""
    return (rng.integers(0, 2**52, rows) + 0.5) / 2.0**52


def _limits(parameters: Parameters) -> tuple[Array, Array]:
    low, high = parameters.get("low"), parameters.get("high")
    low = np.asarray(-np.inf if low is None else low, dtype=float)
    high = np.asarray(np.inf if high is None else high, dtype=float)
    demand(~(low > high), "low is above high")
    return low, high


def _known(parameters: Parameters) -> dict[str, Any]:
    return {word: value for word, value in parameters.items() if value is not None}


def _demand_all(faults: Faults, parameters: Parameters) -> None:
    """Refuse parameters that make no sense; missing ones are no fault."""
    unknown: Any = np.asarray(False)
    for value in _known(parameters).values():
        unknown = unknown | np.isnan(value)
    for good, problem in faults:
        demand(np.asarray(good | unknown), problem)


def _above(parameters: Parameters, *words: str) -> Faults:
    return [(parameters[word] > 0, f"{word} is not above 0") for word in words]


def _chance(parameters: Parameters) -> Faults:
    chance = parameters["chance"]
    return [
        ((chance > 0) & (chance <= 1), "chance is a share above 0 and up to 1"),
        (chance >= 1e-9, "chance is below 0.000000001"),
    ]


_POISSON = CutLaw(
    lambda p: _Poisson(p["mean"]),
    lambda p: [((p["mean"] >= 0) & (p["mean"] < 1e9), "mean is below 0, or 1,000,000,000 or more")],
    is_whole=True,
)

LAWS: dict[str, CutLaw] = {
    "triangular": CutLaw(
        lambda p: _scipy().triang(
            (p["mode"] - p["low"]) / (p["high"] - p["low"]), loc=p["low"], scale=p["high"] - p["low"]
        ),
        lambda p: [
            (p["low"] < p["high"], "low is not below high"),
            ((p["low"] <= p["mode"]) & (p["mode"] <= p["high"]), "mode does not lie between low and high"),
        ],
    ),
    "gamma": CutLaw(
        lambda p: _scipy().gamma(p["shape"], scale=p["mean"] / p["shape"]), lambda p: _above(p, "mean", "shape")
    ),
    "beta": CutLaw(lambda p: _scipy().beta(p["alpha"], p["beta"]), lambda p: _above(p, "alpha", "beta")),
    "weibull": CutLaw(
        lambda p: _scipy().weibull_min(p["shape"], scale=p["scale"]), lambda p: _above(p, "scale", "shape")
    ),
    "pareto": CutLaw(lambda p: _scipy().pareto(p["shape"], scale=p["least"]), lambda p: _above(p, "least", "shape")),
    "student_t": CutLaw(
        lambda p: _scipy().t(p["degrees"], loc=p["median"], scale=p["scale"]),
        lambda p: _above(p, "scale", "degrees"),
    ),
    "binomial": CutLaw(
        lambda p: _scipy().binom(p["trials"], p["chance"]),
        lambda p: [
            ((p["trials"] >= 0) & (p["trials"] % 1 == 0) & (p["trials"] < 1e9), "trials is no number of tries"),
            ((p["chance"] >= 0) & (p["chance"] <= 1), "chance is a share from 0 to 1"),
        ],
        is_whole=True,
    ),
    "geometric": CutLaw(lambda p: _scipy().geom(p["chance"]), _chance, is_whole=True),
}
