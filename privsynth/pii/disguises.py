"""What anybody can put on a value and take off again without a key, and the texts that are left when it is off."""

from __future__ import annotations

import html
import re
import zlib
from base64 import b32decode, b64decode
from binascii import Error, unhexlify
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import unquote

DEPTH = 2  # disguises that are taken off one after another
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,5})\}|x([0-9a-fA-F]{2}))|=([0-9a-fA-F]{2})")
_OCTAL = re.compile(r"\\0?([0-3][0-7]{2})")
_TAG = re.compile(r"(?<=[\w.-])\+[^@\s]*(?=@)")
_IN_BRACKETS = re.compile(r"(?i)\s*[\[({<]\s*(?:at|dot|punkt|punto|point)\s*[\])}>]\s*")
_BY_ITSELF = re.compile(r"(?i)(?<=[^\W_])[\W_]+(?:at|dot|punkt|punto|point)[\W_]+(?=[^\W_])")
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{8,}={0,2}(?![A-Za-z0-9+/_-])")
_IN_A_PATH = re.compile(r"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{8,}={0,2}(?![A-Za-z0-9_-])")
_BASE32 = re.compile(r"(?<![A-Za-z0-9])(?:[A-Z2-7]{8,}|[a-z2-7]{8,})={0,6}(?![A-Za-z0-9])")
_HEX = re.compile(r"(?<![A-Za-z0-9])((?:(?:0[xX])?[0-9a-fA-F]{2}[\s:,-]*){6,})(?![A-Za-z0-9])")
_BETWEEN_BYTES = re.compile(r"0[xX]|[\s:,-]")
_BINARY = re.compile(r"(?<![A-Za-z0-9])((?:(?:0[bB])?[01]{8}[\s:,-]*){6,})(?![A-Za-z0-9])")
_BINARY_BYTE = re.compile(r"[01]{8}")
_NUMBER = re.compile(r"\d+")
_DECIMAL = re.compile(r"(?<![A-Za-z0-9])(?:\d{1,3}[\s:,;-]+){5,}\d{1,3}(?![A-Za-z0-9])")
PACKED = (b"\x78", b"\x1f\x8b")  # with which texts that zlib or gzip made short begin
EITHER = 32 + zlib.MAX_WBITS  # of the two, as zlib tells them apart
LONGEST = 100_000  # bytes that are unpacked: a short cell may hold a great many
_MAY_BE_CODED = re.compile(
    r"(?i)[%&\\=+\[({<]|(?<![^\W_])(?:at|dot|punkt|punto|point)(?![^\W_])|[a-z0-9+/_-]{8}|[0-9a-f]{2}[\s:,;-]+(?:0x)?[0-9a-f]{2}"
    r"|[\U000e0020-\U000e007e]"
)
_UNSEEN = re.compile(r"[\U000e0020-\U000e007e]+")
_TAG_LETTERS = {0xE0000 + code: code for code in range(0x20, 0x7F)}  # which nothing shows
_LETTER = re.compile(r"[A-Za-z]")
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"
HALF_WAY = 13  # places of rot13
_MOVED_ON = {places: _ALPHABET[places:] + _ALPHABET[:places] for places in range(1, len(_ALPHABET))}
_TURNS = {
    places: str.maketrans(_ALPHABET + _ALPHABET.upper(), small + small.upper()) for places, small in _MOVED_ON.items()
}


@dataclass(frozen=True)
class Disguise:
    """One of them: what the report calls it, and the texts that may have been under it."""

    name: str
    how: str
    off: Callable[[str], Iterable[str]] = field(repr=False)


def _percent(text: str) -> Iterator[str]:
    if "%" in text and (plain := unquote(text)) != text:
        yield plain


def _page(text: str) -> Iterator[str]:
    if "&" in text and (plain := html.unescape(text)) != text:
        yield plain


def _escaped(text: str) -> Iterator[str]:
    if ("\\" in text or "=" in text) and (
        plain := _ESCAPE.sub(lambda match: chr(int(next(filter(None, match.groups())), 16)), text)
    ) != text:
        yield plain
    if "\\" in text and (plain := _OCTAL.sub(lambda match: chr(int(match.group(1), 8)), text)) != text:
        yield plain


def _unseen(text: str) -> Iterator[str]:
    if not text.isascii() and (plain := _UNSEEN.sub(r" \g<0> ", text).translate(_TAG_LETTERS)) != text:
        yield plain


def _tagged(text: str) -> Iterator[str]:
    if "+" in text and (plain := _TAG.sub("", text)) != text:
        yield plain


def _spelt_out(text: str) -> Iterator[str]:
    for written in (_IN_BRACKETS, _BY_ITSELF):
        if (plain := written.sub(" ", text)) != text:
            yield plain


def _backwards(text: str) -> Iterator[str]:
    yield text[::-1]


def turned(text: str) -> Iterator[tuple[int, str]]:
    """The text with its letters moved on in the alphabet, by each number of places; digits and marks stay."""
    if _LETTER.search(text):
        yield from ((places, text.translate(table)) for places, table in _TURNS.items())


def _turned(text: str) -> Iterator[str]:
    yield from (plain for _, plain in turned(text))


def _base64(text: str) -> Iterator[str]:
    found = {*_BASE64.findall(text), *(_IN_A_PATH.findall(text) if "/" in text else ())}
    for body in (each.rstrip("=") for each in found):
        yield from _text_of(partial(b64decode, body + "=" * (-len(body) % 4), b"-_" if _is_url(body) else None))


def _is_url(body: str) -> bool:
    return "-" in body or "_" in body


def _base32(text: str) -> Iterator[str]:
    for match in _BASE32.finditer(text):
        body = match.group().rstrip("=").upper()
        yield from _text_of(partial(b32decode, body + "=" * (-len(body) % 8)))


def _hex(text: str) -> Iterator[str]:
    for match in _HEX.finditer(text):
        yield from _text_of(partial(unhexlify, _BETWEEN_BYTES.sub("", match.group(1))))


def _each_byte(text: str) -> Iterator[str]:
    """Eight noughts and ones for each, or a number of up to three digits."""
    for match in _BINARY.finditer(text):
        yield from _text_of(partial(_bytes_of, _BINARY_BYTE.findall(match.group(1)), 2))
    for match in _DECIMAL.finditer(text):
        yield from _text_of(partial(_bytes_of, _NUMBER.findall(match.group()), 10))


def _bytes_of(written: Sequence[str], base: int) -> bytes:
    return bytes(int(each, base) for each in written)


def _text_of(decode: Callable[[], bytes]) -> Iterator[str]:
    """What was encoded, if it was a text: in UTF-8, packed or not, or Latin letters and digits in UTF-16."""
    try:
        text = _single(_unpacked(decode())).decode("utf-8")
    except (Error, ValueError):
        return
    if text.replace("\n", " ").isprintable():
        yield text


def _unpacked(raw: bytes) -> bytes:
    if raw.startswith(PACKED):
        with suppress(zlib.error):
            return zlib.decompressobj(EITHER).decompress(raw, LONGEST)
    return raw


def _single(raw: bytes) -> bytes:
    """One byte for each letter: UTF-16 writes a nought beside those of Latin ones, and perhaps its mark in front."""
    return raw.removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff").replace(b"\0", b"")


CODES = (
    Disguise("escapes of addresses", "x%40y, twice too", _percent),
    Disguise("escapes of pages", "x&#64;y, x&commat;y", _page),
    Disguise("escapes of programs and mails", r"x\u0040y, x\u{40}y, x\x40y, x\100y, x=40y, =6d too", _escaped),
    Disguise("letters of tags", "of Unicode, which nothing shows", _unseen),
    Disguise("tags", "x+news@y", _tagged),
    Disguise("marks spelt out", "x (at) y [dot] z, x at y dot z, with any marks around: x_at_y-dot-z", _spelt_out),
    Disguise(
        "base64", "also of UTF-16 and of what zlib or gzip packed, for addresses, without filling, twice", _base64
    ),
    Disguise("base32", "also in small letters, without filling, twice", _base32),
    Disguise(
        "hex",
        "the bytes of the text, also with spaces, line ends or marks between them, 0x or 0X in front, twice",
        _hex,
    ),
    Disguise("binary and decimal bytes", "01111000 01000000, 120 64, 120,64", _each_byte),
)

LETTER_BY_LETTER = (
    Disguise("backwards", "before it was encoded", _backwards),
    Disguise(
        "letters moved on",
        "as in rot13, before it was encoded; values of eight letters or more by any number of places",
        _turned,
    ),
)


def decoded(text: str) -> set[str]:
    """The texts that are left when up to two codes are off. Not the text itself."""
    seen = layer = {text} if _MAY_BE_CODED.search(text) else set[str]()
    for _ in range(DEPTH):
        layer = {plain for each in layer for code in CODES for plain in code.off(each)} - seen
        seen = seen | layer
    return seen - {text}


def undisguised(text: str) -> set[str]:
    """The texts that a cell may stand for: up to two codes off, and read backwards. Not the cell."""
    codes = decoded(text) | {text}
    return (codes | {plain for each in codes for plain in _backwards(each)}) - {text}
