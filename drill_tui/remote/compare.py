"""Whether what arrived is what the store names: its size always, its checksum where there is a usable one."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from drill_tui.engine.ports import ActionError
from drill_tui.remote.faults import DamagedError
from drill_tui.remote.store import Store, Stored

AT_ONCE: Final = 4
SIZE_ONLY: Final = (
    "The size was compared. Not covered: the store names no checksum of the whole object that is of use."
)
_MD5: Final = re.compile(r'"?([0-9a-f]{32})"?')


@dataclass(frozen=True, slots=True)
class Named:
    """A checksum that the store names for a whole object."""

    how: str
    algorithm: str
    hexdigest: str

    def fits(self, path: Path) -> bool:
        with path.open("rb") as file:
            return hashlib.file_digest(file, self.algorithm).hexdigest() == self.hexdigest


def named_checksum(said: Mapping[str, Any]) -> Named | None:
    """What S3 says of an object (HeadObject): one of its parts, or of its ciphertext, is of no use."""
    sha256 = str(said.get("ChecksumSHA256") or "")
    if sha256 and "-" not in sha256 and said.get("ChecksumType", "FULL_OBJECT") == "FULL_OBJECT":
        return Named("SHA-256", "sha256", base64.b64decode(sha256).hex())
    etag = _MD5.fullmatch(str(said.get("ETag") or ""))
    by_other_key = said.get("SSECustomerAlgorithm") or str(said.get("ServerSideEncryption", "")) not in (
        "",
        "AES256",
    )
    if etag is None or by_other_key:
        return None
    return Named("MD5, its ETag", "md5", etag.group(1))


def compare(store: Store, objects: Sequence[tuple[Path, Stored]]) -> str:
    """What was compared, as sentences for a coverage.  Raises DamagedError, and ActionError.

    An ETag that does not fit may be no MD5 in somebody's store, so it is no evidence against the backup.
    """
    with ThreadPoolExecutor(store.at_once(AT_ONCE)) as pool:
        compared = list(pool.map(lambda pair: _compare_one(store, *pair), objects))
    if not objects or not any(compared):
        return SIZE_ONLY
    kinds = " or ".join(dict.fromkeys(how for how in compared if how))
    without = compared.count("")
    if without:
        return (
            f"Sizes were compared, and {len(compared) - without} objects with the {kinds} of the store. "
            f"Not covered: the store names no usable checksum of {without} of {len(compared)} objects."
        )
    return f"Compared with the store's: size and {kinds}."


def _compare_one(store: Store, path: Path, one: Stored) -> str:
    named = named_checksum(store.s3_head(one))
    if named is None:
        return ""
    if named.fits(path):
        return named.how
    url = store.url_of(one.path)
    if named.algorithm == "sha256":
        raise DamagedError(f"{url} is damaged: its content does not have the SHA-256 that was stored with it")
    raise ActionError(
        f"What arrived of {url} does not have the MD5 that its ETag names; start the drill again, and if it "
        "stays so, upload the backup with a SHA-256 (aws s3 cp --checksum-algorithm SHA256)"
    )
