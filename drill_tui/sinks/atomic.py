"""Files that are either whole or not there: written beside their name, then renamed over it."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path


def write_atomically(path: Path, text: str) -> Path:
    """Put `text` at `path`, durably, over whatever stood there.  Raises OSError; then nothing has changed."""
    draft = _draft(path, text)
    try:
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise _about(path, error) from error
    _sync_directory(path.parent)
    return path


def write_new(path: Path, text: str) -> bool:
    """Put `text` at `path` only if nothing stands there, also when two do it at once.  Raises OSError."""
    draft = _draft(path, text)
    try:
        return _take_name(draft, path)
    finally:
        draft.unlink(missing_ok=True)
        _sync_directory(path.parent)


def _take_name(draft: Path, path: Path) -> bool:
    """Give the draft its name.  A hard link is whole from the start; not every file system has them."""
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        return False
    except OSError:
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        except FileExistsError:
            return False
        draft.replace(path)
    return True


def _about(path: Path, error: OSError) -> OSError:
    """The same error about the file that was asked for: nobody knows the name of the draft."""
    return type(error)(error.errno, error.strerror, str(path))


def _draft(path: Path, text: str) -> Path:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
    except OSError as error:
        raise _about(path, error) from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode("utf-8", "backslashreplace"))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise _about(path, error) from error
    return draft


def _sync_directory(path: Path) -> None:
    with suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
