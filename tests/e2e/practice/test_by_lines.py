"""`drill-tui practice NAME` without a screen: from the situation to the record, and nothing is left of it."""

from __future__ import annotations

import json
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest

from drill_tui.faults.practice.session import Practice
from scripts.update_schemas import SCHEMAS
from tests.e2e.drill.running import (
    DRILL_TIMEOUT_S,
    drill_tui,
    nothing_left,
    processes_of,
    wait_for_step,
    wait_until,
)
from tests.e2e.practice.running import drawn_here, place_of, practise, record_of, run_dir_of, start

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("practice")]
NAME, FAULT, SEED = "pager-at-three", "table-emptied", 7


@pytest.fixture
def offered() -> Practice:
    return drawn_here(NAME, FAULT, SEED)


@pytest.fixture
def ear() -> Iterator[socket.socket]:
    """A server to which nobody is to speak."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.0)
        yield listening


def test_a_wrong_and_a_right_diagnosis(offered: Practice, ear: socket.socket, tmp_path: Path) -> None:
    wrong, right = place_of(offered, right=False) + 1, place_of(offered, right=True) + 1
    port = str(ear.getsockname()[1])
    done = practise(
        tmp_path,
        *(NAME, "--fault", FAULT, "--seed", str(SEED), "--by", "Ada"),
        typed=f"check backup\nhint\ndiagnose\n{wrong}\nwait\ncheck restored\nlog restore\nlog server\n"
        f"diagnose\n99\ndiagnose\n{right}\nrestore [/x] again\n",
        env={"DB_HOST": "127.0.0.1", "DB_PORT": port, "DRILL_NOTIFY_URLS": f"json://127.0.0.1:{port}"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert all(line.startswith("PRACTICE") for line in done.stdout.splitlines())
    wrong_one = offered.offered[wrong - 1]
    assert f"No: {wrong_one.why_not.split()[0]}" in done.stdout
    before, _, after = done.stdout.partition("WHAT WAS BROKEN")
    assert FAULT not in before, "the fault is named before it is found"
    for told in (
        FAULT,
        "WHAT GAVE IT AWAY",
        "WHAT ONE WOULD DO",
        "restore [/x] again",
        "THE RUNBOOK'S WORDS",
    ):
        assert told in after
    record = record_of(tmp_path)
    assert (record["person"], record["ending"], record["fault"]) == ("Ada", "found", FAULT)
    assert record["wrong_turns"] == [wrong_one.says]
    assert (record["hints"], record["checks"]) == (1, 2)
    assert 0 < record["noticed_s"] < record["diagnosed_s"]
    assert "check restored: it objected" in [moment["what"] for moment in record["timeline"]]
    nothing_left(run_dir_of(tmp_path))
    with pytest.raises(BlockingIOError):
        ear.accept()
    journal = (run_dir_of(tmp_path) / "events.jsonl").read_text()
    assert FAULT not in journal, "whoever reads along in the journal would know"
    never_a_drill(tmp_path)
    kept_of = drill_tui("practice", "record", "ada", "--artifacts", str(tmp_path), "--json")
    kept = json.loads(kept_of.stdout)
    jsonschema.validate(kept, json.loads((SCHEMAS / "practice_record.schema.json").read_text()))
    assert kept["found"] == 1
    assert kept["next"] != NAME


def never_a_drill(artifacts: Path) -> None:
    """No report, no incident, no cadence met, nothing in the history, wherever one looks from."""
    assert {path.name for path in artifacts.iterdir()} == {"practice"}
    for place in (artifacts, artifacts / "practice"):
        history = json.loads(drill_tui("history", "--json", "--artifacts", str(place)).stdout)
        assert history["drills"] == []
        due = json.loads(drill_tui("due", "--json", "--artifacts", str(place)).stdout)
        assert {duty["last_run"] for runbook in due["runbooks"] for duty in runbook["duties"]} == {None}
        assert json.loads(drill_tui("incident", "list", "--json", "--artifacts", str(place)).stdout) == []


def test_the_end_of_the_input_gives_up_and_tells(tmp_path: Path) -> None:
    done = practise(tmp_path, NAME, typed="")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "WHAT WAS BROKEN" in done.stdout
    assert record_of(tmp_path)["ending"] == "given up"
    nothing_left(run_dir_of(tmp_path))


def test_of_a_backup_that_was_cut_the_restore_tells(tmp_path: Path) -> None:
    name, fault = "cut-on-the-way", "data-truncated"
    right = place_of(drawn_here(name, fault, 1), right=True) + 1
    done = practise(
        tmp_path,
        *(name, "--fault", fault, "--seed", "1"),
        typed=f"log restore\ncheck restored\ndiagnose\n{right}\nfetch it again\n",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    before, _, _ = done.stdout.partition("WHAT WAS BROKEN")
    assert "checksum" in before
    assert "It objects." in before
    nothing_left(run_dir_of(tmp_path))


def test_ctrl_c_leaves_nothing_and_is_no_result(tmp_path: Path) -> None:
    process = start("practice", NAME, "--artifacts", str(tmp_path))
    run_dir = wait_for_step(process, tmp_path / "practice", "practise")
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=DRILL_TIMEOUT_S)
    assert process.returncode == 4, stdout + stderr
    assert "WHAT WAS BROKEN" not in stdout
    assert "Traceback" not in stderr
    nothing_left(run_dir)


@pytest.mark.parametrize("how", ["clean", "the next practice"])
def test_what_a_killed_practice_left_is_removed(how: str, tmp_path: Path) -> None:
    process = start("practice", NAME, "--artifacts", str(tmp_path))
    run_dir = wait_for_step(process, tmp_path / "practice", "practise")
    process.kill()
    process.communicate(timeout=DRILL_TIMEOUT_S)
    wait_until(lambda: not processes_of(run_dir.name), "the end of its children")
    assert (run_dir / "private").exists()
    refused = drill_tui("resume", run_dir.name, "--artifacts", str(tmp_path))
    assert (refused.returncode, "a practice" in refused.stderr) == (2, True), refused.stderr
    if how == "clean":
        cleaned = drill_tui("clean", "--all", "--artifacts", str(tmp_path))
        assert (cleaned.returncode, run_dir.name in cleaned.stdout) == (0, True), cleaned.stderr
        assert {path.name for path in tmp_path.iterdir()} == {"practice"}
    else:
        done = practise(tmp_path, NAME, typed="")
        assert f"{run_dir.name} was cut off" in done.stdout
    nothing_left(run_dir)


def test_the_clock_of_the_trainee_starts_with_the_situation(tmp_path: Path) -> None:
    began = time.monotonic()
    practise(tmp_path, NAME, typed="give up\n")
    assert record_of(tmp_path)["took_s"] < time.monotonic() - began - 1
