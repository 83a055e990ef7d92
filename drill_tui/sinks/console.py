"""The headless face: one line per transition, and on a terminal one line of progress below them."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Final, TextIO, TypeGuard

from rich.filesize import decimal

from drill_tui.engine.record import events as ev
from drill_tui.engine.record.people import HAND
from drill_tui.runbook.plays import Plays
from drill_tui.sinks.github import on_github, readable_line
from drill_tui.sinks.summary import print_summary
from drill_tui.sinks.terminal import Terminal
from drill_tui.sinks.words import FINDING_MARK, RESULT_MARK, clean, flat, outcome_word
from drill_tui.verdict.state import DrillState
from drill_tui.verdict.wording import changed_words, duration_words, handover_words

__all__ = ["ConsoleSink", "print_summary"]

TAIL_LINES: Final = 15
"""How much of a failed step's log is shown; the whole of it is in its file."""
RESULT_STYLE: Final = {
    ev.Result.PASS: "green",
    ev.Result.FAIL: "bold red",
    ev.Result.ERROR: "bold red",
    ev.Result.WARN: "yellow",
    ev.Result.SKIP: "dim",
    ev.Result.UNPROVEN: "bold yellow",
}
DEMO_NOTICE: Final = (
    "No source is configured: this drills the generated DEMO database, not yours.",
    "Set DB_HOST, DB_NAME, DB_USER (or DATABASE_URL, or PG*) to drill your own.",
)


_BELOW_A_COMMAND: Final = " " * len("  0:00   $ ")
"""In front of the further lines of a command, which stay lines: joined they could not be copied and run."""


class ConsoleSink:
    """Writes a drill to `stream` as it happens; on GitHub Actions each step's log is a folded group."""

    def __init__(self, stream: TextIO, environment: Mapping[str, str] | None = None) -> None:
        environment = os.environ if environment is None else environment
        self._terminal = Terminal(stream, environment)
        self._grouped = on_github(environment)
        self._state = DrillState()
        self._group_is_open = False
        self._tail: deque[str] = deque(maxlen=TAIL_LINES)
        self._not_run: list[tuple[float, ev.StepEnded]] = []

    def catch_up(self, records: Iterable[ev.Record]) -> None:
        """Take in what happened before, without a line: a resumed run keeps its clock and its titles."""
        for record in records:
            self._state.apply(record)

    def on_record(self, record: ev.Record) -> None:
        self._state.apply(record)
        if self._never_ran(record.event):
            self._keep_for_later(record.at, record.event)
            return
        self._say_what_never_ran()
        match record.event:
            case ev.DrillStarted() as event:
                self._header(event)
            case ev.StepStarted() | ev.AttemptStarted() | ev.StepEnded() as event:
                self._step(record.at, event)
            case ev.RetryScheduled(step=step_id, delay_s=delay_s, by=by):
                why = flat(self._state.steps[step_id].reason)
                self._say(
                    record.at, "!", f"{why}; trying again in {duration_words(delay_s)} ({by})", "yellow"
                )
            case ev.OutputsRecorded() | ev.EvidenceRecorded() | ev.CheckEvaluated() as event:
                self._finding(record.at, event)
            case event:
                self._happening(record.at, event)

    def on_log(self, chunk: ev.LogChunk) -> None:
        self._tail.extend(clean(line) for line in chunk.lines[-TAIL_LINES:])
        if self._grouped:
            lines = "\n".join(readable_line(line) for line in chunk.lines)
            self._terminal.raw(self._terminal.fitting(lines))

    def on_progress(self, progress: ev.Progress) -> None:
        share = f"{min(1.0, progress.done / progress.total):4.0%}" if progress.total > 0 else "  …"
        left = f" · {_time_left(progress.eta_s)}" if progress.eta_s is not None else ""
        self._terminal.status(f"      {share}  {flat(progress.label)}  {_amount(progress)}{left}")

    def _header(self, event: ev.DrillStarted) -> None:
        out = self._terminal
        out.line(f"{flat(event.runbook_title)} ({event.runbook_id})", "bold")
        out.line(f"      {event.mode} · run {self._state.run_id} · {flat(event.user)} on {flat(event.host)}")
        if self._state.runbook_problem:
            out.line(f"      ! this runbook cannot be read: {flat(self._state.runbook_problem)}", "yellow")

    def _step(self, at: float, event: ev.StepStarted | ev.AttemptStarted | ev.StepEnded) -> None:
        title = self._title(event.step)
        match event:
            case ev.StepStarted():
                self._tail.clear()
                self._open_group(title)
                self._say(at, "▶", title)
            case ev.AttemptStarted(command=command, attempt=attempt):
                again = f"attempt {attempt}: " if attempt > 1 else ""
                typed = "" if self._state.steps[event.step].action else "$ "
                first, *more = map(clean, command.splitlines() or [""])
                self._say(at, "", f"{again}{typed}{first}", "dim")
                for line in more:
                    self._terminal.line(f"{_BELOW_A_COMMAND}{line}".rstrip(), "dim")
            case ev.StepEnded():
                self._step_ended(at, title, event)

    def _never_ran(self, event: ev.Event) -> TypeGuard[ev.StepEnded]:
        if not isinstance(event, ev.StepEnded) or event.outcome is not ev.Outcome.SKIPPED:
            return False
        return self._state.steps[event.step].started_at is None

    def _keep_for_later(self, at: float, event: ev.StepEnded) -> None:
        """Steps in a row that did not run for one reason are worth one line."""
        if any((e.reason, e.phase) != (event.reason, event.phase) for _, e in self._not_run):
            self._say_what_never_ran()
        self._not_run.append((at, event))

    def _say_what_never_ran(self) -> None:
        if not self._not_run:
            return
        (at, first), (_, last) = self._not_run[0], self._not_run[-1]
        count, self._not_run = len(self._not_run), []
        which = self._title(first.step)
        if count > 1:
            which = f"{count} steps, from {which} to {self._title(last.step)}"
        why = f" – {flat(first.reason)}" if first.reason else ""
        self._say(at, RESULT_MARK[first.result], f"{which}: {outcome_word(first.outcome)}{why}", "dim")

    def _step_ended(self, at: float, title: str, event: ev.StepEnded) -> None:
        self._close_group()
        text = f"{title}: {outcome_word(event.outcome)}"
        if event.outcome is not ev.Outcome.SKIPPED:
            text += f" in {duration_words(event.duration_s)}"
        if event.wait_s >= 1:
            text += f" (of which {duration_words(event.wait_s)} waiting for people)"
        if event.reason and event.outcome is not ev.Outcome.PASSED:
            text += f" – {flat(event.reason)}"
        self._say(at, RESULT_MARK[event.result], text, RESULT_STYLE[event.result])
        went_wrong = event.result in (ev.Result.FAIL, ev.Result.ERROR, ev.Result.WARN)
        if went_wrong and event.outcome is not ev.Outcome.CANCELLED and not self._grouped:
            for line in self._tail:
                self._terminal.line(f"      | {line}", "dim")

    def _finding(
        self, at: float, event: ev.OutputsRecorded | ev.EvidenceRecorded | ev.CheckEvaluated
    ) -> None:
        match event:
            case ev.OutputsRecorded(step=step_id, outputs=outputs):
                plays = self._state.steps[step_id].plays
                if plays is Plays.FIT and "name" in outputs:
                    self._say(at, "", f"Target: {flat(outputs['name'])}: {flat(outputs.get('why', ''))}")
                if plays is Plays.SOURCE and outputs.get("kind") == "demo":
                    for line in DEMO_NOTICE:
                        self._say(at, "!", line, "bold yellow")
            case ev.EvidenceRecorded(result=result) if result is not ev.Finding.MET:
                text = f"{self._criterion(event.criterion)}: {result} – {flat(event.detail)}"
                self._say(at, FINDING_MARK[result], text, "yellow")
            case ev.CheckEvaluated(ok=False):
                self._say(at, "✗", f"check {flat(event.that)}: {flat(event.message)}", "yellow")
            case _:
                pass

    def _happening(self, at: float, event: ev.Event) -> None:
        said = happening(event)
        if said:
            self._say(at, *said)

    def _say(self, at: float, mark: str, text: str, style: str = "") -> None:
        minutes, seconds = divmod(int(self._state.elapsed_s(at)), 60)
        self._terminal.line(f"{minutes:3}:{seconds:02} {mark or ' '} {text}", style)

    def _title(self, step_id: str) -> str:
        step = self._state.steps[step_id]
        if self._state.runbook is None:
            return step_id
        count = sum(1 for _ in self._state.in_phase(step.phase))
        where = "cleanup" if step.phase is ev.Phase.CLEANUP else f"{step.number}/{count}"
        return f"{where} {flat(step.title)}"

    def _criterion(self, criterion_id: str) -> str:
        criteria = self._state.runbook.criteria if self._state.runbook else {}
        return criteria[criterion_id].title if criterion_id in criteria else criterion_id

    def _open_group(self, title: str) -> None:
        if self._grouped:
            self._terminal.raw(f"::group::{self._terminal.fitting(title)}")
            self._group_is_open = True

    def _close_group(self) -> None:
        if self._group_is_open:
            self._terminal.raw("::endgroup::")
            self._group_is_open = False


def happening(event: ev.Event) -> tuple[str, str, str] | None:
    """Mark, text and style of what people and the machinery do; None for what needs no line."""
    match event:
        case ev.GateOpened(prompt=prompt):
            return "?", flat(prompt), "cyan"
        case ev.GateAnswered(answer=answer, by=by, reason=reason):
            names = ", ".join(f"{flat(s.name)} ({s.role})" if s.role else flat(s.name) for s in by)
            why = f" – {flat(reason)}" if reason else ""
            mark = "✓" if answer == "approved" else "✗"
            return mark, f"{answer}{f' by {names}' if names else ''}{why}", "cyan"
        case ev.FailureAnswered(choice=choice, by=by, reason=reason, params=params):
            given = f" with {flat(changed_words(params))}" if params else ""
            why = f" – {flat(reason)}" if reason else ""
            return "!", f"{flat(by)} chose to {choice}{given}{why}", "yellow"
        case ev.BudgetExceeded(budget_s=budget_s):
            return "!", f"over the budget of {duration_words(budget_s)}", "yellow"
        case ev.PauseStarted(by=by, reason=reason):
            return "!", f"paused by {flat(by)} – {flat(reason)}", "yellow"
        case ev.PauseEnded(by=by, role=role):
            return "▶", f"resumed by {flat(by)}{f' ({flat(role)})' if role else ''}", ""
        case ev.RoleHandedOver(role=role, had=had, has=has, by=by):
            return "·", flat(handover_words(role, had, has, by)), ""
        case ev.NoteAdded(by=by, text=text, kind=kind):
            what = "hand raised" if kind == HAND else "note"
            return "·", f"{what} by {flat(by)}: {flat(text)}", ""
        case ev.StepsReopened(steps=steps):
            return "▶", f"starting over from {steps[0]}: {len(steps)} steps are made again", "bold"
        case ev.AbortRequested(by=by, reason=reason):
            return "!", f"stopping: {flat(by)}{f' – {flat(reason)}' if reason else ''}", "bold yellow"
        case ev.CleanupStarted(reason=reason):
            return "▶", f"cleanup ({reason})", "bold"
        case ev.CleanupEnded(result=result, leftovers=leftovers):
            left = f": {', '.join(flat(item) for item in leftovers)}" if leftovers else ""
            return "·", f"cleanup: {result}{left}", "bold yellow" if leftovers else ""
        case ev.DrillRecovered(how=how, down_s=down_s):
            return "!", f"taken over ({how}) after {duration_words(down_s)} without a process", "bold yellow"
        case _:
            return None


def _amount(progress: ev.Progress) -> str:
    if progress.unit == "bytes":
        done, total = decimal(int(progress.done)), decimal(int(progress.total))
    else:
        done, total = f"{progress.done:,.0f}", f"{progress.total:,.0f} {progress.unit}"
    if progress.total > 0:
        return f"{done} of {total}"
    return done if progress.unit == "bytes" else f"{done} {progress.unit}"


def _time_left(eta_s: float) -> str:
    """An estimate does not know hundredths of seconds."""
    return f"{eta_s:.0f} s left" if eta_s < 59.5 else f"{duration_words(eta_s)} left"
