"""What is already known of a person from the tables made before: the same person must not change between tables."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
import pandas as pd

from privsynth.people import Fabricator
from privsynth.people.homes import Anchors
from privsynth.people.makers import Maker
from privsynth.people.people import is_female
from privsynth.people.writers import Gendered, Mail, User, Write
from privsynth.typing import Array

UNKNOWN = -1


@dataclass(eq=False)
class Kin:
    """Gender and place by the number of the entity, and the locales and styles that the first tables had."""

    locale: str | None = None
    genders: pd.Series[Any] = field(
        default_factory=lambda: pd.Series(dtype="int64", index=pd.Index([], dtype="uint64")), repr=False
    )
    home: str | None = None
    styles: dict[str, Write] = field(default_factory=dict)
    places: dict[str, pd.Series[Any]] = field(default_factory=dict, repr=False)

    def gender(self, fabricator: Fabricator, context: pd.DataFrame, entities: Array) -> Array | None:
        """What the table itself says comes first; what it does not say was said before."""
        column = fabricator.gender
        if column is not None and column in context and not fabricator.makes(column):
            shown = is_female(context[column].to_numpy())
            if len(self.genders) == 0:
                first = pd.Series(shown, index=pd.Index(entities))
                self.genders = first[~first.index.duplicated()]
            return shown
        if len(self.genders) == 0:
            return None
        return self.genders.reindex(pd.Index(entities)).fillna(UNKNOWN).to_numpy().astype(np.int64)

    def meet(self, fabricator: Fabricator) -> None:
        """The first table with names sets the locales for all, the first with e-mails or user names their style."""
        if self.locale is None and fabricator.names_people:
            self.locale = fabricator.locale
        if self.home is None and fabricator.has_a_place:
            self.home = fabricator.home
        for maker in fabricator.makers:
            if isinstance(maker.write, Mail | User | Gendered):
                self.styles.setdefault(str(maker.entity), maker.write)

    def dressed(self, fabricator: Fabricator) -> Fabricator:
        """With the styles of the tables met before, so that one person has one e-mail and one gender in all of them."""
        genders = self.styles.get("GENDER")
        women = genders.women if isinstance(genders, Gendered) else fabricator.women
        return replace(
            fabricator, makers=tuple(map(self._dressed, fabricator.makers)), women=women, notes=fabricator.notes
        )

    def _dressed(self, maker: Maker) -> Maker:
        style = self.styles.get(str(maker.entity))
        return (
            replace(maker, write=style)
            if style is not None and type(style) is type(maker.write) and not isinstance(style, Gendered)
            else maker
        )

    def settled(
        self, fabricator: Fabricator, context: pd.DataFrame, entities: Array
    ) -> tuple[Fabricator, pd.DataFrame]:
        """What earlier tables said of the same people's place or name is said here too, in columns that no file has."""
        anchors, more = fabricator.anchors, {}
        for part in (item.name for item in fields(Anchors)):
            column = getattr(anchors, part)
            if column is not None and column in context:
                shown = pd.Series(context[column].to_numpy(), index=pd.Index(entities))
                self.places.setdefault(part, shown[~shown.index.duplicated()])
            elif part in self.places:
                more[f"\x1f{part}"] = self.places[part].reindex(pd.Index(entities)).to_numpy()
                anchors = replace(anchors, **{part: f"\x1f{part}"})
        return replace(fabricator, anchors=anchors, notes=fabricator.notes), context.assign(**more) if more else context
