"""The restored schema against the archive's, by pg_dump's own words.

PostgreSQL does not always write a definition back the way it read it (`IN` lists over varchar, view
columns across versions), so two texts that differ are no proof yet.  Then the archive's schema is restored
into an empty scratch database of the same server and both are dumped by the same program: what still
differs, differs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from drill_tui.postgres.archive.confinement import unprivileged
from drill_tui.postgres.archive.forms import recognise
from drill_tui.postgres.client.source import Connection as Place
from drill_tui.postgres.client.spawn import run
from drill_tui.postgres.client.tools import Tools
from drill_tui.postgres.verify.amcheck import SCHEMA as AMCHECK_SCHEMA
from drill_tui.postgres.verify.schema.compare import Difference, compare, without
from drill_tui.postgres.verify.schema.scratch import ScratchDatabase
from drill_tui.postgres.verify.schema.script import read_script, run_definitions
from drill_tui.postgres.verify.schema.text import ObjectKey, Objects, client_encoding, decode, split

LOCK_TIMEOUT = "60s"


class SchemaUnreadableError(Exception):
    """The schema could not be read from the archive or the database; the text says why."""


@dataclass(frozen=True, slots=True)
class SchemaResult:
    """`differences` are proved; `undecided` differ in words, and nothing could tell whether that matters."""

    objects: int
    differences: tuple[Difference, ...]
    undecided: tuple[Difference, ...] = ()
    rendered: bool = False
    """Whether a scratch database had to decide."""
    archived: frozenset[ObjectKey] = frozenset()


@dataclass(frozen=True, slots=True)
class Source:
    """What the restored schema is compared with: an archive, or a plain script that pg_dump wrote."""

    archive: Path
    tools: Tools
    environment: Mapping[str, str]
    left_out: tuple[str, ...] = ()
    """Options of the dump that leave definitions out."""

    @property
    def is_script(self) -> bool:
        return recognise(self.archive) == "sql"

    async def read(self) -> bytes:
        """Its schema as SQL.  Raises SchemaUnreadableError, OSError."""
        if self.is_script:
            return await asyncio.to_thread(read_script, self.archive)
        return await read_archive(self.archive, self.tools, self.environment)

    async def restored(self, place: Place, encoding: str) -> bytes:
        """The schema of a database as SQL, told as the source tells it."""
        flags = [f"--{name}" for name in self.left_out] if self.is_script else []
        return await _dump(place, self.tools, encoding, flags)


async def compare_schema(source: Source, place: Place, scratch: ScratchDatabase | None) -> SchemaResult:
    """Compare the database at `place` with the source.

    Without `scratch` nothing is written, and objects whose words differ stay undecided.
    Raises SchemaUnreadableError, ToolsMissingError, OSError.
    """
    raw = await source.read()
    encoding = client_encoding(raw)
    archived = split(decode(raw))
    restored = _without_amcheck(split(decode(await source.restored(place, encoding))), archived)
    differences = compare(archived, restored)
    plain = [found for found in differences if found.kind != "differs"]
    worded = [found for found in differences if found.kind == "differs"]
    keys = frozenset(archived)
    if not differences:
        return SchemaResult(len(archived), (), archived=keys)
    if scratch is None:
        return SchemaResult(len(archived), tuple(plain), tuple(worded), archived=keys)
    rendered = await _rendered(source, raw, encoding, scratch, place)
    confirmed = _confirm(differences, archived, restored, rendered)
    return SchemaResult(len(archived), tuple(confirmed), rendered=True, archived=keys)


async def read_archive(archive: Path, tools: Tools, environment: Mapping[str, str]) -> bytes:
    """The schema of an archive as SQL.  Raises SchemaUnreadableError."""
    command = [tools.path("pg_restore"), "--schema-only", "--file=-", str(archive)]
    done = await run(unprivileged(command, environment), env=_quiet(environment))
    if done.exit_code:
        raise SchemaUnreadableError(f"pg_restore could not read {archive}: {done.last_words}")
    return done.stdout


@dataclass(frozen=True, slots=True)
class Rendered:
    """The archive's schema as this server writes it, and whether all of it could be restored."""

    objects: Objects
    complete: bool


def _confirm(
    differences: list[Difference], archived: Objects, restored: Objects, rendered: Rendered
) -> list[Difference]:
    """Differences that hold when both sides are written by the same server.

    An object that the scratch database could not take either is judged by the archive's words, and so is
    one that is never put there (subscriptions).
    """
    again = {found.key: found for found in compare(rendered.objects, restored)}
    confirmed = {key: found for key, found in again.items() if key.type != "SUBSCRIPTION"}
    for found in differences:
        left_out = "SUBSCRIPTION" in found.key.type or found.key.name.startswith("SUBSCRIPTION ")
        if found.key not in again and (left_out or not rendered.complete):
            confirmed[found.key] = found
        if left_out:
            confirmed[found.key] = found
    for key in list(confirmed):
        if archived.get(key) == restored.get(key):
            del confirmed[key]
    return [confirmed[key] for key in sorted(confirmed)]


async def _rendered(
    source: Source, raw: bytes, encoding: str, scratch: ScratchDatabase, place: Place
) -> Rendered:
    environment = source.environment
    async with scratch.created(place) as there:
        if source.is_script:
            stderr, exit_code = await run_definitions(raw, scratch.tools, there, environment)
            complete = exit_code == 0 and not _real_errors(stderr)
            return Rendered(split(decode(await source.restored(there, encoding))), complete)
        command = [
            scratch.tools.path("pg_restore"),
            *("--schema-only", "--no-subscriptions", "--no-password"),
            f"--dbname={_conninfo(there)}",
            str(source.archive),
        ]
        done = await run(unprivileged(command, environment), env=there.unhindered().child_env())
        complete = done.exit_code == 0 or not _real_errors(done.stderr)
        return Rendered(split(decode(await source.restored(there, encoding))), complete)


HARMLESS: Final = ("unrecognized configuration parameter", 'schema "public" already exists')
"""Of settings that an older server does not know, and of what `pg_dump --schema=public` creates anew."""


def _real_errors(lines: tuple[str, ...]) -> list[str]:
    errors = [line for line in lines if "error:" in line.lower()]
    return [line for line in errors if not any(words in line for words in HARMLESS)]


async def _dump(place: Place, tools: Tools, encoding: str, flags: Sequence[str]) -> bytes:
    done = await run(
        [
            tools.path("pg_dump"),
            *(
                "--schema-only",
                "--no-password",
                f"--encoding={encoding}",
                f"--lock-wait-timeout={LOCK_TIMEOUT}",
                *flags,
            ),
        ],
        env=place.child_env(),
    )
    if done.exit_code:
        raise SchemaUnreadableError(f"pg_dump could not read the restored database: {done.last_words}")
    return done.stdout


def _conninfo(place: Place) -> str:
    """pg_restore wants a database by argument; every other part comes from the environment."""
    quoted = place.dbname.replace("\\", "\\\\").replace("'", "\\'")
    return f"dbname='{quoted}'"


def _quiet(environment: Mapping[str, str]) -> dict[str, str]:
    return {
        **{name: environment[name] for name in ("PATH", "HOME", "TMPDIR") if name in environment},
        "LC_ALL": "C",
    }


def _without_amcheck(restored: Objects, archived: Objects) -> Objects:
    """The restored objects less what a verification itself put there."""
    ours = (
        ObjectKey("SCHEMA", "-", AMCHECK_SCHEMA),
        ObjectKey("EXTENSION", "-", "amcheck"),
        ObjectKey("COMMENT", "-", "EXTENSION amcheck"),
    )
    return without(restored, [key for key in ours if key not in archived])
