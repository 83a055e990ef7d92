"""Kinds of physical backups, ours and those of other packages."""

from __future__ import annotations

import pytest

from drill_tui.engine.ports import ActionError
from drill_tui.sources.port import PhysicalKind
from drill_tui.sources.registry import KINDS, kind_of


@pytest.mark.parametrize("name", list(KINDS))
def test_a_kind_is_found_by_its_own_name(name: str) -> None:
    kind = kind_of({"kind": name})
    assert isinstance(kind, PhysicalKind)
    assert kind.name == name
    assert kind.cannot_hold


def test_an_unknown_kind_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(
        ActionError, match=r"there is no kind of backup 'pgbackrst'; did you mean pgbackrest\?"
    ):
        kind_of({"kind": "pgbackrst"})
