"""The drill screen of a seat of one's own: the same drill, with what a seat can do."""

from __future__ import annotations

from collections.abc import Callable

from drill_tui.runbook.mode import Mode
from drill_tui.seats.client import Line
from drill_tui.tui.dialogs.gate import GateDialog
from drill_tui.tui.dialogs.reason import ReasonDialog, WriteDialog, Written
from drill_tui.tui.dialogs.seat_gates import SeatSignoff, SeatTypeGate
from drill_tui.tui.far_desk import TOO_LONG
from drill_tui.tui.looking import may
from drill_tui.tui.pace import held
from drill_tui.tui.roles import Handover, Held, handed_by
from drill_tui.tui.screens.drill import DrillScreen
from drill_tui.tui.seat import Seat

_ONES_OWN_PART: dict[str, type[GateDialog]] = {"signoff": SeatSignoff, "type": SeatTypeGate}
_AT_THE_DRIVERS = frozenset({"pause", "abort", "shell", "run_through", "hint", "guess", "home"})


class JoinedScreen(DrillScreen):
    def __init__(self, seat: Seat, line: Line, leave: Callable[[], None] | None = None) -> None:
        """`leave` goes back to the screen that the seat was taken from, if there is one."""
        super().__init__(seat)
        self._line = line
        self._leave = leave

    def gate_dialog(self, kind: str) -> type[GateDialog]:
        return _ONES_OWN_PART.get(kind) or super().gate_dialog(kind)

    def leave(self) -> None:
        if self._leave is not None:
            self._leave()

    @property
    def speaks(self) -> bool:
        """Whether what is said here still reaches the drill."""
        watching = self.seat.joined is not None and self.seat.joined.observes
        return not (watching or self.seat.lost or self.seat.drill.state.over)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in _AT_THE_DRIVERS or not may(self.app, action):
            return False
        if action in ("note", "hand"):
            return self.speaks
        if action == "hand_over":
            return self.speaks and self.seat.drill.state.cleanup is None and bool(self._own_roles)
        if action == "answer":
            question = self.seat.desk.question
            return self.speaks and (self.seat.can_answer(question) if question else self._can_go_on)
        return super().check_action(action, parameters)

    @property
    def _can_go_on(self) -> bool:
        started = self.seat.drill.state.started
        return held(self.seat.drill.state) and started is not None and started.mode is not Mode.TRAINING

    def action_answer(self) -> None:
        if self.seat.desk.question is not None:
            super().action_answer()
        elif self._chosen is not None:
            self.action_live()
        else:
            self._line.say("go_on")

    def action_note(self) -> None:
        dialog = WriteDialog("Note", "It goes into the report with the clock and your name.", self.seat)
        step = self.looked_at or ""

        def written(note: Written | None) -> None:
            if note:
                self.seat.author = note.by
                self._send("note", note.text, step)

        self.app.push_screen(dialog, written)

    def action_hand(self) -> None:
        def raised(words: str | None) -> None:
            if words:
                self._send("hand", words, self.looked_at or "")

        dialog = ReasonDialog("Raise your hand?", "What is it about? Everybody sees it.", "Raise")
        self.app.push_screen(dialog, raised)

    @property
    def _own_roles(self) -> list[Held]:
        return handed_by(self.seat, self.seat.joined.name) if self.seat.joined else []

    def action_hand_over(self) -> None:
        self.ask_for_handover(self._own_roles)

    def hand_over(self, handover: Handover) -> None:
        held = handover.held
        if not self._line.say("hand_over", role=held.role, had=held.name, has=handover.to):
            self.notify(TOO_LONG, severity="error", markup=False)

    def _send(self, kind: str, text: str, step: str) -> None:
        if not self._line.say(kind, text=text, step=step):
            self.notify(TOO_LONG, severity="error", markup=False)
