"""Which columns share their tokens, and what turns their values into them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from privsynth.dataset import Column, Dataset, Kind, Place, Role
from privsynth.errors import BackendError
from privsynth.generate.mask.memory import Memory
from privsynth.generate.mask.tokens import Opaque
from privsynth.generate.mask.tokens.encrypted import Encrypted
from privsynth.generate.mask.tokens.shaped import Tokens
from privsynth.generate.mask.tokens.streamed import StreamedTokens
from privsynth.keyring import Keyring
from privsynth.mask_plan import shaped
from privsynth.mask_steps import Encrypt, Token
from privsynth.relations import distinct_keys, key_domains
from privsynth.statistics import Taken
from privsynth.typing import Array

SPARSE = 2.0  # in a stream each shape has so many times its usual room, so that a value finds another token soon
Tokeniser = Tokens | StreamedTokens | Opaque | Encrypted


@dataclass(frozen=True, eq=False, kw_only=True)
class TokenDomain:
    """Columns whose equal values become equal tokens."""

    name: str
    places: tuple[Place, ...]
    step: Token | Encrypt
    known: Array = field(repr=False)
    rows: int  # of its tables, the longest
    number: bool
    entity: str | None

    def learnt(self, ring: Keyring, taken: Taken, memory: Memory) -> Tokeniser:
        """Learnt once in a run."""
        times = 1.0 if memory.rows_expected is None else SPARSE * max(1.0, memory.rows_expected / max(1, self.rows))
        tokens: Tokeniser = memory.once(("tokens", self.name, self.step.do), lambda: self._learn(ring, taken, times))
        if isinstance(tokens, Tokens) and memory.rows_expected is not None:
            return StreamedTokens.after(tokens, taken)
        return tokens

    def _learn(self, ring: Keyring, taken: Taken, times: float) -> Tokeniser:
        if isinstance(self.step, Encrypt):
            return Encrypted.learn(self.known, ring, self.name, number=self.number)
        if self.step.shape == "opaque":
            return Opaque.learn(ring, self.name)
        return Tokens.learn(
            self.known, ring, self.name, taken=taken, number=self.number, entity=self.entity, times=times
        )


def domains_of(data: Dataset, ring: Keyring) -> list[TokenDomain]:
    """The domains of all columns of tokens."""
    masked = {(table.name, c.name): c for table in data for c in table.columns if isinstance(c.step, Token | Encrypt)}
    for (table, name), column in masked.items():
        if column.kind is Kind.DATE or column.kind.is_time:
            raise BackendError(
                f"column {name} of table {table}: a {column.kind} cannot be a key that is masked.",
                hint="give it the role quasi, or the kind text.",
                column=name,
            )
    named = {
        place: c.step.domain
        for place, c in masked.items()
        if isinstance(c.step, Token | Encrypt) and c.step.domain is not None
    }
    names = domain_names(_as_keys(data, masked), ring, named)
    groups: dict[tuple[str, Token | Encrypt], list[Place]] = {}
    for place, column in masked.items():
        groups.setdefault((names[place], _settled(column)), []).append(place)
    return [_domain(name, places, data, masked) for (name, _), places in groups.items()]


def domain_names(data: Dataset, ring: Keyring, named: Mapping[Place, str] | None = None) -> dict[Place, str]:
    """The name of the domain of each key column.

    Columns that relations tie together are one. Under a kept key columns of one name are one too, in whatever table or
    file: linkability is what such a key is kept for. Otherwise only a relation, or the policy, ties two columns.
    """
    named, tied = named or {}, dict[str, list[Place]]()
    for place, name in key_domains(data, named).items():
        tied.setdefault(name, []).append(place)
    shared = {
        name: _name_of(places) if ring.kept and named.keys().isdisjoint(places) else name
        for name, places in tied.items()
    }
    return {place: shared[name] for name, places in tied.items() for place in places}


def _name_of(places: Sequence[Place]) -> str:
    """The name by which another file would know these columns: of `id` and `customer_id` the one that says more."""
    return min((name.casefold() for _, name in places), key=lambda name: (-len(name), name))


def _as_keys(data: Dataset, masked: Mapping[Place, Column]) -> Dataset:
    """Tokens are wanted for these columns, whatever their role."""
    return data.replace_tables(
        *(
            t.with_columns(*(replace(c, role=Role.IDENTIFIER) for c in t.columns if (t.name, c.name) in masked))
            for t in data
        ),
    )


def _settled(column: Column) -> Token | Encrypt:
    """The step, with the shape of its tokens decided."""
    step = column.step if isinstance(column.step, Token | Encrypt) else Token()
    return (
        step.model_copy(update={"shape": "same" if shaped(column, step) else "opaque"})
        if isinstance(step, Token)
        else step
    )


def _domain(name: str, places: list[Place], data: Dataset, masked: Mapping[Place, Column]) -> TokenDomain:
    columns = [masked[place] for place in places]
    return TokenDomain(
        name=name,
        places=tuple(places),
        step=_settled(columns[0]),
        known=distinct_keys(data, places),
        rows=max(len(data[table]) for table, _ in places),
        number=any(column.kind.is_numeric for column in columns),
        entity=next((column.entity for column in columns if column.entity), None),
    )
