"""The report in words and tables, as the result screen shows it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from textual.content import Content

from drill_tui.engine.record.events import CleanupResult, Finding, Result
from drill_tui.engine.run.gates import EXPIRED, REJECTED
from drill_tui.programme.compared import Compared
from drill_tui.sinks.chat import chat_sentences
from drill_tui.sinks.words import handover_line, how_to_connect, no_drill, pauses_of_people
from drill_tui.tui import looks
from drill_tui.tui.big_letters import big
from drill_tui.tui.looks import Tone
from drill_tui.tui.result.since import since_last
from drill_tui.tui.result.steps import steps_words
from drill_tui.tui.training_words import training_rows
from drill_tui.tui.wording import span, stopwatch
from drill_tui.tui.words import Part, bar, fit, hanging, line, lines, muted, shown, tinted
from drill_tui.verdict.laps import Laps
from drill_tui.verdict.report import Report
from drill_tui.verdict.wording import sentence

_TITLE_WIDTH = 36


def verdict_words(report: Report, width: int = 0, height: int = 0) -> Content:
    """The verdict, in letters as large as so many cells and rows allow, and why."""
    look = looks.of_verdict(report.verdict)
    letters = big(look.word, width, height)
    rows = (*letters, "") if letters else (f"{look.symbol} {look.word}",)
    head = lines(*(tinted(row, look.tone, "bold") for row in rows))
    return lines(head, why_words(report))


def why_words(report: Report) -> Content:
    """Why the verdict is what it is, and what it is not said of."""
    why = report.failure_reason or ("Every required criterion is met." if report.passed else "")
    demo = "The generated demo database was drilled, not yours. " if _of_the_demo(report) else ""
    uncounted = f"{words} " if (words := no_drill(report)) else ""
    return line(tinted(uncounted + demo, Tone.WARN), why)


def _of_the_demo(report: Report) -> bool:
    return report.source.get("kind") == "demo"


def page(
    report: Report, laps: Laps, run_dir: Path | None, width: int, compared: Compared | None = None
) -> Content:
    """Everything below the verdict."""
    parts = [
        *((_next(report, width),) if not report.passed else ()),
        *((_people(report, width),) if report.trainees else ()),
        _times(report),
        *((since_last(compared, width),) if compared else ()),
        _criteria(report, width),
        steps_words(report, laps, width),
        *((_next(report, width),) if report.passed else ()),
        *((_people(report, width),) if not report.trainees else ()),
        _chat(report, width),
        _notes(report),
        _interruptions(report),
        _artifacts(report, run_dir),
        _limits(report),
    ]
    return Content("\n\n").join([part for part in parts if part.plain])


def _heading(text: str) -> Content:
    return Content.styled(text, "bold $text-secondary")


def _times(report: Report) -> Content:
    rto, rpo = report.rto, report.rpo
    tone = looks.of_clock(rto.wall_s, rto.objective_s) if rto.wall_s is not None else Tone.MUTED
    share = rto.wall_s / rto.objective_s if rto.wall_s is not None and rto.objective_s else 0.0
    head: list[Part] = [("RTO  ", "bold"), tinted(stopwatch(rto.wall_s), tone, "bold")]
    if rto.objective_s:
        head.append(muted(f" of {stopwatch(rto.objective_s)}  "))
        head += [bar(share, 24, tone), muted(f" {share:.0%}")] if rto.wall_s is not None else []
    down = f" · down {stopwatch(rto.down_s)}" if rto.down_s else ""
    apart = (
        f"machine {stopwatch(rto.machine_s)} · human {stopwatch(rto.human_s)}{down} · profile {rto.profile}"
    )
    rows = [line(*head), line("     ", muted(apart))]
    if rpo.actual_s is not None:
        rpo_tone = Tone.PLAIN if rpo.met is None else Tone.GOOD if rpo.met else Tone.BAD
        objective = f" of {span(rpo.objective_s)}" if rpo.objective_s else ""
        rows.append(line(("RPO  ", "bold"), tinted(span(rpo.actual_s), rpo_tone, "bold"), muted(objective)))
    return lines(*rows)


def _criteria(report: Report, width: int) -> Content:
    title_width = min(_TITLE_WIDTH, width // 2)
    rows = [_heading("Criteria")]
    for criterion in report.criteria:
        look = looks.of_finding(criterion.result)
        optional = "" if criterion.required else muted(" (not required)")
        head = line(fit(shown(look), 11), fit(criterion.title, title_width), optional)
        if width >= 100:
            indent = 12 + title_width
            rows.append(hanging(head, criterion.detail, indent, width))
        else:
            indent = 11
            rows.append(head)
            if criterion.detail:
                rows.append(hanging(Content(""), criterion.detail, indent, width))
        if criterion.coverage:
            covered = f"covered: {criterion.coverage}"
            rows.append(hanging(Content(""), covered, indent, width, Tone.MUTED))
    return lines(*rows)


def _next(report: Report, width: int) -> Content:
    steps = () if report.passed else enumerate(_ways_on(report), 1)
    rows: list[Content | str] = [hanging(muted(f"{number}."), words, 3, width) for number, words in steps]
    if report.cleanup is CleanupResult.LEFTOVERS:
        rows.append(tinted(f"Left behind: {', '.join(report.leftovers)}", Tone.BAD))
        rows.append(line("Remove it: ", (f"drill-tui clean {report.run_id}", "$text-primary")))
    elif report.cleanup is CleanupResult.KEPT:
        rows.append(line("Kept as asked. Remove it: ", (f"drill-tui clean {report.run_id}", "$text-primary")))
        if connect := how_to_connect(report):
            rows.append(line("Look into it: ", (connect, "$text-primary")))
    return lines(_heading("What next"), *rows) if rows else Content("")


def _ways_on(report: Report) -> Iterator[str]:
    """What to do after a drill that did not pass, in this order."""
    failed = next((s for s in report.steps if s.result in (Result.FAIL, Result.ERROR)), None)
    refused = _refusal(report, failed.id) if failed else ""
    if failed is not None and refused:
        yield f"“{failed.title}” was not started: {refused}"
    elif failed is not None:
        yield f"Read the log of “{failed.title}”: press d. It ended with: {failed.reason}"
    missed = [c.title for c in report.criteria if c.result is not Finding.MET and c.required]
    if missed:
        yield f"Not proven: {'; '.join(missed)}."
    mend = "Settle that" if refused else "Mend the cause"
    yield f"{mend}, then run the same drill again; only a pass closes this."


def _refusal(report: Report, step: str) -> str:
    """That people said no to this step, who did and why; empty where they did not."""
    gate = next((g for g in reversed(report.gates) if g.step == step), None)
    if gate is None or gate.answer not in (REJECTED, EXPIRED):
        return ""
    if gate.answer == EXPIRED:
        return "nobody approved it in time."
    who = ", ".join(f"{s.name} ({s.role})" if s.role else s.name for s in gate.by) or "the team"
    return f"{who} refused: {sentence(gate.reason) or 'no reason was given.'}"


def _people(report: Report, width: int) -> Content:
    """Who took part; of a training, what each of them asked and guessed too."""
    if report.trainees:
        return lines(_heading("Training, person by person"), *training_rows(report, width))
    rows: list[Content | str] = []
    for person in report.participants:
        notes = sum(note.by == person.name for note in report.notes)
        signed = sum(any(s.name == person.name for s in gate.by) for gate in report.gates)
        roles = ", ".join(person.roles) or "no role"
        rows.append(line("  ", person.name, muted(f"  {roles}  answered {signed}, notes {notes}")))
    rows += [line(muted("  "), handover_line(handover)) for handover in report.handovers]
    return lines(_heading("People"), *rows) if rows else Content("")


def _chat(report: Report, width: int) -> Content:
    head = line(_heading("For the team's chat"), muted("  y copies it"))
    return lines(head, *(hanging(Content("  "), said, 2, width) for said in chat_sentences(report)))


def _notes(report: Report) -> Content:
    titles = {step.id: step.title for step in report.steps}
    rows = [
        line(muted(f"  {stopwatch(n.clock_s)} into the drill{_at(titles.get(n.step))}, {n.by}  "), n.text)
        for n in report.notes
    ]
    for gate in report.gates:
        rows += [line(muted(f"  {gate.step} · {key}  "), value) for key, value in gate.values.items()]
    return lines(_heading("Notes"), *rows) if rows else Content("")


def _at(title: str | None) -> str:
    return f", at “{title}”" if title else ""


def _interruptions(report: Report) -> Content:
    """What people decided on the way, pauses, and times without a process."""
    titles = {step.id: step.title for step in report.steps}
    rows = [
        line(
            muted("  "),
            f"“{titles.get(choice.step, choice.step)}” failed: ",
            _decided(choice.choice, choice.by, choice.reason),
        )
        for choice in report.choices
    ]
    rows += [
        line(muted("  "), f"Paused for {span(pause.duration_s)} ", _decided("", pause.by, pause.reason))
        for pause in pauses_of_people(report)
    ]
    rows += [
        line(muted("  "), f"Taken over ({taken.how}) after {span(taken.down_s)} without a process")
        for taken in report.recoveries
    ]
    if report.abort:
        rows.append(line(muted("  "), "Stopped ", _decided("", report.abort.by, report.abort.reason)))
    return lines(_heading("Decisions and interruptions"), *rows) if rows else Content("")


def _decided(what: str, by: str, reason: str) -> str:
    return f"{what} by {by}".strip() + (f" – {reason}" if reason else "")


def _artifacts(report: Report, run_dir: Path | None) -> Content:
    if run_dir is None:
        return Content("")
    rows: list[Content | str] = [line("  ", (str(run_dir), "$text-primary"))]
    named = {
        "report.md": "written",
        "report.html": "to print",
        "junit.xml": "for CI",
        "events.jsonl": "journal",
    }
    found = [f"{name} ({what})" for name, what in named.items() if (run_dir / name).exists()]
    rows += [muted("  " + ", ".join(found))] if found else []
    return lines(_heading("Artifacts"), *rows)


def _limits(report: Report) -> Content:
    rows = [line(muted("  • "), muted(sentence)) for sentence in (*report.rto.leaves_out, *report.coverage)]
    return lines(_heading("What this drill did not test"), *rows) if rows else Content("")
