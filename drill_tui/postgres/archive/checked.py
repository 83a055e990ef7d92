"""A backup that was checked: what the restore works from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from drill_tui.postgres.archive.contents import ArchiveHeader
from drill_tui.postgres.archive.forms import Form
from drill_tui.postgres.archive.manifest import Manifest
from drill_tui.postgres.archive.statements import GlobalStatement
from drill_tui.postgres.client.errors import CouldNotTellError
from drill_tui.postgres.client.tools import Tools, ToolsMissingError, find_tools, installed


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedBackup:
    """A backup whose files are what they were when it was made."""

    path: Path
    form: Form
    archive: Path
    """What pg_restore (or psql, for `sql`) reads."""
    size_bytes: int
    manifest: Manifest | None
    """Of a dump that somebody else made, what its witness tells; None without one."""
    roles: tuple[GlobalStatement, ...]
    header: ArchiveHeader | None
    """None for plain SQL."""
    checksums: bool
    """Whether checksums made with the backup fit."""
    coverage: str
    """What was looked at and what was not."""

    @property
    def extensions(self) -> tuple[str, ...]:
        """Extensions that the target must have."""
        if self.manifest is not None:
            return tuple(extension.name for extension in self.manifest.extensions)
        return self.header.extensions if self.header else ()

    @property
    def dumped_major(self) -> int:
        """Major version of the server that was dumped; 0 where the backup does not say."""
        if self.manifest is not None:
            return self.manifest.server.version_num // 10000
        return _major(self.header.server_version) if self.header else 0

    @property
    def writer_major(self) -> int:
        """Major version of the pg_dump that wrote it: older pg_restores cannot read it; 0 if unknown."""
        if self.manifest is not None:
            return _major(self.manifest.client.pg_dump)
        return _major(self.header.writer_version) if self.header else 0

    @property
    def snapshot_at(self) -> datetime | None:
        """When the data was true; None where the backup does not say."""
        if self.manifest is not None:
            return self.manifest.snapshot_at
        if self.header is None:
            return None
        return self.header.written.replace(tzinfo=None).astimezone(UTC)


def reading_tools(environment: Mapping[str, str], manifest: Manifest | None) -> Tools:
    """A pg_restore that can read what the backup's pg_dump wrote.  Raises CouldNotTellError.

    Without a manifest that is the newest one.
    """
    try:
        if manifest is not None:
            writer = _major(manifest.client.pg_dump)
            return find_tools(environment, min_major=writer, programs=("pg_restore",))
        newest = max((tools.version.major for tools in installed(environment)), default=None)
        return find_tools(environment, major=newest, programs=("pg_restore",))
    except ToolsMissingError as error:
        raise CouldNotTellError(str(error)) from None


def _major(version: str) -> int:
    found = re.search(r"\d+", version)
    return int(found.group()) if found else 0
