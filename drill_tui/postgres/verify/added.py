"""Checks that an installed package adds to a verification, each with a criterion of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import psycopg

from drill_tui.kinds import KindError, Kinds
from drill_tui.postgres.verify.criterion import Criterion
from drill_tui.postgres.verify.work import Check, Connection

COST: Final = 2**20
"""Bytes that such a check is taken to read, for the queue and the progress."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedCheck:
    """What a package's entry point names.

    `criterion` is the id of the runbook's criterion, `title` its title in the verification's report.  `run`
    reads over a connection whose transactions are read-only, and tells its criterion `proved`, `fault`,
    `could_not` or `covers`: a check that tells nothing leaves it unproven, as one that raises does.
    """

    criterion: str
    title: str
    run: Callable[[Connection, Criterion], Awaitable[None]]


CHECKS: Final[Kinds[AddedCheck]] = Kinds("drill_tui.checks", "check", AddedCheck, {})


def checks_named(names: Iterable[str], taken: Sequence[str]) -> tuple[AddedCheck, ...]:
    """Raises KindError for a name that no package adds, and for a criterion that another check has."""
    found: dict[str, AddedCheck] = {}
    for name in names:
        check = CHECKS.named(name)
        if check.criterion in (*taken, *found):
            raise KindError(
                f"the check {name!r} speaks of the criterion {check.criterion!r}, which another check "
                "judges; it needs one of its own"
            )
        found[check.criterion] = check
    return tuple(found.values())


def queued(added: AddedCheck, criterion: Criterion) -> Check:
    """The check as the queue of a verification takes it."""
    return Check("added", added.title, criterion, COST, partial(_run, added, criterion))


async def _run(added: AddedCheck, criterion: Criterion, connection: Connection) -> None:
    """Whatever a package's code raises is a check that could not run."""
    try:
        await added.run(connection, criterion)
    except psycopg.Error:
        raise
    except Exception as problem:
        criterion.could_not(f"the check {added.title!r} broke: {type(problem).__name__}: {problem}")
