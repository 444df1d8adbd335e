"""A fence around a library that draws from process-wide generators: seeded, on one thread, and all put back."""

from __future__ import annotations

import random
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np

KINDS: Sequence[tuple[type[Warning], str]] = (
    (RuntimeWarning, "trouble in its arithmetic, so compare the number columns in the fidelity report"),
    (DeprecationWarning, "notices meant for programmers"),
    (PendingDeprecationWarning, "notices meant for programmers"),
    (FutureWarning, "notices meant for programmers"),
    (Warning, "other notices"),
)


@contextmanager
def contained(seed: int, torch: Any, heard: Counter[str]) -> Iterator[None]:
    """Whatever is drawn inside follows from `seed`; warnings are counted by kind in `heard`, without their words."""
    from threadpoolctl import threadpool_limits

    with ExitStack() as fence:
        fence.enter_context(_numpy_and_random(seed))
        if torch is not None:
            fence.enter_context(_tensors(torch, seed))
        fence.enter_context(threadpool_limits(1))
        warned = fence.enter_context(warnings.catch_warnings(record=True))
        warnings.simplefilter("always")
        try:
            yield
        finally:
            heard.update(kind_of(warning.category) for warning in warned)


def kind_of(category: type[Warning]) -> str:
    """A warning in words for readers who have never seen the library; sub-classes fall under their base."""
    return next(words for kind, words in KINDS if issubclass(category, kind))


def warnings_heard(who: str, heard: Counter[str]) -> list[str]:
    """One line for all that was heard."""
    kinds = "; ".join(f"{words} ({count} times)" for words, count in sorted(heard.items()))
    return [f"{who} warned while it worked: {kinds}."] if heard else []


@contextmanager
def _numpy_and_random(seed: int) -> Iterator[None]:
    numbers, words = np.random.get_state(), random.getstate()  # noqa: NPY002
    np.random.set_state(np.random.RandomState(seed).get_state())  # noqa: NPY002
    random.setstate(random.Random(seed).getstate())  # noqa: S311  not for secrets
    try:
        yield
    finally:
        np.random.set_state(numbers)  # noqa: NPY002
        random.setstate(words)


@contextmanager
def _tensors(torch: Any, seed: int) -> Iterator[None]:
    """torch: seeded, on one thread, with algorithms that repeat where it has them (on a processor all do)."""
    state, devices = torch.get_rng_state(), torch.cuda.get_rng_state_all() if torch.cuda.is_available() else []
    threads, exact, lax = (
        torch.get_num_threads(),
        torch.are_deterministic_algorithms_enabled(),
        torch.is_deterministic_algorithms_warn_only_enabled(),
    )
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True, warn_only=True)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(exact, warn_only=lax)
        torch.set_num_threads(threads)
        torch.set_rng_state(state)
        if devices:
            torch.cuda.set_rng_state_all(devices)
