"""The action `target.hand_over`: how to reach what was restored, and the commands of the cut-over.

Nothing is changed here, least of all in production: people carry the commands out.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from typing import Final

from drill_tui.engine.ports import ActionContext, ActionError, ActionResult, ActionSpec
from drill_tui.postgres.client.catalog import quoted
from drill_tui.postgres.probe.isolation import TargetError
from drill_tui.postgres.probe.logins import logins_without_password

_PLAIN: Final = re.compile(r"[\w./:@-]+", re.ASCII)


async def hand_over(context: ActionContext) -> ActionResult:
    """Tell, in the order of the doing.  Raises ActionError where the restored server does not answer."""
    env = context.env_of(context.arguments["target"])
    database = context.arguments["database"]
    known_as = context.arguments.get("known_as", "").strip() or database
    try:
        logins = await logins_without_password(env)
    except TargetError as problem:
        raise ActionError(f"the restored server does not answer: {problem}") from None
    for number, line in enumerate(_commands(env, database, known_as, logins), start=1):
        context.log(f"{number}. {line}")
    place = {"host": env["DB_HOST"], "port": env["DB_PORT"], "dbname": known_as}
    return ActionResult(outputs={"address": _conninfo(place), "without_password": ", ".join(logins)})


def _commands(env: Mapping[str, str], database: str, known_as: str, logins: list[str]) -> Iterator[str]:
    server = {"host": env["DB_HOST"], "port": env["DB_PORT"], "user": env["DB_USER"]}
    restored, maintenance = {**server, "dbname": database}, {**server, "dbname": "postgres"}
    yield f"Look at it yourselves: {_psql(restored)}"
    if logins:
        yield f"Give passwords to the roles that log in ({', '.join(logins)}), with \\password ROLE there."
    yield "Stop what still writes to the broken database: applications, jobs, replication from it."
    if known_as != database:
        rename = f"ALTER DATABASE {quoted(database)} RENAME TO {quoted(known_as)}"
        yield f"Give it its name: {_psql(maintenance)} -c {shlex.quote(rename)}"
    address = _conninfo({"host": env["DB_HOST"], "port": env["DB_PORT"], "dbname": known_as})
    yield f"Switch applications, by their own configuration, to: {address}"
    yield f"Or a pooler: in pgbouncer.ini, [databases], {quoted(known_as)} = {address}; then RELOAD"
    sessions = "SELECT usename, application_name, client_addr FROM pg_stat_activity WHERE datname IS NOT NULL"
    yield f"See who came over: {_psql({**server, 'dbname': known_as})} -c {shlex.quote(sessions)}"
    yield "Take a backup of it at once: it has none yet."
    yield "The way back: switch applications to the old address. Nothing was changed there."


def _psql(place: Mapping[str, str]) -> str:
    return f"psql -X {shlex.quote(_conninfo(place))}"


def _conninfo(place: Mapping[str, str]) -> str:
    """Keywords as libpq reads them (34.1.1.1): a value that is not plain in quotes, with backslashes."""
    return " ".join(f"{name}={_value(text)}" for name, text in place.items())


def _value(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return text
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


SPEC: Final = ActionSpec(
    name="target.hand_over",
    summary="Tell how to reach what was restored, and the commands of the cut-over, which people carry out.",
    run=hand_over,
    parameters={
        "target": "the step that started the target",
        "database": "the restored database",
        "known_as": "the name under which applications know it; empty leaves the name that it has",
    },
    required=frozenset({"target", "database"}),
    outputs={
        "address": "host, port and name for applications, as libpq's keywords",
        "without_password": "roles that log in and have no password there",
    },
)
