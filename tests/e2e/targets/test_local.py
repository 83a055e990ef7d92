"""The local target: it comes up, is cut off, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import stat
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from drill_tui.engine.ports import ActionError, ActionResult, Claim
from drill_tui.postgres.cluster import processes
from drill_tui.postgres.cluster.account import Account, server_account
from drill_tui.postgres.probe import isolation
from drill_tui.targets import actions
from tests import servers
from tests.action_context import Context

pytestmark = pytest.mark.e2e
NewContext = Callable[..., Context]
KILL = [(signal.SIGKILL, 10.0)]


def connect(result: ActionResult) -> psycopg.Connection[tuple[object, ...]]:
    env = result.env
    return psycopg.connect(
        host=env["DB_HOST"],
        port=env["DB_PORT"],
        user=env["DB_USER"],
        dbname="postgres",
        passfile=env["PGPASSFILE"],
        autocommit=True,
    )


def text_of(path: str) -> str:
    return Path(path).read_text()


def exists(path: str) -> bool:
    return Path(path).exists()


def bystander_of(account: Account) -> processes.Launched:
    """A program that minds its own business."""
    with Path(os.devnull).open("wb") as nowhere:
        return processes.launch(["/bin/sleep", "600"], account=account, cwd=Path("/"), log=nowhere, env={})


async def started(context: Context) -> ActionResult:
    result = await actions.start(context)
    context.results["start_target"] = result
    return result


@pytest.mark.parametrize("major", [15, 18])
async def test_target_comes_up_and_goes_without_a_trace(new_context: NewContext, major: int) -> None:
    context = new_context(kind="local", profile="durable")
    context.environment = {
        **context.environment,
        "DRILL_SERVER_BINDIR": str(servers.binaries(major)),
    }
    result = await started(context)
    assert result.outputs["server_version_num"].startswith(str(major))
    assert "fsync=on" in result.outputs["settings"]
    assert set(result.outputs) <= set(actions.START_OUTPUTS)
    with connect(result) as connection:
        row = connection.execute("SELECT nonce, run_id FROM drill_tui.target").fetchone()
    assert row == (result.env["DRILL_TARGET_NONCE"], context.run_id)
    home = Path(result.outputs["data_dir"]).parent
    assert processes.inside(home)

    await actions.stop(context)

    assert not home.exists()
    assert not processes.inside(home)
    assert not context.claims


async def test_password_is_asked_for_and_kept_secret(new_context: NewContext) -> None:
    context = new_context(kind="local", profile="fast")
    result = await started(context)
    (password,) = context.secrets
    assert password not in repr(result)
    assert password not in "\n".join(context.logged)
    assert password not in text_of(result.outputs["server_log"])
    assert stat.S_IMODE(os.stat(result.env["PGPASSFILE"]).st_mode) == 0o600  # noqa: PTH116
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(
            host=result.env["DB_HOST"],
            port=result.env["DB_PORT"],
            user="postgres",
            password="wrong",
            passfile="/dev/null",
            dbname="postgres",
        )


async def test_fast_profile_gives_up_durability(new_context: NewContext) -> None:
    result = await started(new_context(kind="local", profile="fast"))
    assert "fsync=off" in result.outputs["settings"]
    assert result.outputs["profile"] == "fast"


async def test_two_targets_at_once_do_not_meet(new_context: NewContext) -> None:
    first, second = new_context(kind="local", profile="fast"), new_context(kind="local", profile="fast")
    one, two = await started(first), await started(second)
    assert one.outputs["data_dir"] != two.outputs["data_dir"]
    await actions.stop(first)
    with connect(two) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


async def test_nothing_outside_is_writable_and_no_other_socket_is_seen(new_context: NewContext) -> None:
    result = await started(new_context(kind="local", profile="fast"))
    if result.outputs["isolation"] != "network-namespace":
        pytest.skip("the kernel grants no network namespace here")
    assert "write nowhere" in result.outputs["isolation_detail"]
    with connect(result) as connection:
        for place in ("/tmp", "/var/tmp", "/dev/shm"):
            with pytest.raises(psycopg.errors.ExternalRoutineException):
                connection.execute(f"COPY (SELECT 1) TO PROGRAM 'cat > {place}/drill-escape 2>/dev/null'")
            assert not exists(f"{place}/drill-escape")
        connection.execute("CREATE TEMP TABLE seen (name text)")
        connection.execute("COPY seen FROM PROGRAM 'ls -A /run'")
        assert connection.execute("SELECT name FROM seen").fetchall() == []


async def test_no_process_outside_can_be_signalled(new_context: NewContext) -> None:
    """The bystander runs under the server's own account, which the kernel alone would let it signal."""
    context = new_context(kind="local", profile="fast")
    result = await started(context)
    if "signal other processes" not in result.outputs["isolation_detail"]:
        pytest.skip("the kernel has no Landlock that scopes signals")
    bystander = bystander_of(server_account(context.environment))
    with connect(result) as connection:
        connection.execute("CREATE TEMP TABLE tried (status int)")
        connection.execute(f"COPY tried FROM PROGRAM 'kill -9 {bystander.pid} 2>/dev/null; echo $?'")
        assert connection.execute("SELECT status FROM tried").fetchone() == (1,)
        assert processes.is_alive(bystander.pid, bystander.start_ticks)
        connection.execute("COPY tried FROM PROGRAM 'sleep 600 & kill -9 $!; echo $?'")
        assert connection.execute("SELECT min(status) FROM tried").fetchone() == (0,)
    await processes.end({bystander.pid: bystander.start_ticks}, KILL)


async def test_revive_starts_the_server_again_on_the_same_data(new_context: NewContext) -> None:
    context = new_context(kind="local", profile="fast")
    result = await started(context)
    with connect(result) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    await processes.end(
        {int(result.outputs["pid"]): processes.start_ticks(int(result.outputs["pid"])) or 0}, KILL
    )

    again = await actions.revive(context)

    assert again.env["DRILL_TARGET_NONCE"] == result.env["DRILL_TARGET_NONCE"]
    with connect(again) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
    context.results["start_target"] = again
    await actions.stop(context)
    assert not exists(again.outputs["data_dir"])


async def test_stop_leaves_a_server_alone_that_is_not_this_runs(new_context: NewContext) -> None:
    context = new_context(kind="local", profile="fast")
    result = await started(context)
    stranger = {**result.env, "DRILL_TARGET_NONCE": "0" * 32}
    context.results["start_target"] = ActionResult(outputs=result.outputs, env=stranger)
    with pytest.raises(ActionError, match="does not carry the nonce"):
        await actions.stop(context)
    assert exists(result.outputs["data_dir"])
    with connect(result) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


async def test_directory_without_this_runs_mark_is_never_removed(tmp_path: Path) -> None:
    for name, mark in (("unmarked", None), ("foreign", "another-run\n")):
        home = tmp_path / name
        home.mkdir()
        (home / "precious").write_text("data")
        if mark:
            (home / ".drill-run").write_text(mark)
        claim = Claim(run_id="this-run", step="s", kind="directory", ref=str(home), details={})
        with pytest.raises(ActionError, match="left alone"):
            await actions.dispose_directory(claim, lambda _line: None)
        assert (home / "precious").read_text() == "data"


async def test_marked_directory_is_removed_without_following_links(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").write_text("data")
    home = tmp_path / "home"
    (home / "data" / "pg_tblspc").mkdir(parents=True)
    (home / "data" / "pg_tblspc" / "16384").symlink_to(outside)
    (home / ".drill-run").write_text("this-run\n")
    claim = Claim(run_id="this-run", step="s", kind="directory", ref=str(home), details={})
    await actions.dispose_directory(claim, lambda _line: None)
    assert not home.exists()
    assert (outside / "precious").read_text() == "data"


async def test_process_with_a_reused_pid_is_not_ended(new_context: NewContext) -> None:
    result = await started(new_context(kind="local", profile="fast"))
    pid = result.outputs["pid"]
    claim = Claim(run_id="r", step="s", kind="process", ref=pid, details={"start_ticks": "1"})
    await actions.dispose_process(claim, lambda _line: None)
    assert (await isolation.identity(result.env, "")).server_version
