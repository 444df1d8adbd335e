"""The remedies' table: a refusal by each gate, what was advised, and the run that followed it word for word.

    python bench/remedies.py [--only WORD ...]

Each row is a run that is refused, made to be so by data or by tighter limits. What the screen advises first is pasted
as it is printed, again and again, until there is a release, or until it says that nothing is left. Prints markdown.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "ways"))

from refusals import REFUSED, Refused, Step, follow

CODES = {0: "released", 3: "refused", 4: "too unlike"}
WORD = "privsynth run table.csv --out out --seed 1"


def rows_of(refused: Refused, steps: Sequence[Step]) -> list[str]:
    """One line for each command."""
    lines = []
    for number, step in enumerate(steps, start=1):
        asked = step.typed.removeprefix(WORD).strip()
        gates = ", ".join(dict.fromkeys(line.split()[0] for line in step.failed)) or "-"
        outcome = CODES.get(step.code, f"exit {step.code}") + (" (nothing of it left)" if step.no_way else "")
        name = refused.name if number == 1 else ""
        lines.append(f"| {name} | {number} | `{asked or 'nothing but the table'}` | {gates} | {outcome} |")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="*", default=())
    only = parser.parse_args().only
    print("| refused for | run | asked | stopped by | outcome |\n|---|--:|---|---|---|")
    for refused in REFUSED:
        if not only or any(word in refused.name for word in only):
            with tempfile.TemporaryDirectory() as folder:
                print("\n".join(rows_of(refused, follow(refused, Path(folder)))), flush=True)


if __name__ == "__main__":
    main()
