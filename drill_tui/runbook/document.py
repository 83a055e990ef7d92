"""YAML text to plain data with the place of every value, within limits.

Built on ruamel.yaml's event stream, so that a bomb is refused while it is read and not after: anchors,
aliases and tags are not part of a runbook, depth and size are bounded.  Scalars follow the YAML 1.2 core
schema (YAML 1.2.2, 10.3.2): `no` and `1:30` are text.  Keys are always text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, StringMark, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from drill_tui.runbook.problems import Fault, Problem, RunbookError, YamlPath

MAX_DEPTH: Final = 24
MAX_VALUES: Final = 20_000
_INT = re.compile(r"[-+]?[0-9]{1,18}|0o[0-7]{1,20}|0x[0-9a-fA-F]{1,15}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")
_WORDS: Final = {"": None, "~": None} | {
    spelling: value
    for word, value in (("null", None), ("true", True), ("false", False))
    for spelling in (word, word.title(), word.upper())
}


@dataclass(frozen=True, slots=True)
class Document:
    """Plain data (dict, list, str, int, float, bool, None) and where each value and key stands."""

    data: Any
    values: dict[YamlPath, tuple[int, int]]
    keys: dict[YamlPath, tuple[int, int]]

    def place(self, fault: Fault, path: str) -> Problem:
        """The problem of a fault: at the place itself or, where there is none, at the nearest parent."""
        at = fault.at
        while at and at not in self.values:
            at = at[:-1]
        exact = at == fault.at and not fault.on_key
        line, column = (
            self.values.get(at, (1, 1)) if exact else self.keys.get(at, self.values.get(at, (1, 1)))
        )
        return Problem(path, line, column, fault.message, fault.hint)


def read_document(text: str, path: str) -> Document:
    """Raises RunbookError for text that is not one YAML document within the limits."""
    reader = _Reader(path)
    events = YAML(typ="safe", pure=True).parse(text)
    try:
        data = reader.document(iter(events))
    except RunbookError:
        raise
    except ReaderError as error:
        raise RunbookError([_unreadable(error, text, path)]) from None
    except MarkedYAMLError as error:
        raise RunbookError([_not_yaml(error, text, path)]) from None
    except (YAMLError, ValueError, TypeError, AttributeError, IndexError, KeyError, AssertionError) as error:
        raise RunbookError([Problem(path, 1, 1, f"not YAML: {_first_line(error)}")]) from None
    if reader.problems:
        raise RunbookError(reader.problems)
    return Document(data, reader.values, reader.keys)


def _not_yaml(error: MarkedYAMLError, text: str, path: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    bare = mark is not None and text[max(mark.index - 1, 0) : mark.index + 1] == "${"
    hint = "quote it: '${…}'" if bare else ""
    problem = _marked(path, mark, f"not YAML: {error.problem or error.context}")
    return Problem(path, problem.line, problem.column, problem.message, hint)


def _marked(path: str, mark: StringMark | None, message: str) -> Problem:
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    return Problem(path, line, column, message)


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def _unreadable(error: ReaderError, text: str, path: str) -> Problem:
    before = text[: error.position]
    column = error.position - (before.rfind("\n") + 1) + 1
    return Problem(
        path, before.count("\n") + 1, column, f"a character that YAML does not allow: U+{_code(error):04X}"
    )


def _code(error: ReaderError) -> int:
    return error.character if isinstance(error.character, int) else ord(error.character[:1] or "\0")


@dataclass
class _Reader:
    path: str
    values: dict[YamlPath, tuple[int, int]] = field(default_factory=dict)
    keys: dict[YamlPath, tuple[int, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def document(self, events: Iterator[Event]) -> Any:
        data: Any = None
        documents = 0
        for event in events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                self._check_start(event, documents)
                data = self._value(next(events), events, ())
        return data

    def _check_start(self, event: DocumentStartEvent, documents: int) -> None:
        if documents > 1:
            self._stop(event, "a second YAML document; a runbook is one")
        if event.version not in {None, (1, 2)}:
            self._stop(event, "runbooks are YAML 1.2; leave the %YAML line out")

    def _value(self, event: Event, events: Iterator[Event], at: YamlPath) -> Any:
        self._admit(event, at)
        self.values[at] = (event.start_mark.line + 1, event.start_mark.column + 1)
        if isinstance(event, ScalarEvent):
            return self._scalar(event)
        if isinstance(event, SequenceStartEvent):
            return self._sequence(events, at)
        return self._mapping(events, at)

    def _admit(self, event: Event, at: YamlPath) -> None:
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None) is not None:
            self._stop(event, "anchors and aliases (& and *) are not used in runbooks; write the value out")
        if not isinstance(event, ScalarEvent | SequenceStartEvent | MappingStartEvent):
            self._stop(event, "a value is missing")
        if getattr(event, "tag", None) is not None and getattr(event, "ctag", None):
            self._stop(event, "tags (!name) are not used in runbooks; leave it out")
        if len(at) > MAX_DEPTH:
            self._stop(event, f"nested deeper than {MAX_DEPTH} levels")
        if len(self.values) >= MAX_VALUES:
            self._stop(event, f"more than {MAX_VALUES} values; split the runbook")

    def _scalar(self, event: ScalarEvent) -> Any:
        text = str(event.value)
        if "\0" in text:
            self._note(event, "a NUL character (\\0) cannot be passed to a program")
        if event.style is not None and event.style in "'\"|>":
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _INT.fullmatch(text):
            return int(text, 0 if text[:2] in {"0o", "0x"} else 10)
        return float(text) if _FLOAT.fullmatch(text) else text

    def _sequence(self, events: Iterator[Event], at: YamlPath) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(events), SequenceEndEvent):
            items.append(self._value(event, events, (*at, len(items))))
        return items

    def _mapping(self, events: Iterator[Event], at: YamlPath) -> dict[str, Any]:
        entries: dict[str, Any] = {}
        while not isinstance(event := next(events), MappingEndEvent):
            self._admit(event, at)
            if not isinstance(event, ScalarEvent):
                raise self._error(event, "a key must be a word; quote text that holds [, { or ${")
            key = str(event.value)
            place = (*at, key)
            duplicate = key in entries
            if duplicate:
                self._note(event, f"the key {key!r} stands here twice; first in line {self.keys[place][0]}")
            self.keys.setdefault(place, (event.start_mark.line + 1, event.start_mark.column + 1))
            value = self._value(next(events), events, place)
            entries.setdefault(key, value)
        return entries

    def _note(self, event: Event, message: str) -> None:
        self.problems.append(_marked(self.path, event.start_mark, message))

    def _stop(self, event: Event, message: str) -> None:
        raise self._error(event, message)

    def _error(self, event: Event, message: str) -> RunbookError:
        return RunbookError([*self.problems, _marked(self.path, event.start_mark, message)])
