"""`${…}` and typed parameters."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from drill_tui.runbook.model import Runbook
from drill_tui.runbook.values import (
    ParamError,
    ReferenceSyntaxError,
    fill,
    references,
    resolve_params,
)


def runbook(**params: dict[str, Any]) -> Runbook:
    step = {"id": "one", "title": "One", "run": ["true"]}
    return Runbook.model_validate({"version": 1, "id": "x", "title": "X", "params": params, "steps": [step]})


def values(book: Runbook, given: Mapping[str, str] | None = None, **more: Any) -> dict[str, str]:
    resolved = resolve_params(book, given or {}, more.pop("environment", {}), **more)
    return {name: param.value for name, param in resolved.items()}


def test_references_are_found_in_order() -> None:
    found = references("${params.a}/${steps.b.outputs.c_d} $${params.no} ${run.id}${project}")
    assert [r.name for r in found] == ["params.a", "steps.b.outputs.c_d", "run.id", "project"]
    assert (found[1].step, found[1].output, found[0].param) == ("b", "c_d", "a")


@pytest.mark.parametrize(
    "text",
    ["${", "${}", "${HOME}", "${params.}", "${params.A}", "${run.host}", "${steps.a.b}", "${ params.a }"],
)
def test_what_is_no_reference_is_refused(text: str) -> None:
    with pytest.raises(ReferenceSyntaxError):
        references(text)


def test_what_is_filled_in_is_not_looked_at_again() -> None:
    known = {"params.a": "${params.b} $${x}", "params.b": "never"}
    assert fill("<${params.a}> $${params.a} $$", known.__getitem__) == "<${params.b} $${x}> ${params.a} $$"


def test_given_wins_over_the_environment_and_that_over_the_default() -> None:
    book = runbook(a={"default": "default", "env": "A"})
    assert values(book) == {"a": "default"}
    assert values(book, environment={"A": "env"}) == {"a": "env"}
    assert values(book, {"a": "given"}, environment={"A": "env"}) == {"a": "given"}


@pytest.mark.parametrize(
    ("kind", "text", "canonical"),
    [
        ("int", "007", "7"),
        ("int", "-3", "-3"),
        ("float", "1e3", "1000.0"),
        ("bool", "Yes", "true"),
        ("bool", "0", "false"),
        ("duration", "90m", "1h30m"),
        ("timestamp", "2026-01-31T04:00:00Z", "2026-01-31T04:00:00Z"),
        ("path", "/tmp/x", "/tmp/x"),
        ("string", " as it is ", " as it is "),
    ],
)
def test_values_are_typed(kind: str, text: str, canonical: str) -> None:
    assert values(runbook(p={"type": kind}), {"p": text}) == {"p": canonical}


@pytest.mark.parametrize(
    ("param", "text", "message"),
    [
        ({"type": "int"}, "4.5", "parameter p: the value '4.5' is no int: write a whole number, such as 4"),
        ({"type": "bool"}, "maybe", "parameter p: the value 'maybe' is no bool: write true or false"),
        ({"type": "duration"}, "90", "is no duration: write durations with a unit"),
        ({"type": "timestamp"}, "soon", "is no timestamp: write a time in ISO 8601"),
        ({"choices": ["a", "b"]}, "c", "parameter p: the value 'c' is not one of a, b"),
        ({"pattern": "^[a-z]+$"}, "A", "parameter p: the value 'A' does not match ^[a-z]+$"),
        ({}, "a\0b", "a value cannot hold a NUL byte"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(param: dict[str, Any], text: str, message: str) -> None:
    with pytest.raises(ParamError) as caught:
        values(runbook(p=param), {"p": text})
    assert message in str(caught.value)


def test_every_bad_parameter_is_named_at_once() -> None:
    with pytest.raises(ParamError) as caught:
        values(runbook(a={"type": "int"}, b={}), {"a": "x", "c": "y"})
    assert caught.value.sentences == (
        "parameter c: the runbook has none of this name; it has a, b",
        "parameter a: the value 'x' is no int: write a whole number, such as 4",
        "parameter b: it has no value; give it with --param b=…",
    )


def test_a_secret_comes_from_its_variable_or_a_prompt_and_never_from_the_command_line() -> None:
    book = runbook(token={"type": "secret", "env": "TOKEN"})
    resolved = resolve_params(book, {}, {"TOKEN": "s3cret"})["token"]
    assert (resolved.value, resolved.secret) == ("s3cret", True)
    assert values(book, secrets={"token": "asked"}) == {"token": "asked"}
    with pytest.raises(ParamError, match="shows in the process list; set the environment variable TOKEN"):
        values(book, {"token": "x"})
    with pytest.raises(ParamError, match="it has no value; set the environment variable TOKEN"):
        values(book)


def test_a_secret_is_never_quoted_in_an_error() -> None:
    book = runbook(token={"type": "secret", "env": "TOKEN", "pattern": "^x$"})
    with pytest.raises(ParamError) as caught:
        values(book, environment={"TOKEN": "hunter2"})
    assert "hunter2" not in str(caught.value)


def test_a_default_may_name_the_run_and_other_parameters() -> None:
    book = runbook(
        name={"default": "n"}, where={"type": "path", "default": "${run.dir}/${params.name}/$${x}"}
    )
    assert values(book, facts={"run.dir": "/runs/1"})["where"] == "/runs/1/n/${x}"
    assert values(book)["where"] == "${run.dir}/n/${x}"


def test_defaults_in_a_cycle_are_an_error_and_no_endless_loop() -> None:
    book = runbook(a={"default": "${params.b}"}, b={"default": "${params.a}"})
    with pytest.raises(ParamError, match="refers to itself: a → b → a"):
        values(book)


def test_a_given_path_is_taken_from_where_the_person_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    book = runbook(where={"type": "path", "default": "relative"})
    assert values(book, {"where": "here"})["where"] == str(tmp_path / "here")
    assert values(book)["where"] == "relative"
    assert values(book, {"where": ""})["where"] == ""
