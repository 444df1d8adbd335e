"""The stages of a run as they pass: names, seconds, what there is to say. Silent unless somebody watches."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from privsynth.verdict import Verdict


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
    """Keeps the seconds of each stage. A screen overrides `begin` and `end`."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[Stage]:
        stage, started = Stage(name), time.perf_counter()
        self.begin(stage)
        yield stage
        stage.seconds = self.seconds[name] = time.perf_counter() - started
        self.end(stage)

    def begin(self, stage: Stage) -> None: ...

    def end(self, stage: Stage) -> None: ...
