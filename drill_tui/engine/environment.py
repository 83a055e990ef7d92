"""The environment of a step: nothing in it can reach a database that the step does not name."""

from __future__ import annotations

from collections.abc import Mapping

_OURS = frozenset(
    f"DRILL_{name}"
    for name in ("OUTPUT", "PROGRESS", "EVIDENCE", "RUN_ID", "RUN_DIR", "ARTIFACTS_DIR", "STEP", "ATTEMPT")
) | {"DRILL_MODE", "DRILL_TARGET_NONCE"}


def without_connections(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment less everything that says where a database is, and less what an outer drill set."""
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
