"""Do the reports and the manifest say what the table must not say?"""

from __future__ import annotations

import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator, Sequence
from functools import partial

from privsynth.dataset import Role
from privsynth.gate import timed
from privsynth.gate.evidence.leaked import Leak, places_of, stands, written
from privsynth.gate.evidence.promises import claims_in
from privsynth.gate.evidence.sought import Known, Values, forbidden_values, is_chance, is_short_number, is_telling
from privsynth.measure.words import PrintedText, passages, words_of
from privsynth.pii.digests import ALGORITHMS, SPELLINGS, digest
from privsynth.policy import Policy
from privsynth.release import Reports
from privsynth.source import Source
from privsynth.verdict import Finding, Verdict

SHINGLE = 5  # words in a row that a report and a free text may not share
ENCODED = 8  # letters of an encoded value under which it says nothing
_CODE = re.compile(r"[A-Za-z0-9+/_-]{8,}")
REMEDY = (
    "where the policy, a level, or the name of a file or column holds the same words, call it otherwise there, "
    "or take {} out of the file; else the report is at fault: tell us"
)


class Artefacts:
    """The table was clean; the report's "maximum salary" and the log's "could not convert" with a name in it were not.

    Judges the very bytes of the reports, after all else: no value of a column that names people, no value that fewer
    than eleven rows hold, no whole digest without a key and no base64 of an identifying value, no sentence of a free
    text, and no claim that nobody can keep.
    """

    name = "artefacts"

    def __init__(self, policy: Policy) -> None:
        self.alpha = policy.limits.alpha

    def check(self, reports: Reports, source: Source, *, seconds: float) -> Verdict:
        return timed(self.name, reports.digest, lambda: self.measure(reports, source), seconds)

    def measure(self, reports: Reports, source: Source) -> list[Finding]:
        texts, torn = _decoded(reports)
        known = Known(source)
        read = [PrintedText(name, passages(name, text), known.runs) for name, text in texts.items()]
        values = list(forbidden_values(source))
        naming = [column for column in values if column.role in (Role.IDENTIFIER, Role.DIRECT)]
        rare = [column for column in values if not column.role.is_fabricated]
        free = [column for column in values if column.role is Role.FREE_TEXT]
        told = partial(_told, texts=texts)
        return [
            Finding(
                "no_text",
                len(torn),
                what="reports that are not text",
                limit=0,
                n=len(reports.files),
                note=", ".join(torn),
            ),
            told(
                "identifying_values",
                naming,
                list(_standing(naming, read, known, self.alpha)),
                what="values that name people, in a report",
            ),
            told(
                "rare_values",
                rare,
                list(_standing(rare, read, known, self.alpha)),
                what="values that fewer than eleven rows hold, in a report",
            ),
            told(
                "sentences",
                free,
                list(_sentences(free, read, known)),
                what=f"free texts that share {SHINGLE} words in a row with a report",
            ),
            told(
                "encoded_values",
                naming,
                list(_encoded(naming, texts)),
                what="hashed or encoded values that name people, in a report",
            ),
            _claims(texts, known),
        ]


def _decoded(reports: Reports) -> tuple[dict[str, str], list[str]]:
    texts, torn = dict[str, str](), list[str]()
    for name, raw in reports.files.items():
        try:
            texts[name] = raw.decode("utf-8")
        except UnicodeDecodeError:
            torn.append(name)
    return texts, torn


def _told(key: str, columns: Sequence[Values], leaks: Sequence[Leak], *, what: str, texts: dict[str, str]) -> Finding:
    """How many, of which columns; what kind of value stands where."""
    looked, where = sum(len(column.texts) for column in columns), tuple(dict.fromkeys(leak.where for leak in leaks))
    return Finding(
        key,
        len(leaks),
        what=what,
        limit=0,
        where=where,
        n=looked,
        note=places_of(leaks, texts) or f"{looked:,} distinct values were looked for",
        remedy=REMEDY.format(" and ".join(where) or "the column"),
    )


def _standing(columns: Sequence[Values], reports: Sequence[PrintedText], known: Known, alpha: float) -> Iterator[Leak]:
    """Distinct real values that a report holds as words; short whole numbers only if it holds more than by chance."""
    vocabulary = frozenset().union(*(text.words for text in reports))
    for column in columns:
        standing = {
            text: run for text in column.texts if (run := _run(text, column, vocabulary, reports, known)) is not None
        }
        short = [text for text in standing if is_short_number(text)]
        by_chance = set(short) if is_chance(short, column.texts, vocabulary, known, alpha) else set()
        yield from (Leak(column, text, stands(run)) for text, run in standing.items() if text not in by_chance)


def _run(
    text: str, column: Values, vocabulary: frozenset[str], reports: Sequence[PrintedText], known: Known
) -> list[str] | None:
    """The words by which a report holds this value: its own, or all of them written as one."""
    words = words_of(text)
    if not words:
        return None
    joined = "".join(words)
    if not vocabulary.issuperset(words):
        is_one = len(words) > 1 and joined in vocabulary and is_telling([joined], column) and (joined,) not in known
        return [joined] if is_one else None
    if not is_telling(words, column) or not any(report.holds(words) for report in reports):
        return None
    return None if tuple(words) in known else words


def _sentences(columns: Sequence[Values], reports: Sequence[PrintedText], known: Known) -> Iterator[Leak]:
    """Runs of words that a free text and a report share; a short text counts as a whole."""
    vocabulary = frozenset().union(*(text.words for text in reports))
    for column in columns:
        for text in column.texts:
            run = _shared_run(text, column, vocabulary, reports, known)
            if run is not None:
                yield Leak(column, text, stands(run))


def _shared_run(
    text: str, column: Values, vocabulary: frozenset[str], reports: Sequence[PrintedText], known: Known
) -> list[str] | None:
    words = words_of(text)
    size = min(SHINGLE, len(words))
    runs = (words[start : start + size] for start in range(len(words) - size + 1) if size)
    shared = (
        run
        for run in runs
        if vocabulary.issuperset(run)
        and is_telling(run, column)
        and any(report.holds(run) for report in reports)
        and tuple(run) not in known
    )
    return next(shared, None)


def _encoded(columns: Sequence[Values], texts: dict[str, str]) -> Iterator[Leak]:
    codes = {code for text in texts.values() for code in _CODE.findall(text)}
    codes |= {code.lower() for code in codes}
    sizes = {len(code) for code in codes}
    algorithms = [name for name, digits in ALGORITHMS.items() if digits in sizes]
    for column in columns:
        for text in column.texts:
            code = next((code for code in _codes_of(text, algorithms) if code in codes), None)
            if code is not None:
                yield Leak(column, text, written(code))


def _codes_of(text: str, algorithms: Sequence[str]) -> Iterator[str]:
    """The value in each spelling as anybody would hash or encode it without a key."""
    for form in {spell(text) for spell in SPELLINGS.values()} - {""}:
        raw = form.encode("utf-8", "surrogatepass")
        yield from (digest(raw, algorithm) for algorithm in algorithms)
        yield from (
            code
            for code in (base(raw).decode().rstrip("=") for base in (b64encode, urlsafe_b64encode))
            if len(code) >= ENCODED
        )


def _claims(texts: dict[str, str], known: Known) -> Finding:
    made = {name: claims_in(text, (*known.names, *known.levels)) for name, text in texts.items()}
    note = "; ".join(f"{name}: {', '.join(sorted(set(claims)))}" for name, claims in made.items() if claims)
    return Finding(
        "promises",
        sum(map(len, made.values())),
        what="claims that may not be made",
        limit=0,
        n=len(texts),
        note=note,
        remedy="say what was measured beside its limit",
    )
