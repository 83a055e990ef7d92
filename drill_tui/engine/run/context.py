"""What a built-in action may touch: the engine's side of `ports.ActionContext`."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import TypeVar

from drill_tui.engine.processes.log_file import StepLog
from drill_tui.engine.record.events import (
    EvidenceRecorded,
    Finding,
    Progress,
    ResourceClaimed,
    ResourceReleased,
)
from drill_tui.engine.run.core import Core
from drill_tui.engine.text.sanitise import one_line, strip_controls

T = TypeVar("T")


class EngineContext:
    """Its methods may be called from any thread: each returns when the thing is done."""

    def __init__(
        self,
        core: Core,
        log: StepLog,
        step: str,
        attempt: int,
        arguments: Mapping[str, str],
        environment: Mapping[str, str],
    ) -> None:
        self._core = core
        self._log = log
        self._attempt = attempt
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self.step = step
        self.arguments = arguments
        self.environment = environment

    @property
    def run_id(self) -> str:
        return self._core.setup.run_id

    @property
    def run_dir(self) -> Path:
        return self._core.setup.run_dir

    @property
    def private_dir(self) -> Path:
        return self._core.setup.private_dir

    @property
    def project_dir(self) -> Path:
        return self._core.setup.project_dir

    def procedure_file(self, name: str) -> Path:
        return self._core.setup.runbook.procedure_file(name)

    @property
    def keep(self) -> bool:
        return self._core.setup.keep

    def outputs_of(self, step: str) -> Mapping[str, str]:
        return dict(self._core.state.step(step).outputs)

    def env_of(self, step: str) -> Mapping[str, str]:
        return dict(self._core.state.step(step).env)

    def log(self, line: str) -> None:
        self._on_loop(lambda: self._log.line(line))

    def progress(self, label: str, done: float, total: float, unit: str, eta_s: float | None = None) -> None:
        progress = Progress(
            step=self.step, label=one_line(label, 200), done=done, total=total, unit=unit, eta_s=eta_s
        )
        self._on_loop(lambda: self._core.recorder.tell_progress(progress))

    def evidence(self, criterion: str, result: Finding, detail: str, coverage: str = "") -> None:
        event = EvidenceRecorded(
            step=self.step,
            attempt=self._attempt,
            criterion=criterion,
            result=result,
            detail=strip_controls(detail),
            coverage=strip_controls(coverage),
        )
        self._on_loop(lambda: self._core.record(event))

    def claim(self, kind: str, ref: str, **details: str) -> None:
        event = ResourceClaimed(step=self.step, kind=kind, ref=ref, details=details)
        self._on_loop(lambda: self._core.record(event))

    def release(self, kind: str, ref: str) -> None:
        if (kind, ref) in self._core.state.claims:
            self._on_loop(lambda: self._core.record(ResourceReleased(kind=kind, ref=ref)))

    def keep_secret(self, value: str) -> None:
        self._on_loop(lambda: self._core.recorder.redactor.keep_secret(value))

    def _on_loop(self, call: Callable[[], T]) -> T:
        if threading.get_ident() == self._thread:
            return call()
        done: Future[T] = Future()

        def run() -> None:
            try:
                done.set_result(call())
            except BaseException as error:
                done.set_exception(error)

        self._loop.call_soon_threadsafe(run)
        return done.result()
