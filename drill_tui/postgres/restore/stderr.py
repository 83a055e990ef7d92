"""Explains every error line of pg_restore and psql, or lets the restore fail for it.

pg_restore goes on after an error and psql may exit 0 after one, so the exit code alone proves nothing.
A line is harmless only with a reason in this file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from drill_tui.postgres.restore.causes import Versions, known_cause

MAX_KEPT: Final = 200

_ERROR: Final = re.compile(r"(?:\berror:|\bERROR:|\bFATAL:|\bPANIC:|\bfatal:)")
_DOING: Final = re.compile(
    r"^(?:(?:pg_restore: ?)+| )(?:connecting to|creating|dropping|executing|processing|launching item|"
    r"finished item|skipping item|restoring|restored|disabling|enabling|implied|entering|setting|"
    r"from TOC entry) "
)
"""What `--verbose` says of its work; the names in it may read like anything.  Parallel workers write into
each other's lines, so prefixes repeat, or stand at the end of the line before."""
_SURE_ERROR: Final = "pg_restore: error:"
_WARNING: Final = re.compile(r"(?:\bwarning:|\bWARNING:)")
_IGNORED: Final = re.compile(r"warning: errors ignored on restore: (\d+)")
_INVALID_BINARY: Final = re.compile(r'^invalid binary "[^"]*": Permission denied$')

_SERVER_GONE: Final = (
    "server closed the connection unexpectedly",
    "terminating connection",
    "connection to server",
    "could not connect to server",
    "no connection to the server",
    "the database system is",
    "SSL connection has been closed",
    "Connection refused",
    "Connection reset",
    "Broken pipe",
)
_TARGET_FULL: Final = ("No space left on device", "Disk quota exceeded", "could not extend file")
_TARGET_SHORT: Final = (
    "out of memory",
    "out of shared memory",
    "too many connections",
    "remaining connection slots",
    "canceling statement due to",
    "Too many open files",
)

_NEWER_SETTINGS: Final = re.compile(
    r'unrecognized configuration parameter "(transaction_timeout|idle_session_timeout|'
    r'default_table_access_method|idle_in_transaction_session_timeout)"'
)
_NO_ROLE: Final = re.compile(r'ERROR:\s+role "(.+)" does not exist')
_REMOTE: Final = re.compile(r'ERROR:\s+could not connect to server "(.+)"')
"""postgres_fdw's words about a foreign server; libpq's own have no name in quotes there."""
_NOT_POPULATED: Final = re.compile(r'ERROR:\s+materialized view "(.+)" has not been populated')
_PUBLIC_EXISTS: Final = re.compile(r'ERROR:\s+schema "public" already exists')


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What is known beforehand about a restore, and makes some errors harmless."""

    newer_client: bool = False
    """The client is of a later major version than the target."""
    foreign: bool = False
    """A dump that somebody else made: it comes without roles."""
    versions: Versions = field(default_factory=Versions)
    parallel: bool = False
    """More than one job: pg_restore then counts an error once, and the job that met it once more (measured on
    15.20; parseWorkerResponse and mark_restore_job_done of pg_backup_archiver.c both add to it)."""
    remote_views: frozenset[str] = frozenset()
    """Names of materialized views that read from other servers, which nothing here reaches."""


@dataclass(slots=True)
class Verdict:
    """Filled line by line.  `unexplained` being empty is what "every error explained" means."""

    setting: Setting
    unexplained: list[str] = field(default_factory=list)
    explained: dict[str, int] = field(default_factory=dict)
    """How many errors each reason explains."""
    environment: list[str] = field(default_factory=list)
    """Errors of the target or the network, which say nothing about the backup."""
    causes: dict[str, None] = field(default_factory=dict)
    """What is known to be behind the unexplained ones, each once."""
    warnings: list[str] = field(default_factory=list)
    errors: int = 0
    missing_roles: set[str] = field(default_factory=set)
    _claimed: int = 0
    _context: str = ""
    _rows_lost: bool = False

    def line(self, text: str) -> None:
        """Take one line of standard error."""
        ignored = _IGNORED.search(text)
        if ignored:
            self._claimed += int(ignored.group(1))
        elif _DOING.match(text) and _SURE_ERROR not in text:
            self._context = text.partition("from TOC entry ")[2] or self._context
        elif _ERROR.search(text):
            self._error(text)
        elif _WARNING.search(text) and not _INVALID_BINARY.match(text):
            _keep(self.warnings, text)

    def finish(self, exit_code: int) -> None:
        """Take the exit code, which must agree with the lines."""
        if self._claimed > self.errors * (2 if self.setting.parallel else 1):
            _keep(self.unexplained, f"it counted {self._claimed} errors and showed {self.errors}")
        if exit_code < 0:
            _keep(self.environment, f"it was ended by signal {-exit_code}")
        elif exit_code != 0 and not self.errors:
            _keep(self.unexplained, f"it ended with exit code {exit_code} without saying why")
        elif exit_code > 1 and not self.unexplained and not self.environment:
            _keep(self.unexplained, f"it ended with exit code {exit_code}")

    def _error(self, text: str) -> None:
        self.errors += 1
        reason = self._reason(text)
        if reason:
            self.explained[reason] = self.explained.get(reason, 0) + 1
        elif any(words in text for words in (*_TARGET_FULL, *_SERVER_GONE, *_TARGET_SHORT)):
            _keep(self.environment, text)
        else:
            self._note_cause(text)
            _keep(self.unexplained, f"{text} (at {self._context})" if self._context else text)
        self._context = ""

    def _note_cause(self, text: str) -> None:
        self._rows_lost = self._rows_lost or " TABLE DATA " in self._context
        whole = not self._rows_lost and not self.setting.foreign
        cause = known_cause(text, self._context, self.setting.versions, rows_are_whole=whole)
        if cause:
            self.causes[cause] = None

    def _reason(self, text: str) -> str:
        if self.setting.newer_client and _NEWER_SETTINGS.search(text):
            return "the client is newer than the target and sets a timeout that the target does not know"
        role = _NO_ROLE.search(text)
        if self.setting.foreign and role:
            self.missing_roles.add(role.group(1))
            return "a dump of a single database has no roles; owners and grants of missing roles are left out"
        if remote := _REMOTE.search(text):
            return f'a materialized view is not refreshed here: needs server "{remote.group(1)}"'
        behind = _NOT_POPULATED.search(text)
        if behind and behind.group(1) in self.setting.remote_views:
            return f"a materialized view is not refreshed here: it reads from {behind.group(1)}"
        if self.setting.foreign and _PUBLIC_EXISTS.search(text):
            return "the dump creates the schema public, which every database has"
        return ""

    def advice(self) -> str:
        """What to do about `environment`."""
        text = " ".join(self.environment)
        if any(words in text for words in _TARGET_FULL):
            return "The target's disk is full: a restore needs about the size of the source."
        if any(words in text for words in _TARGET_SHORT):
            return "The target ran out of memory, connections or time: use fewer --jobs or a larger target."
        return "The target's server went away: read its log, start it again, and restore again."


def _keep(lines: list[str], text: str) -> None:
    if len(lines) < MAX_KEPT:
        lines.append(text)
