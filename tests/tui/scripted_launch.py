"""Launchers for tests: they ask the operator and feed the sinks as the engine would, without any process."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from drill_tui.engine.ports import Failure, Operator, Sink
from drill_tui.engine.record import events as ev
from drill_tui.engine.run.control import DrillControl
from drill_tui.faults.practice.stage import Face, Play
from drill_tui.tui.order import DrillOrder, PracticeOrder, ResumeOrder
from drill_tui.verdict.fold import fold
from drill_tui.verdict.report import Report
from tests.tui.scripted_practice import scripted_practice
from tests.tui.storyteller import Storyteller, restore_lines


class ScriptedLaunch:
    """Tells the whole drill; stops to ask at its gates, and fails the restore once if `fail` is set."""

    def __init__(self, *, fail: bool = False) -> None:
        self._fail = fail
        self.told: list[ev.Record] = []
        self.order: DrillOrder | None = None
        self.resumed: Path | None = None
        self.cleaned: list[Path] = []
        self.ended = asyncio.Event()

    async def practise(
        self, order: PracticeOrder, *, face: Face, sinks: Sequence[Sink], control: DrillControl
    ) -> Play:
        return await scripted_practice(order, face, control)

    async def clean(self, run_dir: Path) -> tuple[str, ...]:
        self.cleaned.append(run_dir)
        return ()

    async def __call__(
        self,
        order: DrillOrder | ResumeOrder,
        *,
        operator: Operator,
        sinks: Sequence[Sink],
        control: DrillControl,
    ) -> Report:
        if isinstance(order, ResumeOrder):
            self.resumed = order.run_dir
            story = self._taken_up()
        else:
            self.order = order
            people = {person.name: person.roles for person in order.participants}
            story = Storyteller(order.mode).until_restore() if not people else _with_people(order)
        control.attach(Told(story, lambda: self._pass_on(story, sinks)))
        self._pass_on(story, sinks)
        try:
            await self._until_end(story, operator, sinks, control)
        finally:
            control.end()
            self.ended.set()
        return fold(story.records)

    def _taken_up(self) -> Storyteller:
        """The run that was cut off before its restore, four minutes later."""
        story = Storyteller().until_restore()
        self.told = list(story.records)
        recovered = ev.DrillRecovered(how="resume", down_s=240, pid=4343, boot_id="b")
        return story.wait(240).tell(recovered)

    async def _until_end(
        self, story: Storyteller, operator: Operator, sinks: Sequence[Sink], control: DrillControl
    ) -> None:
        from tests.tui.storyteller import DEBRIEF_GATE, RESTORE_GATE

        reason = ev.EndReason.COMPLETED
        if not await self._gate(story, RESTORE_GATE, operator, sinks, control):
            reason = ev.EndReason.ABORTED if control.abort_request else ev.EndReason.REJECTED
        else:
            for sink in sinks:
                sink.on_log(ev.LogChunk(step="restore", lines=tuple(restore_lines(40))))
            if self._fail and not await self._failure(story, operator, sinks):
                reason = ev.EndReason.FAILED
            else:
                story.attempt("restore", "scripts/restore.sh", 2).attempt_over("restore", 3, number=2)
                story.end("restore")
                if not await self._gate(story, DEBRIEF_GATE, operator, sinks, control):
                    reason = ev.EndReason.ABORTED
                else:
                    story.end("debrief")
        control.enter_cleanup()
        story.clean_up(reason)
        self._pass_on(story, sinks)

    async def _gate(
        self,
        story: Storyteller,
        gate: ev.GateOpened,
        operator: Operator,
        sinks: Sequence[Sink],
        control: DrillControl,
    ) -> bool:
        story.begin(gate.step).tell(gate)
        self._pass_on(story, sinks)
        asking = asyncio.ensure_future(operator.decide(gate))
        stopping = asyncio.ensure_future(control.stop_steps.wait())
        await asyncio.wait({asking, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not asking.done():
            asking.cancel()
            story.tell(ev.GateAnswered(step=gate.step, answer="cancelled"))
            story.end(gate.step, ev.Outcome.CANCELLED, ev.Result.FAIL)
            return False
        answer = asking.result()
        story.tell(
            ev.GateAnswered(
                step=gate.step,
                answer=answer.answer,
                by=tuple(answer.by),
                values=dict(answer.values),
                reason=answer.reason,
                wait_s=1,
            )
        )
        if answer.answer != "approved":
            story.end(gate.step, ev.Outcome.REJECTED, ev.Result.FAIL)
        return answer.answer == "approved"

    async def _failure(self, story: Storyteller, operator: Operator, sinks: Sequence[Sink]) -> bool:
        story.attempt("restore", "scripts/restore.sh").attempt_over("restore", 2, ev.Outcome.FAILED, "exit 1")
        self._pass_on(story, sinks)
        failure = Failure(
            step="restore", attempt=1, reason="exit 1", exit_code=1, environment={}, working_dir=Path.cwd()
        )
        answer = await operator.on_failure(failure)
        assert answer is not None
        story.tell(
            ev.FailureAnswered(
                step="restore", choice=answer.choice, by=answer.by, reason=answer.reason, wait_s=1
            )
        )
        if answer.choice != "retry":
            story.end("restore", ev.Outcome.FAILED, ev.Result.FAIL, answer.reason)
        return answer.choice == "retry"

    def _pass_on(self, story: Storyteller, sinks: Sequence[Sink]) -> None:
        new, self.told = story.records[len(self.told) :], list(story.records)
        for record in new:
            for sink in sinks:
                sink.on_record(record)


class Told:
    """The drill's side of the control: what it tells goes into the same story."""

    def __init__(self, story: Storyteller, pass_on: object) -> None:
        self._story = story
        self._pass_on = pass_on

    @property
    def now(self) -> float:
        return self._story.now

    def record(self, event: ev.Event) -> object:
        self._story.tell(event)
        if callable(self._pass_on):
            self._pass_on()
        return event

    def leftovers(self) -> tuple[str, ...]:
        return ("process 4242 (postgres)", "directory /tmp/drill-1")


def _with_people(order: DrillOrder) -> Storyteller:
    story = Storyteller(order.mode).until_restore()
    begun, *rest = story.records
    joined = [replace(begun, event=person) for person in order.participants]
    others = [r for r in rest if not isinstance(r.event, ev.ParticipantJoined)]
    story.records[:] = [replace(r, seq=i) for i, r in enumerate([begun, *joined, *others], 1)]
    return story
