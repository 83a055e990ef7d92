"""The words of a seat mean the same, read by themselves and by the parser of all commands."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from drill_tui.cli import front, join_cmd
from drill_tui.cli.join_cmd import Wish
from drill_tui.cli.seat_words import SeatWords, read

PLAIN = (
    ["join"],
    ["join", "--observe"],
    ["join", "--name", "Ben", "20261129", "--ascii"],
    ["join", "--name=Ben = Benjamin"],
    ["join", "--name", "", "run=1"],
    ["join", "--projector", "--project", "/srv/shop", "--artifacts=here"],
)
FOR_THE_FRONT_DOOR: tuple[list[str], ...] = (
    [],
    ["watch"],
    ["join", "--help"],
    ["join", "-h"],
    ["join", "--name"],
    ["join", "--name", "--observe"],
    ["join", "--name", "A", "--name", "B"],
    ["join", "--observe=yes"],
    ["join", "one", "two"],
    ["join", "--", "one"],
    ["join", "--obs"],
)


@pytest.mark.parametrize("words", PLAIN, ids=" ".join)
def test_it_means_the_same_to_both(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[object, ...]] = []

    def note(*told: object) -> int:
        asked.append(told)
        return 0

    monkeypatch.setattr(join_cmd, "join", note)
    with pytest.raises(SystemExit):
        front.run(words)
    ours = read(words)
    assert ours is not None
    wish = Wish(ours.name, ours.observe, ours.projector, ours.ascii_only)
    assert asked == [(ours.run, ours.project, ours.artifacts, wish)]
    assert all(isinstance(place, Path | None) for place in (ours.project, ours.artifacts))


@pytest.mark.parametrize("words", FOR_THE_FRONT_DOOR, ids=" ".join)
def test_what_is_not_plain_is_left_to_the_front_door(words: list[str]) -> None:
    assert read(words) is None


def test_every_option_of_the_command_is_known() -> None:
    from drill_tui.cli.commands import join

    known = {field.name for field in dataclasses.fields(SeatWords)}
    assert set(join.__annotations__) - {"return"} == known
