"""A fleet as tables for a terminal; plain where it is not one."""

from __future__ import annotations

from typing import Final, TextIO

from rich.text import Text

from drill_tui.fleet.overview import MARKS, FleetReport, short
from drill_tui.fleet.plan import FleetPlan
from drill_tui.fleet.standing import State
from drill_tui.programme.tables import console, print_table, table_of
from drill_tui.sinks.words import counted, flat
from drill_tui.verdict.wording import duration_words

STYLES: Final[dict[State, str]] = {
    "proven": "green",
    "due": "yellow",
    "overdue": "bold red",
    "failing": "bold red",
    "unknown": "bold magenta",
}


def print_status(report: FleetReport, stream: TextIO) -> None:
    out = console(stream)
    rows = [
        (
            row.name,
            Text(f"{MARKS[row.state]} {row.state}", STYLES[row.state]),
            row.owner,
            short(row.proven_at) or "never",
            f"runs on {row.running_on}" if row.running_on else short(row.next_at) or "–",
            row.why,
        )
        for row in report.databases
    ]
    print_table(out, table_of(("Database", "State", "Owner", "Proven (UTC)", "Next (UTC)", "Why"), rows))
    out.print(f"{report.count('proven')} of {counted(len(report.databases), 'database')} proven.")
    for row in report.databases:
        for problem in row.problems:
            out.print(Text(f"! {row.name}: not read: {flat(problem)}", "yellow"), soft_wrap=True)


def print_plan(plan: FleetPlan, stream: TextIO) -> None:
    out = console(stream)
    rows = [
        (
            short(drill.starts_at),
            drill.database,
            drill.host,
            ("" if drill.is_measured else "~") + duration_words(drill.takes_s),
            drill.why,
        )
        for drill in plan.drills
    ]
    if rows:
        headings = ("Starts (UTC)", "Database", "Host", "takes", "Why")
        print_table(out, table_of(headings, rows, right={3}))
    for left in plan.not_planned:
        out.print(Text(f"✗ {left.database}: not planned: {flat(left.why)}", "bold red"), soft_wrap=True)
