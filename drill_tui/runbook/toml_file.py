"""TOML files of a project, read into a model: each mistake with its line, and with the nearest valid name."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from drill_tui.runbook.problems import Problem, RunbookError, nearest

SECRET: Final = "a file that is shared holds no password; set DB_PASSWORD, or name a `passfile`"  # noqa: S105
Model = TypeVar("Model", bound=BaseModel)


def read_toml(path: Path, model: type[Model]) -> Model:
    """The file as the model has it.  Raises RunbookError with each problem, and FileNotFoundError."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise RunbookError([Problem(str(path), 1, 1, f"cannot be read: {reason}")]) from None
    try:
        return model.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise RunbookError([_misspelt(error, path, text)]) from None
    except ValidationError as error:
        raise RunbookError(_problems(error, path, text, model)) from None


def line_of(text: str, tables: list[str], key: str) -> int:
    """Where a key stands; tomllib keeps no places.  The first line where it is written in no plain way.

    A table may be written within the one above it, as `params = {…}`: then that line is the place.
    """
    within = ""
    wanted = ".".join(tables)
    heading = 0
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[\s*([^\[\]#]+?)\s*\]", line):
            within = re.sub(r"[\"']|\s", "", header[1])
            if within == ".".join((*tables, key)):
                return number
            heading = number if within == wanted else heading
        elif within == wanted and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=", line):
            return number
    return heading or (line_of(text, tables[:-1], tables[-1]) if tables else 1)


def _misspelt(error: tomllib.TOMLDecodeError, path: Path, text: str) -> Problem:
    """tomllib says the place at the end of its sentence, or that it is the end of the document."""
    said, _, place = str(error).rpartition(" (at ")
    found = re.match(r"line (\d+), column (\d+)", place)
    line, column = (int(found[1]), int(found[2])) if found else (text.count("\n") + 1, 1)
    return Problem(str(path), line, column, f"this is no TOML: {said}")


def _problems(error: ValidationError, path: Path, text: str, model: type[BaseModel]) -> Iterator[Problem]:
    for detail in error.errors(include_url=False):
        *tables, key = map(str, detail["loc"])
        line = line_of(text, tables, key)
        if detail["type"] == "missing":
            yield Problem(str(path), line, 1, f"`{key}` is missing")
        elif detail["type"] != "extra_forbidden":
            value = detail["input"]
            yield Problem(str(path), line, 1, f"`{key}` is {value!r}: {_words(detail['msg'])}")
        elif "password" in key.lower():
            yield Problem(str(path), line, 1, f"`{key}` does not belong here: {SECRET}")
        else:
            hint = nearest(key, _known(model, tables))
            yield Problem(str(path), line, 1, f"unknown key {key!r}", hint)


def _known(model: Any, tables: list[str]) -> list[str]:
    """The names that may stand in a table; a table with names of people's own leads to what each holds."""
    for table in tables:
        fields = getattr(model, "model_fields", None)
        model = fields[table].annotation if fields else get_args(model)[-1]
    return list(getattr(model, "model_fields", ()))


def _words(message: str) -> str:
    return message.removeprefix("Value error, ").removeprefix("Input ").strip()
