"""Which comes first: an order in which everything comes after what it needs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping
from typing import Any, TypeVar

T = TypeVar("T", bound=Hashable)


class Circle(Exception):  # noqa: N818 - it reads as what it is
    """Things that need each other; the first comes back at the end."""

    def __init__(self, names: list[Any]) -> None:
        super().__init__(" -> ".join(map(str, names)))
        self.names = names


def ordered(needs: Mapping[T, Collection[T]]) -> list[T]:
    """The names, each after those that it needs, otherwise as they were given; a `Circle` if there is no such order."""
    place = {name: at for at, name in enumerate(needs)}
    waits_for = {name: len(set(needed)) for name, needed in needs.items()}
    users = _users(needs)
    done: list[T] = []
    free = [name for name, count in waits_for.items() if not count]
    while free:
        done += free
        following: dict[T, None] = {}
        for user in (user for name in free for user in users[name]):
            waits_for[user] -= 1
            if not waits_for[user]:
                following[user] = None
        free = sorted(following, key=place.__getitem__)
    if len(done) < len(needs):
        raise Circle(_circle(needs, [name for name, count in waits_for.items() if count]))
    return done


def above(needs: Mapping[T, Collection[T]], names: Collection[T]) -> set[T]:
    """These names and all that they need, however far."""
    reached: set[T] = set()
    todo = list(names)
    while todo:
        name = todo.pop()
        if name in needs and name not in reached:
            reached.add(name)
            todo += needs[name]
    return reached


def below(needs: Mapping[T, Collection[T]], names: Collection[T]) -> set[T]:
    """These names and all that need them, however far."""
    users = _users(needs)
    reached: set[T] = set()
    todo = list(names)
    while todo:
        name = todo.pop()
        if name not in reached:
            reached.add(name)
            todo += users[name]
    return reached


def _users(needs: Mapping[T, Collection[T]]) -> defaultdict[T, list[T]]:
    """For each name those that need it."""
    users: defaultdict[T, list[T]] = defaultdict(list)
    for name, needed in needs.items():
        for need in set(needed):
            users[need].append(name)
    return users


def _circle(needs: Mapping[T, Collection[T]], waiting: list[T]) -> list[T]:
    """One circle among names that all wait for another: follow the needs until a name comes back."""
    path = [waiting[0]]
    while True:
        following = next(name for name in waiting if name in needs[path[-1]])
        if following in path:
            return [*path[path.index(following) :], following]
        path.append(following)
