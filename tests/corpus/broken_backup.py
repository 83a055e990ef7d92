"""Good backups of the corpus' databases, each taken when it is first asked for, and copies of them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import cached_property
from pathlib import Path


class Good:
    """Good backups, each taken when it is first asked for: most modules need one or two of them."""

    def __init__(self, take: Callable[..., Path]) -> None:
        self._take = take

    @cached_property
    def backup(self) -> Path:
        return self._take("shop")

    @cached_property
    def second(self) -> Path:
        """Of the same database, at another time."""
        return self._take("shop")

    @cached_property
    def other_database(self) -> Path:
        return self._take("depot")

    @cached_property
    def uncompressed(self) -> Path:
        return self._take("shop", "--compress", "none")

    def copy_to(self, folder: Path, of: Path | None = None) -> Path:
        source = of or self.backup
        return Path(shutil.copytree(source, folder / source.name))
