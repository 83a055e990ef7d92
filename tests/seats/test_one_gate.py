"""One gate and several processes: who answers it, who may, and what the journal says of them."""

from __future__ import annotations

import grp
import os

from drill_tui.engine.record.events import NoteAdded
from tests.seats.table import CONFIRM, ENTER, ESCAPE, TAB, approve, as_root, laid

SIGN_OFF = (
    "  - {id: ask, title: Ask, run: echo went on,"
    " gate: {kind: signoff, prompt: Shall we, roles: [lead, second], min: 2}}\n"
)
BY_LOGIN = SIGN_OFF.replace("min: 2", "min: 2, identity: login")
ADA, BEN, STRANGER = 12_001, 12_002, 12_003
GROUP = next(group for group in grp.getgrall() if 0 < group.gr_gid < 60_000)


def test_a_gate_is_answered_from_a_seat() -> None:
    with laid(CONFIRM) as table:
        driver = table.drive()
        driver.wait_for_text("Shall we", "puts it aside")
        seat = table.join("--name", "Ben")
        seat.wait_for_text("Shall we", "Ben – second", "puts it aside")
        seat.press(ESCAPE)
        seat.wait_for(lambda: not seat.boxes, "the dialog put aside")
        seat.press(ENTER)
        approve(seat)
        seat.wait_for_text("PASSED")
        driver.wait_for_text("PASSED")
        (by,) = table.answered().by
        assert (by.name, by.role, by.via, by.attested) == ("Ben", "second", "seat", "login")
        assert by.uid == os.getuid()
        assert not (table.run_dir / "seats.sock").exists()


def test_what_is_answered_elsewhere_is_withdrawn_and_says_by_whom() -> None:
    with laid(CONFIRM + CONFIRM.replace("ask", "again").replace("Shall we", "Once more")) as table:
        driver = table.drive()
        seat = table.join("--name", "Ben")
        seat.wait_for_text("Shall we", "puts it aside")
        approve(driver)
        seat.wait_for_text("Answered by Ada")
        seat.wait_for_text("Once more", "puts it aside")
        driver.wait_for_text("Once more", "puts it aside")
        seat.press(TAB + ENTER)
        driver.wait_for_text("Answered by Ben")


def test_two_logins_sign_one_gate_and_a_stranger_does_not() -> None:
    as_root()
    with laid(SIGN_OFF) as table:
        driver = table.drive("--seats", GROUP.gr_name)
        driver.wait_for_text("Shall we")
        stranger = table.join(uid=STRANGER, gid=65_534)
        stranger.wait_for_text("you have no seat here", f"for the group {GROUP.gr_name}", "drill-tui watch")
        ada = table.join("--name", "Ada", uid=ADA, gid=GROUP.gr_gid)
        ben = table.join("--name", "Ben", uid=BEN, gid=GROUP.gr_gid)
        ben.wait_for_text("Shall we", "puts it aside")
        approve(ada)
        driver.wait_for_text("[✓] Ada – lead", f"uid {ADA}", "1 more person must sign")
        ben.wait_for_text("✓ Ada – lead")
        approve(ben)
        driver.wait_for_text("PASSED")
        assert [(s.name, s.uid) for s in table.answered().by] == [("Ada", ADA), ("Ben", BEN)]


def test_two_seats_of_one_login_are_one_person() -> None:
    with laid(SIGN_OFF) as table:
        table.drive()
        ada, ben = table.join("--name", "Ada"), table.join("--name", "Ben")
        ben.wait_for_text("Shall we", "puts it aside")
        approve(ada)
        ada.wait_for_text("1 signed")
        approve(ben)
        ben.wait_for_text("has signed already")
        assert not any(event.TYPE == "gate.answered" for event in table.events())


def test_two_people_type_one_text_each_at_their_own_keyboard() -> None:
    with laid(SIGN_OFF.replace("signoff", "type").replace("min: 2", "min: 2, text: go")) as table:
        driver = table.drive()
        driver.wait_for_text("Type exactly  go", "puts it aside")
        seat = table.join("--name", "Ben")
        seat.wait_for_text("You type as", "Ben – second", "puts it aside")
        seat.press("go" + ENTER)
        driver.wait_for_text("✓ Ben – second")
        driver.press("go" + ENTER)
        seat.wait_for_text("PASSED")
        assert [(s.name, s.attested) for s in table.answered().by] == [
            ("Ben", "login"),
            ("Ada", "same-terminal"),
        ]


def test_a_runbook_demands_logins() -> None:
    as_root()
    with laid(BY_LOGIN) as table:
        driver = table.drive("--seats", GROUP.gr_name)
        driver.wait_for_text("each from a login of", "puts it aside")
        driver.press(" " + TAB + " ")
        driver.wait_for_text("[✓] Ada", "[✓] Ben", "1 more person must sign")
        ben = table.join("--name", "Ben", uid=BEN, gid=GROUP.gr_gid)
        approve(ben)
        ben.wait_for_text("PASSED")
        assert {(s.name, s.attested, s.uid) for s in table.answered().by} == {
            ("Ada", "login", os.getuid()),
            ("Ben", "login", BEN),
        }


def test_a_runbook_demands_logins_of_those_who_type() -> None:
    """One login types once at its keyboard, as whoever; another one is the second person."""
    as_root()
    with laid(BY_LOGIN.replace("signoff", "type").replace("min: 2", "min: 2, text: go")) as table:
        driver = table.drive("--seats", GROUP.gr_name)
        driver.wait_for_text("Type exactly  go", "One of them here", "puts it aside")
        driver.press("go" + ENTER)
        driver.wait_for_text("✓ Ada – lead", "1 more person must type it")
        driver.press("go" + ENTER)
        driver.wait_for_text("has typed it, as Ada")
        ben = table.join("--name", "Ben", uid=BEN, gid=GROUP.gr_gid)
        ben.wait_for_text("You type as", "✓ Ada – lead", "puts it aside")
        ben.press("go" + ENTER)
        ben.wait_for_text("PASSED")
        assert [(s.name, s.attested, s.uid) for s in table.answered().by] == [
            ("Ada", "login", os.getuid()),
            ("Ben", "login", BEN),
        ]


def test_notes_and_hands_and_who_only_watches() -> None:
    with laid(CONFIRM) as table:
        driver = table.drive()
        driver.wait_for_text("Shall we", "puts it aside")
        watcher = table.join("--observe")
        watcher.wait_for_text("Shall we", "not from this seat")
        assert not watcher.boxes
        seat = table.join("--name", "Ben")
        seat.wait_for_text("Shall we", "puts it aside")
        seat.press(ESCAPE)
        seat.wait_for(lambda: not seat.boxes, "the dialog put aside")
        seat.press("v")
        seat.wait_for_text("Raise your hand?")
        seat.press("too fast for me" + ENTER)
        for terminal in (driver, watcher, seat):
            terminal.wait_for_text("Ben raises a hand", "too fast for me")
        seat.press("n")
        seat.wait_for_text("Written by")
        seat.press("seen" + ENTER)
        watcher.press("3")
        watcher.wait_for_text("note by Ben: seen")
        notes = [event for event in table.events() if isinstance(event, NoteAdded)]
        assert [(n.by, n.text, n.kind, n.uid) for n in notes] == [
            ("Ben", "too fast for me", "hand", os.getuid()),
            ("Ben", "seen", "", os.getuid()),
        ]
