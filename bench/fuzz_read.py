"""Spoilt files by the thousand: each is read and comes back alike, or is refused.

python bench/fuzz_read.py [cases] [random]
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from read.mutants import fuzz


def main(many: int = 10_000, noise: int = 2_000) -> int:
    began = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        counts = fuzz(many, noise, Path(folder), seed=7)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    told = ", ".join(f"{counts[what]:,} {what}" for what in ("read", "refused", "wrong", "crashed", "slow"))
    sys.stdout.write(
        f"{many + noise:,} cases: {told}; {time.process_time() - began:.0f} s CPU, at most {memory:,} MiB\n"
    )
    return 1 if counts["wrong"] or counts["crashed"] or counts["slow"] else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:3])))
