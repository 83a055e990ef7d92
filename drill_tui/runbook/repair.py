"""A runbook whose form is wrong, mended as it was most likely meant, so that the rest of it can be read too.

What is mended is never run: only the rules look at it, so that one check tells every mistake.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from drill_tui.runbook.model import Runbook
from drill_tui.runbook.problems import Fault, YamlPath

ROUNDS: Final = 8
"""Mending one value may show that another is missing."""


@dataclass(frozen=True, slots=True)
class Mended:
    """`touched` are the places that are not as they were written, `poorer` mappings that lost a key."""

    runbook: Runbook
    touched: tuple[YamlPath, ...]
    poorer: frozenset[YamlPath]

    def without_consequences(self, faults: Iterable[Fault]) -> Iterator[Fault]:
        """What is wrong in places that stand as they were written, and names nothing that was taken out."""
        lost = {f"{part!r}" for at in self.touched for part in at[-1:] if isinstance(part, str)}
        for fault in faults:
            near = any(fault.at[: len(at)] == at or at[: len(fault.at)] == fault.at for at in self.touched)
            near = near or fault.at in self.poorer or fault.at[:-1] in self.poorer
            if not near and not any(name in fault.message for name in lost):
                yield fault


def mended(data: dict[str, Any], faults: Iterable[Fault]) -> Mended | None:
    """None where nothing of it can be guessed."""
    draft = copy.deepcopy(data)
    touched: list[YamlPath] = []
    poorer: set[YamlPath] = set()
    for fault in faults:
        if fault.hint.startswith("did you mean ") and fault.on_key:
            touched += _rename(draft, fault.at, fault.hint.removeprefix("did you mean ").rstrip("?"))
    for _ in range(ROUNDS):
        try:
            return Mended(Runbook.model_validate(draft), tuple(touched), frozenset(poorer))
        except ValidationError as error:
            details = [d for d in error.errors(include_url=False) if not _counts_others(d)]
            unknown = {_place(draft, d) for d in details if d["type"] == "extra_forbidden"}
            poorer |= {at[:-1] for at in unknown}
            places = dict.fromkeys(_place(draft, detail) for detail in details)
            for at in _outermost(places):
                if not _mend(draft, at):
                    return None
                touched.append(at)
    return None


def _rename(draft: Any, at: YamlPath, name: str) -> list[YamlPath]:
    """A key that is misspelt, unless both spellings are there."""
    *above, wrong = at
    holder = _at(draft, tuple(above))
    if not isinstance(holder, dict) or name in holder or wrong not in holder:
        return []
    holder[name] = holder.pop(wrong)
    return [at, (*above, name)]


def _counts_others(detail: ErrorDetails) -> bool:
    """A list is too short only because of entries that have an error of their own."""
    return detail["type"] == "too_short" and bool(detail["input"])


def _place(draft: Any, detail: ErrorDetails) -> YamlPath:
    """The value that is wrong, or the key that is missing.

    Of a list's entries only mappings can be mended: without one of the others, the rest would move.
    """
    at = _known(draft, detail["loc"])
    if detail["type"] == "missing":
        return (*at, str(detail["loc"][-1]))
    while at and isinstance(at[-1], int) and not isinstance(_at(draft, at), dict):
        at = at[:-1]
    return at


def _outermost(places: Iterable[YamlPath]) -> list[YamlPath]:
    """Without those that lie in another: it goes as a whole."""
    whole = set(places)
    return [at for at in places if not any(at[:length] in whole for length in range(1, len(at)))]


def _mend(draft: Any, at: YamlPath) -> bool:
    """Take the value out, or put in what is missing."""
    *above, last = at or ("",)
    holder = _at(draft, tuple(above))
    if not at or not isinstance(holder, dict):
        return False
    if last in holder:
        del holder[last]
    else:
        holder[last] = _STAND_INS.get(last, "x")
    return True


_STAND_INS: Final[dict[str | int, Any]] = {"version": 1, "id": "x", "steps": [], "kind": "confirm"}


def _known(data: Any, loc: tuple[int | str, ...]) -> YamlPath:
    """As far as the error's place is one of the document: pydantic adds segments of its own."""
    at: YamlPath = ()
    for part in loc:
        inside = isinstance(data, dict) and part in data
        if inside or (isinstance(data, list) and isinstance(part, int) and part < len(data)):
            data, at = data[part], (*at, part)
    return at


def _at(data: Any, at: YamlPath) -> Any:
    for part in at:
        data = data[part]
    return data
