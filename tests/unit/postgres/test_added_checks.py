"""A check that an installed package adds counts as passed only where it proved something."""

from __future__ import annotations

from typing import Any, cast

import pytest

from drill_tui.kinds import KindError
from drill_tui.postgres.verify.added import AddedCheck, checks_named
from drill_tui.postgres.verify.criteria import Criteria
from drill_tui.postgres.verify.criterion import Criterion
from drill_tui.postgres.verify.work import Connection

NO_CONNECTION = cast(Connection, None)


async def says_nothing(connection: Connection, criterion: Criterion) -> None: ...


async def breaks(connection: Connection, criterion: Criterion) -> None:
    criterion.proved("half of it")
    raise LookupError("no such account")


@pytest.mark.parametrize(
    ("run", "detail"), [(says_nothing, "Not checked."), (breaks, "broke: LookupError: no such account")]
)
async def test_what_proves_nothing_or_breaks_is_unproven(run: Any, detail: str) -> None:
    criteria = Criteria([AddedCheck(criterion="balances", title="No account is overdrawn", run=run)])
    (check,) = criteria.added_checks()
    await check.run(NO_CONNECTION)
    *_, criterion = criteria
    criterion.conclude()
    found = criterion.finding()
    assert (found.id, found.result) == ("balances", "unproven")
    assert detail in found.detail


def test_a_check_that_no_package_adds_is_refused() -> None:
    with pytest.raises(KindError, match="there is no check 'balance'; no installed package adds one"):
        checks_named(["balance"], ())
