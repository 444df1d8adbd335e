"""Tokens beside what a user would write instead: `pandas.apply` of HMAC-SHA256 in hex. Cells a CPU second, in one run.

python bench/mask.py [--rows N]

Two kinds of column: all values different (a key), and 5,000 different ones (an account number in a table of payments).
Learning is timed apart: it happens once, on the different values; a mask of one table pays for both.
"""

from __future__ import annotations

import argparse
import hmac
import sys
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))

from privsynth.generate.mask.tokens import Opaque
from privsynth.generate.mask.tokens.encrypted import Encrypted
from privsynth.generate.mask.tokens.shaped import Tokens
from privsynth.keyring import Keyring

DIFFERENT = 5_000
REPEATS = 3
KEY = bytes(range(32))


def seconds(work: Callable[[], Any]) -> float:
    """The best of a few: others use the machine too."""
    taken = []
    for _ in range(REPEATS):
        started = time.process_time()
        work()
        taken.append(time.process_time() - started)
    return min(taken)


def by_hand(values: np.ndarray) -> Any:
    return pd.Series(values).apply(lambda text: hmac.new(KEY, text.encode(), sha256).hexdigest())


def measure(name: str, values: np.ndarray) -> None:
    ring = Keyring(KEY, "bench")
    known = pd.unique(values)
    learning = seconds(lambda: Tokens.learn(known, ring, "bench"))
    tokens, opaque, encrypted = (
        Tokens.learn(known, ring, "bench"),
        Opaque.learn(ring, "bench"),
        Encrypted.learn(known, ring, "bench"),
    )
    base = seconds(lambda: by_hand(values))
    print(f"{name}: {len(values):,} cells, {len(known):,} different")
    print(f"  {'pandas apply of hmac':28} {len(values) / base:12,.0f} cells/s")
    for what, taken in (
        ("tokens of the same shape", seconds(lambda: tokens.of(values))),
        ("  with learning", seconds(lambda: tokens.of(values)) + learning),
        ("opaque tokens", seconds(lambda: opaque.of(values))),
        ("encrypted (FF1)", seconds(lambda: encrypted.of(values))),
    ):
        print(f"  {what:28} {len(values) / taken:12,.0f} cells/s   {base / taken:5.1f} times pandas")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows, rng = parser.parse_args().rows, np.random.default_rng(0)
    keys = np.array([f"AC-{number:09d}" for number in rng.permutation(rows)], dtype=object)
    measure("a key", keys)
    measure("a reference", keys[: min(DIFFERENT, rows)][rng.integers(0, min(DIFFERENT, rows), rows)])


if __name__ == "__main__":
    main()
