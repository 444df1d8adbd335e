"""From bytes to UTF-8: byte order mark, strict UTF-8, provable UTF-16, the declared encoding, or its letters."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, replace
from math import log

from privsynth.errors import InputError, PolicyError
from privsynth.read.letters import readings
from privsynth.read.refusal import refuse

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
BLOCK = 2**24
GUESS_BYTES = 2**18
_CONTROLS = re.compile(rb"[\0-\x08\x0e-\x1a\x1c-\x1f]")
_SHIFTED = re.compile(rb"\x1b\$[@B]")
_BEYOND = re.compile(rb"[\x80-\xff]")
_UTF8 = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)  # a letter of several bytes
_C1 = re.compile(rb"\xc2[\x80-\x84\x86-\x9f]")  # control characters beyond ASCII, in UTF-8; NEL ends lines
SURE, LIKELY = (
    log(100),
    log(3),
)  # by what factor an encoding must be likelier than the next: found, and accepted if asked
ASK = "say which encoding it is with --encoding (for instance cp1252), or save the file as UTF-8"


@dataclass(frozen=True)
class Decoded:
    """The text as UTF-8 bytes without a mark, and how it was found."""

    data: bytes
    encoding: str
    note: str = ""
    was_accepted: bool = False  # only because a person said that what is likely will do


def decoded(raw: bytes, file: str, declared: str | None, *, accept: bool = False) -> Decoded:
    """The text of the file, or an error that says at which line it is none. `accept`: what is likely will do."""
    wished = None if declared is None else _codec(declared)
    text = _marked(raw, file, wished) or (_declared(raw, file, wished) if wished else _found(raw, file, accept=accept))
    nul = text.data.find(b"\0")
    if nul >= 0:
        raise refuse(
            file, "there is a NUL character", "the file is damaged or no text; " + ASK, line=line_at(text.data, nul)
        )
    lost = text.data.count("\N{REPLACEMENT CHARACTER}".encode())
    if lost:
        said = f"{file}: {lost:,} replacement characters stand where letters were lost before the file was written"
        text = replace(text, note="; ".join(filter(None, (text.note, said))))
    mark = text.data.find(codecs.BOM_UTF8)
    if mark >= 0 and (mark == 0 or text.data[mark - 1 : mark] in (b"\n", b"\r")):
        hint = "files were put together with their marks: take the mark out, and the second header, if there is one"
        raise refuse(file, "a byte order mark stands at the beginning of a line", hint, line=line_at(text.data, mark))
    return text


def _codec(name: str) -> str:
    try:
        info = codecs.lookup(name)
    except LookupError:
        info = None
    if info is None or not info._is_text_encoding:
        raise PolicyError(
            "read.encoding is not the name of a text encoding.", hint="for instance utf-8, cp1252, latin-1, utf-16"
        )
    return info.name


def _marked(raw: bytes, file: str, wished: str | None) -> Decoded | None:
    """A byte order mark decides."""
    for mark, name in MARKS:
        if raw.startswith(mark):
            if wished and not name.startswith(wished.removesuffix("-sig")):
                raise refuse(file, f"its byte order mark says {name}, the policy says {wished}", "leave out --encoding")
            return Decoded(_utf8(raw[len(mark) :], name, file), name)
    return None


def _declared(raw: bytes, file: str, wished: str) -> Decoded:
    data = _utf8(raw, wished, file)
    _refuse_controls(data, wished, file)
    also = wished != "utf-8" and not raw.isascii() and _is_utf8(raw)
    return Decoded(
        data, wished, f"{file}: read as {wished} as declared; the bytes are valid utf-8 as well" if also else ""
    )


def _refuse_controls(data: bytes, wished: str, file: str) -> None:
    """Signs of Windows or DOS read as latin-1 become control characters, which no table means."""
    at = None if wished in ("utf-8", "utf-8-sig") else _C1.search(data)
    if at is not None:
        what = f"read as {wished} as declared, there are control characters where signs or letters should be"
        raise refuse(
            file, what, "cp1252 is what most files mean that are called latin-1", line=line_at(data, at.start())
        )


def _found(raw: bytes, file: str, *, accept: bool) -> Decoded:
    wide = _wide(raw)
    if wide:
        return Decoded(
            _utf8(raw, wide, file), wide, f"{file}: there is no byte order mark; the zero bytes show that it is {wide}"
        )
    if raw.isascii() and _SHIFTED.search(raw):
        note = f"{file}: its shifts of letters show that it is iso2022_jp"
        return Decoded(_utf8(raw, "iso2022_jp", file), "iso2022_jp", note)
    if _is_utf8(raw):
        return Decoded(raw, "utf-8")
    return _guessed(raw, file, accept=accept)


def _is_utf8(raw: bytes) -> bool:
    try:
        _check_utf8(raw)
    except UnicodeDecodeError:
        return False
    return True


def _check_utf8(raw: bytes) -> None:
    """Decode block by block, so that the whole text never stands in memory a second time."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    for start in range(0, len(raw), BLOCK):
        decoder.decode(raw[start : start + BLOCK])
    decoder.decode(b"", final=True)


def _wide(raw: bytes) -> str | None:
    """UTF-16 without a mark, if the zero bytes of its Latin letters and line ends lie on one side only."""
    if len(raw) < 4 or len(raw) % 2 or b"\0" not in raw:
        return None
    even, odd = raw[0:BLOCK:2].count(0), raw[1:BLOCK:2].count(0)
    name = "utf-16-le" if not even else "utf-16-be" if not odd else None
    if name is None or (even + odd) * 10 < min(len(raw), BLOCK):
        return None
    try:
        text = raw.decode(name)
    except UnicodeDecodeError:
        return None
    return name if re.search(r"[\r\n]", text) and not re.search(r"[\0-\x08\x0e-\x1f\ufffe\uffff]", text) else None


def _utf8(raw: bytes, name: str, file: str) -> bytes:
    if name == "utf-8":
        return _strict(raw, file)
    try:
        return raw.decode(name).encode("utf-8")
    except UnicodeError as error:
        raise _undecodable(raw, name, file, getattr(error, "start", 0)) from None


def _strict(raw: bytes, file: str) -> bytes:
    try:
        raw.decode("utf-8") if len(raw) <= BLOCK else _check_utf8(raw)
    except UnicodeDecodeError as error:
        raise _undecodable(raw, "utf-8", file, error.start if len(raw) <= BLOCK else _first_bad(raw)) from None
    return raw


def _first_bad(raw: bytes) -> int:
    """Where strict UTF-8 ends, searched block by block."""
    start = 0
    while start < len(raw):
        end = min(start + BLOCK, len(raw))
        while end < len(raw) and raw[end] & 0xC0 == 0x80 and end > start:
            end -= 1
        try:
            raw[start:end].decode("utf-8")
        except UnicodeDecodeError as error:
            return start + error.start
        start = end if end > start else start + BLOCK
    return len(raw)


def _undecodable(raw: bytes, name: str, file: str, at: int) -> InputError:
    wide = 4 if "32" in name else 2 if "16" in name else 1
    text = raw[:at].decode(name, "replace").encode() if wide > 1 else raw[:at]
    return refuse(file, f"the bytes are not {name}", ASK, line=line_at(text, len(text)))


def _guessed(raw: bytes, file: str, *, accept: bool) -> Decoded:
    """The encoding under which the letters are words, if no other one is nearly as likely."""
    _refuse_mixed(raw, file)
    sample = _telling(raw)
    likely = [] if _CONTROLS.search(sample) else readings(sample)
    if not likely:
        raise _undecodable(raw, "utf-8", file, _first_bad(raw))
    lead = likely[0].score - likely[1].score if len(likely) > 1 else SURE
    if lead < (LIKELY if accept else SURE):
        raise _undecided(raw, file, [reading.encoding for reading in likely[:2]], accepted=lead >= LIKELY)
    name = likely[0].encoding
    found = "found by its letters to be" if lead >= SURE else "accepted as"
    note = f"{file}: the bytes are not utf-8; the encoding was {found} {name}: check the letters, or say --encoding"
    return Decoded(_utf8(raw, name, file), name, note, was_accepted=lead < SURE)


def _refuse_mixed(raw: bytes, file: str) -> None:
    """UTF-8 but for some lines: under any other encoding the letters that are right would be spoilt."""
    letters = sum(map(len, _UTF8.findall(raw)))
    others = len(_BEYOND.findall(raw)) - letters
    if letters > others:
        what = f"the text is utf-8 but for {others:,} {'byte' if others == 1 else 'bytes'}, of which the first is here"
        hint = "lines of another encoding were put in: save them as UTF-8, too"
        raise refuse(file, what, hint, line=line_at(raw, _first_bad(raw)))


def _undecided(raw: bytes, file: str, best: list[str], *, accepted: bool) -> InputError:
    """Few letters tell too little: the reading that fits best, and the words that accept it."""
    others = f"; {best[1]} is nearly as likely" if len(best) > 1 else ""
    words = f"--encoding {best[0]}" + (" or --accept-reading" if accepted else "")
    what = f"the bytes are not utf-8, and too few letters tell which encoding they are; {best[0]} fits best{others}"
    line = line_at(raw, _first_bad(raw))
    return refuse(
        file, what, f"look at the letters of this line, and say {words}, or save the file as UTF-8", line=line
    )


def _telling(raw: bytes) -> bytes:
    """The lines that hold anything beyond ASCII: only they tell encodings apart."""
    lines = re.findall(rb"[^\n]*[\x80-\xff][^\n]*\n?", raw[: 2**23])
    return b"".join(lines)[:GUESS_BYTES]


def line_at(data: bytes, offset: int) -> int:
    """The number of the line in which the byte lies, counting LF, CRLF and CR."""
    before = data[:offset]
    return 1 + before.count(b"\n") + before.count(b"\r") - before.count(b"\r\n")
