"""The score on a terminal: fault by criterion, those that nobody noticed first."""

from __future__ import annotations

from typing import TextIO

from rich.table import Table
from rich.text import Text

from drill_tui.programme.tables import console, print_table
from drill_tui.sinks.words import flat
from drill_tui.verdict.score import NAIVE, Fate, Mutant, Score
from drill_tui.verdict.wording import duration_words

STYLES = {Fate.NOTICED: "green", Fate.NO_SITE: "dim", Fate.NOT_JUDGED: "bold magenta"}
RIGHT, OTHER, NOTHING = "●", "○", "·"
LEGEND = f"{RIGHT} noticed by the right criterion   {OTHER} noticed too, or instead   {NOTHING} said nothing"


def print_score(score: Score, stream: TextIO) -> None:
    out = console(stream)
    columns = [name for name in score.criteria if any(_spoke(m, name) for m in score.mutants)]
    letters = {name: chr(ord("A") + n) for n, name in enumerate(columns)}
    for name, letter in letters.items():
        out.print(Text(f"{letter}  {flat(name)}: {flat(score.criteria[name])}"), soft_wrap=True)
    out.print(Text(LEGEND, "dim"))
    out.print()
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim")
    for heading in ("Fault", *letters.values(), *"123", "What came of it", "Where"):
        table.add_column(heading, no_wrap=heading != "Where", overflow="fold")
    for mutant in score.mutants:
        if mutant.fate is not Fate.NO_SITE:
            table.add_row(*_row(mutant, columns))
    print_table(out, table)
    out.print()
    for number, words in enumerate(NAIVE.values(), start=1):
        out.print(Text(f"{number}  {words}", "dim"))
    out.print()
    for mutant in score.mutants:
        if mutant.advice and mutant.fate not in (Fate.NO_SITE, Fate.NOTICED):
            out.print(
                Text(f"! {mutant.fault}: {flat(mutant.breaks)} {flat(mutant.advice)}", "yellow"),
                soft_wrap=True,
            )
    for alarm in score.false_alarms:
        out.print(Text(f"! False alarm: {flat(alarm)}", "bold red"), soft_wrap=True)
    for line in _summary(score):
        out.print(Text(line), soft_wrap=True)


def _row(mutant: Mutant, columns: list[str]) -> list[str | Text]:
    style = STYLES.get(mutant.fate, "bold red")
    cells = [_mark(mutant, name) for name in columns]
    rules = [(RIGHT if mutant.naive.get(rule) else NOTHING) for rule in NAIVE]
    return [mutant.fault, *cells, *rules, Text(mutant.fate, style), flat(mutant.site)]


def _mark(mutant: Mutant, name: str) -> str:
    if name in mutant.missed:
        return RIGHT if name == mutant.expected else OTHER
    return "?" if name in mutant.unproven else NOTHING


def _spoke(mutant: Mutant, name: str) -> bool:
    return name in mutant.missed or name in mutant.unproven or name == mutant.expected


def _summary(score: Score) -> list[str]:
    tried = len(score.tried)
    lines = [f"Noticed by the right criterion  {score.count(Fate.NOTICED)} of {tried} ({score.share:.0%})"]
    if other := score.count(Fate.ELSEWHERE):
        lines.append(f"Noticed by another criterion    {other}")
    lines.append(f"Survived                        {score.count(Fate.SURVIVED, Fate.DOUBTED)}")
    for rule, words in NAIVE.items():
        lines.append(f"Beside it: {words:<42} {score.noticed_by_rule(rule)} of {tried}")
    lines.append(
        f"False alarms                    {len(score.false_alarms)} on {_copies(score.clean_copies)}"
    )
    if missing := score.count(Fate.NO_SITE):
        lines.append(f"Left out                        {missing}: nothing here can be broken in this way")
    lines.append(f"Took                            {duration_words(score.duration_s)}")
    return lines


def _copies(number: int) -> str:
    return "1 unbroken copy" if number == 1 else f"{number} unbroken copies"
