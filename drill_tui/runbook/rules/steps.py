"""Steps: unique ids, one action each, roles and connections that exist, outputs that can be taken."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from drill_tui.runbook.model import Action, CleanupStep, Output, Runbook, Step
from drill_tui.runbook.patterns import compiled
from drill_tui.runbook.problems import Fault, YamlPath, nearest
from drill_tui.runbook.vocabulary import declared_outputs, outputs_are_open

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OWN_VARIABLES = re.compile(
    r"DRILL_(OUTPUT|PROGRESS|EVIDENCE|RUN_ID|RUN_DIR|ARTIFACTS_DIR|STEP|ATTEMPT|MODE|PARAM_.*)"
)


def step_faults(runbook: Runbook) -> Iterator[Fault]:
    first: dict[str, str] = {}
    for section in ("steps", "cleanup"):
        for index, step in enumerate(getattr(runbook, section)):
            at = (section, index)
            if step.id in first:
                yield Fault((*at, "id"), f"another step in `{first[step.id]}` has the id {step.id!r} already")
            first.setdefault(step.id, section)
            yield from _action_faults(step, at)
            yield from _connection_faults(step, runbook, at)
            if isinstance(step, Step):
                yield from _own_faults(step, runbook, at)
            elif isinstance(step, CleanupStep) and step.after is not None:
                yield from _after_faults(step.after, index, runbook, at)
    yield from _cadence_faults(runbook)


def _action_faults(step: Action, at: YamlPath) -> Iterator[Fault]:
    sql = step.sql if isinstance(step, Step) else None
    ways = [name for name, way in (("run", step.run), ("uses", step.uses), ("sql", sql)) if way is not None]
    gate = isinstance(step, Step) and step.gate is not None
    if len(ways) > 1:
        yield Fault((*at, ways[1]), f"step {step.id} has {' and '.join(ways)}; use one", on_key=True)
    if not ways and not gate:
        needs = "run, uses, sql or a gate" if isinstance(step, Step) else "run or uses"
        yield Fault((*at, "id"), f"step {step.id} does nothing; it needs {needs}")
    if step.run is not None and not (step.run[0].strip() if step.run else ""):
        yield Fault((*at, "run"), "the command is empty")
    if step.arguments and step.uses is None:
        yield Fault(
            (*at, "with"), "`with` is for `uses`; a command takes its arguments in `run`", on_key=True
        )
    if isinstance(step, Step) and step.plays is not None and step.run is None:
        yield Fault((*at, "plays"), "`plays` is for `run`; an action says itself what it plays", on_key=True)
    if step.timeout == 0:
        yield Fault((*at, "timeout"), "a timeout of nothing stops the step at once")
    for name in step.env:
        if not _VARIABLE.fullmatch(name):
            yield Fault((*at, "env", name), f"{name!r} is no name of an environment variable", on_key=True)
        elif _OWN_VARIABLES.fullmatch(name):
            yield Fault((*at, "env", name), f"{name} is set by the drill itself", on_key=True)


def _connection_faults(step: Action, runbook: Runbook, at: YamlPath) -> Iterator[Fault]:
    if step.connect is None:
        if isinstance(step, Step) and step.sql is not None:
            yield Fault(
                (*at, "sql"), "a `sql` step needs `connect: <step that opened the database>`", on_key=True
            )
        return
    section, index = at[0], at[1]
    earlier = runbook.steps[:index] if section == "steps" and isinstance(index, int) else runbook.steps
    openers = [other.id for other in earlier if other.uses is not None]
    if step.connect not in openers:
        message = f"`connect: {step.connect}` names no earlier step with `uses`"
        if step.connect == step.id:
            message = f"step {step.id} cannot connect to itself"
        yield Fault((*at, "connect"), message, nearest(step.connect, openers))


def _own_faults(step: Step, runbook: Runbook, at: YamlPath) -> Iterator[Fault]:
    if step.role is not None and step.role not in runbook.roles:
        yield Fault((*at, "role"), f"there is no role {step.role!r}", nearest(step.role, runbook.roles))
    yield from _need_faults(step, runbook, at)
    for name, output in step.outputs.items():
        yield from _output_faults(step, output, (*at, "outputs", name))
    names = declared_outputs(step) | (frozenset() if step.run is None else {"exit", "stdout"})
    for index, check in enumerate(step.check):
        place = (*at, "check", index)
        if check.that not in names and not outputs_are_open(step):
            hint = nearest(check.that, names)
            yield Fault((*place, "that"), f"step {step.id} has no output {check.that!r}", hint)
        if check.equals is check.matches is check.min is check.max is None and not check.one_of:
            yield Fault(place, "the check compares with nothing; add equals, one_of, matches, min or max")
        yield from _pattern_faults(check.matches, (*place, "matches"))


def _need_faults(step: Step, runbook: Runbook, at: YamlPath) -> Iterator[Fault]:
    order = [other.id for other in runbook.steps]
    earlier = order[: order.index(step.id)]
    for index, needed in enumerate(step.needs):
        if needed not in earlier:
            hint = nearest(needed, earlier)
            yield Fault((*at, "needs", index), f"`needs` names no earlier step: {needed!r}", hint)


def _output_faults(step: Step, output: Output, at: YamlPath) -> Iterator[Fault]:
    if not _VARIABLE.fullmatch(str(at[-1])):
        yield Fault(at, f"{at[-1]!r} is no name of an output: letters, digits and _", on_key=True)
    chosen = [key for key in ("regex", "json_path", "column") if getattr(output, key) is not None]
    if len(chosen) > 1:
        yield Fault((*at, chosen[1]), f"{' and '.join(chosen)}; use one", on_key=True)
    if output.column is not None and step.sql is None:
        yield Fault((*at, "column"), "`column` is for steps with `sql`", on_key=True)
    if (output.regex is not None or output.json_path is not None) and step.run is None:
        yield Fault(
            (*at, chosen[0]), f"`{chosen[0]}` reads standard output, which only `run` has", on_key=True
        )
    yield from _pattern_faults(output.regex, (*at, "regex"))


def _pattern_faults(pattern: str | None, at: YamlPath) -> Iterator[Fault]:
    try:
        compiled(pattern or "")
    except ValueError as error:
        yield Fault(at, str(error))


def _after_faults(after: str, index: int, runbook: Runbook, at: YamlPath) -> Iterator[Fault]:
    known = [step.id for step in runbook.steps] + [step.id for step in runbook.cleanup[:index]]
    if after in known:
        return
    own = runbook.cleanup[index].id
    later = {step.id: step.after for step in runbook.cleanup[index + 1 :]}
    if after == own:
        yield Fault((*at, "after"), f"a cycle: {own} waits for itself")
    elif later.get(after) == own:
        yield Fault((*at, "after"), f"a cycle: {own} is after {after}, and {after} is after {own}")
    elif after in later:
        yield Fault((*at, "after"), f"{after} runs later than {own}; put {own} below it")
    else:
        yield Fault((*at, "after"), f"there is no step {after!r}", nearest(after, known))


def _cadence_faults(runbook: Runbook) -> Iterator[Fault]:
    for index, glob in enumerate(runbook.cadence.after_change):
        path = PurePosixPath(glob)
        if path.is_absolute() or ".." in path.parts or not path.parts:
            at = ("cadence", "after_change", index)
            yield Fault(at, f"{glob!r} leaves the project; write it from the project's directory")
