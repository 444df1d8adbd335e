"""The privacy dial: leakage against fidelity over `min_leaf`, as a table and a chart.

Means over seeds and both directions.

    python bench/dial.py TRAIN.csv HOLDOUT.csv [TRAIN.csv HOLDOUT.csv ...] [--leaves 12,50,...] [--seeds 2]
                         [--to docs/dial.svg]

C2ST says how well a classifier tells real rows from synthetic ones, the attacks how well training rows are told from
others: .5 is best of all.
"""

from __future__ import annotations

import argparse
import sys
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.figures import fidelity, leakage
from bench.tables import load
from privsynth.dataset import Table
from privsynth.generate.model.trees.engine import Trees

K = 10
FIGURES = {"c2st": "C2ST", "mia": "attack", "mia_cal": "attack, calibrated"}
WIDE, HIGH, LEFT, TOP, FOOT = 460, 330, 62, 56, 84  # of one panel, and the room around its field
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #222 } .title { font-size: 15px; font-weight: 600 }
.small { font-size: 12px; fill: #555 }
.back { fill: #fff } .grid { stroke: #ddd } .mia { fill: none; stroke: #1f5fa8; stroke-width: 2 }
.mia_cal { fill: none; stroke: #b3541e; stroke-width: 2; stroke-dasharray: 6 4 }
circle.mia { fill: #1f5fa8 } rect.mia_cal { fill: #b3541e; stroke-dasharray: none }
.default { fill: none; stroke: #222; stroke-width: 2 }
@media (prefers-color-scheme: dark) {
  text { fill: #eee } .small { fill: #bbb } .back { fill: #16181b } .grid { stroke: #444 }
  .default { stroke: #eee }
.mia { stroke: #7db4f0 } circle.mia { fill: #7db4f0 } .mia_cal { stroke: #f0a36f } rect.mia_cal { fill: #f0a36f } }
"""


def point(train: Table, holdout: Table, leaf: int | None, seeds: int) -> pd.Series:
    """The figures of one setting of the dial; None is the default, which sets leaves for classes and numbers apart."""
    runs = []
    for seed in range(seeds):
        for a, b in ((train, holdout), (holdout, train)):
            draft = (
                Trees(k=K, min_leaf=leaf)
                .fit(a, np.random.default_rng([seed, 0]))
                .sample(len(a), np.random.default_rng([seed, 1]))
            )
            runs.append(fidelity(a.frame, b.frame, draft, "", quick=True) | leakage(a.frame, b.frame, draft))
    return pd.DataFrame(runs)[list(FIGURES)].mean()


def walk(train: Table, holdout: Table, leaves: list[int | None], seeds: int) -> pd.DataFrame:
    return pd.DataFrame(
        {"default" if leaf is None else str(leaf): point(train, holdout, leaf, seeds) for leaf in leaves}
    ).T


def as_markdown(walks: dict[str, pd.DataFrame]) -> str:
    lines = [f"| table | min_leaf | {' | '.join(FIGURES.values())} |", "| --- | --- " + "| --: " * len(FIGURES) + "|"]
    lines += [
        f"| {name} | {leaf} | {' | '.join(f'{x:.3f}' for x in row)} |"
        for name, table in walks.items()
        for leaf, row in table.iterrows()
    ]
    return "\n".join(lines)


def picture(walks: dict[str, pd.DataFrame]) -> str:
    """One panel for each table, on the same scales: to the left more faithful, further down more private."""
    every = pd.concat(walks.values())
    ends = (_ends(every["c2st"]), _ends(pd.concat([every["mia"], every["mia_cal"]])))
    panels = "".join(
        f'<g transform="translate({at * WIDE} 0)">{_panel(name, table, *ends)}</g>'
        for at, (name, table) in enumerate(walks.items())
    )
    wide = WIDE * len(walks)
    spoken = (
        "Leakage against fidelity over the dial min_leaf, for "
        + " and ".join(walks)
        + ". The figures stand in the table beside the picture."
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {HIGH + 40}" width="{wide}"'
        f' height="{HIGH + 40}" role="img">'
        f"<title>{escape(spoken)}</title><style>{STYLE}</style>"
        f'<rect class="back" width="{wide}" height="{HIGH + 40}"/>{panels}{_legend(HIGH + 18)}</svg>\n'
    )


def _ends(values: pd.Series) -> tuple[float, float]:
    """From one half, where nothing is told apart, to the next hundredth above all."""
    return 0.5, float(np.ceil(values.max() * 100 + 0.2) / 100)


def _panel(name: str, table: pd.DataFrame, across: tuple[float, float], up: tuple[float, float]) -> str:
    below = "C2ST: how well real rows are told from synthetic ones"

    def x(value: float) -> float:
        return LEFT + (value - across[0]) / (across[1] - across[0]) * (WIDE - LEFT - 30)

    def y(value: float) -> float:
        return HIGH - FOOT + 20 - (value - up[0]) / (up[1] - up[0]) * (HIGH - FOOT + 20 - TOP)

    parts = [f'<text class="title" x="{LEFT}" y="28">{escape(name)}</text>']
    for value in _steps(up):
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDE - 30}" y1="{y(value):.1f}" y2="{y(value):.1f}"/>')
        parts.append(
            f'<text class="small" x="{LEFT - 8}" y="{y(value) + 4:.1f}" text-anchor="end">{_short(value)}</text>'
        )
    parts += [
        f'<text class="small" x="{x(value):.1f}" y="{y(up[0]) + 20:.1f}" text-anchor="middle">{_short(value)}</text>'
        for value in _steps(across)
    ]
    parts.append(
        f'<text class="small" x="{(LEFT + WIDE - 30) / 2}" y="{y(up[0]) + 42:.1f}" text-anchor="middle">{below}</text>'
    )
    parts.append(f'<text class="small" x="{LEFT - 46}" y="{TOP - 12}">leakage: AUC of the attack</text>')
    line = table.drop(index="default")
    for figure in ("mia", "mia_cal"):
        way = " ".join(f"{x(row['c2st']):.1f},{y(row[figure]):.1f}" for _, row in line.iterrows())
        parts.append(f'<polyline class="{figure}" points="{way}"/>')
        parts += [_mark(figure, x(row["c2st"]), y(row[figure])) for _, row in table.iterrows()]
        usual: dict[Any, float] = table.T["default"].to_dict()
        parts.append(f'<circle class="default" cx="{x(usual["c2st"]):.1f}" cy="{y(usual[figure]):.1f}" r="9"/>')
    parts += [
        f'<text class="small" x="{x(row["c2st"]):.1f}" y="{y(row["mia_cal"]) - 14:.1f}"'
        f' text-anchor="middle">{leaf}</text>'
        for leaf, row in line.iterrows()
    ]
    return "".join(parts)


def _mark(figure: str, x: float, y: float) -> str:
    """A disc or a square: never colour alone."""
    return (
        f'<circle class="mia" cx="{x:.1f}" cy="{y:.1f}" r="4"/>'
        if figure == "mia"
        else f'<rect class="mia_cal" x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8"/>'
    )


def _legend(y: float) -> str:
    return (
        f'{_mark("mia", LEFT, y - 4)}<text x="{LEFT + 12}" y="{y}">nearest-neighbour attack</text>'
        f'{_mark("mia_cal", LEFT + 210, y - 4)}<text x="{LEFT + 222}" y="{y}">the same, calibrated by how alone a'
        " row is</text>"
        f'<circle class="default" cx="{LEFT + 530}" cy="{y - 4}" r="9"/><text x="{LEFT + 546}" y="{y}">default</text>'
    )


def _steps(ends: tuple[float, float]) -> list[float]:
    step = next(size for size in (0.01, 0.02, 0.05, 0.1) if (ends[1] - ends[0]) / size <= 6)
    return [ends[0] + step * at for at in range(int((ends[1] - ends[0]) / step + 1e-9) + 1)]


def _short(value: float) -> str:
    return f"{value:.2f}".removeprefix("0")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+", help="pairs of TRAIN and HOLDOUT")
    parser.add_argument("--leaves", default="10,40,80,160,400")
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--to", type=Path, default=Path(__file__).parents[1] / "docs" / "dial.svg")
    asked = parser.parse_args()
    if len(asked.files) % 2:
        parser.error("name pairs of TRAIN and HOLDOUT")
    leaves: list[int | None] = [None, *(int(part) for part in asked.leaves.split(","))]
    walks = {}
    for train, holdout in zip(map(load, asked.files[::2]), map(load, asked.files[1::2]), strict=True):
        walks[train.name] = walk(train, holdout, leaves, asked.seeds)
        print(f"{train.name}: done", file=sys.stderr)
    print(as_markdown(walks))
    asked.to.parent.mkdir(exist_ok=True)
    asked.to.write_text(picture(walks), encoding="utf-8")


if __name__ == "__main__":
    main()
