"""What pg_dump writes to standard output, passed on as it is, and hashed on its way."""

from __future__ import annotations

import asyncio
import hashlib
import os
from typing import Final

from drill_tui.postgres.client.errors import CouldNotTellError

STDOUT: Final = 1


class Passage:
    """Pieces of a dump on their way to whoever reads standard output."""

    def __init__(self, *, to_stdout: bool) -> None:
        self._to_stdout = to_stdout
        self._digest = hashlib.sha256()
        self.size_bytes = 0

    async def take(self, piece: bytes) -> None:
        """Raises CouldNotTellError where it cannot be passed on."""
        self._digest.update(piece)
        self.size_bytes += len(piece)
        if self._to_stdout:
            try:
                await asyncio.to_thread(_write_all, piece)
            except OSError as error:
                raise CouldNotTellError(
                    f"standard output took no more of the dump: {error.strerror}",
                    advice="What was passed on is no complete dump. See what reads it, and its disk.",
                ) from None

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


def _write_all(piece: bytes) -> None:
    left = memoryview(piece)
    while left:
        left = left[os.write(STDOUT, left) :]
