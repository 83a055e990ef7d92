"""Which account a server runs under: PostgreSQL refuses root, and a restored dump should own nothing."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from drill_tui.engine.ports import ActionError

CANDIDATES = ("nobody", "postgres")
"""`nobody` first: a restored database runs code, and `postgres` may own a production cluster on this host."""


@dataclass(frozen=True, slots=True)
class Account:
    name: str
    uid: int
    gid: int

    @property
    def is_other(self) -> bool:
        """Whether files must be handed over to it."""
        return self.uid != os.geteuid()


def server_account(environment: Mapping[str, str]) -> Account:
    """The caller's own account, or as root `DRILL_RUN_AS`, else `nobody`, else `postgres`.

    Raises ActionError when root has nobody to be.
    """
    if os.geteuid() != 0:
        return Account(_name_of(os.geteuid()), os.geteuid(), os.getegid())
    wanted = environment.get("DRILL_RUN_AS", "")
    for name in (wanted,) if wanted else CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid == 0:
            raise ActionError("DRILL_RUN_AS names root, and PostgreSQL refuses to run as root; name another")
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise ActionError(
        f"PostgreSQL refuses to run as root, and there is no account {wanted or ' or '.join(CANDIDATES)}; "
        "set DRILL_RUN_AS to an unprivileged account of this machine"
    )


def can_run(account: Account, program: Path, cwd: Path = Path("/")) -> bool:
    """Whether the account can reach and execute a program (in `cwd`): tried, not guessed from mode bits."""
    other = account.is_other
    try:
        asked = subprocess.run(
            [program, "--version"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
            cwd=cwd,
            env={},
            user=account.uid if other else None,
            group=account.gid if other else None,
            extra_groups=() if other else None,
        )
    except OSError:
        return False
    return asked.returncode == 0


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
