"""What a step cannot do without: steps before it that must have come to an end of their own.

A step that runs on what an earlier one never made would fail for a reason that is not its own.
"""

from __future__ import annotations

from typing import Final

from drill_tui.engine.record import events as ev
from drill_tui.engine.record.step_words import ended_words
from drill_tui.engine.run.core import Core
from drill_tui.runbook.model import Step
from drill_tui.runbook.uses_of_values import step_texts
from drill_tui.runbook.values import Reference, references

NOT_RUN: Final = "not run: "
CAME_TO_AN_END: Final = frozenset({ev.Outcome.PASSED, ev.Outcome.FAILED, ev.Outcome.UNPROVEN})


def unmet_need(core: Core, step: Step) -> str:
    """Why a step cannot be run, in a sentence about the step that is to blame; empty where it can."""
    used = _values_used(step)
    connected = (step.connect,) if step.connect else ()
    for needed in dict.fromkeys((*step.needs, *connected, *(r.step for r in used if r.step))):
        if needed == step.id:
            continue
        run = core.state.step(needed)
        if run.ended is None:
            continue
        if run.ended.outcome is ev.Outcome.SKIPPED and run.ended.reason.startswith(NOT_RUN):
            return run.ended.reason
        if run.ended.outcome is ev.Outcome.SKIPPED or run.ended.outcome is ev.Outcome.PASSED:
            continue
        lacking = (needed in connected and not run.env) or _lacks_output(needed, used, core)
        given_out = run.ended.outcome not in CAME_TO_AN_END and run.chosen != "continue"
        if given_out or lacking:
            title = next(s.title for s in core.setup.book.steps if s.id == needed)
            return f"{NOT_RUN}{ended_words(needed, title, run.ended)}"
    return ""


def _values_used(step: Step) -> tuple[Reference, ...]:
    return tuple(found for _, text in step_texts(step, ()) for found in references(text))


def _lacks_output(needed: str, used: tuple[Reference, ...], core: Core) -> bool:
    outputs = core.state.step(needed).outputs
    return any(r.output not in outputs for r in used if r.step == needed and r.output is not None)
