"""The end of a practice: what was broken, what gave it away, and how it went."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Static

from drill_tui.faults.practice.record import PracticeRecord
from drill_tui.faults.practice.shelf import Story
from drill_tui.faults.practice.telling import result_line, revealed
from drill_tui.tui.commands import bindings
from drill_tui.tui.looks import Tone
from drill_tui.tui.practising import LOOK_EVERY_S, PracticeDesk
from drill_tui.tui.widgets.practice_banner import PracticeBanner
from drill_tui.tui.words import lines, muted, prose, tinted


class RevealedScreen(Screen[None]):
    """Everything is told while what was set up is cleared away."""

    BINDING_GROUP_TITLE = "Revealed"
    BINDINGS = bindings("revealed")

    def __init__(self, desk: PracticeDesk) -> None:
        super().__init__()
        self._desk = desk
        self._drawn = -1

    def compose(self) -> ComposeResult:
        yield PracticeBanner()
        with VerticalScroll(id="revealed-scroll"):
            yield Static("", id="revealed-page", markup=False)
        yield Static("", id="revealed-foot", markup=False)
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one("#revealed-scroll").focus()
        story, record = self._desk.drawn.story, self._desk.record
        self.query_one(PracticeBanner).show(story.scenario.title)
        if record is not None:
            self.query_one("#revealed-page", Static).update(page(story, record))
        self.set_interval(LOOK_EVERY_S, self._look)
        self._look()

    def _look(self) -> None:
        if self._drawn != self._desk.news:
            self._drawn = self._desk.news
            self.query_one("#revealed-foot", Static).update(foot(self._desk))

    def action_home(self) -> None:
        self.app.pop_screen()


def page(story: Story, record: PracticeRecord) -> Content:
    rows: list[Content | str] = [
        tinted(result_line(record), Tone.GOOD if record.found else Tone.WARN, "bold"),
        "",
    ]
    for passage in revealed(story, record):
        rows += [Content.styled(passage.title, "bold $text-accent"), prose(passage.text), ""]
    return lines(*rows)


def foot(desk: PracticeDesk) -> Content:
    if desk.leftovers:
        return tinted(
            f"Still there: {'; '.join(desk.leftovers)}. drill-tui clean --all removes it.", Tone.BAD
        )
    return muted("Nothing is left of it but its record." if desk.cleared else "Being cleared away …")
