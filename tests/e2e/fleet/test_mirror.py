"""The copy of a bucket on each host: one word for all about an attempt, and nothing outside its folder."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from drill_tui.cli import fleet_board
from drill_tui.cli.fleet_root import open_fleet
from drill_tui.fleet.board import BoardReader
from drill_tui.fleet.gather import leave
from drill_tui.fleet.ledger import Began, Ledger, Over
from drill_tui.fleet.mirror import Mirror
from drill_tui.remote import writable
from tests.stores import BUCKET, S3, Line, s3_server
from tests.unit.fleet.places import FLEET, project

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("fleet-bucket")]


class Host:
    def __init__(self, folder: Path, prefix: str) -> None:
        self.folder = folder
        self.mirror = Mirror(folder, f"s3://{BUCKET}/{prefix}")
        self.ledger = Ledger(folder / "orders", self.mirror)

    def names(self) -> set[str]:
        files = (path.relative_to(self.folder) for path in self.folder.rglob("*") if path.is_file())
        return {str(path) for path in files if not path.name.startswith(".")}


@pytest.fixture
def hosts(s3: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Host, Host]:
    for name, value in s3.environment().items():
        monkeypatch.setenv(name, value)
    return Host(tmp_path / "one", tmp_path.name), Host(tmp_path / "two", tmp_path.name)


def over(number: int, host: str) -> Over:
    said = {"number": number, "database": "orders", "host": host, "outcome": "ended"}
    return Over.model_validate({**said, "began_at": 1.0, "ended_at": 2.0})


def test_an_attempt_is_closed_once_whatever_host_says_it_first(hosts: tuple[Host, Host]) -> None:
    one, two = hosts
    one.ledger.begin(Began(number=1, database="orders", host="one", at=1.0))
    two.mirror.refresh(two.folder / "orders")
    lost = two.ledger.give_up("orders", 1)
    assert (lost.outcome, lost.host) == ("lost", "one")
    assert one.ledger.close(over(1, "one")) == lost
    assert one.ledger.last() == two.ledger.last() == lost


def test_of_many_at_once_one_wins_and_the_others_hear_of_it(hosts: tuple[Host, Host]) -> None:
    for number in range(1, 6):
        words = [over(number, f"h{n}") for n in range(8)]
        with ThreadPoolExecutor(8) as pool:
            said = list(pool.map(lambda host, word: host.ledger.close(word), hosts * 4, words))
        assert len({one.host for one in said}) == 1


def test_an_answer_that_was_lost_is_asked_for_again_and_is_no_defeat(hosts: tuple[Host, Host]) -> None:
    path = hosts[0].folder / "orders" / "attempts" / "0001.json"
    assert hosts[0].mirror.write_new(path, "once")
    path.unlink()
    assert hosts[0].mirror.write_new(path, "once")
    assert not hosts[0].mirror.write_new(path, "another")
    assert path.read_text() == "once"


def test_what_one_leaves_the_other_has_with_its_time_and_loses_with_the_store(
    hosts: tuple[Host, Host], s3: S3, tmp_path: Path
) -> None:
    one, two = hosts
    work = tmp_path / "work"
    work.mkdir()
    (work / "notes.json").write_text("old")
    os.utime(work / "notes.json", ns=(7_000_000_123, 7_000_000_123))
    leave(work, one.folder / "orders", one.mirror)
    two.mirror.refresh(two.folder)
    copy = two.folder / "orders" / "notes.json"
    assert (copy.read_text(), copy.stat().st_mtime_ns) == ("old", 7_000_000_123)
    (two.folder / "orders" / ".notes.json.draft").touch()
    (work / "notes.json").write_text("new")
    leave(work, one.folder / "orders", one.mirror)
    two.mirror.refresh(two.folder / "orders")
    assert copy.read_text() == "new"
    copy.write_text("changed here")
    two.mirror.refresh(two.folder)
    assert copy.read_text() == "new"
    copy.unlink()
    two.mirror.refresh(two.folder)
    assert copy.read_text() == "new"
    assert not (two.folder / "orders" / ".notes.json.draft").exists()
    s3.client.delete_object(Bucket=BUCKET, Key=f"{tmp_path.name}/orders/notes.json")
    two.mirror.refresh(two.folder)
    assert two.names() == set()


def test_the_board_shows_what_another_host_began_and_says_when_it_cannot_know(
    hosts: tuple[Host, Host], s3: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = f'[fleet]\nevidence = "s3://{BUCKET}/{tmp_path.name}"\n[defaults]'
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(fleet_board, "FETCH_EVERY_S", 0.0)
    found = open_fleet(project(tmp_path, FLEET.replace("[defaults]", place)))
    read = fleet_board.Reading(found, BoardReader(found.fleet, found.look_here, tmp_path.joinpath))
    assert [row.doing for row in read(0.0)] == [None, None]
    hosts[0].ledger.begin(Began(number=1, database="orders", host="far", at=1.0))
    assert {row.name: row.doing.host for row in read(0.0) if row.doing} == {"orders": "far"}
    s3.client.delete_object(Bucket=BUCKET, Key=f"{tmp_path.name}/orders/attempts/0001.began.json")
    assert [row.doing for row in read(0.0)] == [None, None]
    with Line(s3.port, through=lambda _: None) as line:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://127.0.0.1:{line.port}")
        cut_off = open_fleet(tmp_path / "fleet.toml")
        away = fleet_board.Reading(cut_off, BoardReader(cut_off.fleet, cut_off.look_here, tmp_path.joinpath))
        with pytest.raises(OSError, match="does not answer"):
            away(0.0)


def test_names_that_are_none_of_a_file_below_it_stay_in_the_bucket(
    hosts: tuple[Host, Host], s3: S3, tmp_path: Path
) -> None:
    for name in (
        "../out",
        "orders/../../out",
        "/out",
        "orders//out",
        ".index.json",
        ".lock",
        "folder/",
        "ok",
    ):
        s3.client.put_object(Bucket=BUCKET, Key=f"{tmp_path.name}/{name}", Body=b"x")
    hosts[0].mirror.refresh(hosts[0].folder)
    assert hosts[0].names() == {"ok"}
    assert not (tmp_path / "out").exists()
    assert (hosts[0].folder / ".index.json").read_bytes() != b"x"


def test_more_than_one_page_of_objects(
    hosts: tuple[Host, Host], s3: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writable, "PAGE", 2)
    for number in range(5):
        s3.client.put_object(Bucket=BUCKET, Key=f"{tmp_path.name}/orders/{number}", Body=b"x")
    hosts[0].mirror.refresh(hosts[0].folder)
    assert hosts[0].names() == {f"orders/{number}" for number in range(5)}


def test_an_account_that_may_not_write_is_told_what_it_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with s3_server() as own:
        for name, value in own.let_in_nobody_but_known_accounts().items():
            monkeypatch.setenv(name, value)
        with pytest.raises(OSError, match="s3:GetObject and, to drill, s3:PutObject"):
            Host(tmp_path / "one", "drills").mirror.prepare()
