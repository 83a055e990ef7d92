"""A role is handed over while a gate waits: the journal holds it, and a run that is taken up again knows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from drill_tui.engine.ports import GateAnswer
from drill_tui.engine.record import events as ev
from drill_tui.engine.run.run_state import RunState
from drill_tui.verdict.state import DrillState
from tests.engine.rig import Rig
from tests.engine.stand_ins import ScriptedOperator

STEPS = """
  - {id: ask, title: Ask, run: 'true', gate: {kind: signoff, prompt: Go on?, roles: [lead], min: 1}}
"""
HEAD = "roles: {lead: {title: Lead}, operator: {title: Operator}}"


async def test_the_gate_waits_for_who_has_the_role_now(tmp_path: Path) -> None:
    rig = Rig(tmp_path, steps=STEPS, head=HEAD)
    rig.setup = replace(rig.setup, participants={"Ada": ("lead",), "Ben": ("operator",)})

    def hand_over_then_sign(gate: ev.GateOpened) -> GateAnswer:
        rig.control.hand_over("lead", "Ada", "Mary", "Ada")
        by = ev.Signature(name="Mary", role="lead", at=0.0, via="screen", attested="same-terminal")
        return GateAnswer(answer="approved", by=(by,))

    rig.operator = ScriptedOperator(gates=[hand_over_then_sign])
    assert await rig.run() is ev.EndReason.COMPLETED
    records = rig.journal()
    kinds = [record.event.TYPE for record in records]
    assert kinds.index("gate.opened") < kinds.index("role.handed_over") < kinds.index("gate.answered")
    state = RunState()
    for record in records:
        state.apply(record.event, record.at)
    assert state.participants == {"Ada": (), "Ben": ("operator",), "Mary": ("lead",)}
    assert DrillState.of(records).participants == state.participants
    (answered,) = (r.event for r in records if isinstance(r.event, ev.GateAnswered))
    assert [(s.name, s.role) for s in answered.by] == [("Mary", "lead")]


async def test_before_the_drill_begins_it_is_kept_for_its_journal(tmp_path: Path) -> None:
    rig = Rig(tmp_path, steps="  - {id: one, title: One, run: 'true'}")
    rig.control.hand_over("lead", "", "Mary", "Mary")
    await rig.run()
    told = [event for event in rig.listener.events if isinstance(event, ev.RoleHandedOver)]
    assert told == [ev.RoleHandedOver(role="lead", had="", has="Mary", by="Mary")]
