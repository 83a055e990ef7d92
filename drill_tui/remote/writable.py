"""A prefix in a bucket of S3 that is also written: whole small objects, some of them once and never again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from drill_tui.engine.ports import ActionError
from drill_tui.engine.text.sanitise import one_line
from drill_tui.remote.store import Store
from drill_tui.remote.words import DETAIL_CHARS, is_denied, sentence

PAGE: Final = 1000
"""How many names a store tells at once; S3 tells no more."""
PROBE: Final = ".written-once"
TIME: Final = "mtime"
"""The metadata with a file's own time, in seconds since the epoch, as rclone names it."""


class Writable(Store):
    """Names are below the prefix, with slashes.  Its methods block, and each raises ActionError."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.try_once()
        bucket, _, prefix = self.path.partition("/")
        self._bucket, self._prefix = bucket, f"{prefix}/" if prefix else ""
        self._writes_once = False

    def listed(self, below: str) -> dict[str, str]:
        """The ETag of each object, by its name; of all, or below a folder of that name."""
        start = f"{self._prefix}{below}/" if below else self._prefix
        found: dict[str, str] = {}
        more: dict[str, str] = {}
        while True:
            said = self._ask("list_objects_v2", Prefix=start, MaxKeys=PAGE, **more)
            for one in said.get("Contents", ()):
                found[str(one["Key"]).removeprefix(self._prefix)] = str(one["ETag"])
            if not said.get("IsTruncated"):
                return found
            more = {"ContinuationToken": said["NextContinuationToken"]}

    def get(self, name: str) -> tuple[bytes, str, int]:
        """What lies there, its ETag, and its time in nanoseconds since the epoch."""
        from fsspec.asyn import sync

        async def bring() -> tuple[bytes, Mapping[str, Any]]:
            place = {"Bucket": self._bucket, "Key": self._prefix + name}
            said = await self._fs._call_s3("get_object", **place)
            async with said["Body"] as body:
                return await body.read(), said

        try:
            data, said = sync(self._fs.loop, bring)
        except Exception as error:
            raise ActionError(self._fault(error, name)) from error
        return data, str(said["ETag"]), _time_ns(said)

    def put(self, name: str, data: bytes, time_ns: int) -> str:
        """Over whatever is there.  Returns the ETag."""
        said = self._ask("put_object", name, Body=data, Metadata=_told(time_ns))
        return str(said["ETag"])

    def put_new(self, name: str, data: bytes, time_ns: int) -> bool:
        """Only if nothing is there.  True also where this very content is: an answer may have been lost."""
        self.refuse_unless_it_writes_once()
        return self._put_new(name, data, time_ns) or self.get(name)[0] == data

    def refuse_unless_it_writes_once(self) -> None:
        """A store may take `If-None-Match` and not heed it: then two hosts could each close one attempt."""
        if self._writes_once:
            return
        self._put_new(PROBE, b"", 0)
        if self._put_new(PROBE, b"", 0):
            raise ActionError(
                f"{self.url} writes over an object although it was asked not to (If-None-Match), so two "
                "hosts could both say what became of one drill; use a store that heeds it, or a folder"
            )
        self._writes_once = True

    def _put_new(self, name: str, data: bytes, time_ns: int) -> bool:
        try:
            self._ask("put_object", name, Body=data, IfNoneMatch="*", Metadata=_told(time_ns))
        except ActionError as error:
            if isinstance(error.__cause__, FileExistsError):
                return False
            raise
        return True

    def _ask(self, what: str, name: str | None = None, **how: Any) -> Mapping[str, Any]:
        key = {} if name is None else {"Key": self._prefix + name}
        try:
            said: Mapping[str, Any] = self._fs.call_s3(what, Bucket=self._bucket, **key, **how)
        except Exception as error:
            raise ActionError(self._fault(error, name)) from error
        return said

    def _fault(self, error: Exception, name: str | None) -> str:
        url = f"{self.url}/{name}" if name else self.url
        if is_denied(error):
            detail = one_line(str(error), DETAIL_CHARS)
            return (
                f"Access to {url} is denied: {detail}; the evidence of a fleet needs s3:ListBucket on the "
                "bucket, s3:GetObject and, to drill, s3:PutObject on its objects"
            )
        return sentence(error, url, self.scheme)


def _told(time_ns: int) -> dict[str, str]:
    return {TIME: f"{time_ns // 10**9}.{time_ns % 10**9:09}"}


def _time_ns(said: Mapping[str, Any]) -> int:
    """The file's own time where whoever wrote it said it, else when the object was made."""
    whole, _, rest = str(said.get("Metadata", {}).get(TIME, "")).partition(".")
    if whole.isdecimal() and (rest.isdecimal() or not rest):
        return int(whole) * 10**9 + int(rest[:9].ljust(9, "0") or 0)
    return int(said["LastModified"].timestamp()) * 10**9
