"""What the groups of a sample say about the people of its population: risk by attacker, and who is unique there.

Formulae as in sdcMicro's and ARX's documentation; the source of each stands at its function. Sizes are those of the
groups over the quasi-identifiers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from privsynth.typing import Array


@dataclass(frozen=True)
class Attackers:
    """Risk by who attacks: one who knows that the person is in the data, one who does not, one who wants many."""

    prosecutor: float
    prosecutor_mean: float
    journalist: float
    marketer: float


def attackers(sample: Array, population: Array) -> Attackers:
    """For each group of the sample its size there and in the population (El Emam & Dankar 2008)."""
    rows = sample.sum()
    return Attackers(
        float((1 / sample).max()),
        len(sample) / float(rows),
        float((1 / population).max()),
        float((sample / population).sum() / rows),
    )


@dataclass(frozen=True)
class PopulationUniques:
    """Share of the sample's rows that are estimated to be unique in the population."""

    model: str
    share: float


def population_uniques(sizes: Array, population: int) -> PopulationUniques:
    """Up to a tenth sampled: Pitman's model; else the smaller of negative binomial and Zayatz (Dankar et al. 2012)."""
    rows, fraction = int(sizes.sum()), float(sizes.sum()) / population
    if fraction >= 1:
        return PopulationUniques("whole population", float((sizes == 1).sum()) / rows)
    zayatz_share = zayatz(sizes, population) / rows
    if fraction <= 0.1:
        by_pitman = pitman(sizes, population)
        return (
            PopulationUniques("Zayatz", min(1.0, zayatz_share))
            if by_pitman is None
            else PopulationUniques("Pitman", min(1.0, by_pitman * fraction / rows))
        )
    binomial = negative_binomial(sizes, population)
    if binomial is None or zayatz_share <= binomial * fraction / rows:
        return PopulationUniques("Zayatz", min(1.0, zayatz_share))
    return PopulationUniques("negative binomial", min(1.0, binomial * fraction / rows))


def zayatz(sizes: Array, population: int) -> float:
    """Sample uniques that are population uniques (Zayatz 1991).

    Each is weighed by the chance that a class of one in the sample has one in the population.
    """
    rows = int(sizes.sum())
    counts = np.bincount(sizes)
    classes, chance_one, chance_any = np.flatnonzero(counts), 0.0, 0.0
    for size in classes:
        share = counts[size] / counts.sum()
        drawn_once = _hypergeometric_once(int(size), rows, population)
        chance_any += share * drawn_once
        if size == 1:
            chance_one = share * drawn_once
    return float(counts[1] if len(counts) > 1 else 0) * (chance_one / chance_any if chance_any else 0.0)


def _hypergeometric_once(size: int, rows: int, population: int) -> float:
    """The chance that exactly one of `size` people is among `rows` drawn of `population`."""
    from scipy.stats import hypergeom

    return float(hypergeom.pmf(1, population, size, rows))


def pitman(sizes: Array, population: int) -> float | None:
    """Population uniques under Pitman's sampling formula (Hoshino 2001), by maximum likelihood. None: it has none."""
    from scipy.optimize import minimize

    rows, classes = int(sizes.sum()), len(sizes)
    counts = np.bincount(sizes)
    if classes < 2 or len(counts) < 2 or counts[1] == 0 or classes == rows:
        return None
    at = np.arange(1, classes)

    def minus_likelihood(parameters: Array) -> float:
        theta, alpha = float(np.exp(parameters[0])), float(1 / (1 + np.exp(-parameters[1])))
        first = np.log(theta + alpha * at).sum() - np.log(theta + np.arange(1, rows)).sum()
        grown = sum(
            counts[size] * np.log(np.arange(1, size) - alpha).sum() for size in np.flatnonzero(counts) if size > 1
        )
        return -float(first + grown)

    start = np.array([np.log(max(1.0, classes / 2)), 0.0])
    optimum = minimize(
        minus_likelihood, start, method="Nelder-Mead", options={"maxiter": 2000, "xatol": 1e-6, "fatol": 1e-6}
    )
    if not optimum.success:
        return None
    theta, alpha = float(np.exp(optimum.x[0])), float(1 / (1 + np.exp(-optimum.x[1])))
    from scipy.special import gammaln

    return float(np.exp(gammaln(theta + 1) - gammaln(theta + alpha)) * population**alpha)


def negative_binomial(sizes: Array, population: int) -> float | None:
    """Population uniques under the shifted negative binomial model (Chen & Keller-McNulty 1998). None: no solution.

    The number of classes in the population is Shlosser's estimate as Haas and Stokes (1998) modified it.
    """
    from scipy.optimize import fsolve

    counts, fraction = np.bincount(sizes, minlength=3), float(sizes.sum()) / population
    alone, pairs = float(counts[1]), float(counts[2])
    if not alone or not pairs:
        return None
    classes = _shlosser(counts, fraction)

    def equations(parameters: Array) -> list[float]:
        alpha, beta = parameters
        thinned = (1 - fraction) * (1 - beta)
        base = classes * (beta / (1 - thinned)) ** alpha
        one = fraction * base * (alpha * thinned / (1 - thinned) + 1)
        two = fraction**2 * base * alpha * (1 - beta) / (1 - thinned) ** 2 * (2 - (1 - alpha) * thinned) / 2
        return [one - alone, two - pairs]

    with np.errstate(all="ignore"):
        solution, _, ended, _ = fsolve(equations, [1.0, 0.5], full_output=True)
    alpha, beta = float(solution[0]), float(solution[1])
    return classes * beta**alpha if ended == 1 and alpha > 0 and 0 < beta < 1 else None


def _shlosser(counts: Array, fraction: float) -> float:
    """Classes in the population, from how many classes of each size the sample has."""
    size = np.flatnonzero(counts)
    held, q = counts[size].astype(float), fraction
    unseen = ((1 - q) ** size * held).sum() / (size * q * (1 - q) ** (size - 1) * held).sum()
    again = (size * q**2 * (1 - q**2) ** (size - 1) * held).sum() / (
        ((1 - q**2) ** size - (1 - q) ** size) * held
    ).sum()
    return float(held.sum() + counts[1] * again * unseen**2)
