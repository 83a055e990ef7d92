"""The map of the house in docs/architecture.md is the house."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
HOUSE = ROOT / "drill_tui"
MAPPED = {"engine", "postgres"}
"""Rooms whose own rooms the map shows; what another room is divided into is its own business."""
MOST_FILES = 24


def rooms() -> set[str]:
    found = {folder.name for folder in HOUSE.iterdir() if (folder / "__init__.py").is_file()}
    for outer in MAPPED:
        found |= {str(file.parent.relative_to(HOUSE)) for file in (HOUSE / outer).glob("*/**/__init__.py")}
    return found


def test_every_room_is_on_the_map_and_nothing_else() -> None:
    page = (ROOT / "docs/architecture.md").read_text()
    named = set(re.findall(r"^\| `([a-z_/]+)/` \|", page, re.MULTILINE))
    assert named == rooms()


def test_a_room_of_the_two_largest_can_be_seen_at_a_glance() -> None:
    counts = {
        room: len([*(HOUSE / room).glob("[a-z]*.py")]) for room in rooms() if room.split("/")[0] in MAPPED
    }
    assert counts
    assert not {room: count for room, count in counts.items() if count > MOST_FILES}
