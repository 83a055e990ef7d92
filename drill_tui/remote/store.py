"""One place in a store, through fsspec, whose implementations find the credentials by themselves.

Imported only when a place is a URL: fsspec and its implementations are an extra (`drill-tui[remote]`).
"""

from __future__ import annotations

import errno
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from drill_tui.engine.ports import ActionError
from drill_tui.remote.faults import ChangedError, UnreadableError
from drill_tui.remote.words import is_denied, sentence
from drill_tui.runbook.place import PACKAGES, scheme_of, url_fault

CONNECT_TIMEOUT_S: Final = 10
READ_TIMEOUT_S: Final = 20
MODIFIED: Final = ("LastModified", "last_modified", "updated", "mtime")
ETAG: Final = ("ETag", "etag", "mtime")
"""What the implementations call them (s3fs, adlfs, gcsfs, fsspec's sftp, which has a file's time alone)."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What lies in a store under a name: an object, or a folder of them."""

    path: str
    size: int
    modified: datetime | None
    etag: str
    is_folder: bool = False

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


class Store:
    """Its methods block; as many threads as `at_once` says may call them.  Each raises ActionError."""

    def __init__(self, url: str) -> None:
        fault = url_fault(url)
        if fault:
            raise ActionError(f"The place of the backups is not taken: {fault}")
        self.url = url.rstrip("/")
        self.scheme = scheme_of(url)
        self._fs, path = self._connect()
        self.path = path.rstrip("/")

    def at_once(self, wanted: int) -> int:
        """How many threads may read: one of a connection by ssh, whose client answers one alone."""
        return 1 if self.scheme == "sftp" else wanted

    def url_of(self, path: str) -> str:
        return f"{self.url}{path.removeprefix(self.path)}"

    def entries(self, path: str) -> list[Stored]:
        """What lies directly below, or the object itself."""
        try:
            found = [_stored(info) for info in self._fs.ls(path, detail=True)]
        except Exception as error:
            raise ActionError(sentence(error, self.url_of(path), self.scheme)) from error
        return [one for one in found if one.name and (one.path != path or not one.is_folder)]

    def one(self, path: str) -> Stored | None:
        """The object of this name, if there is one."""
        try:
            found = _stored(self._fs.info(path))
        except FileNotFoundError:
            return None
        except Exception as error:
            raise ActionError(sentence(error, self.url_of(path), self.scheme)) from error
        return None if found.is_folder else found

    def below(self, path: str) -> list[Stored]:
        """Every object below, at any depth."""
        try:
            found = self._fs.find(path, detail=True)
        except Exception as error:
            raise ActionError(sentence(error, self.url_of(path), self.scheme)) from error
        return [one for one in map(_stored, found.values()) if one.name and not one.is_folder]

    def head(self, one: Stored, length: int) -> bytes:
        """Its first bytes.  Raises UnreadableError where this one object may not be read."""
        try:
            with self.open(one) as file:
                return bytes(file.read(min(length, one.size)))
        except ActionError:
            raise
        except Exception as error:
            said = sentence(error, self.url_of(one.path), self.scheme)
            raise (UnreadableError if is_denied(error) else ActionError)(said) from error

    def read(self, one: Stored, start: int, length: int) -> bytes:
        """Bytes of exactly this object.  Raises ActionError, and what the library raises."""
        with self.open(one) as file:
            if self.scheme == "sftp":
                from drill_tui.remote import ssh

                return ssh.read(file, start, length)
            file.seek(start)
            return bytes(file.read(length))

    def open(self, one: Stored) -> Any:
        """A file to seek and read in, of exactly this object: on S3 every read says If-Match.

        Raises ChangedError for another object under its name, or none, and what the library raises.
        """
        try:
            file = self._fs.open(one.path, "rb", cache_type="none")
            now = _stored(getattr(file, "details", None) or self._fs.info(one.path))
        except FileNotFoundError:
            raise ChangedError(
                f"{self.url_of(one.path)} is gone since it was chosen; start the drill again"
            ) from None
        # A list and an object's own answer may name its time with another precision.
        if (now.size, now.etag) != (one.size, one.etag):
            file.close()
            raise self.changed(one)
        return file

    def changed(self, one: Stored) -> ChangedError:
        return ChangedError(
            f"{self.url_of(one.path)} was changed since it was chosen: what was fetched so far is of another "
            "object; start the drill again when no job writes there"
        )

    def is_changed(self, error: Exception) -> bool:
        """Whether a read failed because the object is another one: s3fs says so by its own error."""
        return isinstance(error, OSError) and error.errno == errno.EBUSY

    def try_once(self) -> None:
        """From here on whoever reads takes a cut up again, and counts it; until then the library does."""
        if self.scheme == "s3":
            self._fs.retries = 1

    def renew(self) -> None:
        """After a cut: a connection that lives longer than one request is made anew."""
        if not getattr(self._fs, "async_impl", False):
            self._fs, _ = self._connect()

    def s3_head(self, one: Stored) -> Mapping[str, Any]:
        """What S3 itself says of an object, its checksums included; nothing of another kind of store."""
        if self.scheme != "s3":
            return {}
        bucket, key, _ = self._fs.split_path(one.path)
        try:
            said: Mapping[str, Any] = self._fs.call_s3(
                "head_object", Bucket=bucket, Key=key, IfMatch=one.etag, ChecksumMode="ENABLED"
            )
        except Exception:  # a store that does not know checksums; what can be compared is said later
            return {}
        return said

    def _connect(self) -> tuple[Any, str]:
        try:
            from fsspec.core import url_to_fs
        except ImportError:
            raise ActionError(_not_installed(self.scheme)) from None
        options: dict[str, Any] = {"skip_instance_cache": True}
        if self.scheme == "s3":
            limits = {"connect_timeout": CONNECT_TIMEOUT_S, "read_timeout": READ_TIMEOUT_S}
            options["config_kwargs"] = {**limits, "retries": {"max_attempts": 2}}
        if self.scheme == "sftp":
            options |= _sftp_options()
        else:  # every option of an sftp:// is handed to paramiko, and it keeps no lists
            options["use_listings_cache"] = False
        try:
            fs, path = url_to_fs(self.url, **options)
        except ImportError:
            raise ActionError(_not_installed(self.scheme)) from None
        except Exception as error:
            raise ActionError(sentence(error, self.url, self.scheme)) from error
        if self.scheme == "sftp":
            fs.ftp.get_channel().settimeout(READ_TIMEOUT_S)
        return fs, path


def _sftp_options() -> dict[str, Any]:
    """Raises ActionError where paramiko is not installed."""
    try:
        from drill_tui.remote.ssh import AsKnown, tell_of_a_cut_once
    except ImportError:
        raise ActionError(_not_installed("sftp")) from None
    tell_of_a_cut_once()
    return {
        "host_key_policy": AsKnown(),
        "timeout": CONNECT_TIMEOUT_S,
        "banner_timeout": READ_TIMEOUT_S,
        "auth_timeout": READ_TIMEOUT_S,
    }


def _not_installed(scheme: str) -> str:
    package = PACKAGES[scheme]
    how = "pip install 'drill-tui[remote]'"
    more = "" if scheme == "s3" else f" {package}"
    return f"Reading {scheme}:// needs {package}, which is not installed here: {how}{more}"


def _stored(info: Mapping[str, Any]) -> Stored:
    modified = next((info[name] for name in MODIFIED if info.get(name)), None)
    return Stored(
        path=str(info["name"]).removesuffix("/") if info["type"] == "directory" else str(info["name"]),
        size=int(info.get("size") or 0),
        modified=_time(modified),
        etag=str(next((info[name] for name in ETAG if info.get(name)), "")),
        is_folder=info["type"] == "directory",
    )


def _time(told: object) -> datetime | None:
    if isinstance(told, int | float):
        return datetime.fromtimestamp(told, UTC)
    try:
        at = told if isinstance(told, datetime) else datetime.fromisoformat(str(told))
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
