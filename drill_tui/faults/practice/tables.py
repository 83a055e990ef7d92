"""The scenarios and a person's record, on a terminal and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TextIO

from pydantic import BaseModel, ConfigDict
from rich.table import Table
from rich.text import Text

from drill_tui.faults.practice.record import PersonRecord
from drill_tui.faults.practice.shelf import Story
from drill_tui.faults.practice.telling import MARK, NOTHING_HAPPENS, result_line
from drill_tui.programme.tables import console, print_table
from drill_tui.sinks.words import flat


class OnShelf(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
    difficulty: int
    faults: int
    """How many it draws from."""
    tried: int
    found: bool


class Shelf(BaseModel):
    """The scenarios there are, and how far a person is with them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    person: str
    scenarios: tuple[OnShelf, ...]
    next: str

    @classmethod
    def of(cls, stories: Sequence[Story], person: PersonRecord) -> Shelf:
        found = {record.scenario for record in person.practices if record.found}
        return cls(
            person=person.person,
            scenarios=tuple(
                OnShelf(
                    name=story.name,
                    title=story.scenario.title,
                    difficulty=story.scenario.difficulty,
                    faults=len(story.scenario.faults),
                    tried=sum(record.scenario == story.name for record in person.practices),
                    found=story.name in found,
                )
                for story in stories
            ),
            next=person.next,
        )


def print_shelf(shelf: Shelf, stream: TextIO) -> None:
    out = console(stream)
    out.print(Text(f"{MARK}: {NOTHING_HAPPENS}"), soft_wrap=True)
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for heading in ("Scenario", "1–5", "", "Title"):
        table.add_column(heading, no_wrap=heading != "Title", overflow="fold")
    for one in shelf.scenarios:
        state = Text("✓ found", "green") if one.found else Text("tried" if one.tried else "", "yellow")
        table.add_row(one.name, str(one.difficulty), state, flat(one.title))
    print_table(out, table)
    if shelf.next:
        out.print(Text(f"Try next: drill-tui practice {shelf.next}"), soft_wrap=True)


def print_record(record: PersonRecord, stream: TextIO) -> None:
    out = console(stream)
    if not record.practices:
        out.print(Text(f"{flat(record.person)} has not practised here yet."), soft_wrap=True)
    else:
        table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
        for heading in ("When", "Scenario", "1–5", "How it went"):
            table.add_column(heading, no_wrap=heading != "How it went", overflow="fold")
        for one in record.practices:
            when = one.began_at[:16].replace("T", " ")
            table.add_row(when, flat(one.scenario), str(one.difficulty), result_line(one))
        print_table(out, table)
        for level, (found, there) in sorted(record.levels.items()):
            out.print(Text(f"Difficulty {level}: {found} of {there} found"), soft_wrap=True)
    if record.next:
        out.print(Text(f"Try next: drill-tui practice {record.next}"), soft_wrap=True)
    elif record.practices:
        out.print(Text("Every scenario was found. Write your own: docs/practice.md"), soft_wrap=True)
