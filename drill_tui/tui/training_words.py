"""A training in words: what each person did, asked and guessed."""

from __future__ import annotations

from textual.content import Content

from drill_tui.sinks.words import trainee_line
from drill_tui.tui.words import hanging, line, muted, prose
from drill_tui.verdict.report import Report

_LABEL = 12


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
