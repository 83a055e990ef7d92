"""How far pg_restore is: rows of tables that are done, plus what the server says of those under way."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping

import psycopg

from drill_tui.postgres.archive.manifest import Manifest
from drill_tui.postgres.archive.rows import possible_rows, rows_by_name
from drill_tui.postgres.client import talkback
from drill_tui.postgres.client.catalog import query
from drill_tui.postgres.client.connect import ConnectError, open_connection
from drill_tui.postgres.client.source import Connection

POLL_S = 1.0
ETA_FROM = 0.05
_FINISHED = re.compile(r"^pg_restore: finished item (\d+) ")
_DATA = re.compile(r'^pg_restore: processing data for table "(.*)"$')


class LoadProgress:
    """Fed with pg_restore's verbose lines; polls the server for the tables that are being loaded."""

    def __init__(self, manifest: Manifest | None, data_entries: Mapping[int, str], entries: int) -> None:
        self._rows = rows_of_entries(manifest, data_entries)
        self._total_rows = sum(self._rows.values())
        self._entries = max(entries, 1)
        self._done_rows = 0
        self._done_entries = 0
        self._running_rows = 0
        self._label = "restore"
        self._started = time.monotonic()

    def line(self, text: str) -> None:
        """Take one line of pg_restore's standard error."""
        data, finished = _DATA.match(text), _FINISHED.match(text)
        if data:
            self._label = data.group(1)
        elif finished:
            self._done_entries += 1
            self._done_rows += self._rows.pop(int(finished.group(1)), 0)
            self._tell()

    async def poll(self, target: Connection, dbname: str) -> None:
        """Ask the server every second, until cancelled; a server that does not answer is no news."""
        try:
            async with await open_connection(target, dbname=dbname) as connection:
                while True:
                    cursor = await connection.execute(query("restore/copy_progress"))
                    running = await cursor.fetchall()
                    self._running_rows = sum(int(row[2]) for row in running)
                    if running:
                        self._label = f"{running[0][0]}.{running[0][1]}"
                    self._tell()
                    await asyncio.sleep(POLL_S)
        except (psycopg.Error, ConnectError):
            return

    def _tell(self) -> None:
        rows = min(self._done_rows + self._running_rows, self._total_rows)
        if self._total_rows and self._rows:
            talkback.progress(self._label, rows, self._total_rows, "rows", self._eta(rows / self._total_rows))
        else:
            label = "indexes and constraints" if self._total_rows else self._label
            talkback.progress(label, min(self._done_entries, self._entries), self._entries, "items")

    def _eta(self, share: float) -> float | None:
        if share < ETA_FROM:
            return None
        elapsed = time.monotonic() - self._started
        return elapsed * (1 - share) / share


def rows_of_entries(manifest: Manifest | None, data_entries: Mapping[int, str]) -> dict[int, int]:
    """Rows by the archive's entry number, as far as names tell."""
    known = rows_by_name(manifest) if manifest is not None else {}
    guesses = {entry: possible_rows(known, text) for entry, text in data_entries.items()}
    return {entry: rows[0] for entry, rows in guesses.items() if rows}
