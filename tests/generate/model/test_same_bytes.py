"""The same table, options and seed give the same bytes: in this process or another, with one thread or more."""

from __future__ import annotations

import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from privsynth.generate.model.tables import shards
from tests.generate.model.test_model import fitted, shop

REPOSITORY = Path(__file__).parents[3]


def digest() -> str:
    """Of all that is drawn for a shop, in several shards."""
    shards.SHARD, shards.FEWEST, kept = 300, 50, (shards.SHARD, shards.FEWEST)
    try:
        made = fitted(shop(np.random.default_rng(3), 300), seed=5).sample(400, np.random.default_rng(6))
    finally:
        shards.SHARD, shards.FEWEST = kept
    texts = (table.text(column.name) for table in made for column in table.columns)
    return sha256("\n".join("\t".join(map(str, text)) for text in texts).encode()).hexdigest()


@pytest.mark.parametrize(("hashing", "threads"), [("77", "2"), pytest.param("1", "1", marks=pytest.mark.slow)])
def test_another_process_draws_the_same_bytes(hashing: str, threads: str) -> None:
    settings = {
        **os.environ,
        "PYTHONHASHSEED": hashing,
        "OMP_NUM_THREADS": threads,
        "OPENBLAS_NUM_THREADS": threads,
        "PYTHONPATH": str(REPOSITORY),
    }
    told = "from tests.generate.model.test_same_bytes import digest; import sys; sys.stdout.write(digest())"
    run = subprocess.run(
        [sys.executable, "-c", told], cwd=REPOSITORY, env=settings, capture_output=True, text=True, check=True
    )
    assert run.stdout == digest()


def test_the_same_process_draws_the_same_bytes_twice() -> None:
    assert digest() == digest()
