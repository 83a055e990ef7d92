"""Reads `manifest.json` as untrusted input: bounded in size and depth, and every complaint a sentence."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import ValidationError

from drill_tui.postgres.archive.integrity import read_text
from drill_tui.postgres.archive.manifest import FORMAT, FORMAT_VERSION, MANIFEST_NAME, Manifest
from drill_tui.postgres.client.errors import BackupBadError

MAX_MANIFEST_BYTES = 256 * 1024 * 1024


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a backup folder.  Raises BackupBadError."""
    text = read_text(folder / MANIFEST_NAME, MAX_MANIFEST_BYTES)
    if not text.strip():
        raise BackupBadError(f"{MANIFEST_NAME} is empty")
    return parse_manifest(text)


def parse_manifest(text: str) -> Manifest:
    """Raises BackupBadError for anything that is not a whole manifest of a format known here."""
    raw = _json(text)
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise BackupBadError(f"{MANIFEST_NAME} is not the manifest of a drill-tui backup")
    version = raw.get("format_version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise BackupBadError(f"{MANIFEST_NAME} does not say which format it has")
    if version > FORMAT_VERSION:
        raise BackupBadError(
            f"{MANIFEST_NAME} has format {version}, and this drill-tui reads formats up to {FORMAT_VERSION}",
            advice="Use the version of drill-tui that made the backup, or a newer one.",
        )
    try:
        return Manifest.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "top level"
        raise BackupBadError(f"{MANIFEST_NAME} is damaged: {ascii(where)[1:-1]}: {first['msg']}") from None


def _json(text: str) -> object:
    try:
        return json.loads(text, object_pairs_hook=_no_duplicates)
    except json.JSONDecodeError as error:
        cut = error.pos >= len(text.rstrip()) - 1 or error.msg.startswith("Unterminated")
        what = "is cut off" if cut else "is not JSON"
        raise BackupBadError(
            f"{MANIFEST_NAME} {what} (line {error.lineno}, column {error.colno}: {error.msg})"
        ) from None
    except RecursionError:
        raise BackupBadError(f"{MANIFEST_NAME} is nested deeper than any manifest") from None
    except ValueError as error:
        raise BackupBadError(f"{MANIFEST_NAME} is damaged: {str(error)[:200]}") from None


def _no_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key appears twice in one object")
    return found
