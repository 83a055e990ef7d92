"""Reports of drills with everything in them that artifacts have trouble with."""

from __future__ import annotations

from drill_tui.engine.record import events as ev
from drill_tui.engine.record.events import CleanupResult, EndReason, Finding, Outcome
from drill_tui.runbook.mode import Mode
from drill_tui.verdict.fold import fold
from drill_tui.verdict.report import Report
from tests.unit.verdict.drills import STEPS, Drill, whole_drill

HOSTILE = (
    "\x1b[31mred\x1b[0m \x1b]0;title\x07 <script>alert(1)</script> | [/x] `code` \x00\x0b ::error::x %0A"
)


def passed() -> Report:
    return fold(whole_drill().records)


def failing() -> Drill:
    drill = Drill().start().passed(*STEPS[:-1])
    evidence = {"data_integrity": Finding.MISSED, "indexes": Finding.UNPROVEN, "schema": Finding.MET}
    return drill.failed("verify", evidence=evidence, reason="1 criterion missed")


def failed() -> Report:
    return fold(failing().clean_up(EndReason.FAILED, CleanupResult.LEFTOVERS, ("directory /x",)).records)


def hostile() -> Report:
    """Text from outside, in every place that takes some, that tries to be markup or to steer a terminal."""
    drill = Drill(mode=Mode.GUIDED).start(host=HOSTILE, user=HOSTILE, runbook_title=HOSTILE)
    drill.say(ev.ParticipantJoined(name=HOSTILE, roles=(HOSTILE,)))
    drill.say(ev.RoleHandedOver(role=HOSTILE, had="", has=HOSTILE, by="Olga"))
    drill.open("restore").say(ev.GateOpened(step="restore", kind="note", prompt=HOSTILE))
    by = ev.Signature(name=HOSTILE, role=HOSTILE, at=drill.at, via="terminal", attested="same-terminal")
    drill.say(ev.GateAnswered(step="restore", answer="approved", by=(by,), values={HOSTILE: HOSTILE}))
    drill.say(ev.AttemptStarted(step="restore", attempt=1, command=HOSTILE, log="logs/restore.log"))
    drill.say(ev.OutputsRecorded(step="restore", attempt=1, outputs={HOSTILE: HOSTILE, "inert": HOSTILE}))
    drill.say(
        ev.EvidenceRecorded(
            step="restore",
            attempt=1,
            criterion="restore_completes",
            result=Finding.MISSED,
            detail=HOSTILE,
            coverage=HOSTILE,
        )
    )
    drill.say(
        ev.AttemptEnded(
            step="restore", attempt=1, outcome=Outcome.FAILED, exit_code=1, reason=HOSTILE, duration_s=1
        )
    )
    drill.say(ev.FailureAnswered(step="restore", choice="continue", by=HOSTILE, reason=HOSTILE, wait_s=1))
    drill.close("restore", Outcome.FAILED, ev.Result.FAIL, HOSTILE)
    drill.say(ev.NoteAdded(by=HOSTILE, text=HOSTILE, step="restore"))
    drill.say(ev.PauseStarted(by=HOSTILE, reason=HOSTILE)).say(ev.PauseEnded(by=HOSTILE), after_s=2)
    drill.say(ev.AbortRequested(by=HOSTILE, via="operator", reason=HOSTILE))
    drill.say(ev.DrillRecovered(how="resume", down_s=5, pid=2, boot_id="b"), after_s=5)
    return fold(drill.clean_up(EndReason.FAILED, CleanupResult.LEFTOVERS, (HOSTILE,), HOSTILE).records)
