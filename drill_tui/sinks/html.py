"""`report.html`: one self-contained, printable page that a manager and an auditor read without help."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from drill_tui.engine.record.events import Finding, Result
from drill_tui.sinks.approvals import approvals
from drill_tui.sinks.identity import identity
from drill_tui.sinks.log_tail import log_tail
from drill_tui.sinks.rto_history import rto_history
from drill_tui.sinks.timeline import timeline
from drill_tui.sinks.words import (
    FINDING_MARK,
    ISOLATION_LABEL,
    RESULT_MARK,
    VERDICT_WORD,
    clean,
    cleanup_means,
    forecast_line,
    handover_line,
    measures_times,
    no_drill,
    outcome_word,
    pauses_of_people,
    step_note,
    time_label,
    trainee_line,
    verdict_means,
)
from drill_tui.verdict.laps import Laps
from drill_tui.verdict.report import Report
from drill_tui.verdict.score import NAIVE, SCORE_NAME, Score
from drill_tui.verdict.wording import duration_words, waiver_words

TEMPLATES: Final = Path(__file__).parent / "templates"
TAIL_BYTES: Final = 4096
"""How much of a failed step's log the page shows."""
NEXT: Final = {
    "pass": (),
    "fail": (
        "Write down what failed: this page, the log of the failed step and the incident file are the record.",
        "Open a ticket, and give it an owner.",
        "Change nothing in production that relies on this backup until the cause is known.",
        "Repair the backup or the procedure, then run a follow-up drill: only one that passes closes this.",
    ),
    "unproven": (
        "Nothing bad was found; what could not be proven, and why, stands beside its criterion.",
        "Give the drill what it lacks (such as a backup of backup.sh, which holds what to compare with).",
        "Run the drill again: until one passes, this one does not count for the cadence.",
    ),
    "error": (
        "Nothing is known about the backup yet: this drill neither proves nor disproves that it restores.",
        "Remove what got in the way (see the failed step; `drill-tui doctor` checks the machine).",
        "Run the drill again.",
    ),
    "aborted": ("Nothing is known about the backup yet.", "Run the drill again, to its end."),
}


def html(report: Report, run_dir: Path | None = None) -> str:
    """The page.  With the run's directory, it shows the end of the logs of steps that went wrong."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        length=duration_words,
        difference=difference,
        when=when,
        words=outcome_word,
        note=step_note,
        trainee=trainee_line,
        handed_over=handover_line,
    )
    page = environment.get_template("report.html.jinja")
    return page.render(
        report=report,
        picture=timeline(report),
        identity=list(identity(report)),
        earlier=report.earlier,
        rto_history=rto_history(report),
        verdict_word=VERDICT_WORD[report.verdict],
        verdict_means=verdict_means(report),
        measures_times=measures_times(report),
        no_drill=no_drill(report),
        forecast=forecast_line(report),
        approvals=list(approvals(report)),
        waivers=[words for criterion in report.criteria if (words := waiver_words(criterion))],
        next_steps=NEXT[report.verdict],
        time_label=time_label(report),
        pauses=pauses_of_people(report),
        step_titles={step.id: step.title for step in report.steps},
        cleanup_means=cleanup_means(report),
        finding_mark=FINDING_MARK,
        isolation_label=ISOLATION_LABEL,
        result_mark=RESULT_MARK,
        met=sum(c.result is Finding.MET for c in report.criteria),
        splits=list(_splits(report)),
        tails=dict(_tails(report, run_dir)) if run_dir else {},
        environment_groups=_environment_groups(report),
        score=_score(run_dir) if report.score and run_dir else None,
        naive=NAIVE,
    )


def _shown(value: Any) -> Any:
    """Every text that is printed into the page goes through here, before it is escaped."""
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def when(text: str) -> str:
    """A moment as people write it: `22 Nov 2026, 14:01:02 UTC`."""
    moment = datetime.fromisoformat(text)
    return f"{moment.day} {moment:%b %Y, %H:%M:%S} UTC"


def difference(seconds: float | None) -> str:
    """A split against an earlier one: `+1.20 s`, `−0.30 s`; `±0` below a hundredth of a second."""
    if seconds is None:
        return "–"
    if abs(seconds) < 0.005:
        return "±0"
    return duration_words(seconds) if seconds < 0 else f"+{duration_words(seconds)}"


def _splits(report: Report) -> Iterator[dict[str, Any]]:
    """Each step that ran, with the clock at its end, as runners write laps; compared without waits."""
    began = datetime.fromisoformat(report.timestamp)
    laps = Laps(best=report.earlier.best_s, last=report.earlier.last_s)
    for step in report.steps:
        if step.started_at is None:
            yield {"step": step, "clock_s": None}
            continue
        lag_s = (datetime.fromisoformat(step.started_at) - began).total_seconds()
        working_s = max(0.0, step.duration_s - step.wait_s)
        yield {
            "step": step,
            "clock_s": lag_s + step.duration_s,
            "share": step.duration_s / report.duration_s if report.duration_s else 0.0,
            "against_best": laps.against_best(step.id, working_s),
            "against_last": laps.against_last(step.id, working_s),
        }


def _tails(report: Report, run_dir: Path) -> Iterator[tuple[str, str]]:
    for step in report.steps:
        if step.result in (Result.FAIL, Result.ERROR, Result.WARN):
            text = log_tail(run_dir, step.log, TAIL_BYTES)
            if text.strip():
                yield step.id, text


def _score(run_dir: Path) -> Score | None:
    """Which faults were noticed; None where the file is gone, or is of another version."""
    try:
        return Score.model_validate_json((run_dir / SCORE_NAME).read_bytes())
    except (OSError, ValueError):
        return None


def _environment_groups(report: Report) -> dict[str, dict[str, str]]:
    groups = {
        "Source": report.source,
        "Target": report.target,
        "Backup": report.backup,
        "Tools": report.tools,
        "Parameters": report.params,
    }
    told = {title: {name: v for name, v in values.items() if v} for title, values in groups.items()}
    return {title: values for title, values in told.items() if values}
