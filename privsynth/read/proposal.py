"""What cannot be read for certain comes with the reading that fits best, and with the words that accept it.

A proposal is nothing but options of `read:`. Accepting one is reading again as if they had been asked for, by the same
strict reader, so that flags, policy and `--accept-reading` cannot differ.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from privsynth.errors import InputError, PrivsynthError
from privsynth.options import ReadPolicy
from privsynth.policy import Policy
from privsynth.read.canonical import BLANKS, DRAWN
from privsynth.read.dialect import STRONG, UNUSUAL, Dialect, asked_dialect, dialect_of, widened
from privsynth.read.encoding import decoded
from privsynth.read.layout import EXCERPT, Way, excerpt, layouts, usual_width
from privsynth.read.passage import LINE, passage_of, recorded
from privsynth.read.sources import SourceFile, content, source_files
from privsynth.read.strangers import refuse_stranger
from privsynth.read.text import Text, text_of

# A reading is taken without a person's yes only where at most a tenth of what speaks for or against it speaks against:
# in an honest table, cells of the wrong kind, odd rows and odd names are rarer than that by far, and a wrong delimiter
# or a wrong header line leaves more behind (measured on mutated files, see bench/fuzz_read.py).
ENOUGH = 0.9
RIVAL = 0.05  # another delimiter that fits as well but for this makes it a matter for a person
UNSURE = 0.5  # what a reading counts that has a rival, or another reason for a person to look
FEW = 3  # rows; from fewer nobody can tell
LOOKED_AT = 2**16  # bytes by which dialects are compared
TRIED = 3  # delimiters whose layouts are looked at, besides the one that is found
WEAK = (" ", BLANKS)  # they stand in ordinary text, and count only where no other delimiter does
LEAST = 0.25  # what fits less is no proposal
QUOTES = {"": "none"}


Tried = Sequence[tuple[Dialect, Way]]


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """The options of the reading that fits best, and how well it fits."""

    options: Mapping[str, Any]
    fit: float

    @property
    def words(self) -> str:
        """As flags."""
        return " ".join(word for name, value in self.options.items() for word in _flag(name, value))

    @property
    def policy_words(self) -> str:
        """As a line of a policy."""
        inner = ", ".join(f"{name}: {_yaml(value)}" for name, value in self.options.items())
        return f"{{ {inner} }}"


def _flag(name: str, value: Any) -> Iterator[str]:
    if name == "header":
        yield "--header" if value else "--no-header"
        return
    yield f"--{name.replace('_', '-')}"
    yield {"\t": "tab", "'": '"\'"'}.get(value, shlex.quote(str(value)))


def _yaml(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool | int) else json.dumps(value, ensure_ascii=False)


class UnsureError(InputError):
    """A file that can be read in a way that nobody has accepted yet."""

    def __init__(self, error: InputError, proposal: Proposal, hint: str) -> None:
        super().__init__(error.message, hint=hint, column=error.column, line=error.line)
        self.proposal = proposal


def read_or_propose(
    data: bytes, reading: ReadPolicy, source: SourceFile, *, is_alone: bool = True
) -> tuple[Text, Mapping[str, Any], list[str]]:
    """The text as asked, or as proposed where that is accepted: with the options that were, and a note."""
    refuse_stranger(data, reading, source.label)
    try:
        return text_of(data, reading, source.label, tsv=source.is_tsv), {}, []
    except InputError as error:
        proposal = proposed(data, reading, source)
        if proposal is None:
            raise
        if not reading.accept or proposal.fit < ENOUGH:
            raise _unsure(error, proposal, reading, source, is_alone=is_alone) from None
    text = text_of(data, reading.with_(proposal.options), source.label, tsv=source.is_tsv)
    return text, proposal.options, [_note(proposal, source)]


def _note(proposal: Proposal, source: SourceFile) -> str:
    return f"{source.label}: read as proposed ({proposal.words}), which fits to {proposal.fit:.0%}"


def with_proposal(error: InputError, data: bytes, reading: ReadPolicy, source: SourceFile) -> InputError:
    """The error for the beginning of a stream: with a proposal, if there is one."""
    proposal = proposed(data, reading, source)
    return error if proposal is None else _unsure(error, proposal, reading, source)


def taken(error: UnsureError, reading: ReadPolicy, source: SourceFile) -> tuple[ReadPolicy, str]:
    """The reading with what was proposed, and a note, if that may be taken; else the error."""
    if not reading.accept or error.proposal.fit < ENOUGH:
        raise error
    return reading.with_(error.proposal.options), _note(error.proposal, source)


def _unsure(
    error: InputError, proposal: Proposal, reading: ReadPolicy, source: SourceFile, *, is_alone: bool = True
) -> UnsureError:
    return UnsureError(error, proposal, _hint(error, proposal, reading, source, is_alone=is_alone))


def _hint(error: InputError, proposal: Proposal, reading: ReadPolicy, source: SourceFile, *, is_alone: bool) -> str:
    where = "read:" if is_alone else f"tables.{source.table}.read:"
    words = f"{proposal.words}  (in a policy  {where} {proposal.policy_words})"
    words = words if is_alone else f"in the policy  {where} {proposal.policy_words}"
    close = f"it fits to {proposal.fit:.0%}"
    if reading.accept:
        close += f", and {ENOUGH:.0%} are needed for --accept-reading"
    elif proposal.fit >= ENOUGH:
        close += "; --accept-reading takes it"
    return f"the reading that fits best: {words}; {close}. Otherwise {error.hint}"


def proposed(data: bytes, reading: ReadPolicy, source: SourceFile) -> Proposal | None:
    """The best reading that the strict reader confirms; None where there is none, or none that deserves the name."""
    tried = [way for dialect in _dialects(data, reading, source) for way in _ways(data, dialect, reading, source)]
    has_other = any(dialect.delimiter not in WEAK and way.evidence.fit >= UNSURE for dialect, way in tried)
    tried.sort(key=lambda pair: _rank(*pair, has_other=has_other))
    worth = (pair for pair in tried if pair[1].evidence.fit >= LEAST)
    found = (_confirmed(data, dialect, way, reading, source, tried) for dialect, way in worth)
    best = next((proposal for proposal in found if proposal is not None), None)
    return best if best is not None and best.fit >= LEAST else None


def _rank(dialect: Dialect, way: Way, *, has_other: bool) -> tuple[bool, float, int]:
    return has_other and dialect.delimiter in WEAK, -round(way.evidence.fit, 3), -way.width


def _ways(data: bytes, dialect: Dialect, reading: ReadPolicy, source: SourceFile) -> list[tuple[Dialect, Way]]:
    return [(dialect, way) for way in layouts(data, dialect, reading, source.label)]


def _fit(text: Text, way: Way, tried: Tried) -> float:
    """How well it fits. Where another delimiter fits as well, quotes are letters, rows few, or the second line of
    names may be the first person, a person must look.
    """
    kept = len(text.records)
    fit = min(way.evidence.fit, kept / (kept + text.records.dropped))
    rivals = [other for dialect, other in tried if dialect.delimiter not in (*WEAK, text.dialect.delimiter)]
    has_rival = any(_is_rival(other, way, fit) for other in rivals)
    are_letters = not text.dialect.quote or _cuts_quoted(text)
    is_asked = has_rival or are_letters or kept < FEW or way.options.get("header_lines", 1) > 1
    return min(fit, UNSURE) if is_asked else fit


def _cuts_quoted(text: Text) -> bool:
    """Whether a field begins with a double quote that it does not end with, where these are said to be letters."""
    words = (word for column in text.records.columns for word in column.distinct)
    return text.dialect.quote != '"' and any(word.startswith('"') and word.find('"', 1) < 0 for word in words)


def _is_rival(other: Way, way: Way, fit: float) -> bool:
    """As good and as wide; or wider and not bad: a mark that stands in some cells makes narrow tables of anything."""
    is_wider = other.width > way.width and other.evidence.fit >= UNSURE
    return is_wider or (other.evidence.fit >= fit - RIVAL and other.width == way.width)


def _confirmed(
    data: bytes, dialect: Dialect, way: Way, reading: ReadPolicy, source: SourceFile, tried: Tried
) -> Proposal | None:
    """The fewest words by which the strict reader reads the file so; None where it does not."""
    for ragged in _on_ragged(way, reading, data):
        options = _fewest_words(excerpt(data), {**way.options, **ragged}, dialect, reading, source)
        text = _strictly(data, options, reading, source) if options else None
        if options and text is not None and text.dialect.delimiter == dialect.delimiter:
            return Proposal(options=options, fit=_fit(text, way, tried))
    return None


def _fewest_words(
    data: bytes, layout: Mapping[str, Any], dialect: Dialect, reading: ReadPolicy, source: SourceFile
) -> dict[str, Any] | None:
    """The layout with no more of its dialect than is needed for the same cells; a large file is tried in part."""
    *fewer, whole = ({**said, **layout} for said in _spellings(dialect, reading))
    text = _strictly(data, whole, reading, source)
    if text is None:
        return None
    alike = (options for options in fewer if options and _is_same(_strictly(data, options, reading, source), text))
    return next(alike, whole)


def _is_same(one: Text | None, other: Text) -> bool:
    """Whether two ways to say it come to the same cells."""
    if one is None or one.names != other.names or len(one.records) != len(other.records):
        return False
    pairs = zip(one.records.columns, other.records.columns, strict=True)
    return all(a.distinct == b.distinct and bool((a.codes == b.codes).all()) for a, b in pairs)


def _on_ragged(way: Way, reading: ReadPolicy, data: bytes) -> list[dict[str, Any]]:
    """Of a large file only parts were looked at: elsewhere rows may be ragged."""
    is_seen = len(data) <= 2 * EXCERPT or "on_ragged" in {**reading.said, **way.options}
    return [{}] if is_seen else [{}, {"on_ragged": "pad"}]


def _strictly(data: bytes, options: Mapping[str, Any], reading: ReadPolicy, source: SourceFile) -> Text | None:
    try:
        return text_of(data, reading.with_(options), source.label, tsv=source.is_tsv)
    except PrivsynthError:
        return None


def _spellings(dialect: Dialect, reading: ReadPolicy) -> list[dict[str, Any]]:
    """Nothing of the dialect, its delimiter, and all of it; what was asked already is not said again."""
    whole = {
        "delimiter": dialect.delimiter,
        "quote": QUOTES.get(dialect.quote, dialect.quote),
        "escape": dialect.escape,
    }
    usual = {"quote": '"', "escape": "doubled"}
    fewer = {name: value for name, value in whole.items() if usual.get(name) != value}
    quoting = {name: value for name, value in fewer.items() if name != "delimiter"}
    return [
        {name: value for name, value in said.items() if name not in reading.said}
        for said in ({}, quoting, {"delimiter": dialect.delimiter}, fewer, whole)
    ]


def _dialects(data: bytes, reading: ReadPolicy, source: SourceFile) -> list[Dialect]:
    """The dialects that are worth a closer look: the one that is found, and those that make the most even records."""
    sample = data[: data.rfind(b"\n", 0, LOOKED_AT) + 1 or LOOKED_AT] if len(data) > LOOKED_AT else data
    sample = sample.decode("utf-8", "ignore").encode()
    best: dict[str, tuple[float, Dialect]] = {}
    for dialect in _candidates(sample, reading):
        even = _evenness(sample, dialect)
        if even > best.get(dialect.delimiter, (0.0, dialect))[0]:
            best[dialect.delimiter] = even, dialect
    ranked = sorted(best.values(), key=lambda pair: -pair[0])[:TRIED]
    worth = [dialect for even, dialect in ranked if 2 * even >= ranked[0][0]]
    plain = [] if reading.quote or reading.escape else [Dialect(dialect.delimiter) for dialect in worth]
    found = dict.fromkeys([*plain, *worth, *_found(data, reading, source)])
    return [dialect for dialect in found if _width(sample, dialect) <= reading.max_columns]


def _width(sample: bytes, dialect: Dialect) -> int:
    return usual_width([record for _, record in recorded(sample, dialect)])


def _found(data: bytes, reading: ReadPolicy, source: SourceFile) -> list[Dialect]:
    try:
        return [dialect_of(passage_of(data, reading, source.label).data, source.label, reading, tsv=source.is_tsv)[0]]
    except InputError:
        return []


def _candidates(sample: bytes, reading: ReadPolicy) -> Iterator[Dialect]:
    text = sample.decode()
    marks = [reading.delimiter] if reading.delimiter else [*STRONG, *UNUSUAL, " "]
    marks = [mark for mark in marks if mark in text or reading.delimiter]
    wider = [] if reading.delimiter else [wide for mark in marks if (wide := widened(Dialect(mark), text)) != mark]
    marks = [*wider, *(mark for mark in marks if not any(mark in wide for wide in wider))]
    marks += [BLANKS] * ("  " in text and not reading.delimiter) + [DRAWN] * ("--" in text and "|" in text)
    for mark in marks:
        if reading.quote or reading.escape:
            yield asked_dialect(mark, reading)
            continue
        if mark in (BLANKS, DRAWN):
            yield Dialect(mark)
            continue
        spaced = f'{mark} "' in text and mark != " "
        yield Dialect(mark, skip_space=spaced)
        yield from (Dialect(mark, '"', spaced, escape) for escape in ("backslash", "none") if _may(escape, text))
        yield from (Dialect(mark, quote=quote) for quote in ("'", "") if (quote or '"') in text)
        other = ("quote", "none") if text.count('"') == 2 * text.count('""') > 0 else ("none",)
        yield from (Dialect(mark, quote="'", escape=escape) for escape in other if "'" in text)


def _may(escape: str, text: str) -> bool:
    return "\\" in text if escape == "backslash" else '"' in text


def _evenness(sample: bytes, dialect: Dialect) -> float:
    """The share of lines that lie in records of the usual width; fields that keep their quotes speak against."""
    records = [record for _, record in recorded(sample, dialect) if record]
    width = usual_width(records)
    lines = sum(1 for _ in LINE.finditer(sample))
    even = [record for record in records if len(record) == width]
    unquoted = sum(any(len(cell) > 1 and cell[0] == cell[-1] == '"' for cell in record) for record in even)
    return max(0.0, (len(even) - unquoted) / max(lines, len(records), 1)) if width > 1 else 0.0


def accepted(paths: Sequence[Path | str], policy: Policy) -> Policy:
    """The policy in which the accepted readings stand, so that they need not be found or accepted again."""
    files = [source for source in source_files(paths)[0] if source.path is not None and not source.is_parquet]
    found = {source.table: _options(source, policy) for source in files}
    changed = {table: options for table, options in found.items() if options}
    if len(files) == 1 and changed:
        return policy.with_(read=ReadPolicy(**{**_but_accept(policy.read), **next(iter(changed.values()))}))
    tables = {
        table: policy.table(table).model_copy(update={"read": policy.table(table).read.with_(options)})
        for table, options in changed.items()
    }
    return policy.with_(tables={**policy.tables, **tables}) if tables else policy


def _but_accept(reading: ReadPolicy) -> dict[str, Any]:
    return {name: value for name, value in reading.said.items() if name != "accept"}


def _options(source: SourceFile, policy: Policy) -> Mapping[str, Any]:
    reading = policy.read.with_(policy.table(source.table).read)
    if not reading.accept:
        return {}
    text = decoded(content(source, reading), source.label, reading.encoding, accept=reading.accept)
    encoding = {"encoding": text.encoding} if text.was_accepted else {}
    return {**encoding, **read_or_propose(text.data, reading, source)[1]}
