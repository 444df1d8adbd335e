"""In which forms a real value is looked for: one table, which the report prints and the README repeats."""

from __future__ import annotations

from dataclasses import dataclass

from privsynth.pii.digests import ALGORITHMS, BETWEEN, NEAR, OF_TWO, SHORTEST, SPELLINGS
from privsynth.pii.disguises import CODES, LETTER_BY_LETTER


@dataclass(frozen=True)
class Searched:
    """One line of the table."""

    form: str
    how: str


def searched() -> tuple[Searched, ...]:
    """What is tried, in the order in which it is."""
    return (
        *_PLAIN,
        *(Searched(code.name, code.how) for code in (*CODES, *LETTER_BY_LETTER)),
        Searched(
            "digests",
            f"{', '.join(ALGORITHMS)}, in hex, also with colons, base64 or base32, of one value: "
            f"{', '.join(SPELLINGS)}; of whole names with either in front",
        ),
        Searched(
            "cut digests",
            f"the first or the last {SHORTEST} hex digits or more, 12 letters of base64, 16 of base32, with anything "
            f"in front or behind, as in an address of Gravatar, hex digits too (the {NEAR} at each end of a run); "
            "short ones count where they are more than chance gives",
        ),
        Searched(
            "digests of two values of a person",
            f"{', '.join(OF_TWO)} of keys, addresses, numbers, parts of names and birthdays, each pair in both orders, "
            f"as they are or in small letters, with one of these between them: {' '.join(_spelt(BETWEEN))}; of large "
            "tables some people are taken",
        ),
        Searched(
            "two columns",
            "one after the other in a row, in either order; numbers count where they are more than chance gives",
        ),
    )


def _spelt(between: tuple[str, ...]) -> tuple[str, ...]:
    words = {"": "nothing", " ": "a space"}
    return tuple(words.get(each, each) for each in between)


BEYOND = (
    "digests with a key or a salt, encryption, and every code that is not in the table, such as base64 that is glued "
    "to a word or was turned round, numbers in words, numbers with words between their digits, letters exchanged by "
    "any other key than places in the alphabet (atbash), and letters and digits moved on in a table of codes (ROT47)",
    "digests of digests and of codes, of three values or more together, of first parts of addresses, and of telephone "
    "numbers with a country code that the source does not have",
    "first parts of addresses that are letters alone (anna.long): other people have them too; of letters and digits, "
    "those with spaces between them, and those that two columns make",
    "names whose first name is an initial (A. Long), and names that are one word or part of an address (annalong)",
    "values of fewer than eight letters and digits, nine digits or twelve letters, outside of their own column",
    "values that were shortened, paraphrased, translated or put into numbers, dates or times",
    "a single number among others of its length, in another column: it is judged beside chance",
    "an address whose first part is one word (long@x), where another address ends in it (anna.long@x): a namesake's",
    "single names of people among the names of others: they are judged by how many come back, beside chance",
)

_PLAIN = (
    Searched("in its own column", "one is too many of keys, addresses, numbers, and of what names a person by itself"),
    Searched(
        "in any other column",
        "real values long enough that nobody else has the same by chance; in columns of numbers by their digits, with "
        "decimals or without",
    ),
    Searched(
        "inside longer texts",
        "of any length, between marks or where letters meet digits: behind mailto:, tel: or another word",
    ),
    Searched(
        "other spellings",
        "without regard to case, accents, width, invisible signs, spaces and marks, and to letters of other scripts "
        "that look like Latin ones",
    ),
    Searched(
        "names of people",
        "first and last name in either order, in one column or two, with initials, titles, commas or without; among "
        "other names of people where they are more than those of held-out people and than chance gives",
    ),
    Searched(
        "first parts of addresses",
        "eight letters and digits or more, of both (adaquill2726), in any column, inside texts, backwards and in "
        "codes; beside other words of letters and digits, where they are more than chance gives",
    ),
    Searched("telephone numbers", "with and without country code, leading zeros and extension"),
)
