"""Whose target is it, asked once more before it is destroyed: one sentence names what does not match."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable, Mapping
from pathlib import Path

import psutil
import pytest

from drill_tui.engine.ports import ActionResult, NotOursError
from drill_tui.targets import actions, proof
from tests import servers
from tests.action_context import Context
from tests.e2e.targets.test_local import connect
from tests.e2e.targets.test_proof import local_target

pytestmark = pytest.mark.e2e
NewContext = Callable[..., Context]


@pytest.fixture
async def proven(new_context: NewContext, production: servers.Server) -> Context:
    """A target that is up and proven, in a network of its own where the kernel grants one."""
    context = await local_target(new_context, production, isolate=True)
    if context.outputs_of("start_target")["isolation"] != "network-namespace":
        pytest.skip("the kernel grants no network namespace here")
    context.results["prove_isolation"] = await proof.prove(context)
    return context


def put(context: Context, step: str, outputs: Mapping[str, str] = {}, env: Mapping[str, str] = {}) -> None:
    """Change what the journal would tell of a step."""
    before = context.results[step]
    context.results[step] = ActionResult(outputs={**before.outputs, **outputs}, env={**before.env, **env})


def home_of(context: Context) -> Path:
    return Path(context.outputs_of("start_target")["data_dir"]).parent


async def left_alone(context: Context, why: str) -> None:
    started = context.results["start_target"]
    with pytest.raises(NotOursError) as refusal:
        await actions.stop(context)
    place = f"{started.env['DB_HOST']}:{started.env['DB_PORT']}"
    assert re.fullmatch(f"the server at {place} {why}; it is left alone", str(refusal.value))
    assert refusal.value.step == "start_target"
    assert (home_of(context) / ".drill-run").exists()
    with connect(started) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


async def test_our_own_target_is_removed_though_the_source_is_gone(proven: Context) -> None:
    assert proven.outputs_of("prove_isolation")["source_unreached"]
    identifier = proven.outputs_of("start_target")["system_identifier"]
    put(proven, "open_source", {"system_identifier": identifier}, {"DB_PORT": "1"})
    await actions.stop(proven)
    assert not home_of(proven).exists()


async def test_our_own_target_is_removed_though_it_hangs(
    proven: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof, "ASK_TIMEOUT_S", 0.5)
    psutil.Process(int(proven.outputs_of("start_target")["pid"])).send_signal(signal.SIGSTOP)
    await actions.stop(proven)
    assert not home_of(proven).exists()


async def test_another_cluster_under_the_same_address_is_left_alone(proven: Context) -> None:
    real = proven.outputs_of("start_target")["system_identifier"]
    put(proven, "start_target", {"system_identifier": "1234"})
    await left_alone(proven, f"has the system identifier {real}, and that of this run's target is 1234")


async def test_a_target_that_is_the_source_is_left_alone(proven: Context) -> None:
    """The source's name leads to the target by now."""
    started = proven.results["start_target"]
    proven.results["open_source"] = started
    await left_alone(proven, "is the source: both carry this run's nonce")


async def test_a_target_that_can_reach_the_source_by_now_is_left_alone(
    new_context: NewContext, production: servers.Server
) -> None:
    context = await local_target(new_context, production, isolate=False)
    with connect(context.results["start_target"]) as connection:
        row = connection.execute(
            "SELECT current_setting('data_directory'), system_identifier::text FROM pg_control_system()"
        ).fetchone()
    assert row
    put(context, "start_target", {"data_dir": str(row[0]), "system_identifier": str(row[1])})
    place = f"127.0.0.1:{production.port}"
    context.results["prove_isolation"] = ActionResult(outputs={"source_unreached": f"127.0.0.1:1,{place}"})
    await left_alone(context, f"can reach the source at {place}, which was out of reach before the restore")
