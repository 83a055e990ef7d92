"""A command line without the parameters of what was not typed says and does the same."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from drill_tui.cli.commands import register
from drill_tui.cli.front import app
from drill_tui.cli.lean import without_the_rest


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["due", "--help"],
        ["history", "--nonsense"],
        ["runbook", "--help"],
        ["runbook", "show", "--help"],
        ["incident"],
        ["nonsense"],
        ["--auto", "clean", "--help"],
    ],
    ids=" ".join,
)
def test_it_says_the_same(arguments: list[str]) -> None:
    register(app)
    whole, lean = (
        CliRunner().invoke(one, arguments, prog_name="drill-tui")
        for one in (app, without_the_rest(app, arguments))
    )
    assert (lean.exit_code, lean.output) == (whole.exit_code, whole.output)


def test_the_whole_command_line_stays_whole() -> None:
    register(app)
    before = CliRunner().invoke(app, ["due", "--help"]).output
    without_the_rest(app, [])
    assert "--artifacts" in before
    assert CliRunner().invoke(app, ["due", "--help"]).output == before
