"""Judges drafts. A gate sees the draft and the real data, and says what it measured beside its limit."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Protocol, runtime_checkable

from privsynth.policy import Policy
from privsynth.release import Draft
from privsynth.source import Source
from privsynth.stages import Watch, unwatched
from privsynth.verdict import Finding, Verdict


class Gate(Protocol):
    """One attack or check. `measure` returns its findings; what it raises counts as blocked."""

    name: str

    def measure(self, draft: Draft, source: Source) -> list[Finding]: ...


@runtime_checkable
class Watched(Protocol):
    """A gate that may take longer than a person waits without a word: it tells how far it is."""

    watch: Watch


def gates_for(policy: Policy) -> tuple[Gate, ...]:
    """All gates that judge a draft, in the order of `verdict.GATES`; a policy sets limits and leaves no gate out."""
    from privsynth.gate.attribute import Attribute
    from privsynth.gate.budget import Budget
    from privsynth.gate.claim import Claim
    from privsynth.gate.classical import Classical
    from privsynth.gate.copies import Copies
    from privsynth.gate.fidelity import Fidelity
    from privsynth.gate.inference import Inference
    from privsynth.gate.linkability import Linkability
    from privsynth.gate.membership import Membership
    from privsynth.gate.pii import PersonalData
    from privsynth.gate.schema import Schema
    from privsynth.gate.selftest import SelfTest
    from privsynth.gate.singling_out import SinglingOut
    from privsynth.gate.tracing import Tracing

    of_rows = (SelfTest(policy), Schema(policy), PersonalData(policy), Copies(policy))
    attacks = (
        Membership(policy),
        SinglingOut(policy),
        Linkability(policy),
        Inference(policy),
        Attribute(policy),
        Tracing(policy),
        Classical(policy),
    )
    return (*of_rows, *attacks, Claim(policy), Budget(policy), Fidelity(policy))


def judge(gate: Gate, draft: Draft, source: Source, *, seconds: float, watch: Watch = unwatched) -> Verdict:
    """One gate's verdict on a draft."""
    if isinstance(gate, Watched):
        gate.watch = watch
    return timed(gate.name, draft.digest, lambda: gate.measure(draft, source), seconds)


def timed(name: str, subject: str, measure: Callable[[], list[Finding]], seconds: float) -> Verdict:
    """A verdict. An exception, a time-out or an empty list of findings is an ERROR, and an ERROR blocks.

    The message of a foreign exception may quote a cell, so only its class is kept.
    """
    from threadpoolctl import threadpool_limits

    started, found, wrong = time.perf_counter(), list[Finding](), list[str]()

    def work() -> None:
        try:
            with threadpool_limits(1):  # products of a few rows: a second thread mostly waits, and burns its core
                found.extend(measure())
        except BaseException as error:  # noqa: BLE001 whatever it is, it blocks
            wrong.append(type(error).__name__)

    worker = threading.Thread(target=work, name=f"gate {name}", daemon=True)
    worker.start()
    worker.join(seconds)
    if worker.is_alive():
        wrong.append(f"TimeOut after {seconds:.0f} s")
    return Verdict(name, subject, tuple(found), "; ".join(wrong), time.perf_counter() - started)
