"""Do the reports and the manifest say what the table must not say?"""

from __future__ import annotations

import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Sequence
from hashlib import md5, sha1, sha256

from privsynth.dataset import Role
from privsynth.gate import timed
from privsynth.gate.evidence.promises import claims_in
from privsynth.gate.evidence.sought import Known, Values, forbidden_values, is_chance, is_short_number, is_telling
from privsynth.measure.words import PrintedText, passages, words_of
from privsynth.policy import Policy
from privsynth.release import Reports
from privsynth.source import Source
from privsynth.verdict import Finding, Verdict

SHINGLE = 5  # words in a row that a report and a free text may not share
ENCODED = 8  # letters of an encoded value under which it says nothing
_CODE = re.compile(r"[A-Za-z0-9+/_-]{8,}")
REMEDY = (
    "a report shows what it must not: do not hand the reports out. Where the policy, a level, or the name of a file or "
    "column holds the same words, call it otherwise there, or take {} out of the file; else tell us"
)


class Artefacts:
    """The table was clean; the report's "maximum salary" and the log's "could not convert" with a name in it were not.

    Judges the very bytes of the reports, after all else: no value of a column that names people, no value that fewer
    than eleven rows hold, no hash or base64 of an identifying value, no sentence of a free text, and no claim that
    nobody can keep.
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
        return [
            Finding(
                "no_text",
                len(torn),
                what="reports that are not text",
                limit=0,
                n=len(reports.files),
                note=", ".join(torn),
            ),
            _found(
                "identifying_values",
                "values that name people, in a report",
                [v for v in values if v.role in (Role.IDENTIFIER, Role.DIRECT)],
                read,
                known,
                self.alpha,
            ),
            _found(
                "rare_values",
                "values that fewer than eleven rows hold, in a report",
                [v for v in values if not v.role.is_fabricated],
                read,
                known,
                self.alpha,
            ),
            _sentences([v for v in values if v.role is Role.FREE_TEXT], read, known),
            _encoded([v for v in values if v.role in (Role.IDENTIFIER, Role.DIRECT)], texts),
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


def _found(
    key: str, what: str, columns: Sequence[Values], reports: Sequence[PrintedText], known: Known, alpha: float
) -> Finding:
    """Distinct real values that a report holds as words; short whole numbers only if it holds more than by chance."""
    vocabulary = frozenset().union(*(text.words for text in reports))
    hits = dict[str, int]()
    for column in columns:
        standing = [text for text in column.texts if _stands(text, column, vocabulary, reports, known)]
        short = [text for text in standing if is_short_number(text)]
        by_chance = is_chance(short, column.texts, vocabulary, known, alpha)
        hits[column.where] = len(standing) - (len(short) if by_chance else 0)
    return _count(key, what, hits, sum(len(column.texts) for column in columns))


def _stands(
    text: str, column: Values, vocabulary: frozenset[str], reports: Sequence[PrintedText], known: Known
) -> bool:
    words = words_of(text)
    if not words:
        return False
    joined = "".join(words)
    if not vocabulary.issuperset(words):
        return len(words) > 1 and joined in vocabulary and is_telling([joined], column) and (joined,) not in known
    if not is_telling(words, column) or tuple(words) in known:
        return False
    return any(text.holds(words) for text in reports)


def _sentences(columns: Sequence[Values], reports: Sequence[PrintedText], known: Known) -> Finding:
    """Runs of words that a free text and a report share; a short text counts as a whole."""
    vocabulary = frozenset().union(*(text.words for text in reports))
    hits = {
        column.where: sum(_shared_run(text, column, vocabulary, reports, known) for text in column.texts)
        for column in columns
    }
    return _count(
        "sentences",
        f"free texts that share {SHINGLE} words in a row with a report",
        hits,
        sum(len(column.texts) for column in columns),
    )


def _shared_run(
    text: str, column: Values, vocabulary: frozenset[str], reports: Sequence[PrintedText], known: Known
) -> bool:
    words = words_of(text)
    size = min(SHINGLE, len(words))
    runs = (words[start : start + size] for start in range(len(words) - size + 1) if size)
    return any(
        is_telling(run, column) and tuple(run) not in known and any(text.holds(run) for text in reports)
        for run in runs
        if vocabulary.issuperset(run)
    )


def _encoded(columns: Sequence[Values], texts: dict[str, str]) -> Finding:
    codes = {code for text in texts.values() for code in _CODE.findall(text)}
    codes |= {code.lower() for code in codes}
    hits = {
        column.where: sum(any(code in codes for code in _codes_of(text)) for text in column.texts) for column in columns
    }
    return _count(
        "encoded_values",
        "hashed or encoded values that name people, in a report",
        hits,
        sum(len(column.texts) for column in columns),
    )


def _codes_of(text: str) -> Iterable[str]:
    """The value as anybody would hash or encode it without a key."""
    hashes: tuple[Callable[..., object], ...] = (md5, sha1, sha256)
    for form in {text, text.strip().casefold()}:
        raw = form.encode("utf-8", "surrogatepass")
        yield from (hashed(raw, usedforsecurity=False).hexdigest() for hashed in hashes)  # type: ignore[attr-defined]
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


def _count(key: str, what: str, hits: dict[str, int], looked: int) -> Finding:
    return Finding(
        key,
        sum(hits.values()),
        what=what,
        limit=0,
        where=tuple(name for name, count in hits.items() if count),
        n=looked,
        note=f"{looked:,} distinct values were looked for",
        remedy=REMEDY.format(" and ".join(name for name, count in hits.items() if count) or "the column"),
    )
