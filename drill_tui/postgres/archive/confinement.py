"""Runs pg_restore with as few rights as it needs: it parses input that may be hostile (CVE-2026-116314).

Started by root, it becomes an ordinary user that may read every file (the backup may be root's alone) and
write none but its own.  Containers often keep that one capability from root; there it stays root without
any capability.  Started by anybody else, it stays that user.  Programs that run inside the target's container
have no rights of this machine to give up, and need the caller's to be reached.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from drill_tui.engine.ports import ActionError
from drill_tui.postgres.client.errors import CouldNotTellError
from drill_tui.postgres.cluster.account import Account, server_account

INSIDE_TARGET: Final = ".inside-target"
"""A file of this name stands beside programs that only pass the work on into the target's container."""


def unprivileged(argv: Sequence[str], environment: Mapping[str, str]) -> list[str]:
    """The same command, without root's rights.  Raises CouldNotTellError where that cannot be arranged."""
    if os.geteuid() != 0 or Path(argv[0]).with_name(INSIDE_TARGET).exists():
        return list(argv)
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise CouldNotTellError(
            "pg_restore must not run as root, and setpriv (package util-linux) is not installed",
            advice="Install util-linux, or run as an ordinary user.",
        )
    account = _account(environment)
    for prefix in (_reader(setpriv, account), _powerless(setpriv)):
        if _works(prefix):
            return [*prefix, *argv]
    raise CouldNotTellError(
        "pg_restore must not run as root, and setpriv cannot give up root's rights here",
        advice="Run as an ordinary user.",
    )


def _reader(setpriv: str, account: Account) -> tuple[str, ...]:
    """`no_setuid_fixup` lets access(2), which pg_restore asks, honour the capability."""
    return (
        setpriv,
        f"--reuid={account.uid}",
        f"--regid={account.gid}",
        "--clear-groups",
        "--no-new-privs",
        "--inh-caps=-all,+dac_read_search",
        "--ambient-caps=-all,+dac_read_search",
        "--bounding-set=-all,+dac_read_search",
        "--securebits=+no_setuid_fixup",
        "--pdeathsig=TERM",
        "--",
    )


def _powerless(setpriv: str) -> tuple[str, ...]:
    return (setpriv, "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all", "--pdeathsig=TERM", "--")


@functools.cache
def _works(prefix: tuple[str, ...]) -> bool:
    return subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0


def _account(environment: Mapping[str, str]) -> Account:
    """The one that our own servers run under: their socket lets no other in."""
    try:
        return server_account(environment)
    except ActionError as error:
        raise CouldNotTellError(f"pg_restore must not run as root: {error}") from None
