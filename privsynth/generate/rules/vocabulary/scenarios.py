"""Words for named variations of a book."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from privsynth.generate.rules.vocabulary.basics import Name, RuleModel
from privsynth.generate.rules.vocabulary.relations import TableName


class Scenario(RuleModel):
    """What is otherwise than in the book; whether its words are right shows in the book as it is then."""

    about: str | None = None
    tables: dict[TableName, dict[Any, Any]] = Field(min_length=1, description="Words that stand instead of others.")


class CoverRule(RuleModel):
    """Columns whose levels are combined, two by two or three by three, in few rows."""

    plain_words = ("columns", "ways")

    columns: list[Name] = Field(min_length=2, max_length=20)
    ways: Literal[2, 3] = 2


def _each(value: Any) -> Any:
    return {"each": 1} if value == "each" else value


class BreakRule(RuleModel):
    """In how many rows each expectation is broken, and no other."""

    plain_words = ("each",)

    each: int = Field(ge=1, le=1_000)


Break = Annotated[BreakRule, BeforeValidator(_each)]
