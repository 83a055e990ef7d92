"""Keys that open something once."""

from __future__ import annotations

import secrets
from typing import Final

_KEY_BYTES: Final = 32


class Links:
    def __init__(self) -> None:
        self._open: set[bytes] = set()

    def new(self) -> str:
        key = secrets.token_urlsafe(_KEY_BYTES)
        self._open.add(key.encode())
        return key

    def use(self, key: str) -> bool:
        """Whether it opens; it never does again."""
        given = key.encode(errors="replace")
        found = [known for known in self._open if secrets.compare_digest(known, given)]
        self._open.difference_update(found)
        return bool(found)
