"""A key of this test's own: whoever runs the tests may have one too."""

from __future__ import annotations

from pathlib import Path

import pytest

from drill_tui.evidence.keys import VARIABLE
from tests.unit.evidence.rig import Signed, new_key, sign_run


@pytest.fixture
def own_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv(VARIABLE, raising=False)
    for name in ("DRILL_NOTIFY_URLS", "DRILL_INCIDENT_HOOK", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "config"


@pytest.fixture
def signed(own_config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Signed:
    monkeypatch.setenv(VARIABLE, str(new_key(tmp_path / "keys")))
    return sign_run(tmp_path)
