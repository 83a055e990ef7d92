"""The reference names every key of the model, and its example is sound."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest
from pydantic import BaseModel

from drill_tui.cli.root import toolbox
from drill_tui.engine.ports import ActionSpec
from drill_tui.runbook import model
from drill_tui.runbook.load import load, parse_text
from drill_tui.runbook.mode import Mode
from drill_tui.runbook.values import holds, resolve_params

PROJECT = Path(__file__).parents[3]
REFERENCE = (PROJECT / "docs" / "runbook.md").read_text()
MODELS = [
    thing
    for thing in vars(model).values()
    if isinstance(thing, type) and issubclass(thing, BaseModel) and thing.__module__ == model.__name__
]
KEYS = sorted({field.alias or name for part in MODELS for name, field in part.model_fields.items()})


@pytest.mark.parametrize("key", KEYS)
def test_every_key_is_in_the_reference(key: str) -> None:
    prose = re.sub(r"```.+?```", "", REFERENCE, flags=re.DOTALL)
    spans = " ".join(re.findall(r"`[^`\n]+`", prose))
    assert re.search(rf"\b{key}\b", spans), f"docs/runbook.md does not name `{key}`"


ACTIONS = [action for action in toolbox().actions.values() if action.name != "sql"]
"""`sql` is what the key `sql` runs; no runbook names it in `uses`."""


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
def test_every_built_in_action_is_in_the_reference_with_arguments_and_outputs(action: ActionSpec) -> None:
    rows = [line for line in REFERENCE.splitlines() if line.startswith(f"| `{action.name}` |")]
    assert len(rows) == 1
    _, _, _, arguments, outputs, _ = rows[0].split("|")
    assert re.findall(r"`(\w+)`", arguments) == list(action.parameters)
    assert re.findall(r"`(\w+)` \(required\)", arguments) == [
        n for n in action.parameters if n in action.required
    ]
    assert re.findall(r"`(\w+)`", outputs) == list(action.outputs)


def test_the_example_of_the_reference_is_sound() -> None:
    blocks = re.findall(r"```yaml\n(.+?)```", REFERENCE, re.DOTALL)
    whole, step = blocks
    assert parse_text(whole).restores
    head = (
        "version: 1\nid: example\ntitle: Example\nparams: {database: {default: x}}\nsteps:\n"
        "  - {id: start_target, title: Start, uses: target.start}\n"
    )
    runbook = parse_text(head + textwrap.indent(textwrap.dedent(step), "  "))
    assert [step.id for step in runbook.steps] == ["start_target", "newest_order"]


@pytest.mark.parametrize("path", sorted((PROJECT / "runbooks").glob("*.yaml")), ids=lambda path: path.stem)
def test_the_shipped_runbooks_teach(path: Path) -> None:
    runbook = load(path).runbook
    assert runbook.doc
    hands_on = [step for step in runbook.steps if step.run is not None]
    hands_on = hands_on or [step for step in runbook.steps if step.uses is not None]
    assert hands_on
    assert all(step.doc or step.watch for step in hands_on)
    if runbook.id == "restore-drill":
        assert all(step.doc and step.hints for step in runbook.steps)
        assert all(step.expect and step.watch for step in runbook.steps if step.id != "debrief")


@pytest.mark.parametrize("path", sorted((PROJECT / "runbooks").glob("*.yaml")), ids=lambda path: path.stem)
def test_the_shipped_runbooks_run_unattended(path: Path) -> None:
    runbook = load(path).runbook
    if not runbook.is_for_drills:
        assert runbook.refuses(Mode.AUTO)
        assert [step.id for step in runbook.steps if step.gate and step.gate.auto] == []
        return
    params = resolve_params(runbook, {}, {})
    asked = [
        step.gate
        for step in runbook.steps
        if step.gate and (step.gate.when is None or holds(step.gate.when, runbook, params))
    ]
    assert asked
    assert all(gate.auto for gate in asked)
