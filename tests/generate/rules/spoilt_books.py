"""Rulebooks spoilt at random, and what becomes of them: planned, or refused with a mistake; nothing else."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np

from privsynth.errors import BackendError, PolicyError
from privsynth.generate.rules import Rules
from privsynth.generate.rules.book import Book, parse_rulebook
from privsynth.generate.rules.demands.book import demands_of
from privsynth.generate.rules.mistakes.found import examined
from privsynth.generate.rules.planning.plan import BookPlan, plan_tables
from privsynth.generate.rules.telling.words import told
from privsynth.options import RulesOptions
from privsynth.policy import Policy

BOOKS = Path(__file__).parents[3] / "rules"
SLOW = 30.0  # seconds, after which a book is called slow
MANY_ROWS = 2_000_000  # asked for by mistake: such a book is planned, and not made
EVERY = 10  # so many books are told in words, and their mistakes put aside, or their rows made
WORDS = """
    sql choice constant uniform whole normal date pattern when then else by of mixture weight low high mean sd rows
    missing unique kind role format reference belongs_to table count expect that rate person sequence uuid parent.x
    null true -1 0 1e308 .inf .nan 9999999999999999999 2024-02-30 '' "'" {} [] [1] {a: 1} ~ "\\0" \u202e {x: {x: 1}}
    read_csv('x') (SELECT(1)) x->y x::DATE 1/0 -- /* ;DROP parent. .x a.b.c "{x!r}" "(a*)*" "[" lookup template running
    before row states in_order correlate locale version name tables columns
""".split()  # noqa: SIM905 - a list of words reads better as words


def spoilt(text: str, rng: np.random.Generator) -> str:
    """The text with a few things changed."""
    for _ in range(int(rng.integers(1, 3))):
        text = CHANGES[int(rng.integers(len(CHANGES)))](text, rng)
    return text


def _of_lines(change: Callable[[list[str], int, np.random.Generator], None]) -> Callable[..., str]:
    def changed(text: str, rng: np.random.Generator) -> str:
        lines = text.split("\n")
        change(lines, int(rng.integers(len(lines))), rng)
        return "\n".join(lines)

    return changed


def _drop(lines: list[str], at: int, rng: np.random.Generator) -> None:
    del lines[at : at + int(rng.integers(1, 4))]


def _again(lines: list[str], at: int, rng: np.random.Generator) -> None:
    lines.insert(int(rng.integers(len(lines))), lines[at])


def _shift(lines: list[str], at: int, rng: np.random.Generator) -> None:
    lines[at] = "  " + lines[at] if rng.random() < 0.5 else lines[at][2:]


def _word(lines: list[str], at: int, rng: np.random.Generator) -> None:
    """Another word in place of one: of the list, or of the book."""
    words = lines[at].split(" ")
    others = WORDS if rng.random() < 0.6 else lines[int(rng.integers(len(lines)))].split() or WORDS
    words[int(rng.integers(len(words)))] = str(rng.choice(others))
    lines[at] = " ".join(words)


def _sign(text: str, rng: np.random.Generator) -> str:
    at = int(rng.integers(len(text) + 1))
    return text[:at] + str(rng.choice(list("{}[]():,'\"#&*!|>%@`-?\t\n0x"))) + text[at + int(rng.integers(0, 2)) :]


def _value(lines: list[str], at: int, rng: np.random.Generator) -> None:
    head, colon, _ = lines[at].partition(":")
    lines[at] = f"{head}{colon} {rng.choice(WORDS)}"


def _number(lines: list[str], at: int, rng: np.random.Generator) -> None:
    lines[at] = re.sub(r"\d+", lambda _: str(rng.choice(["0", "1", "-3", "7.5", "1e9", "300"])), lines[at], count=2)


def _away(lines: list[str], at: int, rng: np.random.Generator) -> None:
    """A word inside brackets goes, with its value."""
    lines[at] = re.sub(r"\w+: [^,{}]+,? ?", "", lines[at], count=int(rng.integers(1, 3)))


CHANGES: tuple[Callable[..., str], ...] = (
    *map(_of_lines, (_drop, _again, _shift, _word, _word, _value, _number, _number, _away)),
    _sign,
)


def fuzz(many: int, seed: int, say: Callable[[str], object] = lambda _: None) -> Counter[str]:
    """So many spoilt books, and how many of them were made, planned, refused, slow, or made us crash."""
    rng = np.random.default_rng(seed)
    texts = [path.read_text(encoding="utf-8") for path in sorted(BOOKS.glob("*.yaml"))]
    counts: Counter[str] = Counter()
    for number in range(many):
        text = spoilt(texts[number % len(texts)], rng)
        began = time.monotonic()
        try:
            outcome = _tried(text, whole=number % EVERY == 0)
        except (PolicyError, BackendError):
            outcome = "refused"
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
            outcome = "crashed"
            say(f"book {number}: {type(error).__name__}: {error}\n{text}\n")
        counts[outcome] += 1
        counts["slow"] += time.monotonic() - began > SLOW
    return counts


def _tried(text: str, *, whole: bool) -> str:
    if not whole:
        plan_tables(parse_rulebook(text, "spoilt.yaml", BOOKS))
        return "planned"
    found = examined(text, "spoilt.yaml", BOOKS)
    told(found)
    if found.book is None or found.plan is None:
        return "refused"
    demands_of(found.book, found.plan)
    if not found.mistakes:
        _make(found.book, found.plan)
    return "refused" if found.mistakes else "made"


def _make(book: Book, plan: BookPlan) -> None:
    small = Rules(RulesOptions(rulebook=BOOKS / book.file), Policy().limits).planned(book, plan).small(20)
    if sum(table.rows or 0 for table in book.rules.tables.values()) < MANY_ROWS:
        small.sample(None, np.random.default_rng(0))
