"""What people and signals may do to a running drill, besides answering its questions."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from drill_tui.engine.record import events as ev
from drill_tui.engine.record.journal import JournalError
from drill_tui.engine.record.stage import Stage
from drill_tui.engine.run.recorder import ENGINE

AGAIN_WITHIN_S: Final = 3.0
"""Interrupts during cleanup count together when they come this close."""


class Interrupted(StrEnum):
    """What an interrupt came to."""

    STOPPING = "stopping"
    """The drill is ending: the running step is being stopped, then comes cleanup."""
    IGNORED = "ignored"
    """Cleanup goes on; a second interrupt within 3 s skips its current step."""
    SKIPPED = "skipped"
    """The current cleanup step is being skipped; a third interrupt within 3 s gives up the rest."""
    QUIT = "quit"
    """Cleanup has been given up; what it leaves behind is listed."""
    NOTHING = "nothing"
    """The drill has ended."""


@dataclass(frozen=True, slots=True)
class Abort:
    """`via` is `operator`, `signal`, `deadline` or `error`."""

    by: str
    via: str
    reason: str


class Drill(Protocol):
    """The side of a running drill that control needs."""

    @property
    def now(self) -> float: ...

    def record(self, event: ev.Event) -> object: ...

    def leftovers(self) -> tuple[str, ...]: ...


class DrillControl:
    """Made before the drill, by whoever wants to steer it; belongs to the event loop's thread."""

    def __init__(self) -> None:
        self.stage = Stage.WAITING
        self.abort_request: Abort | None = None
        self.stop_steps = asyncio.Event()
        """Set once the drill is to go no further."""
        self.skip_step = asyncio.Event()
        """Set when the current cleanup step is to be given up."""
        self.gave_up = False
        """Whether the rest of cleanup is given up."""
        self._resumed = asyncio.Event()
        self._resumed.set()
        self._pause: ev.PauseStarted | None = None
        self._pause_open = False
        self._drill: Drill | None = None
        self._early: list[ev.Event] = []
        self._presses: list[float] = []

    @property
    def pausing(self) -> bool:
        """Whether a pause has been asked for, and has not ended; it begins when the running step ends."""
        return self._pause is not None

    @property
    def pausing_by(self) -> str:
        """Who asked for the pause; empty without one."""
        return self._pause.by if self._pause else ""

    @property
    def paused(self) -> bool:
        return self._pause_open

    def would_leave(self) -> tuple[str, ...]:
        """What would be left behind if cleanup were given up now, in words."""
        return self._drill.leftovers() if self._drill else ()

    def abort(self, by: str, via: str = "operator", reason: str = "") -> None:
        """End the drill: stop what runs, then clean up.  Only the first one counts."""
        if self.abort_request is not None or self.stage in {Stage.CLEANUP, Stage.ENDED}:
            return
        self.abort_request = Abort(by, via, reason)
        self.tell(ev.AbortRequested(by=by, via=via, reason=reason))
        self.stop_steps.set()

    def interrupt(self, by: str, reason: str = "", via: str = "signal") -> Interrupted:
        """Ctrl-C, or a signal: stops the drill; during cleanup, a ladder of three."""
        if self.stage is Stage.ENDED:
            return Interrupted.NOTHING
        if self.stage is not Stage.CLEANUP:
            self.abort(by, via, reason)
            return Interrupted.STOPPING
        now = self._drill.now if self._drill else 0.0
        if self._presses and now - self._presses[-1] > AGAIN_WITHIN_S:
            self._presses.clear()
        self._presses.append(now)
        return self._press(len(self._presses))

    def pause(self, by: str, reason: str) -> None:
        """Stop before the next step; a running step is not frozen."""
        if self._pause is None and self.stage not in {Stage.CLEANUP, Stage.ENDED}:
            self._pause = ev.PauseStarted(by=by, reason=reason)
            self._resumed.clear()

    def resume(self, by: str, role: str = "", *, login: str = "", uid: int | None = None) -> None:
        """`login` and `uid` are of whoever goes on from a seat of their own."""
        if self._pause is None:
            return
        if self._pause_open:
            self.tell(ev.PauseEnded(by=by, role=role, login=login, uid=uid))
        self._pause, self._pause_open = None, False
        self._resumed.set()

    def note(
        self, by: str, text: str, step: str = "", *, kind: str = "", login: str = "", uid: int | None = None
    ) -> None:
        """`login` and `uid` are of whoever writes it in a seat of their own."""
        self.tell(ev.NoteAdded(by=by, text=text, step=step, kind=kind, login=login, uid=uid))

    def hand_over(
        self, role: str, had: str, has: str, by: str, *, login: str = "", uid: int | None = None
    ) -> None:
        """A role goes from one person to another; `had` is empty where nobody had it.

        `login` and `uid` are of whoever says so in a seat of their own.
        """
        self.tell(ev.RoleHandedOver(role=role, had=had, has=has, by=by, login=login, uid=uid))

    def hint(self, step: str, index: int, by: str) -> None:
        self.tell(ev.HintShown(step=step, index=index, by=by))

    def guess(self, step: str, by: str, text: str) -> None:
        self.tell(ev.GuessMade(step=step, by=by, text=text))

    def shell_opened(self, step: str, by: str) -> None:
        self.tell(ev.ShellOpened(step=step, by=by))

    def shell_closed(self, step: str, exit_code: int) -> None:
        self.tell(ev.ShellClosed(step=step, exit_code=exit_code))

    def attach(self, drill: Drill) -> None:
        """The drill begins; what was said before is told now."""
        self._drill = drill
        self.stage = Stage.STEPS
        early, self._early = self._early, []
        for event in early:
            self.tell(event)

    def enter_cleanup(self) -> None:
        self.stage = Stage.CLEANUP
        if self._pause_open:
            self.resume(ENGINE)

    def end(self) -> None:
        self.stage = Stage.ENDED
        self._drill = None

    async def until_resumed(self) -> None:
        """Returns at once unless a pause was asked for; then the pause begins, and this waits for its end."""
        while self._pause is not None:
            if not self._pause_open:
                self._pause_open = True
                self.tell(self._pause)
            await self._resumed.wait()

    def _press(self, count: int) -> Interrupted:
        if count == 1:
            self.note(ENGINE, "Cleanup goes on. Interrupt again within 3 s to skip its current step.")
            return Interrupted.IGNORED
        self.skip_step.set()
        if count == 2:
            self.note(ENGINE, "Skipping this cleanup step. Interrupt again within 3 s to give up the rest.")
            return Interrupted.SKIPPED
        self.gave_up = True
        return Interrupted.QUIT

    def tell(self, event: ev.Event) -> None:
        """Journal an event from outside the drill's own line; if that fails, the drill ends."""
        if self._drill is None:
            if self.stage is Stage.WAITING:
                self._early.append(event)
            return
        try:
            self._drill.record(event)
        except JournalError as error:
            self.fail(str(error))

    def fail(self, reason: str) -> None:
        """The engine itself cannot go on."""
        self.abort(ENGINE, "error", reason)
