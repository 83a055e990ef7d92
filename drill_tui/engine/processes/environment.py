"""The environment of a step: nothing in it can reach a database that the step does not name."""

from __future__ import annotations

from collections.abc import Mapping

_OURS = frozenset(
    f"DRILL_{name}"
    for name in ("OUTPUT", "PROGRESS", "EVIDENCE", "RUN_ID", "RUN_DIR", "ARTIFACTS_DIR", "STEP", "ATTEMPT")
) | {"DRILL_MODE", "DRILL_TARGET_NONCE", "DRILL_NOTIFY_URLS"}


def without_connections(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment less everything that says where a database is, or that an outer drill set.

    Where notifications go is no step's business either.
    """
    return {
        name: value
        for name, value in environment.items()
        if not name.startswith(("DB_", "PG", "DRILL_PARAM_", "DRILL_OUT_"))
        and name != "DATABASE_URL"
        and name not in _OURS
    }


def variable_name(prefix: str, *parts: str) -> str:
    """`DRILL_PARAM_KEEP_BACKUP` and the like.

    >>> variable_name("DRILL_OUT", "check-it", "size")
    'DRILL_OUT_CHECK_IT_SIZE'
    """
    return "_".join((prefix, *parts)).upper().replace("-", "_")
