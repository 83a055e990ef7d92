"""What other accounts of this machine can run."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from drill_tui.postgres.cluster.account import Account, can_run


def python_of(account: Account) -> Path:
    """A Python of this version that the account can run; skips where there is none."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for candidate in (Path(sys.executable), Path("/usr/bin", version)):
        if candidate.exists() and can_run(account, candidate):
            return candidate
    pytest.skip(f"{account.name} can run no {version}")
