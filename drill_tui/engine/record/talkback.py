"""What a step's program tells the engine through three files: outputs, progress, evidence.

The other side is `drill_tui/postgres/client/talkback.py`, or any script that appends to `$DRILL_OUTPUT`
(`key=value`), `$DRILL_PROGRESS` and `$DRILL_EVIDENCE` (one JSON object per line).  What cannot be read is
told to `complain`, never guessed: evidence that is lost leaves its criterion unproven.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any, Final

from drill_tui.engine.record.events import Finding, Progress
from drill_tui.engine.text.sanitise import one_line, strip_controls

MAX_FILE_BYTES: Final = 4 * 1024 * 1024
MAX_LINE_BYTES: Final = 64 * 1024
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    criterion: str
    result: Finding
    detail: str
    coverage: str = ""


class Talkback:
    """The three files of one attempt, in a directory of its own."""

    def __init__(self, directory: Path, step: str, complain: Callable[[str], None]) -> None:
        self._step = step
        self._complain = complain
        self._read = {"output": 0, "progress": 0, "evidence": 0}
        self._paths = {name: directory / name for name in self._read}
        directory.mkdir(parents=True, exist_ok=True)
        for path in self._paths.values():
            path.touch()

    @property
    def environment(self) -> dict[str, str]:
        return {f"DRILL_{name.upper()}": str(path) for name, path in self._paths.items()}

    def progress(self) -> Progress | None:
        """The newest progress since the last call, if any."""
        newest = None
        for line in self._new_lines("progress", newest_only=True):
            newest = self._progress(line) or newest
        return newest

    def outputs(self) -> dict[str, str]:
        """Every `key=value` written so far; the last value of a key counts."""
        self._read["output"] = 0
        found = {}
        for line in self._new_lines("output", whole=True):
            key, equals, value = line.partition("=")
            if equals and _NAME.fullmatch(key):
                found[key] = strip_controls(value)
            elif line.strip():
                self._complain(f"not `key=value` in $DRILL_OUTPUT: {one_line(line, 200)}")
        return found

    def evidence(self) -> list[EvidenceLine]:
        """Every piece of evidence since the last call."""
        return [item for line in self._new_lines("evidence") if (item := self._evidence(line)) is not None]

    def _progress(self, line: str) -> Progress | None:
        try:
            data = _object(line)
            eta_s = data.get("eta_s")
            return Progress(
                step=self._step,
                label=one_line(str(data.get("label", "")), 200),
                done=_number(data.get("done", 0)),
                total=_number(data.get("total", 0)),
                unit=one_line(str(data.get("unit", "items")), 20),
                eta_s=None if eta_s is None else _number(eta_s),
            )
        except (ValueError, TypeError, RecursionError):
            return None

    def _evidence(self, line: str) -> EvidenceLine | None:
        try:
            data = _object(line)
            return EvidenceLine(
                criterion=str(data["criterion"]),
                result=Finding(data["result"]),
                detail=strip_controls(str(data["detail"])),
                coverage=strip_controls(str(data.get("coverage", ""))),
            )
        except (ValueError, TypeError, KeyError, RecursionError):
            self._complain(f"not evidence, and not counted: {one_line(line, 200)}")
            return None

    def _new_lines(self, name: str, *, whole: bool = False, newest_only: bool = False) -> Iterator[str]:
        """Lines added since the last call; `whole` takes an unfinished last line too.

        `newest_only` skips to the file's end, where there is too much.
        """
        data = self._read_on(name, newest_only)
        end = len(data) if whole or len(data) >= MAX_FILE_BYTES else data.rfind(b"\n") + 1
        self._read[name] += end
        for line in data[:end].split(b"\n"):
            if line and len(line) <= MAX_LINE_BYTES:
                yield line.decode("utf-8", "replace").rstrip("\r")
            elif line and not newest_only:
                self._complain(f"a line of {len(line)} bytes in ${f'drill_{name}'.upper()} was not read")

    def _read_on(self, name: str, newest_only: bool) -> bytes:
        path, start = self._paths[name], self._read[name]
        try:
            with path.open("rb") as file:
                size_bytes = file.seek(0, 2)
                if newest_only:
                    start = max(start, size_bytes - MAX_LINE_BYTES)
                elif size_bytes - start > MAX_FILE_BYTES:
                    self._complain(f"${f'drill_{name}'.upper()} is too long; only its first part was read")
                self._read[name] = start
                file.seek(start)
                return file.read(MAX_FILE_BYTES)
        except OSError as error:
            self._complain(f"{path.name}: {error.strerror}")
            return b""


def _object(line: str) -> dict[str, Any]:
    data = json.loads(line)
    if not isinstance(data, dict):
        raise TypeError(line)
    return data


def _number(value: Any) -> float:
    number = float(value)
    if not isfinite(number):
        raise ValueError(value)
    return number
