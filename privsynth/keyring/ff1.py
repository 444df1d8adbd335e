"""FF1 of NIST SP 800-38G: a keyed permutation of all texts of one length over one alphabet, for whole columns at once.

Ten rounds of a Feistel network; in each the right half goes through AES-CBC-MAC and is added to the left one. Every
round makes one call of AES for each block of all rows together. Domains of fewer than a million texts are refused
(SP 800-38G Revision 1): they could be written down. FF3 was withdrawn and does not exist here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from privsynth.errors import BackendError
from privsynth.typing import Array

ROUNDS = 10
LEAST_DOMAIN = 1_000_000
MOST_RADIX = 65_536
BLOCK = 16
FAST = 1 << 55  # halves below are added in uint64: a byte more still fits


@dataclass(frozen=True)
class FF1:
    """One key, alphabet size and tweak. Numerals come as a matrix: one text a row."""

    key: bytes = field(repr=False)
    radix: int
    tweak: bytes = b""

    def encrypt(self, numerals: Array) -> Array:
        return self._whole(numerals, range(ROUNDS), forward=True)

    def decrypt(self, numerals: Array) -> Array:
        return self._whole(numerals, reversed(range(ROUNDS)), forward=False)

    def _whole(self, numerals: Array, rounds: Any, *, forward: bool) -> Array:
        width = numerals.shape[1]
        check_domain(self.radix, width)
        left, right = width // 2, width - width // 2
        a, b = number(numerals[:, :left], self.radix), number(numerals[:, left:], self.radix)
        work = _Rounds(self, width)
        for step in rounds:
            a, b = work.forward(step, a, b) if forward else work.backward(step, a, b)
        return np.concatenate([spelt(a, self.radix, left), spelt(b, self.radix, right)], axis=1)


def check_domain(radix: int, width: int) -> None:
    if not 2 <= radix <= MOST_RADIX:
        raise BackendError(f"FF1 takes alphabets of 2 to {MOST_RADIX} characters, not of {radix}.")
    if width < 2 or (width < 64 and radix**width < LEAST_DOMAIN):
        raise BackendError(
            f"FF1 needs a domain of at least {LEAST_DOMAIN:,} values; {width} characters out of {radix} are fewer."
        )


class _Rounds:
    """The arithmetic of one width: sizes of the halves, and what AES is given."""

    def __init__(self, asked: FF1, width: int) -> None:
        self.sizes = asked.radix ** (width // 2), asked.radix ** (width - width // 2)  # moduli of even and odd rounds
        self.half = ((self.sizes[1] - 1).bit_length() + 7) // 8  # bytes of the right half
        self.wide = 4 * (-(-self.half // 4)) + 4  # bytes of each round's number
        self.fast = max(self.sizes) <= FAST
        self.head = (
            _head(asked.radix, width, len(asked.tweak))
            + asked.tweak
            + bytes((-len(asked.tweak) - self.half - 1) % BLOCK)
        )
        self.aes = _aes(asked.key)

    def forward(self, step: int, a: Array, b: Array) -> tuple[Array, Array]:
        return b, self._sum(a, self._drawn(step, b), self.sizes[step % 2])

    def backward(self, step: int, a: Array, b: Array) -> tuple[Array, Array]:
        return self._difference(b, self._drawn(step, a), self.sizes[step % 2]), a

    def _drawn(self, step: int, half: Array) -> Array:
        """The number that a round adds, below the modulus of the round."""
        size = self.sizes[step % 2]
        stream = self._stream(step, half)
        if not self.fast:
            return np.array([int.from_bytes(row.tobytes(), "big") % size for row in stream], dtype=object)
        modulus = np.uint64(size)
        total = np.ascontiguousarray(stream[:, :8]).view(">u8")[:, 0].astype(np.uint64) % modulus
        for place in range(8, self.wide):
            total = ((total << np.uint64(8)) | stream[:, place]) % modulus
        return total

    def _stream(self, step: int, half: Array) -> Array:
        """CBC-MAC over all blocks, then as many further blocks as the number has bytes."""
        fixed = self.head + bytes([step])
        text = np.empty((len(half), len(fixed) + self.half), dtype=np.uint8)
        text[:, : len(fixed)] = np.frombuffer(fixed, dtype=np.uint8)
        text[:, len(fixed) :] = _bytes(half, self.half)
        state = np.zeros((len(half), BLOCK), dtype=np.uint8)
        for at in range(0, text.shape[1], BLOCK):
            state = self.aes(state ^ text[:, at : at + BLOCK])
        more = [
            self.aes(state ^ np.frombuffer(count.to_bytes(BLOCK, "big"), dtype=np.uint8))
            for count in range(1, -(-self.wide // BLOCK))
        ]
        return np.concatenate([state, *more], axis=1)[:, : self.wide]

    def _sum(self, a: Array, drawn: Array, size: int) -> Array:
        return np.asarray((a + drawn) % (np.uint64(size) if self.fast else size))

    def _difference(self, a: Array, drawn: Array, size: int) -> Array:
        top = np.uint64(size) if self.fast else size
        return np.asarray((a + (top - drawn)) % top)


def permuted(key: bytes, tweak: bytes, bits: int, numbers: Array, *, back: bool = False) -> Array:
    """FF1 with radix 2 of numbers below 2^bits (20 to 62): as `FF1` permutes their bits, without a matrix of bits."""
    check_domain(2, bits)
    plan = _BitRounds(key, tweak, bits)
    a, b = numbers.astype(np.uint64) >> plan.right, numbers.astype(np.uint64) & plan.masks[1]
    for step in range(ROUNDS):
        if back:
            turn = ROUNDS - 1 - step
            a, b = (b - plan.drawn(turn, a)) & plan.masks[turn % 2], a
        else:
            a, b = b, (a + plan.drawn(step, b)) & plan.masks[step % 2]
    return np.asarray((a << plan.right) | b)


class _BitRounds:
    """Halves of at most 31 bits fit in the last 8 bytes of the last block; all before it is the same for all rows."""

    def __init__(self, key: bytes, tweak: bytes, bits: int) -> None:
        right = bits - bits // 2
        self.right, self.masks = np.uint64(right), (np.uint64((1 << bits // 2) - 1), np.uint64((1 << right) - 1))
        self.aes, self.half = _aes(key), (right + 7) // 8
        fixed = _head(2, bits, len(tweak)) + tweak + bytes((-len(tweak) - self.half - 1) % BLOCK)
        state = np.zeros((1, BLOCK), dtype=np.uint8)
        full = len(fixed) - len(fixed) % BLOCK
        for at in range(0, full, BLOCK):
            state = self.aes(state ^ np.frombuffer(fixed[at : at + BLOCK], dtype=np.uint8))
        last = state ^ np.frombuffer(fixed[full:].ljust(BLOCK, b"\0"), dtype=np.uint8)
        self.high, self.low = (
            np.uint64(int.from_bytes(last[0, part].tobytes(), "big")) for part in (slice(0, 8), slice(8, 16))
        )

    def drawn(self, step: int, half: Array) -> Array:
        """The first 8 bytes of the block as a number; its low bits are all that the masks leave."""
        blocks = np.empty((len(half), 2), dtype=np.uint64)
        blocks[:, 0] = self.high.byteswap()
        blocks[:, 1] = (half ^ (self.low ^ np.uint64(step << 8 * self.half))).byteswap()
        return np.asarray(self.aes(blocks.view(np.uint8)).view(np.uint64)[:, 0].byteswap())


def _head(radix: int, width: int, tweak: int) -> bytes:
    """The first block: what is fixed by the format."""
    return (
        b"\x01\x02\x01"
        + radix.to_bytes(3, "big")
        + bytes([ROUNDS, width // 2 % 256])
        + width.to_bytes(4, "big")
        + tweak.to_bytes(4, "big")
    )


def _aes(key: bytes) -> Callable[[Array], Array]:
    """AES of each block of a matrix of 16 columns: one call for all."""
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.algorithms import AES
    from cryptography.hazmat.primitives.ciphers.modes import ECB

    # ECB is the bare block cipher that FF1 is made of: FF1 chains its blocks itself.
    engine = Cipher(AES(key), ECB()).encryptor()  # noqa: S305

    def each(blocks: Array) -> Array:
        encrypted = bytearray(blocks.size + BLOCK - 1)  # the library asks for room to spare
        engine.update_into(np.ascontiguousarray(blocks).reshape(-1).data, encrypted)
        return np.frombuffer(encrypted, dtype=np.uint8, count=blocks.size).reshape(-1, BLOCK)

    return each


def number(numerals: Array, radix: int) -> Array:
    """Numerals as numbers, most significant first: uint64 where they fit, else Python's."""
    fast = radix ** numerals.shape[1] <= FAST
    total: Array = np.zeros(len(numerals), dtype=np.uint64 if fast else object)
    for place in range(numerals.shape[1]):
        digit = numerals[:, place].astype(np.uint64 if fast else object)
        total = total * (np.uint64(radix) if fast else radix) + digit
    return total


def spelt(numbers: Array, radix: int, width: int) -> Array:
    """The numerals of numbers, most significant first."""
    numerals = np.empty((len(numbers), width), dtype=np.int64)
    top = np.uint64(radix) if numbers.dtype.kind == "u" else radix
    for place in reversed(range(width)):
        numerals[:, place] = (numbers % top).astype(np.int64)
        numbers = numbers // top
    return numerals


def _bytes(numbers: Array, width: int) -> Array:
    if numbers.dtype.kind == "u":
        whole = numbers.byteswap().view(np.uint8).reshape(-1, 8)
        return whole[:, 8 - width :] if width <= 8 else np.pad(whole, ((0, 0), (width - 8, 0)))
    return np.frombuffer(b"".join(int(n).to_bytes(width, "big") for n in numbers), dtype=np.uint8).reshape(-1, width)
