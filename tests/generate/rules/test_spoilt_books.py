"""Thousands of spoilt books, and hostile ones: each is planned, or refused with a mistake that is ours."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from rulebooks import book
from spoilt_books import fuzz

from privsynth.errors import PolicyError
from privsynth.generate.rules.book import MOST_SIGNS
from privsynth.generate.rules.mistakes.found import ready

SECONDS = 2.0  # of this process, within which a hostile book is refused


def test_spoilt_books_are_planned_or_refused() -> None:
    counts = fuzz(24, seed=3)
    assert (counts["crashed"], counts["slow"]) == (0, 0)
    assert counts["refused"]
    assert counts["planned"]


@pytest.mark.slow
def test_hundreds_of_spoilt_books_are_planned_or_refused() -> None:
    counts = fuzz(600, seed=2)
    assert (counts["crashed"], counts["slow"]) == (0, 0)


def bomb(depth: int) -> str:
    """Each name stands for nine of the one before."""
    lines = [f"a{at}: &a{at} [{', '.join(['x' if at == 0 else f'*a{at - 1}'] * 9)}]" for at in range(depth)]
    return "\n".join(lines) + "\n"


def many(columns: int) -> str:
    return book("\n".join(f"c{at}: {{constant: 1}}" for at in range(columns)))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (book("x: {sql: \"read_csv('/etc/passwd')\"}"), 7),
        (book("x: {sql: \"(SELECT content FROM read_text('/etc/passwd'))\"}"), 7),
        (book('y: {constant: 1}\nx: {sql: "(SELECT 1)"}'), 8),
        (book("x: {sql: \"1; ATTACH 'x.db'\"}"), 7),
        (book('x: {sql: "PRAGMA database_list"}'), 7),
        (book("x: {sql: \"COPY t TO 'x'\"}"), 7),
        (book("x: {sql: \"getenv('HOME')\"}"), 7),
        (book("x: {sql: \"repeat('x', 1000000000)\"}"), 7),
        (book(f'x: {{sql: "{"(" * 1500}1{")" * 1500}"}}'), 7),
        (book(f'x: {{sql: "{"+".join(["1"] * 1500)}"}}'), 7),
        (book("x: {pattern: '((((a{0,14}){0,14}){0,14}){0,14})'}"), 7),
        (book("x: {pattern: '((((a?b?c?d?){1,3}){1,3}){1,3}){1,9}'}"), 7),
        (book("x: {lookup: {file: ../../../etc/passwd, column: a}}"), 7),
        (book("x: {lookup: {file: /etc/passwd, column: a}}"), 7),
        (book("x: {template: '{x.__class__}'}"), 7),
        (book("x: {constant: 1}").replace("  t:", "  '../t':"), 4),
        (book("x: !!python/object/apply:os.system ['id']"), 7),
        (bomb(9), 1),
        (f"a: {'[' * 5000}", 1),
        (many(100_000), 13_107),
        (book(f"x: {{choice: [{', '.join(map(str, range(MOST_SIGNS)))}]}}"), 7),
        (book("x: {constant: 1}", rest="    expect:\n" + "      - x > 0\n" * 1001), 8),
    ],
)
def test_a_hostile_book_is_refused_at_once_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    path = tmp_path / "book.yaml"
    path.write_text(text, encoding="utf-8")
    began = time.process_time()
    with pytest.raises(PolicyError) as caught:
        ready(path)
    assert time.process_time() - began < SECONDS
    assert caught.value.line == line or (text == many(100_000) and caught.value.line)
    assert f"book.yaml:{caught.value.line}" in str(caught.value)
    assert "root:" not in str(caught.value)
