"""The closed sets of words that events use, and the names of files of a run."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

JOURNAL_NAME: Final = "events.jsonl"
SEATS_NAME: Final = "seats.sock"
"""Where the process that drives a run listens for seats, in the run's directory."""


class Phase(StrEnum):
    """The list of the runbook that a step stands in."""

    STEPS = "steps"
    CLEANUP = "cleanup"


class Outcome(StrEnum):
    """What happened to an attempt or a step, untouched by any policy."""

    PASSED = "passed"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"
    REJECTED = "rejected"
    EXPIRED = "expired"
    SKIPPED = "skipped"
    ERROR = "error"
    UNPROVEN = "unproven"
    """It ran to its end and found nothing bad, and could not prove what it must."""


class Result(StrEnum):
    """What a step counts for, after the runbook's `on_failure`."""

    PASS = "pass"  # noqa: S105 - a result, not a password
    FAIL = "fail"
    WARN = "warn"
    SKIP = "skip"
    ERROR = "error"
    UNPROVEN = "unproven"
    """It proved nothing: it said so itself, or it could not be run because of a step before it."""


class Finding(StrEnum):
    """What a criterion came to.  Only `met` passes."""

    MET = "met"
    MISSED = "missed"
    UNPROVEN = "unproven"


class EndReason(StrEnum):
    """Why a drill stopped going forward."""

    COMPLETED = "completed"
    FAILED = "failed"
    ABORTED = "aborted"
    REJECTED = "rejected"
    EXPIRED = "expired"
    SIGNAL = "signal"
    DEADLINE = "deadline"
    CRASHED = "crashed"
    ERROR = "error"


class CleanupResult(StrEnum):
    CLEAN = "clean"
    LEFTOVERS = "leftovers"
    KEPT = "kept"
