"""Words for named variations of a book."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from privsynth.generate.rules.vocabulary.basics import RuleModel
from privsynth.generate.rules.vocabulary.relations import TableName


class Scenario(RuleModel):
    """What is otherwise than in the book; whether its words are right shows in the book as it is then."""

    about: str | None = None
    tables: dict[TableName, dict[Any, Any]] = Field(min_length=1, description="Words that stand instead of others.")
