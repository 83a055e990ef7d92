"""How a restore can end short: the backup is bad, a safety rule says no, or nothing could be told."""

from __future__ import annotations


class RestoreError(Exception):
    """One sentence on what happened and where; `advice` says what to do next."""

    def __init__(self, message: str, *, advice: str = "") -> None:
        super().__init__(message)
        self.advice = advice


class BackupBadError(RestoreError):
    """The backup is at fault: a verdict (exit code 1), and its criterion is missed."""


class RefusedError(RestoreError):
    """A safety rule did not hold.  Nothing was changed, and nothing is proven (exit code 3)."""


class CouldNotTellError(RestoreError):
    """Something other than the backup failed: the server, the disk, a missing program (exit code 3)."""


class RestoreUsageError(RestoreError):
    """The request makes no sense as it was given (exit code 2)."""


def first_of(failed: BaseException) -> BaseException:
    """What happened first, where several things failed together."""
    return first_of(failed.exceptions[0]) if isinstance(failed, BaseExceptionGroup) else failed
