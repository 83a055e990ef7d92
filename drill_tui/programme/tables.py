"""History, due and incidents as tables for a terminal; plain where it is not one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Literal, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from drill_tui.programme.agreed_actions import AgreedAction
from drill_tui.programme.due import DueReport
from drill_tui.programme.history import History, RunbookHistory
from drill_tui.programme.incident import Incident
from drill_tui.sinks.words import VERDICT_WORD, duration_or_dash, flat
from drill_tui.verdict.wording import duration_words

STATE_MARK = {"satisfied": ("✓", "green"), "due": ("!", "yellow"), "overdue": ("✗", "bold red")}
VERDICT_STYLE = {
    "pass": "green",
    "unproven": "bold yellow",
    "fail": "bold red",
    "error": "bold magenta",
    "aborted": "yellow",
}
WIDE = 110
"""Columns where the output is not a terminal, so that a log keeps its rows."""
ROOM_FOR_A_SENTENCE: Final = 50
"""Columns; a sentence in fewer is hard to read."""
UNBOUNDED: Final = 10_000
STEADY: Final = 0.01
"""A recovery time that changes by less than this share of its median from drill to drill is no trend."""


def console(stream: TextIO) -> Console:
    wide = None if stream.isatty() else WIDE
    return Console(file=stream, highlight=False, markup=False, width=wide)


def print_table(out: Console, table: Table) -> None:
    """Without blanks at the ends of lines; wider than the terminal before a column is lost."""
    needed = out.measure(table, options=out.options.update(max_width=UNBOUNDED)).minimum
    with out.capture() as capture:
        out.print(table, width=max(out.width, needed), crop=False)
    out.file.write("".join(f"{line.rstrip()}\n" for line in capture.get().splitlines()))


def print_history(past: History, stream: TextIO, *, steps_only: bool = False) -> None:
    out = console(stream)
    if not steps_only:
        _print_drills(past, out)
    for book in past.runbooks:
        if book.steps:
            out.print()
            out.print(Text(flat(_tendency(book)), "bold"), soft_wrap=True)
            rows = [
                (s.step, str(s.count), *map(duration_words, (s.median_s, s.p90_s, s.last_s)))
                for s in book.times
            ]
            print_table(out, table_of(("Step", "drills", "median", "90 %", "last"), rows, right={1, 2, 3, 4}))
        for sentence in book.regressions:
            out.print(Text(f"! slower: {flat(sentence)}", "yellow"), soft_wrap=True)
    for broken in past.broken:
        out.print(Text(f"! not read: {flat(broken)}", "yellow"), soft_wrap=True)


def _tendency(book: RunbookHistory) -> str:
    """`restore-drill: 30 of 31 passed; recovery time grows by 0.30 s per drill`."""
    head, trend = f"{book.runbook}: {book.passed} of {book.drills} passed", book.rto_trend_s_per_drill
    if book.faults_tried is not None:
        head += f"; score {book.faults_noticed} of {book.faults_tried}"
    if trend is None:
        return head
    if book.recovery is None or abs(trend) < STEADY * book.recovery.median_s:
        return f"{head}; recovery time is steady"
    return f"{head}; recovery time {'grows' if trend > 0 else 'falls'} by {abs(trend):.2f} s per drill"


def _print_drills(past: History, out: Console) -> None:
    rows: list[tuple[str | Text, ...]] = [
        (
            row.at.replace("T", " ").removesuffix("Z")[:16],
            row.run_id.rpartition("_")[2],
            row.runbook,
            row.mode,
            Text(VERDICT_WORD.get(row.verdict, flat(row.verdict)), VERDICT_STYLE.get(row.verdict, "")),
            duration_or_dash(row.rto_wall_s),
            duration_or_dash(row.rto_machine_s),
            duration_or_dash(row.rpo_s),
            _size(row.size_bytes),
        )
        for row in past.drills
    ]
    if not rows:
        out.print("No drill to show: drill-tui --auto runs one.")
    else:
        headings = ["When (UTC)", "Run", "Runbook", "Mode", "Verdict", "RTO wall", "machine", "RPO", "Size"]
        left = 5
        if len(past.runbooks) == 1 and past.runbooks[0].steps:
            left = 4  # without the one runbook, which is named below, the others fit 80 columns
            rows = [row[:2] + row[3:] for row in rows]
            headings.remove("Runbook")
        right = range(left, len(headings))
        print_table(out, table_of((*headings, ""), [(*row, "") for row in rows], right))


def print_due(report: DueReport, stream: TextIO) -> None:
    out = console(stream)
    for book in report.runbooks:
        mark, style = STATE_MARK[book.state]
        head = Text(f"{mark} {book.runbook}: {book.state}", style).append(f"  {flat(book.title)}", "none")
        out.print(head, soft_wrap=True)
        for duty in book.duties:
            mark, style = STATE_MARK[duty.state]
            line = Text(f"  {mark} {duty.kind.replace('_', ' ')}: {duty.state}: ", style)
            out.print(line.append(flat(duty.why), "none"), soft_wrap=True)


def print_incidents(incidents: Sequence[Incident], stream: TextIO, resolved: int = 0) -> None:
    """The incidents; `resolved` is how many more there are that are not shown."""
    out = console(stream)
    rows: list[Sequence[str | Text]] = [
        (i.opened_at, i.id, Text(_state(i), "bold red" if i.freezes else ""), i.verdict, flat(i.reason))
        for i in incidents
    ]
    if rows:
        _print_reasons(out, ("Opened", "Incident", "State", "Verdict", "Reason"), rows)
    else:
        out.print(
            f"No open incident; {resolved} resolved (--all shows them)." if resolved else "No incidents."
        )


def print_agreed(actions: Sequence[AgreedAction], stream: TextIO, now: float, *, done: bool = False) -> None:
    """What debriefs agreed on; with `done`, what is done too.  Nothing where there is nothing."""
    rows: list[Sequence[str | Text]] = [
        (
            Text(str(a.until), "bold red" if a.overdue(now) else ""),
            _standing(a, now),
            flat(a.owner),
            a.id,
            flat(a.what),
        )
        for a in actions
        if done or a.done is None
    ]
    if rows:
        out = console(stream)
        out.print()
        out.print(Text("Agreed in debriefs", "bold"))
        _print_reasons(out, ("Until", "State", "Owner", "Action", "What"), rows)


def _print_reasons(out: Console, headings: Sequence[str], rows: Sequence[Sequence[str | Text]]) -> None:
    """A table whose last column is a sentence: below its row where too little room is left beside it."""
    beside = table_of(headings, rows)
    needed = sum((column.min_width or len(str(column.header))) + 2 for column in beside.columns[:-1])
    if out.width - needed >= ROOM_FOR_A_SENTENCE:
        print_table(out, beside)
        return
    for number, row in enumerate(rows):
        head = table_of((*headings[:-1], ""), [(*row[:-1], "")])
        head.show_header = number == 0
        for column, like in zip(head.columns[:-1], beside.columns[:-1], strict=True):
            column.min_width = max(like.min_width or 0, len(str(like.header)))
        print_table(out, head)
        said = row[-1] if isinstance(row[-1], Text) else Text(row[-1])
        for line in said.wrap(out, out.width - 2):
            line.rstrip()
            out.print(Text("  ").append(line), soft_wrap=True)


def _standing(action: AgreedAction, now: float) -> str:
    if action.done is not None:
        return f"done by {flat(action.done.by)}"
    return "overdue" if action.overdue(now) else "open"


def _state(incident: Incident) -> str:
    """With what colour alone must not say: whether production still waits for it."""
    if incident.state == "resolved":
        return incident.state
    if not incident.waits:
        return f"{incident.state}, lifted"
    return incident.state if incident.freezes else f"{incident.state}, no freeze"


def table_of(
    headings: Sequence[str], rows: Iterable[Sequence[str | Text]], right: Iterable[int] = ()
) -> Table:
    """A plain table, whose last column alone may wrap; `right` names columns of numbers."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    numbers = set(right)
    for number, heading in enumerate(headings):
        last = number == len(headings) - 1
        justify: Literal["left", "right"] = "right" if number in numbers else "left"
        table.add_column(heading, justify=justify, no_wrap=not last, overflow="fold")
    for row in rows:
        cells = [cell if isinstance(cell, Text) else Text(flat(cell)) for cell in row]
        table.add_row(*cells)
        for column, cell in zip(table.columns[:-1], cells, strict=False):
            column.min_width = max(column.min_width or 0, cell.cell_len)
    return table


def _size(size_bytes: int | None) -> str:
    if size_bytes is None:
        return "–"
    for unit, scale in (("GB", 1e9), ("MB", 1e6)):
        if size_bytes >= scale:
            return f"{size_bytes / scale:.1f} {unit}"
    return f"{size_bytes / 1e3:.0f} kB"
