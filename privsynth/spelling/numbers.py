"""What a number wears in a file: signs, currency, unit, blanks, and an exponent where its writer shows one."""

from __future__ import annotations

from dataclasses import dataclass

from privsynth.keeping import kept

DIGITS = "#"  # where the digits stand in a look


@kept(version=1)
@dataclass(frozen=True, kw_only=True)
class Exponent:
    """Which numbers a writer spells with an exponent, and how."""

    mark: str = "e"
    plus: bool = True  # 1e+05, or 1e05
    digits: int = 2  # of the exponent, at least
    places: int | None = None  # decimals before the mark; None: as many as the number needs
    fewest: int = 0  # and at least so many
    low: int = -4  # plain numbers begin with this power of ten
    over: bool = False  # or above it, so that 1e-04 has an exponent and 0.0002 has none
    high: int = 16  # and end below this one
    shorter: bool = False  # R: wherever the word is shorter

    def spelt(self, plain: str, value: float) -> str:
        """`plain`, the digits of a number without its sign, as this writer spells them."""
        mantissa, power = scientific(plain) if self.places is None else _rounded(value, self.places)
        if self.fewest and "." not in mantissa:
            mantissa += "." + "0" * self.fewest
        sign = "-" if power < 0 else "+" if self.plus else ""
        text = f"{mantissa}{self.mark}{sign}{abs(power):0{self.digits}d}"
        if self.shorter:
            return min(plain, text, key=len)
        is_end = self.over and power == self.low and mantissa.rstrip(".0") == "1"
        return plain if self.low <= power < self.high and not is_end else text


def scientific(plain: str) -> tuple[str, int]:
    """The digits before the exponent, and the exponent, of a number in plain digits."""
    whole, _, places = plain.partition(".")
    digits = (whole + places).lstrip("0")
    if not digits:
        return "0", 0
    power = len(digits) - len(places) - 1
    first, rest = digits[0], digits[1:].rstrip("0")
    return f"{first}.{rest}" if rest else first, power


def _rounded(value: float, places: int) -> tuple[str, int]:
    mantissa, _, power = f"{value:.{places}e}".partition("e")
    return mantissa, int(power)


@kept(version=1)
@dataclass(frozen=True, kw_only=True)
class NumberStyle:
    """What stands around the digits. In a look `#` is where they stand."""

    positive: str = DIGITS
    negative: str = f"-{DIGITS}"
    zero: str = ""  # the look of zero where it is not that of a positive number
    width: int = 0  # filled with blanks in front to so many characters; below zero: behind
    bare: bool = False  # .5 for 0.5
    pointed: bool = False  # 5. for 5
    lakhs: bool = False  # 12,34,567
    exponent: Exponent | None = None

    def digits(self, plain: str, value: float) -> str:
        """The digits without sign and marks but the commas of thousands."""
        text = plain if self.exponent is None else self.exponent.spelt(plain, value)
        if self.bare and text.startswith("0."):
            return text[1:]
        if self.pointed and "." not in text and text.isdigit():
            return f"{text}."
        return _by_hundreds(text) if self.lakhs else text

    def dressed(self, digits: str, sign: float) -> str:
        look = self.positive if sign > 0 else self.negative if sign < 0 else self.zero or self.positive
        text = look.replace(DIGITS, digits)
        return text.rjust(self.width) if self.width >= 0 else text.ljust(-self.width)

    def undressed(self, text: str) -> tuple[str, float]:
        """The digits in a word, with their sign; the word itself where nothing stands around them."""
        for look, sign in ((self.negative, -1.0), (self.zero, 1.0), (self.positive, 1.0)):
            left, _, right = look.strip().partition(DIGITS)
            digits = text.strip().removeprefix(left).removesuffix(right)
            if look and f"{left}{digits}{right}" == text.strip():
                return digits, sign
        return text, 1.0


def _by_hundreds(text: str) -> str:
    """India: the last three digits of the whole are a group, and before them each two."""
    whole, point, places = text.replace(",", "").partition(".")
    head, tail = whole[:-3], whole[-3:]
    groups = [head[max(0, end - 2) : end] for end in range(len(head), 0, -2)][::-1]
    return ",".join([*groups, tail]) + point + places
