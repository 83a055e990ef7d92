"""Keys that open something once."""

from __future__ import annotations

import secrets
from enum import StrEnum
from typing import Final

_KEY_BYTES: Final = 32


class Shown(StrEnum):
    """What a browser is shown."""

    SEAT = "seat"
    WALL = "wall"


class Links:
    def __init__(self) -> None:
        self._open: dict[bytes, Shown] = {}

    def new(self, shown: Shown) -> str:
        key = secrets.token_urlsafe(_KEY_BYTES)
        self._open[key.encode()] = shown
        return key

    def use(self, key: str) -> Shown | None:
        """What it opens; it never does again."""
        given = key.encode(errors="replace")
        found = [known for known in self._open if secrets.compare_digest(known, given)]
        opened = [self._open.pop(known) for known in found]
        return opened[0] if opened else None
