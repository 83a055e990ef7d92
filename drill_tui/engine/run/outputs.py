"""What a step puts out, taken as its runbook declares and held to the declared type."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from drill_tui.engine.text.sanitise import strip_controls
from drill_tui.runbook.durations import format_duration, parse_duration
from drill_tui.runbook.model import Output
from drill_tui.runbook.values import scalar_text


def reads_stdout(outputs: Mapping[str, Output]) -> bool:
    return any(output.regex is not None or output.json_path is not None for output in outputs.values())


def take_outputs(
    declared: Mapping[str, Output], told: Mapping[str, str], stdout: str
) -> tuple[dict[str, str], list[str]]:
    """The declared outputs that could be taken, and a sentence for each that could not."""
    taken: dict[str, str] = {}
    problems: list[str] = []
    for name, output in declared.items():
        try:
            taken[name] = typed(_select(name, output, told, stdout), output.type)
        except ValueError as error:
            problems.append(f"output {name}: {error}")
    return taken, problems


def typed(text: str, kind: str) -> str:
    """The text of a value of this type, in seconds for a duration given with a unit or without.

    Raises ValueError.
    """
    try:
        match kind:
            case "int":
                return str(int(text))
            case "float":
                return _finite(text)
            case "bool":
                return _bool(text)
            case "duration":
                return _seconds(text)
            case "timestamp":
                datetime.fromisoformat(text)
            case "path" if not text or "\0" in text:
                raise ValueError(text)
    except ValueError:
        raise ValueError(f"{text[:100]!r} is no {kind}") from None
    return text


def _finite(text: str) -> str:
    if not math.isfinite(float(text)):
        raise ValueError(text)
    return text.strip()


def _bool(text: str) -> str:
    if text.lower() not in {"true", "false"}:
        raise ValueError(text)
    return text.lower()


def _seconds(text: str) -> str:
    """Seconds as the runbook would write them; a bare number is a program's count of seconds."""
    try:
        return format_duration(parse_duration(text))
    except ValueError:
        return format_duration(float(_finite(text)))


def _select(name: str, output: Output, told: Mapping[str, str], stdout: str) -> str:
    if output.regex is not None:
        match = re.search(output.regex, stdout, re.MULTILINE)
        if match is None:
            raise ValueError(f"nothing in standard output matches {output.regex}")
        found: str | None = match[1] if match.re.groups else match[0]
        return strip_controls(found or "")
    if output.json_path is not None:
        return strip_controls(_from_json(output.json_path, stdout))
    key = output.column or name
    if key not in told:
        raise ValueError(f"the query has no column {key}" if output.column else "the step did not write it")
    return told[key]


def _from_json(path: str, stdout: str) -> str:
    try:
        value: Any = json.loads(stdout)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"standard output is not JSON ({error})") from None
    for part in path.split("."):
        try:
            value = value[int(part)] if isinstance(value, list) else value[part]
        except (KeyError, IndexError, ValueError, TypeError):
            raise ValueError(f"standard output has no {path}") from None
    if isinstance(value, str | int | float | bool):
        return scalar_text(value)
    return json.dumps(value, ensure_ascii=False)
