"""Writes what is generated of the documentation: the command line as its own --help says it, and the glossary."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

from command import privsynth

from privsynth.pii.searched import BEYOND, searched
from privsynth.report.glossary import glossary_page

README = Path(__file__).parents[1] / "README.md"
GLOSSARY = README.parent / "docs" / "glossary.md"
BAR = "\\|"  # within a cell of a table
VERBS = (
    "",
    "run",
    "fit",
    "sample",
    "mask",
    "key",
    "inspect",
    "init",
    "fidelity",
    "risk",
    "scan",
    "rules",
    "rules check",
    "rules explain",
    "rules test",
    "schema",
    "doctor",
)


def cli_block() -> str:
    """Every verb's help, one after another."""
    parts = []
    for verb in VERBS:
        shown = privsynth(*verb.split(), "--help", COLUMNS="110", NO_COLOR="1")
        body = shown.stdout.strip()
        parts.append(
            f"```console\n{body}\n```"
            if not verb
            else f"<details><summary><code>privsynth {verb}</code></summary>\n\n```console\n{body}\n```\n</details>"
        )
    return "\n\n".join(parts)


def searched_block() -> str:
    """The forms in which real values are looked for, and what is in none of them."""
    rows = [f"| {line.form} | {escape(line.how, quote=False).replace('|', BAR)} |" for line in searched()]
    return "\n".join(
        ["| form | what is tried |", "|---|---|", *rows, "", "Not looked for:", "", *(f"- {x}" for x in BEYOND)]
    )


def with_block(text: str) -> str:
    for name, block in (("cli", cli_block), ("searched", searched_block)):
        whole = f"<!-- {name} -->\n{block()}\n<!-- /{name} -->"
        text = re.sub(rf"(?s)<!-- {name} -->.*<!-- /{name} -->", lambda _, whole=whole: whole, text)
    return text


if __name__ == "__main__":
    README.write_text(with_block(README.read_text()))
    GLOSSARY.write_text(glossary_page())
