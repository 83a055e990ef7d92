"""Restores plain SQL with psql, in restricted mode: a script may hold psql commands that run programs.

`\\restrict KEY` (manual, psql; from 14.19, 15.14, 16.10, 17.6) makes psql refuse every command of its own
until the same key is given.  The key is random and ours; the script's own lines of that kind are left out.
"""

from __future__ import annotations

import os
import re
import secrets
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from drill_tui.postgres.archive.checked import CheckedBackup
from drill_tui.postgres.archive.confinement import unprivileged
from drill_tui.postgres.archive.forms import open_plain
from drill_tui.postgres.client.errors import CouldNotTellError, RestoreUsageError
from drill_tui.postgres.client.source import Connection
from drill_tui.postgres.client.spawn import run
from drill_tui.postgres.client.tools import Tools, find_tools
from drill_tui.postgres.restore.load import judge
from drill_tui.postgres.restore.stderr import Setting, Verdict

FIRST_RESTRICTED = {14: 19, 15: 14, 16: 10, 17: 6}
_COPY = re.compile(rb"^COPY .* FROM stdin;\n?$")
_RESTRICT = re.compile(rb"^\\restrict ([A-Za-z0-9]+)\s*$")
_CONNECT = re.compile(rb"^\\c(?:onnect)?\b")


def script_tools(environment: Mapping[str, str], target_major: int) -> Tools:
    """A psql with restricted mode.  Raises CouldNotTellError, ToolsMissingError."""
    tools = find_tools(environment, min_major=target_major, programs=("psql", "pg_restore"))
    if tools.version.minor < FIRST_RESTRICTED.get(tools.version.major, 0):
        raise CouldNotTellError(
            f"psql {tools.version} has no restricted mode, without which a script may run programs here",
            advice="Update PostgreSQL's client programs, or take dumps with pg_dump -Fc.",
        )
    return tools


async def load_script(
    backup: CheckedBackup,
    tools: Tools,
    target: Connection,
    dbname: str,
    *,
    environment: Mapping[str, str],
    say: Callable[[str], None],
) -> Verdict:
    """Run the script in the target database.  Raises as `load_archive` does."""
    verdict = Verdict(Setting(newer_client=True, foreign=True))

    def on_line(line: str) -> None:
        verdict.line(line)
        say(line)

    argv = [tools.path("psql"), "--no-psqlrc", "--quiet", "--no-password", "--output=/dev/null"]
    session = target.unhindered().with_setting("synchronous_commit", "off")
    with tempfile.TemporaryDirectory(prefix="drill-script-") as folder:
        pipe = Path(folder) / "script.sql"
        os.mkfifo(pipe, 0o600)
        problems: list[Exception] = []
        feeder = threading.Thread(target=_feed, args=(backup.archive, pipe, problems), daemon=True)
        feeder.start()
        try:
            done = await run(
                unprivileged([*argv, f"--file={pipe}"], environment),
                env=session.child_env(environment, dbname=dbname),
                on_line=on_line,
                cwd=Path("/"),
            )
        finally:
            _let_go(pipe, feeder)
    if problems:
        raise problems[0]
    verdict.finish(done.exit_code)
    judge(verdict, "psql")
    return verdict


def restricted(lines: Iterator[bytes], key: bytes) -> Iterator[bytes]:
    r"""The script between `\restrict` and `\unrestrict`.  Raises RestoreUsageError for one that connects.

    Between its own such lines a `\connect` is text, of a function for instance; psql would refuse any other.
    """
    yield b"\\restrict " + key + b"\n"
    in_data, own = False, b""
    for line in lines:
        if in_data:
            in_data = line.rstrip(b"\r\n") != b"\\."
        elif own and line.rstrip() == b"\\unrestrict " + own:
            own = b""
            continue
        elif not own and (begins := _RESTRICT.match(line)):
            own = begins[1]
            continue
        elif not own and _CONNECT.match(line):
            raise RestoreUsageError(
                "the script connects to a database of its own choice (pg_dump --create)",
                advice="Take the dump without --create.",
            )
        else:
            in_data = bool(_COPY.match(line))
        yield line
    yield b"\n\\unrestrict " + key + b"\n"


def _feed(script: Path, pipe: Path, problems: list[Exception]) -> None:
    key = secrets.token_hex(16).encode()
    try:
        with pipe.open("wb") as sink, open_plain(script) as lines:
            sink.writelines(restricted(iter(lines), key))
    except BrokenPipeError:
        return
    except (RestoreUsageError, OSError, EOFError) as error:
        problems.append(error)


def _let_go(pipe: Path, feeder: threading.Thread) -> None:
    """Open and close the reading end, in case psql never did and the feeder still waits for it."""
    if feeder.is_alive():
        os.close(os.open(pipe, os.O_RDONLY | os.O_NONBLOCK))
    feeder.join(timeout=30)
