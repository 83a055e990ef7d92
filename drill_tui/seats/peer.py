"""Who is at the other end: the kernel says it (SO_PEERCRED, unix(7)), nobody types it."""

from __future__ import annotations

import grp
import os
import pwd
import socket
import struct
from dataclasses import dataclass
from typing import Final

_UCRED: Final = struct.Struct("iII")
_SO_PEERGROUPS: Final = 59
_GID: Final = struct.Struct("I")
_MOST_GROUPS: Final = 65536


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    uid: int
    login: str
    groups: frozenset[int]


def peer_of(connection: socket.socket) -> Peer:
    """Raises OSError."""
    _pid, uid, gid = _credentials(connection)
    return Peer(uid=uid, login=login_of(uid), groups=frozenset({gid}) | _groups(connection, uid, gid))


def is_in_our_session(connection: socket.socket) -> bool:
    """Whether the other end was started at the same terminal (setsid(2)).  Raises OSError."""
    pid, _uid, _gid = _credentials(connection)
    return pid > 0 and os.getsid(pid) == os.getsid(0)


def _credentials(connection: socket.socket) -> tuple[int, int, int]:
    """Process, user and group of the other end, as the kernel knows them."""
    pid, uid, gid = _UCRED.unpack(connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size))
    return pid, uid, gid


def login_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except (KeyError, OSError):
        return f"uid {uid}"


def group_name(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except (KeyError, OSError):
        return f"gid {gid}"


def refusal(peer: Peer, gid: int | None) -> str:
    """Why this login has no seat here, as a sentence; empty where it has one."""
    ours = os.geteuid()
    if peer.uid in (ours, 0) or (gid is not None and gid in peer.groups):
        return ""
    group = group_name(gid) if gid is not None else ""
    return f"{peer.login} has no seat here: {who_may(login_of(ours), group)}"


def who_may(owner: str, group: str = "") -> str:
    """Whom the seats of a drill are for."""
    owners = owner if owner == "root" else f"{owner} and root"
    if group:
        return f"the seats of this drill are for {owners} and for the group {group}"
    return f"the seats of this drill are for {owners}; its driver opens them to a group with --seats GROUP"


def _groups(connection: socket.socket, uid: int, gid: int) -> frozenset[int]:
    """The groups that the process had when it connected; an older kernel has only what the system lists."""
    try:
        raw = connection.getsockopt(socket.SOL_SOCKET, _SO_PEERGROUPS, _MOST_GROUPS * _GID.size)
        return frozenset(group for (group,) in _GID.iter_unpack(raw))
    except OSError:
        pass
    try:
        return frozenset(os.getgrouplist(pwd.getpwuid(uid).pw_name, gid))
    except (KeyError, OSError):
        return frozenset()
