"""How a state looks: always a symbol, a word and a colour together, never colour alone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from drill_tui.engine.record.vocabulary import Finding, Outcome, Result


class Tone(StrEnum):
    """What a colour means; each is a style class `-tone-…` and a theme variable."""

    PLAIN = "plain"
    MUTED = "muted"
    ACTIVE = "active"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


COLOURS = {
    Tone.PLAIN: "$foreground",
    Tone.MUTED: "$text-muted",
    Tone.ACTIVE: "$text-accent",
    Tone.GOOD: "$text-success",
    Tone.WARN: "$text-warning",
    Tone.BAD: "$text-error",
}


@dataclass(frozen=True, slots=True)
class Look:
    symbol: str
    word: str
    tone: Tone


PENDING = Look("·", "to do", Tone.MUTED)
RUNNING = Look("▶", "running", Tone.ACTIVE)
WAITING = Look("◆", "waiting", Tone.ACTIVE)
PAUSED = Look("‖", "paused", Tone.WARN)
PASSED = Look("✓", "passed", Tone.GOOD)
WARNED = Look("!", "warning", Tone.WARN)
FAILED = Look("✗", "failed", Tone.BAD)
ERROR = Look("!", "error", Tone.BAD)
UNPROVEN = Look("?", "unproven", Tone.WARN)
SKIPPED = Look("–", "skipped", Tone.MUTED)

_BY_OUTCOME = {
    Outcome.PASSED: PASSED,
    Outcome.FAILED: FAILED,
    Outcome.TIMED_OUT: Look("✗", "timeout", Tone.BAD),
    Outcome.CANCELLED: Look("×", "stopped", Tone.WARN),
    Outcome.INTERRUPTED: Look("×", "cut off", Tone.WARN),
    Outcome.REJECTED: Look("✗", "refused", Tone.BAD),
    Outcome.EXPIRED: Look("✗", "expired", Tone.BAD),
    Outcome.SKIPPED: SKIPPED,
    Outcome.ERROR: ERROR,
    Outcome.UNPROVEN: UNPROVEN,
}

_FINDINGS = {
    Finding.MET: Look("✓", "met", Tone.GOOD),
    Finding.MISSED: Look("✗", "missed", Tone.BAD),
    Finding.UNPROVEN: UNPROVEN,
}

_VERDICTS = {
    "pass": Look("✓", "PASSED", Tone.GOOD),
    "unproven": Look("?", "UNPROVEN", Tone.WARN),
    "fail": Look("✗", "FAILED", Tone.BAD),
    "error": Look("!", "COULD NOT TELL", Tone.BAD),
    "aborted": Look("×", "ABORTED", Tone.WARN),
}


def of_step(outcome: Outcome, result: Result) -> Look:
    """The look of a finished step; `warn` shows that the runbook let a failure pass."""
    if result is Result.WARN:
        return Look("!", _BY_OUTCOME[outcome].word, Tone.WARN)
    return _BY_OUTCOME[outcome]


def of_finding(finding: Finding) -> Look:
    return _FINDINGS[finding]


def of_verdict(verdict: str) -> Look:
    """Raises KeyError for a word that is no verdict."""
    return _VERDICTS[verdict]


def of_clock(spent_s: float, limit_s: float | None) -> Tone:
    """Amber from 80 % of the limit, red past it."""
    if not limit_s:
        return Tone.PLAIN
    if spent_s > limit_s:
        return Tone.BAD
    return Tone.WARN if spent_s >= 0.8 * limit_s else Tone.GOOD
