"""Damaged versions of one table: which are read rightly at once, which once their proposal is accepted, which wrongly.

The score is that of Vitagliano, Hameed, Jiang, Reisener, Wu, Naumann: Pollock, a data loading benchmark (VLDB 2023).
For each file ten figures between 0 and 1 are added: success, and precision, recall and F1 of the header, of the records
and of the cells. Loaded and true things are compared as multisets: the words of the header, the records as wholes, and
the cells wherever they stand. As the paper has it, what is shared over what is true is there called precision, and over
what was loaded recall; where the truth has none, all three are 1, and where nothing is shared they are 0. The simple
score is the mean over files; the weighted one weighs each file by how often its damage was met in the paper's survey of
3,712 public files. A file without a true header is loaded with column names of ours, which count for nothing.

A file with names and no row, and one with nothing, are refused here: rightly, but nothing is loaded, so they count 0.

Of the paper's 2,290 files 22 are at hand here, so no score below can be compared with its table of systems.

python bench/pollock.py FOLDER    (with csv/ the files, and clean/ what they say)
"""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path

from privsynth.errors import InputError
from privsynth.options import ReadPolicy
from privsynth.read.encoding import decoded
from privsynth.read.proposal import UnsureError, read_or_propose
from privsynth.read.sources import SourceFile, content

# How often each kind of damage was met in the survey, as the paper's authors give it.
WEIGHTS = {
    "source": 1,
    "file_no_payload": 15,
    "file_no_trailing_newline": 184,
    "file_double_trailing_newline": 5,
    "file_no_header": 470,
    "file_header_multirow_2": 47,
    "file_header_multirow_3": 47,
    "file_preamble": 282,
    "file_multitable_same": 62.7,
    "file_multitable_more": 62.7,
    "file_multitable_less": 62.7,
    "file_header_only": 3,
    "file_one_data_row": 4,
    "file_record_delimiter_0xD": 7,
    "file_record_delimiter_0xA": 1691,
    "file_field_delimiter_0x9": 4,
    "file_field_delimiter_0x3B": 834,
    "file_field_delimiter_0x20": 4,
    "file_field_delimiter_0x2C_0x20": 101,
    "file_quotation_char_0x27": 11,
    "file_escape_char_0x5C": 1,
    "file_escape_char_0x00": 7,
}
GOAL = 9.5
Cells = list[list[str]]
Result = tuple[str, str, list[float]]  # how it was read, the words that were accepted, and ten figures


def main(folder: str) -> int:
    place = Path(folder)
    results = {file.stem: result(file, place) for file in sorted((place / "csv").glob("*.csv"))}
    for name, (how, words, figures) in results.items():
        sys.stdout.write(f"{name.removeprefix('file_'):30} {how:12} {sum(figures):6.3f}  {words}\n")
    hows = Counter(how for how, _, _ in results.values())
    sys.stdout.write(f"{len(results)} files: {', '.join(f'{count} {how}' for how, count in hows.most_common())}\n")
    with_rows = {name: one for name, one in results.items() if one[0] != "refused, right"}
    for what, some in (("all files", results), ("files that hold a row", with_rows)):
        told = f"{_score(some, dict.fromkeys(some, 1)):.3f} simple, {_score(some, WEIGHTS):.3f} weighted"
        sys.stdout.write(f"score with proposals accepted, {what}: {told}, of 10\n")
    return 1 if hows["wrong"] or _score(with_rows, dict.fromkeys(with_rows, 1)) < GOAL else 0


def _score(results: Mapping[str, Result], weights: Mapping[str, float]) -> float:
    whole = sum(weights[name] for name in results)
    return sum(weights[name] * sum(figures) for name, (_, _, figures) in results.items()) / whole


def result(file: Path, place: Path) -> Result:
    truth = _truth(place / "clean" / file.name)
    has_header = json.loads((place / "parameters" / f"{file.name}_parameters.json").read_text())["header_lines"] > 0
    loaded, how, words = _load(file)
    if loaded is None:
        is_empty = len(truth) <= 1  # a file without a row is rightly refused, and not loaded all the same
        return "refused, right" if is_empty else "refused", words, [0.0] * 10
    true_header, true_rows = (truth[:1], truth[1:]) if has_header else ([], truth)
    figures = [
        *measures(true_header[0] if true_header else [], loaded[0]),
        *measures([tuple(row) for row in true_rows], [tuple(row) for row in loaded[1:]]),
        *measures([cell for row in true_rows for cell in row], [cell for row in loaded[1:] for cell in row]),
    ]
    is_right = loaded[1:] == true_rows and (not has_header or loaded[0] == true_header[0])
    return how if is_right else "wrong", words, [1.0, *figures]


def _truth(file: Path) -> Cells:
    with file.open(encoding="utf-8", newline="") as clean:
        return list(csv.reader(clean))


def _load(file: Path) -> tuple[Cells | None, str, str]:
    try:
        return _cells(file, ReadPolicy()), "at once", ""
    except UnsureError as error:
        words = f"{error.proposal.words} (fits to {error.proposal.fit:.0%})"
        return _cells(file, ReadPolicy(**error.proposal.options)), "accepted", words
    except InputError as error:
        return None, "refused", error.message.partition(": ")[2]


def _cells(file: Path, reading: ReadPolicy) -> Cells:
    """The cells as they stand, before anything is taken for a number or a date."""
    source = SourceFile(file.name, file.stem, file)
    text = read_or_propose(decoded(content(source, reading), file.name, None).data, reading, source)[0]
    columns = [[[*words.distinct, ""][code] for code in words.codes] for words in text.records.columns]
    return [text.names, *map(list, zip(*columns, strict=True))]


def measures(true: Sequence[Hashable], loaded: Sequence[Hashable]) -> tuple[float, float, float]:
    """Precision, recall and F1 of two multisets, named as in the paper."""
    if not true:
        return 1.0, 1.0, 1.0
    shared = (Counter(true) & Counter(loaded)).total()
    if not shared:
        return 0.0, 0.0, 0.0
    precision, recall = shared / len(true), shared / len(loaded)
    return precision, recall, 2 * precision * recall / (precision + recall)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
