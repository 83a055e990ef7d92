"""The runbook: what to do, in which order, and what counts as proof.

These are the shapes that `load.py` fills from YAML.  Unknown names are errors.  Durations are written with
a unit (`90s`, `25m`, `1h30m`) and held in seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from drill_tui.runbook.durations import DURATION_PATTERN, duration_of
from drill_tui.runbook.mode import USUAL, Mode
from drill_tui.runbook.plays import Plays

ID_PATTERN = r"^[a-z][a-z0-9_-]{0,63}$"

Duration = Annotated[
    float,
    BeforeValidator(duration_of),
    WithJsonSchema(
        {"type": "string", "pattern": DURATION_PATTERN, "examples": ["90s", "25m", "1h30m", "31d"]}
    ),
]
Identifier = Annotated[str, Field(pattern=ID_PATTERN)]
Scalar = str | int | float | bool
LEAD: Final = "lead"
"""The role that decides, and whose turn it is at a step without a role."""
ValueType = Literal["string", "int", "float", "bool", "duration", "timestamp", "path"]


class Strict(BaseModel):
    """A part of a runbook: frozen, and no name that is not in the reference."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Role(Strict):
    title: str
    doc: str = ""
    optional: bool = False
    """Whether a drill may start with nobody in this role."""


class Param(Strict):
    type: Literal[ValueType, "place", "secret"] = "string"
    """`place` is a path, or the URL of a place in a store."""
    doc: str = ""
    default: Scalar | None = None
    env: str | None = None
    """The environment variable that gives the value; the only way, with a prompt, for a secret."""
    pattern: str | None = None
    choices: tuple[Scalar, ...] = ()


class Measure(Strict):
    start: str = Field(alias="from")
    """`<step>.start` or `<step>.end`."""
    end: str = Field(alias="to")
    plus: tuple[Identifier, ...] = ()
    """Steps before the stretch whose own time counts too, such as the one that fetches the backup."""


class Waiver(Strict):
    """Why a criterion cannot be proven here; it excuses `unproven`, never `missed`."""

    reason: str = Field(min_length=1)
    owner: str = Field(min_length=1)
    """Who answers for it."""
    until: date
    """The last day on which it holds, in UTC."""


class Criterion(Strict):
    """What the drill must prove.  Exactly one of `evidence`, `measure`, `value`, `steps`."""

    title: str
    doc: str = ""
    evidence: tuple[Identifier, ...] = ()
    """Steps that must each record `met` for this criterion's id."""
    measure: Measure | None = None
    clock: Literal["wall", "machine"] = "wall"
    value: str | None = None
    steps: tuple[Identifier, ...] = ()
    """Steps that must pass."""
    max: str | int | float | None = None
    min: str | int | float | None = None
    equals: Scalar | None = None
    required: bool = True
    waiver: Waiver | None = None


class NoteField(Strict):
    label: str
    type: Literal["text", "lines", "actions", "int", "float", "bool", "choice"] = "text"
    """`lines` is text of several; `actions` one a line: what; who; until which day."""
    choices: tuple[str, ...] = ()
    required: bool = False
    auto: Scalar | None = None
    """The answer recorded in --auto; without one the field is left out."""


class Condition(Strict):
    """Holds when a parameter has a value."""

    param: Identifier
    equals: Scalar = Field(alias="is")


class Gate(Strict):
    """A question that is asked before the action.  Alone, it is a manual step."""

    kind: Literal["confirm", "type", "signoff", "note"]
    prompt: str
    when: Condition | None = None
    """Asked only then; without it, always."""
    text: str | None = None
    """For `type`: what must be typed, exactly."""
    roles: tuple[Identifier, ...] = ()
    """For `signoff`, and `type` by several: whose answers count; empty means any participant."""
    min: int = Field(default=1, ge=1, le=20)
    """How many people: who sign, or who each type the text of a `type` gate."""
    distinct: bool = True
    identity: Literal["login"] | None = None
    """For `signoff`, and `type` with `min`: only logins of their own count, and each once."""
    fields: dict[Identifier, NoteField] = {}
    timeout: Duration | None = None
    auto: Literal["approve", "fail"] | None = None
    """What --auto does here.  Without it, --auto refuses to start; a `type` gate's `--confirm` helps."""


class Retry(Strict):
    attempts: int = Field(default=1, ge=1, le=20)
    """How many attempts in all."""
    delay: Duration = 0.0
    backoff: float = Field(default=1.0, ge=1.0)
    exit_codes: tuple[int, ...] = ()
    """Retry only on these; empty means on any failure."""


class Output(Strict):
    """How a value is taken from a step.  Without a selector it comes from `$DRILL_OUTPUT`."""

    regex: str | None = None
    """Searched in the step's standard output; the first group, or the whole match."""
    json_path: str | None = None
    """Dotted path into a JSON standard output."""
    column: str | None = None
    """Column of the first row of a `sql` step."""
    type: ValueType = "string"


class Check(Strict):
    """An assertion on `exit`, `stdout` or one of the step's outputs."""

    that: str
    equals: Scalar | None = None
    one_of: tuple[Scalar, ...] = ()
    matches: str | None = None
    min: Scalar | None = None
    max: Scalar | None = None
    message: str = ""


class Sql(Strict):
    """A query on the connection that the step names in `connect`; parameters are bound, never pasted."""

    query: str
    params: dict[str, Scalar] = {}


class Action(Strict):
    """What a step of either list does: at most one of `run`, `uses`, `sql`."""

    id: Identifier
    title: str
    doc: str = ""
    """Why, in Markdown."""
    run: str | tuple[str, ...] | None = None
    """A list is an argv, with `${…}` filled in; a string is shell text, in which `${…}` is a load error."""
    uses: str | None = None
    arguments: dict[str, Scalar] = Field(default={}, alias="with")
    connect: Identifier | None = None
    """An earlier step whose exported connection variables this step gets."""
    env: dict[str, Scalar] = {}
    timeout: Duration | None = None
    """Hard: the step is stopped and its outcome is `timed_out`."""
    only: tuple[Mode, ...] = ()
    """The modes in which this step takes place; empty means all."""


class Step(Action):
    watch: str = ""
    """What to keep an eye on while it runs."""
    role: Identifier | None = None
    plays: Plays | None = None
    """What a command is in the drill: `backup` if it makes one, and so on.  An action says it itself."""
    needs: tuple[Identifier, ...] = ()
    """Earlier steps without which this one is not run: they must have come to an end of their own, good or
    bad.  The step of `connect`, and those whose outputs it uses, are needed anyway."""
    gate: Gate | None = None
    sql: Sql | None = None
    budget: Duration | None = None
    """Soft: amber at 80 %, red past it, noted in the report; never stops a step."""
    retry: Retry = Retry()
    on_failure: Literal["stop", "continue", "ignore"] = "stop"
    idempotent: bool = False
    """After a crash this step may be run again without asking."""
    outputs: dict[str, Output] = {}
    check: tuple[Check, ...] = ()
    hints: tuple[str, ...] = ()
    expect: str = ""
    """What a good result looks like; in training shown after the trainee's guess."""


class CleanupStep(Action):
    after: Identifier | None = None
    """Runs only if that step started."""
    timeout: Duration | None = 600.0


class Cadence(Strict):
    auto: Duration | None = None
    guided: Duration | None = None
    after_change: tuple[str, ...] = ()
    """Globs, from the project directory, of the files that define the backup procedure."""


class Requirements(Strict):
    """What must be there before a drill is worth starting.  Headless it is started all the same."""

    paths: tuple[Identifier, ...] = ()
    """Parameters of type `path` that must name something that is there."""
    programs: tuple[str, ...] = ()
    """Programs that are found on `PATH`."""


class Runbook(Strict):
    version: Literal[1]
    id: Identifier
    title: str
    doc: str = ""
    modes: tuple[Mode, ...] = ()
    """The modes in which it can be started; empty means all but `recovery`, which never counts as a drill."""
    roles: dict[Identifier, Role] = {}
    params: dict[Identifier, Param] = {}
    requires: Requirements = Requirements()
    """What is looked at before people start it; home proposes what can run."""
    criteria: dict[Identifier, Criterion] = {}
    cadence: Cadence = Cadence()
    proves: str = ""
    """What a drill that passes shows, as a sentence; the reports say it.  A runbook that starts a target need
    not say it: the backup restores."""
    freeze_on: tuple[Literal["fail", "unproven"], ...] = ("fail",)
    """Verdicts after which production waits for a passing drill.  One that could not tell never freezes."""
    deadline: Duration | None = None
    """The watchdog: a drill that runs longer is ended, by the same cleanup."""
    steps: tuple[Step, ...] = Field(min_length=1)
    cleanup: tuple[CleanupStep, ...] = ()

    @property
    def restores(self) -> bool:
        """Whether it starts a database to restore into; one that does not proves something else."""
        return any(step.uses == "target.start" for step in self.steps)

    @property
    def usable_modes(self) -> tuple[Mode, ...]:
        return self.modes or USUAL

    @property
    def is_for_drills(self) -> bool:
        """False of a runbook for the day on which the real thing is down."""
        return any(mode is not Mode.RECOVERY for mode in self.usable_modes)

    def refuses(self, mode: Mode) -> str:
        """Why it cannot be started in this mode, as a sentence; empty where it can."""
        if mode in self.usable_modes:
            return ""
        people = ", by people" if Mode.AUTO not in self.usable_modes else ""
        return f"{self.id} is not run in mode {mode}, only in mode {' or '.join(self.usable_modes)}{people}"

    def every_step(self) -> Iterator[Action]:
        """The steps, then the cleanup steps, in the order written."""
        yield from self.steps
        yield from self.cleanup

    def step(self, step_id: str) -> Action:
        """Raises KeyError for an id that neither list has."""
        return next((s for s in self.every_step() if s.id == step_id), None) or _no_such(step_id)


def _no_such(step_id: str) -> Any:
    raise KeyError(step_id)
