"""What Barman's own files say: the configuration as Barman reads it, and every `backup.info`."""

from __future__ import annotations

import gzip
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from drill_tui.engine.ports import ActionError
from drill_tui.sources.barman_catalog import chain_of, describe, entries_of, wal_of
from drill_tui.sources.barman_config import Server, server_of
from drill_tui.sources.port import BackupFaultError, Order

TOLD = """begin_time=2026-11-29 10:00:00.5+00:00
begin_xlog=0/4000028
cluster_size=30000000
end_time=2026-11-29 10:00:04.5+00:00
end_xlog=0/5000000
error=None
parent_backup_id=None
size=20000000
status=DONE
systemid=7300000000000000001
tablespaces=[('far: away', 16385, '/srv/far')]
timeline=1
version=150020
xlog_segment_size=16777216
"""
ENDS = '"WAL-Ranges": [\n{ "Timeline": 1, "Start-LSN": "0/4000028", "End-LSN": "0/4000138" }\n],\n'


def order(place: Path, name: str = "main") -> Order:
    return Order(kind="barman", place=str(place), name=name, environment={"HOME": "/nowhere"})


def written(folder: Path, text: str) -> Path:
    (folder / "barman.conf").write_text(text)
    return folder / "barman.conf"


def kept(server: Server, label: str, told: str = TOLD) -> None:
    (server.bases / label / "data").mkdir(parents=True)
    (server.bases / label / "backup.info").write_text(told)


@pytest.fixture
def server(tmp_path: Path) -> Server:
    (tmp_path / "main" / "base").mkdir(parents=True)
    return server_of(order(tmp_path))


def test_places_are_read_as_barman_reads_them(tmp_path: Path) -> None:
    (tmp_path / "conf.d").mkdir()
    (tmp_path / "conf.d" / "main.conf").write_text(
        "[main]\ndescription = one\nbackup_directory = '/srv/%(description)s of'\nwals_directory = /w/50%%\n"
    )
    file = written(
        tmp_path,
        f"[barman]\nbarman_home = {tmp_path}/home\nconfiguration_files_directory = {tmp_path}/conf.d\n",
    )
    found = server_of(order(file))
    assert found.bases == Path("/srv/one of/base")
    assert found.wals == Path("/w/50%")
    assert found.incoming == Path("/srv/one of/incoming")
    assert found.meta == Path("/srv/one of/meta")


def test_what_config_update_wrote_has_the_last_word(tmp_path: Path) -> None:
    file = written(tmp_path, f"[barman]\nbarman_home = {tmp_path}\n[main]\nbackup_directory = /old\n")
    (tmp_path / ".barman.auto.conf").write_text("[main]\nbackup_directory = /new\n")
    assert server_of(order(file)).bases == Path("/new/base")


def test_a_wrong_server_names_the_right_ones_and_no_model(tmp_path: Path) -> None:
    text = "[barman]\nbarman_home = /b\n[main]\n[crm]\n[main:switch]\ncluster = main\nmodel = true\n"
    with pytest.raises(BackupFaultError, match=r"no server 'mian'; it has: main, crm\. "):
        server_of(order(written(tmp_path, text), "mian"))


def test_a_folder_stands_for_a_configuration(server: Server, tmp_path: Path) -> None:
    assert server.bases == tmp_path / "main" / "base"
    with pytest.raises(BackupFaultError, match="it has: main"):
        server_of(order(tmp_path, "other"))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("no section\n", "Barman's configuration .* cannot be read"),
        ("[barman]\nbarman_home = /b\n[main]\nwals_directory = %(nothing)s\n", "cannot be read"),
        ("[barman]\nbarman_home = /b\n[main]\nwals_directory = s3://b/w\n", "only folders can be drilled"),
    ],
)
def test_a_configuration_that_cannot_be_used_is_a_sentence(text: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(ActionError, match=sentence):
        server_of(order(written(tmp_path, text)))
    with pytest.raises(ActionError, match=r"nowhere\.conf cannot be read"):
        server_of(order(tmp_path / "nowhere.conf"))


def test_a_backup_as_barman_tells_it(server: Server) -> None:
    kept(server, "20261129T100000")
    (entry,) = entries_of(server)
    found = describe(entry, [entry], server.wals)
    assert found.stopped_at == datetime(2026, 11, 29, 10, 0, 4, 500000, UTC)
    assert (found.start_lsn, found.timeline, found.server_major) == (0x4000028, 1, 15)
    assert (found.size_bytes, found.system_identifier, found.problem) == (30000000, "7300000000000000001", "")
    assert entry.tablespaces == [("far: away", 16385)]


def test_the_end_of_a_segment_is_no_reason_to_need_the_next(server: Server) -> None:
    kept(server, "20261129T100000")
    (entry,) = entries_of(server)
    assert describe(entry, [entry], server.wals).stop_lsn == 0x4FFFFFF
    (entry.home / "data" / "backup_manifest").write_text(ENDS)
    assert describe(entry, [entry], server.wals).stop_lsn == 0x4000138


def test_the_newer_place_of_backup_info_goes_before_the_older(server: Server) -> None:
    kept(server, "20261129T100000", TOLD.replace("DONE", "STARTED"))
    server.meta.mkdir()
    (server.meta / "20261129T100000-backup.info").write_text(TOLD)
    (entry,) = entries_of(server)
    assert entry.state == "DONE"


def test_an_increment_names_what_it_stands_on(server: Server) -> None:
    kept(server, "20261129T100000")
    kept(server, "20261129T110000", TOLD.replace("id=None", "id=20261129T100000"))
    kept(server, "20261129T120000", TOLD.replace("id=None", "id=20261129T090000"))
    entries = entries_of(server)
    found = describe(entries[1], entries, server.wals)
    assert (found.kind, found.chain) == ("incremental", ("20261129T100000", "20261129T110000"))
    assert describe(entries[2], entries, server.wals).problem == "what it is an increment of is not here"
    assert chain_of(entries[2], entries) is None


def test_a_backup_info_that_is_none_is_the_backups_fault(server: Server) -> None:
    kept(server, "20261129T100000", "status=DONE\n")
    (entry,) = entries_of(server)
    with pytest.raises(BackupFaultError, match="tells of no whole backup"):
        describe(entry, [entry], server.wals)


def test_the_archive_by_name(server: Server) -> None:
    folder = server.wals / "0000000100000000"
    folder.mkdir(parents=True)
    for name in ("0" * 7 + "1" + "0" * 15 + "4", "000000010000000000000004.00000028.backup", ".0001.tmp"):
        (folder / name).touch()
    (server.wals / "00000002.history").touch()
    (server.wals / "xlog.db").touch()
    assert sorted(wal_of(server)) == ["000000010000000000000004", "00000002.history"]


def test_wal_that_waits_counts_once_it_is_whole(server: Server) -> None:
    """`cp` into `incoming` may be half way; a packed one comes under its name when it is whole."""
    (server.wals / "0000000100000000").mkdir(parents=True)
    (server.wals / "0000000100000000" / "000000010000000000000004").touch()
    server.incoming.mkdir()
    page = b"\x13\xd1" + bytes(30) + (2**20).to_bytes(4, sys.byteorder)
    for name, content in {
        "000000010000000000000004": page.ljust(2**20),
        "000000010000000000000005": page.ljust(2**20),
        "000000010000000000000006": page.ljust(2**19),
        "000000010000000000000007": gzip.compress(page),
        "000000010000000000000008.partial": page.ljust(2**20),
        "00000002.history": b"1\t0/5000000\t",
    }.items():
        (server.incoming / name).write_bytes(content)
    found = wal_of(server)
    assert sorted(name for name, path in found.items() if path.parent == server.incoming) == [
        "000000010000000000000005",
        "000000010000000000000007",
        "00000002.history",
    ]
    assert found["000000010000000000000004"].parent.parent == server.wals
