"""Names of built-in actions, their arguments and outputs."""

from __future__ import annotations

from pathlib import Path

import pytest

from drill_tui.engine.ports import ActionContext, ActionResult, ActionSpec
from drill_tui.runbook.load import RunbookError, check, load


async def nothing(_: ActionContext) -> ActionResult:
    return ActionResult()


ACTIONS = {
    spec.name: spec
    for spec in (
        ActionSpec(name="source.open", summary="", run=nothing, outputs={"host": "", "size_bytes": ""}),
        ActionSpec(
            name="target.start",
            summary="",
            run=nothing,
            parameters={"kind": "which kind", "profile": ""},
            required=frozenset({"kind"}),
            outputs={"port": ""},
        ),
    )
}


def problems(tmp_path: Path, steps: str) -> list[str]:
    path = tmp_path / "r.yaml"
    path.write_text(f"version: 1\nid: r\ntitle: R\nsteps:\n{steps}")
    with pytest.raises(RunbookError) as caught:
        check(load(path), ACTIONS)
    return [line.removeprefix(f"{path}:") for line in str(caught.value).splitlines()]


def test_an_unknown_action_is_named_with_the_nearest(tmp_path: Path) -> None:
    assert problems(tmp_path, "  - {id: a, title: A, uses: target.strat}\n") == [
        "5:29: there is no action 'target.strat' (did you mean target.start?)"
    ]


def test_arguments_are_checked(tmp_path: Path) -> None:
    assert problems(tmp_path, "  - {id: a, title: A, uses: target.start, with: {profil: fast}}\n") == [
        "5:29: target.start needs `with: {kind: …}` (which kind)",
        "5:50: target.start takes no 'profil' (did you mean profile?)",
    ]


def test_outputs_of_actions_are_checked(tmp_path: Path) -> None:
    steps = (
        "  - {id: a, title: A, uses: source.open, check: [{that: hosst, equals: x}]}\n"
        "  - {id: b, title: B, run: [echo, '${steps.a.outputs.sizes}', '${steps.a.outputs.host}']}\n"
    )
    assert problems(tmp_path, steps) == [
        "5:57: a has no output 'hosst' (did you mean host?)",
        "6:35: step a (source.open) has no output 'sizes' (did you mean size_bytes?)",
    ]


def test_a_sound_runbook_passes(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_text(
        "version: 1\nid: r\ntitle: R\nsteps:\n"
        "  - {id: a, title: A, uses: target.start, with: {kind: local}, check: [{that: port, min: 1}]}\n"
        "  - {id: b, title: B, run: [echo, '${steps.a.outputs.port}'], connect: a}\n"
    )
    check(load(path), ACTIONS)
