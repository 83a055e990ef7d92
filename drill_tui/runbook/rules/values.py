"""References: to something that exists, that is known by then, and that may be shown where it is used."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from drill_tui.runbook.model import Runbook, Step
from drill_tui.runbook.problems import Fault, YamlPath, nearest
from drill_tui.runbook.uses_of_values import every_text
from drill_tui.runbook.values import Reference, ReferenceSyntaxError, references
from drill_tui.runbook.vocabulary import declared_outputs, modes_of, outputs_are_open

_SECRETS_ALLOWED_IN = frozenset({"env", "with"})


def value_faults(runbook: Runbook) -> Iterator[Fault]:
    yield from _shell_faults(runbook)
    rules = _Names(runbook, {step.id: index for index, step in enumerate(runbook.steps)})
    for at, text in every_text(runbook):
        try:
            found = references(text)
        except ReferenceSyntaxError as error:
            yield Fault(at, str(error))
            continue
        for reference in found:
            yield from rules.faults(reference, at)


def _shell_faults(runbook: Runbook) -> Iterator[Fault]:
    for section in ("steps", "cleanup"):
        for index, step in enumerate(getattr(runbook, section)):
            if isinstance(step.run, str) and "${params." in step.run.replace(" ", ""):
                yield _in_shell((section, index, "run"), "$DRILL_PARAM_NAME")
            elif isinstance(step.run, str) and any(
                f"${{{w}" in step.run for w in ("steps.", "run.", "project}")
            ):
                yield _in_shell((section, index, "run"), "`env:` and a variable")


def _in_shell(at: YamlPath, instead: str) -> Fault:
    return Fault(
        at,
        "a value is never pasted into shell text, where it could become code",
        f"write the command as a list, or use {instead}",
    )


@dataclass(frozen=True)
class _Names:
    runbook: Runbook
    order: dict[str, int]

    def faults(self, reference: Reference, at: YamlPath) -> Iterator[Fault]:
        if reference.param is not None:
            yield from self._param_faults(reference.param, at)
        if reference.step is not None:
            yield from self._step_faults(reference, at)

    def _param_faults(self, name: str, at: YamlPath) -> Iterator[Fault]:
        param = self.runbook.params.get(name)
        if param is None:
            yield Fault(at, f"there is no parameter {name!r}", nearest(name, self.runbook.params))
        elif param.type == "secret" and (at[0] == "criteria" or at[2] not in _SECRETS_ALLOWED_IN):
            yield Fault(at, f"{name} is a secret: here it would be seen by others", "pass it in `env`")

    def _step_faults(self, reference: Reference, at: YamlPath) -> Iterator[Fault]:
        index = self.order.get(reference.step or "")
        if index is None:
            yield Fault(at, f"there is no step {reference.step!r}", nearest(reference.step or "", self.order))
            return
        step = self.runbook.steps[index]
        too_early = self._too_early(step.id, index, at)
        if too_early:
            yield Fault(at, too_early)
        names = declared_outputs(step)
        if reference.output not in names and not outputs_are_open(step):
            hint = nearest(reference.output or "", names) or f"declare it in `outputs` of {step.id}"
            yield Fault(at, f"step {step.id} has no output {reference.output!r}", hint)
        yield from self._mode_faults(step, at)

    def _too_early(self, used: str, index: int, at: YamlPath) -> str:
        if at[0] != "steps" or not isinstance(at[1], int) or index < at[1]:
            return ""
        user = self.runbook.steps[at[1]].id
        if used == user:
            return f"a cycle: {user} uses its own output before it has run"
        if self._uses(index, user):
            return f"a cycle: {user} uses {used}, and {used} uses {user}"
        return f"{used} runs later than {user}; its outputs are not known yet"

    def _uses(self, index: int, target: str) -> bool:
        return any(
            f"${{steps.{target}.outputs." in text
            for at, text in every_text(self.runbook)
            if at[:2] == ("steps", index)
        )

    def _mode_faults(self, used: Step, at: YamlPath) -> Iterator[Fault]:
        if at[0] != "steps" or not isinstance(at[1], int):
            return
        user = self.runbook.steps[at[1]]
        lacking = sorted(modes_of(user, self.runbook) - modes_of(used, self.runbook))
        if lacking:
            where = ", ".join(lacking)
            yield Fault(at, f"{used.id} does not take place in mode {where}, but {user.id} does")
