"""The pictures of the README are of one true drill, and contradict neither it nor each other."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

IMAGES = Path(__file__).parents[2] / "docs" / "images"


def words_in(name: str) -> str:
    root = ET.fromstring((IMAGES / name).read_text("utf-8"))  # noqa: S314 - our own picture
    return "\n".join("".join(text.itertext()) for text in root.iter("{http://www.w3.org/2000/svg}text"))


@pytest.mark.parametrize(
    ("name", "shown", "never"),
    [
        ("gate.svg", "Sign off", "pg_restore:"),
        ("drill.svg", "Restore into the isolated database", "error:"),
        ("result.svg", "Every required criterion is met", "missed"),
        ("failed.svg", "failed", "Every required criterion is met"),
    ],
)
def test_a_picture_shows_one_moment(name: str, shown: str, never: str) -> None:
    words = words_in(name).replace("\u00a0", " ")
    assert shown in words
    assert never not in words


def test_the_moving_picture_moves_and_is_small() -> None:
    text = (IMAGES / "guided.svg").read_text("utf-8")
    assert text.count("@keyframes") > 10
    assert len(text.encode()) < 1_000_000
