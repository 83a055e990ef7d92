"""How each dialog comes to be on the screen of the staged program, and what can lie on it."""

from __future__ import annotations

from dataclasses import dataclass

ESCAPE, CTRL_C, CTRL_P, F1, DOWN = "\x1b", "\x03", "\x10", "\x1bOP", "\x1b[B"
REFUSES = "Tab to the refusal, Enter"


@dataclass(frozen=True)
class Opened:
    """How a dialog comes to be there."""

    kind: str
    orders: tuple[str, ...] = ()
    """What happens in the drill."""
    keys: str = ""
    """What people press then."""
    mode: str = "guided"
    between: str = ""
    """What has to be seen after the first of these keys, before the others."""
    over: Opened | None = None
    """The dialog that has to be there first, because its keys open this one."""


FAILURE = Opened("FailureDialog", ("ask failure",))
ALONE = (
    Opened("ConfirmGate", ("ask confirm",)),
    Opened("TypeGate", ("ask type",)),
    Opened("SignoffGate", ("ask signoff",)),
    Opened("NoteGate", ("ask note",)),
    FAILURE,
    Opened("ParamsDialog", keys="v", over=FAILURE),
    Opened("YesNoDialog", ("ask rerun",)),
    Opened("ReasonDialog", keys="p"),
    Opened("WriteDialog", keys="n"),
    Opened("HandOverDialog", keys="x"),
    Opened("HintDialog", keys="t", mode="training"),
    Opened("NothingDialog", keys="kt", mode="training", between="5 of 9"),
    Opened("StopDialog", keys="a"),
    Opened("LeaveDialog", ("cleanup",), "q"),
    Opened("CutOffDialog", keys="\r", mode=""),
)
STOP, PALETTE = Opened("StopDialog", keys=CTRL_C), Opened("Palette", keys=CTRL_P)
LEAVE = Opened("LeaveDialog", ("cleanup",), CTRL_C)
REFUSE = Opened("ReasonDialog", keys=REFUSES)
SIGNOFF, NOTE = ALONE[2], ALONE[3]
CONTINUE, VALUES, ABORT = (
    Opened("ReasonDialog", keys="c"),
    Opened("ParamsDialog", keys="v"),
    Opened("StopDialog", keys="b"),
)


def tops_of(base: Opened) -> list[Opened]:
    """What can lie on this dialog; once cleanup runs the drill can no longer be stopped, so that is last."""
    own = {"FailureDialog": [CONTINUE, VALUES, ABORT]}.get(
        base.kind, [REFUSE] if base.kind.endswith("Gate") else []
    )
    stoppable = base.kind not in ("StopDialog", "LeaveDialog", "CutOffDialog")
    return [PALETTE, *own, *([STOP, LEAVE] if stoppable else [])]
