"""Words and symbols that every human-readable artifact uses for states, verdicts and text of programs."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final

from drill_tui.engine.record.events import CleanupResult, Finding, Outcome, Result
from drill_tui.engine.text.sanitise import strip_controls
from drill_tui.runbook.mode import Mode
from drill_tui.verdict.measured import FAST
from drill_tui.verdict.moments import PACES
from drill_tui.verdict.wording import against, duration_words, handover_words, size_words

if TYPE_CHECKING:
    from drill_tui.verdict.report import PauseReport, Report, StepReport
    from drill_tui.verdict.roles_report import HandoverReport
    from drill_tui.verdict.trainee_report import TraineeReport

FINDING_MARK: Final = {Finding.MET: "✓", Finding.MISSED: "✗", Finding.UNPROVEN: "?"}
RESULT_MARK: Final = {
    Result.PASS: "✓",
    Result.FAIL: "✗",
    Result.WARN: "!",
    Result.SKIP: "–",
    Result.ERROR: "✗",
    Result.UNPROVEN: "?",
}
VERDICT_WORD: Final = {
    "pass": "PASS",
    "unproven": "UNPROVEN",
    "fail": "FAIL",
    "error": "ERROR",
    "aborted": "ABORTED",
}
VERDICT_MEANS: Final = {
    "pass": "{proves}: every required criterion was met.",
    "unproven": "Nothing bad was found, but not everything that is required could be proven.",
    "fail": "The drill found something bad: what it looked at must not be relied on.",
    "error": "The drill could not tell: something else got in the way.",
    "aborted": "A person ended the drill before it could tell.",
}
CLEANUP_MEANS: Final = {
    CleanupResult.CLEAN: "Nothing is left of this drill but its evidence.",
    CleanupResult.LEFTOVERS: "Something is left over; drill-tui clean {run} removes it.",
    CleanupResult.KEPT: "The restored database was kept on request; drill-tui clean {run} removes it.",
}

ISOLATION_LABEL: Final = {
    "level": "Level reached",
    "detail": "What that means",
    "proof": "Proof",
    "inert": "What could act on the outside",
}


def verdict_means(report: Report) -> str:
    """In a sentence; a pass that rests on waivers never says that everything was met."""
    if report.verdict == "pass" and report.waived:
        count = len(report.waived)
        waived = "1 criterion was waived and is" if count == 1 else f"{count} criteria were waived and are"
        return f"{report.proves}, as far as it was proven: {waived} not proven."
    return VERDICT_MEANS[report.verdict].replace("{proves}", report.proves)


def no_drill(report: Report) -> str:
    """Why this does not count as a drill; empty where it does."""
    if report.mode is Mode.RECOVERY:
        return "This was a real recovery: it does not count as a drill."
    return "This was training: it does not count as a drill." if report.training else ""


def measures_times(report: Report) -> bool:
    """Whether times of a recovery are worth a line: in a restore, and where the runbook has an objective."""
    restores = report.drill_type != "check"
    return restores or report.rto.objective_s is not None or report.rpo.objective_s is not None


def forecast_line(report: Report) -> str:
    """The recovery time at production's size, against the objective; empty where none was foretold."""
    told, objective_s = report.earlier.foretold, report.rto.objective_s
    if told is None:
        return ""
    judged = against(told.low_s, told.high_s, objective_s)
    objective = f"; the objective is {duration_words(objective_s)}: {judged}" if objective_s else ""
    return (
        f"at {size_words(told.size_bytes)}: {duration_words(told.low_s)} to {duration_words(told.high_s)} "
        f"(80 % interval, from the {told.drills} drills before this one){objective}"
    )


def cleanup_means(report: Report) -> str:
    return CLEANUP_MEANS[report.cleanup].format(run=report.run_id)


def how_to_connect(report: Report) -> str:
    """The command that opens a kept target; empty where none was kept."""
    target = report.target
    if report.cleanup is not CleanupResult.KEPT or not target.get("host"):
        return ""
    names = {"-h": "host", "-p": "port", "-U": "user", "-d": "database"}
    words = [word for flag, name in names.items() if target.get(name) for word in (flag, target[name])]
    return f"PGPASSFILE={shlex.quote(target.get('passfile', ''))} {shlex.join(['psql', '-X', *words])}"


def clean(text: str) -> str:
    """Text from a program or a database, safe to show: no escape sequences, no control characters."""
    return strip_controls(text).replace("\r", " ")


def flat(text: str) -> str:
    """The same on one line."""
    return " ".join(clean(text).split())


def outcome_word(outcome: Outcome) -> str:
    return outcome.value.replace("_", " ")


def duration_or_dash(seconds: float | None) -> str:
    return "–" if seconds is None else duration_words(seconds)


def step_note(step: StepReport, waits: bool = True) -> str:
    """What is worth saying of a step beside its outcome: reason, who started it, attempts, budget, waits."""
    notes = [flat(step.reason)] if step.reason else []
    if step.confirmed_by:
        notes.append(f"started by {flat(step.confirmed_by)}")
    if len(step.attempts) > 1:
        notes.append(f"{len(step.attempts)} attempts")
    if step.over_budget and step.budget_s is not None:
        notes.append(f"over its budget of {duration_words(step.budget_s)}")
    if waits and step.wait_s >= 1:
        notes.append(f"of which {duration_words(step.wait_s)} waiting for people")
    return "; ".join(notes)


def trainee_line(person: TraineeReport) -> str:
    """What one person did in a training, in a line."""
    parts = [
        counted(len(person.steps), "step") + " in their role",
        counted(person.hints_shown, "hint"),
        counted(len(person.guesses), "guess", "guesses"),
        counted(person.gates_answered, "gate") + " answered",
    ]
    if person.gates_answered:
        parts[-1] += f" after {duration_words(person.gate_wait_s)}"
    return ", ".join(parts)


def handover_line(handover: HandoverReport) -> str:
    """Who handed which role over to whom, and when."""
    told = handover_words(handover.role, handover.had, handover.has, handover.by)
    login = f" (login {handover.login}, uid {handover.uid})" if handover.login else ""
    return f"{duration_words(handover.clock_s)} into the drill {told}{login}"


def pauses_of_people(report: Report) -> tuple[PauseReport, ...]:
    """Without those that the drill's own pace made, before each of its steps."""
    return tuple(pause for pause in report.pauses if pause.by not in PACES)


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun.

    >>> counted(1, "hint"), counted(2, "guess", "guesses")
    ('1 hint', '2 guesses')
    """
    return f"{number} {one if number == 1 else many or one + 's'}"


def time_label(report: Report) -> str:
    """What the measured time may be called: under the profile fast it is no recovery time."""
    return "Time (not RTO)" if report.rto.profile == FAST else "Recovery time"


def rto_line(report: Report) -> str:
    """Recovery time in one line."""
    rto = report.rto
    if rto.wall_s is None or rto.machine_s is None or rto.human_s is None:
        return "not measured"
    line = f"{duration_words(rto.wall_s)} wall, {duration_words(rto.machine_s)} machine"
    line += f", {duration_words(rto.human_s)} people" if rto.human_s else ""
    line += f", {duration_words(rto.down_s)} down" if rto.down_s else ""
    return f"{line}; objective {duration_or_dash(rto.objective_s)}; profile {flat(rto.profile)}"


def rpo_line(report: Report) -> str:
    """Lost data in one line."""
    rpo = report.rpo
    if rpo.actual_s is None:
        return "not measured"
    return f"{duration_words(rpo.actual_s)}; objective {duration_or_dash(rpo.objective_s)}"
