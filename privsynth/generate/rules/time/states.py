"""State machines: each parent walks from state to state, all parents one step at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from privsynth.dataset import Kind
from privsynth.errors import BackendError
from privsynth.generate.rules.making.rows import Rows
from privsynth.generate.rules.planning.ordering import above
from privsynth.generate.rules.time.lengths import length_of
from privsynth.generate.rules.time.process import (
    MOST_ROWS,
    SECONDS,
    GivenRows,
    Process,
    Streams,
    Window,
    moments,
    window_of,
)
from privsynth.generate.rules.values.numbers import demand
from privsynth.generate.rules.vocabulary.rulebook import States, check_weights
from privsynth.typing import Array

if TYPE_CHECKING:
    from privsynth.generate.rules.values.providers import Scope

MOST_STEPS = 10_000  # of one parent
PARTS = {"state": Kind.CATEGORY, "since": Kind.DATE, "until": Kind.DATE}


@dataclass(frozen=True, eq=False)
class Moves:
    """The states that may come next; shares may differ from parent to parent."""

    targets: Array = field(repr=False)
    weights: tuple[Callable[[Rows], Any], ...] = field(repr=False)
    place: str

    def edges(self, parents: Rows) -> Array:
        """For each parent the shares up to each target but the last."""
        weights = np.stack([np.broadcast_to(weight(parents), parents.count) for weight in self.weights], axis=1)
        with np.errstate(over="ignore"):
            total = weights.sum(axis=1, keepdims=True)
        demand(
            (weights >= 0).all(axis=1) & (total[:, 0] > 0) & np.isfinite(total[:, 0]),
            f"{self.place}: weights are missing, below 0, too large, or all of them 0",
        )
        return np.asarray(np.cumsum(weights / total, axis=1)[:, :-1])

    def choose(self, edges: Array, rng: np.random.Generator) -> Array:
        return np.asarray(self.targets[(rng.random(len(edges))[:, None] >= edges).sum(axis=1)])


@dataclass(frozen=True, eq=False, kw_only=True)
class Machine:
    """A checked machine; states are numbered as in `names`."""

    names: tuple[str, ...]
    start: Moves = field(repr=False)
    moves: Mapping[int, Moves] = field(repr=False)  # those without are final
    stay: Mapping[int, Callable[[Rows], Array]] = field(repr=False)  # in seconds
    window: Window = field(repr=False)

    def make(self, parents: Rows, streams: Streams) -> GivenRows:
        path = _Path()
        moment, end = self.window.of(parents)
        here = np.flatnonzero(moment < end)
        now, state = moment[here], self.start.choose(self.start.edges(parents)[here], streams("states start"))
        edges = {at: ways.edges(parents) for at, ways in self.moves.items()}
        moving = {at: streams(f"states move {self.names[at]}") for at in self.moves}
        staying = {at: streams(f"states stay {self.names[at]}") for at in self.stay}
        while len(here):
            self._check_length(path, here, state)
            leave, following = np.full(len(here), np.iinfo(np.int64).max), state.copy()
            for at, ways in self.moves.items():
                those = np.flatnonzero(state == at)
                if not len(those):
                    continue
                drawn = Rows(len(those), parents.take(here[those]).values, staying[at])
                leave[those] = now[those] + self.stay[at](drawn)
                following[those] = ways.choose(edges[at][here[those]], moving[at])
            goes_on = leave < end[here]
            path.add(here, state, now, np.where(goes_on, leave, np.iinfo(np.int64).min))
            here, state, now = here[goes_on], following[goes_on], leave[goes_on]
        return path.given(self.names)

    def _check_length(self, path: _Path, here: Array, state: Array) -> None:
        if path.steps >= MOST_STEPS or path.rows + len(here) > MOST_ROWS:
            often = self.names[int(np.bincount(state).argmax())]
            raise BackendError(
                f"{self.window.place}: after {path.steps:,} steps {len(here)} parents have not come to an end"
                f" (most are in state {often}); {path.rows:,} rows so far.",
                hint="let the states last longer, lead to a last state, or end earlier",
            )


class _Path:
    """The steps so far."""

    def __init__(self) -> None:
        self.taken: list[tuple[Array, Array, Array, Array]] = []
        self.rows = 0

    @property
    def steps(self) -> int:
        return len(self.taken)

    def add(self, *step: Array) -> None:
        self.taken.append((step[0], step[1], step[2], step[3]))
        self.rows += len(step[0])

    def given(self, names: tuple[str, ...]) -> GivenRows:
        """All steps, those of one parent together."""
        nothing = (np.empty(0, dtype=np.int64),) * 4
        owner, state, since, until = map(np.concatenate, zip(nothing, *self.taken, strict=True))
        order = np.argsort(owner, kind="stable")
        left = moments(until[order])
        left[until[order] == np.iinfo(np.int64).min] = np.datetime64("NaT")
        texts = np.array(names, dtype=object)[state[order]]
        parts = {"state": texts, "since": moments(since[order]), "until": left}
        return GivenRows(owner[order], parts)


def states_process(rule: States, scope: Scope) -> Process:
    _check_machine(rule, scope)
    names = names_of(rule)
    code = {name: at for at, name in enumerate(names)}
    left = {name: ways for name, ways in rule.moves.items() if ways}
    step = SECONDS[rule.unit]
    machine = Machine(
        names=names,
        start=_moves(rule.start, code, scope.at("start")),
        moves={code[name]: _moves(ways, code, scope.at("moves", name)) for name, ways in left.items()},
        stay={
            code[name]: length_of(rule.stay[name], step, scope.at("stay", name), whole=rule.unit == "days")
            for name in left
        },
        window=window_of(rule.since, rule.until, scope),
    )
    return Process.of(PARTS, machine.make, has_time=rule.unit != "days")


def names_of(rule: States) -> tuple[str, ...]:
    """All states, in the order in which they are first named."""
    return tuple(dict.fromkeys([*rule.start, *rule.moves, *(to for ways in rule.moves.values() for to in ways)]))


def _moves(weights: Mapping[str, float | str], code: Mapping[str, int], scope: Scope) -> Moves:
    amounts = tuple(scope.at(name).amount(weight) for name, weight in weights.items())
    return Moves(np.array([code[name] for name in weights]), amounts, scope.book.place(scope.path))


def _check_machine(rule: States, scope: Scope) -> None:
    """Every state can be reached, lasts and is left; words that would mean nothing are refused."""
    for words, ways in ((("start",), rule.start), *((("moves", name), ways) for name, ways in rule.moves.items())):
        _check_ways(ways, scope.at(*words))
    ahead = {name: [to for to, weight in ways.items() if weight != 0] for name, ways in rule.moves.items()}
    ahead = {name: ahead.get(name, []) for name in names_of(rule)}
    reached = above(ahead, [name for name, weight in rule.start.items() if weight != 0])
    for name, following in ahead.items():
        place = scope.at("moves", name)
        if name not in reached:
            raise place.error(f"no path leads to state {name}.", "let a move lead there, or leave it out")
        if following and name not in rule.stay:
            such = f"such as  stay: {{{name}: {{exponential: {{mean: 3}}}}}}"
            raise place.error(f"it is not said how long state {name} lasts.", such)
    for name in rule.stay:
        if name not in ahead:
            raise scope.at("stay", name).error("there is no such state.", f"states are: {', '.join(ahead)}")
        if not ahead[name]:
            raise scope.at("stay", name).error(f"no move leads from state {name}: it does not end.", "leave it out")
    if rule.until is None:
        _check_ends(ahead, scope)


def _check_ends(ahead: Mapping[str, list[str]], scope: Scope) -> None:
    for name in ahead:
        if all(ahead[later] for later in above(ahead, [name])):
            raise scope.error(f"from state {name} no path comes to an end.", "add a last state, or 'until'")


def _check_ways(ways: Mapping[str, float | str], scope: Scope) -> None:
    fixed = [weight for weight in ways.values() if not isinstance(weight, str)]
    if any(weight < 0 for weight in fixed):
        raise scope.error("weights must not be negative.")
    if len(fixed) < len(ways) or not ways:
        return
    try:
        check_weights(fixed)
    except ValueError as problem:
        raise scope.error(f"{problem}.") from None
