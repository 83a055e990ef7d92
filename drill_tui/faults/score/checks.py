"""Which steps of a runbook are its checks: those that can be asked again, of a broken copy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from drill_tui.engine.processes.environment import variable_name, without_connections
from drill_tui.engine.record.events import Outcome
from drill_tui.runbook.model import Runbook, Scalar, Step
from drill_tui.runbook.values import fill, scalar_text
from drill_tui.verdict.state import DrillState

NONCE_VARIABLE = "DRILL_TARGET_NONCE"
"""What a target's connection has, and a source's has not."""
FINDS_A_BACKUP = "backup.latest"
DONE = frozenset({Outcome.PASSED, Outcome.FAILED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What the drill restored, and what is put in its place: text by text, in arguments and variables."""

    backup: str
    database: str
    instead_of_backup: str = ""
    instead_of_database: str = ""

    def put(self, text: str) -> str:
        if self.instead_of_backup:
            text = text.replace(self.backup, self.instead_of_backup)
        if self.instead_of_database and text == self.database:
            return self.instead_of_database
        return text


@dataclass(frozen=True, slots=True)
class Clean:
    """The drill on the unbroken backup, as the journal tells it."""

    state: DrillState
    runbook: Runbook
    environment: Mapping[str, str]
    """That drill-tui was started with."""

    def fill(self, value: Scalar) -> str:
        """Raises KeyError for a reference that has no value."""
        text = scalar_text(value)
        return fill(text, self._lookup) if isinstance(value, str) else text

    def checks_of_backup(self, backup: str) -> tuple[Step, ...]:
        """Steps without a connection that name the backup or found it, and which may be run again."""
        return tuple(
            step
            for step in self._askable()
            if step.connect is None and (self._names(step, backup) or self._found(step, backup))
        )

    def checks_of_database(self) -> tuple[Step, ...]:
        """Steps on the restored database that may be run again."""
        return tuple(step for step in self._askable() if step.connect and self._is_target(step.connect))

    def environment_of(self, step: Step) -> dict[str, str]:
        """What the step's program finds, less what belongs to one attempt."""
        connection = self.state.steps[step.connect].env if step.connect else {}
        environment = without_connections(self.environment) | dict(connection)
        environment |= {name: self.fill(value) for name, value in step.env.items()}
        for name in self.state.params:
            environment[variable_name("DRILL_PARAM", name)] = self._lookup(f"params.{name}")
        for other in self.state.steps.values():
            for name, value in other.outputs.items():
                environment[variable_name("DRILL_OUT", other.id, name)] = value
        return environment

    def _askable(self) -> list[Step]:
        """In the runbook's order; a step that has not come to its end once is asked nothing."""
        return [
            step
            for step in self.runbook.steps
            if step.idempotent
            and (step.run is not None or step.sql is not None or step.uses == FINDS_A_BACKUP)
            and self.state.steps[step.id].outcome in DONE
        ]

    def _is_target(self, step: str) -> bool:
        return NONCE_VARIABLE in self.state.steps[step].env

    def _found(self, step: Step, backup: str) -> bool:
        return step.uses is not None and self.state.steps[step.id].outputs.get("backup") == backup

    def _names(self, step: Step, backup: str) -> bool:
        parts = step.run if isinstance(step.run, tuple) else ()
        return any(backup in self.fill(part) for part in (*parts, *step.env.values()))

    def _lookup(self, name: str) -> str:
        started = self.state.started
        if started is None:
            raise KeyError(name)
        head, _, rest = name.partition(".")
        if name in ("run.id", "run.dir", "project"):
            return {"run.id": self.state.run_id, "project": started.project_dir}.get(name, "")
        if head == "params":
            text = self.state.params[rest]
            return fill(text, self._lookup) if "${" in text else text
        step, _, output = rest.partition(".outputs.")
        return self.state.steps[step].outputs[output]
