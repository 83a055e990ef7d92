"""The Docker target on a real engine: it comes up, has no way out, and nothing of it stays."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from drill_tui.engine.ports import ActionError, ActionResult, Claim, NotOursError
from drill_tui.postgres.cluster import server
from drill_tui.postgres.probe import isolation
from drill_tui.targets import actions, compose, compose_clients, compose_watch, proof
from tests import servers
from tests.action_context import Context
from tests.e2e.drill.running import wait_until
from tests.e2e.targets.test_local import connect, text_of
from tests.e2e.targets.test_proof import identifier_of, source_result

pytestmark = [pytest.mark.docker, pytest.mark.e2e, pytest.mark.xdist_group("docker")]
NewContext = Callable[..., Context]
Docker = Callable[..., str]

ATTEMPT = "print IO::Socket::INET->new(PeerAddr => q({host}:{port}), Timeout => 3) ? q(reached) : q(no)"


def reach(connection: psycopg.Connection[tuple[object, ...]], host: str, port: int) -> object:
    """A real attempt by a program that the database runs, as a hostile dump would make it."""
    program = f'perl -MIO::Socket::INET -e "{ATTEMPT.format(host=host, port=port)}"'
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS attempt (answer text)")
    connection.execute("TRUNCATE attempt")
    connection.execute(f"COPY attempt FROM PROGRAM $${program}$$".encode())
    row = connection.execute("SELECT answer FROM attempt").fetchone()
    assert row is not None
    return row[0]


async def started(context: Context) -> ActionResult:
    result = await actions.start(context)
    context.results["start_target"] = result
    return result


@contextmanager
def listening(host: str) -> Iterator[int]:
    """A port of this machine that accepts connections."""
    with socket.create_server((host, 0)) as server:
        yield server.getsockname()[1]


def left_of(context: Context) -> list[str]:
    with compose_watch.engine(context.environment) as client:
        return compose_watch.leftovers(client, context.run_id)


async def test_target_comes_up_is_proven_and_leaves_nothing(
    compose_context: NewContext, production: servers.Server
) -> None:
    context = compose_context(profile="fast")
    context.results["open_source"] = source_result(production, identifier_of(production))
    result = await started(context)
    assert set(result.outputs) <= set(actions.START_OUTPUTS)
    assert result.outputs["isolation"] == "container-without-network"
    assert "fsync=off" in result.outputs["settings"]
    (password,) = context.secrets
    assert password not in repr(result) + "".join(context.logged)
    with psycopg.connect(
        host="127.0.0.1", port=result.env["DB_PORT"], user="postgres", password=password, dbname="postgres"
    ) as connection:
        assert connection.execute("SELECT count(*) FROM drill_tui.target").fetchone() == (1,)
        connection.execute("DO $$BEGIN RAISE LOG 'said while it runs'; END$$")
    wait_until(lambda: "said while it runs" in text_of(result.outputs["server_log"]), "the followed log")
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(
            host="127.0.0.1", port=result.env["DB_PORT"], user="postgres", password="wrong", dbname="postgres"
        )

    sentences = (await proof.prove(context)).outputs["isolation_proof"]
    assert "the source cannot be reached" in sentences
    assert "No route leads out" in sentences
    assert left_of(context)

    await actions.stop(context)
    assert left_of(context) == []
    assert not context.claims
    log = text_of(result.outputs["server_log"])
    assert "ready to accept connections" in log
    assert password not in log


async def test_containers_whose_server_is_another_one_are_left_alone(
    shared: ActionResult, compose_context: NewContext
) -> None:
    context = compose_context()
    context.run_id = "shared-run"
    stranger = {**shared.env, "DRILL_TARGET_NONCE": "0" * 32}
    context.results["start_target"] = ActionResult(outputs=shared.outputs, env=stranger)
    with pytest.raises(NotOursError, match="does not carry the nonce of run shared-run; it is left alone"):
        await actions.stop(context)
    assert left_of(context)
    with connect(shared) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


async def test_only_a_port_of_this_runs_own_gate_is_asked(
    shared: ActionResult, compose_context: NewContext
) -> None:
    context = compose_context()
    assert not await compose.has_gate(context, shared.env["DB_PORT"]), "another run's"
    context.run_id = "shared-run"
    assert await compose.has_gate(context, shared.env["DB_PORT"])
    assert not await compose.has_gate(context, "1")


async def test_no_way_out_where_an_ordinary_container_finds_one(
    shared: ActionResult, docker: Docker, engine: dict[str, str]
) -> None:
    image = engine["DRILL_POSTGRES_IMAGE"]
    for name in ("drill-test-outside", "drill-test-open"):
        docker("run", "--detach", "--name", name, "--env", "POSTGRES_PASSWORD=x", image)
    outside = docker("inspect", "--format", "{{.NetworkSettings.IPAddress}}", "drill-test-outside")
    host = docker("network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Gateway}}")
    wait = f"until pg_isready --quiet --host={outside}; do sleep 0.2; done"
    docker("exec", "drill-test-open", "timeout", "300", "bash", "-c", wait)
    with listening(host) as port, connect(shared) as connection:
        attempt = ATTEMPT.format(host=host, port=port)
        without_isolation = docker("exec", "drill-test-open", "perl", "-MIO::Socket::INET", "-e", attempt)
        assert without_isolation == "reached", "the address must answer where there is no isolation"
        assert reach(connection, host, port) == "no"
        assert reach(connection, outside, 5432) == "no"
        assert reach(connection, "127.0.0.1", 5432) == "reached", "the attempt itself must be able to succeed"
    assert await isolation.can_reach(shared.env, outside, "5432", "") is False
    assert await isolation.has_routes(shared.env) is False
    assert (host, "5432") in proof.ways_to({"host": "localhost", "port": "5432"}, own_network=True)


def test_database_runs_with_little(shared: ActionResult, docker: Docker) -> None:
    with connect(shared) as connection:
        connection.execute("CREATE TEMP TABLE said (line text)")
        connection.execute('COPY said FROM PROGRAM \'tr "\\t" " " </proc/self/status\'')
        lines = {str(row[0]) for row in connection.execute("SELECT line FROM said").fetchall()}
    assert "NoNewPrivs: 1" in lines
    assert "CapEff: 0000000000000000" in lines
    assert not any(line.startswith("Uid: 0 ") for line in lines)
    container = shared.outputs["container"]
    assert int(docker("inspect", "--format", "{{.HostConfig.Memory}}", container)) > 0
    assert int(docker("inspect", "--format", "{{.HostConfig.NanoCpus}}", container)) > 0
    labels = docker("inspect", "--format", "{{json .Config.Labels}}", container)
    assert "drill-tui.run" in labels
    assert "drill-tui.expires" in labels


def test_clients_of_the_container_work_where_the_machine_has_none(
    shared: ActionResult, engine: dict[str, str], tmp_path: Path
) -> None:
    compose_clients.write_clients(tmp_path, shared.outputs["container"], engine, tmp_path)
    env = {
        "PATH": os.defpath,
        "PGUSER": "postgres",
        "PGDATABASE": "postgres",
        "PGPASSFILE": shared.env["PGPASSFILE"],
    }

    def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        argv = [str(tmp_path / program), *arguments]
        return subprocess.run(argv, env=env, capture_output=True, text=True, check=False)

    assert run("psql", "-XAt", "-c", "SELECT 6 * 7").stdout == "42\n"
    assert "(PostgreSQL) 15" in run("pg_restore", "--version").stdout
    assert run("psql", "-Xc", "SELECT 1/0").returncode == 1
    assert "CREATE SCHEMA drill_tui" in run("pg_dump", "--schema-only").stdout


async def test_crashed_run_is_taken_up_again_or_removed_by_its_label_and_nothing_else(
    compose_context: NewContext, docker: Docker, engine: dict[str, str]
) -> None:
    docker("run", "--detach", "--name", "drill-test-other", "--label", "drill-tui.run=another-run",
           "--env", "POSTGRES_PASSWORD=x", engine["DRILL_POSTGRES_IMAGE"])  # fmt: skip
    context = compose_context(profile="fast")
    result = await started(context)
    with connect(result) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    docker("kill", result.outputs["container"])
    again = await actions.revive(context)
    with connect(again) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)

    claim = Claim(
        run_id=context.run_id,
        step="start_target",
        kind="compose",
        ref=compose.project_name(context.run_id),
        details={"docker_host": engine.get("DOCKER_HOST", "")},
    )
    for _ in range(2):
        await actions.dispose_compose(claim, lambda _line: None)
    assert left_of(context) == []
    assert docker("inspect", "--format", "{{.State.Running}}", "drill-test-other") == "true"


async def test_port_that_another_drill_took_first_is_not_the_end(
    spelt_context: NewContext, docker: Docker, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = spelt_context(profile="fast")
    before = set(docker("volume", "ls", "--quiet").split())
    with listening("127.0.0.1") as taken:
        chosen = iter([taken])
        free_port = server.free_port
        monkeypatch.setattr(server, "free_port", lambda wish: next(chosen, None) or free_port(wish))
        result = await started(context)
        assert int(result.env["DB_PORT"]) != taken
    await actions.stop(context)
    assert left_of(context) == []
    assert set(docker("volume", "ls", "--quiet").split()) == before


@pytest.mark.parametrize(
    ("was", "tampered", "told"),
    [
        ("    network_mode: none\n", "    networks: [loopback]\n", "it must have no network"),
        (
            '"127.0.0.1:${DRILL_TARGET_PORT',
            '"0.0.0.0:${DRILL_TARGET_PORT',
            "on this machine's loopback alone",
        ),
        ("      - -cfsync=", "      - -cno_such_setting=", "did not become healthy"),
    ],
    ids=["a network", "a port for everybody", "a server that ends"],
)
async def test_containers_are_looked_at_before_they_are_trusted(
    was: str, tampered: str, told: str, compose_context: NewContext, tmp_path: Path
) -> None:
    """What the engine says of them counts, not what the file was meant to make."""
    context = compose_context(profile="fast")
    text = (context.project_dir / compose.FILE_NAME).read_text()
    assert was in text
    gate = context.project_dir / "scripts" / "gate.pl"
    context.project_dir = tmp_path / "project"
    (context.project_dir / "scripts").mkdir(parents=True)
    (context.project_dir / "scripts" / "gate.pl").write_text(gate.read_text())
    (context.project_dir / compose.FILE_NAME).write_text(text.replace(was, tampered))
    with pytest.raises(ActionError, match=told):
        await actions.start(context)


async def test_missing_image_is_said_with_what_to_do(spelt_context: NewContext) -> None:
    context = spelt_context(profile="fast")
    context.environment = {**context.environment, "DRILL_POSTGRES_IMAGE": "drill-test.invalid/none:1"}
    with pytest.raises(ActionError, match="failed"):
        await actions.start(context)


async def test_no_engine_is_one_sentence(compose_context: NewContext) -> None:
    context = compose_context(profile="fast")
    context.environment = {**context.environment, "DOCKER_HOST": "unix:///nowhere/docker.sock"}
    with pytest.raises(ActionError):
        await actions.start(context)
    context.claims.clear()


async def test_data_in_memory_is_no_time_to_be_proud_of(spelt_context: NewContext, docker: Docker) -> None:
    context = spelt_context(profile="durable")
    context.environment = {**context.environment, "DRILL_TARGET_DATA": "tmpfs"}
    result = await started(context)
    assert result.outputs["profile"] == "fast"
    kinds = docker("exec", result.outputs["container"], "stat", "-f", "-c", "%T", "/var/lib/postgresql/drill")
    assert kinds == "tmpfs"
    with connect(result) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    await actions.stop(context)
    assert left_of(context) == []


async def test_data_goes_to_disk_unless_asked_otherwise(shared: ActionResult, docker: Docker) -> None:
    kind = docker("exec", shared.outputs["container"], "stat", "-f", "-c", "%T", "/var/lib/postgresql/drill")
    assert kind != "tmpfs"


@pytest.mark.parametrize("asked", ["ramfs", "TMPFS"])
async def test_another_place_for_the_data_is_refused_before_anything_is_made(
    compose_context: NewContext, asked: str
) -> None:
    context = compose_context()
    context.environment = {**context.environment, "DRILL_TARGET_DATA": asked}
    with pytest.raises(ActionError, match="set it to tmpfs"):
        await actions.start(context)
    assert not context.claims
