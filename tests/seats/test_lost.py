"""Seats and drivers that die, and drills that cannot be joined."""

from __future__ import annotations

import os

from tests.seats.table import CONFIRM, ENTER, approve, laid


def test_a_seat_that_dies_holds_nothing_up() -> None:
    with laid(CONFIRM) as table:
        driver = table.drive()
        seat = table.join("--name", "Ben")
        seat.wait_for_text("Shall we")
        seat.kill()
        driver.wait_for_text("has left their seat")
        approve(driver)
        driver.wait_for_text("PASSED")
        assert [s.name for s in table.answered().by] == ["Ada"]


def test_a_driver_that_dies_leaves_seats_that_say_so_and_a_drill_that_goes_on() -> None:
    with laid(CONFIRM) as table:
        driver = table.drive()
        seat = table.join("--name", "Ben")
        seat.wait_for_text("Shall we", "puts it aside")
        driver.kill()
        seat.wait_for_text("Its driver is gone", f"drill-tui resume {table.run_dir.name}"[:60])
        seat.wait_for(lambda: not seat.boxes, "the question withdrawn")
        seat.press("q")
        seat.wait_for(lambda: seat.ended, "the end of the seat")
        assert f"drill-tui resume {table.run_dir.name}" in seat.text.replace("\n", "")
        late = table.join(table.run_dir.name)
        late.wait_for_text("no guided drill runs", "drill-tui resume")
        again = table.open(["resume", table.run_dir.name])
        again.wait_for_text("Shall we")
        seat = table.join("--name", "Ben")
        seat.wait_for_text("Shall we")
        approve(seat)
        again.wait_for_text("PASSED")


def test_clean_takes_the_socket_of_a_dead_driver_away() -> None:
    with laid(CONFIRM) as table:
        driver = table.drive()
        driver.kill()
        driver.wait_for(lambda: driver.ended, "the death of the driver")
        socket = table.run_dir / "seats.sock"
        assert socket.is_socket()
        cleaning = table.open(["clean", table.run_dir.name])
        cleaning.wait_for(lambda: cleaning.ended, "the end of clean")
        assert not socket.exists()


def test_who_leaves_a_seat_leaves_the_drill_alone() -> None:
    with laid(CONFIRM) as table:
        driver = table.drive()
        seat = table.join("--observe")
        seat.wait_for_text("Shall we")
        seat.press("q")
        seat.wait_for(lambda: seat.ended, "the end of the seat")
        driver.wait_for_text("has left their seat")
        approve(driver)
        driver.wait_for_text("PASSED")


def test_a_drill_that_is_over_or_headless_cannot_be_joined() -> None:
    steps = "  - {id: wait, title: Wait, run: 'read line < fifo'}\n"
    with laid(steps) as table:
        table.join().wait_for_text("no guided drill is running in")
        os.mkfifo(table.project / "fifo")
        headless = table.open(["--auto", "-r", "small"])
        headless.wait_for_text("Wait")
        run = table.run_dir.name
        table.join(run).wait_for_text("no guided drill runs", f"drill-tui watch {run}")
        (table.project / "fifo").write_text("go on\n")
        headless.wait_for(lambda: headless.ended, "the end of the drill")
        table.join(run).wait_for_text("It is over")


def test_whose_turn_it_is_starts_the_step_from_a_seat() -> None:
    steps = "".join(
        f"  - {{id: {name}, title: {name.title()}, role: {role}, run: echo {name}}}\n"
        for name, role in (("one", "second"), ("two", "lead"))
    )
    with laid(steps) as table:
        driver = table.drive()
        driver.wait_for_text("Ben (second) starts: One")
        ben = table.join("--name", "Ben")
        ben.wait_for_text("Ben (second) starts: One")
        ben.press(ENTER)
        ben.wait_for_text("Ada (lead) starts: Two")
        ben.press(ENTER)
        ben.wait_for_text("it is the turn of Ada")
        driver.press(ENTER)
        ben.wait_for_text("PASSED")
        ends = [event for event in table.events() if event.TYPE == "pause.ended"]
        assert [(e.by, e.role, bool(e.login)) for e in ends] == [  # type: ignore[union-attr]
            ("Ben", "second", True),
            ("Ada", "lead", False),
        ]
