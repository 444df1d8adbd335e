"""The engine that tries the others: each learns one part of the training rows and is judged by the other part.

The best one then learns all of them.

The score is half fidelity (as a share of what a fresh real sample reaches) and half how far a classifier is from
telling the made rows from real ones (1: it cannot). Who copies beyond chance is out. Within a small margin the earlier
candidate wins, and our trees come first. Time is counted in estimates, not on the clock, so that the same table, seed
and budget choose the same engine on a busy day.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import pandas as pd

from privsynth.dataset import Table
from privsynth.engines import ENGINES, EngineName, EngineRecord
from privsynth.errors import BackendError, PrivsynthError
from privsynth.generate.model import choose
from privsynth.generate.model.choose import estimate
from privsynth.generate.model.choose.memory import memory_left
from privsynth.generate.model.choose.size import size_of
from privsynth.generate.model.engine import Engine, EngineRequest, Size
from privsynth.measure.attacks.agreement import agreement
from privsynth.measure.attacks.copies import equal_hits, near_hits
from privsynth.measure.fidelity import compare
from privsynth.measure.significance import holm
from privsynth.options import SECONDS, Limits, ModelOptions
from privsynth.recipe import TableRecipe
from privsynth.seeds import Seeds, child
from privsynth.stages import Estimate, Watch, span, unwatched
from privsynth.stages import size as spelt
from privsynth.typing import Array

TIE = 0.005  # a lead that is smaller is no reason to leave the earlier candidate
SHARE = 0.3  # of the units judges, the rest teaches
FEWEST = 200  # units from which on a comparison tells anything
LEAVES = (50, 100)  # settings of min_leaf that are tried beside the default
JUDGING = 2e-5  # seconds per cell to measure one candidate
LATE = 3  # times the budget, on the clock: no candidate begins after that, however well the estimates look


@dataclass(frozen=True)
class Candidate:
    """An engine with its settings, and why it may not be tried, if it may not."""

    name: str
    options: ModelOptions
    barred: str = ""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What became of a candidate: its score, or why it has none."""

    candidate: Candidate
    score: float | None = None
    fidelity: float | None = None
    told_apart: float | None = None
    seconds: float = 0.0
    is_out: bool = False  # it copies; its score does not count
    why_not: str = ""

    def __str__(self) -> str:
        if self.score is None:
            return f"not tried: {self.why_not}"
        apart = "" if self.told_apart is None else f", a classifier tells it apart with {self.told_apart:.3f}"
        out = f"; out: {self.why_not}" if self.is_out else ""
        return f"score {self.score:.3f} (fidelity {self.fidelity:.3f}{apart}) in {span(self.seconds)}{out}"


def make(request: EngineRequest) -> Engine:
    return Auto(request.options, k=request.k, limits=request.limits, watch=request.watch)


class Auto:
    """Tries engines within a budget of seconds, and learns with the best."""

    def __init__(self, options: ModelOptions, *, k: int, limits: Limits, watch: Watch = unwatched) -> None:
        self.options, self.k, self.limits, self.watch = options, k, limits, watch
        self.budget = options.seconds or SECONDS

    def fit(
        self, table: Table, rng: np.random.Generator, *, given: Sequence[str] = (), units: Array | None = None
    ) -> Self:
        parting, trying, learning = child(rng, "part", "try", "learn")
        taught, held = _parted(len(table), units, parting)
        field = candidates(self.options)
        if held is None:
            self.tried_ = [
                Trial(candidate=candidate, why_not=f"fewer than {FEWEST} rows or people are too few to compare")
                for candidate in field
            ]
        else:
            self.tried_ = self._try(
                field,
                TrialRows(
                    table=table,
                    given=tuple(given),
                    units=units,
                    taught=taught,
                    held=held,
                    seeds=Seeds(int(trying.integers(0, 2**63))),
                ),
            )
        self.chosen_ = best(self.tried_) or next(
            (trial for trial in self.tried_ if trial.score is not None), self.tried_[0]
        )
        self.engine_ = self._engine(self.chosen_.candidate).fit(table, learning, given=given, units=units)
        return self

    def sample(self, rows: int, rng: np.random.Generator, given: pd.DataFrame | None = None) -> pd.DataFrame:
        return self.engine_.sample(rows, rng, given)

    @property
    def notes(self) -> list[str]:
        return [f"the engine was chosen by trial: {self._reason()}.", *self.engine_.notes]

    @property
    def recipe(self) -> TableRecipe:
        """The chosen engine's own account, under the name of the one that chose it."""
        tried = {trial.candidate.name: str(trial) for trial in self.tried_}
        recipe, chosen = self.engine_.recipe, self.chosen_.candidate.name
        details = {**recipe.details, "chosen": chosen, "tried": tried}
        return replace(recipe, engine="auto", why=self._reason(), details=details)

    def _try(self, field: Sequence[Candidate], lesson: TrialRows) -> list[Trial]:
        started, tried = time.monotonic(), list[Trial]()
        for candidate, _, barred in planned(field, size_of(lesson.table, "auto"), self.budget):
            late = time.monotonic() - started > LATE * self.budget
            why_not = f"{LATE} times the budget of {span(self.budget)} had passed" if late else barred
            tried.append(Trial(candidate=candidate, why_not=why_not) if why_not else self._trial(candidate, lesson))
        return tried

    def _trial(self, candidate: Candidate, lesson: TrialRows) -> Trial:
        """Every candidate draws and is measured by the same random numbers."""
        started = time.monotonic()
        taught, held = lesson.table.take(lesson.taught), lesson.table.take(lesson.held)
        units = None if lesson.units is None else np.unique(lesson.units[lesson.taught], return_inverse=True)[1]
        context = held.frame[list(lesson.given)] if lesson.given else None
        try:
            engine = self._engine(candidate).fit(taught, lesson.seeds.stream("fit"), given=lesson.given, units=units)
            frame = engine.sample(len(held), lesson.seeds.stream("sample"), context)
        except PrivsynthError as error:
            return Trial(candidate=candidate, why_not=error.message.rstrip("."))
        synthetic = replace(
            held,
            columns=tuple(c for c in held.columns if c.name in frame),
            frame=frame[[c.name for c in held.columns if c.name in frame]],
        )
        return _measured(candidate, taught, held, synthetic, limits=self.limits, seeds=lesson.seeds, started=started)

    def _engine(self, candidate: Candidate) -> Engine:
        return choose.engine_for(candidate.options, k=self.k, limits=self.limits, watch=self.watch)

    def _reason(self) -> str:
        """In one sentence, for people."""
        chosen, others = self.chosen_, [trial for trial in self.tried_ if trial is not self.chosen_]
        if chosen.score is None:
            return f"{chosen.candidate.name}, the default, because nothing could be compared"
        if chosen.is_out:
            return (
                f"{chosen.candidate.name}, the default, because every engine that was tried copies rows beyond chance"
            )
        scores = "; ".join(f"{trial.candidate.name}: {trial.score:.3f}" for trial in others if trial.score is not None)
        skipped = sum(trial.score is None for trial in others)
        rest = f"; {skipped} not tried" if skipped else ""
        return f"{chosen.candidate.name} scored {chosen.score:.3f} on rows that it had not seen ({scores}{rest})"


@dataclass(frozen=True, eq=False, kw_only=True)
class TrialRows:
    """The training rows, parted anew; the real hold-out is not among them."""

    table: Table
    given: tuple[str, ...]
    units: Array | None
    taught: Array
    held: Array
    seeds: Seeds


def candidates(options: ModelOptions) -> list[Candidate]:
    """Who is tried, the cheap ones first. A leaf that somebody asked for is a promise that only trees can keep."""
    tried = sorted((record for record in ENGINES.values() if record.turn), key=lambda record: record.turn or 0)
    return [candidate for record in tried for candidate in _settings(options, record)]


def _settings(options: ModelOptions, engine: EngineRecord) -> list[Candidate]:
    """The engine as it is, and with each leaf where it has one."""
    if "min_leaf" not in engine.options:
        return [Candidate(engine.name, _asked(options, engine.name, None), _barred(options, engine))]
    leaves = (options.min_leaf,) if options.min_leaf else (None, *LEAVES)
    return [
        Candidate(f"{engine.name}, min_leaf {leaf}" if leaf else engine.name, _asked(options, engine.name, leaf))
        for leaf in leaves
    ]


def _barred(options: ModelOptions, engine: EngineRecord) -> str:
    if options.min_leaf:
        return "it cannot keep the min_leaf that was asked for"
    return "the policy refuses its licence" if options.no_busl and engine.is_busl else ""


def _asked(options: ModelOptions, engine: EngineName, leaf: int | None) -> ModelOptions:
    return options.model_copy(update={"engine": engine, "min_leaf": leaf, "seconds": None})


def planned(field: Sequence[Candidate], size: Size, budget: float) -> Iterator[tuple[Candidate, Estimate | None, str]]:
    """Each candidate with what its trial takes, and the reason why it is not tried, or none.

    With the fit on all rows it must fit what the ones before it leave. The first is always tried.
    """
    left, free = float(budget), memory_left()
    for number, candidate in enumerate(field):
        trial, whole = _trial_of(candidate, size), estimate(size, candidate.options)
        if candidate.barred:
            yield candidate, None, candidate.barred
        elif trial is None or whole is None:
            yield candidate, None, "nobody has measured how long it takes"
        elif free is not None and whole.bytes > free:
            yield candidate, trial, f"it would need {spelt(whole.bytes)} of memory, {spelt(free)} are free"
        elif number and trial.seconds + whole.seconds > left:
            yield (
                candidate,
                trial,
                f"it needs about {span(trial.seconds + whole.seconds)}; "
                f"{span(max(0.0, left))} of {span(budget)} were left",
            )
        else:
            left -= trial.seconds
            yield candidate, trial, ""


def foresee(size: Size, options: ModelOptions) -> Estimate:
    """All trials that would be made, and the fit of the default engine on all rows."""
    field = candidates(options)
    trials = [
        trial
        for _, trial, why_not in planned(field, size, options.seconds or SECONDS)
        if trial is not None and not why_not
    ]
    last = estimate(size, field[0].options)
    parts = [*trials, *([] if last is None else [last])]
    return Estimate(sum(part.seconds for part in parts), max((part.bytes for part in parts), default=0))


def _trial_of(candidate: Candidate, size: Size) -> Estimate | None:
    """Learning the larger part, and measuring what is drawn."""
    fit = estimate(size.of(round((1 - SHARE) * size.rows)), candidate.options)
    return None if fit is None else replace(fit, seconds=fit.seconds + JUDGING * size.rows * size.columns)


def best(tried: Sequence[Trial]) -> Trial | None:
    """The highest score of those that are not out; the earliest of those that are as good within the margin."""
    fit = [trial for trial in tried if trial.score is not None and not trial.is_out]
    top = max((trial.score or 0.0 for trial in fit), default=0.0)
    return next((trial for trial in fit if (trial.score or 0.0) >= top - TIE), None)


def _parted(rows: int, units: Array | None, rng: np.random.Generator) -> tuple[Array, Array | None]:
    """The rows that teach and those that judge, by unit; none judge where they are too few."""
    codes = np.arange(rows) if units is None else units
    distinct = np.unique(codes)
    if len(distinct) < FEWEST:
        return np.arange(rows), None
    judges = rng.permutation(distinct)[: round(SHARE * len(distinct))]
    held = np.isin(codes, judges)
    return np.flatnonzero(~held), np.flatnonzero(held)


def _measured(
    candidate: Candidate, taught: Table, held: Table, synthetic: Table, *, limits: Limits, seeds: Seeds, started: float
) -> Trial:
    result = compare(held, synthetic, taught, seeds.stream("compare"))
    if result.relative is None:
        raise BackendError(
            f"table '{held.name}' has nothing by which engines could be compared.", hint="name one with --model-engine"
        )
    fidelity = min(1.0, result.relative)
    parts = [fidelity] if result.c2st is None else [fidelity, 2 * (1 - max(0.5, result.c2st))]
    copies = leaks(taught, held, synthetic, limits, seeds)
    return Trial(
        candidate=candidate,
        score=float(np.mean(parts)),
        fidelity=fidelity,
        told_apart=result.c2st,
        seconds=time.monotonic() - started,
        is_out=copies is not None,
        why_not=copies or "",
    )


def leaks(taught: Table, held: Table, synthetic: Table, limits: Limits, seeds: Seeds) -> str | None:
    """Why the rows may not be made so: beyond chance they copy what was taught more often than what was held back."""
    names = [column.name for column in synthetic.columns]
    agreed = agreement(taught, held, synthetic, names, seeds.stream("agreement"))
    near = near_hits(taught, held, synthetic, names, seeds.stream("near"))
    tests = [equal_hits(taught, held, synthetic, names), agreed.hits, near]
    beyond = [
        hits.excess
        for hits, pvalue in zip(tests, holm([hits.pvalue for hits in tests]), strict=True)
        if pvalue < limits.alpha
    ]
    if max(beyond, default=0.0) > limits.copy_max:
        return f"it copies rows beyond chance ({max(beyond):.2%} of what it makes)"
    if agreed.lone.share > limits.isolated_max:
        return f"it tells of {agreed.lone.told:,} isolated people by themselves"
    return None
