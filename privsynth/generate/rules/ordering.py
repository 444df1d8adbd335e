"""Which comes first: an order in which everything comes after what it needs."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from privsynth.errors import PolicyError


def ordered(needs: Mapping[str, Collection[str]], things: str) -> list[str]:
    """The names, each after those that it needs, otherwise as they were given. A circle is an error that names it."""
    done: dict[str, None] = {}
    waiting = list(needs)
    while waiting:
        free = [name for name in waiting if all(need in done for need in needs[name])]
        if not free:
            circle = _circle(needs, waiting)
            raise PolicyError(
                f"{things} need each other in a circle: {' -> '.join(circle)}.",
                hint="let one of them stand on its own",
                column=circle[0],
            )
        done |= dict.fromkeys(free)
        waiting = [name for name in waiting if name not in done]
    return list(done)


def above(needs: Mapping[str, Collection[str]], names: Collection[str]) -> set[str]:
    """These names and all that they need, however far."""
    reached: set[str] = set()
    todo = list(names)
    while todo:
        name = todo.pop()
        if name in needs and name not in reached:
            reached.add(name)
            todo += needs[name]
    return reached


def below(needs: Mapping[str, Collection[str]], names: Collection[str]) -> set[str]:
    """These names and all that need them, however far."""
    reached = set(names)
    grown = True
    while grown:
        new = {name for name, needed in needs.items() if name not in reached and reached.intersection(needed)}
        reached |= new
        grown = bool(new)
    return reached


def _circle(needs: Mapping[str, Collection[str]], waiting: list[str]) -> list[str]:
    """One circle among names that all wait for another: follow the needs until a name comes back."""
    path = [waiting[0]]
    while True:
        following = next(need for need in needs[path[-1]] if need in waiting)
        if following in path:
            return [*path[path.index(following) :], following]
        path.append(following)
