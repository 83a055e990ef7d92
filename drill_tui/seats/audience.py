"""Seats at a drill that no person drives: whoever may join looks, and is not heard."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from drill_tui.seats.server import Guest, SeatServer
from drill_tui.seats.wire import Message, WireError, pack


class Audience:
    """The floor of `server`, which is a sink of the drill; until `server.close`.

    The user that runs the drill may look, and root.
    """

    def __init__(
        self, folder: Path, now: Callable[[], float], say: Callable[[str], None], laps: Mapping[str, object]
    ) -> None:
        """`folder` holds the run's directory, `now` is the drill's clock, `laps` are its earlier splits."""
        self._now, self._say, self._laps = now, say, laps
        self.server = SeatServer(folder, self)

    def welcome(self, guest: Guest) -> bytes:
        guest.observes = True
        return pack(
            "welcome",
            name=guest.name,
            login=guest.peer.login,
            uid=guest.peer.uid,
            observes=True,
            now=self._now(),
            mode="auto",
            laps=dict(self._laps),
        )

    def asked(self) -> bytes:
        """Nothing: a headless drill has its answers before it begins."""
        return pack("question", number=0, about="")

    def came(self, guest: Guest) -> None: ...

    def left(self, guest: Guest) -> None: ...

    def heard(self, guest: Guest, message: Message) -> None:
        raise WireError("nobody is asked in a headless drill: who has joined looks")

    def problem(self, sentence: str) -> None:
        self._say(sentence)
