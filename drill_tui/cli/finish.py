"""What comes after the last event: report, artifacts, incident, notifications, exit code."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from drill_tui.cli.exits import Exit, complain
from drill_tui.cli.places import Places

if TYPE_CHECKING:
    from drill_tui.verdict.report import Report


@dataclass(frozen=True, slots=True)
class Concluded:
    """A drill and what was left of it."""

    report: Report
    paths: list[Path]
    unwritten: list[str]
    """A sentence for each artifact that could not be written."""
    is_whole: bool
    """Whether all of the evidence was written."""
    complaints: list[str]
    """What went wrong after the drill: incidents, tickets, messages."""

    @property
    def exit_code(self) -> Exit:
        """A pass without its evidence is none: whoever asks for it later would have nothing."""
        from drill_tui.verdict.fold import exit_code

        code = Exit(exit_code(self.report))
        return code if self.is_whole or code not in (Exit.PASSED, Exit.LEFTOVERS) else Exit.ERROR

    def complain(self) -> None:
        """Say on stderr what could not be done, and what to do."""
        for sentence in (*self.complaints, *self.unwritten):
            complain(sentence)
        if self.unwritten:
            run = self.report.run_id
            complain(
                "what is in the journal is not lost",
                f"Make room, or make the folder writable; `drill-tui clean {run}` then writes the rest.",
            )


def conclude(run_dir: Path, places: Places) -> Concluded:
    """Fold the journal into the report, leave every artifact, and raise or lift an incident."""
    from drill_tui.programme.aftermath import after_drill
    from drill_tui.sinks.artifact import write_all
    from drill_tui.sinks.evidence import report_of_run

    report = report_of_run(run_dir)
    written = write_all(report, run_dir, places.artifacts_dir)
    signature, unsigned = _sign(report, run_dir, places)
    complaints: list[str] = []
    incidents = after_drill(
        report, next(iter(written.paths), None), run_dir, os.environ, complaints.append, places.options
    )
    pages = [incidents_dir(places) / f"{incident.id}.md" for incident in incidents]
    return Concluded(
        report,
        [*written.paths, *signature, *pages],
        [*written.problems, *unsigned],
        written.is_whole and not unsigned,
        complaints,
    )


def _sign(report: Report, run_dir: Path, places: Places) -> tuple[list[Path], list[str]]:
    """The signature, where a key was made for it, and a sentence where it could not be made."""
    from drill_tui.evidence.signing import SigningError, sign_report
    from drill_tui.sinks.artifact import stored_report

    path = stored_report(report, places.artifacts_dir)
    if path is None:
        return [], []
    try:
        signature = sign_report(report, path, run_dir, os.environ)
    except SigningError as error:
        return [], [str(error)]
    return [signature] if signature else [], []


def incidents_dir(places: Places) -> Path:
    return places.artifacts_dir / "incidents"


def finish(run_dir: Path, places: Places, *, as_json: bool = False, events: bool = False) -> Exit:
    """Conclude, and say on the terminal what came out of it.  Returns the exit code."""
    concluded = conclude(run_dir, places)
    report = concluded.report
    concluded.complain()
    if as_json:
        from drill_tui.sinks.artifact import report_json

        sys.stdout.write(report_json(report))
    else:
        from drill_tui.sinks.summary import print_summary

        print_summary(report, concluded.paths, sys.stderr if events else sys.stdout)
    return concluded.exit_code


def say_what_was_left(places: Places) -> None:
    """Name, on stderr, every run whose process died before its cleanup."""
    from drill_tui.engine.recovery.recover import find_orphans

    for run_dir in find_orphans(places.artifacts_dir):
        complain(
            f"the run {run_dir.name} was cut off before its cleanup",
            f"drill-tui resume {run_dir.name} goes on with it; drill-tui clean {run_dir.name} removes it.",
        )
