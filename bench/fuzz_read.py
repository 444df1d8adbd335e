"""Spoilt files by the thousand: each is read, or its proposal is, and comes back alike; or it is refused.

And known tables, damaged as files are in the world: what is taken unasked must be the table.

python bench/fuzz_read.py [cases] [random]
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from read.damages import all_damages
from read.mutants import fuzz


def main(many: int = 10_000, noise: int = 2_000) -> int:
    began = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        counts = fuzz(many, noise, Path(folder), seed=7)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    told = ", ".join(f"{counts[what]:,} {what}" for what in ("read", "proposed", "refused", "wrong", "crashed", "slow"))
    sys.stdout.write(
        f"{many + noise:,} cases: {told}; {time.process_time() - began:.0f} s CPU, at most {memory:,} MiB\n"
    )
    damaged = all_damages(many // 100, seed=7)
    for name, count in damaged.items():
        sys.stdout.write(f"{name:14} {', '.join(f'{number} {what}' for what, number in count.most_common())}\n")
    total = sum(damaged.values(), start=type(counts)())
    counts["wrong"] += total["wrong"] + total["read otherwise"]
    return 1 if counts["wrong"] or counts["crashed"] or counts["slow"] else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:3])))
