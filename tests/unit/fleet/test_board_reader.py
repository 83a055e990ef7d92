"""The board's reader: only what changed is read again, and what runs here is followed in its journal."""

from __future__ import annotations

from collections.abc import Container, Iterator
from pathlib import Path

import pytest

from drill_tui.cli.fleet_root import Opened, open_fleet
from drill_tui.engine.record import events as ev
from drill_tui.engine.record.journal import Journal
from drill_tui.engine.record.lock import run_lock
from drill_tui.fleet.board import ANEW_S, AT_ONCE, BoardReader, BoardRow
from drill_tui.fleet.ledger import Began, Ledger
from drill_tui.fleet.standing import Standing
from tests.tui.storyteller import Storyteller
from tests.unit.fleet.places import attempt, evidence_of, past, project
from tests.unit.programme.past import NOW

AT = NOW.timestamp()


class Looking:
    """Reads standings, and keeps which were asked for."""

    def __init__(self, opened: Opened) -> None:
        self.opened, self.asked = opened, list[set[str]]()

    def __call__(self, only: Container[str] | None) -> tuple[Standing, ...]:
        found = self.opened.look(only)
        self.asked.append({standing.database.name for standing in found})
        return found


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    return project(tmp_path)


def reading(fleet: Path) -> tuple[Looking, BoardReader]:
    look = Looking(open_fleet(fleet))
    return look, BoardReader(look.opened.fleet, look, lambda host: fleet.parent / "work" / host)


def begin(fleet: Path, host: str) -> None:
    Ledger(evidence_of(fleet, "orders")).begin(Began(number=1, database="orders", host=host, at=AT - 60))


def orders(rows: tuple[BoardRow, ...]) -> BoardRow:
    return next(row for row in rows if row.name == "orders")


def test_the_most_urgent_is_first(fleet: Path) -> None:
    past(fleet, "events", 1)
    past(fleet, "orders", 1, verdict="fail", passed=False, failure_reason="it broke")
    assert [row.name for row in reading(fleet)[1].read(AT)] == ["orders", "events"]


def test_only_what_changed_is_read_again(fleet: Path) -> None:
    look, reader = reading(fleet)
    reader.read(AT)
    reader.read(AT + 1)
    assert look.asked == [{"orders", "events"}]
    past(fleet, "orders", 1)
    assert orders(reader.read(AT + 2)).standing.proof is not None
    attempt(fleet, "events", 1, "ended", "pass", AT)
    reader.read(AT + 3)
    assert look.asked[1:] == [{"orders"}, {"events"}]


def test_what_did_not_change_is_read_again_in_time_and_never_all_at_once(tmp_path: Path) -> None:
    count = 2 * AT_ONCE + 3
    text = "".join(f'[databases.db{n}]\nservice = "db{n}"\n' for n in range(count))
    look, reader = reading(project(tmp_path, text))
    reader.read(AT)
    for seconds in range(3):
        reader.read(AT + ANEW_S + seconds)
    assert [len(asked) for asked in look.asked] == [count, AT_ONCE, AT_ONCE, 3]
    assert set().union(*look.asked[1:]) == look.asked[0]


def test_a_drill_elsewhere_is_known_by_its_host_alone(fleet: Path) -> None:
    begin(fleet, "drill2")
    doing = orders(reading(fleet)[1].read(AT)).doing
    assert doing is not None
    assert (doing.host, doing.since, doing.is_here, doing.run_dir, doing.step) == (
        *("drill2", AT - 60, False, None, ""),
    )


@pytest.fixture
def told(fleet: Path) -> Iterator[tuple[Storyteller, Journal, Path]]:
    """A drill of `orders` that this process drives, on this machine."""
    begin(fleet, "drill1")
    story = Storyteller().until_gate()
    run_dir = fleet.parent / "work" / "drill1" / "orders" / "run"
    run_dir.mkdir(parents=True)
    journal = Journal(run_dir / "events.jsonl", "run")
    with run_lock(run_dir):
        yield story, journal, run_dir
    journal.close()


def test_a_drill_here_is_followed_to_its_step_and_on(
    fleet: Path, told: tuple[Storyteller, Journal, Path]
) -> None:
    story, journal, run_dir = told
    reader = reading(fleet)[1]
    doing = orders(reader.read(AT)).doing
    assert doing is not None
    assert (doing.is_here, doing.run_dir, doing.step) == (True, run_dir, "")
    for record in story.records:
        journal.append(record.event, record.at)
    doing = orders(reader.read(AT + 1)).doing
    assert doing is not None
    assert doing.step == "Restore into the isolated database"
    story.until_restoring()
    journal.append(ev.NoteAdded(by="x", text="on"), story.now)
    assert orders(reader.read(AT + 2)).doing is not None
    attempt(fleet, "orders", 1, "ended", "pass", AT)
    assert orders(reader.read(AT + 3)).doing is None


def test_a_journal_that_is_damaged_stops_nothing(
    fleet: Path, told: tuple[Storyteller, Journal, Path]
) -> None:
    (told[2] / "events.jsonl").write_text("no journal\nat all\n")
    doing = orders(reading(fleet)[1].read(AT)).doing
    assert doing is not None
    assert doing.step == ""
