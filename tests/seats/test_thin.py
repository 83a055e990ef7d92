"""Two processes on one host: a drill that is driven, and a seat that answers its gate."""

from __future__ import annotations

import os

from drill_tui.engine.record.events import GateAnswered
from tests.seats.table import CONFIRM, ENTER, ESCAPE, TAB, laid


def test_a_gate_is_answered_from_a_seat() -> None:
    with laid(CONFIRM) as table:
        driver = table.drive()
        driver.wait_for_text("Shall we")
        seat = table.join("--name", "Ben")
        seat.wait_for_text("Shall we", "Ben – second", "Tab moves on")
        seat.press(ESCAPE)
        seat.wait_for(lambda: not seat.boxes, "the dialog put aside")
        seat.press(ENTER)
        seat.wait_for_text("Tab moves on")
        seat.press(TAB + ENTER)
        seat.wait_for_text("PASSED")
        driver.wait_for_text("PASSED")
        (answered,) = (event for event in table.events() if isinstance(event, GateAnswered))
        (by,) = answered.by
        assert (by.name, by.role, by.via, by.attested) == ("Ben", "second", "seat", "login")
        assert by.uid == os.getuid()
        assert not (table.run_dir / "seats.sock").exists()
