"""Where the database is: one connection out of the environment, for psycopg and for libpq's programs.

Precedence, first group that is set wins and groups are never mixed:

1. `DB_HOST`, `DB_PORT`, `DB_NAME`, `DB_USER`, `DB_PASSWORD`: any of them.  Without `DB_PASSWORD` the
   password comes from `PGPASSFILE` or `~/.pgpass`, never from `PGPASSWORD`, which belongs to group 3.
2. `DATABASE_URL`.
3. libpq's own `PGHOST`, `PGPORT`, `PGDATABASE`, `PGUSER`, `PGPASSWORD`, `PGSERVICE` … and its defaults.

For a restore target, `known_target.py` completes group 1 where it names the server of compose.restore.yml.

Settings that are about how to connect rather than where (`PGSSLMODE`, `PGCONNECT_TIMEOUT` …) apply to all.
"""

from __future__ import annotations

import os
import pwd
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

GROUP_VARIABLES: Final = {
    "DB_HOST": "PGHOST",
    "DB_PORT": "PGPORT",
    "DB_NAME": "PGDATABASE",
    "DB_USER": "PGUSER",
    "DB_PASSWORD": "PGPASSWORD",
}
URL_VARIABLE: Final = "DATABASE_URL"
KEYWORDS: Final = {
    "PGHOST": "host",
    "PGHOSTADDR": "hostaddr",
    "PGPORT": "port",
    "PGDATABASE": "dbname",
    "PGUSER": "user",
    "PGPASSWORD": "password",
    "PGPASSFILE": "passfile",
    "PGSERVICE": "service",
    "PGREQUIREAUTH": "require_auth",
    "PGCHANNELBINDING": "channel_binding",
    "PGSSLMODE": "sslmode",
    "PGSSLNEGOTIATION": "sslnegotiation",
    "PGSSLCOMPRESSION": "sslcompression",
    "PGSSLCERT": "sslcert",
    "PGSSLKEY": "sslkey",
    "PGSSLCERTMODE": "sslcertmode",
    "PGSSLROOTCERT": "sslrootcert",
    "PGSSLCRL": "sslcrl",
    "PGSSLCRLDIR": "sslcrldir",
    "PGSSLSNI": "sslsni",
    "PGREQUIREPEER": "requirepeer",
    "PGSSLMINPROTOCOLVERSION": "ssl_min_protocol_version",
    "PGSSLMAXPROTOCOLVERSION": "ssl_max_protocol_version",
    "PGGSSENCMODE": "gssencmode",
    "PGKRBSRVNAME": "krbsrvname",
    "PGGSSLIB": "gsslib",
    "PGGSSDELEGATION": "gssdelegation",
    "PGCONNECT_TIMEOUT": "connect_timeout",
    "PGTARGETSESSIONATTRS": "target_session_attrs",
    "PGLOADBALANCEHOSTS": "load_balance_hosts",
    "PGOPTIONS": "options",
    "PGAPPNAME": "application_name",
}
"""libpq's environment variables and the connection keywords they stand for (manual, 32.15)."""
WHERE: Final = frozenset(
    {"PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGUSER", "PGPASSWORD", "PGSERVICE", "PGSERVICEFILE"}
)
OPEN_KEYWORDS: Final = ("host", "hostaddr", "port", "dbname", "password", "options")
CONNECT_TIMEOUT_S: Final = "15"
EVENT_TRIGGERS: Final = "event_triggers"
"""The setting of PostgreSQL 17 that `untriggered.py` switches off for those who only look."""
SETTINGS_ORIGIN: Final = "DB_NAMED_IN"
"""Set where a file named the source, and not the environment; as DB_… no step inherits it."""

UNREADABLE_URL: Final = (
    "DATABASE_URL cannot be read. Write it as postgresql://user:password@host:5432/database, "
    "special characters in the password as %40, %2F, %3A and so on."
)

Origin = Literal["DB_*", "DATABASE_URL", "libpq", "drill.toml"]


class SourceError(Exception):
    """The environment does not name a database that can be connected to; the text says what to change."""


@dataclass(frozen=True, slots=True)
class Connection:
    """A database and how to reach it.  `repr` never shows a password."""

    origin: Origin
    variables: Mapping[str, str]
    """libpq variables other than `PGPASSWORD`."""
    password: str | None = field(default=None, repr=False)

    @property
    def host(self) -> str:
        """Host name, address or socket directory; empty for libpq's default."""
        return self.variables.get("PGHOST", self.variables.get("PGHOSTADDR", ""))

    @property
    def port(self) -> str:
        return self.variables.get("PGPORT", "5432")

    @property
    def dbname(self) -> str:
        return self.variables.get("PGDATABASE", "")

    @property
    def user(self) -> str:
        return self.variables.get("PGUSER", "")

    def libpq_env(self, *, dbname: str | None = None) -> dict[str, str]:
        """Variables for psql, pg_dump and their kin; the password travels here and never in argv."""
        environment = dict(self.variables)
        if self.password is not None:
            environment["PGPASSWORD"] = self.password
        if dbname is not None:
            environment["PGDATABASE"] = dbname
        return environment

    def keywords(self, *, dbname: str | None = None, application_name: str = "drill-tui") -> dict[str, str]:
        """Keyword arguments for `psycopg.connect`.

        What this connection leaves open is named too, as empty: otherwise libpq would take it from this
        process's own environment, which may speak of another server.
        """
        found = {
            KEYWORDS[name]: value for name, value in self.libpq_env(dbname=dbname).items() if name in KEYWORDS
        }
        if "service" not in found:
            for keyword in OPEN_KEYWORDS:
                found.setdefault(keyword, "")
            found.setdefault("user", pwd.getpwuid(os.geteuid()).pw_name)
        found.setdefault("connect_timeout", CONNECT_TIMEOUT_S)
        found.setdefault("application_name", application_name)
        return found

    def child_env(
        self, base: Mapping[str, str] | None = None, *, dbname: str | None = None
    ) -> dict[str, str]:
        """A whole environment for a libpq program: `base` without any other connection, plus this one."""
        inherited = os.environ if base is None else base
        environment = {name: value for name, value in inherited.items() if not names_connection(name)}
        environment.update(self.libpq_env(dbname=dbname))
        environment.setdefault("PGCONNECT_TIMEOUT", CONNECT_TIMEOUT_S)
        environment.setdefault("PGAPPNAME", "drill-tui")
        environment["LC_ALL"] = "C"
        return environment

    def pinned_to(self, host: str, port: int) -> Connection:
        """The same, but always the one server that was reached, where several hosts are given.

        libpq lets a service file win over the environment, so a service stays as it is.
        """
        if "PGSERVICE" in self.variables or "," not in self.host:
            return self
        variables = {name: value for name, value in self.variables.items() if name != "PGHOSTADDR"}
        return replace(self, variables={**variables, "PGHOST": host, "PGPORT": str(port)})

    def with_setting(self, name: str, value: str) -> Connection:
        """The same, with a setting of the session; it wins over one in the caller's own `PGOPTIONS`."""
        options = f"{self.variables.get('PGOPTIONS', '')} -c {name}={value}".lstrip()
        return replace(self, variables={**self.variables, "PGOPTIONS": options})

    def unhindered(self, *, silent: bool = False) -> Connection:
        """The same for programs that write, whatever the database or the role sets for its sessions.

        pg_restore lifts the other limits itself.  Event triggers act as in any restore, for one that an
        extension brings may refuse what the archive holds; not if it is to be `silent` where it can.
        """
        connection = self
        if not silent and EVENT_TRIGGERS in self.variables.get("PGOPTIONS", ""):
            connection = self.with_setting(EVENT_TRIGGERS, "on")
        for name, value in (("default_transaction_read_only", "off"), ("idle_session_timeout", "0")):
            connection = connection.with_setting(name, value)
        return connection

    def describe(self) -> str:
        """For people: `shop on db.example.net:5432 as backup`."""
        if "PGSERVICE" in self.variables:
            return f"service {self.variables['PGSERVICE']}"
        where = self.host or "the default socket"
        who = f" as {self.user}" if self.user else ""
        return f"{self.dbname or 'the default database'} on {where}:{self.port}{who}"


def names_connection(name: str) -> bool:
    """Whether an environment variable says where or how to connect."""
    return name in {*GROUP_VARIABLES, URL_VARIABLE, SETTINGS_ORIGIN} or name in KEYWORDS or name in WHERE


def is_configured(environment: Mapping[str, str]) -> bool:
    """Whether somebody named a source at all; if not, the drill uses its demo database."""
    wanted = (*GROUP_VARIABLES, URL_VARIABLE, "PGHOST", "PGHOSTADDR", "PGSERVICE", "PGDATABASE")
    return any(environment.get(name) for name in wanted)


def resolve(environment: Mapping[str, str]) -> Connection:
    """The connection that the environment names, by the precedence of this module.

    Raises SourceError where `DATABASE_URL` or `DB_PORT` cannot be read.
    """
    found = _resolved(environment)
    return replace(found, origin="drill.toml") if environment.get(SETTINGS_ORIGIN) else found


def _resolved(environment: Mapping[str, str]) -> Connection:
    shared = {
        name: value for name, value in environment.items() if name in KEYWORDS and name not in WHERE and value
    }
    group = {name: environment[name] for name in GROUP_VARIABLES if environment.get(name)}
    if group:
        return _from_group(group, shared)
    if environment.get(URL_VARIABLE):
        return _from_url(environment[URL_VARIABLE], shared)
    own = {name: environment[name] for name in WHERE if environment.get(name)}
    password = own.pop("PGPASSWORD", None)
    return Connection("libpq", {**shared, **own}, password)


def _from_group(group: Mapping[str, str], shared: Mapping[str, str]) -> Connection:
    port = group.get("DB_PORT", "5432")
    if not all(part.isdigit() and 0 < int(part) < 65536 for part in port.split(",")):
        raise SourceError(f"DB_PORT is {port!r}, not a port number. Set DB_PORT to a number such as 5432.")
    variables = {GROUP_VARIABLES[name]: value for name, value in group.items() if name != "DB_PASSWORD"}
    return Connection("DB_*", {**shared, **variables}, group.get("DB_PASSWORD"))


def _from_url(url: str, shared: Mapping[str, str]) -> Connection:
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    try:
        found = conninfo_to_dict(url)
    except ProgrammingError:
        # libpq quotes the string it could not read, password and all.
        raise SourceError(UNREADABLE_URL) from None
    # A password with a bare / or @ makes libpq take a piece of it for the host, the port or the database.
    ports = str(found.get("port") or "5432").split(",")
    misread = any("@" in str(found.get(key) or "") for key in ("host", "dbname"))
    if misread or not all(port.isdigit() for port in ports if port):
        raise SourceError(UNREADABLE_URL)
    variables, password = _variables(found)
    return Connection("DATABASE_URL", {**shared, **variables}, password)


def from_conninfo(text: str) -> tuple[dict[str, str], str | None]:
    """libpq's variables for a connection string, and its password.  Raises SourceError."""
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    try:
        return _variables(conninfo_to_dict(text))
    except ProgrammingError:
        # libpq quotes the string it could not read, password and all.
        raise SourceError("The connection string on the command line cannot be read by libpq.") from None


def _variables(found: Mapping[str, Any]) -> tuple[dict[str, str], str | None]:
    by_keyword = {keyword: name for name, keyword in KEYWORDS.items()}
    variables = {by_keyword[key]: str(value) for key, value in found.items() if key in by_keyword}
    return variables, variables.pop("PGPASSWORD", None)
