"""Classical risk beyond the size of groups: diversity of secrets, other attackers, and the rows that stand alone.

Formulae as in sdcMicro's and ARX's documentation; papers at each function. `groups` numbers the group of each row over the
quasi-identifiers, `secrets` the sensitive value of each row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from privsynth.measure.classical.groups import combined
from privsynth.typing import Array

STEPS = 1_000  # most ordered secrets that are told apart for t-closeness
BLOCK = 2**22  # cells held at one time


@dataclass(frozen=True)
class Diversity:
    """Of the group where the secret is least hidden."""

    distinct: int  # l: different secrets (Machanavajjhala et al. 2007)
    entropy: float  # exp of the entropy of the secrets: another l
    closeness: float  # t: largest distance of a group's secrets from the table's (Li et al. 2007)


def diversity(groups: Array, secrets: Array, *, ordered: bool = False) -> Diversity | None:
    """Over all groups. `ordered`: secrets are ranks, so that near ones count as alike for t-closeness."""
    if not len(groups):
        return None
    group, secret = (np.unique(codes, return_inverse=True)[1].ravel() for codes in (groups, secrets))
    levels = int(secret.max()) + 1
    pairs, counts = np.unique(group.astype(np.int64) * levels + secret, return_counts=True)
    of, sizes = pairs // levels, np.bincount(group)
    share = counts / sizes[of]
    entropy = np.bincount(of, weights=-share * np.log(share))
    return Diversity(
        int(np.bincount(of).min()), float(np.exp(entropy).min()), _closeness(of, pairs % levels, counts, sizes, ordered)
    )


def _closeness(of: Array, secret: Array, counts: Array, sizes: Array, ordered: bool) -> float:
    """The largest distance of a group from the table. Of more than STEPS ordered secrets neighbours are put together; groups are taken in blocks."""
    if ordered and int(secret.max()) >= STEPS:
        secret = secret * STEPS // (int(secret.max()) + 1)
    levels, worst = int(secret.max()) + 1, 0.0
    overall, step = np.bincount(secret, weights=counts) / counts.sum(), max(1, BLOCK // levels)
    for first in range(0, len(sizes), step):
        low, high = np.searchsorted(of, (first, first + step))
        some = sizes[first : first + step]
        cells = (of[low:high] - first) * levels + secret[low:high]
        table = np.bincount(cells, weights=counts[low:high], minlength=len(some) * levels).reshape(len(some), levels)
        worst = max(worst, float(apart(table / some[:, None] - overall, ordered).max()))
    return worst


def recursive_diversity(groups: Array, secrets: Array, c: float, l: int) -> bool:  # noqa: E741  the paper's name
    """(c, l): in every group the commonest secret is rarer than c times the l-th and rarer ones together (Machanavajjhala et al. 2007)."""
    ordered = -np.sort(-_table(groups, secrets), axis=1)
    return bool((ordered[:, 0] < c * ordered[:, l - 1 :].sum(axis=1)).all()) if ordered.shape[1] >= l else False


def _table(groups: Array, secrets: Array) -> Array:
    return pd.crosstab(groups, secrets).to_numpy().astype(float)


def apart(difference: Array, ordered: bool) -> Array:
    """Earth mover's distance: half the absolute differences, or along the order with steps of 1 / (levels - 1)."""
    if not ordered or difference.shape[1] < 2:
        return np.asarray(np.abs(difference).sum(axis=1) / 2)
    return np.asarray(np.abs(np.cumsum(difference, axis=1)).sum(axis=1) / (difference.shape[1] - 1))


@dataclass(frozen=True)
class Attackers:
    """Risk by an attacker who knows that the person is in (prosecutor), who does not (journalist), and who wants many (marketer)."""

    prosecutor: float
    prosecutor_mean: float
    journalist: float
    marketer: float


def attackers(sample: Array, population: Array) -> Attackers:
    """`sample` and `population` hold, for each group of the sample, its size there and in the population (El Emam & Dankar 2008)."""
    rows = sample.sum()
    return Attackers(
        float((1 / sample).max()),
        len(sample) / float(rows),
        float((1 / population).max()),
        float((sample / population).sum() / rows),
    )


def delta_presence(released: Array, population: Array) -> tuple[float, float]:
    """Least and largest chance that a person of the population is in the release, over the groups (Nergiz et al. 2007)."""
    share = released / population
    return float(share.min()), float(share.max())


@dataclass(frozen=True, eq=False)
class Suda:
    """Special uniques: how many small sets of columns single each row out, and how much that says (Elliot et al. 2002)."""

    scores: Array  # of each row
    contributions: dict[str, float]  # of each column: percent of all scores in which it has a part
    dis: float  # chance that an attacker who finds one match has the right person (Skinner & Elliot 2002)


def suda(frame: pd.DataFrame, *, sampling: float = 0.01, largest: int = 3) -> Suda:
    """Minimal sample uniques up to `largest` columns: sets of columns on which a row is unique, and on no part of them.

    One of size m among M columns weighs the product of (M - i) for i from m to `largest`, as in the original paper and
    in sdcMicro; a row's score is the sum over its minimal uniques.
    """
    names = list(frame.columns)
    codes = (
        np.stack([pd.factorize(frame[name], use_na_sentinel=False)[0] for name in names])
        if names
        else np.zeros((0, len(frame)), dtype=np.int64)
    )
    top = min(largest, len(names))
    scores, parts = np.zeros(len(frame)), np.zeros((len(names), len(frame)))
    explained: list[tuple[set[int], Array]] = []
    for size in range(1, top + 1):
        weight = float(np.prod([len(names) - i for i in range(size, min(top, len(names) - 1) + 1)]))
        found = [(set(chosen), _minimal(codes, chosen, explained)) for chosen in combinations(range(len(names)), size)]
        for chosen, unique in found:
            scores += unique * weight
            parts[sorted(chosen)] += unique * weight
        explained += found
    total = float(scores.sum())
    shares = {name: 100 * float(part.sum()) / total if total else 0.0 for name, part in zip(names, parts, strict=True)}
    return Suda(scores, shares, _intrusion(codes, sampling))


def _minimal(codes: Array, chosen: Sequence[int], explained: Sequence[tuple[set[int], Array]]) -> Array:
    """Rows that are unique on these columns and on no part of them."""
    groups = combined(codes[list(chosen)], codes.shape[1])
    unique = np.asarray(np.bincount(groups)[groups] == 1) if len(groups) else np.zeros(0, dtype=bool)
    for smaller, held in explained:
        if smaller < set(chosen):
            unique &= ~held
    return unique


def _intrusion(codes: Array, sampling: float) -> float:
    """Of rows that are unique on all columns, and those that come in pairs: a sample drawn again tells how unique matches come about."""
    groups = combined(codes, codes.shape[1])
    sizes = np.bincount(groups) if len(groups) else np.zeros(0, dtype=np.int64)
    right, wrong = int((sizes == 1).sum()) * sampling, 2 * int((sizes == 2).sum()) * (1 - sampling)
    return right / (right + wrong) if right + wrong else 0.0


@dataclass(frozen=True)
class PopulationUniques:
    """Share of the sample's rows that are estimated to be unique in the population."""

    model: str
    share: float


def population_uniques(sizes: Array, population: int) -> PopulationUniques:
    """Dankar et al. (2012): up to a tenth sampled by Pitman's model, else the smaller of the negative binomial's and Zayatz's."""
    rows, fraction = int(sizes.sum()), float(sizes.sum()) / population
    if fraction >= 1:
        return PopulationUniques("whole population", float((sizes == 1).sum()) / rows)
    zayatz_share = zayatz(sizes, population) / rows
    if fraction <= 0.1:
        found = pitman(sizes, population)
        return (
            PopulationUniques("Zayatz", min(1.0, zayatz_share))
            if found is None
            else PopulationUniques("Pitman", min(1.0, found * fraction / rows))
        )
    binomial = negative_binomial(sizes, population)
    if binomial is None or zayatz_share <= binomial * fraction / rows:
        return PopulationUniques("Zayatz", min(1.0, zayatz_share))
    return PopulationUniques("negative binomial", min(1.0, binomial * fraction / rows))


def zayatz(sizes: Array, population: int) -> float:
    """Sample uniques that are population uniques: each is weighed by the chance that a class of one in the sample has one there (Zayatz 1991)."""
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
    found = minimize(
        minus_likelihood, start, method="Nelder-Mead", options={"maxiter": 2000, "xatol": 1e-6, "fatol": 1e-6}
    )
    if not found.success:
        return None
    theta, alpha = float(np.exp(found.x[0])), float(1 / (1 + np.exp(-found.x[1])))
    from scipy.special import gammaln

    return float(np.exp(gammaln(theta + 1) - gammaln(theta + alpha)) * population**alpha)


def negative_binomial(sizes: Array, population: int) -> float | None:
    """Population uniques under the shifted negative binomial model (Chen & Keller-McNulty 1998). None: it has no solution here.

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
        found, _, ended, _ = fsolve(equations, [1.0, 0.5], full_output=True)
    alpha, beta = float(found[0]), float(found[1])
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
