"""Judges drafts. A gate sees the draft and the real data, and says what it measured beside its limit."""

from __future__ import annotations

import threading
import time
from typing import Protocol

from privsynth.dataset import Source
from privsynth.release import Draft
from privsynth.verdict import Finding, Verdict


class Gate(Protocol):
    """One attack or check. `measure` returns its findings; what it raises counts as blocked."""

    name: str

    def measure(self, draft: Draft, source: Source) -> list[Finding]: ...


def judge(gate: Gate, draft: Draft, source: Source, *, seconds: float) -> Verdict:
    """One gate's verdict. An exception, a time-out or an empty list of findings is an ERROR, and an ERROR blocks.

    The message of a foreign exception may quote a cell, so only its class is kept.
    """
    started, found, wrong = time.perf_counter(), list[Finding](), list[str]()

    def work() -> None:
        try:
            found.extend(gate.measure(draft, source))
        except BaseException as error:
            wrong.append(type(error).__name__)

    worker = threading.Thread(target=work, name=f"gate {gate.name}", daemon=True)
    worker.start()
    worker.join(seconds)
    if worker.is_alive():
        wrong.append(f"TimeOut after {seconds:.0f} s")
    return Verdict(gate.name, draft.digest, tuple(found), "; ".join(wrong), time.perf_counter() - started)
