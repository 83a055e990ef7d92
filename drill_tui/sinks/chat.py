"""Three sentences for the team's chat: what was drilled and how it ended, how long it took, what follows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from drill_tui.engine.record.events import Finding
from drill_tui.sinks.words import VERDICT_WORD, flat, measures_times, time_label, verdict_means
from drill_tui.verdict.report import Report
from drill_tui.verdict.wording import duration_words, listed, sentence, size_told

_LONGEST_REASON: Final = 280


def chat_sentences(report: Report) -> tuple[str, str, str]:
    """Plain text, each on one line, and facts alone."""
    return _what(report), sentence(_times(report)), sentence(_what_follows(report))


def _what(report: Report) -> str:
    moment = datetime.fromisoformat(report.timestamp)
    mode = "a training, which does not count" if report.training else report.mode
    parts = [f"{flat(report.runbook.title)} ({mode})", f"{moment.day} {moment:%b %Y}", *_subject(report)]
    return f"{', '.join(parts)}: {VERDICT_WORD[report.verdict]}."


def _subject(report: Report) -> Iterator[str]:
    """The database, as far as the drill knew it; one that it did not open is named by its backup."""
    told = {**report.backup, **{f"source_{name}": value for name, value in report.source.items()}}
    if report.source.get("kind") == "demo":
        yield "the generated demo database"
    elif name := flat(told.get("source_dbname", "")):
        yield f"database {name}"
    if size := size_told(told.get("source_size_bytes", "")):
        yield size


def _times(report: Report) -> str:
    took = f"the drill took {duration_words(report.duration_s)}"
    if not measures_times(report):
        return took
    rto, rpo = report.rto, report.rpo
    label = time_label(report)
    if rto.wall_s is None:
        told = f"no recovery time was measured; {took}"
    else:
        told = f"{label} {duration_words(rto.wall_s)}" + _objective(rto.objective_s)
        told += f", {duration_words(rto.human_s)} of it people" if rto.human_s else ""
    if rpo.actual_s is not None:
        told += f"; data lost: {duration_words(rpo.actual_s)}" + _objective(rpo.objective_s)
    return told


def _objective(seconds: float | None) -> str:
    return f" of {duration_words(seconds)}" if seconds else ""


def _what_follows(report: Report) -> str:
    agreed = [f"{flat(a.what).rstrip('.')} ({flat(a.owner)}, until {a.until})" for a in report.agreed]
    following = f"; agreed: {listed(agreed, most=5)}" if agreed else ""
    return _found(report).rstrip(".") + following


def _found(report: Report) -> str:
    if report.passed:
        return verdict_means(report)
    reason = flat(report.failure_reason or verdict_means(report))
    if len(reason) > _LONGEST_REASON:
        reason = reason[: _LONGEST_REASON - 1].rstrip() + "…"
    open_ones = [flat(c.title) for c in report.criteria if c.required and c.result is not Finding.MET]
    named = [title for title in open_ones if title not in reason]
    return reason.rstrip(".") + (f"; not proven: {listed(named)}" if named else "")
