"""What a step plays in a drill, whichever action or script does it.  Light: the screen imports it."""

from __future__ import annotations

from enum import StrEnum


class Plays(StrEnum):
    SOURCE = "source"
    """It opens the database that is drilled."""
    BACKUP = "backup"
    """It makes a backup."""
    SHELF = "shelf"
    """It finds a backup that was made before."""
    FIT = "fit"
    """It chooses a target that can take the backup."""
    TARGET = "target"
    """It starts what the backup is restored into."""
    RESTORE = "restore"
    """It brings the backup into the target, or into the files that the target starts from."""
    PROOF = "proof"
    """It proves that the target is isolated."""
    SCORE = "score"
    """It breaks copies on purpose, to see what the drill notices."""
