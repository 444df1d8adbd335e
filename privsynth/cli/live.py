"""One line on a terminal that moves while a stage runs: how much is done, the time so far and left, the peak memory."""

from __future__ import annotations

import time

from rich.console import Console
from rich.progress import Progress, ProgressColumn, SpinnerColumn, Task
from rich.text import Text

from privsynth.cli.memory import peak_bytes
from privsynth.stages import size, span

A_SECOND = 4  # how often the line is drawn
WIDTH = 24  # of the bar


class Live(ProgressColumn):
    """The line of one stage. A thread of its own draws it, so that it moves while the work says nothing."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name, self.began = name, time.monotonic()
        self.done, self.total, self.counted = 0, 0, self.began
        self.line = Progress(
            SpinnerColumn("line"), self, console=Console(stderr=True), transient=True, refresh_per_second=A_SECOND
        )
        self.line.add_task(name, total=None)
        self.line.start()

    def progress(self, done: int, total: int) -> None:
        """A count that begins anew, as for the next table, measures its speed anew."""
        if total != self.total or done < self.done:
            self.counted = time.monotonic()
        self.done, self.total = done, total

    def stop(self) -> None:
        self.line.stop()

    def render(self, task: Task) -> Text:  # noqa: ARG002  rich keeps no count for us
        parts = [
            self.name,
            *self._count(),
            span(time.monotonic() - self.began) + self._left(),
            f"peak {size(peak_bytes())}",
        ]
        return Text("  ".join(parts), no_wrap=True, overflow="ellipsis")

    def _count(self) -> list[str]:
        if not self.total:
            return []
        filled = min(WIDTH, WIDTH * self.done // self.total)
        return [f"[{'#' * filled}{'.' * (WIDTH - filled)}] {self.done:,}/{self.total:,}"]

    def _left(self) -> str:
        """The rest at the speed so far; nothing before the first step and after the last."""
        if not 0 < self.done < self.total:
            return ""
        return f", {span((time.monotonic() - self.counted) * (self.total - self.done) / self.done)} left"
