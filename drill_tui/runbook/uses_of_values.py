"""Where a runbook's text is filled in, and every reference that stands there."""

from __future__ import annotations

from collections.abc import Iterator

from drill_tui.runbook.model import Action, Runbook, Step
from drill_tui.runbook.problems import YamlPath
from drill_tui.runbook.values import Reference, ReferenceSyntaxError, references

Place = tuple[YamlPath, str]


def step_texts(step: Action, at: YamlPath) -> Iterator[Place]:
    """Texts of one step that are filled in: argv items, `with`, `env`, bound parameters, checks, gate."""
    if isinstance(step.run, tuple):
        yield from (((*at, "run", index), item) for index, item in enumerate(step.run))
    for key, table in (("with", step.arguments), ("env", step.env)):
        yield from (((*at, key, name), value) for name, value in table.items() if isinstance(value, str))
    if isinstance(step, Step):
        yield from _questions(step, at)


def _questions(step: Step, at: YamlPath) -> Iterator[Place]:
    if step.sql is not None:
        for name, value in step.sql.params.items():
            if isinstance(value, str):
                yield (*at, "sql", "params", name), value
    for index, check in enumerate(step.check):
        for key in ("equals", "min", "max"):
            value = getattr(check, key)
            if isinstance(value, str):
                yield (*at, "check", index, key), value
    if step.gate is not None:
        yield (*at, "gate", "prompt"), step.gate.prompt
        if step.gate.text is not None:
            yield (*at, "gate", "text"), step.gate.text


def every_text(runbook: Runbook) -> Iterator[Place]:
    """Every text of the runbook that is filled in while a drill runs; defaults of parameters are not."""
    for section in ("steps", "cleanup"):
        for index, step in enumerate(getattr(runbook, section)):
            yield from step_texts(step, (section, index))
    for name, criterion in runbook.criteria.items():
        if criterion.value is not None:
            yield ("criteria", name, "value"), criterion.value


def references_of(runbook: Runbook) -> Iterator[tuple[YamlPath, Reference]]:
    """Every well-formed reference with its place."""
    for at, text in every_text(runbook):
        try:
            yield from ((at, reference) for reference in references(text))
        except ReferenceSyntaxError:
            continue
