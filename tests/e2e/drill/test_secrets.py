"""Canary secrets in every place that a user may put one; then a search of everything that a drill leaves."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import psutil
import pytest

from drill_tui.engine.text.redact import MASK
from drill_tui.tui.bridge import INTERVAL_S
from tests.e2e.drill.running import ROOT, Drill, finished, start_drill
from tests.e2e.drill.terminal import LISTENING, Terminal
from tests.e2e.drill.test_guided import debrief, run_through, sign_in, sign_off
from tests.servers import PASSWORD, Server

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("drill_secrets")]

CANARY = "c4n@ry:s3cr%t/9f1"
KEY_CANARY = "r4nb00k&s3cret+7c"
OWN_CANARY = "0utput-0f-a-script-5d"
DATA_CANARY = "f0reign-s3rver-81"


@pytest.fixture
def guarded(server: Server, shop: dict[str, str]) -> Iterator[Server]:
    """The source with the canary as its password, and another one in a foreign server's user mapping."""
    server.sql(
        "shop",
        "CREATE EXTENSION postgres_fdw",
        "CREATE SERVER elsewhere FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'db.invalid')",
        f"CREATE USER MAPPING FOR PUBLIC SERVER elsewhere OPTIONS (user 'app', password '{DATA_CANARY}')",
    )
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
    """Looks again and again while a drill runs."""

    def __init__(self, look: Callable[[], object], every_s: float = 0.02) -> None:
        super().__init__(daemon=True)
        self._look = look
        self._every_s = every_s
        self.over = threading.Event()
        self.samples = 0

    def run(self) -> None:
        while not self.over.wait(self._every_s):
            self.samples += 1
            self._look()


class ArgumentsWatch(Watch):
    """Samples the arguments of every process, as proc_pid_cmdline gives them."""

    def __init__(self) -> None:
        super().__init__(self._sample)
        self.seen: set[str] = set()

    def _sample(self) -> None:
        for pid in psutil.pids():
            with suppress(OSError):
                self.seen.add(Path(f"/proc/{pid}/cmdline").read_text("utf-8", "replace"))


def watched_drill(artifacts: Path, env: dict[str, str], *arguments: str) -> tuple[Drill, ArgumentsWatch]:
    watch = ArgumentsWatch()
    watch.start()
    drill = finished(start_drill(artifacts, *arguments, env=env), artifacts)
    watch.over.set()
    watch.join()
    return drill, watch


@contextmanager
def heard() -> Iterator[tuple[str, list[bytes]]]:
    """An address for notifications, and what is sent to it."""
    bodies: list[bytes] = []

    class Ear(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *arguments: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Ear) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"json://127.0.0.1:{server.server_port}/", bodies
        server.shutdown()
        thread.join()


def places_for_a_secret(server: Server, tmp_path: Path, port: int = 0) -> dict[str, dict[str, str]]:
    port = port or server.port
    service = tmp_path / "service.conf"
    service.write_text(
        f"[canary]\nhost={server.host}\nport={port}\nuser={server.user}\ndbname=shop\npassword={CANARY}\n"
    )
    url = f"postgresql://{server.user}:{quote(CANARY, safe='')}@{server.host}:{port}/shop"
    return {
        "DB_PASSWORD": {**server.env, "DB_PORT": str(port), "DB_NAME": "shop", "DB_PASSWORD": CANARY},
        "DATABASE_URL": {"DATABASE_URL": url},
        "service file": {"PGSERVICEFILE": str(service), "PGSERVICE": "canary"},
    }


TELLS = """
  - id: tell
    title: A step that tells secrets
    connect: start_target
    env: {API_KEY: '${params.api_key}'}
    run: |
      own=$(cat "$CANARY_FILE")
      echo "connect to postgresql://app:$own@db.invalid/app"
      echo "password=$own" >&2
      echo "value=$API_KEY" >>"$DRILL_OUTPUT"
      echo "link=postgresql://app:$own@db.invalid/app" >>"$DRILL_OUTPUT"
      printf '{"criterion": "told", "result": "met", "detail": "password=%s and %s"}\\n' "$own" "$API_KEY" \\
        >>"$DRILL_EVIDENCE"
      printf '{"label": "%s", "done": 1, "total": 2, "unit": "secrets"}\\n' "$API_KEY" >>"$DRILL_PROGRESS"
      echo "login with $API_KEY"
      FAILS
    outputs: {value: {}, link: {}}
    check: [{that: value, matches: never, message: 'as output'}]
    on_failure: continue

  - id: debrief
"""


def telling_project(folder: Path, fails: str = "") -> Path:
    """A project whose restore drill has a secret parameter, and a step that says it in every way it has.

    The step also says a secret that nobody but itself knows, in the forms in which passwords are written.
    """
    project = folder / "project"
    (project / "runbooks").mkdir(parents=True)
    (project / "scripts").symlink_to(ROOT / "scripts")
    text = (ROOT / "runbooks/restore-drill.yaml").read_text()
    tells = TELLS.replace("FAILS", fails or ":")
    if not fails:
        tells = tells.replace("    check: [{that: value, matches: never, message: 'as output'}]\n", "")
    for old, new in (
        ("\n  - id: debrief\n", tells),
        ("\nparams:\n", "\nparams:\n  api_key: {type: secret, env: CANARY_KEY}\n"),
        ("\ncriteria:\n", "\ncriteria:\n  told: {title: Told, evidence: [tell]}\n"),
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
    (project / "runbooks/restore-drill.yaml").write_text(text)
    return project


def with_canaries(env: dict[str, str], folder: Path) -> dict[str, str]:
    own = folder / "known-to-the-script"
    own.write_text(OWN_CANARY)
    return {**env, "CANARY_KEY": KEY_CANARY, "CANARY_FILE": str(own)}


def found_in(said: Mapping[str, bytes]) -> list[tuple[str, str]]:
    """Which canary is in which place, in any of its spellings."""
    return [
        (canary, place)
        for place, text in said.items()
        for canary in (CANARY, KEY_CANARY, OWN_CANARY, DATA_CANARY)
        if any(
            form.encode() in text for form in (canary, quote(canary, safe=""), quote(canary), escape(canary))
        )
    ]


def log_of(drill: Drill, step: str) -> str:
    (path,) = (drill.run_dir / "logs").glob(f"*-{step}.log")
    return path.read_text()


@pytest.mark.parametrize("place", ["DB_PASSWORD", "DATABASE_URL", "service file"])
def test_a_secret_is_found_nowhere(place: str, guarded: Server, tmp_path: Path) -> None:
    env = with_canaries(places_for_a_secret(guarded, tmp_path)[place], tmp_path)
    project = telling_project(tmp_path)
    drill, watch = watched_drill(tmp_path / "artifacts", env, "--project", str(project))
    assert drill.code == 0, drill.story()
    assert f"login with {MASK}" in log_of(drill, "tell")
    assert found_in(everything_said(drill)) == []
    assert watch.samples > 20
    assert found_in({line: line.encode() for line in watch.seen}) == []


@pytest.mark.parametrize("fails", ['echo "no way with $API_KEY" >&2; exit 7', ":"])
def test_a_secret_is_found_nowhere_in_what_a_failed_drill_leaves(
    fails: str, guarded: Server, tmp_path: Path
) -> None:
    artifacts = tmp_path / "artifacts"
    summary = tmp_path / "summary.md"
    env = with_canaries(places_for_a_secret(guarded, tmp_path)["DATABASE_URL"], tmp_path)
    project = telling_project(tmp_path, fails)
    with heard() as (address, bodies):
        env |= {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary), "DRILL_NOTIFY_URLS": address}
        drill, watch = watched_drill(artifacts, env, "--project", str(project))
    assert drill.code == 1, drill.story()
    left = everything_said(drill) | {"summary": summary.read_bytes(), "message": b"".join(bodies)}
    assert bodies
    assert {"junit.xml", "report.html", "report.md", "events.jsonl"} <= {Path(name).name for name in left}
    assert any("incidents" in name for name in left)
    assert any(name.endswith(".prom") for name in left)
    assert found_in(left) == []
    assert found_in({line: line.encode() for line in watch.seen}) == []


@pytest.mark.parametrize("place", ["DB_PASSWORD", "DATABASE_URL", "service file"])
def test_a_secret_is_found_nowhere_in_what_is_said_of_a_source_that_cannot_be_reached(
    place: str, guarded: Server, tmp_path: Path
) -> None:
    named = places_for_a_secret(guarded, tmp_path, port=1)[place]
    env = with_canaries(named, tmp_path)
    drill, watch = watched_drill(tmp_path / "artifacts", env, "--project", str(telling_project(tmp_path)))
    assert drill.code == 3, drill.story()
    assert found_in(everything_said(drill)) == []
    assert found_in({line: line.encode() for line in watch.seen}) == []


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_a_secret_is_never_on_the_screen(guarded: Server, tmp_path: Path) -> None:
    artifacts = tmp_path / "artifacts"
    env = with_canaries(places_for_a_secret(guarded, tmp_path)["DATABASE_URL"], tmp_path)
    project = telling_project(tmp_path, '[ "$DRILL_ATTEMPT" = 2 ]')
    path = project / "runbooks/restore-drill.yaml"
    path.write_text(
        path.read_text().replace("    check: [{that: value, matches: never, message: 'as output'}]\n", "")
    )
    terminal = Terminal(tmp_path.name, tmp_path)
    screens: set[str] = set()
    watching = Watch(lambda: screens.add(terminal.screen()), INTERVAL_S)
    try:
        sign_in(terminal, project, artifacts, env)
        watching.start()
        run_through(terminal)
        sign_off(terminal)
        terminal.wait_for("Failed: A step that tells secrets", LISTENING)
        terminal.press("Escape")
        terminal.wait_for("login with")
        terminal.press("Enter")
        terminal.wait_for("Failed: A step that tells secrets", LISTENING)
        terminal.press("r")
        debrief(terminal)
        terminal.press("q")
        assert terminal.exit_code() == 0
    finally:
        watching.over.set()
        terminal.close()
    watching.join()
    assert any(f"login with {MASK}" in screen for screen in screens)
    assert found_in({screen: screen.encode() for screen in screens}) == []
    files = {str(path): path.read_bytes() for path in artifacts.rglob("*") if path.is_file()}
    assert found_in(files) == []
