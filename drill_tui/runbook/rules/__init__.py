"""The rules that a well-formed runbook must also keep; each gives faults and touches no file."""

from __future__ import annotations

from drill_tui.runbook.model import Runbook
from drill_tui.runbook.problems import Fault
from drill_tui.runbook.rules.criteria import criterion_faults
from drill_tui.runbook.rules.gates import gate_faults
from drill_tui.runbook.rules.params import param_faults
from drill_tui.runbook.rules.steps import step_faults
from drill_tui.runbook.rules.values import value_faults


def faults_of(runbook: Runbook) -> list[Fault]:
    """Everything that is wrong with a runbook whose form is right."""
    rules = (step_faults, gate_faults, param_faults, criterion_faults, value_faults)
    return [fault for rule in rules for fault in rule(runbook)]
