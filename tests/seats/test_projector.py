"""The wall beside a drill: real processes on real terminals."""

from __future__ import annotations

from tests.seats.table import CONFIRM, approve, laid


def test_the_wall_follows_a_drill_to_its_end_and_through_a_change_of_size() -> None:
    with laid(CONFIRM) as table:
        driver = table.drive()
        wall = table.join("--projector")
        driver.wait_for_text("has joined to watch")  # for some seconds
        wall.wait_for_text("Needed now", "confirm · Shall we", "Quit")
        wall.resize(120, 36)
        wall.wait_for(lambda: "Quit" in wall.rows[35], "the keys on the last line")
        wall.wait_for_text("Needed now", "confirm · Shall we")
        wall.press("\rnvpas")
        approve(driver)
        wall.wait_for_text("Every required criterion is met.", "the drill ended: completed", "██████")
        wall.press("q")
        wall.wait_for(lambda: wall.ended, "the end of the wall")
        assert [signature.via for signature in table.answered().by] == ["screen"]


def test_the_wall_says_that_the_driver_is_gone() -> None:
    with laid(CONFIRM) as table:
        driver = table.drive()
        wall = table.join("--projector")
        wall.wait_for_text("Needed now")
        driver.kill()
        wall.wait_for_text("disconnected", f"drill-tui resume {table.run_dir.name}"[:60])


def test_the_wall_is_nobody() -> None:
    with laid(CONFIRM) as table:
        refused = table.join("--projector", "--name", "Ben")
        refused.wait_for_text("--projector shows the drill and answers nothing")
        refused.wait_for(lambda: refused.ended, "the end")
