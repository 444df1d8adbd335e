"""The picture of a rulebook: no line runs behind a box, and a total has its line."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from privsynth.generate.rules.mistakes.found import examined
from privsynth.generate.rules.telling.picture import drawn
from privsynth.generate.rules.telling.words import told
from privsynth.typing import Array

BOOK = """version: 1
name: chain
tables:
  a:
    rows: 5
    columns: {id: {sequence: {}}, x: {whole: {low: 1, high: 9}}, deepest: {total: d.z}}
  b:
    belongs_to: {table: a, count: {constant: 2}}
    columns: {b_id: {sequence: {}}, id: {reference: id}}
  c:
    belongs_to: {table: b, count: {constant: 2}}
    columns: {c_id: {sequence: {}}, b_id: {reference: b_id}}
  d:
    belongs_to: {table: c, count: {constant: 2}}
    columns:
      c_id: {reference: c_id}
      a_id: {reference: {table: a, key: id}}
      z: {sql: a.x + 1}
"""


def picture(text: str, folder: Path | None = None) -> ElementTree.Element:
    return ElementTree.fromstring(drawn(told(examined(text, "book.yaml", folder))))  # noqa: S314 - our own drawing


def of_class(root: ElementTree.Element, *names: str) -> list[ElementTree.Element]:
    return [each for each in root.iter() if each.get("class") in names]


def points(path: str) -> Array:
    """A path as many points close to each other."""
    here, along = np.zeros(2), []
    for letter, words in re.findall(r"([MCH])([^MCH]*)", path):
        numbers = np.array(words.split(), dtype=float)
        stops = [numbers[at : at + 2] for at in range(0, len(numbers) - 1, 2)]
        share = np.linspace(0, 1, 200)[:, None]
        if letter == "C":
            first, second, end = stops
            along.append(
                (1 - share) ** 3 * here
                + 3 * (1 - share) ** 2 * share * first
                + 3 * (1 - share) * share**2 * second
                + share**3 * end
            )
        else:
            end = stops[0] if letter == "M" else np.array([numbers[0], here[1]])
            along += [here + (end - here) * share] if letter == "H" else []
        here = end
    return np.concatenate(along)


def behind(root: ElementTree.Element) -> list[str]:
    """The lines of which some point lies within a box."""
    boxes = [[float(box.get(side, 0)) for side in ("x", "y", "width", "height")] for box in of_class(root, "box")]
    found = []
    for line in of_class(root, "tie", "arc"):
        x, y = points(line.get("d", "")).T
        if any(((x > a + 1) & (x < a + w - 1) & (y > b + 1) & (y < b + h - 1)).any() for a, b, w, h in boxes):
            found.append(line.get("d", ""))
    return found


def test_a_line_over_several_tables_goes_round_them_and_a_total_has_one() -> None:
    root = picture(BOOK)
    assert behind(root) == []
    left = min(float(box.get("x", 0)) for box in of_class(root, "box"))
    back = [line for line in of_class(root, "arc") if points(line.get("d", ""))[-1][0] < left + 300]
    assert len(back) == 1, "from d.z to a.deepest"
    assert points(back[0].get("d", ""))[0][0] > left + 1000


SHIPPED = sorted((Path(__file__).parents[3] / "rules").glob("*.yaml"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_in_no_shipped_picture_a_line_runs_behind_a_box(path: Path) -> None:
    root = picture(path.read_text(encoding="utf-8"), path.parent)
    assert len(of_class(root, "box")) > 1
    assert behind(root) == []
