"""What only people do, two of them: the text that each types, and the mode that never goes on alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from drill_tui.engine.clock import SystemClock
from drill_tui.engine.ports import GateAnswer
from drill_tui.engine.record import events as ev
from drill_tui.engine.recovery.recover import RecoveryRefusedError, resume_drill
from drill_tui.engine.run.control import DrillControl
from drill_tui.engine.run.gates import AutoOperator, unanswered
from drill_tui.engine.run.plan import DrillRefusedError
from drill_tui.runbook.mode import Mode
from tests.engine.rig import Rig, make_toolbox
from tests.engine.stand_ins import ScriptedOperator

RECOVERY = "modes: [recovery]\nroles: {lead: {title: Lead}, second: {title: Second}}"
STEPS = """
  - id: drop
    title: Drop
    gate: {kind: type, min: 2, prompt: Really?, text: shop}
    run: touch ran
"""


def signed(name: str, at: float = 1.0, attested: str = "same-terminal", role: str = "lead") -> ev.Signature:
    return ev.Signature(name=name, role=role, at=at, via="test", attested=attested)


def typed(by: Sequence[ev.Signature], *texts: str) -> GateAnswer:
    names = ("text", "text_2", "text_3")
    return GateAnswer(answer="approved", by=tuple(by), values=dict(zip(names, texts, strict=False)))


def recovery(directory: Path, answer: GateAnswer, steps: str = STEPS) -> Rig:
    return Rig(
        directory, steps=steps, head=RECOVERY, mode=Mode.RECOVERY, operator=ScriptedOperator(gates=[answer])
    )


async def test_two_people_each_type_it_and_both_are_kept_with_their_times(tmp_path: Path) -> None:
    rig = recovery(tmp_path, typed([signed("Ada", 1.0), signed("Ben", 2.0)], "shop", "shop"))
    assert await rig.run() is ev.EndReason.COMPLETED
    assert (tmp_path / "ran").exists()
    (answer,) = [record.event for record in rig.journal() if isinstance(record.event, ev.GateAnswered)]
    assert [(signature.name, signature.at) for signature in answer.by] == [("Ada", 1.0), ("Ben", 2.0)]
    assert answer.values == {"text": "shop", "text_2": "shop"}


@pytest.mark.parametrize(
    ("by", "texts", "why"),
    [
        ([signed("Ada"), signed("Ada")], ("shop", "shop"), "typed by 1 of 2 people"),
        ([signed("Ada"), signed(" ADA ", role="second")], ("shop", "shop"), "typed by 1 of 2 people"),
        ([signed("Ada"), signed("Ben")], ("shop",), "typed by 1 of 2 people"),
        ([signed("Ada")], ("shop", "shop"), "typed by 1 of 2 people"),
        ([signed("Ada"), signed(" ")], ("shop", "shop"), "typed by 1 of 2 people"),
        ([signed("Ada"), signed("Ben")], ("shop", "Shop"), "not what was asked for"),
        ([signed("Ada"), signed("Ben")], (), "not what was asked for"),
        ([signed("a", attested="flag"), signed("b", attested="policy")], ("shop", "shop"), "by 0 of 2"),
    ],
)
async def test_anything_less_stops_before_the_step(
    tmp_path: Path, by: list[ev.Signature], texts: tuple[str, ...], why: str
) -> None:
    rig = recovery(tmp_path, typed(by, *texts))
    assert await rig.run() is ev.EndReason.REJECTED
    assert not (tmp_path / "ran").exists()
    (answer,) = [event for event in rig.listener.events if isinstance(event, ev.GateAnswered)]
    assert why in answer.reason


async def test_only_roles_that_may_are_counted(tmp_path: Path) -> None:
    steps = STEPS.replace("min: 2", "min: 2, roles: [second]")
    rig = recovery(tmp_path, typed([signed("Ada"), signed("Ben", role="second")], "shop", "shop"), steps)
    assert await rig.run() is ev.EndReason.REJECTED
    assert not (tmp_path / "ran").exists()


async def test_no_text_on_the_command_line_stands_for_two_people(tmp_path: Path) -> None:
    rig = Rig(tmp_path, steps=STEPS, mode=Mode.AUTO)
    (gate,) = unanswered(rig.setup, ["shop"])
    assert "2 people" in gate.problem
    rig.operator = AutoOperator(rig.setup.book, SystemClock().now, ["shop"])
    assert await rig.run() is ev.EndReason.REJECTED
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("mode", [Mode.AUTO, Mode.GUIDED, Mode.TRAINING])
async def test_a_recovery_starts_in_no_other_mode(tmp_path: Path, mode: Mode) -> None:
    rig = Rig(tmp_path, steps=STEPS, head=RECOVERY, mode=mode)
    with pytest.raises(DrillRefusedError, match=f"not run in mode {mode}, only in mode recovery, by people"):
        await rig.run()
    assert not rig.run_dir.exists()


async def test_a_drill_does_not_start_as_a_recovery(tmp_path: Path) -> None:
    rig = Rig(tmp_path, steps=STEPS, mode=Mode.RECOVERY)
    with pytest.raises(DrillRefusedError, match="only in mode auto or guided or training"):
        await rig.run()


async def test_a_recovery_that_was_cut_off_goes_on_only_with_people(tmp_path: Path) -> None:
    rig = recovery(tmp_path, typed([signed("Ada"), signed("Ben")], "shop", "shop"), f"{STEPS}{LAST}")
    await rig.run()
    (tmp_path / "ran").unlink()
    journal = rig.run_dir / "events.jsonl"
    records = [record.event.TYPE for record in rig.journal()]
    lines = journal.read_text().splitlines(keepends=True)
    journal.write_text("".join(lines[: records.index("step.ended") + 1]))
    with pytest.raises(RecoveryRefusedError, match="goes on only with people"):
        await resume(rig, None)
    assert await resume(rig, ScriptedOperator()) is ev.EndReason.COMPLETED
    assert (tmp_path / "last").exists()
    assert not (tmp_path / "ran").exists(), "what two people had agreed to is not done twice"


LAST = "  - {id: last, title: Last, run: touch last}\n"


async def resume(rig: Rig, operator: ScriptedOperator | None) -> ev.EndReason:
    return await resume_drill(
        rig.run_dir,
        environment=rig.setup.environment,
        toolbox=make_toolbox(),
        operator=operator,
        sinks=[],
        control=DrillControl(),
        clock=SystemClock(),
    )
