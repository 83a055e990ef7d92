"""What a failed connection says to check: the variables that people have set."""

from __future__ import annotations

import psycopg
import pytest

from drill_tui.postgres.client.connect import explain
from drill_tui.postgres.client.source import Connection, Origin

REFUSED = "connection failed: Connection refused"
PASSWORD = 'FATAL:  password authentication failed for user "nobody"'
READ_ONLY = "FATAL:  cannot execute INSERT in a read-only transaction"
DATABASE = 'FATAL:  database "x" does not exist'


@pytest.mark.parametrize(
    ("origin", "said", "advice"),
    [
        ("DB_*", REFUSED, "Check DB_HOST and DB_PORT, and"),
        ("DATABASE_URL", REFUSED, "Check the host and port in DATABASE_URL, and"),
        ("libpq", REFUSED, "Check PGHOST and PGPORT, and"),
        ("DB_*", PASSWORD, "Check DB_USER and DB_PASSWORD (or"),
        ("DATABASE_URL", PASSWORD, "Check the user and password in DATABASE_URL (or"),
        ("libpq", DATABASE, "Check PGDATABASE and PGUSER."),
        ("libpq", READ_ONLY, "An event trigger writes at every login"),
    ],
)
def test_the_advice_names_what_was_used(origin: Origin, said: str, advice: str) -> None:
    target = Connection(origin, {"PGHOST": "localhost", "PGDATABASE": "x", "PGUSER": "nobody"})
    assert advice in explain(psycopg.OperationalError(said), target)
