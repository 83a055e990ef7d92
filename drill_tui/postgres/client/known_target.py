"""The target of compose.restore.yml, for a person who names only its host and port.

The manual procedure types `DB_HOST=localhost DB_PORT=15432 DB_NAME=…` and nothing else.
Whoever restores to this machine's loopback at that file's port means that file's server, so its account and
its documented password stand in for what was not said.  Never for a source, and never for another host.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Final

from psycopg import pq
from psycopg.conninfo import make_conninfo

from drill_tui.postgres.client.source import SourceError, resolve

USER: Final = "postgres"
PORT_VARIABLE, PASSWORD_VARIABLE = "DRILL_TARGET_PORT", "DRILL_TARGET_PASSWORD"
DEFAULTS: Final = {PORT_VARIABLE: "15432", PASSWORD_VARIABLE: "restore-drill"}
"""As in compose.restore.yml, which reads the same variables."""


def with_known_target(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment, completed where it names the server of compose.restore.yml and not its account.

    `DB_USER` becomes `postgres`; `DB_PASSWORD` becomes that file's password, unless it is given, another
    role is, or libpq's password file has an entry for this server.
    """
    completed = dict(environment)
    if not _is_known(environment):
        return completed
    if not completed.get("DB_USER"):
        completed["DB_USER"] = USER
    if completed["DB_USER"] == USER and not completed.get("DB_PASSWORD") and not _has_entry(completed):
        completed["DB_PASSWORD"] = _setting(environment, PASSWORD_VARIABLE)
    return completed


def _is_known(environment: Mapping[str, str]) -> bool:
    here = is_loopback(environment.get("DB_HOST", ""))
    return here and environment.get("DB_PORT") == _setting(environment, PORT_VARIABLE)


def _setting(environment: Mapping[str, str], name: str) -> str:
    return environment.get(name) or DEFAULTS[name]


def is_loopback(host: str) -> bool:
    """Whether a host is this machine's own loopback, without asking a name server."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _has_entry(environment: Mapping[str, str]) -> bool:
    """Whether libpq finds a password by itself; it looks that up before the first byte is sent."""
    try:
        keywords = resolve(environment).keywords()
    except SourceError:
        return False
    attempt = pq.PGconn.connect_start(make_conninfo(**keywords).encode())
    try:
        return bool(attempt.password)
    finally:
        attempt.finish()
