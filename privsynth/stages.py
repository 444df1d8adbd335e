"""The stages of a run as they pass: names, seconds, what there is to say. Silent unless somebody watches."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field

from privsynth.verdict import Verdict

LONG = 30.0  # seconds from which on a person should be told beforehand
Watch = Callable[[int, int], None]  # told how much is done, and of how much


def unwatched(done: int, total: int) -> None:
    """Nobody looks."""


@dataclass(frozen=True)
class Estimate:
    """The time and memory that a piece of work will take, said before it starts. Right to about a factor of two."""

    seconds: float
    bytes: int

    @property
    def is_long(self) -> bool:
        return self.seconds > LONG

    def __str__(self) -> str:
        return f"about {span(self.seconds)}, {size(self.bytes)}"


@dataclass
class Stage:
    """One stage under way. What it says holds counts and column names, never a value."""

    name: str
    detail: str = ""
    verdict: Verdict | None = None
    seconds: float = 0.0

    def say(self, detail: str) -> None:
        self.detail = detail

    def judge(self, verdict: Verdict) -> None:
        self.verdict = verdict


@dataclass
class Stages:
    """Keeps the seconds of each stage. A screen overrides the rest, and shows it."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[Stage]:
        stage, started = Stage(name), time.perf_counter()
        self.begin(stage)
        try:
            yield stage
        except BaseException:
            self.broken(stage)
            raise
        stage.seconds = self.seconds[name] = time.perf_counter() - started
        self.end(stage)

    def expect(self, estimate: Estimate) -> None:
        """Tell how long the stage under way will take."""

    def progress(self, done: int, total: int) -> None:
        """Tell how far the stage under way is."""

    def notes(self, notes: Sequence[str]) -> None:
        """Tell what a person should know of the data."""

    def warnings(self, warnings: Sequence[str]) -> None:
        """Tell what a person should look at before the rows are used."""

    def unbroken(self) -> AbstractContextManager[None]:
        """What is done inside is done whole: an interruption waits until then."""
        return nullcontext()

    def begin(self, stage: Stage) -> None: ...

    def end(self, stage: Stage) -> None: ...

    def broken(self, stage: Stage) -> None:
        """The stage did not come to its end: an error or an interruption passes through."""


def span(seconds: float) -> str:
    """A time as people say it: 8 s, 12 min, 3.5 h."""
    if seconds < 90:
        return f"{round(seconds)} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def size(count: int) -> str:
    """An amount of memory as people say it: 310 MB, 3.1 GB."""
    return f"{max(1, round(count / 1e6))} MB" if count < 1e9 else f"{count / 1e9:.1f} GB"
