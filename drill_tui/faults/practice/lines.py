"""A practice line by line, for a plain terminal, a screen reader, or a file of answers."""

from __future__ import annotations

import asyncio
import sys
import textwrap
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, TextIO

from drill_tui.engine.processes.process import ProcessError
from drill_tui.engine.record import events as ev
from drill_tui.engine.text.os_words import os_words
from drill_tui.engine.text.sanitise import one_line, strip_controls
from drill_tui.faults.practice.record import PracticeRecord
from drill_tui.faults.practice.scenery import Stage
from drill_tui.faults.practice.session import Practice
from drill_tui.faults.practice.telling import MARK, NOTHING_HAPPENS, NOTHING_YET, counted
from drill_tui.faults.practice.typed import Typed
from drill_tui.verdict.state import DrillState

WIDTH: Final = 100
LAST_LINES: Final = 60
"""Of a log; the whole of it is in its file."""
HELP: Final = (
    "check backup|restored   run a check, and see what it says",
    "log NAME                read a log",
    "shell                   a shell in which psql reaches the restored database; $BACKUP is the backup",
    "hint                    one hint; it is counted",
    "diagnose                say what is broken, and what you would do",
    "give up                 be told",
)


class Lines:
    """The face of a practice on two streams."""

    def __init__(self, typed: Typed, out: TextIO) -> None:
        self._typed = typed
        self._out = out

    def say(self, text: str = "") -> None:
        for line in strip_controls(text).splitlines() or [""]:
            self._out.write(f"{MARK}  {line}".rstrip() + "\n")
        self._out.flush()

    def say_wrapped(self, text: str) -> None:
        for paragraph in text.strip().split("\n\n"):
            pieces = paragraph.splitlines() if paragraph.startswith("- ") else [paragraph]
            for piece in pieces:
                self.say(
                    "\n".join(textwrap.wrap(piece, WIDTH, subsequent_indent="  " * (piece is not paragraph)))
                )
            self.say()

    async def practise(self, stage: Stage) -> None:
        practice = stage.practice
        scenario = practice.scenario
        self.say()
        self.say(
            f"{scenario.title} (difficulty {scenario.difficulty} of 5)" if practice.broken else "Game day"
        )
        self.say(NOTHING_HAPPENS)
        self.say()
        self.say_wrapped(scenario.situation if practice.broken else NOTHING_YET)
        self.say(f"Backup    {stage.backup}")
        self.say(f"Database  {stage.database}")
        self.say(f"Logs      {', '.join(stage.logs)}")
        self.say()
        self._help()
        while not practice.is_over:
            given = await self._ask("> ")
            if given is None:
                practice.give_up()
            else:
                await self._do(given.strip(), stage)

    def heard(self, text: str) -> None:
        self._out.write("\n")
        self.say_wrapped(text)

    def over(self, record: PracticeRecord) -> None:
        """Told below what is still said while it is cleared away, so that it is read last."""

    async def _do(self, given: str, stage: Stage) -> None:
        word, _, rest = given.partition(" ")
        match word.casefold():
            case "check":
                await self._check(rest.strip(), stage)
            case "log":
                self._log(rest.strip(), stage)
            case "shell":
                await self._shell(stage)
            case "hint":
                self._hint(stage.practice)
            case "diagnose":
                await self._diagnose(stage.practice)
            case "give" if rest.strip().casefold() == "up":
                stage.practice.give_up()
            case _:
                self._help()

    def _help(self) -> None:
        for line in HELP:
            self.say(line)

    async def _check(self, name: str, stage: Stage) -> None:
        check = next((check for check in stage.checks if check.name == name), None)
        if check is None:
            self.say(f"Which check? {', '.join(check.name for check in stage.checks)}")
            return
        self.say(f"{check.title} …")
        try:
            checked = await stage.asking.ask(check)
        except (OSError, ProcessError) as error:
            self.say(f"The check could not be run: {error}")
            return
        stage.practice.checked(check.name, objected=checked.objected)
        self.say(checked.said)
        self.say("It objects." if checked.objected else "It has no objection.")

    def _log(self, name: str, stage: Stage) -> None:
        path = stage.logs.get(name)
        if path is None:
            self.say(f"Which log? {', '.join(stage.logs)}")
            return
        stage.practice.looked(f"the log of {name} was read")
        self.say(last_lines(path))
        self.say(f"The whole of it: {path}")

    async def _shell(self, stage: Stage) -> None:
        if not self._typed.is_terminal:
            self.say("A shell needs a terminal. psql reaches the database with these:")
            for name in ("PGHOST", "PGPORT", "PGUSER", "PGDATABASE", "PGPASSFILE"):
                self.say(f"  {name}={stage.environment.get(name, '')}")
            return
        stage.practice.looked("a shell was opened")
        self.say("psql reaches the restored database; $BACKUP is the backup. `exit` comes back.")
        program = stage.environment.get("SHELL") or "/bin/sh"
        try:
            shell = await asyncio.create_subprocess_exec(
                program, env=dict(stage.environment), cwd=stage.directory
            )
        except OSError as error:
            self.say(f"No shell: {os_words(error)}")
            return
        try:
            await shell.wait()
        finally:
            with suppress(ProcessLookupError):
                shell.terminate()

    def _hint(self, practice: Practice) -> None:
        hint = practice.hint()
        self.say(f"Hint {practice.hints_shown}: {hint}" if hint else "There is no further hint.")
        if hint:
            self.say(f"({counted(practice.hints_left, 'hint')} left)")

    async def _diagnose(self, practice: Practice) -> None:
        self.say("What is broken?")
        for number, diagnosis in enumerate(practice.offered, start=1):
            self.say(f"  {number}  {diagnosis.says}")
        chosen = (await self._ask("number > ") or "").strip()
        if not chosen.isdecimal() or not 1 <= int(chosen) <= len(practice.offered):
            self.say(f"That is no number from 1 to {len(practice.offered)}; nothing was counted.")
            return
        would_do = await self._ask("What would you do? > ")
        diagnosis = practice.offered[int(chosen) - 1]
        if practice.diagnose(diagnosis, one_line(would_do or "")):
            self.say("Yes.")
        else:
            self.say(f"No: {practice.why_not(diagnosis)}")

    async def _ask(self, prompt: str) -> str | None:
        """The next line; None at the end of the input."""
        self._out.write(f"{MARK} {prompt}")
        self._out.flush()
        line = await self._typed.line()
        if not self._typed.is_terminal:
            self._out.write(f"{line or ''}\n")
        return line


class Preparing:
    """Says what is being set up and cleared away; a sink of the run."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._state = DrillState()

    def on_record(self, record: ev.Record) -> None:
        self._state.apply(record)
        match record.event:
            case ev.StepStarted(step=step) if step != "practise":
                self._say(f"{self._state.steps[step].title} …")
            case ev.StepEnded(step=step, outcome=ev.Outcome.ERROR, reason=reason):
                self._say(f"{self._state.steps[step].title}: {reason}")

    def on_log(self, chunk: ev.LogChunk) -> None: ...

    def on_progress(self, progress: ev.Progress) -> None: ...


def last_lines(path: Path) -> str:
    try:
        lines = path.read_text("utf-8", "replace").splitlines()
    except OSError as error:
        return os_words(error)
    return "\n".join(lines[-LAST_LINES:])


def on_this_terminal() -> Lines:
    return Lines(Typed(sys.stdin.fileno()), sys.stdout)
