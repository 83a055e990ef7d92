"""Parameters: patterns that compile, defaults that fit, no secret written down, no cycle."""

from __future__ import annotations

from collections.abc import Iterator

from drill_tui.runbook.model import Param, Runbook
from drill_tui.runbook.patterns import compiled
from drill_tui.runbook.problems import Fault, YamlPath, nearest
from drill_tui.runbook.values import (
    FORMS,
    Reference,
    ReferenceSyntaxError,
    param_text,
    references,
    scalar_text,
)


def param_faults(runbook: Runbook) -> Iterator[Fault]:
    for name, param in runbook.params.items():
        at: YamlPath = ("params", name)
        if param.type == "secret":
            yield from _secret_faults(param, at)
        sound = list(_choice_faults(param, at))
        yield from sound
        if param.default is not None and not sound:
            yield from _default_faults(runbook, name, param, (*at, "default"))
    yield from _cycle_faults(runbook)
    yield from _required_path_faults(runbook)


def _required_path_faults(runbook: Runbook) -> Iterator[Fault]:
    paths = [name for name, param in runbook.params.items() if param.type in {"path", "place"}]
    for index, name in enumerate(runbook.requires.paths):
        at: YamlPath = ("requires", "paths", index)
        if name not in runbook.params:
            yield Fault(at, f"there is no parameter {name!r}", nearest(name, paths))
        elif name not in paths:
            yield Fault(at, f"{name} is no path", "give the parameter `type: path`")


def _secret_faults(param: Param, at: YamlPath) -> Iterator[Fault]:
    for key in ("default", "choices"):
        if getattr(param, key) not in {None, ()}:
            yield Fault((*at, key), "a secret is never written in a runbook; name its variable in `env`")


def _choice_faults(param: Param, at: YamlPath) -> Iterator[Fault]:
    if param.pattern is not None:
        try:
            compiled(param.pattern)
        except ValueError as error:
            yield Fault((*at, "pattern"), str(error))
            return
    for index, choice in enumerate(param.choices):
        try:
            param_text(param, scalar_text(choice))
        except ValueError as error:
            yield Fault((*at, "choices", index), str(error))


def _default_faults(runbook: Runbook, name: str, param: Param, at: YamlPath) -> Iterator[Fault]:
    text = scalar_text(param.default) if param.default is not None else ""
    try:
        found = references(text)
        if not found:
            param_text(param, text)
    except ReferenceSyntaxError as error:
        yield Fault(at, str(error))
        return
    except ValueError as error:
        yield Fault(at, f"default of {name}: {error}")
        return
    for reference in found:
        yield from _reference_faults(runbook, reference, at)


def _reference_faults(runbook: Runbook, reference: Reference, at: YamlPath) -> Iterator[Fault]:
    if reference.step is not None:
        yield Fault(
            at, f"a default is known before any step runs; it cannot use ${{{reference.name}}}", FORMS
        )
    elif reference.param is not None and reference.param not in runbook.params:
        hint = nearest(reference.param, runbook.params)
        yield Fault(at, f"there is no parameter {reference.param!r}", hint)
    elif reference.param is not None and runbook.params[reference.param].type == "secret":
        yield Fault(at, f"{reference.param} is a secret; a default cannot hold it")


def _cycle_faults(runbook: Runbook) -> Iterator[Fault]:
    edges = {name: _used(param) for name, param in runbook.params.items()}
    reported: set[str] = set()
    for name in edges:
        cycle = _cycle_from(name, edges)
        if cycle and not reported & set(cycle):
            reported |= set(cycle)
            yield Fault(("params", name, "default"), f"a cycle of defaults: {' → '.join(cycle)}")


def _used(param: Param) -> list[str]:
    try:
        found = references(scalar_text(param.default)) if param.default is not None else ()
    except ReferenceSyntaxError:
        return []
    return [reference.param for reference in found if reference.param is not None]


def _cycle_from(start: str, edges: dict[str, list[str]]) -> list[str]:
    """The way from `start` back to itself, or nothing."""
    ways = [[start]]
    seen: set[str] = set()
    while ways:
        way = ways.pop()
        for following in edges.get(way[-1], []):
            if following == start:
                return [*way, start]
            if following not in seen:
                seen.add(following)
                ways.append([*way, following])
    return []
