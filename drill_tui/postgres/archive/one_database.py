"""One database of several: dumps of some lie in one folder, or in one file, which pg_dumpall wrote."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from drill_tui.engine.ports import ActionContext, ActionError
from drill_tui.engine.threads import to_its_end
from drill_tui.postgres.archive import cluster_dump
from drill_tui.postgres.archive.beside import read_beside
from drill_tui.postgres.archive.candidate import Candidate
from drill_tui.postgres.archive.cluster_dump import Section
from drill_tui.postgres.archive.folder import safe_name
from drill_tui.postgres.archive.foreign_dump import check_listed
from drill_tui.postgres.archive.forms import archive_dbname
from drill_tui.postgres.archive.manifest_reader import read_manifest
from drill_tui.postgres.client.errors import BackupBadError, RestoreError
from drill_tui.postgres.cluster import workplace

PARAMETER: Final = "-p source_database=NAME"
_ENDINGS: Final = re.compile(r"(?:\.(?:sql|dump|dmp|pgdump|backup|bak|tar|gz|zst))+$", re.IGNORECASE)
_DATE: Final = re.compile(r"(?:[-_.]+\d|\d{8})[\dTZtz:_.+-]*$")


def of_database(backup: Candidate) -> str:
    """The database's name: by manifest or witness, by the archive's head, else by the file's name without its
    date.  Empty for a dump of a whole cluster, and where the archive names none.
    """
    if backup.kind == "cluster":
        return ""
    try:
        if backup.kind == "drill-tui":
            return read_manifest(backup.path).database.name
        witness, _ = read_beside(backup.path, backup.kind, hashed=False)
        if witness is not None:
            return witness.manifest.database.name
        if backup.kind != "sql":
            return archive_dbname(backup.path, backup.kind)
    except (OSError, RestoreError):
        return ""
    return _DATE.sub("", _ENDINGS.sub("", backup.path.name))


async def take_out(context: ActionContext, backup: Candidate, database: str) -> Path:
    """One database of a cluster's dump, as a script of its own in a folder that the run removes.

    Without a name it is the only one that holds something.  Raises ActionError where several do, and
    BackupBadError for a dump that lacks the database, is cut off or was changed.
    """
    script = backup.path
    signed = await asyncio.to_thread(check_listed, script)
    stop = threading.Event()
    if not database:
        found = await to_its_end(lambda: cluster_dump.sections(script, stop), stop)
        database = _only(script, found)
    home = workplace.choose(context.environment, "part", with_socket=False)
    context.claim("directory", str(home))
    workplace.make_plain(home, context.run_id)
    part = home / f"{_ENDINGS.sub('', script.name)}.{safe_name(database)}.sql"
    try:
        found = await to_its_end(lambda: cluster_dump.take_out(script, database, part, stop), stop)
        if database not in {one.name for one in found}:
            raise BackupBadError(f"{script.name} holds no database {database!a}; it has: {_listed(found)}")
    except (ActionError, BackupBadError, OSError):
        await workplace.remove(home, context.run_id)
        context.release("directory", str(home))
        raise
    if signed:
        await asyncio.to_thread(cluster_dump.sign, part)
        context.log(f"{script.name}.sha256 fits; the part gets a checksum of its own")
    others = [one for one in found if one.entries and one.name != database]
    left = f"; not drilled: {_listed(others)} ({PARAMETER})" if others else ""
    context.log(f"Taken out of {script.name}: the database {database!a}{left}")
    return part


def _only(script: Path, found: Iterable[Section]) -> str:
    holding_something = [one for one in found if one.entries]
    if len(holding_something) == 1:
        return holding_something[0].name
    if not holding_something:
        raise BackupBadError(
            f"{script.name} is a dump of a whole cluster, and nothing is in any database of it"
        )
    raise ActionError(
        f"{script.name} holds {len(holding_something)} databases: {_listed(holding_something)}. "
        f"A drill proves one of them: name it, {PARAMETER}"
    )


def _listed(sections: Iterable[Section]) -> str:
    return ", ".join(ascii(one.name)[1:-1] for one in sections)
