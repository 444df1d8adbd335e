"""The quick look at all texts at once: what holds a form whole is never left out, and most of the rest is."""

from __future__ import annotations

import pytest

from privsynth.pii.heads import Ends, suspects

WANTED = [Ends.of({"annalongexampleorg", "k0012345"}, 8), Ends.of({"adaquill", "bolee1"}, 6)]


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("annalongexampleorg", True),
        ("xxannalongexampleorgyy", True),
        ("groelpmaxegnolanna", True),  # backwards
        ("naanybatrknzcyrbet", True),  # each letter thirteen on
        ("k0012345", True),
        ("xadaquillx", True),
        ("bolee1", True),
        ("annalongexamplecom", False),  # only the beginning
        ("annelongexampleorg", False),  # only the end
        ("k001234", False),
        ("", False),
        ("\u0416", True),  # what has no Latin form is read closely
    ],
)
def test_texts_that_hold_both_ends_are_suspects(text: str, is_one: bool) -> None:
    assert suspects([text], WANTED).tolist() == [is_one]
    assert suspects(["other", text, "else"], WANTED).tolist() == [False, is_one, False]


def test_an_end_does_not_reach_into_the_next_text() -> None:
    assert not suspects(["annalong", "exampleorg"], WANTED).any()


def test_nothing_is_wanted_and_nothing_is_there() -> None:
    assert not suspects(["annalong"], [Ends.of((), 8)]).any()
    assert suspects([], WANTED).tolist() == []
