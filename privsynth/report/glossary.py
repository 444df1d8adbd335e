"""What the words of reports and documentation mean: one meaning each, in `glossary.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path


@cache
def glossary() -> dict[str, str]:
    """Each word with its meaning, in the order of the alphabet."""
    with (Path(__file__).parent / "glossary.toml").open("rb") as file:
        return tomllib.load(file)


def glossary_page() -> str:
    """docs/glossary.md."""
    lines = [f"| {word} | {meaning} |" for word, meaning in glossary().items()]
    head = "# Glossary\n\nOne word, one meaning: in the reports, in the documentation and in the code.\n"
    return "\n".join((head, "| word | meaning |", "|---|---|", *lines)) + "\n"
