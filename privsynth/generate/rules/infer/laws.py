"""The law of a column of numbers: the best of those that the vocabulary has, or a table of shares where none fits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from math import floor, log10
from typing import Any

import numpy as np

from privsynth.generate.rules.infer.edges import coarser, settled
from privsynth.generate.rules.infer.holders import Holders, proportions, rounded
from privsynth.typing import Array

Way = dict[str, Any]  # one way to draw, as the rulebook says it

FITS = 0.025  # share of the rows that a law may have on the wrong side of any number
LUCK = 0.8  # over the root of the rows: what chance alone puts there
CLEARLY = 0.4  # over the root of the rows: by how much a law of more shapes must be less off than a plain one
COUNTS = ("whole", "poisson", "geometric")
DEGREES = (2, 4, 8)  # of Student's law that are tried
PLAIN = ("whole", "uniform", "normal", "lognormal", "exponential", "poisson")
BINS = 40  # of a table of shares, at most
DISCRETE = 12  # different values up to which each is a choice of its own,
MOST = 0.98  # where those that enough people share are so many of the rows
SPIKE, ABOVE = 0.02, 4.0  # share of the rows at one value, and times its neighbours, from which it stands out
NEAR = 10  # neighbours on both sides of a value together
SPIKES = 12


@dataclass(frozen=True)
class FittedLaw:
    """A way to draw numbers, its name, and how far it is off: the largest share on the wrong side of a number."""

    way: Way
    name: str
    off: float
    rows: int  # that it was learnt from

    def tells_all(self, but: float) -> bool:
        """Whether a way that names each value names that of all rows but so many: a law in between names none."""
        return not {"constant", "choice"} & self.way.keys() or self.off <= but


def law_of(values: Array, crowd: Holders, decimals: int, bins: int = BINS) -> FittedLaw | None:
    """How such numbers are drawn; None where too few people have any. `decimals`: as many as are written."""
    if not len(values):
        return None
    step = 10.0**-decimals
    distinct, codes, counts = np.unique(values, return_inverse=True, return_counts=True)
    held = crowd.sizes(codes, len(distinct)) >= crowd.k
    is_listed = held.sum() <= DISCRETE and counts[held].sum() >= MOST * len(values)
    if held.any() and (is_listed or not crowd.shows(~held[codes])):
        return _choice(distinct[held], counts[held], len(values), decimals)
    spikes = _spikes(counts, held)
    rest = ~spikes[codes]
    other = _continuous(values[rest], crowd.take(np.flatnonzero(rest)), step, bins)
    if not spikes.any():
        return other
    alone = _choice(distinct[spikes], counts[spikes], int((~rest).sum()), decimals)
    if other is None:
        return FittedLaw(alone.way, alone.name, float(rest.mean()), len(values))
    heavy, light = proportions(np.array([(~rest).sum(), rest.sum()]))
    parts = [{"weight": heavy, **alone.way}, {"weight": light, **other.way}]
    return FittedLaw(
        {"mixture": parts},
        f"{_standing_out(int(spikes.sum()))}, and {other.name}",
        other.off * rest.mean(),
        len(values),
    )


def _standing_out(many: int) -> str:
    return "one value that stands out" if many == 1 else f"{many} values that stand out"


def _choice(values: Array, counts: Array, rows: int, decimals: int) -> FittedLaw:
    if len(values) == 1:
        return FittedLaw({"constant": number(values[0], decimals)}, "one value", 1 - counts.sum() / rows, rows)
    keys = [number(value, decimals) for value in values]
    way = {"choice": dict(zip(keys, proportions(counts), strict=True))}
    return FittedLaw(way, f"a choice of {len(keys)} values", 1 - counts.sum() / rows, rows)


def _spikes(counts: Array, held: Array) -> Array:
    """Values that many rows have, and far more than the values around them."""
    around, there = _nearby(counts) - counts, _nearby(np.ones(len(counts))) - 1
    high = held & (counts >= SPIKE * counts.sum()) & (counts * np.maximum(there, 1) >= ABOVE * around)
    out = np.zeros(len(counts), dtype=bool)
    out[np.argsort(-counts * high, kind="stable")[:SPIKES]] = True
    return np.asarray(out & high)


def _nearby(counts: Array) -> Array:
    """For each place the sum over itself and its neighbours on both sides."""
    return np.convolve(counts, np.ones(NEAR + 1))[NEAR // 2 :][: len(counts)]


def _continuous(values: Array, crowd: Holders, step: float, bins: int) -> FittedLaw | None:
    """The law that is least off, if it fits; else a table of shares. None where too few people are at both ends."""
    if crowd.size < 2 * crowd.k:
        return None
    low, high = _range(values, crowd, step)
    inside = values[(values >= low) & (values <= high)]
    is_above = not crowd.take(np.flatnonzero((values >= low) & (values <= high))).shows(inside <= 0)
    laws = _laws(inside, low, high, step, is_above=is_above)
    fits = [_measured(name, way, cdf, inside, step) for name, way, cdf in laws]
    gain = CLEARLY / np.sqrt(len(values))
    best = min(fits, key=lambda fit: fit.off + (0.0 if fit.name in PLAIN else gain))
    return best if best.off <= FITS + LUCK / np.sqrt(len(values)) else _table(values, crowd, step, bins)


def _range(values: Array, crowd: Holders, step: float) -> tuple[float, float]:
    """Where they end, on round numbers; below zero only if enough are."""
    low, high = crowd.ends(values)
    low = low if crowd.shows(values < 0) else max(0.0, low)
    unit = max(step, 10.0 ** floor(log10(max(high - low, step))) / 10)
    first, last = (_clean(round(end / unit) * unit, step) for end in (low, high))
    return (first, last) if first < last else (_clean(first - unit, step), _clean(last + unit, step))


def _clean(value: float, step: float) -> float:
    return round(value, _places(step)) + 0.0


def _places(step: float) -> int:
    return max(0, -floor(log10(step) + 0.5))


def number(value: float, decimals: int) -> int | float:
    """As the book writes it: whole where nothing stands behind the point."""
    near = round(float(value), decimals) + 0.0
    return int(near) if near.is_integer() else near


Distribution = Callable[[Array], Array]


def _laws(
    values: Array, low: float, high: float, step: float, *, is_above: bool
) -> Iterator[tuple[str, Way, Distribution]]:
    """Each law with its parameters of three digits, and its distribution inside the range."""
    from scipy.special import ndtr
    from scipy.stats import poisson

    places = _places(step)
    ends = {"low": number(low, places), "high": number(high, places)}
    is_whole = step == 1
    if is_whole:
        yield "whole", {"whole": ends}, lambda x: np.clip((np.floor(x) - low + 1) / (high - low + 1), 0, 1)
    else:
        yield "uniform", {"uniform": ends}, lambda x: np.clip((x - low) / (high - low), 0, 1)
    mean, sd = rounded(float(values.mean()), 3), rounded(float(values.std()), 3)
    if sd > 0:
        normal = {"normal": {"mean": number(mean, 12), "sd": number(sd, 12), **ends}}
        yield "normal", normal, _inside(lambda x: ndtr((x - mean) / sd), low, high)
    above = {word: end for word, end in ends.items() if end > 0}
    if is_above:
        logs = np.log(values[values > 0])
        median, sigma = rounded(float(np.exp(logs.mean())), 3), rounded(float(logs.std()), 3)
        if sigma > 0:
            way = {"lognormal": {"median": number(median, 12), "sigma": number(sigma, 12), **above}}
            yield "lognormal", way, _inside(lambda x: ndtr(np.log(np.maximum(x, 1e-300) / median) / sigma), low, high)
    if low >= 0 and mean > 0:
        way = {"exponential": {"mean": number(mean, 12), **above}}
        yield "exponential", way, _inside(lambda x: -np.expm1(-np.maximum(x, 0) / mean), low, high)
        if is_whole and mean < 1000:
            counts = {"poisson": {"mean": number(mean, 12), **ends}}
            yield "poisson", counts, _inside(lambda x: poisson.cdf(np.floor(x), mean), low - 1, high)
    if sd > 0:
        yield from _of_shapes(values, low, high, ends)
        yield from _above_zero(values, low, high, above, is_above=is_above, is_whole=is_whole)


def _of_shapes(values: Array, low: float, high: float, ends: Way) -> Iterator[tuple[str, Way, Distribution]]:
    """Laws between two ends, and one of heavy tails; their parameters are worked out of moments and quartiles."""
    from scipy.special import betainc, stdtr, stdtrit

    mean, variance = float(values.mean()), float(values.var())
    mode = rounded(3 * mean - low - high, 3)
    if low <= mode <= high:
        way = {"triangular": {"low": ends["low"], "mode": number(mode, 12), "high": ends["high"]}}
        yield "triangular", way, lambda x: _triangular(np.clip(x, low, high), (low, mode, high))
    whole = mean * (1 - mean) / variance - 1
    if low >= 0 and high <= 1 and min(mean * whole, (1 - mean) * whole) > 0:
        alpha, beta = rounded(mean * whole, 3), rounded((1 - mean) * whole, 3)
        way = {"beta": {"alpha": number(alpha, 12), "beta": number(beta, 12), **ends}}
        yield "beta", way, _inside(lambda x: betainc(alpha, beta, np.clip(x, 0, 1)), low, high)
    first, median, third = (float(each) for each in np.quantile(values, [0.25, 0.5, 0.75]))
    middle = rounded(median, 3)
    for degrees in DEGREES if third > first else ():
        scale = rounded((third - first) / (2 * float(stdtrit(degrees, 0.75))), 3)
        law = {"median": number(middle, 12), "scale": number(scale, 12), "degrees": degrees, **ends}
        yield "student_t", {"student_t": law}, _inside(partial(_student, (middle, scale, degrees), stdtr), low, high)


def _student(law: tuple[float, float, int], cdf: Callable[[float, Array], Array], x: Array) -> Array:
    median, scale, degrees = law
    return cdf(degrees, (x - median) / scale)


def _triangular(x: Array, law: tuple[float, float, float]) -> Array:
    low, mode, high = law
    rising = (x - low) ** 2 / max((high - low) * (mode - low), 1e-300)
    falling = 1 - (high - x) ** 2 / max((high - low) * (high - mode), 1e-300)
    return np.where(x < mode, rising, falling)


def _above_zero(
    values: Array, low: float, high: float, ends: Way, *, is_above: bool, is_whole: bool
) -> Iterator[tuple[str, Way, Distribution]]:
    """Laws of what lies above zero: waiting times, lifetimes, tails and tries."""
    from scipy.special import gammainc

    mean = rounded(float(values.mean()), 3)
    if is_whole and is_above and mean > 1:
        chance = rounded(1 / mean, 3)
        tries = {"geometric": {"chance": number(chance, 12), **ends}}
        yield "geometric", tries, _inside(lambda x: -np.expm1(np.floor(x) * np.log1p(-chance)), max(low, 1) - 1, high)
    if not is_above or low < 0:
        return
    shape = rounded(mean**2 / float(values.var()), 3)
    yield (
        "gamma",
        {"gamma": {"mean": number(mean, 12), "shape": number(shape, 12), **ends}},
        _inside(lambda x: gammainc(shape, np.maximum(x, 0) * shape / mean), low, high),
    )
    logs = np.log(values[values > 0])
    steep = rounded(np.pi / (np.sqrt(6) * max(float(logs.std()), 1e-9)), 3)
    scale = rounded(float(np.exp(logs.mean() + np.euler_gamma / steep)), 3)
    yield (
        "weibull",
        {"weibull": {"scale": number(scale, 12), "shape": number(steep, 12), **ends}},
        _inside(lambda x: -np.expm1(-((np.maximum(x, 0) / scale) ** steep)), low, high),
    )
    tail = float(logs.mean() - np.log(low)) if low > 0 else 0.0
    if tail > 0:
        fall = rounded(1 / tail, 3)
        way = {"pareto": {"least": ends["low"], "shape": number(fall, 12), "high": ends["high"]}}
        yield "pareto", way, _inside(lambda x: 1 - (low / np.maximum(x, low)) ** fall, low, high)


def _inside(cdf: Distribution, low: float, high: float) -> Distribution:
    """A distribution cut at both ends."""
    below, above = (float(cdf(np.array([end]))[0]) for end in (low, high))
    return lambda x: np.clip((cdf(x) - below) / max(above - below, 1e-12), 0, 1)


def _measured(name: str, way: Way, cdf: Distribution, values: Array, step: float) -> FittedLaw:
    """The distance of Kolmogorov and Smirnov, between what is written: a value stands for all that rounds to it."""
    distinct, counts = np.unique(values, return_counts=True)
    drawn = cdf(distinct if name in COUNTS else distinct + step / 2)
    return FittedLaw(way, name, float(np.abs(np.cumsum(counts) / counts.sum() - drawn).max()), len(values))


def _table(values: Array, crowd: Holders, step: float, most: int) -> FittedLaw:
    """Bins of about the same number of rows, each of k people at least, between round edges."""
    low, high = _range(values, crowd, step)
    bins = int(np.clip(crowd.size // (2 * crowd.k), 1, most))
    wished = np.quantile(values, np.linspace(0, 1, bins + 1)[1:-1])
    round_ones = [low, *_round_edges(np.unique(wished), values, crowd, (low, high), step), high]
    edges = merged(values, crowd, np.array(round_ones), step)
    counts = np.histogram(values, _between(edges, step))[0]
    places = _places(step) + 1
    told = [number(edge, places) for edge in _between(edges, step)]
    steps = np.cumsum(np.append(0, proportions(counts)))
    drawn = np.interp(np.unique(values) + step / 2, _between(edges, step), steps / steps[-1])
    distinct, here = np.unique(values, return_counts=True)
    off = float(np.abs(np.cumsum(here) / here.sum() - drawn).max()) if len(distinct) else 0.0
    way = {"histogram": {"edges": told, "weights": proportions(counts)}}
    return FittedLaw(way, f"a table of {len(counts)} bins", off, len(values))


def _round_edges(wished: Array, values: Array, crowd: Holders, ends: tuple[float, float], step: float) -> list[float]:
    """Edges at round numbers: two digits of the distance to the nearest other edge, or fewer where people are rare."""
    low, high = ends
    known = np.concatenate([[low], wished, [high]])
    widths = np.minimum(known[1:-1] - known[:-2], known[2:] - known[1:-1])
    units = np.maximum(step, 10.0 ** np.floor(np.log10(np.maximum(widths, step))) / 2)
    wishes = [(float(edge), coarser(float(unit), high - low)) for edge, unit in zip(wished, units, strict=True)]
    return [_clean(at, step) for at in settled(wishes, values, crowd) if low < at < high]


def merged(values: Array, crowd: Holders, edges: Array, step: float) -> Array:
    """Fewer edges, until k people are in each bin; the bins next to each other are joined from below."""
    codes = np.clip(np.searchsorted(_between(edges, step), values, side="right") - 1, 0, len(edges) - 2)
    kept, since = [float(edges[0])], 0
    for at in range(len(edges) - 1):
        if crowd.shows((codes >= since) & (codes <= at)):
            kept.append(float(edges[at + 1]))
            since = at + 1
    if since <= len(edges) - 2:  # what is left over at the end goes with the bin before
        kept = [*kept[:-1], float(edges[-1])] if len(kept) > 1 else [kept[0], float(edges[-1])]
    return np.array(kept)


def _between(edges: Array, step: float) -> Array:
    """The ends of bins lie half a step off: a value that is written stands for all that rounds to it."""
    return np.asarray(np.append(edges[:-1] - step / 2, edges[-1] + step / 2))
