"""Incidents: failed drills that nobody has resolved yet; acknowledge them, resolve them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, OptionList, Static
from textual.widgets.option_list import Option

from drill_tui.programme.freeze import what_freezes
from drill_tui.programme.incident import Incident, IncidentError, acknowledged, resolved
from drill_tui.tui.commands import bindings
from drill_tui.tui.dialogs.reason import ReasonDialog
from drill_tui.tui.looks import Look, Tone
from drill_tui.tui.places import Places
from drill_tui.tui.seat import terminal_user
from drill_tui.tui.widgets.freeze_notice import FreezeNotice
from drill_tui.tui.wording import day
from drill_tui.tui.words import hanging, line, lines, muted, shown, tinted

_LOOKS = {
    "open": Look("✗", "open", Tone.BAD),
    "acknowledged": Look("◆", "acknowledged", Tone.WARN),
    "resolved": Look("✓", "resolved", Tone.GOOD),
}
_INDENT = 14
Change = Callable[[Incident, str, str, float], Incident]


class IncidentsScreen(Screen[None]):
    """Unresolved ones first, then the rest, each the newest first."""

    BINDING_GROUP_TITLE = "Incidents"
    BINDINGS = bindings("incidents")

    def __init__(self, places: Places, now: Callable[[], float] = time.time) -> None:
        super().__init__()
        self._store = places.incidents()
        self._now = now
        self._incidents: list[Incident] = []

    def compose(self) -> ComposeResult:
        yield FreezeNotice()
        with Horizontal(id="incidents-body"):
            yield OptionList(id="incidents", markup=False)
            with VerticalScroll(id="incident-scroll", can_focus=False):
                yield Static("", id="incident-details", markup=False)
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()
        self._read()

    @on(OptionList.OptionHighlighted)
    def _show(self, event: OptionList.OptionHighlighted) -> None:
        self._draw(self._incidents[event.option_index])

    def on_resize(self) -> None:
        place = self.query_one(OptionList).highlighted
        if place is not None and place < len(self._incidents):
            self.call_after_refresh(self._draw, self._incidents[place])

    def _draw(self, incident: Incident) -> None:
        page = self.query_one("#incident-details", Static)
        page.update(details(incident, page.size.width))

    def action_acknowledge(self) -> None:
        self._change(acknowledged, "Acknowledge this incident?", "Who looks at it, and how?", "Acknowledge")

    def action_resolve(self) -> None:
        self._change(resolved, "Resolve this incident?", "What was wrong, and what was done?", "Resolve")

    def action_back(self) -> None:
        self.app.pop_screen()

    def _read(self) -> None:
        self.query_one(FreezeNotice).show(what_freezes(self._store))
        try:
            found = self._store.read()
        except IncidentError as error:
            self.notify(str(error), severity="error", markup=False)
            return
        for problem in found.broken:
            self.notify(problem, severity="error", timeout=10, markup=False)
        newest_first = found.sound[::-1]
        self._incidents = sorted(newest_first, key=lambda incident: incident.state == "resolved")
        options = self.query_one(OptionList)
        kept = options.highlighted or 0
        options.clear_options()
        options.add_options(Option(_entry(incident)) for incident in self._incidents)
        if self._incidents:
            options.highlighted = min(kept, len(self._incidents) - 1)
        else:
            self.query_one("#incident-details", Static).update(_nothing(found.broken))

    def _change(self, change: Change, title: str, question: str, action: str) -> None:
        place = self.query_one(OptionList).highlighted
        if place is None or place >= len(self._incidents):
            return
        incident = self._incidents[place]

        def carry_out(note: str) -> str:
            try:
                self._store.change(
                    incident.id, lambda current: change(current, terminal_user(), note, self._now())
                )
            except (IncidentError, OSError) as error:
                return str(error)
            return ""

        self.app.push_screen(
            ReasonDialog(title, question, action, carry_out=carry_out), lambda note: self._read()
        )


def _nothing(broken: Sequence[str]) -> Content:
    """What is said where no incident can be shown."""
    if broken:
        return lines(tinted("What is on disk cannot be read", Tone.BAD, "bold"), *broken)
    return lines("No incident.", muted("A drill that fails, or cannot tell, opens one."))


def _entry(incident: Incident) -> Content:
    return lines(
        line(shown(_LOOKS[incident.state]), "  ", (incident.runbook_title, "bold")),
        line(muted(f"{_when(incident.opened_at)[:10]}  "), _consequence(incident)),
        "",
    )


def _consequence(incident: Incident) -> Content:
    """What the incident means for the team now."""
    if incident.freezes:
        return tinted("freezes production", Tone.WARN)
    if incident.waits:
        return muted("waits for a passing drill")
    return muted("a drill has passed" if incident.state != "resolved" else "")


def _when(stamp: str) -> str:
    return day(datetime.fromisoformat(stamp).timestamp())


def details(incident: Incident, width: int) -> Content:
    """What failed, what people did about it, and what comes next."""
    rows: list[Content | str] = [
        line((incident.runbook_title, "bold $text-primary"), muted(f"  {incident.id}")),
        hanging(shown(_LOOKS[incident.state]), incident.reason, len(incident.state) + 4, width),
        "",
        Content.styled("What failed", "bold $text-secondary"),
    ]
    for problem in incident.problems:
        rows.append(line("  ", (problem.title, "bold")))
        rows.append(hanging(muted(f"    {problem.result}"), problem.detail, _INDENT, width))
    rows += ["", Content.styled("So far", "bold $text-secondary")]
    for act in incident.acts:
        rows.append(line(muted(f"  {_when(act.at)}  "), f"{act.what.replace('_', ' ')} by {act.by}"))
        if act.note:
            rows.append(hanging(Content(""), act.note, 4, width, Tone.MUTED))
    rows += ["", Content.styled("What next", "bold $text-secondary")]
    rows += [hanging(muted("  •"), step, 4, width) for step in incident.next_steps]
    if incident.log_tail:
        rows += ["", Content.styled("Last lines of its log", "bold $text-secondary")]
        rows += [muted(f"  {text}") for text in incident.log_tail[-8:]]
    return lines(*rows)
