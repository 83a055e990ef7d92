"""What the engine needs from the world, as protocols; the composition root in `cli/` plugs in the rest."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from drill_tui.runbook.plays import Plays

if TYPE_CHECKING:
    from drill_tui.engine.record.events import Finding, GateOpened, LogChunk, Progress, Record, Signature


class Clock(Protocol):
    """Time, so that tests can own it."""

    def now(self) -> float:
        """Seconds since the epoch; never goes back within a process."""

    async def sleep(self, seconds: float) -> None: ...


class Sink(Protocol):
    """Somebody who listens to a drill.  A sink that raises is dropped and reported, never the drill."""

    def on_record(self, record: Record) -> None: ...

    def on_log(self, chunk: LogChunk) -> None: ...

    def on_progress(self, progress: Progress) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class GateAnswer:
    """`answer` is `approved` or `rejected`; `values` are the fields of a note gate or the typed text."""

    answer: str
    by: tuple[Signature, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A step that failed and has no attempts left."""

    step: str
    attempt: int
    reason: str
    exit_code: int | None
    environment: Mapping[str, str]
    """The step's environment, for a shell; holds no secret but paths to 0600 files."""
    working_dir: Path
    starts_over: tuple[str, ...] = ()
    """Ids of the steps that a retry makes again, where what the step relies on is gone; empty otherwise."""
    params: Mapping[str, str] = field(default_factory=dict)
    """The parameters that the step itself is given, with their values: a retry may have others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureAnswer:
    """`choice` is `retry`, `continue` (a reason is required; the result stays failed) or `abort`."""

    choice: str
    by: str
    reason: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    """With `retry`: other values for parameters that the failure named."""


class Operator(Protocol):
    """The only way back in: who answers when the drill asks."""

    async def decide(self, gate: GateOpened) -> GateAnswer:
        """Answer a gate.  Cancelled when the gate expires or the drill is aborted."""

    async def on_failure(self, failure: Failure) -> FailureAnswer | None:
        """Choose after a failure; None leaves it to the runbook's `on_failure`."""

    async def may_rerun(self, step: str) -> bool:
        """After a crash: may this step, not idempotent and cut off half-way, be run again?"""


class ActionError(Exception):
    """A built-in action failed for a reason a user can act on: what happened, and what to do next."""


class NotOursError(ActionError):
    """A cleanup found something that is not this run's in the place of what `step` had made.

    What the step claimed is then left alone, marks or no marks, until somebody has looked.
    """

    def __init__(self, sentence: str, step: str) -> None:
        super().__init__(sentence)
        self.step = step


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionResult:
    outputs: Mapping[str, str] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    """Exported to the steps that say `connect: <this step>`.  Never a secret: put those in a 0600 file."""


class ActionContext(Protocol):
    """What a built-in action (`uses:`) may touch."""

    @property
    def run_id(self) -> str: ...

    @property
    def run_dir(self) -> Path:
        """artifacts/restore/<run id>; absolute."""

    @property
    def private_dir(self) -> Path:
        """A 0700 directory of this run for secrets (pgpass files); removed by cleanup."""

    @property
    def project_dir(self) -> Path:
        """Where relative paths start from; absolute."""

    def procedure_file(self, name: str) -> Path:
        """A file of the procedure by its path below the project: the project's own, else the shipped one."""

    @property
    def step(self) -> str: ...

    @property
    def arguments(self) -> Mapping[str, str]:
        """The step's `with:`, with every `${…}` filled in."""

    @property
    def environment(self) -> Mapping[str, str]:
        """For a step with `connect:`, the variables of that connection over the inherited environment;
        otherwise the environment that drill-tui was started with, connection variables included."""

    @property
    def keep(self) -> bool:
        """Whether what this run makes is to stay when the run is over."""

    def outputs_of(self, step: str) -> Mapping[str, str]:
        """What a step left so far; empty for one that did not run, or that the runbook does not have."""

    def env_of(self, step: str) -> Mapping[str, str]:
        """The connection variables that a finished step exported; empty like `outputs_of`."""

    def log(self, line: str) -> None: ...

    def progress(
        self, label: str, done: float, total: float, unit: str, eta_s: float | None = None
    ) -> None: ...

    def evidence(self, criterion: str, result: Finding, detail: str, coverage: str = "") -> None: ...

    def claim(self, kind: str, ref: str, **details: str) -> None:
        """Journal, durably, that a resource is about to be made.  Call this before making it."""

    def release(self, kind: str, ref: str) -> None:
        """Journal that the resource is gone, after proving that it is."""

    def keep_secret(self, value: str) -> None:
        """Mask this value in every log, event and artifact from now on."""


Action = Callable[[ActionContext], Awaitable[ActionResult]]


Liveness = Callable[[Mapping[str, str], Mapping[str, str]], Awaitable[str]]
"""From a step's outputs and drill-tui's own environment: why what the step started is gone, as a sentence;
empty while it lives, and where that cannot be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionSpec:
    """A built-in action that a runbook may name in `uses:`."""

    name: str
    summary: str
    run: Action
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Names allowed in `with:` and what each means."""
    required: frozenset[str] = frozenset()
    outputs: Mapping[str, str] = field(default_factory=dict)
    plays: Plays | None = None
    """What its step is in the drill, where reports and screens ask for it."""
    subject: Callable[[Mapping[str, str], Mapping[str, str]], str] | None = None
    """From arguments and environment, what it would act on, for whoever answers the gate before it; empty
    where that needs no words.  Raises ActionError where nothing is named."""
    even_if_kept: bool = False
    """A cleanup that takes place with `--keep` too: what it removes is nothing to look at."""
    gone: Liveness | None = None
    """Asked every second while the drill goes on, of a finished step that started something (a server)."""
    revive: Action | None = None
    """Called on `resume` for a finished step, to bring back what died with the process (a server)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A resource that a run claimed and has not released."""

    run_id: str
    step: str
    kind: str
    ref: str
    details: Mapping[str, str]


Disposer = Callable[[Claim, Callable[[str], None]], Awaitable[None]]
"""Removes one claimed resource if its marker names this run; raises ActionError when it must not or cannot.
A resource that does not exist (any more) is not an error.  The second argument writes a log line."""


@dataclass(frozen=True, slots=True)
class Toolbox:
    """Everything a runbook can use, by name."""

    actions: Mapping[str, ActionSpec]
    disposers: Mapping[str, Disposer]
