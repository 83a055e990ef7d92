"""One running drill: its collaborators, its state, and the one way to say what happened."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from drill_tui.engine.ports import Clock, Operator, Toolbox
from drill_tui.engine.processes.environment import variable_name, without_connections
from drill_tui.engine.processes.log_file import StepLog
from drill_tui.engine.record.events import Event, LogChunk, Record
from drill_tui.engine.record.journal import JournalError
from drill_tui.engine.run.control import DrillControl
from drill_tui.engine.run.lookup import NoValueError, Values
from drill_tui.engine.run.losses import Losses
from drill_tui.engine.run.plan import DrillSetup
from drill_tui.engine.run.recorder import Recorder
from drill_tui.engine.run.run_state import RunState
from drill_tui.engine.text.redact import secret_values
from drill_tui.runbook.model import Action


@dataclass(frozen=True, kw_only=True)
class Core:
    setup: DrillSetup
    toolbox: Toolbox
    operator: Operator
    recorder: Recorder
    control: DrillControl
    clock: Clock
    state: RunState
    values: Values
    losses: Losses = field(default_factory=Losses)

    @property
    def now(self) -> float:
        """Seconds since the epoch, never before the last record."""
        return self.recorder.now

    def record(self, event: Event, *, told: Event | None = None) -> Record:
        """Journal, fold and tell an event, or tell another form of it, free of secrets.

        Raises JournalError, once.
        """
        record = self.recorder.record(told or event, exact=told is not None)
        self.state.apply(event, record.at)
        return record

    def tell(self, event: Event) -> Record:
        """The same where there is no way back: a lost journal stops nothing, least of all cleanup."""
        try:
            return self.record(event)
        except JournalError:
            return self.record(event)

    def leftovers(self) -> tuple[str, ...]:
        return self.state.leftovers()

    def open_log(self, step: str) -> StepLog:
        """Raises OSError, but not during cleanup."""
        return StepLog(
            self.setup.run_dir / self.log_name(step),
            self.recorder.redactor,
            lambda lines: self.recorder.tell_log(LogChunk(step=step, lines=lines)),
            best_effort=self.state.cleanup is not None,
        )

    def log_name(self, step: str) -> str:
        return self.setup.log_names.get(step, f"logs/{step}.log")

    def connection_of(self, action: Action) -> Mapping[str, str]:
        """The variables of the connection that a step names in `connect`.  Raises NoValueError."""
        if action.connect is None:
            return {}
        env = self.state.step(action.connect).env
        if not env:
            raise NoValueError(f"step {action.connect} has opened no connection that this step could use")
        return env

    def base_environment(self, action: Action) -> dict[str, str]:
        """The inherited environment with the connection that the step names, and no other."""
        return without_connections(self.setup.environment) | dict(self.connection_of(action))

    def step_environment(self, action: Action, *, secrets: bool = True) -> dict[str, str]:
        """The environment of a step's program, with or without secret parameters.

        Raises NoValueError.
        """
        environment = self.base_environment(action) | self.own_variables(action)
        environment["PYTHONUNBUFFERED"] = "1"
        for name, param in self.setup.params.items():
            if secrets or not param.secret:
                environment[variable_name("DRILL_PARAM", name)] = self.values.lookup(f"params.{name}")
        for step in self.state.steps.values():
            for name, value in step.outputs.items():
                environment[variable_name("DRILL_OUT", step.id, name)] = value
        return environment | {
            "DRILL_RUN_ID": self.setup.run_id,
            "DRILL_RUN_DIR": str(self.setup.run_dir),
            "DRILL_ARTIFACTS_DIR": str(self.setup.artifacts_dir),
            "DRILL_STEP": action.id,
            "DRILL_MODE": self.setup.mode.value,
            "DRILL_PYTHON": sys.executable,
        }

    def own_variables(self, action: Action) -> dict[str, str]:
        """What the runbook itself sets for a step.  Raises NoValueError."""
        variables = {name: self.values.fill(value) for name, value in action.env.items()}
        for value in secret_values(variables):
            self.recorder.redactor.keep_secret(value)
        return variables
