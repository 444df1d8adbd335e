"""The binding rulebook of rules/README.md binds what the page says."""

from __future__ import annotations

from pathlib import Path

from privsynth.generate.rules.demands.binding import bindings_of
from privsynth.generate.rules.mistakes.found import ready

README = (Path(__file__).parents[3] / "rules" / "README.md").read_text(encoding="utf-8")


def test_the_example_binds_keys_totals_references_and_expectations(tmp_path: Path) -> None:
    example = next(block for block in README.split("```yaml\n")[1:] if "what our orders keep" in block)
    (tmp_path / "book.yaml").write_text(example.partition("```")[0])
    ready_book = ready(tmp_path / "book.yaml")
    assert [each.name for each in bindings_of(ready_book.book, ready_book.plan)] == [
        "customers: customer_id is unique",
        "customers: total spent",
        "orders: customer_id refers to customers",
        "orders: expect 1",
        "orders: expect 2",
    ]
