"""`${…}` in a runbook: what may be named, how it is filled in, and the typed parameters.

A reference is filled into one value: one item of an argv, one variable, one bound parameter.  It is never
pasted into shell text, so a value cannot become code.  `$${` stands for a literal `${`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from drill_tui.runbook.durations import format_duration, parse_duration
from drill_tui.runbook.model import Condition, Param, Runbook, Scalar
from drill_tui.runbook.patterns import compiled
from drill_tui.runbook.place import is_url, url_fault
from drill_tui.runbook.problems import RunbookError

_TOKEN = re.compile(r"\$\$\{|\$\{([^}]*)\}|\$\{")
_NAME = r"[a-z][a-z0-9_-]{0,63}"
_REFERENCE = re.compile(
    rf"params\.(?P<param>{_NAME})|steps\.(?P<step>{_NAME})\.outputs\.(?P<output>[A-Za-z_][A-Za-z0-9_-]*)"
    r"|run\.id|run\.dir|project"
)
FORMS = "${params.NAME}, ${steps.STEP.outputs.NAME}, ${run.id}, ${run.dir} or ${project}"
_TRUE, _FALSE = frozenset({"true", "yes", "on", "1"}), frozenset({"false", "no", "off", "0"})


class ReferenceSyntaxError(ValueError):
    """`${…}` that is not a reference."""


class ParamError(RunbookError):
    """Parameters that cannot be used; `sentences` says which and why."""

    def __init__(self, sentences: tuple[str, ...]) -> None:
        super().__init__(())
        self.sentences = sentences

    def __str__(self) -> str:
        return "\n".join(self.sentences)


@dataclass(frozen=True, slots=True)
class Reference:
    """One `${…}`: `name` is what stands between the braces.  A fact has neither param nor step."""

    name: str
    param: str | None = None
    step: str | None = None
    output: str | None = None


@dataclass(frozen=True, slots=True)
class ResolvedParam:
    """A parameter's value as text in its canonical form (`true`, `1h30m`, an absolute path…)."""

    value: str
    secret: bool = False


def references(text: str) -> tuple[Reference, ...]:
    """Every reference in a text, in order.  Raises ReferenceSyntaxError for `${…}` that is none."""
    return tuple(_reference(match) for match in _TOKEN.finditer(text) if match.group(0) != "$${")


def fill(text: str, lookup: Callable[[str], str]) -> str:
    """The text with each `${name}` replaced by `lookup(name)` and each `$${` by `${`.

    What `lookup` returns is not looked at again.  Raises ReferenceSyntaxError, and what `lookup` raises.

    >>> fill("${params.a}/x $${b}", {"params.a": "/tmp"}.__getitem__)
    '/tmp/x ${b}'
    """
    return _TOKEN.sub(lambda m: "${" if m.group(0) == "$${" else lookup(_reference(m).name), text)


def scalar_text(value: Scalar) -> str:
    """A YAML scalar as the text that a program is given: booleans in lower case."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def resolve_params(
    runbook: Runbook,
    given: Mapping[str, str],
    environment: Mapping[str, str],
    facts: Mapping[str, str] | None = None,
    secrets: Mapping[str, str] | None = None,
) -> dict[str, ResolvedParam]:
    """Each parameter from what was given, else its environment variable, else its default.

    `facts` are the values of `run.id`, `run.dir` and `project` that defaults may name; without them such a
    reference stays as written. `secrets` were typed at a sign-in.  A given path is taken from the current
    directory, a default one from the project's.  Raises ParamError, which names every problem at once.
    """
    resolver = _Resolver(runbook, given, environment, facts, secrets or {})
    problems = [
        f"parameter {name}: the runbook has none of this name; it has {', '.join(runbook.params) or 'none'}"
        for name in given
        if name not in runbook.params
    ]
    resolved: dict[str, ResolvedParam] = {}
    for name in runbook.params:
        try:
            resolved[name] = resolver.resolve(name)
        except ValueError as error:
            problems.append(f"parameter {name}: {error}")
    if problems:
        raise ParamError(tuple(problems))
    return resolved


def param_text(param: Param, text: str, *, show: bool = True) -> str:
    """The canonical text of a parameter's value.  Raises ValueError, which with `show` quotes the value."""
    if param.type == "place" and is_url(text) and (fault := url_fault(text)):
        raise ValueError(fault)
    shown = f" {text!r}" if show and param.type != "secret" else ""
    value = _typed(param.type, text, shown)
    if "\0" in value:
        raise ValueError("a value cannot hold a NUL byte")
    choices = [scalar_text(choice) for choice in param.choices]
    if choices and value not in choices:
        raise ValueError(f"the value{shown} is not one of {', '.join(choices)}")
    if param.pattern is not None and compiled(param.pattern).search(value) is None:
        raise ValueError(f"the value{shown} does not match {param.pattern}")
    return value


def choices_of(param: Param) -> list[str]:
    """Every value that it may have, as text; empty where it may have any of its type."""
    return [scalar_text(c) for c in param.choices] or (["true", "false"] if param.type == "bool" else [])


def given_text(param: Param, text: str) -> str:
    """As `param_text`, for a value that somebody gives: a path is taken from the current directory."""
    value = param_text(param, text)
    is_path = param.type == "path" or (param.type == "place" and not is_url(value))
    return str(Path(value).expanduser().absolute()) if is_path and value else value


def holds(condition: Condition, runbook: Runbook, params: Mapping[str, ResolvedParam]) -> bool:
    """Whether the parameter has the value, however the runbook spells it."""
    wanted = param_text(runbook.params[condition.param], scalar_text(condition.equals))
    return params[condition.param].value == wanted


def _reference(match: re.Match[str]) -> Reference:
    name = match.group(1)
    if name is None:
        raise ReferenceSyntaxError("`${` without its `}`; write $${ for a literal ${")
    parts = _REFERENCE.fullmatch(name)
    if parts is None:
        raise ReferenceSyntaxError(f"${{{name}}} names nothing; use {FORMS}, or $${{ for a literal ${{")
    return Reference(name, parts["param"], parts["step"], parts["output"])


def _typed(kind: str, text: str, shown: str) -> str:
    try:
        match kind:
            case "int":
                return str(int(text))
            case "float":
                return repr(float(text))
            case "bool":
                return _bool_text(text)
            case "duration":
                return format_duration(parse_duration(text))
            case "timestamp":
                datetime.fromisoformat(text)
    except ValueError as error:
        detail = str(error) if kind == "duration" else f"write {_EXAMPLES[kind]}"
        raise ValueError(f"the value{shown} is no {kind}: {detail}") from None
    return text


_EXAMPLES = {
    "int": "a whole number, such as 4",
    "float": "a number, such as 1.5",
    "bool": "true or false",
    "timestamp": "a time in ISO 8601, such as 2026-01-31T04:00:00Z",
}


def _bool_text(text: str) -> str:
    word = text.lower()
    if word not in _TRUE | _FALSE:
        raise ValueError(text)
    return "true" if word in _TRUE else "false"


class _Resolver:
    def __init__(
        self,
        runbook: Runbook,
        given: Mapping[str, str],
        environment: Mapping[str, str],
        facts: Mapping[str, str] | None,
        secrets: Mapping[str, str],
    ) -> None:
        self._params = runbook.params
        self._given = given
        self._environment = environment
        self._facts = facts
        self._secrets = secrets
        self._open: list[str] = []

    def resolve(self, name: str) -> ResolvedParam:
        param = self._params[name]
        secret = param.type == "secret"
        if secret and name in self._given:
            raise ValueError(f"a secret on the command line shows in the process list; {_secret_way(param)}")
        text = self._outer_value(name, param)
        if text is None:
            text = self._default(name, param)
        given = name in self._given
        return ResolvedParam(given_text(param, text) if given else param_text(param, text), secret)

    def _outer_value(self, name: str, param: Param) -> str | None:
        if name in self._given:
            return self._given[name]
        if name in self._secrets:
            return self._secrets[name]
        return self._environment.get(param.env) if param.env else None

    def _default(self, name: str, param: Param) -> str:
        if param.default is None:
            way = _secret_way(param) if param.type == "secret" else f"give it with --param {name}=…"
            raise ValueError(f"it has no value; {way}")
        if name in self._open:
            raise ValueError(f"its default refers to itself: {' → '.join([*self._open, name])}")
        self._open.append(name)
        try:
            return fill(scalar_text(param.default), self._lookup)
        finally:
            self._open.pop()

    def _lookup(self, reference: str) -> str:
        head, _, name = reference.partition(".")
        if head == "params" and name in self._params:
            return self.resolve(name).value
        if self._facts is not None and reference in self._facts:
            return self._facts[reference]
        if head in {"run", "project"}:
            return f"${{{reference}}}"
        raise ValueError(f"its default refers to ${{{reference}}}, which a default cannot know")


def _secret_way(param: Param) -> str:
    if param.env:
        return f"set the environment variable {param.env}"
    return "it is typed at the sign-in of the guided drill"
