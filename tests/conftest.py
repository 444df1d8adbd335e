"""What all tests share: a blocked network, the optional material, and small tables made by hand."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

for _threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_threads, "1")  # each core has a worker of its own; read when numpy is loaded, so before it

import numpy as np
import pandas as pd
import pytest
from hypothesis import settings

settings.register_profile("house", deadline=None)  # no test waits on wall time
settings.load_profile("house")

MATERIAL = Path(__file__).parents[2] / "shared" / "material"


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test may open an internet socket or ask for a host name: what tries it fails."""

    class Blocked(socket.socket):
        def __new__(cls, family: int = socket.AF_INET, *args: Any, **kwargs: Any) -> Any:
            if family in (socket.AF_INET, socket.AF_INET6, -1):
                raise AssertionError("a socket was opened")
            return super().__new__(cls)

    def no_names(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("a host name was looked up")

    monkeypatch.setattr(socket, "socket", Blocked)
    monkeypatch.setattr(socket, "create_connection", no_names)
    monkeypatch.setattr(socket, "getaddrinfo", no_names)


@pytest.fixture(scope="session")
def material() -> Path:
    """Real tables and CSV torture files that lie beside the checkout, not in it."""
    if not MATERIAL.is_dir():
        pytest.skip("the test material is not beside this checkout")
    return MATERIAL


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """All gates but those that count are content, so that a run takes a second."""
    from builders import counting_gates

    from privsynth.pipeline import acts

    monkeypatch.setattr(acts, "gates_for", counting_gates)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def frame(**columns: list[Any]) -> pd.DataFrame:
    """A small frame in storage types: text and None as objects, numbers as float64."""
    made = {}
    for name, values in columns.items():
        numeric = all(isinstance(v, int | float) or v is None for v in values) and any(v is not None for v in values)
        made[name] = pd.Series(values, dtype="float64" if numeric else object)
    return pd.DataFrame(made)
