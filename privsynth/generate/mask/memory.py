"""What a masking run has learnt so far: a second part of the same rows is treated as the first was."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import KW_ONLY, dataclass, field
from typing import Self, TypeVar, cast

from privsynth.dataset import Table
from privsynth.keyring import Keyring
from privsynth.options import MaskOptions
from privsynth.people.kin import Kin

T = TypeVar("T")


@dataclass(eq=False)
class Memory:
    """The key, and what was learnt under it: formats, edges, groups. It lives as long as the run."""

    ring: Keyring
    _: KW_ONLY
    rows_expected: int | None = None  # all rows that will come, where only a part of them is learnt from
    parts: Iterable[Table] = ()  # all of those parts, to look through when something must have room for every row
    kin: Kin = field(default_factory=Kin)
    learnt: dict[tuple[str, ...], object] = field(default_factory=dict, repr=False)
    rows: dict[str, int] = field(default_factory=dict)  # of each table, those that were masked before

    @classmethod
    def for_options(
        cls, options: MaskOptions, *, rows_expected: int | None = None, parts: Iterable[Table] = ()
    ) -> Self:
        return cls(Keyring.for_options(options), rows_expected=rows_expected, parts=parts)

    def once(self, key: tuple[str, ...], learn: Callable[[], T]) -> T:
        """What was learnt under this name; the first time it is learnt now."""
        if key not in self.learnt:
            self.learnt[key] = learn()
        return cast("T", self.learnt[key])

    def destroy(self) -> None:
        """The end of the run: the key goes, and with it what was learnt."""
        self.learnt.clear()
        self.ring.destroy()
