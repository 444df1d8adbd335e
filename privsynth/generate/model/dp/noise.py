"""The only door of OpenDP: every look at the rows goes through it, and all noise comes from it and from the operating
system.

The budget is said in rho (zero-concentrated differential privacy, under rows added or removed): the largest rho that
OpenDP itself converts to no more than the epsilon asked for at the delta asked for. One part is spent on counts of
single columns, the rest on tables of two columns. `contrib`, which OpenDP must be told to enable, means that the proofs
of these parts have not been vetted.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from itertools import combinations
from math import nextafter, sqrt
from typing import Any

import numpy as np

from privsynth.errors import BackendError, MissingExtra, PrivsynthError
from privsynth.generate.model.dp.cost import Cost
from privsynth.generate.model.dp.tables import Noisy, Pair, combined
from privsynth.options import Mechanism
from privsynth.typing import Array

ON_SINGLES = 0.1  # of the budget
SELECT_EVERY = 0.1  # of what mst and aim spend is for choosing tables
SLACK = 1 + 1e-9  # of the noise, so that rounding never spends more than there is
HAIR = 1e-12
AIM_ROUNDS = 7  # at most, so that it ends: a step costs seconds
AIM_MEGABYTES = 4.0  # of the model that it may grow to
AIM_STEPS = 60  # of fitting that model after each round
LIBRARIES = ("opendp", "mbi", "polars", "jax")


@dataclass(frozen=True, eq=False)
class NoisyTables:
    """What OpenDP gave: noisy tables, and for each the noise in it."""

    singles: Mapping[str, Noisy]
    pairs: Mapping[Pair, Noisy]


def require() -> None:
    """Refuse before anything is read where OpenDP is not there."""
    try:
        installed = version("opendp")
        version("mbi")
    except PackageNotFoundError:
        raise MissingExtra("the engine dp", "dp") from None
    if not installed.startswith("0.16."):
        raise MissingExtra("the engine dp (opendp 0.16)", "dp")


def versions() -> dict[str, str]:
    return {name: version(name) for name in LIBRARIES}


def rho_of(cost: Cost) -> float:
    """The largest rho that OpenDP converts to at most this epsilon at this delta."""
    with _opendp() as dp:
        low, high = 0.0, float(cost.epsilon)  # rho = epsilon would mean more than that epsilon at any useful delta
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if _epsilon(dp, middle, cost.delta) <= cost.epsilon else (low, middle)
        return low


def _epsilon(dp: Any, rho: float, delta: float) -> float:
    if rho <= 0:
        return 0.0
    gaussian = dp.m.make_gaussian(
        dp.atom_domain(T=float, nan=False), dp.absolute_distance(T=float), scale=1 / sqrt(2 * rho)
    )
    return float(dp.c.make_zCDP_to_approxDP(gaussian).map(1.0).epsilon(delta))


def count_with_noise(
    codes: Mapping[str, Array],
    sizes: Mapping[str, int],
    *,
    rho: float,
    contributions: int,
    mechanism: Mechanism,
    group: Callable[[Mapping[str, Noisy]], Mapping[str, Array]],
) -> NoisyTables:
    """Noisy counts of each column, then of pairs of columns whose codes `group` has merged after seeing the former.

    `codes` run from 0 to `sizes` - 1. OpenDP sees numbered columns of numbered codes; it cannot name a value.
    """
    names = {f"c{at}": name for at, name in enumerate(codes)}
    with _opendp() as dp:
        accountant = _accountant(dp, {short: codes[name] for short, name in names.items()}, rho, contributions)
        on_singles = rho if len(names) < 2 else rho * ON_SINGLES
        keys = {short: sizes[name] for short, name in names.items()}
        first = _ask(accountant, on_singles, keys, _given([(short,) for short in names]))
        singles = {names[clique[0]]: noisy for clique, noisy in _tables(first, keys).items()}
        if len(names) < 2:
            return NoisyTables(singles, {})
        groups = group(singles)
        coarse = {short: int(groups[name].max()) + 1 for short, name in names.items()}
        merged = {short: groups[name] for short, name in names.items()}
        start, chosen = _known(first, merged, coarse, mechanism), _algorithm(mechanism, coarse)
        with _scales_worked_out():
            second = _ask(accountant, nextafter(rho - on_singles, 0), coarse, chosen, merged=merged, start=start)
        tables = _tables(second, coarse)
        return NoisyTables(singles, {(names[c[0]], names[c[1]]): noisy for c, noisy in tables.items() if len(c) == 2})


@contextmanager
def _opendp() -> Iterator[Any]:
    """OpenDP, quiet; what it raises is said without its words, which may hold anything."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of jax and polars: nothing in them is about the data or the guarantee
            import opendp.prelude as dp

            logging.getLogger("opendp").setLevel(
                logging.ERROR
            )  # it has opinions on large budgets; the policy's limits are ours
            dp.enable_features("contrib")
            yield dp
    except PrivsynthError:
        raise
    except ImportError:
        raise MissingExtra("the engine dp (opendp is there but cannot start)", "dp") from None
    except Exception as error:  # noqa: BLE001  OpenDP raises what polars, jax and Rust raise, and may quote cells
        raise BackendError(
            f"OpenDP could not do it ({type(error).__name__}).",
            hint="ask for fewer columns or fewer bins, or for another mechanism",
        ) from None


@contextmanager
def _scales_worked_out() -> Iterator[None]:
    """mst and aim find each noise scale by some six hundred trials over all tables. A scale that is worked out takes
    two.

    In rho the loss falls with the square of the scale. Whether that holds is asked of OpenDP's own map; its accountant
    refuses what would spend more, so a wrong scale can fail and cannot leak. The parts into which mst cuts its budget
    are made smaller by a hair: cut exactly, they may sum to one rounding more than there is, and mst would stop.
    """
    from opendp.extras.mbi import _aim, _mst

    searched, cut = _aim.binary_search_chain, _mst.prior

    def scaled(
        make: Callable[[float], Any],
        d_in: Any,
        d_out: float,
        T: Any = None,  # noqa: N803  OpenDP's name
    ) -> Any:
        measurement = make(sqrt(make(1.0).map(d_in) / d_out) * SLACK)
        return measurement if measurement.map(d_in) <= d_out else searched(make, d_in, d_out, T=T)

    try:
        _aim.binary_search_chain = _mst.binary_search_chain = scaled
        _mst.prior = lambda budget: budget * (1 - HAIR)
        yield
    finally:
        _aim.binary_search_chain = _mst.binary_search_chain = searched
        _mst.prior = cut


def _accountant(dp: Any, codes: Mapping[str, Array], rho: float, contributions: int) -> Any:
    """Holds the rows and the budget, and refuses a query that would go beyond it."""
    import polars as pl

    frame = pl.LazyFrame({short: pl.Series(values, dtype=pl.Int64) for short, values in codes.items()})
    return dp.Context.compositor(
        data=frame, privacy_unit=dp.unit_of(contributions=contributions), privacy_loss=dp.loss_of(rho=rho)
    )


def _ask(
    accountant: Any,
    rho: float,
    sizes: Mapping[str, int],
    algorithm: Any,
    *,
    merged: Mapping[str, Array] | None = None,
    start: Any = None,
) -> Any:
    import polars as pl

    query = accountant.query(rho=rho)
    if merged:
        query = query.with_columns(
            *(
                pl.col(c).replace_strict(list(range(len(to))), [int(x) for x in to], default=0, return_dtype=pl.Int64)
                for c, to in merged.items()
            )
        )
    keys = {short: list(range(size)) for short, size in sizes.items()}
    return query.contingency_table(keys=None if start else keys, table=start, algorithm=algorithm).release()


def _tables(noisy: Any, sizes: Mapping[str, int]) -> dict[tuple[str, ...], Noisy]:
    """Each measured table once, without the place that OpenDP adds for an unknown code."""
    parts: dict[tuple[str, ...], list[tuple[Array, Array | float]]] = {}
    for measured in noisy.marginals.flatten():
        clique = tuple(measured.clique)
        counts = np.asarray(measured.noisy_measurement, dtype=np.float64).reshape([sizes[c] + 1 for c in clique])
        parts.setdefault(clique, []).append(
            (counts[tuple(slice(0, sizes[c]) for c in clique)], float(measured.stddev) ** 2)
        )
    merged = {clique: combined(estimates) for clique, estimates in parts.items()}
    return {clique: Noisy(counts, sqrt(float(np.max(variance)))) for clique, (counts, variance) in merged.items()}


def _algorithm(mechanism: Mechanism, sizes: Mapping[str, int]) -> Any:
    """What is measured: every pair with noise by size, a tree of pairs, or the pairs that the model knows least."""
    from functools import partial

    from mbi.estimation import mirror_descent  # type: ignore[import-untyped]
    from opendp.extras.mbi import AIM, MST, Count

    pairs = list(combinations(sizes, 2))
    if mechanism == "mst":
        return MST(oneway="unkeyed", measure_split=1 - SELECT_EVERY, estimator=_unfitted)
    if mechanism == "aim":
        rounds = AIM_ROUNDS
        fit = partial(mirror_descent, iters=AIM_STEPS)
        queries = [Count(pair) for pair in pairs]
        return AIM(
            queries=queries,
            oneway="unkeyed",
            measure_split=1 - SELECT_EVERY,
            max_size=AIM_MEGABYTES,
            rounds=rounds,
            estimator=fit,
        )
    return _given(pairs, [(sizes[a] * sizes[b]) ** (1 / 3) for a, b in pairs])


def _unfitted(domain: Any, measured: Any, *, potentials: Any = None) -> Any:
    """The model that is known already: tables are fitted by us, after the release."""
    import mbi  # type: ignore[import-untyped]
    from mbi.marginal_oracles import message_passing_fast  # type: ignore[import-untyped]

    start = mbi.CliqueVector.zeros(domain, [(name,) for name in domain.attrs]) if potentials is None else potentials
    total = max(1.0, float(np.mean([np.sum(m.noisy_measurement) for m in measured]))) if measured else 1.0
    return mbi.MarkovRandomField(potentials=start, marginals=message_passing_fast(start, total), total=total)


def _known(first: Any, merged: Mapping[str, Array], sizes: Mapping[str, int], mechanism: Mechanism) -> Any:
    """What mst and aim start from: independent columns with the counts already released, merged."""
    if mechanism == "pairs":
        return None
    import mbi
    import polars as pl
    from mbi import Factor, LinearMeasurement
    from mbi.marginal_oracles import message_passing_fast
    from opendp.extras.mbi import ContingencyTable, Marginals

    domain = mbi.Domain.fromdict({short: size + 1 for short, size in sizes.items()})
    marginals, potentials, totals = Marginals(), {}, []
    for measured in first.marginals.flatten():
        (short,) = measured.clique
        counts = np.bincount(
            merged[short], np.asarray(measured.noisy_measurement, dtype=np.float64)[:-1], minlength=sizes[short] + 1
        )
        spread = float(measured.stddev) * sqrt(len(merged[short]) / sizes[short])
        marginals = marginals.add(LinearMeasurement(counts, (short,), stddev=spread))
        potentials[(short,)] = Factor(domain.project((short,)), np.log(np.maximum(counts, 0.5 * (counts > 0) + 1e-3)))
        totals.append(float(counts.sum()))
    vector, total = mbi.CliqueVector(domain, list(potentials), potentials), max(1.0, float(np.mean(totals)))
    model = mbi.MarkovRandomField(potentials=vector, marginals=message_passing_fast(vector, total), total=total)
    keys = {short: pl.Series(short, [*range(size), None], dtype=pl.Int64) for short, size in sizes.items()}
    return ContingencyTable(keys=keys, cuts={}, marginals=marginals, model=model)


def _given(cliques: Sequence[tuple[str, ...]], weights: Sequence[float] | None = None) -> Any:
    """OpenDP's release of tables that are chosen in advance, with the noise worked out instead of searched for.

    OpenDP's own `Fixed` finds its noise by trying hundreds of scales, each a fresh chain over all tables. The scale is
    known: rho is the sum of (weight x sensitivity / scale) squared, halved. OpenDP's map still says what is spent, and
    its accountant refuses more.
    """
    import mbi
    from opendp._internal import _new_pure_function
    from opendp.extras.mbi import Count, Fixed
    from opendp.extras.mbi._utilities import (
        get_associated_metric,
        get_cardinalities,
        make_stable_marginals,
        then_noise_marginals,
    )

    class Given(Fixed):  # type: ignore[misc]
        def make_marginals(
            self,
            input_domain: Any,
            input_metric: Any,
            output_measure: Any,
            d_in: Any,
            d_out: float,
            *,
            marginals: Any,
            model: Any,  # noqa: ARG002  nothing is chosen here
        ) -> Any:
            asked, parts = [q.by for q in self.queries], [q.weight for q in self.queries]
            exact = make_stable_marginals(input_domain, input_metric, get_associated_metric(output_measure), asked)
            sensitivity: Mapping[Any, float] = exact.map(d_in)
            scale = (
                sqrt(sum((w * sensitivity[q]) ** 2 for q, w in zip(asked, parts, strict=True)) / (2 * d_out)) * SLACK
            )
            noisy = exact >> then_noise_marginals(output_measure, asked, scale, parts)
            if noisy.map(d_in) > nextafter(d_out, 0):
                raise BackendError("the noise for the engine dp would not keep to the budget.")
            fit = self.estimator

            def fitted_release(releases: list[Any]) -> tuple[Any, Any]:
                everything = marginals.add(*releases)
                domain = mbi.Domain.fromdict(get_cardinalities(input_domain))
                return everything, fit(domain, everything.flatten(), potentials=None)

            return noisy >> _new_pure_function(fitted_release)

    return Given(
        queries=[Count(c, w) for c, w in zip(cliques, weights or [1.0] * len(cliques), strict=True)],
        estimator=_unfitted,
    )
