"""Canary secrets in every place that a user may put one; then a search of everything that a drill leaves."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psutil
import pytest

from tests.e2e.drill.running import Drill, finished, start_drill
from tests.servers import PASSWORD, Server

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("drill_secrets")]

CANARY = "c4n@ry:s3cr%t/9f1"


@pytest.fixture
def guarded(server: Server, shop: dict[str, str]) -> Iterator[Server]:
    server.sql("postgres", f"ALTER ROLE {server.user} PASSWORD '{CANARY}'")
    yield server
    with_canary = {**server.libpq(), "PGPASSWORD": CANARY}
    subprocess.run(
        ["psql", "-X", "-q", "-c", f"ALTER ROLE {server.user} PASSWORD '{PASSWORD}'"],
        env=with_canary,
        check=True,
        capture_output=True,
    )


def everything_said(drill: Drill) -> dict[str, bytes]:
    files = {str(path): path.read_bytes() for path in drill.artifacts.rglob("*") if path.is_file()}
    return {**files, "stdout": drill.stdout.encode(), "stderr": drill.stderr.encode()}


class Watch(threading.Thread):
    """Samples the arguments of every process while a drill runs."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.over = threading.Event()
        self.samples = 0
        self.seen: set[str] = set()

    def run(self) -> None:
        while not self.over.wait(0.02):
            self.samples += 1
            for process in psutil.process_iter():
                try:
                    self.seen.add("\0".join(process.cmdline()))
                except (psutil.NoSuchProcess, psutil.AccessDenied):
                    continue


def watched_drill(artifacts: Path, env: dict[str, str]) -> tuple[Drill, Watch]:
    watch = Watch()
    watch.start()
    drill = finished(start_drill(artifacts, env=env), artifacts)
    watch.over.set()
    watch.join()
    return drill, watch


def places_for_a_secret(server: Server, tmp_path: Path) -> dict[str, dict[str, str]]:
    service = tmp_path / "service.conf"
    service.write_text(
        f"[canary]\nhost={server.host}\nport={server.port}\nuser={server.user}\n"
        f"dbname=shop\npassword={CANARY}\n"
    )
    url = f"postgresql://{server.user}:{quote(CANARY, safe='')}@{server.host}:{server.port}/shop"
    return {
        "DB_PASSWORD": {**server.env, "DB_NAME": "shop", "DB_PASSWORD": CANARY},
        "DATABASE_URL": {"DATABASE_URL": url},
        "service file": {"PGSERVICEFILE": str(service), "PGSERVICE": "canary"},
    }


@pytest.mark.parametrize("place", ["DB_PASSWORD", "DATABASE_URL", "service file"])
def test_a_secret_is_found_nowhere(place: str, guarded: Server, tmp_path: Path) -> None:
    artifacts = tmp_path / "artifacts"
    drill, watch = watched_drill(artifacts, places_for_a_secret(guarded, tmp_path)[place])
    assert drill.code == 0, drill.story()
    forms = [CANARY, quote(CANARY, safe=""), quote(CANARY)]
    told = [name for name, said in everything_said(drill).items() if any(f.encode() in said for f in forms)]
    assert told == []
    assert watch.samples > 20
    assert not [line for line in watch.seen if any(form in line for form in forms)]
