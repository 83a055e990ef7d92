"""Drills of a real pgBackRest repository: green when it is sound, red for the right reason when it is not."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.drill.running import Drill, drill_tui, nothing_left
from tests.e2e.physical.conftest import Situation, flip_byte, meddler
from tests.e2e.physical.repository import STANZA, fingerprint_of

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("physical")]


soak_only = pytest.mark.skipif(not os.environ.get("DRILL_SOAK"), reason="in `make soak` only")


@soak_only
def test_without_a_witness_the_data_is_unproven(situation: Situation, tmp_path: Path) -> None:
    drill = situation.drill(tmp_path / "artifacts", "--param", "witness=none")
    assert drill.code == 1, drill.story()
    assert drill.criterion("data_integrity")["result"] == "unproven"
    assert "witness=none" in drill.criterion("data_integrity")["detail"]
    assert drill.criterion("point_reached")["result"] == "met"


@soak_only
def test_to_a_time_between_two_commits(situation: Situation, tmp_path: Path) -> None:
    drill = situation.drill(tmp_path / "artifacts", "--param", f"to={situation.in_between}")
    assert drill.code == 0, drill.story()
    assert "time " in drill.criterion("point_reached")["detail"]


@dataclass(frozen=True)
class Fault:
    name: str
    plant: Callable[[Situation], None]
    criterion: str
    sentence: str
    arguments: tuple[str, ...] = ()
    meddling: Callable[[Situation], str] | None = None
    result: str = "missed"


def _remove(position: int) -> Callable[[Situation], None]:
    return lambda s: s.segment(s.segments[position]).unlink()


def _remove_needed(situation: Situation) -> None:
    """The segment in which the newest backup begins: the one named in its catalogue."""
    label = situation.in_set(situation.newest, "backup.manifest").read_text()
    (line,) = [line for line in label.splitlines() if line.startswith("backup-archive-start=")]
    situation.segment(line.split('"')[1]).unlink()


def _older_under_newest(situation: Situation) -> None:
    sets = situation.repo / "backup" / STANZA
    (sets / situation.newest).rename(sets / "aside")
    (sets / situation.first).rename(sets / situation.newest)
    (sets / "aside").rename(sets / situation.first)


def _remove_all(situation: Situation) -> None:
    for name in situation.segments:
        situation.segment(name).unlink()


def _nothing(_: Situation) -> None:
    """The fault is in the arguments, or in what is done to the copy."""


def _quiet(script: str) -> Callable[[Situation], str]:
    return lambda s: script.format(file=f'"$data"/{s.quiet_path}')


FAULTS = (
    Fault(
        "flipped byte in a data file",
        lambda s: flip_byte(s.in_set(s.newest, f"{s.quiet_path}.gz")),
        "restore_completes",
        "is damaged: pgbackrest could not restore it",
    ),
    Fault(
        "flipped byte in WAL", lambda s: flip_byte(s.segment(s.segments[1])), "wal_complete", "WAL segment"
    ),
    Fault(
        "segment needed for consistency gone", _remove_needed, "wal_complete", "needs it to become consistent"
    ),
    Fault("gap behind the witness", _remove(1), "wal_complete", "opens the database by itself"),
    Fault("gap, seen at the end", _remove(1), "point_reached", "opened itself at a gap"),
    Fault(
        "older backup under the newest name",
        _older_under_newest,
        "restore_completes",
        "another backup lies under the name",
    ),
    Fault("wrong stanza", _nothing, "backup_found", "has no stanza 'other'; it has: main", ("stanza=other",)),
    Fault("target past the end", _nothing, "point_reached", "the WAL ends before", ("to=2099-01-01",)),
    Fault(
        "target before the oldest backup",
        _nothing,
        "backup_found",
        "no backup is old enough",
        ("to=2000-01-01",),
    ),
    Fault(
        "page zeroed in the copy",
        _nothing,
        "data_integrity",
        "public.quiet",
        meddling=_quiet("dd if=/dev/zero of={file} bs=8192 count=1 conv=notrunc 2>/dev/null"),
    ),
    Fault(
        "row deleted in the copy",
        _nothing,
        "data_integrity",
        "public.quiet: 299 rows, and were 300",
        meddling=_quiet("dd if=/dev/zero of={file} bs=1 seek=24 count=4 conv=notrunc 2>/dev/null"),
    ),
    Fault(
        "witness later than the archive",
        _remove_all,
        "data_integrity",
        "lies behind the last archived WAL",
        result="unproven",
    ),
)
IN_CI = {
    "flipped byte in WAL",
    "older backup under the newest name",
    "wrong stanza",
    "target before the oldest backup",
    "row deleted in the copy",
}
"""The others take the same ways; `make soak` runs all of them."""


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(fault, id=fault.name, marks=[] if fault.name in IN_CI else [soak_only])
        for fault in FAULTS
    ],
)
def test_each_fault_goes_red_for_its_own_reason(fault: Fault, damaged: Situation, tmp_path: Path) -> None:
    fault.plant(damaged)
    path = meddler(tmp_path / "bin", fault.meddling(damaged)) if fault.meddling else None
    arguments = [part for text in ("profile=fast", *fault.arguments) for part in ("--param", text)]
    drill = damaged.drill(tmp_path / "artifacts", *arguments, path=path)
    assert drill.code == 1, drill.story()
    found = drill.criterion(fault.criterion)
    assert found["result"] == fault.result, drill.story()
    assert fault.sentence in found["detail"], drill.story()
    nothing_left(drill.run_dir)


def test_a_sound_one_passes_and_the_copy_can_push_nothing(damaged: Situation, tmp_path: Path) -> None:
    """Into a repository that is writable by all: not by the drill, nor by the copy, even opened, with the
    copied archive_command, and asked to by a superuser inside of it."""
    for path in (damaged.home, *damaged.home.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o777 if path.is_dir() else 0o666)
    before = fingerprint_of(damaged.repo)
    drill = damaged.drill(tmp_path / "artifacts", "--keep")
    try:
        assert drill.code == 0, drill.story()
        results = {c["id"]: c["result"] for c in drill.report["criteria"]}
        assert set(results.values()) == {"met"}, results
        data = drill.criterion("data_integrity")
        assert "postgres: " in data["detail"]
        assert "shop: " in data["detail"]
        assert '"public"."scratch"' in data["coverage"], "unlogged tables are explained"
        _try_to_push(drill, damaged)
        assert fingerprint_of(damaged.repo) == before
    finally:
        cleaned = drill_tui("clean", drill.run_dir.name, "--artifacts", str(drill.artifacts))
    assert cleaned.returncode == 0, cleaned.stderr
    nothing_left(drill.run_dir)


def _try_to_push(drill: Drill, damaged: Situation) -> None:
    import psycopg

    outputs = next(s for s in drill.report["steps"] if s["id"] == "recover")["outputs"]
    with psycopg.connect(
        host=outputs["host"],
        port=int(outputs["port"]),
        user=outputs["user"],
        dbname="postgres",
        autocommit=True,
    ) as copy:
        shown: dict[str, str] = dict(copy.execute("select name, setting from pg_settings").fetchall())
        assert shown["archive_mode"] == "off"
        assert shown["max_wal_senders"] == "0"
        assert shown["shared_preload_libraries"] == ""
        copy.execute(f"alter system set archive_command = '{damaged.push}'")
        copy.execute("alter system set archive_mode = on")
        copy.execute("select pg_reload_conf()")
        copy.execute("create table later as select 1")
        copy.execute("select pg_switch_wal()")
        copy.execute("checkpoint")
        held = copy.execute("select source from pg_settings where name = 'archive_command'").fetchone()
        assert held == ("command line",)
        (segment,) = copy.execute("select pg_walfile_name(pg_current_wal_lsn())").fetchone() or ("",)
        by_hand = damaged.push.replace("%p", f"pg_wal/{segment}")
        with pytest.raises(psycopg.Error):
            copy.execute(f"copy (select 1) to program '{by_hand}'")
    with pytest.raises(psycopg.Error, match=r"no pg_hba.conf entry|max_wal_senders|number of requested"):
        psycopg.connect(
            f"host={outputs['host']} port={outputs['port']} user={outputs['user']} replication=true"
        )
