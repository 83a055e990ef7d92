"""Whose target is it: each fact holds where it should, and a broken one stops the drill in one sentence."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from drill_tui.engine.ports import ActionError, ActionResult
from drill_tui.postgres.cluster import binaries, server, workplace
from drill_tui.postgres.cluster.account import server_account
from drill_tui.postgres.cluster.settings import settings_for
from drill_tui.postgres.probe import isolation
from drill_tui.targets import actions, proof
from tests import servers
from tests.action_context import Context
from tests.e2e.targets.test_local import connect
from tests.extending import install_example

pytestmark = pytest.mark.e2e
NewContext = Callable[..., Context]
NONCE = "5027df6ad6fe0531e5ef81db4b69cebc"


def source_result(production: servers.Server, identifier: str, **other: str) -> ActionResult:
    outputs = {
        "kind": "configured",
        "host": production.host,
        "port": str(production.port),
        "system_identifier": identifier,
    }
    return ActionResult(outputs={**outputs, **other}, env=production.env)


def identifier_of(production: servers.Server) -> str:
    ((identifier,),) = production.sql("postgres", "SELECT system_identifier::text FROM pg_control_system()")
    return str(identifier)


async def local_target(new_context: NewContext, production: servers.Server, isolate: bool) -> Context:
    """A context with a target that is up: in a network of its own, or in the host's."""
    context = new_context(kind="local", profile="fast", target="start_target", source="open_source")
    context.results["open_source"] = source_result(production, identifier_of(production))
    if isolate:
        context.results["start_target"] = await actions.start(context)
    else:
        context.results["start_target"] = await in_the_hosts_network(context)
    return context


async def in_the_hosts_network(
    context: Context, fill: Callable[[server.Cluster], None] | None = None
) -> ActionResult:
    account = server_account(context.environment)
    chosen = binaries.choose_server(binaries.find_servers(context.environment), major=15)
    home = workplace.choose(context.environment, "target")
    context.claim("directory", str(home))
    workplace.make(home, context.run_id, account)
    cluster = server.Cluster(
        home=home,
        binaries=binaries.reachable_by(chosen, account, binaries.shared_cache(context.environment)),
        account=account,
        log=context.run_dir / "server.log",
        passfile=context.private_dir / "target.pgpass",
        settings=settings_for("fast", small=True),
    )
    password = servers.PASSWORD
    if fill is None:
        password = await server.initialise(cluster, server.Locale())
    else:
        fill(cluster)
    running = await server.start(cluster, isolate=False)
    server.write_passfile(cluster.passfile, [str(cluster.socket_dir)], running.port, "postgres", password)
    env = {
        "DB_HOST": str(cluster.socket_dir),
        "DB_PORT": str(running.port),
        "DB_USER": "postgres",
        "PGPASSFILE": str(cluster.passfile),
        "DRILL_TARGET_NONCE": NONCE,
    }
    await isolation.write_nonce(env, context.run_id, NONCE)
    outputs = {"kind": "local", "isolation": running.level, "bin_dir": str(cluster.binaries.bin_dir)}
    return ActionResult(outputs=outputs, env=env)


async def test_isolated_target_is_proven_in_three_sentences(
    new_context: NewContext, production: servers.Server
) -> None:
    context = await local_target(new_context, production, isolate=True)
    if context.outputs_of("start_target")["isolation"] != "network-namespace":
        pytest.skip("the kernel grants no network namespace here")
    result = await proof.prove(context)
    sentences = result.outputs["isolation_proof"]
    assert "carries this run's nonce" in sentences
    assert "another cluster than the source" in sentences
    assert "the source cannot be reached" in sentences
    assert "No route leads out" in sentences


def attempt(result: ActionResult, host: str, port: int) -> object:
    """What a program that the server runs says of an address: a real connection attempt."""
    trial = f'timeout 5 bash -c "exec 3<>/dev/tcp/{host}/{port}" 2>/dev/null && echo reached || echo no'
    with connect(result) as connection:
        connection.execute("CREATE TEMP TABLE attempt (answer text)")
        connection.execute(f"COPY attempt FROM PROGRAM $${trial}$$".encode())
        row = connection.execute("SELECT answer FROM attempt").fetchone()
    return row and row[0]


async def test_addresses_that_answer_without_isolation_are_silent_with_it(
    new_context: NewContext, production: servers.Server
) -> None:
    isolated = await local_target(new_context, production, isolate=True)
    if isolated.outputs_of("start_target")["isolation"] != "network-namespace":
        pytest.skip("the kernel grants no network namespace here")
    shared = await local_target(new_context, production, isolate=False)
    for host in ("127.0.0.1", *proof.own_addresses()):
        with socket.create_server((host, 0)) as listener:
            port = listener.getsockname()[1]
            assert attempt(shared.results["start_target"], host, port) == "reached"
            assert attempt(isolated.results["start_target"], host, port) == "no"


async def test_source_that_answers_when_the_isolation_is_off_refuses_the_restore(
    new_context: NewContext, production: servers.Server
) -> None:
    context = await local_target(new_context, production, isolate=False)
    with pytest.raises(ActionError, match=f"source can be reached at 127.0.0.1:{production.port}") as refusal:
        await proof.prove(context)
    assert "Nothing is restored." in str(refusal.value)
    assert "carries the nonce" not in str(refusal.value)

    context.environment = {
        **context.environment,
        proof.ACCEPTED: f"127.0.0.1:{production.port}",
    }
    assert "accepts that" in (await proof.prove(context)).outputs["isolation_proof"]


async def test_reachable_demo_is_said_and_harms_nobody(
    new_context: NewContext, production: servers.Server
) -> None:
    context = await local_target(new_context, production, isolate=False)
    identifier = identifier_of(production)
    context.results["open_source"] = source_result(production, identifier, kind="demo")
    assert "demo database" in (await proof.prove(context)).outputs["isolation_proof"]


async def test_target_without_this_runs_nonce_is_refused(
    new_context: NewContext, production: servers.Server
) -> None:
    context = await local_target(new_context, production, isolate=True)
    made = context.results["start_target"]
    context.results["start_target"] = ActionResult(
        outputs=made.outputs, env={**made.env, "DRILL_TARGET_NONCE": "f" * 32}
    )
    with pytest.raises(ActionError, match="does not carry the nonce"):
        await proof.prove(context)
    context.results["start_target"] = made


async def test_target_that_is_the_source_is_refused(
    new_context: NewContext, production: servers.Server
) -> None:
    context = new_context(target="start_target", source="open_source")
    await isolation.write_nonce(production.env, context.run_id, NONCE)
    try:
        context.results["open_source"] = source_result(production, identifier_of(production))
        context.results["start_target"] = ActionResult(
            outputs={"kind": "local", "isolation": "loopback-only", "bin_dir": str(production.bin_dir)},
            env={**production.env, "DRILL_TARGET_NONCE": NONCE},
        )
        with pytest.raises(ActionError, match="they are one server"):
            await proof.prove(context)
    finally:
        production.sql("postgres", "DROP SCHEMA drill_tui CASCADE")


async def test_a_target_of_another_package_is_started_and_left(
    new_context: NewContext, production: servers.Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(install_example(tmp_path / "acme")))
    context = new_context(kind="rack", database="copy", target="start_target")
    where = production.env
    url = f"postgresql://{where['DB_USER']}:{servers.PASSWORD}@{where['DB_HOST']}:{where['DB_PORT']}/postgres"
    context.environment = {**context.environment, "RACK_URL": url}
    result = context.results["start_target"] = await actions.start(context)
    try:
        assert result.outputs["kind"] == "rack"
        assert (await isolation.identity(result.env, result.env["DRILL_TARGET_NONCE"])).has_nonce
        await actions.stop(context)
        assert await actions.gone(result.outputs, context.environment) == ""
    finally:
        production.sql("postgres", "DROP SCHEMA drill_tui CASCADE")


async def test_physical_copy_shares_the_identifier_and_the_nonce_decides(
    new_context: NewContext, production: servers.Server
) -> None:
    context = new_context(target="start_target", source="open_source")

    def copy(cluster: server.Cluster) -> None:
        cluster.data_dir.rmdir()
        subprocess.run(
            [production.bin_dir / "pg_basebackup", "-X", "stream", "-D", cluster.data_dir],
            env=production.libpq(),
            check=True,
        )
        if cluster.account.is_other:
            for path in (cluster.data_dir, *cluster.data_dir.rglob("*")):
                shutil.chown(path, cluster.account.uid, cluster.account.gid)

    context.results["start_target"] = await in_the_hosts_network(context, copy)
    who = await isolation.identity(context.env_of("start_target"), NONCE)
    assert who.system_identifier == identifier_of(production)

    context.results["open_source"] = source_result(production, who.system_identifier)
    fact = await proof.other_than_source(context, who, "open_source")
    assert fact.holds
    assert "they are two servers" in fact.sentence

    gone = {**production.env, "DB_PORT": "1"}
    context.results["open_source"] = ActionResult(
        outputs={"system_identifier": who.system_identifier}, env=gone
    )
    assert not (await proof.other_than_source(context, who, "open_source")).holds


async def test_target_that_does_not_answer_proves_nothing(
    new_context: NewContext, production: servers.Server, tmp_path: Path
) -> None:
    context = new_context(target="start_target", source="open_source")
    context.results["open_source"] = source_result(production, "1")
    context.results["start_target"] = ActionResult(
        env={"DB_HOST": str(tmp_path), "DB_PORT": "15432", "DB_USER": "postgres", "DRILL_TARGET_NONCE": NONCE}
    )
    with pytest.raises(ActionError, match="isolation is not proven"):
        await proof.prove(context)


async def test_external_target_must_be_confirmed_and_must_not_be_the_source(
    new_context: NewContext, production: servers.Server
) -> None:
    context = new_context(kind="external")
    context.environment = {
        **context.environment,
        **{f"TARGET_{name}": value for name, value in production.env.items() if name != "DB_NAME"},
    }
    for typed, database in (("", "copy"), ("Copy", "copy"), ("copy", "")):
        context.arguments = {"kind": "external", "database": database}
        context.results["start_target"] = ActionResult(outputs={"text": typed})
        with pytest.raises(ActionError, match=r"nobody confirmed|needs `with: \{database"):
            await actions.start(context)
    assert production.sql("postgres", "SELECT to_regnamespace('drill_tui')") == [(None,)]
    context.arguments = {"kind": "external", "database": "copy"}
    result = await actions.start(context)
    try:
        assert servers.PASSWORD not in repr(result)
        who = await isolation.identity(result.env, result.env["DRILL_TARGET_NONCE"])
        assert who.has_nonce
    finally:
        production.sql("postgres", "DROP SCHEMA drill_tui CASCADE")
