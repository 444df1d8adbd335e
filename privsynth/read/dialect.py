"""How the fields of a file are set apart: delimiter, quote, escape. Where two readings fit equally, none is guessed."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import RLock
from typing import Any

from privsynth.errors import PolicyError
from privsynth.read.refusal import refuse

STRONG = (",", ";", "\t", "|")
FIRST, SECOND = 2**16, 2**20  # how much is looked at: little, and more where little does not tell
NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", " ": "space"}
ONE_COLUMN = "\x1f"  # a delimiter that occurs nowhere


_LIMIT = RLock()


@contextmanager
def field_limit(size: int) -> Iterator[None]:
    """The csv module keeps its longest field for the whole process: set it, and give it back."""
    with _LIMIT:
        old = csv.field_size_limit(size)
        try:
            yield
        finally:
            csv.field_size_limit(old)


@dataclass(frozen=True)
class Dialect:
    """One way to read records. Line ends are always LF, CRLF or CR."""

    delimiter: str = ","
    quote: str = '"'
    skip_space: bool = False  # the blank after each delimiter belongs to it
    backslash: bool = False  # a quote inside quotes is written \" and not ""

    def records(self, lines: io.TextIOBase) -> Any:
        """Strict records: text behind a closing quote, or a quote that never closes, is an error."""
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            quotechar=self.quote,
            doublequote=True,
            skipinitialspace=self.skip_space,
            strict=True,
        )

    def plain(self, data: bytes) -> bytes:
        """The same text with its escapes written as doubled quotes; line ends stay where they are."""
        if not self.backslash:
            return data
        quote = self.quote.encode()
        return re.sub(rb"\\([\\" + quote + rb"])", lambda m: quote * 2 if m[1] == quote else b"\\", data)

    def bare(self, data: bytes) -> bytes:
        """The text with each quoted field shrunk to one letter: delimiters, line ends and unquoted fields are left."""
        quote = self.quote.encode()
        if quote not in data:
            return data
        before = (
            rb"((?:\A|[\r\n]|" + re.escape(self.delimiter.encode()) + rb")" + (rb" *)" if self.skip_space else rb")")
        )
        return re.sub(before + rb"%b[^%b]*(?:%b%b[^%b]*)*%b" % ((quote,) * 6), rb"\1q", data)

    @property
    def words(self) -> str:
        return f"delimiter {NAMES.get(self.delimiter, 'as declared')}" if self.delimiter != ONE_COLUMN else "one column"


@dataclass(frozen=True, kw_only=True)
class Fit:
    """How well a dialect fits the beginning of a file."""

    dialect: Dialect
    widths: Counter[int]
    header: int  # fields of the first record
    broken: bool
    stray: int  # quotes inside unquoted fields
    quoted: int  # quoted fields

    @property
    def is_clean(self) -> bool:
        return not self.broken and len(self.widths) == 1 and self.header > 1

    @property
    def usual(self) -> int:
        return self.widths.most_common(1)[0][0] if self.widths else 0

    @property
    def share(self) -> float:
        """The share of records as wide as the first."""
        return self.widths[self.header] / max(1, self.widths.total())


def without_sep(data: bytes) -> tuple[bytes, str | None]:
    """Excel's first line `sep=;` names the delimiter. A blank line stays for it, so that line numbers are kept."""
    line = re.match(rb"sep=([,;|\t])(?=[\r\n])", data, re.IGNORECASE)
    return (data[line.end() :], line[1].decode()) if line else (data, None)


def kept(delimiter: str, width: int) -> str:
    """The delimiter for writing. One column has none, and what nobody would find by looking is not written."""
    return delimiter if width > 1 and delimiter in STRONG else ","


def dialect_of(data: bytes, file: str, wished: str | None, *, tsv: bool = False) -> tuple[Dialect, list[str]]:
    """The dialect of UTF-8 text, and what a person should know about the choice."""
    if wished and (wished in "\"'\r\n\\" or wished.isalnum()):
        raise PolicyError(
            "read.delimiter cannot be a letter, a digit, a quote, a backslash or a line end.",
            hint="for instance ',' or ';'",
        )
    with field_limit(SECOND):
        return _dialect_of(data, file, wished, tsv=tsv)


def _dialect_of(data: bytes, file: str, wished: str | None, *, tsv: bool) -> tuple[Dialect, list[str]]:
    for size in (FIRST, SECOND):
        sample, cut = _sample(data, size)
        asked = (wished,) if wished else ("\t",) if tsv and b"\t" in data[:FIRST] else STRONG
        fits = [_best(delimiter, sample, cut=cut) for delimiter in asked if delimiter in sample or wished]
        clean = [fit for fit in fits if fit.is_clean]
        if len(clean) == 1 or not cut:
            break
    chosen = (
        fits[0] if wished else _decided(clean, fits, file) if clean else _doubtful(fits, data, sample, file, cut=cut)
    )
    dialect = _spaced(chosen, sample)
    return dialect, _notes(dialect, file, sample, is_single=chosen.usual <= 1 and chosen.header == 1 and not wished)


def _sample(data: bytes, size: int) -> tuple[str, bool]:
    """The beginning of the text, up to a line end, and whether anything was cut off."""
    if len(data) <= size:
        return data.decode("utf-8"), False
    end = max(data.rfind(b"\n", 0, size), data.rfind(b"\r", 0, size)) + 1
    return data[: end or size].decode("utf-8", "ignore"), True


def _best(delimiter: str, sample: str, *, cut: bool) -> Fit:
    """The most usual quoting that fits without a flaw; the most usual one where none does."""
    plain = _fit(Dialect(delimiter), sample, cut=cut)
    single = _single(delimiter, sample, plain, cut=cut)
    if single is not None:
        return single
    if plain.is_clean and not plain.stray:
        return plain
    tries = [Dialect(delimiter, skip_space=True)] if f'{delimiter} "' in sample else []
    tries += [Dialect(delimiter, backslash=True)] if '\\"' in sample else []
    for dialect in tries:
        fit = _fit(dialect, sample, cut=cut)
        if fit.is_clean and fit.quoted and not fit.stray:
            return fit
    return plain


def _single(delimiter: str, sample: str, plain: Fit, *, cut: bool) -> Fit | None:
    """Apostrophes are quotes where nothing else fits, or where every record has fields between them."""
    if "'" not in sample or plain.quoted:
        return None
    fit = _fit(Dialect(delimiter, quote="'"), sample, cut=cut)
    return fit if fit.is_clean and fit.quoted and (not plain.is_clean or fit.quoted >= fit.widths.total()) else None


def _fit(dialect: Dialect, sample: str, *, cut: bool) -> Fit:
    text = dialect.plain(sample.encode())
    widths: list[int] = []
    broken, ended = False, 0
    lines = text.count(b"\n") + text.count(b"\r") - text.count(b"\r\n")
    reader = dialect.records(io.StringIO(text.decode(), newline=""))
    try:
        for record in reader:
            widths += [len(record)] if record else []
    except csv.Error:
        ended = reader.line_num
        broken = not (cut and ended >= lines)  # a quoted field may simply go on behind the sample
    bare = dialect.bare(text)
    quotes = text.count(dialect.quote.encode())
    stray = bare.count(dialect.quote.encode())
    return Fit(
        dialect=dialect,
        widths=Counter(widths),
        header=widths[0] if widths else 1,
        broken=broken,
        stray=0 if broken else stray,
        quoted=(quotes - stray) // 2,
    )


def _decided(clean: list[Fit], fits: list[Fit], file: str) -> Fit:
    """One clean reading, unless another delimiter has as good a claim."""
    best = [fit for fit in clean if not fit.stray] or clean
    rivals = [fit for fit in fits if not fit.is_clean and fit.header == fit.usual > best[0].header and fit.share >= 0.5]
    if len(best) == 1 and not rivals:
        return best[0]
    names = " and ".join(NAMES[fit.dialect.delimiter] for fit in (*best, *rivals))
    raise refuse(file, f"the fields may be set apart by {names}: both fit", "say which with --delimiter")


def _doubtful(fits: list[Fit], data: bytes, sample: str, file: str, *, cut: bool) -> Fit:
    """No delimiter gives records of one width: the strict reader will say where, unless there is but one column."""
    wide = [fit for fit in fits if fit.header > 1 or fit.usual > 1]
    if wide:
        return max(wide, key=lambda fit: (not fit.broken, fit.share if fit.header > 1 else 0, fit.usual))
    space = _best(" ", sample, cut=cut) if " " in sample else None
    if space and space.is_clean:
        return _spaces(space, sample, file)
    return _fit(_one_column(data), sample, cut=cut)


def _spaces(fit: Fit, sample: str, file: str) -> Fit:
    """Spaces stand in ordinary text, so they count as delimiters only where numbers or quotes confirm it."""
    records = list(fit.dialect.records(io.StringIO(sample, newline="")))
    confirmed = any(
        all(row and re.fullmatch(r"-?\d+([.,]\d+)?", row[at]) for row in records[1:]) for at in range(fit.header)
    )
    if fit.header < 3 or not (confirmed or fit.quoted) or len(records) < 3:
        raise refuse(
            file,
            "this is one column of words, or several columns set apart by spaces",
            "say which with --delimiter ' ' or --delimiter ,",
        )
    return fit


def _one_column(data: bytes) -> Dialect:
    return Dialect(next((d for d in (*STRONG, ONE_COLUMN) if d.encode() not in data), ONE_COLUMN))


def _spaced(fit: Fit, sample: str) -> Dialect:
    """`a, b, c`: where a blank follows every single delimiter, it belongs to the delimiter."""
    dialect, mark = fit.dialect, fit.dialect.delimiter.encode()
    bare = replace(dialect, skip_space=True).bare(dialect.plain(sample.encode()))
    every = dialect.delimiter in STRONG and bare.count(mark + b" ") == bare.count(mark) > 0
    return replace(dialect, skip_space=dialect.skip_space or every)


def _notes(dialect: Dialect, file: str, sample: str, *, is_single: bool) -> list[str]:
    notes = []
    if dialect.skip_space:
        notes.append(f"{file}: the blank after each delimiter was taken as part of it")
    if dialect.backslash:
        notes.append(f"{file}: quotes inside quoted fields are written with a backslash there; it was taken off")
    if dialect.quote == "'":
        notes.append(f"{file}: fields are quoted with ' there; the quotes were taken off")
    if dialect.delimiter == " ":
        notes.append(f"{file}: the fields are set apart by spaces")
    inside = [NAMES[mark] for mark in STRONG if mark in sample] if is_single else []
    if inside:
        notes.append(f"{file}: read as one column, although its values hold {' and '.join(inside)}")
    return notes
