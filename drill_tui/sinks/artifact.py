"""The report as JSON, and the one function that leaves every artifact of a finished drill."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from drill_tui.engine.text.os_words import os_words
from drill_tui.sinks.atomic import write_atomically, write_new
from drill_tui.verdict.report import Report

Writer = Callable[[], Path | None]
"""Writes one artifact and returns where it stands; None if there was nothing to write."""
GAUGES, SUMMARY = "the metrics file", "the job summary"
NO_EVIDENCE = frozenset({GAUGES, SUMMARY})


@dataclass(frozen=True, slots=True)
class Written:
    """What a drill left, the JSON report first, and a sentence for each artifact that it could not."""

    paths: list[Path]
    problems: list[str]
    is_whole: bool
    """Whether all of the evidence is there: report, pages and JUnit.  Gauges and summaries are none."""


def write_all(
    report: Report,
    run_dir: Path,
    artifacts_dir: Path,
    environment: Mapping[str, str] | None = None,
) -> Written:
    """Leave the report in every form.  One that cannot be written does not stop the others."""
    written: list[Path] = []
    problems: dict[str, str] = {}
    for name, write in _writers(report, run_dir, artifacts_dir, environment or os.environ).items():
        try:
            path = write()
        except Exception as problem:
            problems[name] = _complaint(name, problem)
        else:
            written += [path] if path else []
    return Written(written, list(problems.values()), is_whole=not problems.keys() - NO_EVIDENCE)


def _writers(
    report: Report, run_dir: Path, artifacts_dir: Path, environment: Mapping[str, str]
) -> dict[str, Writer]:
    return {
        "the JSON report": lambda: write_report(report, artifacts_dir),
        "report.md": partial(_write_markdown, report, run_dir),
        "report.html": partial(_write_html, report, run_dir),
        "junit.xml": partial(_write_junit, report, run_dir),
        GAUGES: partial(_write_metrics, report, artifacts_dir),
        SUMMARY: partial(_write_job_summary, report, environment),
    }


def _complaint(name: str, problem: Exception) -> str:
    kind = "" if isinstance(problem, OSError) else f"{type(problem).__name__}: "
    return f"{name} could not be written ({kind}{os_words(problem)})"


def report_json(report: Report) -> str:
    """Readable JSON, also of text that is no Unicode: a lone surrogate is written as its escape."""
    text = json.dumps(report.model_dump(), indent=2, ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace").decode("utf-8") + "\n"


def write_report(report: Report, artifacts_dir: Path) -> Path:
    """Write `restore_drill_<UTC>.json`, named by the drill's start.

    A drill that started in the same second keeps its file: the later one gets the end of its run id into
    its name.  Writing the same run again, after `clean`, replaces its own file.  Raises OSError.
    """
    text = report_json(report)
    for path in _names(report, artifacts_dir):
        if write_new(path, text):
            return path
        if _run_id_in(path) == report.run_id:
            return write_atomically(path, text)
    raise FileExistsError(17, "another drill's report has this name", str(path))


def stored_report(report: Report, artifacts_dir: Path) -> Path | None:
    """The JSON report of the same run, if there is one."""
    return next((path for path in _names(report, artifacts_dir) if _run_id_in(path) == report.run_id), None)


def _names(report: Report, artifacts_dir: Path) -> list[Path]:
    stem = f"restore_drill_{_stamp(report)}"
    suffix = report.run_id.rpartition("_")[2]
    return [artifacts_dir / f"{name}.json" for name in (stem, f"{stem}_{suffix}", f"{stem}_{report.run_id}")]


def _stamp(report: Report) -> str:
    """The time in the run's id, so that both names match; the drill starts a moment after it was made."""
    in_id = re.search(r"_(\d{8}T\d{6}Z)_", report.run_id)
    return in_id[1] if in_id else f"{datetime.fromisoformat(report.timestamp):%Y%m%dT%H%M%SZ}"


def _run_id_in(path: Path) -> str | None:
    try:
        data = json.loads(path.read_bytes())
        return str(data["run_id"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _write_markdown(report: Report, run_dir: Path) -> Path:
    from drill_tui.sinks.markdown import markdown

    return write_atomically(run_dir / "report.md", markdown(report))


def _write_html(report: Report, run_dir: Path) -> Path:
    from drill_tui.sinks.html import html

    return write_atomically(run_dir / "report.html", html(report, run_dir))


def _write_junit(report: Report, run_dir: Path) -> Path:
    from drill_tui.sinks.junit import junit

    return write_atomically(run_dir / "junit.xml", junit(report, run_dir))


def _write_metrics(report: Report, artifacts_dir: Path) -> Path | None:
    from drill_tui.sinks.metrics import write_metrics

    return write_metrics(report, artifacts_dir)


def _write_job_summary(report: Report, environment: Mapping[str, str]) -> None:
    from drill_tui.sinks.github import write_job_summary

    write_job_summary(report, environment)
