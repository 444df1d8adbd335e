"""Spoilt rulebooks by the thousand: each is planned, or refused with a mistake that tells its place.

One in ten is also told in words, with its mistakes put aside, and made if it has none.

python bench/fuzz_rules.py [books] [seed]
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "generate" / "rules"))

from spoilt_books import fuzz


def main(many: int = 10_000, seed: int = 7) -> int:
    began = time.process_time()
    counts = fuzz(many, seed, sys.stderr.write)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    told = ", ".join(f"{counts[what]:,} {what}" for what in ("made", "planned", "refused", "crashed", "slow"))
    sys.stdout.write(f"{many:,} books: {told}; {time.process_time() - began:.0f} s CPU, at most {memory:,} MiB\n")
    return 1 if counts["crashed"] or counts["slow"] else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:3])))
