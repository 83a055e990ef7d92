"""The local target for an ordinary user, with and without a network namespace; run from root's tests."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sysconfig

import pytest

from drill_tui.postgres.cluster.account import server_account
from tests.accounts import python_of
from tests.action_context import PROJECT_DIR

pytestmark = pytest.mark.e2e

DRILL = """
import asyncio, json, sys, tempfile
from pathlib import Path
from drill_tui.engine.ports import ActionResult
from drill_tui.targets import actions, proof
from tests.action_context import Context

async def main():
    with tempfile.TemporaryDirectory() as run_dir:
        context = Context(Path(run_dir), arguments={"kind": "local", "profile": "fast"})
        context.results["start_target"] = made = await actions.start(context)
        source = {"host": "127.0.0.1", "port": "1", "system_identifier": "1"}
        context.results["open_source"] = ActionResult(outputs=source)
        proven = await proof.prove(context)
        await actions.stop(context)
        print(json.dumps({
            "level": made.outputs["isolation"],
            "proof": proven.outputs["isolation_proof"],
            "left": Path(made.outputs["data_dir"]).exists() or bool(context.claims),
        }))

asyncio.run(main())
"""
WITHOUT_NAMESPACES = """
echo 0 >/proc/sys/user/max_net_namespaces && exec unshare --user --map-user={uid} --map-group={gid} "$@"
"""
"""Only in the user namespace that the shell runs in (user_namespaces(7)); the machine's limit stays."""


@pytest.mark.parametrize("namespaces", [True, False])
def test_ordinary_user_gets_a_proven_target(namespaces: bool) -> None:
    if os.geteuid() != 0:
        pytest.skip("every other test runs as an ordinary user already")
    account = server_account({})
    command = [str(python_of(account)), "-c", DRILL]
    if not namespaces:
        script = WITHOUT_NAMESPACES.format(uid=account.uid, gid=account.gid)
        command = ["unshare", "--user", "--map-root-user", "sh", "-c", script, "sh", *command]
    done = subprocess.run(
        ["setpriv", f"--reuid={account.uid}", f"--regid={account.gid}", "--clear-groups", *command],
        env={
            "PATH": os.defpath,
            "HOME": "/tmp",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": f"{PROJECT_DIR}:{sysconfig.get_path('purelib')}",
        },
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    if "unshare" in done.stderr or shutil.which("unshare") is None:
        pytest.skip(f"user namespaces are not to be had here: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["level"] == ("network-namespace" if namespaces else "loopback-only")
    assert "the source cannot be reached" in said["proof"]
    assert not said["left"]
