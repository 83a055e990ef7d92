"""Which backups may go: never the last proven one, never what is not ours."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from drill_tui.postgres.archive.manifest import (
    ClientInfo,
    DatabaseInfo,
    DumpInfo,
    Durations,
    Manifest,
    ServerInfo,
)
from drill_tui.programme.backups import Backups, BackupsError, planned, prune, read_backups
from drill_tui.programme.shelf import PastDrill

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def leave_backup(folder: Path, days_old: int, backup_id: str | None = None) -> Path:
    at = NOW - timedelta(days=days_old)
    name = f"shop_{at:%Y%m%dT%H%M%SZ}"
    manifest = Manifest(
        backup_id=backup_id or name,
        nonce="00" * 16,
        started_at=at,
        finished_at=at,
        snapshot_at=at,
        snapshot_lsn="0/1",
        server=ServerInfo(
            version="18.6", version_num=180006, system_identifier="1", host="h", port=1, data_checksums=True
        ),
        client=ClientInfo(tool_version="0", pg_dump="18.6", host="h"),
        database=DatabaseInfo(name="shop", owner="o", encoding="UTF8", collate="C", ctype="C", size_bytes=1),
        dump=DumpInfo(compression="gzip", jobs=1, files=1, size_bytes=1),
        digest_depth="full",
        digest_algorithm="x",
        roles=(),
        tables=(),
        durations=Durations(dump_s=1, digest_s=1, checksum_s=1, total_s=1),
    )
    path = folder / name
    path.mkdir()
    (path / "manifest.json").write_text(manifest.model_dump_json())
    (path / "data").write_bytes(b"x" * 100)
    return path


def drill(backup: Path, verdict: str = "pass", mode: str = "auto") -> PastDrill:
    return PastDrill(
        run_id=f"run-{backup.name}",
        path=Path("r.json"),
        at=0.0,
        runbook="restore-drill",
        mode=mode,
        verdict=verdict,
        rto_wall_s=None,
        rto_machine_s=None,
        rto_objective_s=None,
        rpo_s=None,
        size_bytes=None,
        failure_reason="",
        backup=f"/elsewhere/{backup.name}",
    )


def sign(backup: Path, text: str = "a") -> str:
    """Write checksums as a backup has them.  Returns their SHA-256, as a report holds it."""
    (backup / "checksums.sha256").write_text(text)
    return sha256(text.encode()).hexdigest()


def fates(backups: Backups) -> list[str]:
    return [row.fate for row in backups.backups]


def test_backups_are_listed_the_newest_first_with_their_proof(tmp_path: Path) -> None:
    old, new = leave_backup(tmp_path, 2), leave_backup(tmp_path, 1)
    (tmp_path / "shop_x.partial").mkdir()
    (tmp_path / "readme.txt").touch()
    found = read_backups(tmp_path, [drill(old)])
    assert [row.name for row in found.backups] == [new.name, old.name]
    assert [row.proven_by for row in found.backups] == [None, f"run-{old.name}"]
    assert found.backups[0].size_bytes > 100
    assert len(found.passed_over) == 1
    assert "shop_x.partial" in found.passed_over[0]


@pytest.mark.parametrize(
    ("keep", "expected"),
    [
        ("1", ["keep", "remove", "remove", "remove"]),
        ("3", ["keep", "keep", "keep", "remove"]),
        ("9", ["keep", "keep", "keep", "keep"]),
        ("30d", ["keep", "keep", "remove", "remove"]),
        ("1h", ["keep", "remove", "remove", "remove"]),
    ],
)
def test_keep_is_a_number_or_an_age(tmp_path: Path, keep: str, expected: list[str]) -> None:
    for days in (1, 20, 40, 60):
        leave_backup(tmp_path, days)
    assert fates(planned(read_backups(tmp_path, []), keep, NOW)) == expected


@pytest.mark.parametrize("keep", ["0", "-1", "", "some", "0d", "7 days", "²"])
def test_a_keep_that_says_nothing_is_refused(tmp_path: Path, keep: str) -> None:
    with pytest.raises(BackupsError, match="such as 7"):
        planned(read_backups(tmp_path, []), keep, NOW)


def test_the_last_proven_backup_is_never_removed(tmp_path: Path) -> None:
    paths = [leave_backup(tmp_path, days) for days in (1, 2, 3, 4)]
    drills = [drill(paths[3]), drill(paths[2]), drill(paths[1], "fail"), drill(paths[1], mode="training")]
    plan = planned(read_backups(tmp_path, drills), "1", NOW)
    assert fates(plan) == ["keep", "remove", "keep", "remove"]
    assert "last proven" in plan.backups[2].why


def test_a_backup_that_was_changed_and_signed_again_is_not_the_one_that_was_proven(tmp_path: Path) -> None:
    backup = leave_backup(tmp_path, 1)
    proven = replace(drill(backup), backup_checksums_sha256=sign(backup))
    (as_it_was,) = read_backups(tmp_path, [proven]).backups
    sign(backup, "b")
    (changed,) = read_backups(tmp_path, [proven]).backups
    assert (as_it_was.proven_by, as_it_was.doubt) == (proven.run_id, "")
    assert (changed.proven_by, changed.doubt) == (None, f"changed since {proven.run_id}")


def test_a_later_drill_that_fails_takes_the_proof_back(tmp_path: Path) -> None:
    backup = leave_backup(tmp_path, 1)
    proven = replace(drill(backup), backup_checksums_sha256=sign(backup))
    rotten = replace(proven, run_id="rotten", verdict="fail")
    (row,) = read_backups(tmp_path, [proven, rotten]).backups
    assert (row.proven_by, row.doubt) == (None, "failed in rotten")
    other = replace(proven, backup_checksums_sha256="of another")
    (row,) = read_backups(tmp_path, [proven, rotten, other]).backups
    assert (row.proven_by, row.doubt) == (None, "failed in rotten")
    (row,) = read_backups(tmp_path, [proven, rotten, replace(proven, run_id="again")]).backups
    assert (row.proven_by, row.doubt) == ("again", "")


def test_what_failed_with_a_changed_copy_or_could_not_tell_leaves_the_proof(tmp_path: Path) -> None:
    backup = leave_backup(tmp_path, 1)
    proven = replace(drill(backup), backup_checksums_sha256=sign(backup))
    copy = replace(proven, run_id="copy", verdict="fail", backup_checksums_sha256="of the copy")
    unread = replace(drill(backup, "fail"), run_id="unread")
    lost, training = replace(proven, verdict="error"), replace(proven, mode="training", verdict="fail")
    (row,) = read_backups(tmp_path, [proven, copy, unread, lost, training]).backups
    assert (row.proven_by, row.doubt) == (proven.run_id, "")


def test_a_foreign_dump_that_was_written_anew_under_its_name_is_not_proven(tmp_path: Path) -> None:
    dump = tmp_path / "nightly.sql"
    dump.write_text("-- PostgreSQL database dump\n-- Started on 2026-11-20 00:00:00 UTC\n")
    at = read_backups(tmp_path, []).backups[0].at
    same, other = (replace(drill(dump), backup_snapshot_at=t.isoformat()) for t in (at, at - timedelta(1)))
    assert [read_backups(tmp_path, [one]).backups[0].proven_by for one in (same, other)] == [
        same.run_id,
        None,
    ]


def test_what_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    leave_backup(tmp_path, 1)
    (tmp_path / "theirs.sql").write_text(
        "-- PostgreSQL database dump\n-- Started on 2020-01-01 00:00:00 UTC\n"
    )
    plan = planned(read_backups(tmp_path, []), "1", NOW)
    assert fates(plan) == ["keep", "keep"]
    assert "left alone" in plan.backups[1].why


def test_a_plan_removes_nothing_until_it_is_carried_out(tmp_path: Path) -> None:
    new, old = leave_backup(tmp_path, 1), leave_backup(tmp_path, 2)
    plan = planned(read_backups(tmp_path, []), "1", NOW)
    assert old.is_dir()
    assert prune(plan) == ([old.name], [])
    assert sorted(tmp_path.iterdir()) == [new]


def test_a_folder_under_another_name_than_its_own_is_not_removed(tmp_path: Path) -> None:
    leave_backup(tmp_path, 1)
    moved = leave_backup(tmp_path, 2, backup_id="shop_another")
    gone, problems = prune(planned(read_backups(tmp_path, []), "1", NOW))
    assert gone == []
    assert "its manifest is that of shop_another" in problems[0]
    assert moved.is_dir()


def test_a_backup_that_changed_into_a_link_is_not_followed(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "backups", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    leave_backup(folder, 1)
    target = leave_backup(elsewhere, 2)
    (folder / target.name).symlink_to(target)
    gone, problems = prune(planned(read_backups(folder, []), "1", NOW))
    assert (gone, len(problems)) == ([], 1)
    assert target.is_dir()


def test_a_directory_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BackupsError, match="name the one that holds the backups"):
        read_backups(tmp_path / "gone", [])
