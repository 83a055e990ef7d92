"""What people did during a drill: events, and the values inside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final

HAND: Final = "hand"
"""The kind of a note that is a raised hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One person's answer at a gate.

    `attested` says how much the name is worth: `same-terminal` (typed here, no proof of identity),
    `login` (the kernel says which login it was: `login` and `uid`), `policy` (nobody: the runbook's `auto`
    answered) or `flag` (given on the command line).
    """

    name: str
    role: str
    at: float
    via: str
    attested: str
    login: str = ""
    uid: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GateField:
    """A typed field of a note gate; `type` is text, lines, actions, int, float, bool or choice."""

    id: str
    label: str
    type: str = "text"
    choices: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantJoined:
    TYPE: ClassVar[str] = "participant.joined"
    name: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleHandedOver:
    TYPE: ClassVar[str] = "role.handed_over"
    role: str
    had: str
    """Who had it until now; empty where nobody had."""
    has: str
    """Who has it from now on, also somebody who did not sign in before."""
    by: str
    """Who said so."""
    login: str = ""
    uid: int | None = None
    """Of whoever said so in a seat of their own."""


def handed_over(
    participants: Mapping[str, tuple[str, ...]], event: RoleHandedOver
) -> dict[str, tuple[str, ...]]:
    """The roles of everybody after it; who gave away their last one still takes part."""
    roles = dict(participants)
    if event.had in roles and event.had != event.has:
        roles[event.had] = tuple(role for role in roles[event.had] if role != event.role)
    roles[event.has] = tuple(dict.fromkeys((*roles.get(event.has, ()), event.role)))
    return roles


@dataclass(frozen=True, slots=True, kw_only=True)
class GateOpened:
    TYPE: ClassVar[str] = "gate.opened"
    step: str
    kind: str
    prompt: str
    roles: tuple[str, ...] = ()
    min: int = 1
    distinct: bool = True
    text: str = ""
    fields: tuple[GateField, ...] = ()
    timeout_s: float | None = None
    identity: str = ""
    """`login`: only what a login has signed counts; empty: a name is enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateAnswered:
    TYPE: ClassVar[str] = "gate.answered"
    step: str
    answer: str
    """`approved`, `rejected`, `expired` or `cancelled`."""
    by: tuple[Signature, ...] = ()
    values: dict[str, str] = field(default_factory=dict)
    reason: str = ""
    wait_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureAnswered:
    """The operator's choice after a failed step: `retry`, `continue` or `abort`."""

    TYPE: ClassVar[str] = "failure.answered"
    step: str
    choice: str
    by: str
    reason: str
    wait_s: float
    params: dict[str, str] = field(default_factory=dict)
    """Parameters that have another value from this retry on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseStarted:
    TYPE: ClassVar[str] = "pause.started"
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseEnded:
    TYPE: ClassVar[str] = "pause.ended"
    by: str
    role: str = ""
    """In which they went on: whose turn it was, at the stop before a step."""
    login: str = ""
    uid: int | None = None
    """Of whoever went on from a seat of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteAdded:
    TYPE: ClassVar[str] = "note.added"
    by: str
    text: str
    step: str = ""
    kind: str = ""
    """`hand`: a raised hand; empty for a note."""
    login: str = ""
    uid: int | None = None
    """Of whoever wrote it in a seat of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HintShown:
    TYPE: ClassVar[str] = "hint.shown"
    step: str
    index: int
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GuessMade:
    TYPE: ClassVar[str] = "guess.made"
    step: str
    by: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShellOpened:
    TYPE: ClassVar[str] = "shell.opened"
    step: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShellClosed:
    TYPE: ClassVar[str] = "shell.closed"
    step: str
    exit_code: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AbortRequested:
    """`via` is `operator`, `signal`, `deadline` or `error` (the screen or the engine broke)."""

    TYPE: ClassVar[str] = "abort.requested"
    by: str
    via: str
    reason: str
