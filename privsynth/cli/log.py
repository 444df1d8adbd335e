"""`--log-format json`: what a screen would show, as one JSON object a line on stderr, for programs that watch a run."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from typing import Literal

from privsynth.cli.interrupt import heeded
from privsynth.cli.memory import peak_bytes
from privsynth.cli.screen import Screen, headline
from privsynth.stages import Estimate, Stage

LogFormat = Literal["text", "json"]
APART = 1.0  # seconds between two steps that are told


@dataclass
class Log(Screen):
    """Each event has t, stage, event, done, total and rss_mb, and what else it is about."""

    stage_name: str = field(default="", init=False)
    told_at: float = field(default=0.0, init=False)

    def begin(self, stage: Stage) -> None:
        heeded()
        self.stage_name, self.told_at = stage.name, 0.0
        self.tell("begin")

    def expect(self, estimate: Estimate) -> None:
        self.tell("estimate", seconds=round(estimate.seconds, 1), bytes=estimate.bytes)

    def progress(self, done: int, total: int) -> None:
        heeded()
        if done == total or time.monotonic() - self.told_at >= APART:
            self.told_at = time.monotonic()
            self.tell("progress", done=done, total=total)

    def end(self, stage: Stage) -> None:
        seconds = round(stage.seconds, 3)
        if stage.verdict is None:
            self.tell("end", seconds=seconds, text=stage.detail)
        else:
            self.tell(
                "end",
                seconds=seconds,
                text=headline(stage.verdict),
                status=stage.verdict.status.value,
                word=stage.verdict.word,
            )

    def broken(self, stage: Stage) -> None:  # noqa: ARG002  it is the one that began
        self.tell("broken")

    def line(self, verb: str, name: str = "", text: str = "", end: str = "", *, mark: str = "") -> None:  # noqa: ARG002  both are for people
        self.tell(verb, text=" ".join(filter(None, (name, text))))

    def tell_error(self, error: Mapping[str, object]) -> None:
        self.tell("error", **error)

    def tell(self, event: str, **more: object) -> None:
        if self.quiet and event != "error":
            return
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        fields = {
            "t": now,
            "stage": self.stage_name,
            "event": event,
            "done": None,
            "total": None,
            "rss_mb": round(peak_bytes() / 1e6),
            **more,
        }
        sys.stderr.write(json.dumps(fields, ensure_ascii=True, allow_nan=False) + "\n")


def screen_for(log_format: LogFormat, *, as_json: bool, quiet: bool) -> Screen:
    """What the flags ask for."""
    return Log(json=as_json, quiet=quiet) if log_format == "json" else Screen(json=as_json, quiet=quiet)


def format_asked(arguments: list[str]) -> LogFormat:
    """Before the flags are understood, for errors that come from not understanding them."""
    return "json" if "--log-format=json" in arguments or ("--log-format", "json") in pairwise(arguments) else "text"
