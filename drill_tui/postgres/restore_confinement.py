"""Runs pg_restore with as few rights as it needs: it parses input that may be hostile (CVE-2026-116314).

Started by root, it becomes an ordinary user that may read every file (the backup may be root's alone) and
write none but its own.  Started by anybody else, it stays that user.
"""

from __future__ import annotations

import os
import pwd
import shutil
from collections.abc import Mapping, Sequence

from drill_tui.postgres.errors import CouldNotTellError

RUN_AS_VARIABLE = "DRILL_RUN_AS"


def unprivileged(argv: Sequence[str], environment: Mapping[str, str]) -> list[str]:
    """The same command, without root's rights.  Raises CouldNotTellError where that cannot be arranged."""
    if os.geteuid() != 0:
        return list(argv)
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise CouldNotTellError(
            "pg_restore must not run as root, and setpriv (package util-linux) is not installed",
            advice="Install util-linux, or run as an ordinary user.",
        )
    account = _account(environment)
    return [
        setpriv,
        f"--reuid={account.pw_uid}",
        f"--regid={account.pw_gid}",
        "--clear-groups",
        "--no-new-privs",
        "--inh-caps=-all,+dac_read_search",
        "--ambient-caps=-all,+dac_read_search",
        "--bounding-set=-all,+dac_read_search",
        "--pdeathsig=TERM",
        "--",
        *argv,
    ]


def _account(environment: Mapping[str, str]) -> pwd.struct_passwd:
    named = environment.get(RUN_AS_VARIABLE)
    for name in (named,) if named else ("postgres", "nobody"):
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        if account.pw_uid != 0:
            return account
    raise CouldNotTellError(
        f"pg_restore must not run as root, and there is no user {named or 'postgres or nobody'}",
        advice=f"Set {RUN_AS_VARIABLE} to an ordinary user of this machine.",
    )
