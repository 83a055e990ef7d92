"""What is decided without a server: binaries, directories, settings, addresses."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from drill_tui.engine.ports import ActionError
from drill_tui.postgres.cluster import server, settings, workplace
from drill_tui.postgres.cluster.account import server_account
from drill_tui.postgres.cluster.binaries import ServerBinaries, choose_server, find_servers
from drill_tui.postgres.fit.need import Extension, Need
from drill_tui.targets import compose, proof
from drill_tui.targets.backup_need import read_manifest
from drill_tui.targets.compose import project_name
from drill_tui.targets.image import image_of
from tests.action_context import Context


def binaries(major: int, *, embedded: bool = False, icu: bool = False) -> ServerBinaries:
    place = Path(f"/{'wheel' if embedded else 'usr'}/{major}/bin")
    return ServerBinaries(bin_dir=place, major=major, version=f"{major}.1", embedded=embedded, icu=icu)


@pytest.mark.parametrize(
    ("major", "expected"),
    [(15, 15), (16, 17), (17, 17), (18, 18), (None, 18)],
)
def test_own_major_then_nearest_newer(major: int | None, expected: int) -> None:
    known = [binaries(18, embedded=True), binaries(15), binaries(17)]
    assert choose_server(known, major=major).major == expected


def test_installed_goes_before_embedded() -> None:
    assert not choose_server([binaries(18, embedded=True), binaries(18)], major=18).embedded


def test_icu_source_takes_a_server_that_has_it() -> None:
    known = [binaries(16), binaries(17, icu=True)]
    assert choose_server(known, major=16, needs_icu=True).major == 17
    assert choose_server(known, major=16).major == 16
    assert choose_server([binaries(16)], major=16, needs_icu=True).major == 16


def test_older_servers_are_no_answer() -> None:
    with pytest.raises(ActionError, match=r"no PostgreSQL 18 or newer .*found: 15\.1.* target=compose"):
        choose_server([binaries(15)], major=18)
    with pytest.raises(ActionError, match="found: none"):
        choose_server([], major=None)


def test_named_folder_is_the_only_one_looked_at(tmp_path: Path) -> None:
    assert find_servers({"DRILL_SERVER_BINDIR": str(tmp_path)}) == []


def test_work_dir_is_short_enough_for_a_socket(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 80)
    deep.mkdir()
    with pytest.raises(ActionError, match="too long for a unix socket"):
        workplace.choose({"DRILL_WORK_DIR": str(deep)}, "target")
    with pytest.raises(ActionError, match="does not exist"):
        workplace.choose({"DRILL_WORK_DIR": "/nowhere/at/all"}, "target")
    chosen = workplace.choose({"DRILL_WORK_DIR": "/tmp"}, "target")
    assert chosen.parent == Path("/tmp")
    assert chosen != workplace.choose({"DRILL_WORK_DIR": "/tmp"}, "target")
    assert len(f"{chosen}/s/.s.PGSQL.65535") <= workplace.SOCKET_PATH_MAX


def test_database_that_cannot_fit_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    workplace.refuse_small_disk(tmp_path, 1)
    with pytest.raises(ActionError, match=r"MiB free .* set DRILL_WORK_DIR"):
        workplace.refuse_small_disk(tmp_path, 1 << 60)


def test_mark_is_read_from_a_real_file_only(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    marker = tmp_path / "home" / workplace.MARKER
    assert not workplace.is_marked(tmp_path / "home", "run")
    marker.write_text("run\nand more\n")
    assert workplace.is_marked(tmp_path / "home", "run")
    assert not workplace.is_marked(tmp_path / "home", "ru")
    (tmp_path / "link").symlink_to(tmp_path / "home")
    assert not workplace.is_marked(tmp_path / "link", "run")
    marker.rename(tmp_path / "elsewhere")
    marker.symlink_to(tmp_path / "elsewhere")
    assert not workplace.is_marked(tmp_path / "home", "run")


async def test_empty_directory_of_a_crash_between_making_and_marking_goes(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    await workplace.remove(tmp_path / "home", "run")
    assert not (tmp_path / "home").exists()
    await workplace.remove(tmp_path / "home", "run")


async def test_a_mark_that_a_full_disk_left_empty_does_not_keep_the_directory(tmp_path: Path) -> None:
    home = tmp_path / "drill-target-1"
    home.mkdir()
    (home / workplace.MARKER).touch()
    await workplace.remove(home, "run_1")
    assert not home.exists()
    home.mkdir()
    (home / workplace.MARKER).touch()
    (home / "somebody.txt").write_text("else's")
    with pytest.raises(ActionError, match="left alone"):
        await workplace.remove(home, "run_1")
    assert (home / "somebody.txt").exists()


def test_profiles_differ_in_durability_and_share_what_keeps_them_inert() -> None:
    durable, fast = settings.settings_for("durable"), settings.settings_for("fast")
    assert durable["fsync"] == durable["full_page_writes"] == durable["synchronous_commit"] == "on"
    assert fast["fsync"] == fast["full_page_writes"] == "off"
    for profile in (durable, fast):
        assert profile["shared_preload_libraries"] == ""
        assert profile["max_logical_replication_workers"] == "0"
        assert profile["archive_mode"] == "off"
    with pytest.raises(ActionError, match="choose durable or fast"):
        settings.settings_for("quick")


@pytest.mark.parametrize(("memory_gib", "expected"), [(1, "128MB"), (8, "512MB"), (512, "1024MB")])
def test_memory_settings_fit_the_machine(memory_gib: int, expected: str) -> None:
    chosen = settings.settings_for("durable", memory_bytes=memory_gib * 1024**3)
    assert chosen["shared_buffers"] == expected


@pytest.mark.parametrize(("data_mib", "expected"), [(1, "16MB"), (100, "100MB"), (4000, "512MB")])
def test_a_small_database_takes_no_more_memory_than_it_fills(data_mib: int, expected: str) -> None:
    mib = 1024**2
    chosen = settings.settings_for("durable", memory_bytes=8192 * mib, data_bytes=data_mib * mib)
    assert chosen["shared_buffers"] == expected


def test_passfile_is_private_and_escapes_its_fields(tmp_path: Path) -> None:
    passfile = tmp_path / "p"
    passfile.write_text("old")
    passfile.chmod(0o644)
    server.write_passfile(passfile, ["/odd:dir\\x", "localhost"], 15432, "postgres", "pw")
    assert passfile.stat().st_mode & 0o777 == 0o600
    assert passfile.read_text() == ("/odd\\:dir\\\\x:15432:*:postgres:pw\nlocalhost:15432:*:postgres:pw\n")
    server.move_passfile(passfile, "15432", 40000)
    assert ":40000:*:postgres:pw\n" in passfile.read_text()


def test_taken_port_is_not_preferred() -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        assert server.free_port(port) != port


def test_ways_to_the_source_follow_what_libpq_would_do() -> None:
    assert ("/run/pg", "5433") in proof.ways_to({"host": "/run/pg", "port": "5433"}, own_network=True)
    both = proof.ways_to({"host": "10.0.0.1,10.0.0.2", "port": "1,2"}, own_network=True)
    assert both == [("10.0.0.1", "1"), ("10.0.0.2", "2")]
    shared = proof.ways_to({"host": "localhost", "port": "5432"}, own_network=False)
    assert ("127.0.0.1", "5432") in shared
    own = proof.ways_to({"host": "localhost", "port": "5432"}, own_network=True)
    assert not any(host.startswith("127.") or host in ("localhost", "::1") for host, _ in own)
    assert ("/var/run/postgresql", "5432") in proof.ways_to({}, own_network=True)


@pytest.mark.parametrize("host", ["/var/run/postgresql", "/run/postgresql", ""])
def test_a_containers_own_socket_is_no_way_to_a_source_of_that_name(host: str) -> None:
    inside = ("/var/run/postgresql", "5432")
    tried = proof.ways_to({"host": host, "port": "5432"}, own_network=True, inside=inside)
    assert not any("run/postgresql" in place for place, _ in tried)
    assert {(address, "5432") for address in proof.own_addresses()} <= set(tried)


def test_another_port_beside_a_containers_own_socket_is_tried() -> None:
    place = {"host": "/var/run/postgresql", "port": "5433"}
    tried = proof.ways_to(place, own_network=True, inside=("/var/run/postgresql", "5432"))
    assert tried == [("/var/run/postgresql", "5433")]


def test_account_of_root_is_never_root() -> None:
    if os.geteuid() != 0:
        assert server_account({}).uid == os.geteuid()
        return
    assert server_account({}).uid != 0
    with pytest.raises(ActionError, match="refuses to run as root"):
        server_account({"DRILL_RUN_AS": "root"})
    with pytest.raises(ActionError, match="no account nobody-of-that-name"):
        server_account({"DRILL_RUN_AS": "nobody-of-that-name"})


def test_the_image_is_the_official_one_of_the_sources_major_unless_another_is_named(tmp_path: Path) -> None:
    need = Need(origin="x", major=16)
    settings: tuple[tuple[dict[str, str], str], ...] = (
        ({}, "postgres:16"),
        ({"DRILL_POSTGRES_IMAGE": "registry.example/pg:16"}, "registry.example/pg:16"),
    )
    for environment, image in settings:
        context = Context(tmp_path, environment=environment)
        assert image_of(need, environment) == image
        assert compose.variables(context, "secret", image_of(need, {}), need)["DRILL_POSTGRES_IMAGE"] == image


def test_a_container_is_given_what_the_backup_needs(tmp_path: Path) -> None:
    need = Need(origin="x", major=16, extensions=(Extension("pg_cron"),), locks_per_transaction=256)
    context = Context(tmp_path, environment={"DRILL_TARGET_LOCKS": "64"}, arguments={"database": "copy"})
    given = compose.variables(context, "secret", "image", need)
    names = ("LOCKS", "WORKERS", "PRELOAD", "CRON_DATABASE")
    assert [given[f"DRILL_TARGET_{name}"] for name in names] == ["256", "0", "pg_cron", "copy"]


def test_projects_of_two_runs_differ_and_suit_compose() -> None:
    one, other = project_name("restore-drill_20261122T140102Z_3fa9"), project_name("x")
    assert one != other
    assert one.removeprefix("drill-").isalnum()


def test_a_manifest_of_a_gigabyte_is_never_read(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").touch()
    os.truncate(tmp_path / "manifest.json", 1024**3)
    with pytest.raises(ActionError, match="larger than 256 MB"):
        read_manifest(str(tmp_path))


@pytest.mark.parametrize("text", [None, "", "{", "[]", "[" * 1_000_000, '{"format": "else"}'])
def test_unreadable_manifest_is_one_sentence(tmp_path: Path, text: str | None) -> None:
    (tmp_path / "checksums.sha256").touch()
    if text is not None:
        (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(ActionError, match="is this a whole backup"):
        read_manifest(str(tmp_path))
    assert read_manifest("") is None


def test_a_plain_dump_has_no_manifest_to_read(tmp_path: Path) -> None:
    (tmp_path / "toc.dat").touch()
    assert read_manifest(str(tmp_path)) is None
