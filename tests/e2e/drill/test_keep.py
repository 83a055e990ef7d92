"""`--keep`: the local target outlives its drill, can be looked into, and goes when somebody says so."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.drill.running import (
    DRILL_TIMEOUT_S,
    clean_environment,
    drill_tui,
    folders_of,
    nothing_left,
    processes_of,
    run_drill,
    start_drill,
    wait_for_step,
    wait_until,
)
from tests.servers import Server

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("drill_keep")]

TWO_DAYS_S = 2 * 24 * 3600
COUNT = "SELECT count(*) FROM customer"


@pytest.fixture(autouse=True)
def nothing_is_kept_for_good(tmp_path: Path) -> Iterator[None]:
    """A test that fails half-way leaves no server behind."""
    yield
    for journal in tmp_path.glob("*/events.jsonl"):
        drill_tui("clean", journal.parent.name, "--artifacts", str(tmp_path))


def ask(connect: str, query: str = COUNT) -> str:
    """What the kept database answers to the command that the drill printed."""
    done = subprocess.run(
        ["bash", "-c", f"{connect} -Atc '{query}'"],
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or done.stderr


@pytest.fixture
def acting_shop(shop: dict[str, str], server: Server) -> Iterator[dict[str, str]]:
    """The shop with what would act on the outside, a subscription that is enabled among it."""
    server.sql(
        "shop",
        "CREATE SUBSCRIPTION from_afar CONNECTION 'host=127.0.0.1 port=1 password=canary-secret'"
        " PUBLICATION everything WITH (connect = false, slot_name = NONE)",
        "ALTER SUBSCRIPTION from_afar SET (slot_name = 'a_slot')",
        "ALTER SUBSCRIPTION from_afar ENABLE",
        "CREATE EXTENSION postgres_fdw",
        "CREATE SERVER elsewhere FOREIGN DATA WRAPPER postgres_fdw",
        "CREATE FUNCTION watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'",
        "CREATE EVENT TRIGGER watcher ON ddl_command_end EXECUTE FUNCTION watch()",
    )
    yield shop
    server.sql(
        "shop",
        "ALTER SUBSCRIPTION from_afar DISABLE",
        "ALTER SUBSCRIPTION from_afar SET (slot_name = NONE)",
        "DROP SUBSCRIPTION from_afar",
    )


def test_what_could_act_is_in_the_report_and_its_subscription_stays_disabled(
    acting_shop: dict[str, str], tmp_path: Path
) -> None:
    drill = run_drill(tmp_path, "--keep", env=acting_shop)
    assert drill.code == 0, drill.story()
    inert = drill.report["isolation"]["inert"]
    for name in ("from_afar", "elsewhere", "watcher"):
        assert name in inert
    assert "canary-secret" not in drill.stdout + drill.stderr + (drill.run_dir / "events.jsonl").read_text()
    (connect,) = [line.removeprefix("Connect") for line in drill.stdout.splitlines() if line[:7] == "Connect"]
    assert ask(connect, "SELECT subname, subenabled FROM pg_subscription") == "from_afar|f"
    cleaned = drill_tui("clean", drill.run_dir.name, "--artifacts", str(tmp_path))
    assert cleaned.returncode == 0, cleaned.stdout + cleaned.stderr
    nothing_left(drill.run_dir)


def test_a_kept_target_of_a_failed_drill_can_be_looked_into_and_expires(
    shop: dict[str, str], tmp_path: Path
) -> None:
    drill = run_drill(tmp_path, "--keep", "--param", "required_tables=public.nowhere", env=shop)
    assert drill.code == 1, drill.story()
    assert (drill.report["cleanup"], drill.report["verdict"]) == ("kept", "fail")
    (connect,) = [
        line.removeprefix("Connect") for line in drill.stdout.splitlines() if line.startswith("Connect")
    ]
    assert ask(connect) == "1000"
    assert f"drill-tui clean {drill.run_dir.name}" in drill.stdout
    assert "left over" not in drill.stdout
    private = drill.run_dir / "private"
    assert [path.name for path in private.iterdir()] == ["target.pgpass"], "the source's password is gone"

    here = ("--artifacts", str(tmp_path))
    assert "Nothing to clean" in drill_tui("clean", "--all", *here).stdout
    drill_tui("clean", "--expired", *here)
    assert ask(connect) == "1000", "a day is not over"
    two_days_ago = time.time() - TWO_DAYS_S
    os.utime(drill.run_dir / "events.jsonl", (two_days_ago, two_days_ago))
    assert f"The run {drill.run_dir.name} has kept" in drill_tui("clean", "--all", *here).stdout
    removed = drill_tui("clean", "--expired", *here)
    assert removed.returncode == 0, removed.stdout + removed.stderr
    assert ask(connect) != "1000"
    nothing_left(drill.run_dir)
    assert drill_tui("report", "check", drill.run_dir.name, *here).returncode == 0


def test_a_kept_target_outlives_even_a_killed_drill_and_is_removed_with_its_run(
    shop: dict[str, str], tmp_path: Path
) -> None:
    process = start_drill(tmp_path, "--keep", env=shop)
    run_dir = wait_for_step(process, tmp_path, "verify")
    (home,) = [folder for folder in folders_of(run_dir.name, [Path("/tmp")]) if (folder / "data").exists()]
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=DRILL_TIMEOUT_S)
    wait_until(lambda: processes_of(run_dir.name) == [], "the end of the step that the drill had started")
    passfile = run_dir / "private" / "target.pgpass"
    way_in = f"PGPASSFILE={passfile} psql -X -h {home}/s -p 15432 -U postgres"
    connect = f"{way_in} -d zakops_restore"
    assert ask(connect) == "1000"

    ask(way_in, "ALTER TABLE drill_tui.target RENAME TO elsewhere")
    refused = drill_tui("clean", run_dir.name, "--artifacts", str(tmp_path))
    assert refused.returncode == 5, refused.stdout + refused.stderr
    sentence = (
        f"the server at {home}/s:15432 does not carry the nonce of run {run_dir.name}; it is left alone"
    )
    assert sentence in refused.stdout + refused.stderr
    assert ask(connect) == "1000", "it still runs"
    ask(way_in, "ALTER TABLE drill_tui.elsewhere RENAME TO target")

    cleaned = drill_tui("clean", run_dir.name, "--artifacts", str(tmp_path))
    assert cleaned.returncode == 0, cleaned.stdout + cleaned.stderr
    assert not home.exists()
    nothing_left(run_dir)
