"""From a comparison of schemas to the criteria that it bears on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import psycopg

from drill_tui.postgres.archive.manifest import Manifest
from drill_tui.postgres.client.connect import ConnectError
from drill_tui.postgres.client.errors import CouldNotTellError
from drill_tui.postgres.client.source import Connection as Place
from drill_tui.postgres.client.tools import Tools, ToolsMissingError, find_tools
from drill_tui.postgres.verify.criteria import Criteria
from drill_tui.postgres.verify.criterion import Criterion
from drill_tui.postgres.verify.names import counted
from drill_tui.postgres.verify.schema.check import SchemaResult, SchemaUnreadableError, Source, compare_schema
from drill_tui.postgres.verify.schema.compare import FOREIGN_KEY_TYPES, INDEX_TYPES, Difference
from drill_tui.postgres.verify.schema.scratch import ScratchDatabase
from drill_tui.postgres.verify.work import words

PROGRAMS = ("pg_dump", "pg_restore")


async def judge_schema(
    archive: Path,
    manifest: Manifest | None,
    place: Place,
    server_major: int,
    environment: Mapping[str, str],
    criteria: Criteria,
    *,
    may_write: bool,
    left_out: Sequence[str] = (),
) -> None:
    """Compare, and report differences of indexes and foreign keys to their own criteria, too.

    `left_out` are options of the dump that leave definitions out; the restored ones are read alike.
    """
    try:
        archived_by = _major(manifest.client.pg_dump) if manifest else 0
        tools = _tools(archived_by, server_major, environment)
        restorer = _restorer(archived_by, server_major, tools, environment)
        scratch = ScratchDatabase(restorer) if may_write else None
        source = Source(archive, tools, environment, tuple(left_out))
        result = await compare_schema(source, place, scratch)
    except (SchemaUnreadableError, CouldNotTellError, ToolsMissingError, ConnectError, OSError) as error:
        _could_not(criteria, str(error))
    except psycopg.Error as error:
        _could_not(criteria, words(error))
    else:
        _report(result, criteria)


def _could_not(criteria: Criteria, reason: str) -> None:
    criteria.schema.could_not(f"the schemas could not be compared: {reason}")
    criteria.indexes.could_not("definitions could not be compared with the archive's")
    criteria.foreign_keys.could_not("the list of foreign keys could not be compared with the archive's")


def _tools(archived_by: int, server_major: int, environment: Mapping[str, str]) -> Tools:
    """Programs that can read both the server and the archive, as near to the archive's own as can be."""
    try:
        return find_tools(environment, min_major=max(server_major, archived_by), programs=PROGRAMS)
    except ToolsMissingError:
        return find_tools(environment, min_major=server_major, programs=PROGRAMS)


def _restorer(archived_by: int, server_major: int, fallback: Tools, environment: Mapping[str, str]) -> Tools:
    """pg_restore of the server's own major: newer ones emit settings that it refuses.

    But it cannot read what a newer pg_dump wrote.
    """
    if fallback.version.major == server_major or archived_by > server_major:
        return fallback
    try:
        return find_tools(environment, major=server_major, programs=("pg_restore",))
    except ToolsMissingError:
        return fallback


def _major(version: str) -> int:
    digits = "".join(c if c.isdigit() else " " for c in version).split()
    return int(digits[0]) if digits else 0


def _report(result: SchemaResult, criteria: Criteria) -> None:
    for found in result.differences:
        for criterion in _concerned(found, criteria):
            criterion.fault(str(found.key), found.problem)
    for found in result.undecided:
        for criterion in _concerned(found, criteria):
            criterion.could_not(
                f"{found.key} is worded differently, and nothing may be written to tell whether it matters"
            )
    how = " (worded alike by way of a scratch database)" if result.rendered else ""
    criteria.schema.proved(f"{counted(result.objects, 'object')} as in the archive{how}")
    criteria.schema.covers(
        "pg_dump's own output, object by object: definitions, owners, grants, policies, triggers, comments."
    )
    keys = [key for key in result.archived if key.type in INDEX_TYPES]
    criteria.indexes.proved(f"{counted(len(keys), 'definition')} as in the archive")
    foreign = [key for key in result.archived if key.type in FOREIGN_KEY_TYPES]
    criteria.foreign_keys.covers(f"{counted(len(foreign), 'foreign key')} declared in the archive.")


def _concerned(found: Difference, criteria: Criteria) -> list[Criterion]:
    concerned = [criteria.schema]
    if found.key.type in INDEX_TYPES:
        concerned.append(criteria.indexes)
    if found.key.type in FOREIGN_KEY_TYPES:
        concerned.append(criteria.foreign_keys)
    return concerned
