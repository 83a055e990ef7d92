"""The report as Markdown: for a ticket, a wiki page, a job summary, or a printer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from drill_tui.engine.record.people import HAND
from drill_tui.sinks.approvals import login_words
from drill_tui.sinks.words import (
    FINDING_MARK,
    ISOLATION_LABEL,
    RESULT_MARK,
    VERDICT_WORD,
    cleanup_means,
    flat,
    forecast_line,
    handover_line,
    measures_times,
    no_drill,
    outcome_word,
    pauses_of_people,
    rpo_line,
    rto_line,
    step_note,
    time_label,
    trainee_line,
    verdict_means,
)
from drill_tui.verdict.report import Report
from drill_tui.verdict.wording import duration_words, waiver_words

_ESCAPED: Final = str.maketrans({special: f"\\{special}" for special in "\\`*_{}[]<>#|~$@"})


def markdown(report: Report) -> str:
    """The whole report; ends with a line feed."""
    sections = [
        _head(report),
        _criteria(report),
        _times(report),
        _steps(report),
        _isolation(report),
        _people(report),
        _training(report),
        _environment(report),
        _limits(report),
    ]
    return "\n".join(line for section in sections for line in section) + "\n"


def md(text: str) -> str:
    """Text from elsewhere as Markdown that shows exactly it, on one line.

    >>> md("a|b <i> [/x]")
    'a\\\\|b \\\\<i\\\\> \\\\[/x\\\\]'
    """
    return flat(text).translate(_ESCAPED)


def code(text: str) -> str:
    """Text as a code span, whatever back-quotes it holds (CommonMark 6.1); a table's bar is escaped."""
    text = flat(text).replace("|", "\\|")
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * (longest + 1)
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{space}{text}{space}{fence}" if text else ""


def table(header: Sequence[str], rows: Iterator[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(header)} |"
    yield f"|{'---|' * len(header)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""


def _head(report: Report) -> Iterator[str]:
    yield f"# {md(report.runbook.title)}: {VERDICT_WORD[report.verdict]}"
    yield ""
    yield md(report.failure_reason) if report.failure_reason else verdict_means(report)
    yield ""
    told = [words for criterion in report.criteria if (words := waiver_words(criterion))]
    if told:
        yield from (f"- **{md(words)}**" for words in told)
        yield ""
    if words := no_drill(report):
        yield f"**{words}**"
        yield ""
    if report.source.get("kind") == "demo":
        yield "**The generated demo database was drilled, not a real one.**"
        yield ""
    yield f"- Run {code(report.run_id)}, mode {report.mode}, {report.timestamp} to {report.finished_at}"
    yield f"- Runbook {code(report.runbook.id)}, sha256 {code(report.runbook.sha256)}"
    if report.journal_sha256:
        yield f"- Journal {code('events.jsonl')}, sha256 {code(report.journal_sha256)}"
    yield f"- Cleanup: {cleanup_means(report)}"
    yield from (f"- Left over: {code(item)}" for item in report.leftovers)
    if report.recovered:
        yield f"- Taken over after a crash: {report.recovered} time(s)"
    yield ""


def _criteria(report: Report) -> Iterator[str]:
    yield "## Criteria"
    yield ""
    rows = (
        (
            f"{FINDING_MARK[c.result]} {c.result}" + (" (waived)" if c.is_waived else ""),
            md(c.title) + ("" if c.required else " (not required)"),
            md(c.detail),
            md(c.coverage),
        )
        for c in report.criteria
    )
    yield from table(("Came to", "Criterion", "Detail", "What was looked at"), rows)


def _times(report: Report) -> Iterator[str]:
    if not measures_times(report):
        return
    yield "## Recovery time and lost data"
    yield ""
    yield f"- {time_label(report)}: {rto_line(report)}"
    yield f"- Lost data: {rpo_line(report)}"
    if foretold := forecast_line(report):
        yield f"- Forecast {md(foretold)}"
    yield ""
    if report.rto.leaves_out:
        yield "A real recovery takes longer. The measured time leaves out:"
        yield ""
        yield from (f"- {md(text)}" for text in report.rto.leaves_out)
        yield ""


def _steps(report: Report) -> Iterator[str]:
    yield "## Steps"
    yield ""
    rows = (
        (
            f"{RESULT_MARK[s.result]} {outcome_word(s.outcome)}",
            md(s.title),
            duration_words(s.duration_s) if s.started_at else "",
            duration_words(s.budget_s) if s.budget_s is not None else "",
            code(s.command),
            md(step_note(s)),
        )
        for s in report.steps
    )
    yield from table(("Came to", "Step", "Took", "Budget", "Command", "Note"), rows)


def _isolation(report: Report) -> Iterator[str]:
    if report.isolation:
        yield "## Isolation"
        yield ""
        for name, text in report.isolation.items():
            yield f"- {ISOLATION_LABEL.get(name, name)}: {md(text)}"
        yield ""


def _people(report: Report) -> Iterator[str]:
    if report.participants or report.gates:
        yield "## People"
        yield ""
    for person in report.participants:
        yield f"- {md(person.name)}: {md(', '.join(person.roles) or 'no role')}"
    yield from (f"- {md(handover_line(handover))}" for handover in report.handovers)
    for gate in report.gates:
        names = ", ".join(
            f"{md(s.name)} ({md(s.role or s.attested)}, {s.at[11:19]} UTC{md(login_words(s))})"
            for s in gate.by
        )
        answers = "; ".join(f"{md(name)}: {md(value)}" for name, value in gate.values.items())
        told = "".join(f" – {text}" for text in (md(gate.reason), answers) if text)
        by = f" by {names}" if names else ""
        waited = f" after {duration_words(gate.wait_s)}" if gate.wait_s >= 1 else ""
        yield f"- {md(gate.prompt)} {gate.answer}{by}{waited}{told}"
    yield ""
    if report.agreed:
        yield "## Agreed in the debrief"
        yield ""
        yield from (f"- {md(a.what)} – {md(a.owner)}, until {a.until}" for a in report.agreed)
        yield ""
    pauses = pauses_of_people(report)
    if report.notes or pauses:
        yield "## Notes"
        yield ""
        titles = {step.id: step.title for step in report.steps}
        for note in report.notes:
            where = f", at “{md(titles.get(note.step, note.step))}”" if note.step else ""
            at = f"{duration_words(note.clock_s)} into the drill"
            hand = " raised a hand" if note.kind == HAND else ""
            yield f"- {at}{where}, {md(note.by)}{hand}: {md(note.text)}"
        for pause in pauses:
            yield f"- paused {duration_words(pause.duration_s)} by {md(pause.by)}: {md(pause.reason)}"
        yield ""


def _training(report: Report) -> Iterator[str]:
    if not report.trainees:
        return
    titles = {step.id: step.title for step in report.steps}
    yield "## Training, person by person"
    yield ""
    for person in report.trainees:
        yield f"- {md(person.name)}: {trainee_line(person)}"
        for guess in person.guesses:
            expected = f"; a good result: {md(guess.expected)}" if guess.expected else ""
            yield f"  - {md(titles.get(guess.step, guess.step))}: guessed “{md(guess.text)}”{expected}"
    yield ""


def _environment(report: Report) -> Iterator[str]:
    yield "## Environment"
    yield ""
    groups = {
        "source": report.source,
        "target": report.target,
        "backup": report.backup,
        "tools": report.tools,
        "parameters": report.params,
        "drill": {"host": report.host, "user": report.user},
    }
    rows = (
        (group, md(name), code(value)) for group, values in groups.items() for name, value in values.items()
    )
    yield from table(("", "Name", "Value"), rows)


def _limits(report: Report) -> Iterator[str]:
    yield "## What this drill did not test"
    yield ""
    yield from (f"- {md(text)}" for text in report.coverage)
