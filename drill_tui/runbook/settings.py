"""`drill.toml`: what a team settles once for all drills of its project: the source and the objectives."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Self

from pydantic import Field, ValidationError, model_validator

from drill_tui.runbook.durations import format_duration
from drill_tui.runbook.model import Duration, Runbook, Strict
from drill_tui.runbook.problems import Problem, RunbookError, nearest
from drill_tui.runbook.project import SETTINGS_NAME

SECRET: Final = "a file that is shared holds no password; set DB_PASSWORD, or name a `passfile`"  # noqa: S105


class Source(Strict):
    """Where the source is, as far as the environment does not name one."""

    host: str = ""
    port: int | None = Field(default=None, gt=0, lt=65536)
    dbname: str = ""
    user: str = ""
    service: str = ""
    passfile: str = ""
    sslmode: str = ""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.service and (self.host or self.port or self.dbname or self.user):
            raise ValueError("a `service` says all of host, port, dbname and user; write it alone")
        return self


class Objectives(Strict):
    """The most that a drill may measure, in place of what the runbooks name as `max`."""

    rto: Duration | None = None
    rpo: Duration | None = None


class Settings(Strict):
    source: Source = Source()
    objectives: Objectives = Objectives()

    def bounds(self) -> dict[str, str]:
        """Objectives by the id of their criterion."""
        return {name: format_duration(most_s) for name, most_s in self.objectives if most_s is not None}


def read_settings(project_dir: Path) -> Settings:
    """The settings of a project; without the file there are none.  Raises RunbookError with each problem."""
    path = project_dir / SETTINGS_NAME
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise RunbookError([Problem(str(path), 1, 1, f"cannot be read: {reason}")]) from None
    try:
        return Settings.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise RunbookError([_misspelt(error, path, text)]) from None
    except ValidationError as error:
        raise RunbookError(_problems(error, path, text)) from None


def with_objectives(runbook: Runbook, bounds: Mapping[str, str]) -> Runbook:
    """The runbook with these objectives; criteria that it lacks are passed over."""
    changed = {
        name: criterion.model_copy(update={"max": bounds[name]})
        for name, criterion in runbook.criteria.items()
        if name in bounds and criterion.max is not None
    }
    return runbook.model_copy(update={"criteria": {**runbook.criteria, **changed}}) if changed else runbook


def _misspelt(error: tomllib.TOMLDecodeError, path: Path, text: str) -> Problem:
    """tomllib says the place at the end of its sentence, or that it is the end of the document."""
    said, _, place = str(error).rpartition(" (at ")
    found = re.match(r"line (\d+), column (\d+)", place)
    line, column = (int(found[1]), int(found[2])) if found else (text.count("\n") + 1, 1)
    return Problem(str(path), line, column, f"this is no TOML: {said}")


def _problems(error: ValidationError, path: Path, text: str) -> Iterator[Problem]:
    for detail in error.errors(include_url=False):
        *tables, key = map(str, detail["loc"])
        line = _line_of(text, tables[0] if tables else "", key)
        if detail["type"] != "extra_forbidden":
            value = detail["input"]
            yield Problem(str(path), line, 1, f"`{key}` is {value!r}: {_words(detail['msg'])}")
        elif "password" in key.lower():
            yield Problem(str(path), line, 1, f"`{key}` does not belong here: {SECRET}")
        else:
            hint = nearest(key, _known(tables))
            yield Problem(str(path), line, 1, f"unknown key {key!r}", hint)


def _known(tables: list[str]) -> list[str]:
    model: Any = Settings
    for table in tables:
        model = model.model_fields[table].annotation
    return list(model.model_fields)


def _words(message: str) -> str:
    return message.removeprefix("Value error, ").removeprefix("Input ").strip()


def _line_of(text: str, table: str, key: str) -> int:
    """Where a key stands; tomllib keeps no places.  The first line where it is written in no plain way."""
    within = ""
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[\s*([\w.-]+)\s*\]", line):
            within = header[1]
            if not table and within == key:
                return number
        elif within == table and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=", line):
            return number
    return 1
