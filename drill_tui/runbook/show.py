"""A runbook as Markdown: to read, to print, and to work from on the day on which the tool is down."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator

from drill_tui.runbook.durations import format_duration
from drill_tui.runbook.model import Action, Criterion, Gate, Runbook, Step
from drill_tui.runbook.values import fill, scalar_text

_SPECIAL = re.compile(r"([\\`*_\[\]<>|])")


def to_markdown(runbook: Runbook) -> str:
    """The whole runbook as GitHub-flavoured Markdown, with boxes to tick and lines for the times."""
    parts: list[Iterable[str]] = [
        [f"# {plain(runbook.title)}", "", *_prose(runbook.doc)],
        ["Date: ________________  Backup: ________________________________", ""],
        _roles(runbook),
        _params(runbook),
        _criteria(runbook),
        ["## Steps", ""],
    ]
    for number, step in enumerate(runbook.steps, start=1):
        parts.append(_step(runbook, number, step))
    if runbook.cleanup:
        parts.append(["## Cleanup", "", "Always, also after a failure or an abort.", ""])
    for number, cleanup in enumerate(runbook.cleanup, start=1):
        parts.append(_cleanup(runbook, number, cleanup))
    return "\n".join(line for part in parts for line in part).rstrip() + "\n"


def command_text(runbook: Runbook, step: Action) -> str:
    """What a person types for a step: defaults filled in, what an earlier step gave as `‹output of step›`.

    Empty for steps that a built-in action does.
    """
    if isinstance(step.run, str):
        return step.run.rstrip()
    if step.run is None:
        return ""
    env = [f"{name}={_word(runbook, scalar_text(value))}" for name, value in step.env.items()]
    return " ".join([*env, *(_word(runbook, item) for item in step.run)])


def _word(runbook: Runbook, text: str) -> str:
    filled = fill(text, lambda name: _stand_in(runbook, name))
    return filled if "‹" in filled else shlex.quote(filled)


def _stand_in(runbook: Runbook, name: str) -> str:
    kind, _, rest = name.partition(".")
    if kind == "params" and rest in runbook.params:
        param = runbook.params[rest]
        if param.default is None or param.type == "secret":
            return f"‹{rest}›"
        return fill(scalar_text(param.default), lambda inner: _stand_in(runbook, inner))
    if kind == "steps":
        step, _, output = rest.partition(".outputs.")
        return f"‹{output} of {step}›"
    return {"run.dir": "‹run directory›", "run.id": "‹run id›"}.get(name, ".")


def _roles(runbook: Runbook) -> Iterator[str]:
    if not runbook.roles:
        return
    yield from ("## Who takes part", "", "| role | does | name |", "| --- | --- | --- |")
    for role in runbook.roles.values():
        optional = " (optional)" if role.optional else ""
        yield f"| {plain(role.title)}{optional} | {cell(role.doc)} | |"
    yield ""


def _params(runbook: Runbook) -> Iterator[str]:
    if not runbook.params:
        return
    yield from ("## Parameters", "", "| parameter | default | meaning |", "| --- | --- | --- |")
    for name, param in runbook.params.items():
        default = "" if param.default is None else f"`{scalar_text(param.default) or ' '}`"
        choices = f" One of {', '.join(scalar_text(c) for c in param.choices)}." if param.choices else ""
        yield f"| `{name}` | {default} | {cell(param.doc + choices)} |"
    yield ""


def _criteria(runbook: Runbook) -> Iterator[str]:
    if not runbook.criteria:
        return
    yield from ("## What counts as proof", "", "| criterion | proven by | met |", "| --- | --- | --- |")
    for name, criterion in runbook.criteria.items():
        optional = "" if criterion.required else " (not required)"
        if criterion.waiver is not None:
            waiver = criterion.waiver
            optional += f"; waived until {waiver.until} ({cell(waiver.owner)}: {cell(waiver.reason)})"
        yield f"| `{name}`: {plain(criterion.title)}{optional} | {_proof(criterion)} | ☐ |"
    yield from ("", "A criterion that could not be checked is **unproven**, and unproven is not a pass.", "")


def _proof(criterion: Criterion) -> str:
    bound = "".join(
        f", {word} {scalar_text(value)}"
        for word, value in (
            ("at most", criterion.max),
            ("at least", criterion.min),
            ("exactly", criterion.equals),
        )
        if value is not None
    )
    if criterion.measure is not None:
        return (
            f"time from `{criterion.measure.start}` to `{criterion.measure.end}`{bound} ({criterion.clock})"
        )
    if criterion.value is not None:
        return f"`{criterion.value}`{bound}"
    if criterion.steps:
        return f"these steps pass: {', '.join(f'`{step}`' for step in criterion.steps)}"
    return f"what {', '.join(f'`{step}`' for step in criterion.evidence)} finds"


def _step(runbook: Runbook, number: int, step: Step) -> Iterator[str]:
    yield from (f"### ☐ {number}. {plain(step.title)}", "")
    role = runbook.roles[step.role].title if step.role in runbook.roles else ""
    budget = f"budget {format_duration(step.budget)}" if step.budget else ""
    only = f"only in mode {', '.join(step.only)}" if step.only else ""
    yield " · ".join(part for part in (f"`{step.id}`", plain(role), budget, only) if part)
    yield ""
    yield from _prose(step.doc)
    if step.gate is not None:
        yield from gate_lines(runbook, step.gate)
    yield from _body(runbook, step)
    for label, text in (("Watch", step.watch), ("A good result", step.expect)):
        if text:
            yield from (f"**{label}:** {text.strip()}", "")
    yield from ("Started ____:____  Ended ____:____  Result ________", "")


def _cleanup(runbook: Runbook, number: int, step: Action) -> Iterator[str]:
    yield from (f"### ☐ {number}. {plain(step.title)}", "")
    after = getattr(step, "after", None)
    if after:
        yield from (f"If `{after}` was started.", "")
    yield from _prose(step.doc)
    yield from _body(runbook, step)


def _body(runbook: Runbook, step: Action) -> Iterator[str]:
    command = command_text(runbook, step)
    if command and step.connect:
        yield from (f"With the connection (`DB_HOST` …) of `{step.connect}`:", "")
    if command:
        yield from ("```sh", command, "```", "")
    elif step.uses is not None:
        arguments = ", ".join(
            f"{name} = {fill(scalar_text(value), lambda inner: _stand_in(runbook, inner))}"
            for name, value in step.arguments.items()
        )
        yield from (
            f"drill-tui does this itself: `{step.uses}`" + (f" ({plain(arguments)})" if arguments else ""),
            "",
        )
    elif isinstance(step, Step) and step.sql is not None:
        yield from (
            f"On the database that `{step.connect}` opened:",
            "",
            "```sql",
            step.sql.query.strip(),
            "```",
            "",
        )


def asked_text(runbook: Runbook, gate: Gate) -> str:
    """The question of a gate, with what is known of it before a drill."""
    return fill(gate.prompt, lambda name: _stand_in(runbook, name))


def typed_text(runbook: Runbook, gate: Gate) -> str:
    """What must be typed, likewise."""
    return fill(gate.text or "", lambda name: _stand_in(runbook, name))


def gate_lines(runbook: Runbook, gate: Gate) -> Iterator[str]:
    """What is asked, with room for the answers."""
    if gate.when is not None:
        yield from (f"Only if `{gate.when.param}` is `{scalar_text(gate.when.equals)}`:", "")
    yield from (f"**{gate.kind.capitalize()}:** {plain(asked_text(runbook, gate))}", "")
    if gate.kind == "signoff":
        who = " or ".join(runbook.roles[role].title for role in gate.roles if role in runbook.roles)
        people = f"{gate.min} {'different ' if gate.distinct and gate.min > 1 else ''}{_people(gate.min)}"
        logins = ", each from a login of their own" if gate.identity else ""
        yield from (f"{people}{f' ({plain(who)})' if who else ''}{logins}:", "")
        yield from ("- ☐ ________________________" for _ in range(gate.min))
        yield ""
    if gate.kind == "type" and gate.text:
        each = f"{gate.min} different people, each " if gate.min > 1 else ""
        yield from (f"{each}{'say' if each else 'Say'} aloud: `{typed_text(runbook, gate)}`", "")
        yield from ("- ☐ ________________________" for _ in range(gate.min) if each)
        yield from [""] * bool(each)
    for field in gate.fields.values():
        choices = f" ({' / '.join(field.choices)})" if field.choices else ""
        yield f"- {plain(field.label + choices)}: ________________________"
    if gate.fields:
        yield ""


def _people(count: int) -> str:
    return "person" if count == 1 else "people"


def _prose(text: str) -> list[str]:
    return [*text.strip().splitlines(), ""] if text.strip() else []


def plain(text: str) -> str:
    """On one line, and nothing in it is Markdown."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def cell(text: str) -> str:
    """As a cell of a table, with its Markdown."""
    return " ".join(text.split()).replace("|", "\\|")
