"""A command line without the parameters of commands that nobody typed: making them is most of a start."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from copy import copy

import typer
from typer.main import get_command_name
from typer.models import CommandInfo, TyperInfo


def without_the_rest(app: typer.Typer, arguments: Sequence[str]) -> typer.Typer:
    """The same commands and summaries; what is not among the arguments has no parameters and cannot run."""
    lean = copy(app)
    lean.registered_commands = [_command(one, arguments) for one in app.registered_commands]
    lean.registered_groups = [_group(one, arguments) for one in app.registered_groups]
    return lean


def _command(command: CommandInfo, arguments: Sequence[str]) -> CommandInfo:
    callback = command.callback
    name = command.name or (get_command_name(callback.__name__) if callback else "")
    if name in arguments:
        return command
    named = copy(command)
    named.name, named.callback = name, _nothing
    named.help = command.help or inspect.getdoc(callback)
    return named


def _group(group: TyperInfo, arguments: Sequence[str]) -> TyperInfo:
    if group.name in arguments or group.typer_instance is None:
        return group
    named, inside = copy(group), copy(group.typer_instance)
    inside.registered_commands = [_command(one, ()) for one in inside.registered_commands]
    named.typer_instance = inside
    return named


def _nothing() -> None:
    """Stands for a command that was not typed."""


_nothing.__annotations__ = {}  # typer compiles them anew for each command that this stands for
