"""Settings that are lists of names, as the catalog stores them."""

from __future__ import annotations

import pytest

from drill_tui.postgres.restore.database import names_of


@pytest.mark.parametrize(
    ("stored", "names"),
    [
        ("public", ["public"]),
        ('"$user", public', ["$user", "public"]),
        ('"a b", "say ""so""", c', ["a b", 'say "so"', "c"]),
        ('"one, two",three', ["one, two", "three"]),
        ('""', [""]),
        ("", [""]),
    ],
)
def test_each_name_is_one(stored: str, names: list[str]) -> None:
    assert names_of(stored) == names
