"""The schema out of a plain script that pg_dump wrote: its definitions, without rows, sequence values and
large objects.

Every entry has a comment in front (`text.py`), and rows lie between COPY and its closing line.
"""

from __future__ import annotations

import re
import secrets
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from drill_tui.postgres.archive.confinement import unprivileged
from drill_tui.postgres.archive.forms import open_plain
from drill_tui.postgres.client.source import Connection as Place
from drill_tui.postgres.client.spawn import run
from drill_tui.postgres.client.tools import Tools
from drill_tui.postgres.restore.script import restricted

MARK: Final = b"--\n"
_ENTRY: Final = re.compile(rb"-- (?:Data for |Statistics for )?Name: (.*?); Type: ([A-Z ]+); Schema: ")
_COPY: Final = re.compile(rb"COPY .* FROM stdin;\r?\n?$")
_DATA: Final = frozenset(
    {
        b"TABLE DATA",
        b"MATERIALIZED VIEW DATA",
        b"SEQUENCE SET",
        b"STATISTICS DATA",
        b"BLOB",
        b"BLOBS",
        b"BLOB METADATA",
    }
)


def read_script(path: Path) -> bytes:
    """Its definitions.  Raises OSError where it cannot be unpacked."""
    try:
        with open_plain(path) as lines:
            return b"".join(definitions(lines))
    except (EOFError, zlib.error) as error:
        raise OSError(f"{path.name} cannot be unpacked: {error}") from None


def definitions(lines: Iterable[bytes], *, subscriptions: bool = True) -> Iterator[bytes]:
    """The script's lines without the entries that hold data."""
    kept, in_rows, held = True, False, b""
    for line in lines:
        if in_rows:
            in_rows = line.rstrip(b"\r\n") != b"\\."
            continue
        entry = _ENTRY.match(line) if held else None
        if entry:
            name, kind = entry[1], entry[2]
            kept = kind not in _DATA and not name.startswith(b"LARGE OBJECT")
            if kind == b"SUBSCRIPTION" or name.startswith(b"SUBSCRIPTION "):
                kept = subscriptions
        elif _COPY.match(line):
            in_rows = True
            continue
        if kept:
            yield held
        held = b""
        if line == MARK:
            held = line
        elif kept:
            yield line
    if kept:
        yield held


async def run_definitions(
    script: bytes, tools: Tools, place: Place, environment: Mapping[str, str]
) -> tuple[tuple[str, ...], int]:
    """Run them in a scratch database, with psql's own commands shut off; its words and its exit code.

    A subscription would keep that database from being dropped.
    """
    key = secrets.token_hex(16).encode()
    with tempfile.TemporaryDirectory(prefix="drill-script-") as folder:
        file = Path(folder) / "schema.sql"
        lines = definitions(script.splitlines(keepends=True), subscriptions=False)
        file.write_bytes(b"".join(restricted(lines, key)))
        argv = [tools.path("psql"), "--no-psqlrc", "--quiet", "--no-password", "--output=/dev/null"]
        done = await run(
            unprivileged([*argv, f"--file={file}"], environment),
            env=place.unhindered().child_env(environment),
            cwd=Path("/"),
        )
    return done.stderr, done.exit_code
