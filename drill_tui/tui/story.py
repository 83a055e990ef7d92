"""What happened so far, in sentences: the notes tab."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from drill_tui.engine.record import events as ev
from drill_tui.engine.record.people import HAND
from drill_tui.engine.text.sanitise import one_line
from drill_tui.tui.wording import clock_time, span, stopwatch
from drill_tui.verdict.moments import PACES
from drill_tui.verdict.wording import changed_words, handover_words


def story(records: Iterable[ev.Record]) -> list[str]:
    """One line for each event that people want to read again, with the drill's clock in front."""
    began: float | None = None
    told: list[str] = []
    for record in records:
        began = record.at if began is None else began
        if words := _told(record, began):
            told.append(words)
    return told


def last_told(records: Sequence[ev.Record]) -> str:
    """The last line of the story so far; empty before there is one."""
    told = (_told(record, records[0].at) for record in reversed(records))
    return next((words for words in told if words), "")


def _told(record: ev.Record, began: float) -> str:
    sentence = _sentence(record.event)
    if not sentence:
        return ""
    return f"{clock_time(record.at)}  {stopwatch(record.at - began):>7}  {one_line(sentence)}"


def _sentence(event: ev.Event) -> str:
    match event:
        case ev.NoteAdded():
            what = "hand raised" if event.kind == HAND else "note"
            return f"{what} by {event.by}: {event.text}"
        case ev.GateAnswered():
            who = ", ".join(f"{s.name} ({s.role})" for s in event.by) or "nobody"
            values = "; ".join(f"{key}: {value}" for key, value in event.values.items())
            return _joined(
                f"{event.answer}: {event.step} by {who} after {span(event.wait_s)}", values, event.reason
            )
        case ev.PauseStarted() if event.by in PACES:
            return f"stands still: {event.reason}"
        case ev.PauseStarted():
            return _joined(f"paused by {event.by}", event.reason)
        case ev.PauseEnded():
            return f"resumed by {event.by}" + (f" ({event.role})" if event.role else "")
        case ev.AttemptEnded() if event.outcome is not ev.Outcome.PASSED:
            return _joined(f"{event.step}: attempt {event.attempt} {_plain(event.outcome)}", event.reason)
        case ev.FailureAnswered():
            given = f" with {changed_words(event.params)}" if event.params else ""
            return _joined(f"{event.step}: {event.choice}{given}, decided by {event.by}", event.reason)
        case ev.StepEnded():
            return f"{event.step}: {_plain(event.outcome)} in {span(event.duration_s)}"
        case ev.BudgetExceeded():
            return f"{event.step}: past its budget of {span(event.budget_s)}"
        case ev.EvidenceRecorded():
            return f"{event.criterion}: {event.result}: {event.detail}"
        case _:
            return _rarer_sentence(event)


def _rarer_sentence(event: ev.Event) -> str:
    match event:
        case ev.DrillStarted():
            return f"{event.runbook_title}, {event.mode}, on {event.host}"
        case ev.ParticipantJoined():
            return f"{event.name} takes part as {', '.join(event.roles) or 'a guest'}"
        case ev.RoleHandedOver():
            return handover_words(event.role, event.had, event.has, event.by)
        case ev.HintShown():
            return f"{event.step}: hint {event.index + 1} shown to {event.by}"
        case ev.GuessMade():
            return f"{event.step}: {event.by} guessed: {event.text}"
        case ev.ShellOpened():
            return f"shell opened by {event.by}"
        case ev.ShellClosed():
            return f"shell closed with {event.exit_code}"
        case ev.StepsReopened():
            return f"started over from {event.steps[0]}: {event.reason}"
        case ev.AbortRequested():
            return _joined(f"stop asked for by {event.by}", event.reason)
        case ev.CleanupStarted():
            return f"cleanup started: the drill {_plain(event.reason)}"
        case ev.CleanupEnded():
            return _joined(f"cleanup ended: {event.result}", ", ".join(event.leftovers))
        case ev.DrillRecovered():
            return f"taken over after {span(event.down_s)} without a process: {event.how}"
        case ev.DrillEnded():
            return _joined(f"the drill ended: {_plain(event.reason)}", event.detail)
        case _:
            return ""


def _plain(word: str) -> str:
    return word.replace("_", " ")


def _joined(*parts: str) -> str:
    return ". ".join(part for part in parts if part)
