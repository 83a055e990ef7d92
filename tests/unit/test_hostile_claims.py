"""A journal's claims are input too: whatever they name, what is not marked as the run's is not touched."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drill_tui.cli.root import toolbox
from drill_tui.engine.ports import ActionError, Claim
from tests.unit.confinement import confined_to

RUN = "restore-drill_20261122T140102Z_3fa9"
OTHER = "restore-drill_20261122T140102Z_ffff"
KINDS = ("directory", "file", "backup")
"""What is claimed by a path; processes and containers have no place in the file system."""
names = st.sampled_from(
    [".", "..", "outside", "marked", "linked", "file", "private", "secret", RUN, OTHER]
) | st.text("./\0a\n", max_size=4)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A run's directory, and things of others around it."""
    (tmp_path / RUN / "private").mkdir(parents=True)
    for name, mark in (("outside", ""), ("marked", OTHER), (OTHER, OTHER)):
        folder = tmp_path / name
        (folder / "private").mkdir(parents=True)
        for file in ("file", "private/secret", "manifest.json"):
            (folder / file).write_text("{}")
        if mark:
            (folder / ".drill-run").write_text(f"{mark}\n")
    (tmp_path / "linked").symlink_to("outside")
    return tmp_path


async def disposed(claim: Claim) -> None:
    await toolbox().disposers[claim.kind](claim, lambda _line: None)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from(KINDS), parts=st.lists(names, max_size=4), absolute=st.booleans())
def test_what_a_claim_names_outside_of_its_run_stays(
    kind: str, parts: list[str], absolute: bool, place: Path
) -> None:
    ref = "/".join([str(place) if absolute else "..", *parts])
    claim = Claim(run_id=RUN, step="s", kind=kind, ref=ref, details={})
    before = sorted(path for path in place.rglob("*") if RUN not in path.parts)
    with confined_to(place / RUN), suppress(ActionError, ValueError, OSError):
        asyncio.run(disposed(claim))
    assert sorted(path for path in place.rglob("*") if RUN not in path.parts) == before
