"""Values of `${…}` while a drill runs."""

from __future__ import annotations

from drill_tui.engine.run.plan import DrillSetup
from drill_tui.engine.run.run_state import RunState
from drill_tui.engine.text.redact import MASK
from drill_tui.runbook.model import Scalar
from drill_tui.runbook.values import ResolvedParam, fill, scalar_text


class NoValueError(Exception):
    """A reference that has no value (yet); says which, and why."""


def params_now(setup: DrillSetup, state: RunState) -> dict[str, ResolvedParam]:
    """The drill's parameters, with what people changed after a failure."""
    return {**setup.params, **{name: ResolvedParam(text) for name, text in state.params.items()}}


class Values:
    """Fills references from the parameters and from what the steps so far have put out."""

    def __init__(self, setup: DrillSetup, state: RunState) -> None:
        self._setup = setup
        self._state = state
        self._facts = {
            "run.id": setup.run_id,
            "run.dir": str(setup.run_dir),
            "project": str(setup.project_dir),
        }

    def fill(self, value: Scalar) -> str:
        """The value as text with every reference filled in.  Raises NoValueError."""
        text = scalar_text(value)
        return fill(text, self.lookup) if isinstance(value, str) else text

    def lookup(self, name: str) -> str:
        """Raises NoValueError."""
        if name in self._facts:
            return self._facts[name]
        head, _, rest = name.partition(".")
        if head == "params" and rest in self._setup.params:
            return self._param(rest)
        step, _, output = rest.partition(".outputs.")
        if head == "steps" and output:
            return self._output(step, output)
        raise NoValueError(f"${{{name}}} names nothing in this runbook")

    def _param(self, name: str) -> str:
        text = params_now(self._setup, self._state)[name].value
        return fill(text, self.lookup) if "${run." in text or "${project}" in text else text

    def _output(self, step: str, output: str) -> str:
        run = self._state.step(step)
        if output not in run.outputs:
            why = "did not put it out" if run.attempts else "has not run"
            raise NoValueError(f"${{steps.{step}.outputs.{output}}} has no value: step {step} {why}")
        value = run.outputs[output]
        if MASK in value:
            raise NoValueError(
                f"${{steps.{step}.outputs.{output}}} holds a secret, which the journal does not keep"
            )
        return value
