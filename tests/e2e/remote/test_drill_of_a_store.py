"""Drilling the newest backup that lies in a store: it passes, or goes red for its own reason."""

from __future__ import annotations

import json
import signal
import tempfile
from pathlib import Path

import pytest

from tests.e2e.drill.running import (
    DRILL_TIMEOUT_S,
    Drill,
    drill_tui,
    folders_of,
    nothing_left,
    run_drill,
    start_drill,
)
from tests.stores import BUCKET, KEYS, S3, Line

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("stores")]


def drill_of(s3: S3, prefix: str, artifacts: Path) -> Drill:
    place = f"backups=s3://{BUCKET}/{prefix}"
    return run_drill(artifacts, "--runbook", "latest-backup", "-p", place, env=s3.environment())


def test_our_backup_in_a_store_passes_and_nothing_stays_here(s3: S3, ours: Path, tmp_path: Path) -> None:
    s3.put(f"nightly/{ours.name}", ours)
    s3.put("nightly/README.txt", Path(__file__))
    drill = drill_of(s3, "nightly", tmp_path)
    assert drill.code == 0, drill.story()
    size = sum(file.stat().st_size for file in ours.rglob("*") if file.is_file())
    found, told, rto = drill.criterion("backup_found"), drill.report["backup"], drill.report["rto"]
    assert f"s3://{BUCKET}/nightly/{ours.name} was fetched: {size / 1e6:,.1f} MB in " in found["detail"]
    assert "checked against checksums.sha256" in found["coverage"]
    assert (told["url"], told["fetched_bytes"]) == (f"s3://{BUCKET}/nightly/{ours.name}", str(size))
    took = {step["id"]: step["duration_s"] for step in drill.report["steps"]}
    after = sum(
        took[step] for step in ("start_target", "prove_isolation", "restore", "name_actors", "verify")
    )
    assert rto["wall_s"] >= took["fetch"] + after
    assert rto["measured_plus"] == ["fetch"]
    assert not any("Fetching the backup" in sentence for sentence in rto["leaves_out"])
    assert "and the time of fetch" in drill.criterion("rto")["coverage"]
    left = "".join(
        path.read_text() for path in drill.artifacts.rglob("*") if path.suffix != ".png" and path.is_file()
    )
    assert KEYS["AWS_SECRET_ACCESS_KEY"] not in left + drill.stdout + drill.stderr
    nothing_left(drill.run_dir)
    page = (drill.run_dir / "report.html").read_text()
    assert "Fetched from" in page
    assert f"s3://{BUCKET}/nightly/{ours.name}, " in page
    listed = drill_tui(
        "backups",
        "list",
        f"s3://{BUCKET}/nightly",
        "--artifacts",
        str(tmp_path),
        "--json",
        env=s3.environment(),
    )
    assert listed.returncode == 0, listed.stderr
    (row,) = json.loads(listed.stdout)["backups"]
    assert (row["name"], row["size_bytes"], row["proven_by"]) == (ours.name, size, drill.report["run_id"])
    pruned = drill_tui("backups", "prune", f"s3://{BUCKET}/nightly", "--keep", "1", env=s3.environment())
    assert pruned.returncode == 2
    assert "removes nothing from a store" in pruned.stderr


@pytest.mark.parametrize("place", ["witnessed", "witnessed/shop.sql.gz"])
def test_a_dump_with_its_witness_passes(s3: S3, witnessed: Path, place: str, tmp_path: Path) -> None:
    s3.put("witnessed", witnessed)
    drill = drill_of(s3, place, tmp_path)
    assert drill.code == 0, drill.story()
    assert "against the witness taken at" in drill.criterion("data_integrity")["detail"]


def test_a_dump_that_was_cut_off_before_its_upload_goes_red_for_that(
    s3: S3, dumps: Path, tmp_path: Path
) -> None:
    cut = tmp_path / "large.dump"
    cut.write_bytes((dumps / "large.dump").read_bytes()[:9_000_000])
    s3.put("short/large.dump", cut)
    drill = drill_of(s3, "short", tmp_path / "artifacts")
    assert drill.code == 1, drill.story()
    assert drill.criterion("backup_found")["result"] == "met"
    assert drill.criterion("checksums_verify")["result"] == "missed"
    assert drill.criterion("restore_completes")["result"] == "unproven"
    nothing_left(drill.run_dir)


def test_a_bucket_that_is_not_there_is_an_error_and_says_so(s3: S3, tmp_path: Path) -> None:
    drill = run_drill(
        tmp_path, "--runbook", "latest-backup", "-p", "backups=s3://nobody/x", env=s3.environment()
    )
    assert drill.code == 3, drill.story()
    assert "There is no bucket of s3://nobody/x" in drill.report["failure_reason"]
    assert "Traceback" not in drill.story()


@pytest.mark.parametrize("url", ["s3://me:hunter2@bucket/x", "az://c/x?sig=hunter2", "ftp://bucket/hunter2"])
def test_a_url_with_a_secret_in_it_is_refused_and_kept_nowhere(url: str, tmp_path: Path) -> None:
    refused = run_drill(tmp_path, "--runbook", "latest-backup", env={"DRILL_BACKUPS": url})
    assert refused.code == 2, refused.story()
    assert "parameter backups: a " in refused.stderr
    left = [path.read_text() for path in tmp_path.rglob("*") if path.is_file()]
    assert "hunter2" not in "".join([*left, refused.stdout, refused.stderr])


def ended_while_it_fetches(
    s3: S3, dumps: Path, name: str, number: signal.Signals, artifacts: Path
) -> tuple[int, Path]:
    """The exit code of a drill that got this signal in the middle of a fetch, and the run's folder."""
    s3.put(f"{name}/large.dump", dumps / "large.dump")
    place = f"backups=s3://{BUCKET}/{name}"
    with Line(s3.port, whole_bytes=3_000_000, cuts=4, holds=True) as line:
        process = start_drill(
            artifacts, "--runbook", "latest-backup", "-p", place, env=s3.environment(line.port)
        )
        assert line.held.wait(DRILL_TIMEOUT_S), process.communicate(timeout=5)
        process.send_signal(number)
        process.communicate(timeout=DRILL_TIMEOUT_S)
    (journal,) = artifacts.glob("*/events.jsonl")
    return process.returncode, journal.parent


def test_killed_while_it_fetches_it_leaves_what_clean_removes(s3: S3, dumps: Path, tmp_path: Path) -> None:
    _, run_dir = ended_while_it_fetches(s3, dumps, "killed", signal.SIGKILL, tmp_path)
    (left,) = folders_of(run_dir.name, [Path(tempfile.gettempdir())])
    assert list(left.glob("backup/*.partial"))
    cleaned = drill_tui("clean", run_dir.name, "--artifacts", str(tmp_path))
    assert cleaned.returncode == 0, cleaned.stderr
    nothing_left(run_dir)


def test_killed_while_it_fetches_it_can_be_taken_up_again(s3: S3, dumps: Path, tmp_path: Path) -> None:
    _, run_dir = ended_while_it_fetches(s3, dumps, "resumed", signal.SIGKILL, tmp_path)
    resumed = drill_tui("resume", run_dir.name, "--artifacts", str(tmp_path), env=s3.environment())
    assert resumed.returncode == 6, resumed.stdout + resumed.stderr
    nothing_left(run_dir)


def test_interrupted_while_it_fetches_it_stops_and_cleans_up(s3: S3, dumps: Path, tmp_path: Path) -> None:
    code, run_dir = ended_while_it_fetches(s3, dumps, "stopped", signal.SIGINT, tmp_path)
    assert code == 4
    nothing_left(run_dir)
