"""The drill of a backup against firedrill, which restores it in a container and counts no row of it.

Both drill one backup in turns on one Docker engine.  firedrill comes at a pinned version into an environment
of its own; without it or without an engine this part says that it cannot run.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests import servers
from tests.bench.big_database import DATABASE, JOBS, SCHEMA, SERVER, SMALL_TABLES, events_of
from tests.bench.measure import PROJECT, CannotRunError, Goal, best, clean_environment, empty, timed

FIREDRILL = "firedrill==0.6.0"
MEGABYTES = 520
IMAGE = "postgres:15"
MAJOR = 15
GOALS = {"compose": 1.0, "local": 0.8}


def goals(options: argparse.Namespace, work: Path) -> Iterator[Goal]:
    image = options.image or os.environ.get("DRILL_POSTGRES_IMAGE") or IMAGE
    variables = _engine(image, empty(work / "peer"))
    template = image.replace(str(MAJOR), "{major}")  # firedrill takes no other form
    peer = _installed(work / "peer")
    backup = _backup(work / "peer" / "backups")
    theirs = [
        str(peer),
        "run",
        str(backup / "dump"),
        "--image",
        template,
        "--jobs",
        JOBS,
        "--no-config",
        "--quiet",
    ]

    def drill(kind: str) -> float:
        folder = work / "peer" / kind
        argv = [str(PROJECT / ".venv/bin/drill-tui"), "--auto", "--runbook", "latest-backup"]
        argv += ["--artifacts", str(folder), "-p", f"backups={backup.parent}", "-p", f"target={kind}"]
        return timed(argv, {**variables, "DRILL_POSTGRES_IMAGE": image})

    runs = [lambda: timed(theirs, variables), lambda: drill("compose"), lambda: drill("local")]
    theirs_s, *ours = best(options.repeat, runs)
    for (kind, limit), ours_s in zip(GOALS.items(), ours, strict=True):
        detail = f"{ours_s:.1f} s to {theirs_s:.1f} s; {_steps(work / 'peer' / kind)}"
        yield Goal(f"drill, {kind} target / {FIREDRILL}", ours_s / theirs_s, limit, detail)


def _engine(image: str, home: Path) -> Mapping[str, str]:
    """The environment in which both reach the engine and it has the image.  Raises CannotRunError.

    firedrill starts its container with HOME and PATH alone, so an engine elsewhere than at Docker's default
    socket is named by a context of that home.
    """
    environment = clean_environment(HOME=str(home))
    host = environment.get("DOCKER_HOST", "")
    try:
        if host:
            made = ["docker", "context", "create", "bench", "--docker", f"host={host}"]
            bare = {name: value for name, value in environment.items() if not name.startswith("DOCKER_")}
            for command in (made, ["docker", "context", "use", "bench"]):
                subprocess.run(command, env=bare, capture_output=True, check=True)
        asked = ["docker", "image", "inspect", image]
        subprocess.run(asked, env=environment, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError) as problem:
        said = (getattr(problem, "stderr", b"") or b"").decode("utf-8", "replace").strip() or problem
        raise CannotRunError(
            f"no Docker engine with the image {image}: {said} (scripts/docker-test-engine.sh start; --image)"
        ) from None
    return environment


def _installed(folder: Path) -> Path:
    """firedrill in an environment of its own.  Raises CannotRunError."""
    place = folder / "firedrill"
    for command in (
        [sys.executable, "-m", "venv", str(place)],
        [str(place / "bin/pip"), "install", "--quiet", "--disable-pip-version-check", FIREDRILL],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise CannotRunError(f"{FIREDRILL} cannot be installed: {done.stderr.strip()[-300:]}")
    return place / "bin/firedrill"


def _backup(folder: Path) -> Path:
    """One backup of a database of some 520 MB, that both restore."""
    source = servers.start_cluster(servers.binaries(MAJOR), settings=SERVER)
    try:
        source.create_database(DATABASE)
        events = events_of(MEGABYTES)
        source.sql(DATABASE, SCHEMA.format(events=events, lines=2 * events, small=SMALL_TABLES))
        source.sql(DATABASE, "vacuum (freeze, analyze)")
        (size,) = source.sql(DATABASE, "select pg_database_size(current_database())")[0]
        print(f"peer: a backup of a database of {size / 1e6:,.0f} MB", flush=True)
        backup = ["scripts/backup.sh", "--output", str(folder), "--jobs", JOBS]
        timed(backup, clean_environment(**source.environment(DATABASE)))
    finally:
        source.stop()
    return next(folder.iterdir())


def _steps(artifacts: Path) -> str:
    """Seconds of the longest steps of the last drill."""
    report = json.loads(max(artifacts.glob("restore_drill_*.json")).read_text("utf-8"))
    steps = [(step["duration_s"] or 0.0, step["id"]) for step in report["steps"]]
    return ", ".join(f"{name} {seconds:.1f}" for seconds, name in sorted(steps, reverse=True)[:7])
