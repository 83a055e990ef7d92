"""Whether a run's artifacts are what its journal gives: for an auditor, and for whoever doubts a report."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from drill_tui import __version__
from drill_tui.engine.record.journal import JOURNAL_NAME, JournalError, read_with_tail
from drill_tui.engine.text.os_words import os_words
from drill_tui.programme.audit_beside import gauges, incident
from drill_tui.programme.audit_files import Check, files
from drill_tui.sinks.artifact import report_json, stored_report
from drill_tui.sinks.evidence import report_of_run
from drill_tui.sinks.html import html
from drill_tui.sinks.junit import junit
from drill_tui.sinks.markdown import markdown
from drill_tui.sinks.words import VERDICT_WORD
from drill_tui.verdict.fold import EmptyRunError
from drill_tui.verdict.report import Report

MOST_DIFFERENCES = 5


def audit(run_dir: Path) -> Iterator[Check]:
    """The journal's chain, the files whose hashes it holds, then everything that is made from it, made anew.

    A journal that is damaged ends it: nothing else could be judged.
    """
    try:
        records, tail = read_with_tail(run_dir / JOURNAL_NAME)
        report = report_of_run(run_dir)
    except (JournalError, EmptyRunError, OSError) as error:
        yield Check(JOURNAL_NAME, False, os_words(error))
        return
    torn_bytes = (run_dir / JOURNAL_NAME).stat().st_size - tail.size_bytes
    torn = f"; {torn_bytes} bytes of an unfinished last line are left out" if torn_bytes else ""
    chain = f"{len(records)} lines, each continues the one before it{torn}"
    yield Check(JOURNAL_NAME, True, f"{chain}; SHA-256 {report.journal_sha256}")
    yield from files(report, run_dir)
    yield _stored(report, run_dir.parent)
    reason = _other_version(report)
    yield _page(run_dir / "report.md", lambda: markdown(report), reason)
    logs_too = reason or "or the logs were changed"
    yield _page(run_dir / "junit.xml", lambda: junit(report, run_dir), logs_too)
    yield _page(run_dir / "report.html", lambda: html(report, run_dir), logs_too)
    yield from gauges(report, run_dir.parent, reason)
    yield from incident(report, run_dir, reason)


def _stored(report: Report, artifacts_dir: Path) -> Check:
    path = stored_report(report, artifacts_dir)
    if path is None:
        return Check("the JSON report", False, f"there is none of this run in {artifacts_dir}")
    try:
        text = path.read_bytes()
        stored = Report.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        return Check(path.name, False, f"is no report: {'.'.join(map(str, first['loc']))}: {first['msg']}")
    except (OSError, ValueError) as error:
        return Check(path.name, False, f"cannot be read: {os_words(error)}")
    if stored.journal_sha256 is None:
        report = report.model_copy(update={"journal_sha256": None})
    found = list(_differences(stored.model_dump(mode="json"), report.model_dump(mode="json")))
    hint = _other_version(report)
    if not found and stored.journal_sha256 is not None and text != report_json(report).encode():
        also = f" ({hint})" if hint else ""
        return Check(path.name, False, f"says what the journal says, in other bytes: it was rewritten{also}")
    if not found:
        return Check(path.name, True, f"says what the journal says: {VERDICT_WORD[report.verdict]}")
    more = f"; and {len(found) - MOST_DIFFERENCES} more" if len(found) > MOST_DIFFERENCES else ""
    told = "; ".join(found[:MOST_DIFFERENCES])
    return Check(path.name, False, f"differs from the journal: {told}{more}{f' ({hint})' if hint else ''}")


def _page(path: Path, made: Callable[[], str], otherwise: str) -> Check:
    try:
        same = path.read_bytes() == made().encode("utf-8", "backslashreplace")
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        return Check(path.name, False, f"cannot be read: {why}")
    if same:
        return Check(path.name, True, "is what the journal gives")
    also = f", {otherwise}" if otherwise else ""
    return Check(path.name, False, f"is not what the journal gives: it was changed{also}")


def _other_version(report: Report) -> str:
    made_by = report.tools.get("drill-tui", "")
    if made_by in ("", __version__):
        return ""
    return f"or its words differ because drill-tui {made_by} wrote it and this is {__version__}"


def _differences(stored: Any, told: Any, where: str = "") -> Iterator[str]:
    """Each place in which two JSON values differ, with both."""
    if isinstance(stored, dict) and isinstance(told, dict):
        for key in dict.fromkeys((*stored, *told)):
            yield from _differences(stored.get(key), told.get(key), f"{where}.{key}" if where else str(key))
    elif isinstance(stored, list) and isinstance(told, list) and len(stored) == len(told):
        for number, (left, right) in enumerate(zip(stored, told, strict=True)):
            yield from _differences(left, right, f"{where}[{number}]")
    elif stored != told:
        yield f"{where} is {_short(stored)}, by the journal {_short(told)}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:59]}…"
