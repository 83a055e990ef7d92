"""Somebody's own pg_dump command, understood: which database, which file, and what of it is left out.

The options are those of pg_dump 14 to 18 (manual, pg_dump).  What is not among them is refused and never
guessed: an option that is misread could make a good dump look bad.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from drill_tui.postgres.client.errors import RestoreUsageError
from drill_tui.postgres.client.source import Connection, from_conninfo, resolve

Format = Literal["custom", "directory", "tar", "plain"]
FORMATS: Final[Mapping[str, Format]] = {
    "c": "custom",
    "d": "directory",
    "t": "tar",
    "p": "plain",
    "custom": "custom",
    "directory": "directory",
    "tar": "tar",
    "plain": "plain",
}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SHORT: Final = {
    "a": "data-only", "b": "large-objects", "B": "no-large-objects", "c": "clean", "C": "create",
    "d": "dbname", "e": "extension", "E": "encoding", "f": "file", "F": "format", "h": "host", "j": "jobs",
    "n": "schema", "N": "exclude-schema", "O": "no-owner", "p": "port", "s": "schema-only",
    "S": "superuser", "t": "table", "T": "exclude-table", "U": "username", "v": "verbose",
    "V": "version", "w": "no-password", "W": "password", "x": "no-privileges", "Z": "compress", "?": "help",
}  # fmt: skip
SAME: Final = {"blobs": "large-objects", "no-blobs": "no-large-objects", "no-acl": "no-privileges"}
WHOLE: Final = _words(
    "dbname file format host jobs port username verbose no-password role compress encoding superuser "
    "lock-wait-timeout no-sync sync-method large-objects clean create if-exists column-inserts inserts "
    "disable-dollar-quoting disable-triggers enable-row-security load-via-partition-root "
    "on-conflict-do-nothing quote-all-identifiers restrict-key rows-per-insert strict-names "
    "use-set-session-authorization statistics no-statistics sequence-data include-foreign-data"
)
"""Options with which the dump holds every row and definition."""
LEAVING_OUT: Final = _words(
    "no-large-objects no-owner no-privileges no-comments no-publications no-subscriptions no-policies "
    "no-security-labels no-tablespaces no-table-access-method no-toast-compression "
    "no-unlogged-table-data"
)
"""Options that leave something out that the drill can tell apart, and then says."""
PART: Final = _words("data-only schema-only no-data no-schema statistics-only section")
"""Options with which nothing complete can come back."""
SELECTING: Final = _words(
    "table table-and-children schema exclude-table exclude-table-and-children exclude-schema "
    "exclude-table-data exclude-table-data-and-children extension exclude-extension filter"
)
"""Options that dump some of the objects; which, an archive's own list tells."""
REFUSED: Final = {
    "snapshot": "the witness brings the snapshot itself",
    "no-synchronized-snapshots": "its sessions would not share the witness's snapshot",
    "serializable-deferrable": "such a transaction cannot take the witness's snapshot",
    "extra-float-digits": "it rounds numbers, so the rows that come back are not those of the source",
    "binary-upgrade": "such a dump is for pg_upgrade alone",
    "password": "the witness connects too and cannot ask for it; use PGPASSFILE or PGPASSWORD",
    "help": "that dumps nothing",
    "version": "that dumps nothing",
}
WITH_VALUE: Final = _words(
    "dbname file format host jobs port username role compress encoding superuser lock-wait-timeout "
    "sync-method restrict-key rows-per-insert include-foreign-data section table table-and-children schema "
    "exclude-table exclude-table-and-children exclude-schema exclude-table-data "
    "exclude-table-data-and-children extension exclude-extension filter snapshot extra-float-digits"
)
KNOWN: Final = WHOLE | LEAVING_OUT | PART | SELECTING | REFUSED.keys() | SAME.keys()


@dataclass(frozen=True, slots=True, kw_only=True)
class DumpCommand:
    """`program` is a path; `arguments` are the user's own, without the program."""

    program: str
    arguments: tuple[str, ...]
    source: Connection
    format: Format
    file: Path | None
    """None writes to standard output."""
    left_out: tuple[str, ...]
    selected: tuple[str, ...]
    """Options that dump some of the objects only, with their values."""

    def argv(self, snapshot: str) -> list[str]:
        """The command as it was given, with the snapshot in front of everything else."""
        return [self.program, f"--snapshot={snapshot}", *self.arguments]


def understand(command: Sequence[str], environment: Mapping[str, str]) -> DumpCommand:
    """Raises RestoreUsageError for what a witness cannot go with, SourceError for a connection string."""
    program = _program(command[0], environment)
    options: dict[str, str] = {}
    names: list[str] = []
    selected: list[str] = []
    for name, value in _read(command[1:]):
        if name:
            _refuse(name)
            options[name] = value
            selected += [f"--{name}={value}"] if name in SELECTING else []
        else:
            names.append(value)
    if len(names) + ("dbname" in options) > 1:
        raise RestoreUsageError(
            "pg_dump takes one database, and more are named", advice="Quote arguments that hold spaces."
        )
    wanted = options.get("format", "p").lower()
    if wanted not in FORMATS:
        raise RestoreUsageError(
            f"--format {wanted!a} is none of custom, directory, tar and plain", advice="See pg_dump --help."
        )
    file = options.get("file", "")
    if selected and (FORMATS[wanted] == "plain" or not file):
        raise RestoreUsageError(
            f"{selected[0]} dumps a part, and a script has no list that says which",
            advice="Use a format with a list and a file, such as -Fc -f FILE; or dump the whole database.",
        )
    return DumpCommand(
        program=program,
        arguments=tuple(command[1:]),
        source=_source(options, names[0] if names else "", environment),
        format=FORMATS[wanted],
        file=Path(file) if file else None,
        left_out=tuple(sorted(options.keys() & LEAVING_OUT)),
        selected=tuple(selected),
    )


def _program(name: str, environment: Mapping[str, str]) -> str:
    plain = Path(name).name
    if plain == "pg_dumpall":
        raise RestoreUsageError(
            "pg_dumpall takes no snapshot from outside, and uses another one for each database",
            advice="Dump each database with `drill-tui witness -- pg_dump …`, and the roles with "
            "pg_dumpall --globals-only.",
        )
    if plain != "pg_dump":
        raise RestoreUsageError(
            f"only pg_dump itself can be given a snapshot, and the command is {plain!a}",
            advice="Put whatever stands before pg_dump (sudo, nice, docker exec) before drill-tui, and a "
            "pipe behind: drill-tui witness --out FILE.witness.json -- pg_dump … | gzip > FILE",
        )
    found = shutil.which(name, path=environment.get("PATH"))
    if found is None:
        raise RestoreUsageError(f"there is no program {name!a}", advice="Install it, or name its path.")
    return found


def _refuse(name: str) -> None:
    if name in REFUSED:
        raise RestoreUsageError(
            f"--{name} cannot go with a witness: {REFUSED[name]}", advice="Leave that option out."
        )
    if name in PART:
        raise RestoreUsageError(
            f"--{name} dumps a part, and a witness vouches for a whole database",
            advice="Leave that option out, or run this pg_dump without a witness.",
        )


def _read(arguments: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Options by their long names with their values, and other arguments under an empty name (getopt(3))."""
    waiting = iter(arguments)
    for argument in waiting:
        if argument == "--":
            yield from (("", rest) for rest in waiting)
        elif argument.startswith("--"):
            yield _long(argument[2:], waiting)
        elif argument.startswith("-") and argument != "-":
            yield from _bundle(argument[1:], waiting)
        else:
            yield "", argument


def _long(text: str, waiting: Iterator[str]) -> tuple[str, str]:
    given, equals, value = text.partition("=")
    fitting = [given] if given in KNOWN else sorted(name for name in KNOWN if name.startswith(given))
    if not given or len({SAME.get(name, name) for name in fitting}) != 1:
        many = f" and may mean {', '.join(f'--{name}' for name in fitting[:4])}" if fitting else ""
        raise RestoreUsageError(
            f"the option --{given} of pg_dump is not known here{many}",
            advice="Write options out in full. A witness cannot go with options that it does not know.",
        )
    name = SAME.get(fitting[0], fitting[0])
    if name not in WITH_VALUE:
        if equals:
            raise RestoreUsageError(f"the option --{name} takes no value", advice="See pg_dump --help.")
        return name, ""
    return name, value if equals else _next(f"--{name}", waiting)


def _bundle(letters: str, waiting: Iterator[str]) -> Iterator[tuple[str, str]]:
    for at, letter in enumerate(letters):
        name = SHORT.get(letter)
        if name is None:
            raise RestoreUsageError(
                f"the option -{letter} of pg_dump is not known here",
                advice="A witness cannot go with options that it does not know.",
            )
        if name in WITH_VALUE:
            yield name, letters[at + 1 :] or _next(f"-{letter}", waiting)
            return
        yield name, ""


def _next(option: str, waiting: Iterator[str]) -> str:
    value = next(waiting, None)
    if value is None:
        raise RestoreUsageError(f"the option {option} has no value", advice="See pg_dump --help.")
    return value


def _source(options: Mapping[str, str], name: str, environment: Mapping[str, str]) -> Connection:
    """As pg_dump does: libpq's variables, options over them, and a connection string over both.

    Raises RestoreUsageError where several servers are named, SourceError.
    """
    own = {key: value for key, value in environment.items() if key.startswith("PG")}
    found = resolve(own)
    variables = dict(found.variables)
    for option, variable in (("host", "PGHOST"), ("port", "PGPORT"), ("username", "PGUSER")):
        if options.get(option):
            variables[variable] = options[option]
    database, password = options.get("dbname") or name, found.password
    if "=" in database or database.startswith(("postgresql://", "postgres://")):
        more, given = from_conninfo(database)
        variables |= more
        password = given if given is not None else password
    elif database:
        variables["PGDATABASE"] = database
    if "," in variables.get("PGHOST", "") + variables.get("PGHOSTADDR", ""):
        raise RestoreUsageError(
            "several servers are named, and pg_dump might reach another one than the witness",
            advice="Name one server.",
        )
    source = replace(found, variables=variables, password=password)
    return source.with_setting("role", _escaped(options["role"])) if options.get("role") else source


def _escaped(value: str) -> str:
    """As PGOPTIONS wants it: a backslash before white space and backslashes (manual, 34.1.2, options)."""
    return "".join(f"\\{c}" if c.isspace() or c == "\\" else c for c in value)
