"""The end of the headless face: what was proved, where the evidence is, and the verdict last."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, TextIO

from rich.table import Table
from rich.text import Text

from drill_tui.engine.record.events import CleanupResult, Finding
from drill_tui.sinks.github import annotation_commands, on_github
from drill_tui.sinks.terminal import Terminal
from drill_tui.sinks.words import (
    FINDING_MARK,
    RESULT_MARK,
    VERDICT_WORD,
    cleanup_means,
    flat,
    forecast_line,
    how_to_connect,
    measures_times,
    no_drill,
    outcome_word,
    rpo_line,
    rto_line,
    step_note,
    time_label,
    verdict_means,
)
from drill_tui.verdict.report import Report
from drill_tui.verdict.ruling import exit_code
from drill_tui.verdict.wording import duration_words, waiver_words

FINDING_STYLE: Final = {Finding.MET: "green", Finding.MISSED: "bold red", Finding.UNPROVEN: "bold yellow"}
VERDICT_STYLE: Final = {
    "pass": "bold green",
    "unproven": "bold yellow",
    "fail": "bold red",
    "error": "bold magenta",
    "aborted": "bold yellow",
}


def print_summary(
    report: Report, paths: Sequence[Path], stream: TextIO, environment: Mapping[str, str] | None = None
) -> None:
    """Write steps, criteria, times, artifacts and the verdict to `stream`, a line of its own at the end."""
    environment = os.environ if environment is None else environment
    out = Terminal(stream, environment)
    out.line("")
    out.table(_steps(report, out))
    out.line("")
    out.table(_criteria(report, out))
    out.line("")
    if measures_times(report):
        out.line(f"{time_label(report):<15}{rto_line(report)}")
        out.line(f"Lost data      {rpo_line(report)}")
    if foretold := forecast_line(report):
        out.line(f"Forecast       {foretold}")
    out.line(f"Cleanup        {cleanup_means(report)}")
    if connect := how_to_connect(report):
        out.line(f"Connect        {flat(connect)}")
    kept = report.cleanup is CleanupResult.KEPT
    for leftover in report.leftovers:
        word, style = ("kept", "") if kept else ("left over", "bold yellow")
        out.line(f"               {word}: {flat(leftover)}", style)
    for number, path in enumerate(paths):
        out.line(f"{'Evidence' if not number else '':<15}{path}")
    if report.journal_sha256:
        out.line(f"Journal        SHA-256 {report.journal_sha256}")
    if on_github(environment):
        for annotation in annotation_commands(report):
            out.raw(out.fitting(annotation))
    _print_verdict(out, report)


def _print_verdict(out: Terminal, report: Report) -> None:
    out.line("")
    if report.source.get("kind") == "demo":
        out.line("This was the generated DEMO database, not yours.", "bold yellow")
    for words in filter(None, map(waiver_words, report.criteria)):
        out.line(flat(words), "bold yellow")
    if words := no_drill(report):
        out.line(words, "bold yellow")
    why = flat(report.failure_reason) if report.failure_reason else verdict_means(report)
    word, code = VERDICT_WORD[report.verdict], exit_code(report)
    took = duration_words(report.duration_s)
    out.line(f"{word}  {why} ({took}, exit code {code})", VERDICT_STYLE[report.verdict])


def _table(out: Terminal, *columns: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    *narrow, last = columns
    for title in narrow:
        table.add_column(out.fitting(title), no_wrap=True)
    table.add_column(out.fitting(last), overflow="fold")
    return table


def _steps(report: Report, out: Terminal) -> Table:
    table = _table(out, "", "Step", "Came to", "Took", "")
    table.columns[3].justify = "right"
    said = ""
    for step in report.steps:
        took = duration_words(step.duration_s) if step.started_at else ""
        note = step_note(step)
        cells = (
            RESULT_MARK[step.result],
            flat(step.title),
            outcome_word(step.outcome),
            took,
            "″" if note and note == said and not step.started_at else note,
        )
        said = note
        table.add_row(*(Text(out.fitting(cell)) for cell in cells))
    return table


def _criteria(report: Report, out: Terminal) -> Table:
    table = _table(out, "", "Criterion", "Came to", "")
    for criterion in report.criteria:
        style = FINDING_STYLE[criterion.result]
        title = flat(criterion.title) + ("" if criterion.required else " (not required)")
        table.add_row(
            Text(out.fitting(FINDING_MARK[criterion.result]), style),
            Text(out.fitting(title)),
            Text(f"{criterion.result.value}{', waived' if criterion.is_waived else ''}", style),
            Text(out.fitting(flat(criterion.detail))),
        )
    return table
