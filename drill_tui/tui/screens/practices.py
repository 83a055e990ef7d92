"""Practice: the scenarios, the easiest first, and how far whoever sits here is with them."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, OptionList, Static
from textual.widgets.option_list import Option

from drill_tui.faults.practice.record import PersonRecord, read_records, record_of_person
from drill_tui.faults.practice.shelf import SEEDS, Story, draw, offered, read_stories
from drill_tui.faults.practice.telling import NOTHING_HAPPENS, counted, result_line
from drill_tui.kinds import KindError
from drill_tui.runbook.problems import RunbookError
from drill_tui.tui.commands import bindings
from drill_tui.tui.looks import Tone
from drill_tui.tui.order import PracticeOrder
from drill_tui.tui.places import Places
from drill_tui.tui.seat import terminal_user
from drill_tui.tui.widgets.practice_banner import PracticeBanner
from drill_tui.tui.words import line, lines, muted, tinted


class PracticesScreen(Screen[None]):
    """`order` begins a practice."""

    BINDING_GROUP_TITLE = "Practices"
    BINDINGS = bindings("practices")

    def __init__(self, places: Places, order: Callable[[PracticeOrder], None]) -> None:
        super().__init__()
        self._places = places
        self._order = order
        self._stories: list[Story] = []
        self._record: PersonRecord | None = None

    def compose(self) -> ComposeResult:
        yield PracticeBanner()
        with Horizontal(id="practices-body"):
            yield OptionList(id="practices", markup=False)
            with VerticalScroll(id="practices-scroll", can_focus=False):
                yield Static("", id="practices-details", markup=False)
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()
        self._read()

    def on_screen_resume(self) -> None:
        if self._stories:
            self._read()

    def _read(self) -> None:
        details = self.query_one("#practices-details", Static)
        try:
            self._stories = offered(read_stories(self._places.project_dir))
        except (RunbookError, KindError) as error:
            details.update(lines(tinted("The scenarios cannot be read", Tone.BAD, "bold"), str(error)))
            return
        kept = read_records(self._places.practice_dir)
        self._record = record_of_person(terminal_user(), kept.records, self._stories)
        options = self.query_one(OptionList)
        before = options.highlighted
        options.clear_options()
        options.add_options(Option(_entry(story, self._record)) for story in self._stories)
        names = [story.name for story in self._stories]
        if names:
            first = names.index(self._record.next) if self._record.next in names else 0
            options.highlighted = first if before is None else before
        else:
            details.update(muted("There are no scenarios in runbooks/practice/."))

    @on(OptionList.OptionHighlighted)
    def _show(self, event: OptionList.OptionHighlighted) -> None:
        if self._record is not None:
            words = _details(self._stories[event.option_index], self._record)
            self.query_one("#practices-details", Static).update(words)

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        name = self._stories[event.option_index].name
        drawn = draw(self._stories, seed=secrets.randbelow(SEEDS), name=name)
        self._order(PracticeOrder(drawn, terminal_user()))

    def action_open(self) -> None:
        self.query_one(OptionList).action_select()

    def action_back(self) -> None:
        self.app.pop_screen()


def _entry(story: Story, record: PersonRecord) -> Content:
    own = [practice for practice in record.practices if practice.scenario == story.name]
    found = any(practice.found for practice in own)
    state = tinted("✓ found", Tone.GOOD) if found else tinted("tried", Tone.WARN) if own else muted("")
    return lines(
        line((story.scenario.title, "bold")),
        line(muted(f"{'●' * story.scenario.difficulty}{'·' * (5 - story.scenario.difficulty)}  "), state),
        "",
    )


def _details(story: Story, record: PersonRecord) -> Content:
    scenario = story.scenario
    rows: list[Content | str] = [
        Content.styled(scenario.title, "bold $text-accent"),
        muted(
            f"{story.name} · difficulty {scenario.difficulty} of 5 · {counted(len(scenario.hints), 'hint')}"
        ),
        "",
        "A demo is made, backed up and restored, and something in it is broken. You are told what happened,"
        " and find out what it is.",
        "",
        muted(NOTHING_HAPPENS),
        "",
    ]
    own = [practice for practice in record.practices if practice.scenario == story.name]
    rows += [line(muted(f"{one.began_at[:10]}  "), result_line(one)) for one in reversed(own)]
    if record.next == story.name:
        rows.append(tinted("This one is next for you.", Tone.ACTIVE))
    return lines(*rows)
