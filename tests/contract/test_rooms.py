"""The map of the house in docs/architecture.md is the house."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HOUSE = ROOT / "drill_tui"
PAGE = (ROOT / "docs/architecture.md").read_text()
MAPPED = {"engine", "postgres"}
"""Rooms whose own rooms the map shows; what another room is divided into is its own business."""
MOST_FILES = 24


def rooms() -> set[str]:
    found = {folder.name for folder in HOUSE.iterdir() if (folder / "__init__.py").is_file()}
    for outer in MAPPED:
        found |= {str(file.parent.relative_to(HOUSE)) for file in (HOUSE / outer).glob("*/**/__init__.py")}
    return found


def test_every_room_is_on_the_map_and_nothing_else() -> None:
    named = set(re.findall(r"^\| `([a-z_/]+)/` \|", PAGE, re.MULTILINE))
    assert named == rooms()


def allowed() -> dict[str, str]:
    """What each room may import, in the words of the map."""
    table = PAGE[: PAGE.index("Inside of the two largest")]
    return dict(re.findall(r"^\| `([a-z]+)/` \| .* \| (.*) \|$", table, re.MULTILINE))


def imported(room: str) -> set[str]:
    """The other rooms that its modules name, also within functions."""
    trees = [ast.parse(path.read_text()) for path in (HOUSE / room).rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    modules = {node.module for node in nodes if node.module and node.module.startswith("drill_tui.")}
    return {module.split(".")[1] for module in modules} - {room, "kinds"}


ALLOWED = allowed()


@pytest.mark.parametrize("room", sorted(ALLOWED))
def test_a_room_imports_what_the_map_lets_it(room: str) -> None:
    if ALLOWED[room] != "everything":
        assert not imported(room) - set(re.findall(r"`([a-z]+)", ALLOWED[room]))


def test_a_room_of_the_two_largest_can_be_seen_at_a_glance() -> None:
    counts = {
        room: len([*(HOUSE / room).glob("[a-z]*.py")]) for room in rooms() if room.split("/")[0] in MAPPED
    }
    assert counts
    assert not {room: count for room, count in counts.items() if count > MOST_FILES}
