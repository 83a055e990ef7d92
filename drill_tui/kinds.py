"""Where others plug in: the kinds of one thing, ours by name, and those of anybody's installed package.

A package adds a kind with an entry point (Python packaging guide, "Creating and discovering plugins"):

    [project.entry-points."drill_tui.targets"]
    warehouse = "acme_drills.warehouse:KIND"

Nothing is imported before a kind is asked for by name.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import TypeVar

T = TypeVar("T")


class KindError(Exception):
    """There is no such kind, or its package cannot provide it: a sentence, and what to do next."""


class Kinds(Mapping[str, T]):
    """The kinds of one thing, by name.

    `group` is the entry points' group, `what` the thing in words ("target"), `type_` what a kind must be an
    instance of. `own` are our kinds, or where they are as `module:attribute`: imported when asked for.
    A package cannot take the place of one of ours.
    """

    def __init__(self, group: str, what: str, type_: type[T], own: Mapping[str, T | str]) -> None:
        self.group = group
        self._what = what
        self._type = type_
        self._own = dict(own)

    def __iter__(self) -> Iterator[str]:
        """Ours in their order, then those of other packages by name.  Raises KindError."""
        yield from self._own
        yield from sorted(self._others())

    def __len__(self) -> int:
        return len(self._own) + len(self._others())

    def __contains__(self, name: object) -> bool:
        return name in self._own or name in self._others()

    def __getitem__(self, name: str) -> T:
        """Raises KeyError for an unknown name, KindError where its package cannot provide it."""
        kind = self._load_own(name) if name in self._own else self._load_foreign(name)
        if not isinstance(kind, self._type):
            raise KindError(
                f"the {self._what} {name!r} is of type {type(kind).__name__}, not {self._type.__name__}; "
                "docs/extending.md shows what one looks like"
            )
        return kind

    def named(self, name: str) -> T:
        """The same for a name that a person typed.  Raises KindError, which names the nearest one."""
        try:
            return self[name]
        except KeyError:
            close = difflib.get_close_matches(name, list(self), n=1)
            others = f"there are {', '.join(self)}" if self else "no installed package adds one"
            hint = f"did you mean {close[0]}?" if close else others
            raise KindError(f"there is no {self._what} {name!r}; {hint}") from None

    def _load_own(self, name: str) -> object:
        kind = self._own[name]
        if not isinstance(kind, str):
            return kind
        module, _, attribute = kind.partition(":")
        return getattr(import_module(module), attribute)

    def _load_foreign(self, name: str) -> object:
        entry = self._others()[name]
        try:
            return entry.load()
        except Exception as problem:
            raise KindError(
                f"the {self._what} {name!r} of {_package(entry)} cannot be loaded from {entry.value}: "
                f"{type(problem).__name__}: {problem}; mend or uninstall that package"
            ) from problem

    def _others(self) -> dict[str, EntryPoint]:
        found: dict[str, EntryPoint] = {}
        for entry in entry_points(group=self.group):
            taken = entry.name in self._own or (
                entry.name in found and found[entry.name].value != entry.value
            )
            if taken:
                first = found.get(entry.name)
                by = _package(first) if first else "drill-tui itself"
                raise KindError(
                    f"{_package(entry)} adds the {self._what} {entry.name!r}, which {by} has already; "
                    "uninstall one of the two"
                )
            found[entry.name] = entry
        return found


def _package(entry: EntryPoint) -> str:
    return f"package {entry.dist.name} {entry.dist.version}" if entry.dist else "an unnamed package"
