"""What is already known of a person from the tables made before: the same person must not change between tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from privsynth.generate.fabricate import Fabricator
from privsynth.generate.fabricate.people import is_female

Array = np.ndarray[Any, Any]
UNKNOWN = -1


@dataclass(eq=False)
class Kin:
    """Gender by the number of the entity, and the locale that the first named people have."""

    locale: str | None = None
    genders: pd.Series[Any] = field(default_factory=lambda: pd.Series(dtype="int64", index=pd.Index([], dtype="uint64")), repr=False)

    def gender(self, fabricator: Fabricator, context: pd.DataFrame, entities: Array) -> Array | None:
        """What the table itself says comes first; what it does not say was said before."""
        column = fabricator.gender
        if column is not None and column in context:
            said = is_female(context[column].to_numpy())
            if len(self.genders) == 0:
                known = pd.Series(said, index=pd.Index(entities))
                self.genders = known[~known.index.duplicated()]
            return said
        if len(self.genders) == 0:
            return None
        return self.genders.reindex(pd.Index(entities)).fillna(UNKNOWN).to_numpy().astype(np.int64)

    def meet(self, fabricator: Fabricator) -> None:
        """The first table with names sets the locale for all."""
        if self.locale is None and fabricator.names_people:
            self.locale = fabricator.locale
