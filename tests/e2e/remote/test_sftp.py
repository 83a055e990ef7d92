"""Drilling the newest backup of a folder behind a real sshd: as of any store, of a host that is known."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from drill_tui.remote import download, store
from drill_tui.remote.fetch import fetch_backup
from tests.action_context import Context
from tests.e2e.drill.running import drill_tui, nothing_left, run_drill
from tests.sshd import Sshd, made, sshd
from tests.stores import Line

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("stores")]


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    with sshd(tmp_path_factory.mktemp("host")) as found:
        yield found


def test_the_newest_of_a_folder_passes_and_nothing_stays_here(
    host: Sshd, ours: Path, dumps: Path, tmp_path: Path
) -> None:
    nightly = tmp_path / "nightly"
    shutil.copytree(ours, nightly / ours.name)
    (nightly / "README.txt").write_text("no backup")
    place = f"backups={host.url(nightly)}"
    drill = run_drill(tmp_path / "a", "--runbook", "latest-backup", "-p", place, env=host.environment())
    assert drill.code == 0, drill.story()
    assert f"{host.url(nightly)}/{ours.name} was fetched: " in drill.criterion("backup_found")["detail"]
    nothing_left(drill.run_dir)


def test_a_large_dump_arrives_whole(host: Sshd, dumps: Path, tmp_path: Path) -> None:
    """In blocks of its own, one line after the other."""
    (tmp_path / "nightly").mkdir()
    shutil.copy(dumps / "large.dump", tmp_path / "nightly")
    listed = drill_tui("backups", "list", host.url(tmp_path / "nightly"), env=host.environment())
    assert listed.returncode == 0, listed.stderr
    assert "large.dump" in listed.stdout
    place = f"backups={host.url(tmp_path / 'nightly')}"
    drill = run_drill(tmp_path / "a", "--runbook", "latest-backup", "-p", place, env=host.environment())
    assert drill.criterion("backup_found")["result"] == "met", drill.story()
    assert drill.criterion("restore_completes")["result"] == "met", drill.story()


def test_a_host_with_another_key_is_not_believed(host: Sshd, ours: Path, tmp_path: Path) -> None:
    known = (host.home / ".ssh" / "known_hosts").read_text()
    try:
        host.know(made(tmp_path / "other_key"))
        done = drill_tui("backups", "list", host.url(ours.parent), env=host.environment())
        (host.home / ".ssh" / "known_hosts").unlink()
        never_seen = drill_tui("backups", "list", host.url(ours.parent), env=host.environment())
    finally:
        (host.home / ".ssh" / "known_hosts").write_text(known)
    for said, words in ((done, "shows another key than"), (never_seen, "shows a key that is not")):
        assert said.returncode == 3, said.stderr
        assert words in said.stderr
        assert "connect once by ssh" in said.stderr
        assert "Traceback" not in said.stderr


def test_an_account_that_is_not_let_in_is_told_where_keys_come_from(
    host: Sshd, ours: Path, tmp_path: Path
) -> None:
    (tmp_path / ".ssh").mkdir(mode=0o700)
    shutil.copy(host.home / ".ssh" / "known_hosts", tmp_path / ".ssh")
    done = drill_tui("backups", "list", host.url(ours.parent), env={"HOME": str(tmp_path)})
    assert done.returncode == 3
    assert "ssh-agent" in done.stderr


def test_a_folder_that_is_not_there_is_a_sentence(host: Sshd, tmp_path: Path) -> None:
    done = drill_tui("backups", "list", host.url(tmp_path / "gone"), env=host.environment())
    assert done.returncode == 3
    assert "Nothing lies under sftp://" in done.stderr


@pytest.mark.parametrize("holds", [False, True], ids=["cut", "silent"])
async def test_a_line_that_breaks_is_taken_up_where_it_stopped(
    host: Sshd, dumps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, holds: bool
) -> None:
    monkeypatch.setattr(download, "FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr(store, "READ_TIMEOUT_S", 2)
    monkeypatch.setenv("HOME", str(host.home))
    monkeypatch.setenv("DRILL_WORK_DIR", str(tmp_path))
    (tmp_path / "nightly").mkdir()
    shutil.copy(dumps / "large.dump", tmp_path / "nightly")
    with Line(host.port, whole_bytes=3_000_000, cuts=2, holds=holds) as line:
        host.know((host.home.parent / "host_key.pub").read_text(), line.port)
        place = host.url(tmp_path / "nightly", line.port)
        context = Context(tmp_path, step="fetch", arguments={"place": place})
        result = await fetch_backup(context)
        assert line.was_cut == 2
    path = Path(result.outputs["directory"]) / "large.dump"
    assert path.read_bytes() == (dumps / "large.dump").read_bytes()
    assert int(result.outputs["cuts"]) == 2
