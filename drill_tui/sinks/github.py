"""GitHub Actions: a job summary, annotations and folded groups, within the runner's limits.

Workflow commands are lines that begin with `::`, or hold `##[` in the runner's older form, so text from
programs is changed just enough to be no command (GitHub Docs, "Workflow commands for GitHub Actions").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from drill_tui.engine.record.events import Finding, Result
from drill_tui.sinks.words import VERDICT_WORD, clean, flat, step_note
from drill_tui.verdict.report import Report
from drill_tui.verdict.ruling import exit_code
from drill_tui.verdict.wording import waiver_words

MAX_SUMMARY_BYTES: Final = 1_000_000
"""Of all summaries of one step; a larger file is dropped whole by the runner, whose limit is 1 MiB."""
MAX_ANNOTATIONS: Final = 9
"""The runner shows ten errors per step; one is left for the runner's own."""


def on_github(environment: Mapping[str, str]) -> bool:
    return environment.get("GITHUB_ACTIONS") == "true"


def readable_line(line: str) -> str:
    """A log line that the runner shows and never obeys."""
    return inert(f"| {clean(line)}").replace("\n", " ")


def inert(line: str) -> str:
    """A line of ours in which text from a program, also where it was wrapped, is no command.

    The runner skips the blanks before `::`, and finds `##[` anywhere (actions/runner, ActionCommand.cs).
    """
    line = line.replace("##[", "## [")
    return line.replace("::", ": :", 1) if line.lstrip().startswith("::") else line


def annotation_commands(report: Report) -> list[str]:
    """Workflow commands: the verdict, then failed steps and criteria, then what was not proven."""
    missed = [c for c in report.criteria if c.result is Finding.MISSED]
    failed = [s for s in report.steps if s.result in (Result.FAIL, Result.ERROR)]
    unproven = [c for c in report.criteria if c.result is Finding.UNPROVEN]
    commands = [
        *_overall(report),
        *(_command("error", c.title, c.detail) for c in missed),
        *(_command("error", f"Step {s.id}", step_note(s) or s.outcome) for s in failed),
        *(_command("warning", c.title, waiver_words(c) or f"not proven: {c.detail}") for c in unproven),
    ]
    return commands[:MAX_ANNOTATIONS]


def _overall(report: Report) -> Iterator[str]:
    if not report.passed:
        title = f"Restore drill: {VERDICT_WORD[report.verdict]}"
        level = "warning" if report.verdict == "unproven" else "error"
        yield _command(level, title, report.failure_reason or "")
    elif exit_code(report):
        yield _command("warning", "Restore drill left something over", ", ".join(report.leftovers))


def _command(level: str, title: str, message: str) -> str:
    return f"::{level} title={_property(flat(title))}::{_escaped(clean(message))}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A").replace("##[", "## [")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


def write_job_summary(report: Report, environment: Mapping[str, str]) -> Path | None:
    """Append the Markdown report to `$GITHUB_STEP_SUMMARY`; None outside GitHub Actions.  Raises OSError."""
    target = environment.get("GITHUB_STEP_SUMMARY", "")
    if not on_github(environment) or not target:
        return None
    from drill_tui.sinks.markdown import markdown

    path = Path(target)
    used = path.stat().st_size if path.exists() else 0
    with path.open("ab") as file:
        file.write(_cut(markdown(report), MAX_SUMMARY_BYTES - used - 1))
    return path


def _cut(text: str, limit: int) -> bytes:
    """The text as at most `limit` bytes, cut at a line's end, saying so."""
    data = text.encode("utf-8", "backslashreplace")
    if len(data) <= limit:
        return data
    ending = b"\n\n_Cut here; the whole report is in the run's directory._\n"
    if limit <= len(ending):
        return b""
    kept = data[: limit - len(ending)]
    return kept[: kept.rfind(b"\n")] + ending
