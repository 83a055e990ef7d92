"""A training in words: at a step, and what each person did, asked and guessed."""

from __future__ import annotations

from textual.content import Content

from drill_tui.runbook.model import Step
from drill_tui.sinks.words import trainee_line
from drill_tui.tui import looks
from drill_tui.tui.came import facts
from drill_tui.tui.looks import Tone
from drill_tui.tui.training import expect_is_open
from drill_tui.tui.words import hanging, line, muted, prose, shown, tinted
from drill_tui.verdict.report import Report
from drill_tui.verdict.state import DrillState, StepState

_LABEL = 12


def learned(state: DrillState, step: StepState, plan: Step) -> list[Content]:
    """What a trainee asked for, and where the next of it is: `expect` after a guess, hints one at a time."""
    rows = [line(("Guess  ", "bold $text-accent"), guess) for guess in step.guesses]
    if plan.expect and expect_is_open(state, step):
        rows += [good(plan), *_what_came(state, step, plan.expect)]
    elif plan.expect:
        first = "u  guess what a good result looks like, then compare"
        rows.append(tinted("u  one more guess" if step.guesses else first, Tone.ACTIVE))
    rows += [
        line((f"Hint {i + 1} ", "bold $text-warning"), prose(plan.hints[i])) for i in sorted(step.hints_seen)
    ]
    more = len(plan.hints) - len(step.hints_seen)
    if more > 0 and not step.ended:
        rows.append(
            tinted(f"t  {more} {'more ' if step.hints_seen else ''}hint{'s' * (more > 1)}", Tone.ACTIVE)
        )
    return rows


def good(plan: Step) -> Content:
    return line(("Good   ", "bold $text-success"), prose(plan.expect))


def _what_came(state: DrillState, step: StepState, expected: str) -> list[Content]:
    """Beside what was expected: the evidence, and what the step told of what is asked for."""
    if step.ended is None:
        return []
    titles = (
        {key: criterion.title for key, criterion in state.runbook.criteria.items()} if state.runbook else {}
    )
    last = step.attempt.number if step.attempt else None
    rows = [
        line(
            ("Came   ", "bold $text-primary"),
            shown(looks.of_finding(e.result)),
            "  ",
            titles.get(e.criterion, e.criterion),
            muted(f"  {e.detail}"),
            muted(f" ({e.coverage})" if e.coverage and "coverage" in expected else ""),
        )
        for e in step.evidence
        if e.attempt == last
    ]
    return rows + [
        line(("Came   ", "bold $text-primary"), muted(f"{fact.name}  "), fact.words)
        for fact in facts(expected, step.outputs)
    ]


def training_rows(report: Report, width: int) -> list[Content]:
    """The summary of each person: counts, then every guess beside what was expected."""
    titles = {step.id: step.title for step in report.steps}
    rows: list[Content] = []
    for person in report.trainees:
        named = f"  {', '.join(person.roles)}" if person.roles else ""
        rows += [line("  ", (person.name, "bold"), muted(named)), muted(f"    {trainee_line(person)}")]
        for guess in person.guesses:
            rows.append(line("    ", (titles.get(guess.step, guess.step), "$text-primary")))
            rows.append(hanging(muted("      guessed"), guess.text, _LABEL + 4, width))
            if guess.expected:
                rows.append(hanging(muted("      good is"), prose(guess.expected).plain, _LABEL + 4, width))
    return rows
