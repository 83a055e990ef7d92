"""What a backup on disk needs, whoever made it: asked of its manifest or witness, else of its definitions."""

from __future__ import annotations

import asyncio
import io
import zlib
from collections.abc import Mapping
from pathlib import Path

from drill_tui.postgres.archive.beside import read_beside
from drill_tui.postgres.archive.check import existing
from drill_tui.postgres.archive.checked import reading_tools
from drill_tui.postgres.archive.contents import read_definitions, read_header
from drill_tui.postgres.archive.forms import open_plain, recognise
from drill_tui.postgres.archive.manifest_reader import read_manifest
from drill_tui.postgres.client.errors import BackupBadError, RestoreUsageError
from drill_tui.postgres.fit.from_script import need_of_script
from drill_tui.postgres.fit.from_source import need_of_manifest
from drill_tui.postgres.fit.need import Need


async def need_of_backup(backup: str, environment: Mapping[str, str]) -> Need:
    """Read what a restore of it will need; nothing of it is run, no checksum is compared.

    Raises BackupBadError, CouldNotTellError or RestoreUsageError for what is no readable backup.
    """
    path = existing(backup)
    form = await asyncio.to_thread(recognise, path)
    if form == "drill-tui":
        return need_of_manifest(await asyncio.to_thread(read_manifest, path))
    if form is None:
        raise RestoreUsageError(
            f"{path} is no backup that drill-tui knows",
            advice="Give a folder of backup.sh, or what pg_dump wrote.",
        )
    witness, _ = await asyncio.to_thread(read_beside, path, form, hashed=False)
    if witness is not None and not witness.dump.selected:
        return need_of_manifest(witness.manifest)
    origin = f"dump {path.name}"
    if form == "sql":
        return await asyncio.to_thread(_of_plain, path, origin)
    tools = reading_tools(environment, None)
    header = await read_header(tools, path, environment)
    text = await read_definitions(tools, path, environment)
    major = int(header.server_version.partition(".")[0].split()[0] or 0)
    return need_of_script(text.split("\n"), origin, major)


def _of_plain(path: Path, origin: str) -> Need:
    try:
        with open_plain(path) as file, io.TextIOWrapper(file, "utf-8", "replace", newline="\n") as lines:
            return need_of_script(lines, origin)
    except (EOFError, zlib.error, OSError) as error:
        raise BackupBadError(f"{path.name} is cut off or damaged: {error}") from None
