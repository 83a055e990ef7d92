"""What the command line names that its runbook does not have: refused before a screen opens."""

from __future__ import annotations

from pathlib import Path

import pytest

from drill_tui.cli.exits import UserError
from drill_tui.cli.guided import open_guided
from drill_tui.cli.root import DrillRequest


@pytest.mark.parametrize(
    ("param", "told"),
    [
        ("target=external", "--param target: the value 'external' is not one of auto, local, compose"),
        ("tarket=local", "--param tarket: the runbook has none of this name; it has backups, target"),
        ("jobs=many", "--param jobs: the value 'many' is no int"),
    ],
)
def test_a_parameter_that_the_named_runbook_cannot_have(param: str, told: str, tmp_path: Path) -> None:
    request = DrillRequest(
        runbook="latest-backup", runbook_named=True, params=(param,), artifacts=tmp_path / "artifacts"
    )
    with pytest.raises(UserError) as refused:
        open_guided(request)
    assert told in str(refused.value)
