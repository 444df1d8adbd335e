"""FF1 is the one of NIST SP 800-38G: its nine sample vectors, and a slow textbook version as second witness."""

from __future__ import annotations

from itertools import pairwise
from string import ascii_lowercase, digits

import numpy as np
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from hypothesis import given, settings
from hypothesis import strategies as st

from privsynth.errors import BackendError
from privsynth.keyring.ff1 import FF1, permuted

KEY = bytes.fromhex("2B7E151628AED2A6ABF7158809CF4F3CEF4359D8D580AA4F7F036D6F04FC6A94")
LETTERS = digits + ascii_lowercase
TWEAK_10, TWEAK_36 = bytes.fromhex("39383736353433323130"), bytes.fromhex("3737373770717273373737")
PLAIN_10, PLAIN_36 = "0123456789", "0123456789abcdefghi"
SAMPLES = [  # key bytes, radix, tweak, plain, cipher: FF1samples.pdf, samples 1 to 9
    (16, 10, b"", PLAIN_10, "2433477484"),
    (16, 10, TWEAK_10, PLAIN_10, "6124200773"),
    (16, 36, TWEAK_36, PLAIN_36, "a9tv40mll9kdu509eum"),
    (24, 10, b"", PLAIN_10, "2830668132"),
    (24, 10, TWEAK_10, PLAIN_10, "2496655549"),
    (24, 36, TWEAK_36, PLAIN_36, "xbj3kv35jrawxv32ysr"),
    (32, 10, b"", PLAIN_10, "6657667009"),
    (32, 10, TWEAK_10, PLAIN_10, "1001623463"),
    (32, 36, TWEAK_36, PLAIN_36, "xs8a0azh2avyalyzuwd"),
]


def numerals(text: str) -> np.ndarray:
    return np.array([[LETTERS.index(c) for c in text]])


def text(row: np.ndarray) -> str:
    return "".join(LETTERS[n] for n in row)


def textbook(key: bytes, radix: int, tweak: bytes, plain: list[int]) -> list[int]:
    """Algorithm 7 of SP 800-38G, step by step, with Python's integers and the library's own CBC."""

    def num(part: list[int]) -> int:
        return sum(digit * radix**place for place, digit in enumerate(reversed(part)))

    n, t = len(plain), len(tweak)
    u, v = n // 2, n - n // 2
    a, b = plain[:u], plain[u:]
    size = ((radix**v - 1).bit_length() + 7) // 8
    d = 4 * ((size + 3) // 4) + 4
    p = bytes([1, 2, 1]) + radix.to_bytes(3, "big") + bytes([10, u % 256]) + n.to_bytes(4, "big") + t.to_bytes(4, "big")
    for i in range(10):
        q = tweak + bytes((-t - size - 1) % 16) + bytes([i]) + num(b).to_bytes(size, "big")
        r = Cipher(AES(key), CBC(bytes(16))).encryptor().update(p + q)[-16:]
        s = r
        for j in range(1, (d + 15) // 16):
            s += Cipher(AES(key), CBC(j.to_bytes(16, "big"))).encryptor().update(r)
        m = u if i % 2 == 0 else v
        c = (num(a) + int.from_bytes(s[:d], "big")) % radix**m
        a, b = b, [c // radix**place % radix for place in reversed(range(m))]
    return a + b


@pytest.mark.parametrize(("size", "radix", "tweak", "plain", "cipher"), SAMPLES)
def test_agrees_with_the_samples_of_nist(size: int, radix: int, tweak: bytes, plain: str, cipher: str) -> None:
    scheme = FF1(KEY[:size], radix, tweak)
    assert text(scheme.encrypt(numerals(plain))[0]) == cipher
    assert text(scheme.decrypt(numerals(cipher))[0]) == plain


@settings(max_examples=60, deadline=None)
@given(
    st.data(),
    st.sampled_from([16, 24, 32]),
    st.one_of(st.integers(2, 40), st.sampled_from([255, 256, 257, 65_536])),
    st.binary(max_size=40),
)
def test_agrees_with_the_textbook_and_turns_back(data: st.DataObject, size: int, radix: int, tweak: bytes) -> None:
    least = next(width for width in range(2, 21) if radix**width >= 1_000_000)
    width = data.draw(st.integers(least, least + 60))
    rows = data.draw(
        st.lists(st.lists(st.integers(0, radix - 1), min_size=width, max_size=width), min_size=1, max_size=3)
    )
    scheme, plain = FF1(KEY[:size], radix, tweak), np.array(rows)
    made = scheme.encrypt(plain)
    assert made.tolist() == [textbook(KEY[:size], radix, tweak, row) for row in rows]
    assert scheme.decrypt(made).tolist() == rows


@settings(max_examples=60, deadline=None)
@given(st.integers(20, 62), st.data(), st.binary(max_size=40))
def test_numbers_go_the_way_of_their_bits(bits: int, data: st.DataObject, tweak: bytes) -> None:
    numbers = data.draw(st.lists(st.integers(0, 2**bits - 1), min_size=1, max_size=4))
    matrix = np.array([[n >> place & 1 for place in reversed(range(bits))] for n in numbers])
    expected = [int("".join(map(str, row)), 2) for row in FF1(KEY, 2, tweak).encrypt(matrix)]
    made = permuted(KEY, tweak, bits, np.array(numbers, dtype=np.uint64))
    assert made.tolist() == expected
    assert permuted(KEY, tweak, bits, made, back=True).tolist() == numbers


def test_a_domain_of_a_million_is_permuted_whole() -> None:
    made = permuted(KEY, b"t", 20, np.arange(2**20, dtype=np.uint64))
    assert len(np.unique(made)) == 2**20
    assert made.max() < 2**20
    assert (made == np.arange(2**20)).sum() < 10  # a random permutation has one fixed point on average


@pytest.mark.parametrize(("radix", "width"), [(10, 5), (2, 19), (36, 3), (65_536, 1), (1, 30), (65_537, 4)])
def test_refuses_small_domains_and_impossible_alphabets(radix: int, width: int) -> None:
    with pytest.raises(BackendError, match="FF1"):
        FF1(KEY, radix).encrypt(np.zeros((1, width), dtype=np.int64))


def test_tweaks_and_keys_share_nothing() -> None:
    plain = np.random.default_rng(1).integers(0, 10, (500, 9))
    made = [FF1(key, 10, tweak).encrypt(plain) for key, tweak in ((KEY, b"a"), (KEY, b"b"), (KEY[:16], b"a"))]
    for one, other in pairwise([*made, made[0]]):
        assert (one == other).all(axis=1).sum() == 0


def test_the_key_is_in_no_representation() -> None:
    shown = repr(FF1(KEY, 10))
    assert KEY.hex() not in shown
    assert repr(KEY) not in shown
