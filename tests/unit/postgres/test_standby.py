"""Which servers may share a snapshot."""

from __future__ import annotations

import pytest

from drill_tui.postgres.content.facts import ServerFacts
from drill_tui.postgres.content.standby import first_sound, may_export


def server(version_num: int, *, in_recovery: bool) -> ServerFacts:
    return ServerFacts(
        version="",
        version_num=version_num,
        data_checksums=True,
        in_recovery=in_recovery,
        lock_slots=6400,
        in_the_way=[],
        role="postgres",
        superuser=True,
        bypasses_rls=True,
        system_identifier="",
    )


@pytest.mark.parametrize(
    ("version_num", "sound"),
    [
        (140024, False),
        (140025, True),
        (150019, False),
        (150020, True),
        (160015, False),
        (170011, False),
        (170012, True),
        (180006, False),
        (180007, True),
        (190000, True),
    ],
)
def test_standbys_share_snapshots_from_the_minors_of_november_2026_on(version_num: int, sound: bool) -> None:
    assert may_export(server(version_num, in_recovery=True)) is sound
    assert may_export(server(version_num, in_recovery=False))


def test_the_first_sound_release_is_named() -> None:
    assert first_sound(server(170010, in_recovery=True)) == "17.12"
    assert first_sound(server(190000, in_recovery=True)) == ""
