"""Answers on the command line that no gate would take are refused; those that fit one never."""

from __future__ import annotations

from pathlib import Path

import pytest

from drill_tui.engine.recovery.stray_answers import stray_confirmations, stray_fields
from drill_tui.engine.run.plan import DrillSetup
from drill_tui.runbook.load import load
from drill_tui.runbook.mode import Mode
from drill_tui.runbook.values import resolve_params

HEAD = """{version: 1, id: gates, title: Gates,
  params: {target: {default: local}, name: {default: copy}}, steps: ["""
NOT_COPY = "no gate asks for that text The runbook knows: --confirm copy (step wipe)"
TYPED = "{id: wipe, title: W, gate: {kind: type, prompt: '?', text: '${params.name}', WHEN}},"
LATER = """{id: made, title: M, run: 'true', outputs: {x: {}}},
  {id: later, title: L, gate: {kind: type, prompt: '?', text: '${steps.made.outputs.x}'}},"""
NOTED = """{id: debrief, title: D, gate: {kind: note, prompt: '?', auto: approve, fields: {
  surprise: {label: S}, rating: {label: R, type: int}, clear: {label: C, type: choice, choices: [a, b]}}}},
  {id: chat, title: C, only: [guided], gate: {kind: note, prompt: '?', fields: {mood: {label: M}}}},"""


def setup(tmp_path: Path, *steps: str) -> DrillSetup:
    path = tmp_path / "gates.yaml"
    path.write_text(f"{HEAD}{''.join(steps)} {{id: end, title: E, run: 'true'}}]}}")
    loaded = load(path)
    return DrillSetup(
        runbook=loaded,
        mode=Mode.AUTO,
        params=resolve_params(loaded.runbook, {}, {}),
        run_dir=tmp_path / "run",
        project_dir=tmp_path,
        environment={},
    )


@pytest.mark.parametrize(
    ("steps", "text", "said"),
    [
        ([TYPED.replace("WHEN", "")], "copy", []),
        ([TYPED.replace("WHEN", "when: {param: target, is: external}")], "copy", []),
        ([TYPED.replace("WHEN", "")], "Copy", [NOT_COPY]),
        ([TYPED.replace("WHEN", ""), LATER], "anything", []),
        ([NOTED], "copy", ["the runbook gates has no gate to type it at "]),
    ],
    ids=["asked for", "not with these parameters", "misspelt", "known only later", "none"],
)
def test_confirmations(steps: list[str], text: str, said: list[str], tmp_path: Path) -> None:
    found = list(stray_confirmations(setup(tmp_path, *steps), [text]))
    assert [f"{stray.problem} {stray.advice}" for stray in found] == [f"--confirm {text}: {s}" for s in said]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("debrief.surprise", "the disk", ""),
        ("debrief.rating", "4", ""),
        ("debrief.clear", "b", ""),
        ("debrief.rating", "good", "rating must be a whole number"),
        ("debrief.clear", "c", "clear must be one of a, b"),
        ("debreif.surprise", "x", "the runbook gates has no such field Did you mean debrief.surprise?"),
        ("debrief.suprise", "x", "the runbook gates has no such field Did you mean debrief.surprise?"),
        ("end.surprise", "x", "the runbook gates has no such field"),
        ("chat.mood", "x", "step chat takes place only in mode guided Leave it out."),
    ],
)
def test_fields(name: str, value: str, said: str, tmp_path: Path) -> None:
    step, _, field = name.partition(".")
    found = list(stray_fields(setup(tmp_path, NOTED), {(step, field): value}))
    assert bool(found) == bool(said)
    assert all(f"--answer {name}: {said}" in f"{stray.problem} {stray.advice}" for stray in found)


def test_where_there_is_no_field_at_all_it_is_to_be_left_out(tmp_path: Path) -> None:
    (stray,) = stray_fields(setup(tmp_path), {("a", "b"): "x"})
    assert stray.advice == "Leave it out."
