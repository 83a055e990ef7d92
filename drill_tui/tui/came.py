"""What a step came to, as facts: those that its expected result asks for, never raw outputs."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePath

from drill_tui.engine.text.sanitise import one_line
from drill_tui.verdict.wording import duration_words, size_words

_LONGEST = 240
"""Characters of one fact; the whole is in the report."""


@dataclass(frozen=True, slots=True)
class Fact:
    name: str
    words: str


def _size(text: str) -> str:
    return size_words(float(text))


def _length(text: str) -> str:
    return duration_words(float(text))


def _named(text: str) -> str:
    return PurePath(text).name


@dataclass(frozen=True, slots=True)
class _Kind:
    name: str
    asked_by: str
    """Words of an expected result that ask for it."""
    shown: Callable[[str], str] = str


_KINDS: Mapping[str, _Kind] = {
    "host": _Kind("host", "host"),
    "dbname": _Kind("database", "database"),
    "name": _Kind("target", "target fits"),
    "why": _Kind("why", "target fits"),
    "kind": _Kind("kind", "running"),
    "server_version": _Kind("server version", "version"),
    "size_bytes": _Kind("size", "size", _size),
    "backup": _Kind("backup", "backup set folder", _named),
    "snapshot_age_s": _Kind("age of the snapshot", "age", _length),
    "isolation": _Kind("isolation", "isolation"),
    "isolation_proof": _Kind("proof", "nonce identity"),
    "actors": _Kind("actors", "list"),
    "inert": _Kind("what holds them", "list entry"),
}
"""Outputs that mean something to people, in the order of reading."""


def facts(expected: str, outputs: Mapping[str, str]) -> tuple[Fact, ...]:
    """The outputs that `expected` asks for, by its words; those of a runbook's own by their names."""
    asked = set(re.findall(r"[a-z]+", expected.lower()))
    kinds = {**_KINDS, **{name: _of_its_own(name) for name in outputs if name not in _KINDS}}
    return tuple(
        Fact(kind.name, _shown(kind, outputs[name]))
        for name, kind in kinds.items()
        if outputs.get(name) and asked & set(kind.asked_by.split())
    )


def _of_its_own(name: str) -> _Kind:
    words = name.lower().replace("_", " ")
    return _Kind(words, words)


def _shown(kind: _Kind, text: str) -> str:
    """What is no number where one should be stays as the step told it."""
    try:
        return one_line(kind.shown(text), _LONGEST)
    except ValueError:
        return one_line(text, _LONGEST)
