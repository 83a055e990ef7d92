"""Pictures of every screen at rest: three sizes; light, no colour and some other looks at one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from syrupy.assertion import SnapshotAssertion

from drill_tui.tui.app import DrillApp
from drill_tui.tui.places import Places
from drill_tui.tui.settings import Settings
from tests.snapshot.grid import GridExtension, colours, drawn, grid
from tests.snapshot.scenes import SCENES, Scene
from tests.tui.conftest import places as places
from tests.tui.conftest import still_screen as still_screen

Compare = Callable[..., bool]
SIXTEEN = {f"color({number})" for number in range(16)}
SIZES = {"80x24": (80, 24), "120x36": (120, 36), "200x50": (200, 50)}


def app_of(scene: Scene, theme: str = "drill-dark", *, ascii_only: bool = False) -> DrillApp:
    return DrillApp(
        Settings(theme=theme),
        first=scene.first,
        ascii_only=ascii_only,
        environment={"COLORTERM": "truecolor"},
    )


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", SCENES)
def test_dark(snap_compare: Compare, places: Places, name: str, size: str) -> None:
    scene = SCENES[name](places)
    assert snap_compare(app_of(scene), terminal_size=SIZES[size], run_before=scene.steer)


@pytest.mark.parametrize("name", SCENES)
def test_light(snap_compare: Compare, places: Places, name: str) -> None:
    scene = SCENES[name](places)
    assert snap_compare(app_of(scene, "drill-light"), terminal_size=(120, 36), run_before=scene.steer)


@pytest.mark.parametrize("name", SCENES)
async def test_without_colour(
    snapshot: SnapshotAssertion, places: Places, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    scene = SCENES[name](places)
    app = app_of(scene)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await scene.steer(pilot)
        lines = drawn(app)
    assert colours(lines) == set()
    assert grid(lines) == snapshot(extension_class=GridExtension)


@pytest.mark.parametrize("theme", ["drill-contrast", "drill-16"])
def test_other_themes(snap_compare: Compare, places: Places, theme: str) -> None:
    scene = SCENES["failure"](places)
    assert snap_compare(app_of(scene, theme), terminal_size=(120, 36), run_before=scene.steer)


@pytest.mark.parametrize(
    "name", ["home-frozen", "drill", "result-failed", "practice", "revealed", "wall-asked", "wall-lost"]
)
async def test_sixteen_colours_are_enough(places: Places, name: str) -> None:
    scene = SCENES[name](places)
    app = app_of(scene, "drill-16")
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await scene.steer(pilot)
        lines = drawn(app)
    assert colours(lines)
    assert colours(lines) <= SIXTEEN


@pytest.mark.parametrize(
    "name",
    [
        "home",
        "drill",
        "signoff",
        "history",
        "board",
        "result-steps",
        "practice",
        "seat-asked",
        "wall",
        "wall-asked",
        "wall-lost",
        "wall-passed",
    ],
)
async def test_ascii(snapshot: SnapshotAssertion, places: Places, name: str) -> None:
    scene = SCENES[name](places)
    app = app_of(scene, ascii_only=True)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await scene.steer(pilot)
        text = grid(drawn(app))
    assert text.replace("«", "").replace("»", "").isascii()
    assert text == snapshot(extension_class=GridExtension)
